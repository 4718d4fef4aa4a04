"""What every service of a stack is: a folder of its own, data with a marker, a command, a readiness test."""

import json
import os
import shutil
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Optional

from stack import paths
from stack.failure import Failure
from stack.process import Identity

_LOG_LIMIT = 16 * 1024 * 1024


class Account(NamedTuple):
    """The user a service runs under when that isn't us."""

    name: str
    uid: int
    gid: int


@dataclass
class Launch:
    """How to start a process. `descriptors` are inherited by it."""

    argv: list
    cwd: Path
    env: dict = field(default_factory=dict)
    account: Optional[Account] = None
    descriptors: tuple = ()


class Service:
    """Base of the services. A subclass says what it needs; starting and stopping is the same for all."""

    name = ""
    title = ""
    version = ""
    stop_signal = signal.SIGTERM
    stop_seconds = 15
    start_seconds = 90

    def __init__(self, stack):
        self.stack = stack
        self.folder = stack.folder / self.name
        self.data = self.folder / "data"
        self.marker = self.folder / paths.SERVICE_MARKER
        self.pid_file = self.folder / "pid.json"
        self.log = stack.folder / "logs" / f"{self.name}.log"

    # What a subclass answers.

    def require(self):
        """Raises a Failure when what it runs on isn't installed."""

    def create(self, runner):
        """Makes the data folder; called only when there is none. Must end in an atomic rename."""
        self.data.mkdir(mode=0o700)

    def check_data(self):
        """Raises a Failure when the existing data can't be used by what is installed."""

    def before_launch(self):
        """Clears what a killed predecessor may have left in the data folder."""

    def launch(self):
        raise NotImplementedError

    @contextmanager
    def launch_context(self):
        """The launch, with whatever must stay open until the process has started."""
        yield self.launch()

    def ready(self, running):
        """None once it really answers, else what is still missing. `running`: names of the services that are up."""
        raise NotImplementedError

    def after_ready(self, runner):
        """Work that needs the running service, done at every start and safe to repeat."""

    def ports(self):
        """{purpose: port} of what it listens on."""
        raise NotImplementedError

    def endpoint(self):
        raise NotImplementedError

    # What all services share.

    def identity(self):
        """The living process of this service, or None."""
        recorded = Identity.read(self.pid_file)
        return recorded if recorded and recorded.alive() else None

    def state(self):
        if self.identity():
            return "running"
        return "dead" if self.pid_file.exists() else "stopped"

    def claim_folder(self):
        """Creates the service's folder with our marker, or makes sure that it is ours."""
        if self.folder.exists():
            self._check_marker()
            return
        self.folder.mkdir(mode=0o700)
        record = {"service": self.name, "version": self.version, "created": int(time.time())}
        self.marker.write_text(json.dumps(record) + "\n")

    def _check_marker(self):
        if not self.marker.is_file():
            raise Failure(f"{self.folder} was not made by this stack (no {paths.SERVICE_MARKER} in it), so it is left untouched",
                          "move it away, or choose another stack with --name")
        if not self.data.exists():
            return
        try:
            made_by = str(json.loads(self.marker.read_text())["version"])
        except (ValueError, KeyError, TypeError):
            raise self.old_data("its marker file can't be read") from None
        if _major(made_by) != _major(self.version):
            raise self.old_data(f"it was made by version {made_by}, and {self.version} is installed")

    def old_data(self, reason):
        name = self.stack.name
        return Failure(f"the data folder {self.data} can't be used: {reason}",
                       f"{paths.command('down', '--purge', '--name', name)}   (deletes this stack's data)",
                       f"{paths.command('up', '--fresh', '--name', name)}   (the same, then starts with empty data)")

    def discard_unfinished(self):
        """A data folder that an interrupted run has left half-made."""
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)

    def rotate_log(self):
        """Keeps one old log once the current one is large; nobody is writing to it now."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            os.replace(self.log, self.log.with_suffix(".log.1"))


def _major(version):
    return version.split(".")[0]
