"""Ports: the fixed block of the default stack, free blocks for others, and who holds a port.

Blocks are chosen under one lock in the cache and remembered there, so that two stacks of this user, in any
clone, never get the same one. Candidates stay clear of the range the kernel hands out for outgoing connections.
"""

import fcntl
import json
import os
import socket
import zlib
from contextlib import contextmanager
from pathlib import Path

from stack import paths
from stack.failure import Failure

NAMES = ("kafka", "kafka-2", "kafka-3", "kafka-controller", "kafka-2-controller", "kafka-3-controller",
         "registry", "postgres", "clickhouse", "prometheus")
BLOCK = len(NAMES)
DEFAULT = {"kafka": 19092, "kafka-2": 19093, "kafka-3": 19094, "kafka-controller": 19095, "kafka-2-controller": 19096,
           "kafka-3-controller": 19097, "registry": 18081, "postgres": 15432, "clickhouse": 18123, "prometheus": 19090}

_LOWEST, _HIGHEST = 20000, 60000


def block(base):
    return {name: base + offset for offset, name in enumerate(NAMES)}


def in_use(port):
    """Whether something listens there. Connections that only linger don't count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
            return False
        except OSError:
            return True


def check_base(base):
    if not 1024 <= base <= 65535 - BLOCK:
        raise Failure(f"--port-base {base} is out of range", f"choose one from 1024 to {65535 - BLOCK}; {BLOCK} ports are used from there")


def require_free(wanted):
    """`wanted`: {service name: port}. Names every port that somebody holds, and the holder."""
    taken = {name: port for name, port in wanted.items() if in_use(port)}
    if not taken:
        return
    lines = [f"port {port} for {name} is in use by {holder(port)}" for name, port in sorted(taken.items(), key=lambda x: x[1])]
    raise Failure("\n       ".join(lines),
                  "stop what holds it, or choose other ports: "
                  f"{paths.command('up', '--port-base', '21000')}, or another stack with --name")


def holder(port):
    """'pid 123 (command line)' of the listener, as far as this user may see."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            descriptors = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            if inodes.intersection(descriptors):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                return f"pid {pid} ({' '.join(words).strip()[:120]})"
        except OSError:
            continue
    return "a process that this user can't see"


@contextmanager
def _reservations():
    """The reserved blocks, {base: stack folder}, under an exclusive lock; written back at the end."""
    root = paths.cache_root()
    root.mkdir(parents=True, exist_ok=True)
    with open(root / "ports.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = root / "ports.json"
        try:
            known = json.loads(record.read_text())
        except (OSError, ValueError):
            known = {}
        # A stack that has been purged, or whose clone is gone, gives its block back.
        known = {base: folder for base, folder in known.items() if (Path(folder) / paths.STACK_MARKER).is_file()}
        yield known
        fresh = record.with_suffix(".new")
        fresh.write_text(json.dumps(known, indent=1) + "\n")
        fresh.replace(record)


def reserve(name, folder, base=None):
    """The ports of a new stack, for all its life. The folder must exist already, with its marker."""
    if base is not None:
        check_base(base)
        return block(base)
    if name == "default":
        return dict(DEFAULT)
    with _reservations() as known:
        found = _free_base(str(folder), known)
        known[str(found)] = str(folder)
        return block(found)


def free_block():
    """Ports for a short run that remembers nothing."""
    with _reservations() as known:
        return block(_free_base(str(os.getpid()), known))


def _free_base(seed, known):
    """Starts looking at a place of its own, so that stacks of different users seldom meet."""
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    bases = [b for b in range(_LOWEST, _HIGHEST, BLOCK) if b + BLOCK <= low or b > high]
    start = zlib.crc32(seed.encode()) % max(1, len(bases))
    for candidate in bases[start:] + bases[:start]:
        if str(candidate) not in known and not any(in_use(port) for port in block(candidate).values()):
            return candidate
    raise Failure("no free block of ports is left", "give one with --port-base")
