"""The embedded engine: one database folder, one short-lived connection per query so that no setting can leak."""

import os
import re
import threading
from dataclasses import dataclass

from .errors import QueryError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass
class Stats:
    """What a finished query read and wrote."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0


def quote(value):
    """A string literal with any bytes in it."""
    return b"'" + value.replace(b"\\", b"\\\\").replace(b"'", b"\\'") + b"'"


def identifier(name):
    return b"`" + name.replace(b"\\", b"\\\\").replace(b"`", b"\\`") + b"`"


class Engine:
    """Opens connections to the one database folder this process serves."""

    def __init__(self, data, database):
        # chdb reads its connection string as a URL, so the folder is entered and named relatively:
        # a space or a question mark in its path then can't be misread.
        os.chdir(data)
        from chdb import _chdb
        self._connect = lambda: _chdb.connect("file:engine")
        self._keeper = Link(self._connect())
        self.database = database.encode()
        self._keeper.run(b"CREATE DATABASE IF NOT EXISTS " + identifier(self.database) + b" ENGINE = Atomic")
        self.version = self._text(b"SELECT version()")
        self.timezone = self._text(b"SELECT timezone()")
        rows = self._text(b"SELECT name, content_type FROM system.formats").split("\n")
        self.formats = {name.lower(): (name, kind) for name, kind in (row.split("\t") for row in rows)}

    def _text(self, sql):
        return self._keeper.run(sql)[0].decode().rstrip("\n")

    def link(self):
        return Link(self._connect())

    def close(self):
        self._keeper.close()


class Link:
    """One connection with its own settings, current database and temporary tables."""

    def __init__(self, connection):
        self._connection = connection

    def close(self):
        self._connection.close()

    def use(self, database):
        self.run(b"USE " + identifier(database))

    def set(self, settings):
        """Apply settings by the engine's own SET, which checks names and values; `param_*` are query parameters."""
        if not settings:
            return
        for name in settings:
            if not _NAME.match(name):
                raise QueryError(115, f"Unknown setting '{name}'.")
        pairs = (b"`%b` = %b" % (name.encode(), quote(value)) for name, value in settings.items())
        self.run(b"SET " + b", ".join(pairs))

    def run(self, sql, form="TSV"):
        """Run a statement; its whole result is in memory."""
        try:
            result = self._connection.query(sql, form)
        except RuntimeError as error:
            raise QueryError.from_engine(error) from None
        return result.bytes(), _stats(result)

    def stream(self, text, cut, form, descriptor):
        """Run a query; the engine itself writes the formatted result to the write end of a pipe."""
        target = b" INTO OUTFILE '/dev/fd/%d' TRUNCATE " % descriptor
        tail = text[cut:] or b"FORMAT " + form.encode()
        return self.run(text[:cut] + target + tail)[1]

    def insert(self, sql, form, pieces):
        """Run an insert over complete data; nothing is committed when any piece is refused."""
        handle = None
        try:
            handle = self._connection.send_insert(sql, form)
            for piece in pieces:
                self._connection.insert_append(handle, piece)
            done = handle
            handle = None
            return _stats(self._connection.insert_done(done))
        except RuntimeError as error:
            raise QueryError.from_engine(error) from None
        finally:
            if handle is not None:
                self._cancel(handle)

    def _cancel(self, handle):
        try:
            self._connection.insert_cancel(handle)
        except RuntimeError:
            # The engine already ended an insert whose data it refused; the connection is closed next.
            return


def _stats(result):
    stats = Stats(result.storage_rows_read(), result.storage_bytes_read(), result.rows_written(),
                  result.bytes_written(), result.rows_read(), result.bytes_read())
    if stats.written_rows and not stats.read_rows:
        # As a server counts: the rows of an insert are read from its body and then written.
        stats.read_rows, stats.read_bytes = stats.written_rows, stats.written_bytes
        stats.result_rows, stats.result_bytes = stats.written_rows, stats.written_bytes
    return stats


class PipedQuery(threading.Thread):
    """A query in its own thread whose result comes out of a pipe."""

    def __init__(self, link, text, cut, form):
        super().__init__(daemon=True)
        self._plan = (link, text, cut, form)
        self.reader, self._writer = os.pipe()
        self.stats = None
        self.error = None

    def run(self):
        link, text, cut, form = self._plan
        try:
            self.stats = link.stream(text, cut, form, self._writer)
        except QueryError as error:
            self.error = error
        except Exception as error:  # the pump must learn of any failure, or it would take half a result for a whole
            self.error = QueryError(1001, f"{type(error).__name__}: {error}")
        finally:
            os.close(self._writer)

    def abandon(self, kill):
        """Stop a query whose result nobody wants any more."""
        os.close(self.reader)
        self.reader = None
        while self.is_alive():
            kill()
            self.join(0.1)

    def close(self):
        if self.reader is not None:
            os.close(self.reader)
            self.reader = None
        self.join()
