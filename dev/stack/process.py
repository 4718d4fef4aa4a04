"""Processes of ours: started detached, recognised for certain, stopped within a deadline.

A process is identified by pid, start time and boot id together, so a stale record or a recycled pid can
never lead to a stranger. Signals go through a pidfd, which closes the last race.
"""

import json
import os
import re
import select
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

# What a service may inherit; anything else (JAVA_TOOL_OPTIONS, PYTHONPATH, ...) would make stacks differ.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LD_LIBRARY_PATH")


def boot_id():
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _stat(pid):
    """(state, parent, start ticks) of a process, or None. The name may hold spaces and parentheses."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[19])


@dataclass(frozen=True)
class Identity:
    """One process for all time: no other process ever has the same three values."""

    pid: int
    start_ticks: int
    boot: str

    @staticmethod
    def of(pid):
        stat = _stat(pid)
        return Identity(pid, stat[2], boot_id()) if stat else None

    @staticmethod
    def read(path):
        """The recorded identity, or None where there is no record or none that can be read."""
        try:
            record = json.loads(Path(path).read_text())
            return Identity(int(record["pid"]), int(record["start_ticks"]), str(record["boot"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path):
        fresh = Path(f"{path}.new")
        fresh.write_text(json.dumps(asdict(self)) + "\n")
        fresh.replace(path)

    def alive(self):
        """Zombies count as dead: in a container nobody may ever reap them."""
        stat = _stat(self.pid)
        return stat is not None and stat[0] not in "ZX" and stat[2] == self.start_ticks and self.boot == boot_id()

    def send(self, number):
        """Signals exactly this process; False when it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            if not self.alive():
                return False
            signal.pidfd_send_signal(descriptor, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)

    def wait(self, seconds):
        """True once it is gone, False when it still lives after `seconds`."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.alive():
                return True
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(max(0, int(seconds * 1000)))) or not self.alive()
        finally:
            os.close(descriptor)

    def children(self):
        """Identities of the living children, for servers that leave some behind when they are killed."""
        found = []
        for entry in os.listdir("/proc"):
            stat = _stat(entry) if entry.isdigit() else None
            if stat and stat[1] == self.pid and stat[0] not in "ZX":
                found.append(Identity(int(entry), stat[2], self.boot))
        return found

    def memory(self):
        """Resident bytes, or None."""
        try:
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        except OSError:
            return None
        return None


def environment(extra=None):
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, **(extra or {})}


def spawn(launch, log):
    """Starts a detached process: own session, no stdin, output appended to `log`."""
    account = {}
    if launch.account:
        account = {"user": launch.account.uid, "group": launch.account.gid, "extra_groups": []}
    with open(log, "ab") as output:
        child = subprocess.Popen(
            launch.argv, cwd=launch.cwd, env=environment(launch.env), stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, start_new_session=True, pass_fds=launch.descriptors, **account)
    return child


def stop(identity, number, seconds):
    """Asks politely, then after the deadline kills it and the children it leaves. Returns what it took."""
    began = time.monotonic()
    children = identity.children()
    if not identity.send(number):
        return "gone"
    if number != signal.SIGKILL and identity.wait(seconds):
        outcome = "stopped"
    else:
        children += identity.children()
        identity.send(signal.SIGKILL)
        identity.wait(5)
        outcome = "killed"
    _end_leftovers(children, began + seconds)
    return outcome


def _end_leftovers(children, deadline):
    """Orphans of a killed server hold its data: wait for them to notice, then kill them."""
    for child in set(children):
        grace = max(1.0, min(3.0, deadline - time.monotonic()))
        if not child.wait(grace):
            child.send(signal.SIGKILL)
            child.wait(2)


def last_lines(path, count):
    """The end of a log without reading all of it, and without its colours."""
    try:
        with open(path, "rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(0, end - 64 * 1024 - count * 400))
            text = log.read().decode("utf-8", "replace")
            return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()[-count:]
    except OSError:
        return []
