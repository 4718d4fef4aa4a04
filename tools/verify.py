#!/usr/bin/env python3
"""Checks an exported audit chain, or one record's proof, with nothing but Python 3.11's standard library.

It shares no line with the software that sealed the chain. What it checks: each leaf's one spelling, links, sequences, source
offsets, segment-closes, key changes, MACs (when keys are given), checkpoints' signatures and roots, disclosures."""
import argparse, base64, collections, hashlib, hmac, itertools, json, re, sys, types

CODES = {"intact": 0, "gap-declared": 15, "pending": 16, "unverifiable": 13, "missing": 11, "forked": 12, "tampered": 10}  # worst last
HELP = """examples:
  verify.py chain chain.ndjson
  verify.py chain chain.ndjson --checkpoint new.note --previous-checkpoint old.note --vkey "$(cat trail.vkey)"
  verify.py chain chain.ndjson --key-file keys.json --json        keys.json: {"<key id>": "<64 hex digits>"}
  verify.py proof record.tlog-proof --vkey "$(cat trail.vkey)"

exit codes: 0 intact, 10 tampered, 11 missing, 12 forked, 13 unverifiable (a key or a format is not known here),
15 gap-declared (the chain itself says so), 16 pending (newer than the checkpoint), 1 a file cannot be read, 2 usage"""

class Bad(ValueError):
    """What is wrong, and the verdict that it makes."""
    def __init__(self, text, verdict="tampered"):
        super().__init__(text)
        self.verdict = verdict

