"""A bare HTTP client: it can send what proper clients never send, and shows every byte of the answer."""

import http.client
import json
import socket
from urllib.parse import urlencode

from .process import PASSWORD, USER, shared

LOGIN = {"X-ClickHouse-User": USER, "X-ClickHouse-Key": PASSWORD}


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def code(self):
        return int(self.headers.get("X-ClickHouse-Exception-Code", 0))

    @property
    def summary(self):
        return {name: int(value) for name, value in json.loads(self.headers["X-ClickHouse-Summary"]).items()}


def ask(sql=None, body=b"", method="POST", headers=None, login=True, server=None, path="/", **params):
    """One request on a fresh connection; `sql` goes to the URL when there is a body, else into the body."""
    if sql is not None and (body or method != "POST"):
        params["query"] = sql
    elif sql is not None:
        body = sql.encode() if isinstance(sql, str) else sql
    connection = http.client.HTTPConnection("127.0.0.1", (server or shared()).port, timeout=30)
    try:
        target = path + ("?" + urlencode(params) if params else "")
        connection.request(method, target, body or None, {**(LOGIN if login else {}), **(headers or {})})
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()


def must(sql, body=b"", **params):
    """A request that has to succeed; returns the result text without its last line end."""
    answer = ask(sql, body, **params)
    if answer.status != 200:
        raise AssertionError(f"{answer.status}: {answer.text}")
    return answer.text.rstrip("\n")


def raw(data, half_close=False, server=None):
    """Send bytes as they are and return everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", (server or shared()).port), timeout=10) as sock:
        sock.sendall(data)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
        received = []
        while piece := sock.recv(1 << 20):
            received.append(piece)
        return b"".join(received)


def head(method, target, *lines):
    """A request head with the login and further lines."""
    login = [f"{name}: {value}" for name, value in LOGIN.items()]
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: test", *login, *lines, "", ""]).encode()
