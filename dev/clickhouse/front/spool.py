"""A request body kept until it is complete: in memory while it is small, then in an unnamed file."""

import os
import tempfile

from .errors import QueryError

PIECE = 1 << 20


class Spool:
    """Bytes of one body; once filled it can be read as often as needed."""

    def __init__(self, folder, memory_limit, size_limit):
        self._folder = folder
        self._memory_limit = memory_limit
        self._size_limit = size_limit
        self._pieces = []
        self._file = None
        self.size = 0

    def fill(self, pieces):
        """Take in a whole body."""
        for piece in pieces:
            self.size += len(piece)
            if self.size > self._size_limit:
                raise QueryError(290, f"The body is larger than {self._size_limit} bytes. "
                                      "Send smaller inserts or raise --max-body-bytes.")
            if self._file is None and self.size > self._memory_limit:
                self._to_file()
            if self._file is None:
                self._pieces.append(piece)
            else:
                self._file.write(piece)
        return self

    def _to_file(self):
        self._file = tempfile.TemporaryFile(dir=self._folder)
        for piece in self._pieces:
            self._file.write(piece)
        self._pieces = []

    def head(self, size):
        """The first bytes, for finding the statement in front of the data."""
        if self._file is not None:
            self._file.flush()
            return os.pread(self._file.fileno(), size, 0)
        if self._pieces and len(self._pieces[0]) >= size:
            return self._pieces[0][:size]
        return b"".join(self._pieces)[:size]

    def pieces(self, offset=0):
        """Yield what follows the offset."""
        if self._file is not None:
            self._file.flush()
            while piece := os.pread(self._file.fileno(), PIECE, offset):
                yield piece
                offset += len(piece)
            return
        for piece in self._pieces:
            if offset < len(piece):
                yield piece[offset:] if offset else piece
            offset = max(0, offset - len(piece))

    def as_file(self, offset, before=b""):
        """An open file descriptor with `before` and what follows the offset, for the `file()` table function."""
        descriptor = os.memfd_create("insert") if self._file is None else _unnamed(self._folder)
        try:
            _write_all(descriptor, before)
            for piece in self.pieces(offset):
                _write_all(descriptor, piece)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def empty(self):
        """Forget what was taken in."""
        self.close()
        self._file, self.size = None, 0

    def close(self):
        self._pieces = []
        if self._file is not None:
            self._file.close()


def _unnamed(folder):
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.dup(file.fileno())


def _write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]
