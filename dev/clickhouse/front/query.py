"""One query from its parameters to its result."""

import os
import re
import select
import uuid

from . import blocks, encodings, multipart, sqltext
from .engine import PipedQuery, Stats, quote
from .errors import QueryError
from .running import TAG
from .sessions import timeout_of
from .spool import Spool

_HEAD = 1 << 20
_STATEMENT_LIMIT = 64 << 20
# Parameters of the HTTP interface itself; every other one is a setting, and the engine judges it.
_RESERVED = {
    "query", "user", "password", "quota_key", "database", "default_format", "query_id", "session_id",
    "session_timeout", "session_check", "close_session", "compress", "decompress", "wait_end_of_query",
    "buffer_size", "stacktrace", "role", "client_protocol_version",
}
_KILL = re.compile(rb"KILL\s+QUERY\s+(?:ON\s+CLUSTER\s+\S+\s+)?WHERE\s+(.*?)(?:\s+(SYNC|ASYNC|TEST))?\s*"
                   rb"(?:FORMAT\s+\w+)?\s*\Z", re.IGNORECASE | re.DOTALL)


class Query:
    """The work of one request, after authentication."""

    def __init__(self, server, request, params, user, output):
        self._server = server
        self._engine = server.engine
        self._request = request
        self._params = params
        self._user = user
        self._output = output
        self._url_sql = params.get("query", b"")

    def run(self, body, entry, client):
        """Read the body to its end, then run the query; returns its statistics, errors leave as QueryError."""
        settings = {name: value for name, value in self._params.items() if name not in _RESERVED}
        self._output.configure(self._request, self._params, settings)
        spool = Spool(self._server.spool_folder, self._server.memory_limit, self._server.size_limit)
        try:
            self._read_body(body, spool, settings)
            entry.reading = False
            entry.check()
            return self._with_link(spool, settings, entry, client)
        finally:
            spool.close()

    def _read_body(self, body, spool, settings):
        pieces = encodings.decode(self._request.header("content-encoding"), body.pieces())
        if self._params.get("decompress") == b"1":
            pieces = blocks.decode(pieces)
        boundary = multipart.boundary(self._request.header("content-type"))
        if boundary is None:
            spool.fill(pieces)
            return
        spool.fill(pieces)
        for name, value in multipart.fields(b"".join(spool.pieces()), boundary):
            if name == "query":
                self._url_sql += value
            elif name in _RESERVED:
                self._params[name] = value
            else:
                settings[name] = value
        spool.empty()

    def _with_link(self, spool, settings, entry, client):
        settings[TAG] = entry.query_id.encode("utf-8", "surrogateescape")
        if self._request.method != "POST":
            settings["readonly"] = b"2"
        session_id = self._params.get("session_id")
        if session_id is None:
            link = self._engine.link()
            try:
                link.use(self._database() or self._engine.database)
                self._role(link)
                link.set(settings)
                return self._execute(link, spool, settings, entry, client)
            finally:
                link.close()
        return self._in_session(session_id.decode("utf-8", "replace"), spool, settings, entry, client)

    def _in_session(self, session_id, spool, settings, entry, client):
        key, sessions, timeout = (self._user, session_id), self._server.sessions, timeout_of(self._params)
        session, fresh = sessions.open(key, self._params)
        keep = False
        try:
            if fresh or self._database():
                session.link.use(self._database() or self._engine.database)
            self._role(session.link)
            restore = session.overlay(settings)
            keep = True
            try:
                return self._execute(session.link, spool, settings, entry, client)
            finally:
                restore()
        finally:
            sessions.release(key, session, timeout, keep and self._params.get("close_session") != b"1")

    def _database(self):
        return self._params.get("database") or self._request.header("x-clickhouse-database").encode("latin-1")

    def _role(self, link):
        if self._params.get("role"):
            link.run(b"SET ROLE " + quote(self._params["role"]))

    def _form(self, written):
        name = written.decode("latin-1") if written else None
        name = name or self._request.header("x-clickhouse-format") or \
            self._params.get("default_format", b"").decode("latin-1") or "TabSeparated"
        known = self._engine.formats.get(name.lower())
        if known is None:
            raise QueryError(73, f"Unknown format {name}.")
        self._output.form(*known)
        return known[0]

    def _execute(self, link, spool, settings, entry, client):
        url = self._url_sql + b"\n" if self._url_sql else b""
        text = url + spool.head(_HEAD)
        plan = sqltext.plan(text)
        entry.sql = text[:4096] if not isinstance(plan, sqltext.Insert) else plan.sql
        if isinstance(plan, sqltext.Insert):
            return self._insert(link, plan, url, spool, entry)
        if spool.size > _HEAD:
            if spool.size > _STATEMENT_LIMIT:
                raise QueryError(62, "Syntax error: the statement is longer than 64 MiB.")
            plan = sqltext.plan(url + spool.head(spool.size))
        form = self._form(plan.format)
        if isinstance(plan, sqltext.Read):
            return self._pump(PipedQuery(link, plan.text, plan.cut, form), entry, client, settings)
        kill = _KILL.match(plan.text) if plan.verb == b"KILL" else None
        if kill:
            condition, mode = kill.group(1), (kill.group(2) or b"ASYNC").upper()
            data, stats = self._server.registry.kill_where(link, condition, mode, form, entry)
        else:
            data, stats = link.run(plan.text, form)
        self._output.write(data)
        return stats

    def _insert(self, link, plan, url, spool, entry):
        form = self._engine.formats.get(plan.format.decode("latin-1").lower())
        if form is None:
            raise QueryError(73, f"Unknown format {plan.format.decode('latin-1')}.")
        inline = url[plan.data:]
        before = inline if inline.strip() else b""
        offset = max(0, plan.data - len(url))
        if plan.input_call is None:
            return link.insert(plan.sql, form[0], _watched(before, spool.pieces(offset), entry))
        descriptor = spool.as_file(offset, before)
        try:
            start, end = plan.input_call
            bracket = plan.sql.index(b"(", end) + 1
            source = b"file('/dev/fd/%d', '%b', " % (descriptor, form[0].encode())
            return link.run(plan.sql[:start] + source + plan.sql[bracket:])[1]
        finally:
            os.close(descriptor)

    def _pump(self, query, entry, client, settings):
        """Carry a result from the pipe to the client while the engine still works on it."""
        watch = settings.get("cancel_http_readonly_queries_on_client_close", b"0") in (b"1", b"true")
        query.start()
        try:
            while True:
                if watch and not _readable(query.reader, client):
                    raise ConnectionAbortedError("the client hung up")
                piece = os.read(query.reader, _HEAD)
                if not piece:
                    break
                self._output.write(piece)
        except OSError:
            # The engine goes on computing after its pipe broke, so it has to be told to stop.
            query.abandon(lambda: self._server.registry.kill([entry]))
            raise
        finally:
            query.close()
        if query.error is not None:
            raise query.error
        return query.stats or Stats()


def _watched(before, pieces, entry):
    """The data of an insert; a KILL between two pieces stops it before anything is committed."""
    entry.check()
    if before:
        yield before
    for piece in pieces:
        entry.check()
        yield piece
    entry.check()


def _readable(pipe, client):
    """Wait for result data; False when the client hung up first."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    poll.register(client.fileno(), select.POLLRDHUP)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == pipe:
                return True
        return False


def new_id():
    return str(uuid.uuid4())
