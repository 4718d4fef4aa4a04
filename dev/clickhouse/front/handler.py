"""One client connection: requests in a row, each routed, authenticated and answered."""

import socket
import sys
import time
import traceback

from .errors import QueryError
from .http1 import Body, HttpError, Request, Response, Truncated, read_request
from .output import Output
from .query import Query, new_id

IDLE, BODY = 30, 300
_DRAIN = 256 << 20
_NO_HANDLE = (
    "There is no handle {path}. Use / or /ping for health checks.\n"
    "Or /replicas_status for more sophisticated health checks.\n\n"
    "Send queries from your program with POST method or GET method with \"query\" parameter.\n"
)
_FIXED = {"/ping": b"Ok.\n", "/replicas_status": b"Ok.\n"}


class Handler:
    """Serves one accepted socket until it closes."""

    def __init__(self, server, sock):
        self._server = server
        self._sock = sock
        self._rfile = sock.makefile("rb", 1 << 16)
        self.idle = True

    def serve(self):
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while not self._server.stopping.is_set() and self._one():
                continue
        except (OSError, Truncated):
            # The client is gone: there is nobody left to tell.
            return
        finally:
            self._rfile.close()
            self._sock.close()

    def hang_up(self):
        """Wake the thread of this connection from a read or a write."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _one(self):
        self.idle = True
        self._sock.settimeout(IDLE)
        request = None
        try:
            request = read_request(self._rfile)
            if request is None:
                return False
            self.idle = False
            self._sock.settimeout(BODY)
            body = Body(request, self._rfile, self._sock.sendall)
        except HttpError as error:
            Response(None, self._sock.sendall, True).whole(
                error.status, self._server.default_headers(), f"{error}\n".encode())
            return False
        response = Response(request, self._sock.sendall, self._server.stopping.is_set())
        self._route(request, body, response)
        return not response.close

    @staticmethod
    def _drain(body):
        """Read the rest of an unread body; False when the connection can't be used again.

        A client that still sends would see a reset, not the answer, if the socket were closed under it.
        """
        if body.awaited:
            return False
        size = 0
        for piece in body.rest():
            size += len(piece)
            if size > _DRAIN:
                return False
        return True

    def _route(self, request: Request, body, response):
        plain = [*self._server.default_headers(), ("Content-Type", "text/html; charset=UTF-8")]
        asks = request.path in ("/", "") and (request.method == "POST" or request.params)
        if not asks:
            response.close = not self._drain(body) or response.close
        if request.method == "OPTIONS":
            response.whole(204, [*self._server.default_headers(), ("Allow", "GET, HEAD, POST, OPTIONS")])
        elif request.method not in ("GET", "HEAD", "POST"):
            response.whole(501, plain, f"Method {request.method} is not supported, use GET or POST.\n".encode())
        elif asks:
            self._query(request, body, response)
        elif request.path in _FIXED or request.path in ("/", ""):
            response.whole(200, plain, _FIXED.get(request.path, b"Ok.\n"))
        else:
            response.whole(404, plain, _NO_HANDLE.format(path=request.path).encode())

    def _query(self, request, body, response):
        params = dict(request.params)
        query_id = params.get("query_id", b"").decode("utf-8", "surrogateescape") or new_id()
        output = Output(self._server, response, _header_safe(query_id))
        entry, started, stats, error, broken = None, time.monotonic(), None, None, False
        try:
            user = self._server.account.check(request, params)
            if request.method == "POST" and not body.chunked and body.length is None:
                raise QueryError(381, "The Transfer-Encoding is not chunked and there is no Content-Length header "
                                      "for POST request")
            entry = self._server.registry.begin(query_id, user, self.hang_up)
            stats = Query(self._server, request, params, user, output).run(body, entry, self._sock)
        except QueryError as failure:
            error = failure
        except Truncated as failure:
            error, broken = QueryError(3, f"Unexpected end of file: {failure}. Nothing was inserted."), True
        except HttpError as failure:
            error, broken = QueryError(1000, str(failure)), True
        except OSError:
            self._server.log(f"query {query_id}: the client hung up before the result was sent")
            raise
        except Exception as failure:
            traceback.print_exc(file=sys.stderr)
            error = QueryError(1001, f"the front failed: {type(failure).__name__}: {failure}")
        finally:
            # Before the last byte goes out, so that a client may use its query id again at once.
            if entry is not None:
                self._server.registry.end(entry)
        if error is None:
            output.finish(stats)
        else:
            response.close = response.close or broken or not self._drain(body)
            self._server.log(f"query {query_id}: {error.name} ({error.code}) after {time.monotonic() - started:.3f} s: "
                             f"{error.message.partition(chr(10))[0][:300]}")
            output.fail(error)


def _header_safe(text):
    return "".join(char if char.isprintable() else "?" for char in text)
