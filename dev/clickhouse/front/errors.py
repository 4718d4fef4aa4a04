"""ClickHouse exceptions as the HTTP interface shows them: code, name, text and HTTP status."""

import re

_CODE = re.compile(r"Code: (\d+)\.")
_NAME = re.compile(r"\(([A-Z][A-Z0-9_]+)\)\s*(?:\(version [^)]*\)+)?\s*$")
_VERSION_SUFFIX = re.compile(r"\s*\(version [^()]*(?:\([^()]*\))?\)\s*$")

# The names of the codes that the front raises itself; the engine names its own.
NAMES = {
    3: "UNEXPECTED_END_OF_FILE", 33: "CANNOT_READ_ALL_DATA", 36: "BAD_ARGUMENTS", 40: "CHECKSUM_DOESNT_MATCH",
    48: "NOT_IMPLEMENTED", 62: "SYNTAX_ERROR", 73: "UNKNOWN_FORMAT", 89: "UNKNOWN_COMPRESSION_METHOD",
    115: "UNKNOWN_SETTING", 118: "TOO_LARGE_SIZE_COMPRESSED", 216: "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
    271: "CANNOT_DECOMPRESS", 290: "LIMIT_EXCEEDED", 372: "SESSION_NOT_FOUND", 373: "SESSION_IS_LOCKED",
    374: "INVALID_SESSION_TIMEOUT", 381: "HTTP_LENGTH_REQUIRED", 394: "QUERY_WAS_CANCELLED",
    516: "AUTHENTICATION_FAILED",
    1000: "POCO_EXCEPTION",
}

_BAD_REQUEST = (6, 16, 25, 26, 27, 36, 38, 41, 43, 44, 53, 62, 69, 72, 117, 168, 302, 376, 427, 441, 675, 676)
_NOT_FOUND = (46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511)
_STATUS = {code: 400 for code in _BAD_REQUEST} | {code: 404 for code in _NOT_FOUND} | {
    48: 501, 76: 503, 159: 408, 192: 403, 193: 403, 194: 401, 209: 503, 290: 413, 381: 411, 439: 503,
    497: 403, 512: 403, 516: 403,
}


class QueryError(Exception):
    """A ClickHouse exception: its code and its message without the version suffix."""

    def __init__(self, code, message, name=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.name = name or NAMES.get(code, "STD_EXCEPTION")

    @classmethod
    def from_engine(cls, error):
        """Take apart the text of an engine exception."""
        text = _VERSION_SUFFIX.sub("", str(error).strip())
        code = _CODE.search(text)
        if not code:
            return cls(1001, text, "STD_EXCEPTION")
        name = _NAME.search(text)
        whole = cls(int(code.group(1)), text, name.group(1) if name else None)
        whole.from_text = True
        return whole

    from_text = False

    @property
    def status(self):
        """The HTTP status that a ClickHouse server gives for this code."""
        return _STATUS.get(self.code, 500)

    def body(self, version):
        """The response body: the same line a ClickHouse server writes."""
        text = self.message if self.from_text else f"Code: {self.code}. DB::Exception: {self.message} ({self.name})"
        return f"{text} (version {version})\n".encode("utf-8", "surrogateescape")
