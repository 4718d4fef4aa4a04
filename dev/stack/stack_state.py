"""A named stack: its folder, its ports for life, its secrets, and the services that belong to it."""

import base64
import fcntl
import json
import os
import pwd
import secrets
import shutil
import time
import uuid
from contextlib import contextmanager

from stack import console, kafka, paths, ports
from stack.clickhouse import ClickHouse
from stack.failure import Failure
from stack.postgres import Postgres
from stack.prometheus import Prometheus
from stack.registry import Registry

_FORMAT = 1
_SINGLE = {"registry": Registry, "postgres": Postgres, "clickhouse": ClickHouse, "prometheus": Prometheus}
OPTIONAL = ("prometheus",)
KINDS = ("kafka", "registry", "postgres", "clickhouse", "prometheus")
_SECRETS = ("postgres-admin", "postgres", "clickhouse")


def service_class(name):
    """The class behind a service's name, for the rules of stopping it; None for a folder that is no service."""
    return _SINGLE.get(name) or (kafka.Kafka if name in ("kafka", "kafka-2", "kafka-3") else None)


@contextmanager
def locked(name):
    """One command at a time per stack; a second one waits and says so."""
    folder = paths.STATE_ROOT / paths.LOCKS
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            console.progress(f"another command ({lock.read().strip() or 'unknown'}) is at work on stack '{name}'; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        lock.truncate()
        lock.write(f"pid {os.getpid()}")
        lock.flush()
        yield


class Stack:
    def __init__(self, record):
        self.record = record
        self.name = record["name"]
        self.folder = paths.stack_dir(self.name)
        self.brokers = int(record["brokers"])
        self.kinds = tuple(record["services"])
        self.ports = {name: int(port) for name, port in record["ports"].items()}
        self.cluster_id = record["cluster_id"]

    @staticmethod
    def load(name):
        """The stack of that name, or None where there is none. A folder that isn't ours is refused."""
        folder = paths.stack_dir(name)
        if not folder.exists():
            return None
        require_ours(folder)
        try:
            record = json.loads((folder / "state.json").read_text())
            if record["format"] != _FORMAT:
                raise ValueError(f"format {record['format']}")
            return Stack(record)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise Failure(f"{folder / 'state.json'} can't be used: {problem}",
                          f"{paths.command('down', '--purge', '--name', name)}   (deletes this stack's data)") from None

    @staticmethod
    def create(name, brokers, kinds, port_base):
        folder = paths.stack_dir(name)
        folder.mkdir(mode=0o700, parents=True)
        try:
            (folder / paths.STACK_MARKER).write_text("This folder was made by dev/up; dev/down --purge deletes it.\n")
            (folder / "logs").mkdir()
            (folder / "secrets").mkdir(mode=0o700)
            for secret in _SECRETS:
                write_private(folder / "secrets" / secret, secrets.token_hex(16) + "\n")
            record = {"format": _FORMAT, "name": name, "created": int(time.time()), "brokers": brokers, "services": list(kinds),
                      "port_base": port_base, "ports": ports.reserve(name, folder, port_base),
                      "cluster_id": base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")}
            stack = Stack(record)
            stack.save()
            return stack
        except BaseException:
            shutil.rmtree(folder)
            raise

    def save(self):
        write_private(self.folder / "state.json", json.dumps(self.record, indent=2) + "\n")
        lines = [f"export {key}='{value}'" for key, value in self.env().items()]
        write_private(self.folder / "env", "\n".join(lines) + "\n")

    def services(self):
        found = []
        for kind in KINDS:
            if kind == "kafka" and kind in self.kinds:
                found += kafka.brokers(self)
            elif kind in self.kinds:
                found.append(_SINGLE[kind](self))
        return found

    def service(self, name):
        for service in self.services():
            if service.name == name:
                return service
        names = ", ".join(service.name for service in self.services())
        raise Failure(f"stack '{self.name}' has no service '{name}'", f"choose one of: {names}")

    def secret_file(self, name):
        return self.folder / "secrets" / name

    def secret(self, name):
        return self.secret_file(name).read_text().strip()

    def env(self):
        """What programs and tests need to reach the stack."""
        values = {"SEALTRAIL_STACK": self.name}
        for service in self.services():
            if service.name == "kafka":
                values["SEALTRAIL_KAFKA_BROKERS"] = ",".join(broker.endpoint() for broker in kafka.brokers(self))
            elif service.name == "registry":
                values["SEALTRAIL_REGISTRY_URL"] = service.url
            elif service.name == "postgres":
                values["SEALTRAIL_POSTGRES_URL"] = service.url()
                values["SEALTRAIL_POSTGRES_ADMIN_URL"] = service.url(admin=True)
            elif service.name == "clickhouse":
                values["SEALTRAIL_CLICKHOUSE_URL"] = service.url
                values["SEALTRAIL_CLICKHOUSE_USER"] = service.user
                values["SEALTRAIL_CLICKHOUSE_PASSWORD"] = self.secret("clickhouse")
                values["SEALTRAIL_CLICKHOUSE_DATABASE"] = service.database
            elif service.name == "prometheus":
                values["SEALTRAIL_PROMETHEUS_URL"] = service.url
                values["SEALTRAIL_PROMETHEUS_TARGETS"] = str(service.targets)
        return values


def require_ours(folder):
    """Refuses a folder without our marker, and one that another user has made."""
    marker = folder / paths.STACK_MARKER
    try:
        present = marker.is_file()
    except PermissionError:
        present = False
    if not present and os.access(folder, os.X_OK):
        raise Failure(f"{folder} was not made by dev/up (no {paths.STACK_MARKER} in it), so it is left untouched",
                      "move it away, or choose another name with --name")
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        try:
            who = pwd.getpwuid(owner).pw_name
        except KeyError:
            who = f"user id {owner}"
        raise Failure(f"the stack in {folder} belongs to {who}", f"run the command as {who}, or choose another name with --name")


def write_private(path, text):
    """Replaces a file in one step; nobody else may read it at any moment."""
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as output:
        output.write(text)
    fresh.replace(path)