# Ed25519 (RFC 8032), strict: one spelling of every point and number, no points of small order.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT, ZERO = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P), (0, 1, 1, 0)
def point(encoded):
    sign, y = divmod(int.from_bytes(encoded, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x if (v * x * x - u) % P == 0 else x * ROOT % P
    if y >= P or (v * x * x - u) % P or (x == 0 and sign):
        raise Bad("it is not a point of the curve")
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(number, p):
    total = ZERO
    while number:
        total, p, number = add(total, p) if number % 2 else total, add(p, p), number // 2
    return total
def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0
def check_signature(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    small = any(same(times(8, p), ZERO) for p in (a, r))
    if small or len(signature) != 64 or s >= L or not same(times(s, base), add(r, times(k, a))):
        raise Bad("the signature does not fit")

# The Merkle tree (RFC 6962): [(leaves, hash)], the largest complete subtree first.
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def grown(tree, leaf):
    tree = tree + [(1, leaf)]
    while len(tree) > 1 and tree[-1][0] == tree[-2][0]:
        tree[-2:] = [(2 * tree[-1][0], sha(b"\1", tree[-2][1], tree[-1][1]))]
    return tree
def root_of(tree):
    root = tree[-1][1] if tree else sha()
    for _, left in reversed(tree[:-1]):
        root = sha(b"\1", left, root)
    return root
def check_inclusion(hashed, node, size, path, root):
    last = size - 1
    for sibling in path if 0 <= node < size else []:
        left = node % 2 or node == last
        while left and node and not node % 2:
            node, last = node // 2, last // 2
        hashed = sha(b"\1", sibling, hashed) if left else sha(b"\1", hashed, sibling)
        if last == 0:
            raise Bad("the path is too long")
        node, last = node // 2, last // 2
    if last or node or hashed != root:
        raise Bad("the path does not lead from the leaf to the checkpoint's root")

# Texts with one spelling: base64, decimals, signed notes.
def unbase64(text, size=None):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or size not in (None, len(data)):
        raise Bad("base64 is spelled wrongly or has another length")
    return data
def decimal(text):
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) > 2**63:
        raise Bad("a number is spelled wrongly")
    return int(text)
def read_checkpoint(note, vkey):
    """Trail, chain, size and root of a note that the given key signed."""
    trail, key_id, key = vkey.strip().split("+", 2)
    key, (text, blank, lines) = unbase64(key, 33), note.rpartition("\n\n")
    if key[0] != 1 or sha(trail.encode(), b"\n", key)[:4].hex() != key_id:
        raise Bad("the vkey is not one of Ed25519")
    if not blank or lines[-1:] != "\n" or len(note.encode()) > 65536 or re.search("[\0-\x09\x0b-\x1f]", note):
        raise Bad("it is not a signed note")
    found = [re.fullmatch(r"— ([^\s+]+) (\S{8,})", line) for line in lines[:-1].split("\n")]
    if len(found) > 16 or not all(found):
        raise Bad("a signature line is not one")
    signatures = [(line[1], unbase64(line[2])) for line in found]
    ours = [data[4:] for name, data in signatures if name == trail and data[:4].hex() == key_id]
    if len(ours) != 1:
        raise Bad("it is not signed once by the given key")
    check_signature(key[1:], (text + "\n").encode(), ours[0])
    head = re.fullmatch(re.escape(trail) + f"/({CHAIN})\n(.*)\n(.*)", text)
    if not head:
        raise Bad("it is not a checkpoint of a chain of the key's trail")
    return types.SimpleNamespace(trail=trail, chain=head[1], size=decimal(head[2]), root=unbase64(head[3], 32))

# Leaves. A pattern is a regular expression, a function, a list of one, or members ("?": may be absent).
def whole(least):
    return lambda n: type(n) is int and n >= least
def text(s):
    return type(s) is str and 0 < len(s.encode()) <= 1024 and "\0" not in s
def each(names, pattern):
    return dict.fromkeys(names.split(), pattern)
CHAIN, HEX, KEY, CODE, N = r"[!#-*,-\[\]-~]{1,200}", "[0-9a-f]{64}", "[A-Za-z0-9._-]{1,64}", "[a-z0-9-]{1,64}", whole(0)
LEVELS, OUTCOMES, TAKEN = "confidential internal public restricted", "duplicate event gap reject", ("event", "reject", "duplicate")
CLOSE = each("first from next segment size", N) | {"root": HEX, "edge": [HEX], "time": each("max min", whole(-1)),
                                                   "levels": each(LEVELS, N), "outcomes": each(OUTCOMES, N)}
BODIES = {
    "event": {"*": lambda _: True}, "segment-close": CLOSE, "source-gap": {"reason": CODE},
    "genesis": {"config": HEX, "key": KEY, "topic": text, "trail": text, "?previous": {"chain": CHAIN, "root": HEX, "size": N}},
    "owner-change": each("attempt generation term", N) | {"owner": text}, "key-epoch": {"key": KEY, "previous": KEY, "proof": HEX},
    "reject": {"bytes": N, "reason": CODE, "sha256": HEX}, "duplicate": {"event_id": text, "first": N, "tenant": text},
    "erasure": {"basis": text, "handle": "[0-9a-f]{32}", "root": HEX, "scope": CODE, "size": N},
    "config-change": {"digest": HEX, "part": text, "version": text}, "retention-cut": {"first": N, "next": N, "policy": text}}
ENVELOPE = {"chain": CHAIN, "prev": HEX, "seq": lambda n: N(n) and n < 2**40 - 1, "type": text, "v": N,
            "source": each("from next partition", N) | {"time": whole(-1)}}
CLASS = {"class": {"level": LEVELS.replace(" ", "|"), "policy": r"[ !#-\[\]-~]{1,64}"}}
def fits(pattern, value):
    if type(pattern) is str:
        return type(value) is str and re.fullmatch(pattern, value) is not None
    if type(pattern) is list:
        return type(value) is list and all(fits(pattern[0], item) for item in value)
    if type(pattern) is not dict:
        return pattern(value)
    missing = type(value) is not dict or any(name[0] not in "?*" and name not in value for name in pattern)
    find = lambda name: pattern.get(name) or pattern.get("?" + name) or pattern.get("*") or (lambda _: False)
    return not missing and all(fits(find(name), member) for name, member in value.items())
def canonical(value):
    if type(value) is dict:
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if type(value) is list:
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
def number(digits):
    if re.fullmatch("-?[0-9]{1,16}", digits) is None or abs(int(digits)) >= 2**53:
        raise Bad("it holds a number that is not whole and below 2^53")
    return int(digits)
def parse(spelled):
    try:
        value = json.loads(spelled, parse_int=number, parse_float=number, parse_constant=number)
        if canonical(value) == spelled and len(spelled.encode()) <= 65535 and type(value) is dict:
            return value
    except (ValueError, RecursionError):
        pass
    raise Bad("it is not a canonical JSON object with whole numbers, of up to 65,535 bytes")
def judge(leaf):
    kind, version = leaf.get("type"), leaf.get("v")
    if (N(version) and version != 1) or (text(kind) and kind not in BODIES):
        raise Bad(f"version {version} of type {kind} is not known here", "unverifiable")
    if not fits(ENVELOPE | (CLASS if kind == "event" else {}) | {"what": BODIES.get(kind, {})}, leaf):
        raise Bad("a member is absent, unknown or out of its limits")

def kdf(key, label, *parts):
    return hmac.digest(key, b"".join([label.encode(), b"\n", *(len(part).to_bytes(4, "big") + part for part in parts)]), "sha256")

class Walk:
    """One chain's records, in order. What is not known (`None`) is taken from the next sound record and not reported again."""
    def __init__(self, chain, trail, keys, heads):
        self.chain, self.trail, self.keys, self.heads, self.findings, self.named = chain, trail, keys, heads, [], set()
        self.tree, self.segments, self.cut, self.size, self.lead, self.compared, self.after = [], range(1), 0, 0, 0, set(), None
        self.source = self.key = self.counted = None
    def find(self, place, what, verdict="tampered"):
        self.findings.append((verdict, place, what))
    def read(self, line):
        r = types.SimpleNamespace(place=None, leaf="", key="", mac="", hash=b"", value={}, prev=None, open=[], faults=[])
        try:
            row = json.loads(line)
            r.key, r.mac, r.open, r.leaf = row["key_id"], row["mac"], row.get("disclosures", []), row["leaf"]
            r.hash, r.value = sha(b"\0", r.leaf.encode()), parse(r.leaf)
            r.place = r.value["seq"] if N(r.value.get("seq")) else None
            r.prev = bytes.fromhex(r.value["prev"]) if fits(HEX, r.value.get("prev")) else None
            judge(r.value)
            self.chain = self.chain or r.value["chain"]
            if r.value["chain"] != self.chain:
                raise Bad("its leaf names another chain")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            r.faults.append(error if isinstance(error, Bad) else Bad("the line is not a record"))
        return r
    def records(self, lines):
        """What has a place of its own; copies, rivals, strays and gaps are reported."""
        last, rows = types.SimpleNamespace(place=-1, hash=bytes(32)), map(self.read, lines)
        r = next(rows, None)
        while r:
            follower, here = next(rows, None), last.place + 1
            if r.place != here and (r.place is None or r.prev == last.hash):
                r.faults += [] if r.place is None else [Bad(f"its leaf names sequence {r.place}")]
                r.place = here
            r.gap, r.sound, r.bad = r.place - here, not r.faults, any(fault.verdict == "tampered" for fault in r.faults)
            stray = r.gap > 0 and follower and follower.place is not None and here <= follower.place <= r.place
            for fault in r.faults:
                self.find(here if stray else r.place, str(fault), fault.verdict)
            if stray or r.gap < 0:
                rival = r.gap == -1 and r.hash != last.hash and r.prev == last.prev
                forged = rival and self.signed(r, range(self.segments[0], self.segments[-1] + 3)) == []
                self.find(here if stray else r.place, "another leaf claims its place" if rival else "it is out of place",
                          "forked" if rival and not forged else "tampered")
                r = follower
                continue
            if r.gap and last.place < 0:
                self.lead = r.place
            elif r.gap:
                self.find(here, f"it is not there, nor is any before {r.place}", "missing")
            yield r
            last, r = r, follower
    def signed(self, r, segments):
        """The segments for which the record's MAC is right; `None` when that cannot be said."""
        if r.key not in (self.keys or {}) or len(segments) > 64:
            return None
        key = lambda n: kdf(self.keys[r.key], "sealtrail/segment/1", self.chain.encode(), n.to_bytes(8, "big"))
        made = lambda n: hmac.digest(key(n), b"sealtrail/mac/1\n" + r.leaf.encode(), "sha256").hex()
        return [n for n in segments if made(n) == r.mac]
    def forget(self, closes):
        self.source = self.key = self.counted = self.after = None
        self.segments = range(self.segments[0], self.segments[-1] + 1 + closes)
    def decides(self, r, after):
        """No record follows `after`: does a root say that the one before it was `r` as `after` names it?"""
        if self.tree is None:
            return False
        tree = grown(self.tree, after.prev)
        heads = [head.root for head in self.heads if head.size == after.place + 1] + [None]
        closed = after.sound and after.value["type"] == "segment-close" and after.value["what"]["root"] == root_of(tree).hex()
        return closed or root_of(grown(tree, after.hash)) == heads[0]
    def run(self, lines):
        window = itertools.chain(self.records(lines), [None, None])
        r, after, far = next(window), next(window, None), None
        while r:
            far = next(window, None)
            self.step(r, after if after and not after.gap else None, far if far and not far.gap else None)
            self.size, r, after = r.place + 1, after, far
        self.end()
    def step(self, r, after, far):
        if r.gap:
            self.forget(r.gap)
            self.tree = grown(self.tree, r.prev) if r.gap == 1 and self.tree is not None and r.prev and not r.bad else None
        right = self.signed(r, self.segments)
        wrong = right == []
        self.segments = range(right[0], right[-1] + 1) if right else self.segments
        if wrong or r.mac.strip("0") == "":
            self.find(r.place, "its MAC does not match its leaf")
        closes = r.value.get("type") == "segment-close"
        if after and after.prev is not None and after.prev != r.hash:
            evidence = r.bad or wrong, after.bad or self.signed(after, range(self.segments[0], self.segments[-1] + 2)) == []
            trusted = far and far.prev == after.hash or not far and self.decides(r, after)
            guilty = r if evidence == (True, False) or evidence[0] == evidence[1] and trusted else after
            self.find(guilty.place, "it is not what was sealed here: a neighbour names another hash")
            guilty.bad = True
        if r.sound and not r.bad:
            self.check(r, r.value, r.value["what"], r.value["source"], r.value["type"])
        else:
            self.forget(1)
        honest = r.hash if not r.bad else after.prev if after and not after.bad else None
        self.tree = grown(self.tree, honest) if honest and self.tree is not None else None
        for head in self.heads if self.tree is not None else []:
            if head.size == r.place + 1 and self.compared.add(head.size) is None and head.root != root_of(self.tree):
                self.find(r.place, f"the checkpoint of size {head.size} has another root", "forked")
    def check(self, r, leaf, what, source, kind):
        wrong = lambda text, verdict="tampered": self.find(r.place, text, verdict)
        start, taken, close = source["from"], kind in TAKEN, kind == "segment-close"
        if r.place == 0:
            self.source, self.counted = (start, 0, source["partition"]), [0, start, collections.Counter(), collections.Counter(), []]
        if (kind == "genesis") != (r.place == 0) or (leaf["prev"] == "0" * 64) != (r.place == 0):
            wrong("a chain begins with one genesis leaf, and only there")
        if self.after and (close and self.after == "segment-close" or kind == "key-epoch" and self.after != "segment-close"):
            wrong(f"a {kind} cannot stand here")
        expected, time, partition = self.source or (start, source["time"], source["partition"])
        if start != expected:
            wrong(f"its source begins at {start}, not at {expected}", "missing" if start > expected else "tampered")
            self.counted = None
        width = source["next"] - start
        if partition != source["partition"] or (not taken and time != source["time"]) or width < 0 or (kind != "source-gap" and width != taken) or (kind == "source-gap" and not width):
            wrong("its source partition, time or range is not what a leaf of its type can have here")
        self.source, self.after = (source["next"], source["time"], source["partition"]), kind
        self.key = what["key"] if kind == "genesis" else self.key or r.key
        if r.key != self.key:
            wrong(f"its MAC is not by key {self.key}, which is in force here")
        elif self.keys and self.key not in self.keys and self.key not in self.named:
            self.named.add(self.key)
            wrong(f"key {self.key} is in force from here on and was not given", "unverifiable")
        if kind == "key-epoch":
            parts = self.chain.encode(), r.place.to_bytes(8, "big"), what["previous"].encode(), what["key"].encode()
            proof = kdf((self.keys or {}).get(what["key"], b""), "sealtrail/key-epoch/1", *parts).hex()
            if what["previous"] != self.key or what["key"] == self.key or what["key"] in (self.keys or {}) and proof != what["proof"]:
                wrong("its keys or its proof are not right")
            self.key = what["key"]
        if (kind == "duplicate" and what["first"] >= r.place or kind == "erasure" and what["size"] > r.place
                or kind == "retention-cut" and not what["first"] <= what["next"] <= r.place or kind == "genesis" and self.trail not in (None, what["trail"])):
            wrong("its body contradicts the chain")
        if kind == "source-gap":
            wrong(f"the chain says that {width} source offsets hold no record", "gap-declared")
        self.cut = max(self.cut, what["next"] if kind == "retention-cut" else 0)
        if self.counted:
            self.counted[2].update({"gap" if kind == "source-gap" else kind: width})
            self.counted[3].update([leaf["class"]["level"]] if kind == "event" else [])
            self.counted[4].extend([source["time"]] if taken else [])
        self.check_disclosures(r, what, wrong)
        if close:
            self.check_close(r.place, what, start, wrong)
    def check_close(self, place, what, start, wrong):
        holds = {"next": start, "size": place}
        if self.counted:
            first, begin, outcomes, levels, times = self.counted
            holds |= {"first": first, "from": begin, "outcomes": {name: outcomes[name] for name in OUTCOMES.split()},
                      "levels": {name: levels[name] for name in LEVELS.split()}, "time": {"max": max(times, default=0), "min": min(times, default=0)}}
        if len(self.segments) == 1:
            holds["segment"] = self.segments[0]
        if self.tree is None:
            sizes = [1 << bit for bit in range(40, -1, -1) if place >> bit & 1]
            adopted = list(zip(sizes, map(bytes.fromhex, what["edge"])))
            self.tree = adopted if len(sizes) == len(what["edge"]) and root_of(adopted).hex() == what["root"] else None
        else:
            holds |= {"edge": [node.hex() for _, node in self.tree], "root": root_of(self.tree).hex()}
        for name, value in holds.items():
            if what[name] != value:
                wrong(f"its member {name} differs from what the segment holds")
        self.segments = range(what["segment"] + 1, what["segment"] + 2)
        self.counted = [place + 1, start, collections.Counter(), collections.Counter(), []]
    def check_disclosures(self, r, what, wrong):
        def digests(value):
            inner = value.values() if type(value) is dict else value if type(value) is list else []
            return set(value.get("_sd", []) if type(value) is dict else []).union(*map(digests, inner))
        opened, known = [], digests(what)
        for given in r.open:
            data = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
            value = json.loads(data)
            if canonical(value).encode() != data or base64.urlsafe_b64encode(data).decode().rstrip("=") != given or len(value) != 3:
                return wrong("a disclosure is spelled wrongly")
            known |= digests(value[2])
        for given in r.open:
            if base64.urlsafe_b64encode(sha(given.encode())).decode().rstrip("=") not in known:
                wrong("a disclosure belongs to no digest of the leaf")
    def end(self):
        if self.lead:
            cut = self.cut >= self.lead
            self.find(0, f"no leaf is there before {self.lead}" + ", as a retention-cut says" * cut, "gap-declared" if cut else "missing")
        for head in self.heads:
            if head.size > self.size:
                self.find(self.size, f"the checkpoint says that there are {head.size} leaves", "missing")
            elif head.size and head.size not in self.compared:
                self.find(head.size - 1, f"the checkpoint of size {head.size} cannot be compared", "unverifiable")
        newest = max((head.size for head in self.heads), default=self.size)
        if newest < self.size:
            self.find(newest, "no checkpoint covers it and what follows", "pending")
        if not self.size and not self.heads:
            self.find(0, "there is no record, so nothing was verified", "unverifiable")

def check_chain(args):
    heads = []
    for path in filter(None, (args.checkpoint, args.previous_checkpoint)):
        try:
            heads.append(read_checkpoint(open(path, encoding="utf-8", newline="").read(), args.vkey))
        except ValueError as error:
            return None, 0, [("tampered", None, f"checkpoint {path}: {error}")]
    keys = {name: bytes.fromhex(key) for name, key in json.load(open(args.key_file)).items()} if args.key_file else None
    walk = Walk(heads[0].chain if heads else None, heads[0].trail if heads else None, keys, heads)
    if any(head.chain != walk.chain for head in heads):
        walk.find(None, "the two checkpoints are of different chains")
    with open(args.file, encoding="utf-8", newline="\n") as lines:
        walk.run(lines)
    return walk.chain, walk.size, walk.findings

def check_proof(args):
    chain, place = None, None
    try:
        first, _, note = open(args.file, encoding="utf-8", newline="").read().partition("\n\n")
        first, extra, index, *path = first.split("\n")
        if first != "c2sp.org/tlog-proof@v1" or extra[:6] != "extra " or index[:6] != "index " or len(path) > 63:
            raise Bad("it is not a c2sp.org/tlog-proof@v1 file with a leaf")
        head, leaf, place = read_checkpoint(note, args.vkey), unbase64(extra[6:]), decimal(index[6:])
        value, chain = parse(leaf.decode()), head.chain
        judge(value)
        if value["chain"] != chain or value["seq"] != place:
            raise Bad("the leaf is of another chain or another place than the proof says")
        check_inclusion(sha(b"\0", leaf), place, head.size, [unbase64(line, 32) for line in path], head.root)
    except ValueError as error:
        return chain, 0, [(getattr(error, "verdict", "tampered"), place, str(error))]
    return chain, 1, []

def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True, metavar="chain|proof")
    for name, does in ("chain", "check an exported chain (NDJSON, a record a line)"), ("proof", "check one record's .tlog-proof file"):
        command = commands.add_parser(name, help=does, description=does, epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_argument("file", help="the export or the proof")
        command.add_argument("--vkey", required=name == "proof", help="the trail's checkpoint key: <trail>+<key id>+<base64>")
        command.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        if name == "chain":
            command.add_argument("--checkpoint", metavar="NOTE", help="a signed checkpoint that the chain must hold")
            command.add_argument("--previous-checkpoint", metavar="NOTE", help="an older one, kept by somebody else")
            command.add_argument("--key-file", metavar="JSON", help="epoch keys, to check MACs: only for who may have them")
    args = parser.parse_args()
    if args.what == "chain" and (args.checkpoint or args.previous_checkpoint) and not args.vkey:
        parser.error("a checkpoint needs --vkey: the key that you trust, not one that came with the file")
    try:
        chain, count, findings = check_chain(args) if args.what == "chain" else check_proof(args)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 1
    verdict = max([finding[0] for finding in findings], key=list(CODES).index, default="intact")
    firsts = [place for found, place, _ in findings if found == verdict and place is not None]
    rows = [{"chain": chain, "sequence": place, "verdict": found, "what": what} for found, place, what in findings]
    if args.json:
        print(json.dumps({"chain": chain, "records": count, "verdict": verdict, "sequence": min(firsts, default=None), "findings": rows}))
    else:
        for row in rows:
            print("{verdict}: chain {chain} sequence {sequence}: {what}".format(**row))
        macs = "checked" if getattr(args, "key_file", None) else "unchecked"
        print(f"verify: place={args.what} chain={chain} records={count} findings={len(rows)} macs={macs} verdict={verdict}")
    return CODES[verdict]

if __name__ == "__main__":
    sys.exit(main())
