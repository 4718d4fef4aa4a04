"""HTTP content encodings both ways: gzip, deflate, zstd and lz4 frames."""

import zlib

import lz4.frame
import zstandard

from .errors import QueryError

_PREFERENCE = ("lz4", "zstd", "gzip", "deflate")
_STEP = 1 << 20


def choose(accept):
    """The encoding to answer with, from an Accept-Encoding header; None for plain."""
    offered = set()
    for part in accept.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            offered.add(name.strip())
    return next((name for name in _PREFERENCE if name in offered), None)


def decode(encoding, pieces):
    """Plain pieces of an encoded body; an unknown encoding, damage or a missing end is refused."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return pieces
    if encoding not in _PREFERENCE:
        raise QueryError(48, f"Unknown compression method '{encoding}' in Content-Encoding, "
                             f"this server knows {', '.join(_PREFERENCE)}.")
    return _inflate(encoding, pieces) if encoding in ("gzip", "deflate") else _frames(encoding, pieces)


def _cut_short(encoding):
    return QueryError(33, f"Cannot read all data: the {encoding} body ends before its end mark.")


def _inflate(encoding, pieces):
    wbits = 31 if encoding == "gzip" else 15
    decoder, fed = zlib.decompressobj(wbits), False
    try:
        for piece in pieces:
            while piece:
                if decoder.eof:
                    decoder = zlib.decompressobj(wbits)
                fed = True
                yield decoder.decompress(piece, _STEP)
                piece = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error as error:
        raise QueryError(271, f"Cannot decompress the {encoding} body: {error}") from None
    if fed and not decoder.eof:
        raise _cut_short(encoding)


def _frames(encoding, pieces):
    fresh = lz4.frame.LZ4FrameDecompressor if encoding == "lz4" else zstandard.ZstdDecompressor().decompressobj
    decoder, fed = fresh(), False
    try:
        for piece in pieces:
            while piece:
                if decoder.eof:
                    decoder = fresh()
                fed = True
                yield decoder.decompress(piece)
                piece = (decoder.unused_data or b"") if decoder.eof else b""
    except (RuntimeError, zstandard.ZstdError) as error:
        raise QueryError(271, f"Cannot decompress the {encoding} body: {error}") from None
    if fed and not decoder.eof:
        raise _cut_short(encoding)


class Encoder:
    """Encodes a streamed response; what it returns for a piece can be decoded at once by the reader."""

    def __init__(self, encoding):
        self._finish = None
        if encoding == "lz4":
            frame = lz4.frame.LZ4FrameCompressor(auto_flush=True)
            self._head, self._piece, self._finish = frame.begin(), frame.compress, frame.flush
        elif encoding == "zstd":
            stream = zstandard.ZstdCompressor(level=1).compressobj()
            self._head, self._finish = b"", stream.flush
            self._piece = lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        else:
            stream = zlib.compressobj(3, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
            self._head, self._finish = b"", stream.flush
            self._piece = lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)

    def piece(self, data):
        head, self._head = self._head, b""
        return head + self._piece(data)

    def end(self):
        head, self._head = self._head, b""
        return head + self._finish()
