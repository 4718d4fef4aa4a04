"""HTTP/1.1 on a socket: request heads, framed bodies and chunked responses, strict where laxness loses rows."""

import re
from urllib.parse import unquote_to_bytes

LINE_LIMIT = 1 << 20
HEADER_LIMIT = 1000
PIECE = 1 << 20
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_HEX = re.compile(rb"[0-9A-Fa-f]{1,15}\Z")

REASONS = {
    100: "Continue", 200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 408: "Request Timeout", 411: "Length Required", 413: "Request Entity Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}


class HttpError(Exception):
    """A request that isn't valid HTTP; the connection is closed after the answer."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Truncated(Exception):
    """The client went away, or closed its side, before the body was complete."""


class Request:
    """The head of a request."""

    def __init__(self, method, target, version, headers):
        self.method = method
        self.version = version
        self.headers = headers
        path, _, query = target.partition("?")
        self.path = path
        self.params = parse_form(query.encode("latin-1"))

    def header(self, name, default=""):
        return self.headers.get(name, default)

    @property
    def keep_alive(self):
        tokens = [t.strip() for t in self.header("connection").lower().split(",")]
        return "keep-alive" in tokens if self.version == "1.0" else "close" not in tokens


def parse_form(text):
    """Decode `a=b&c=d` to a list of (name, value bytes); order and repeats are kept."""
    pairs = []
    for part in text.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            name = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8", "surrogateescape")
            pairs.append((name, unquote_to_bytes(value.replace(b"+", b" "))))
    return pairs


def _line(rfile):
    line = rfile.readline(LINE_LIMIT + 1)
    if len(line) > LINE_LIMIT:
        raise HttpError(414, "a line of the request head is longer than 1 MiB")
    if line and not line.endswith(b"\n"):
        raise Truncated("the request head ended in the middle of a line")
    return line.rstrip(b"\r\n").decode("latin-1") if line else None


def read_request(rfile):
    """Read one request head; None when the client closed the connection between requests."""
    line = _line(rfile)
    while line == "":
        line = _line(rfile)
    if line is None:
        return None
    parts = line.split(" ")
    if len(parts) != 3 or not _TOKEN.match(parts[0]) or parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise HttpError(400, "the request line is not `METHOD target HTTP/1.1`")
    return Request(parts[0], parts[1], parts[2][5:], _read_headers(rfile))


def _read_headers(rfile):
    headers = {}
    for _ in range(HEADER_LIMIT):
        line = _line(rfile)
        if line is None:
            raise Truncated("the request head ended before its empty line")
        if line == "":
            return headers
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.match(name):
            raise HttpError(400, "a header line is not `Name: value`")
        name, value = name.lower(), value.strip()
        if name == "content-length" and headers.get(name, value) != value:
            raise HttpError(400, "two Content-Length headers disagree")
        headers[name] = value if name not in headers or name == "content-length" else f"{headers[name]}, {value}"
    raise HttpError(431, "too many headers")


class Body:
    """The framed body of a request, read piece by piece; short bodies raise Truncated."""

    def __init__(self, request, rfile, send):
        self._rfile = rfile
        self._send = send
        self._expect = request.header("expect").lower() == "100-continue"
        self._stream = None
        self.done = False
        encoding = request.header("transfer-encoding").lower()
        length = request.header("content-length")
        if encoding and length:
            raise HttpError(400, "Content-Length and Transfer-Encoding must not come together")
        if encoding not in ("", "chunked", "identity"):
            raise HttpError(501, f"Transfer-Encoding {encoding!r} is not supported, send chunked")
        if length and not (length.isascii() and length.isdigit()):
            raise HttpError(400, "Content-Length is not a number")
        self.chunked = encoding == "chunked"
        self.length = int(length) if length else None
        if not self.chunked and not self.length:
            self.done = True

    @property
    def awaited(self):
        """True while the client still waits for `100 Continue` before it sends anything."""
        return self._expect and not self.done

    def pieces(self):
        """Yield the body; the end of the generator means that all of it arrived."""
        if self.done:
            return
        if self._expect:
            self._expect = False
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        yield from self.rest()

    def rest(self):
        """What is left of a body that was read in part."""
        if self.done:
            return
        if self._stream is None:
            self._stream = self._chunks() if self.chunked else self._exactly(self.length)
        for piece in self._stream:
            yield piece
        self.done = True

    def _exactly(self, left):
        while left:
            piece = self._rfile.read(min(left, PIECE))
            if not piece:
                raise Truncated(f"the body ended {left} bytes early")
            left -= len(piece)
            yield piece

    def _chunks(self):
        while True:
            line = self._rfile.readline(4096)
            size = line.split(b";")[0].strip()
            if not line.endswith(b"\n"):
                raise Truncated("the chunked body ended before its last chunk")
            if not _HEX.match(size):
                raise HttpError(400, "a chunk size is not a hexadecimal number")
            size = int(size, 16)
            if size == 0:
                break
            yield from self._exactly(size)
            if self._rfile.readline(3) not in (b"\r\n", b"\n"):
                raise Truncated("a chunk did not end with a line end")
        while (line := self._rfile.readline(LINE_LIMIT)) not in (b"\r\n", b"\n"):
            if not line.endswith(b"\n"):
                raise Truncated("the trailer of the chunked body is incomplete")


class Response:
    """Writes one response: a head, then either a whole body or chunks."""

    def __init__(self, request, send, close):
        self._send = send
        self.head_only = request is not None and request.method == "HEAD"
        self._chunked = request is None or request.version == "1.1"
        self.close = close or request is None or not request.keep_alive
        self.started = False

    def _head(self, status, headers):
        self.started = True
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += ["Connection: Close"] if self.close else ["Connection: Keep-Alive", "Keep-Alive: timeout=30, max=9999"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")

    def whole(self, status, headers, body=b""):
        """Send a response whose body is at hand."""
        head = self._head(status, [*headers, ("Content-Length", len(body))] if status != 204 else headers)
        self._send(head if self.head_only else head + body)

    def begin(self, status, headers):
        """Send the head of a streamed response; an HTTP/1.0 client reads until the connection closes."""
        if not self._chunked:
            self.close = True
            self._send(self._head(status, headers))
        else:
            self._send(self._head(status, [*headers, ("Transfer-Encoding", "chunked")]))

    def piece(self, data):
        if data and not self.head_only:
            self._send(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def end(self):
        if self._chunked and not self.head_only:
            self._send(b"0\r\n\r\n")

    def abort(self):
        """End a streamed response without its last chunk, so that the client sees that it is broken."""
        self.close = True
