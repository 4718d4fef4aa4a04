"""Class archives (AppCDS): made once by a training run at `dev/setup`, they halve the start of the Java services.

Only a speed-up: where there is none for the Java in use, the services start without. The JVM itself refuses an
archive of another Java or class path; a truncated one would crash it, hence the recorded size.
"""

import json
import os
import tempfile
from pathlib import Path

from stack import artifacts, jvm, ports
from stack.console import progress, step
from stack.failure import Failure
from stack.kafka import Kafka
from stack.registry import Registry
from stack.start_run import StartRun, stop_all

_DUMP_SECONDS = 90


class _Training:
    """A stack just real enough to start Kafka and the registry once, in a temporary folder."""

    name = "training"
    brokers = 1
    cluster_id = "c2VhbHRyYWlsLXRyYWluIQ"

    def __init__(self, folder):
        self.folder = folder
        self.ports = ports.free_block()
        self._services = [Kafka(self, 1), Registry(self)]

    def services(self):
        return self._services


def record_missing():
    """Makes the archives that are missing for the Java in use. A failure here costs speed only, and is reported."""
    if all(jvm.archived(component) for component in (artifacts.KAFKA, artifacts.APICURIO)):
        return
    try:
        with step("class archives: one training run of Kafka and the registry"):
            _record()
    except (Failure, OSError) as problem:
        progress(f"class archives could not be made, so starts will take longer: {problem}")


def _record():
    folder = jvm.archive_path(artifacts.KAFKA).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=folder) as scratch:
        stack = _Training(Path(scratch))
        (stack.folder / "logs").mkdir()
        for service in stack.services():
            service.archive_to = stack.folder / f"{service.name}.jsa"
            service.stop_seconds = _DUMP_SECONDS
            service.claim_folder()
        StartRun(stack).start(stack.services())
        stop_all([(service, service.identity()) for service in stack.services()])
        for service in stack.services():
            if not service.archive_to.is_file():
                raise Failure(f"Java has written no archive for {service.name}")
            target = jvm.archive_path(service.component)
            size = service.archive_to.stat().st_size
            target.with_suffix(".json").write_text(json.dumps({"size": size}) + "\n")
            os.replace(service.archive_to, target)
