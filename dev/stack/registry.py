"""The schema registry: Apicurio with its Confluent-compatible interface, storing in a file of its own."""

import shutil
import urllib.error
import urllib.request

from stack import artifacts, jvm, versions
from stack.service import Launch, Service


class Registry(Service):
    name = "registry"
    title = "Apicurio Registry"
    version = versions.APICURIO
    component = artifacts.APICURIO
    archive_to = None

    def __init__(self, stack):
        super().__init__(stack)
        self.port = stack.ports["registry"]
        self.url = f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def ports(self):
        return {self.name: self.port}

    def endpoint(self):
        return self.url

    def require(self):
        jvm.binary()
        self.component.require()

    def launch(self):
        temporary = self.folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        # The database path is relative: H2 would read ';' in an absolute one as an option.
        # WRITE_DELAY=0: what has been answered is on disk, so a kill -9 loses nothing.
        settings = {
            "quarkus.http.host": "127.0.0.1",
            "quarkus.http.port": self.port,
            "quarkus.http.access-log.enabled": "false",
            "quarkus.banner.enabled": "false",
            "quarkus.log.level": "WARN",
            'quarkus.log.category."io.apicurio".level': "WARN",
            "apicurio.storage.kind": "sql",
            "apicurio.storage.sql.kind": "h2",
            "apicurio.datasource.url": "jdbc:h2:file:./data/registry;WRITE_DELAY=0",
            "apicurio.datasource.jdbc.initial-size": 2,
            "apicurio.datasource.jdbc.min-size": 2,
            "apicurio.storage.snapshot.location": temporary,
            "java.io.tmpdir": temporary,
        }
        options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *(f"-D{key}={value}" for key, value in settings.items()),
                   "-jar", str(self.component.folder() / versions.APICURIO_RUNNER)]
        return Launch(jvm.command(self.component, self.archive_to, options), cwd=self.folder)

    def ready(self, running):
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=3) as answer:
                return None if answer.status == 200 else f"{self.url} answers {answer.status}"
        except (OSError, urllib.error.HTTPError) as problem:
            return f"no answer from {self.url} ({problem})"
