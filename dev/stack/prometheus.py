"""Prometheus, from Debian's package; optional. Services add themselves to `targets.json`."""

import shutil
import urllib.error
import urllib.request

from stack import paths
from stack.failure import Failure
from stack.service import Launch, Service

_TEMPLATE = paths.DEV / "prometheus" / "prometheus.yml"


class Prometheus(Service):
    name = "prometheus"
    title = "Prometheus"
    version = "2"

    def __init__(self, stack):
        super().__init__(stack)
        self.port = stack.ports["prometheus"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.targets = self.folder / "targets.json"

    def ports(self):
        return {self.name: self.port}

    def endpoint(self):
        return self.url

    def require(self):
        if not shutil.which("prometheus"):
            raise Failure("Prometheus is not installed", paths.command("setup", "--with", "prometheus"),
                          f"{paths.command('up', '--without', 'prometheus')}")

    def launch(self):
        # A copy beside targets.json: Prometheus reads file names relative to its configuration.
        (self.folder / "prometheus.yml").write_text(_TEMPLATE.read_text().replace("@PORT@", str(self.port)))
        if not self.targets.exists():
            self.targets.write_text("[]\n")
        argv = [shutil.which("prometheus"), "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                "--storage.tsdb.retention.time=7d", f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        return Launch(argv, cwd=self.folder)

    def ready(self, running):
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=3) as answer:
                return None if answer.status == 200 else f"{self.url} answers {answer.status}"
        except (OSError, urllib.error.HTTPError) as problem:
            return f"no answer from {self.url} ({problem})"
