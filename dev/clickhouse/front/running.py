"""The queries under way: query ids, duplicates, and KILL QUERY by the id that the client gave.

The embedded engine makes up its own query ids, so each query carries the client's id in its `log_comment` setting.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Callable

from .engine import quote
from .errors import QueryError

TAG = "log_comment"


@dataclass
class Running:
    """One query from the moment its head was read until its response is done."""

    query_id: str
    user: str
    hang_up: Callable[[], None]
    sql: bytes = b""
    killed: bool = False
    reading: bool = True
    ended: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)

    def check(self):
        if self.killed:
            raise QueryError(394, "Query was cancelled.")


class Registry:
    """All running queries of this server."""

    def __init__(self, engine):
        self._engine = engine
        self._lock = threading.Lock()
        self._running = {}

    def begin(self, query_id, user, hang_up):
        with self._lock:
            if query_id in self._running:
                raise QueryError(216, f"Query with id = {query_id} is already running.")
            entry = self._running[query_id] = Running(query_id, user, hang_up)
            return entry

    def end(self, entry):
        with self._lock:
            self._running.pop(entry.query_id, None)
        entry.ended.set()

    def wait_all(self, seconds):
        """Wait until nothing runs any more; False when the time is over."""
        deadline = time.monotonic() + seconds
        for entry in self._snapshot():
            if not entry.ended.wait(max(0.0, deadline - time.monotonic())):
                return False
        return True

    def kill_all(self):
        self.kill(self._snapshot())

    def _snapshot(self):
        with self._lock:
            return list(self._running.values())

    def kill(self, entries):
        """Cancel queries, whether they still read their body or already run in the engine."""
        if not entries:
            return
        link = self._engine.link()
        try:
            for entry in entries:
                entry.killed = True
                if entry.reading:
                    # Its body may never end; nothing of it has reached the engine yet.
                    entry.hang_up()
            ids = b", ".join(quote(_encode(entry.query_id)) for entry in entries)
            rows, _ = link.run(b"SELECT query_id FROM system.processes WHERE Settings['log_comment'] IN (" + ids + b")")
            for engine_id in rows.split():
                link.run(b"KILL QUERY WHERE query_id = " + quote(engine_id) + b" ASYNC")
        finally:
            link.close()

    def kill_where(self, link, condition, mode, form, own):
        """KILL QUERY WHERE ...: returns the same table as a server."""
        others = [entry for entry in self._snapshot() if entry is not own]
        rows = b", ".join(b"(%b, %b, %b, %f)" % (
            quote(_encode(e.query_id)), quote(e.user.encode()), quote(e.sql), time.monotonic() - e.started) for e in others)
        picked = b""
        if others:
            picked, _ = link.run(b"SELECT hex(query_id) FROM values('query_id String, user String, query String, "
                                 b"elapsed Float64', " + rows + b") WHERE " + condition)
        wanted = {bytes.fromhex(line.decode()) for line in picked.split()}
        chosen = [entry for entry in others if _encode(entry.query_id) in wanted]
        if mode != b"TEST":
            self.kill(chosen)
        if mode == b"SYNC":
            for entry in chosen:
                self._wait_for_end(entry)
        return _outcome(link, chosen, {b"TEST": b"unknown_status", b"SYNC": b"finished"}.get(mode, b"waiting"), form)

    def _wait_for_end(self, entry):
        patience = time.monotonic() + 5
        while not entry.ended.wait(0.2):
            self.kill([entry])
            if time.monotonic() > patience:
                # A client that neither reads nor sends keeps its query in a blocked write or read.
                entry.hang_up()


def _outcome(link, chosen, status, form):
    if not chosen:
        return link.run(b"SELECT '' AS kill_status, '' AS query_id, '' AS user, '' AS query WHERE 0", form)
    rows = b", ".join(b"(%b, %b, %b, %b)" % (
        quote(status), quote(_encode(e.query_id)), quote(e.user.encode()), quote(e.sql)) for e in chosen)
    return link.run(b"SELECT * FROM values('kill_status String, query_id String, user String, query String', "
                    + rows + b")", form)


def _encode(text):
    return text.encode("utf-8", "surrogateescape")
