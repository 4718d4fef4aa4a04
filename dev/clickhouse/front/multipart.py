"""`multipart/form-data` bodies, in which clients send long queries and query parameters."""

import re

from .errors import QueryError

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;,\s]+))', re.IGNORECASE)
_NAME = re.compile(rb'\bname="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE = re.compile(rb"\bfilename=", re.IGNORECASE)


def boundary(content_type):
    """The boundary of a multipart form, or None for any other content type."""
    if not content_type.lower().startswith("multipart/form-data"):
        return None
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise QueryError(36, "The multipart/form-data body has no boundary in its Content-Type.")
    return (match.group(1) or match.group(2)).encode("latin-1")


def fields(body, mark):
    """The (name, value) fields of the form; files (external tables) are refused."""
    parts = (b"\r\n" + body).split(b"\r\n--" + mark)
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise QueryError(33, "Cannot read all data: the multipart body ends before its last boundary.")
    found = []
    for part in parts[1:-1]:
        head, gap, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not gap or name is None:
            raise QueryError(36, "A part of the multipart body has no name.")
        if _FILE.search(head):
            raise QueryError(48, "External tables (files in a multipart body) are not supported by this server.")
        found.append((name.group(1).decode("utf-8", "surrogateescape"), value))
    return found
