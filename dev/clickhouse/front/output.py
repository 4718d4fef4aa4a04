"""How a result goes out: held back until it is worth a packet, encoded, with errors where clients look for them."""

import json
import secrets
import string
import tempfile
import time

from . import blocks
from .encodings import Encoder, choose
from .engine import Stats

HOLD = 1 << 20


class Output:
    """The response to one query. Its head goes out with the first full buffer, or at the end."""

    def __init__(self, server, response, query_id):
        self._server = server
        self.response = response
        self.query_id = query_id
        self._tag = "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))
        self._started_at = time.monotonic_ns()
        self._held = []
        self._held_size = 0
        self._hold = HOLD
        self._file = None
        self._encoder = None
        self._encoding = None
        self._native = False
        self._form = None

    def configure(self, request, params, settings):
        """Take buffering and compression from the request."""
        self._native = params.get("compress") == b"1"
        if settings.get("enable_http_compression", b"1") in (b"1", b"true") and not self._native:
            self._encoding = choose(request.header("accept-encoding"))
        if params.get("wait_end_of_query") == b"1" or settings.get("http_wait_end_of_query") == b"1":
            self._file = tempfile.SpooledTemporaryFile(max_size=8 * HOLD, dir=self._server.spool_folder)
        size = params.get("buffer_size", b"0")
        if size.isdigit():
            self._hold = max(HOLD, min(int(size), 64 * HOLD))

    def form(self, name, content_type):
        self._form = (name, content_type)

    def write(self, data):
        """Take a piece of the result."""
        if self._file is not None:
            self._file.write(data)
        elif self.response.started:
            self._send(data)
        else:
            self._held.append(data)
            self._held_size += len(data)
            if self._held_size >= self._hold:
                self._flush_head(Stats())

    def finish(self, stats):
        """The query succeeded: send what is held and the end mark."""
        if self._file is not None:
            self._file.seek(0)
            self._flush_head(stats)
            while piece := self._file.read(HOLD):
                self._send(piece)
            self._file.close()
        elif not self.response.started:
            self._flush_head(stats)
        if self._encoder is not None:
            self.response.piece(self._encoder.end())
        self.response.end()

    def fail(self, error):
        """The query failed: a clean error if nothing went out yet, else the marked text and a broken end."""
        text = error.body(self._server.engine.version)
        if self._file is not None:
            self._file.close()
        if not self.response.started:
            headers = [*self._common(Stats()), ("X-ClickHouse-Exception-Code", error.code)]
            headers.append(("Content-Type", "text/plain; charset=UTF-8"))
            if self._native:
                text = blocks.encode(text)
            elif self._encoding:
                headers.append(("Content-Encoding", self._encoding))
                encoder = Encoder(self._encoding)
                text = encoder.piece(text) + encoder.end()
            self.response.whole(error.status, headers, text)
            return
        tag = self._tag.encode()
        self._send(b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (tag, text, len(text), tag))
        if self._encoder is not None:
            self.response.piece(self._encoder.end())
        self.response.abort()

    def _common(self, stats):
        elapsed = time.monotonic_ns() - self._started_at
        summary = {"read_rows": stats.read_rows, "read_bytes": stats.read_bytes, "written_rows": stats.written_rows,
                   "written_bytes": stats.written_bytes, "total_rows_to_read": 0, "result_rows": stats.result_rows,
                   "result_bytes": stats.result_bytes, "elapsed_ns": elapsed}
        headers = [*self._server.default_headers(), ("X-ClickHouse-Query-Id", self.query_id),
                   ("X-ClickHouse-Timezone", self._server.engine.timezone),
                   ("X-ClickHouse-Exception-Tag", self._tag)]
        if self._form:
            headers.append(("X-ClickHouse-Format", self._form[0]))
        summary = json.dumps({name: str(value) for name, value in summary.items()}, separators=(",", ":"))
        return [*headers, ("X-ClickHouse-Summary", summary)]

    def _flush_head(self, stats):
        headers = self._common(stats)
        headers.append(("Content-Type", self._form[1] if self._form else "text/plain; charset=UTF-8"))
        if self._encoding:
            headers.append(("Content-Encoding", self._encoding))
            self._encoder = Encoder(self._encoding)
        self.response.begin(200, headers)
        held, self._held = self._held, []
        if held:
            self._send(held[0] if len(held) == 1 else b"".join(held))

    def _send(self, data):
        if self._native:
            data = b"".join(blocks.encode(data[at:at + HOLD]) for at in range(0, len(data), HOLD))
        elif self._encoder is not None:
            data = self._encoder.piece(data)
        self.response.piece(data)
