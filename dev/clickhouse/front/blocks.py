"""ClickHouse's own compressed blocks (`decompress=1`, `compress=1`): checksum, method, two sizes, data.

A block is 16 bytes of CityHash128 (ClickHouse's 1.0.2 variant) over all that follows, one method byte, the size
of the data plus these nine bytes, the plain size (both 4 bytes, little endian), then the data.
"""

import struct

import lz4.block
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from .errors import QueryError

NONE, LZ4, ZSTD = 0x02, 0x82, 0x90
_HEAD = struct.Struct("<BII")
_CHECKSUM = struct.Struct("<QQ")
_SIZE_LIMIT = 1 << 30
_LOW_64 = (1 << 64) - 1


def _checksum(data):
    value = CityHash128(data)
    return _CHECKSUM.pack(value >> 64, value & _LOW_64)


def encode(plain):
    """One LZ4 block."""
    packed = lz4.block.compress(plain, store_size=False)
    rest = _HEAD.pack(LZ4, len(packed) + _HEAD.size, len(plain)) + packed
    return _checksum(rest) + rest


def decode(pieces):
    """Turn pieces of a compressed body into plain pieces; anything damaged or cut short is refused."""
    pending = bytearray()
    for piece in pieces:
        pending += piece
        start = 0
        while (block := _next_block(pending, start)) is not None:
            plain, start = block
            yield plain
        if start:
            del pending[:start]
    if pending:
        raise QueryError(33, f"Cannot read all data: the compressed body ends in the middle of a block, "
                             f"after {len(pending)} bytes of it.")


def _next_block(buffer, start):
    body = start + 16
    if len(buffer) < body + _HEAD.size:
        return None
    method, packed_size, plain_size = _HEAD.unpack_from(buffer, body)
    if method not in (NONE, LZ4, ZSTD):
        raise QueryError(89, f"Unknown compression method: {method:#04x}, this server knows LZ4, ZSTD and NONE.")
    if packed_size > _SIZE_LIMIT or plain_size > _SIZE_LIMIT or packed_size < _HEAD.size:
        raise QueryError(118, f"Too large (or impossible) sizes in a block: compressed {packed_size}, "
                              f"plain {plain_size}. Most likely corrupted data.")
    end = body + packed_size
    if len(buffer) < end:
        return None
    rest = bytes(memoryview(buffer)[body:end])
    if _checksum(rest) != bytes(buffer[start:body]):
        raise QueryError(40, "Checksum doesn't match: corrupted data.")
    return _plain(method, memoryview(rest)[_HEAD.size:], plain_size), end


def _plain(method, packed, plain_size):
    try:
        if method == LZ4:
            plain = lz4.block.decompress(packed, uncompressed_size=plain_size)
        elif method == ZSTD:
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=plain_size)
        else:
            plain = bytes(packed)
    except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
        raise QueryError(271, f"Cannot decompress a block: {error}") from None
    if len(plain) != plain_size:
        raise QueryError(271, f"Cannot decompress a block: it holds {len(plain)} bytes, its head says {plain_size}.")
    return plain
