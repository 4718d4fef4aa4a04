"""The three Kafka requests that tell whether a broker really serves, over a plain socket.

Only old, fixed-layout versions of the requests are used; a broker answers them for good.
"""

import socket
import struct

_API_VERSIONS, _METADATA, _FIND_COORDINATOR = 18, 3, 10
_CORRELATION = 7


class Connection:
    """One connection to one broker. Every failure is an OSError."""

    def __init__(self, port, timeout=2.0):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def api_versions(self):
        """The number of APIs the broker offers."""
        answer = self._ask(_API_VERSIONS, 0, b"")
        error, count = struct.unpack_from(">hi", answer)
        if error:
            raise OSError(f"ApiVersions was answered with error {error}")
        return count

    def brokers(self):
        """The ids of the brokers that are registered and alive, as this broker knows them."""
        answer = self._ask(_METADATA, 1, struct.pack(">i", 0))
        (count,) = struct.unpack_from(">i", answer)
        ids, at = set(), 4
        for _ in range(count):
            (node,) = struct.unpack_from(">i", answer, at)
            at += 4
            at += 2 + struct.unpack_from(">h", answer, at)[0]
            at += 4
            rack = struct.unpack_from(">h", answer, at)[0]
            at += 2 + max(rack, 0)
            ids.add(node)
        return ids

    def coordinator_error(self, group):
        """0 once a coordinator for `group` is there. The first call creates the offsets topic."""
        answer = self._ask(_FIND_COORDINATOR, 0, _string(group))
        return struct.unpack_from(">h", answer)[0]

    def _ask(self, key, version, body):
        request = struct.pack(">hhi", key, version, _CORRELATION) + _string("sealtrail-dev") + body
        self._socket.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", self._receive(4))
        answer = self._receive(length)
        if struct.unpack_from(">i", answer)[0] != _CORRELATION:
            raise OSError("the answer is not Kafka's")
        return answer[4:]

    def _receive(self, count):
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise OSError("the broker closed the connection")
            data += part
        return data


def _string(text):
    return struct.pack(">h", len(text)) + text.encode()
