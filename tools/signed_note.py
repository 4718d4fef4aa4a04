"""Reads checkpoints and proof files for verify.py: C2SP signed notes with Ed25519 (RFC 8032), and C2SP tlog-proofs.

Nothing but Python's standard library. Strict: base64, decimals, points and numbers have one spelling each, and no point
is of small order. What does not hold raises a ValueError.
"""
import base64
import hashlib
import re
from types import SimpleNamespace as Record

NUMBER, CHAIN, TRAIL = "(0|[1-9][0-9]{0,18})", r"[!#-*,-\[\]-~]{1,200}", r"[!#-*,-.0-\[\]-~]{1,54}"
PROOF = rf"c2sp.org/tlog-proof@v1\nextra (\S+)\nindex {NUMBER}((?:\n\S+){{0,63}})\n\n((?s:.*))"
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P)
BASE = bytes([0x58] + 31 * [0x66])


def need(holds, text):
    if not holds:
        raise ValueError(text)


def point(encoded):
    """x and y of the point that 32 bytes stand for."""
    sign, y = divmod(int.from_bytes(encoded, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need(y < P and (x * x - square) % P == 0 and (x or not sign), "it is not a point of the curve")
    return (x if x % 2 == sign else P - x), y


def add(p, q):
    bend = D * p[0] * p[1] * q[0] * q[1]
    x, y = p[0] * q[1] + p[1] * q[0], p[1] * q[1] + p[0] * q[0]
    return x * pow(1 + bend, -1, P) % P, y * pow(1 - bend, -1, P) % P


def times(n, p):
    return add(times(n // 2, add(p, p)), p if n % 2 else (0, 1)) if n else (0, 1)


def check_signature(key, message, signature):
    a, s = point(key), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    x, y = r = add(times(s, point(BASE)), times(k, (P - a[0], a[1])))
    same = (y + x % 2 * 2**255).to_bytes(32, "little") == signature[:32] and len(signature) == 64 and s < L
    need(same and times(8, a)[0] and times(8, r)[0], "the signature does not fit")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text, size=None):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and size in (None, len(data)), "base64 is spelled wrongly")
    return data


def read_checkpoint(note, vkey):
    """What a note says, where the key signed it and it is of a chain of the key's trail."""
    trail, key_id, key = vkey.strip().split("+", 2)
    key = unbase64(key, 33)
    named = sha(trail.encode(), b"\n", key)[:4].hex() == key_id
    need(re.fullmatch(TRAIL, trail) and key[0] == 1 and named, "the vkey is not one of Ed25519")
    signed = rf"({re.escape(trail)}/({CHAIN})\n{NUMBER}\n(.*)\n)"
    found = re.fullmatch(signed + r"\n((?:— [^\s+]+ \S{8,}\n){1,16})", note)
    need(found and len(note.encode()) <= 65536, "it is not a signed note of a chain of the vkey's trail")
    signatures = [(name, unbase64(text)) for _, name, text in map(str.split, found[5].splitlines())]
    ours = [data[4:] for name, data in signatures if name == trail and data[:4].hex() == key_id]
    need(len(ours) == 1, "it is not signed once by the given key")
    check_signature(key[1:], found[1].encode(), ours[0])
    return Record(trail=trail, chain=found[2], size=int(found[3]), root=unbase64(found[4], 32))


def root_by_path(leaf, index, size, path):
    """The root (RFC 6962) that a path leads to, from a leaf's hash."""
    need(0 <= index < size and (size == 1) == (not path), "the path is not as long as the checkpoint's size asks for")
    if not path:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        return sha(b"\1", root_by_path(leaf, index, left, path[:-1]), path[-1])
    return sha(b"\1", path[-1], root_by_path(leaf, index - left, size - left, path[:-1]))


def read_proof(text, vkey):
    """A proof file's checkpoint, the leaf and its index, and the root that the path leads to."""
    found = re.fullmatch(PROOF, text)
    need(found, "it is not a c2sp.org/tlog-proof@v1 file with a leaf")
    head, leaf, index = read_checkpoint(found[4], vkey), unbase64(found[1]), int(found[2])
    path = [unbase64(row, 32) for row in found[3].split()]
    return head, leaf, index, root_by_path(sha(b"\0", leaf), index, head.size, path)
