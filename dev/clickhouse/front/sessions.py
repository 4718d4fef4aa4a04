"""`session_id`: connections kept between requests, with their SET values and temporary tables."""

import threading
import time

from .engine import quote
from .errors import QueryError

DEFAULT_TIMEOUT, MAX_TIMEOUT = 60, 3600


class Session:
    """A kept connection and the settings that requests put on top of the session's own."""

    def __init__(self, link):
        self.link = link
        self.busy = True
        self.deadline = 0.0

    def overlay(self, settings):
        """Apply a request's settings; the returned call puts the session's own back."""
        plain = [name for name in settings if not name.startswith("param_")]
        before = b""
        if plain:
            names = b", ".join(quote(name.encode()) for name in plain)
            before, _ = self.link.run(b"SELECT name, hex(value) FROM system.settings WHERE changed AND name IN ("
                                      + names + b")")
        self.link.set(settings)
        old = {name: bytes.fromhex(value) for name, _, value in
               (line.partition("\t") for line in before.decode().splitlines())}

        def restore():
            self.link.set(old)
            for name in plain:
                if name not in old:
                    self.link.run(b"SET `%b` = DEFAULT" % name.encode())
        return restore


class Sessions:
    """Sessions by user and id; idle ones are closed when their time is over."""

    def __init__(self, engine):
        self._engine = engine
        self._lock = threading.Lock()
        self._sessions = {}

    def open(self, key, params):
        """Take the session for one request, and say whether it is new; a concurrent second request is refused."""
        must_exist = params.get("session_check") == b"1"
        with self._lock:
            self._expire()
            session = self._sessions.get(key)
            if session is None:
                if must_exist:
                    raise QueryError(372, f"Session {key[1]} not found.")
                session = self._sessions[key] = Session(self._engine.link())
                return session, True
            if session.busy:
                raise QueryError(373, f"Session {key[1]} is locked by a concurrent client.")
            session.busy = True
            return session, False

    def release(self, key, session, timeout, keep):
        with self._lock:
            session.busy = False
            session.deadline = time.monotonic() + timeout
            if not keep:
                self._sessions.pop(key, None)
                session.link.close()

    def close_all(self):
        with self._lock:
            for session in self._sessions.values():
                if not session.busy:
                    session.link.close()
            self._sessions.clear()

    def _expire(self):
        now = time.monotonic()
        for key, session in list(self._sessions.items()):
            if not session.busy and session.deadline < now:
                del self._sessions[key]
                session.link.close()


def timeout_of(params):
    """The session_timeout parameter in seconds."""
    text = params.get("session_timeout", b"%d" % DEFAULT_TIMEOUT)
    if not text.isdigit() or int(text) > MAX_TIMEOUT:
        raise QueryError(374, f"Session timeout must be a number of at most {MAX_TIMEOUT} seconds.")
    return int(text)
