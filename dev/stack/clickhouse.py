"""ClickHouse: the chDB engine behind the HTTP front in `dev/clickhouse/`."""

import re
import urllib.error
import urllib.request

from stack import engine_venv, paths
from stack.service import Launch, Service

_SERVER = paths.DEV / "clickhouse" / "server.py"


class ClickHouse(Service):
    name = "clickhouse"
    title = "ClickHouse (chDB)"
    stop_seconds = 20
    user = "sealtrail"
    database = "sealtrail"

    def __init__(self, stack):
        super().__init__(stack)
        self.port = stack.ports["clickhouse"]
        self.version = engine_venv.engine_version()
        self.url = f"http://127.0.0.1:{self.port}"

    def ports(self):
        return {self.name: self.port}

    def endpoint(self):
        return self.url

    def require(self):
        engine_venv.require()

    def launch(self):
        argv = [str(engine_venv.python()), "-B", str(_SERVER), "--host", "127.0.0.1", "--port", str(self.port),
                "--data", str(self.data), "--user", self.user,
                "--password-file", str(self.stack.secret_file("clickhouse")), "--database", self.database]
        return Launch(argv, cwd=self.folder)

    def ready(self, running):
        try:
            with urllib.request.urlopen(f"{self.url}/ping", timeout=3) as answer:
                return None if re.match(rb"Ok\.", answer.read(16)) else f"{self.url}/ping doesn't answer 'Ok.'"
        except (OSError, urllib.error.HTTPError) as problem:
            return f"no answer from {self.url} ({problem})"
