#!/usr/bin/env python3
"""Checks an exported audit chain, or one record's proof, with nothing but Python 3.11's standard library.
It shares no line with the software that sealed the chain. Checkpoints and proofs are read by signed_note.py beside it.
Of two neighbours that contradict each other it blames the first; after a break it judges no roots until the next
segment-close, and says so.
examples: (keys.json is {"<key id>": "<64 hex digits>"})
  verify.py chain chain.ndjson --key-file keys.json --checkpoint new.note --previous-checkpoint old.note --vkey <vkey>
  verify.py proof record.tlog-proof --vkey "$(cat trail.vkey)"
exit codes: 0 intact, 10 tampered, 11 missing, 12 forked, 13 unverifiable (a key or a format is not known here),
15 gap-declared (the chain itself says so), 16 pending (newer than the checkpoint), 1 a file cannot be read, 2 usage"""
import argparse, base64, functools, hashlib, hmac, json, re, sys
from collections import Counter
from types import SimpleNamespace as Record
CODES = {"intact": 0, "gap-declared": 15, "pending": 16, "unverifiable": 13,
         "missing": 11, "forked": 12, "tampered": 10}  # the worst is last
def need(holds, text, verdict="tampered"):
    if not holds: raise ValueError(text, verdict)
def fault(error): return error.args if len(error.args) == 2 else (str(error), "tampered")
# The Merkle tree (RFC 6962): [(leaves, hash)], the largest complete subtree first.
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def grown(tree, node, leaves=1):
    twin = tree and tree[-1][0] == leaves
    return grown(tree[:-1], sha(b"\1", tree[-1][1], node), 2 * leaves) if twin else tree + [(leaves, node)]
def root_of(tree):
    return functools.reduce(lambda right, left: sha(b"\1", left, right), [node for _, node in tree[::-1]] or [sha()])
# Every object's members, each with its kind: a number's bounds, a text's pattern, another row, a list of one.
KINDS = {"n": (0, 2**53), "i32": (0, 2**31), "ms": (-1, 2**53), "any": "(?s:.*)", "hex": "[0-9a-f]{64}",
         "handle": "[0-9a-f]{32}", "code": "[a-z0-9-]{1,64}", "chain": r"[!#-*,-\[\]-~]{1,200}",
         "trail": r"[!#-*,-.0-\[\]-~]{1,54}", "text": "[^\0]{1,1024}",
         "key": "[A-Za-z0-9._-]{1,64}", "policy": r"[ !#-\[\]-~]{1,64}",
         "level": "confidential|internal|public|restricted"}
ROWS = """event     reject bytes=n digest=hex reason=code     duplicate event_id=text first=n tenant=text
genesis config=hex key=key previous?=before topic=text trail=trail     source-gap reason=code
segment-close edge=[hex] first=n from=n levels=levels next=n outcomes=outcomes root=hex segment=n size=n time=times
key-epoch key=key previous=key proof=hex     owner-change attempt=i32 generation=i32 owner=text term=n
erasure basis=text handle=handle root=hex scope=code size=n     retention-cut first=n next=n policy=text
config-change digest=hex part=text version=text     what     before chain=chain root=hex size=n     times max=ms min=ms
leaf chain=chain class?=class prev=hex seq=n source=source type=text v=n what=what     class level=level policy=policy
source from=n next=n partition=i32 time=ms     outcomes duplicate=n event=n gap=n reject=n
levels confidential=n internal=n public=n restricted=n     record key_id=any leaf=any mac=any disclosures?=[any]"""
ROWS = {row.split()[0]: dict(member.split("=") for member in row.split()[1:]) for row in re.split("\n| {5}", ROWS)}
TYPES = list(ROWS)[:11]
def fits(kind, value):
    rule, row = KINDS.get(kind), ROWS.get(kind, {})
    if kind[0] == "[": return type(value) is list and all(fits(kind[1:-1], item) for item in value)
    if type(rule) is tuple: return type(value) is int and rule[0] <= value < rule[1]
    if rule: return type(value) is str and re.fullmatch(rule, value) and (kind != "text" or len(value.encode()) <= 1024)
    kinds = {name.rstrip("?"): row[name] for name in row}
    return type(value) is dict and all(name in value or name[-1] == "?" for name in row) and (
        not row or all(name in kinds and fits(kinds[name], member) for name, member in value.items()))
def number(digits): return int(digits) if abs(int(digits)) < 2**53 else need(False, "a number is not below 2^53")
def parse(text, kind=dict):
    """The value of a canonical JSON text, and the digests in every `_sd` of it, however deep."""
    digests = set()
    def members(pairs):
        names = [name.encode("utf-16-be", "surrogatepass") for name, _ in pairs]
        need(names == sorted(set(names)), "its members are not in order")
        digests.update(*(value for name, value in pairs if name == "_sd" and fits("[any]", value)))
        return dict(pairs)
    value = json.loads(text, object_pairs_hook=members, parse_int=number, parse_float=number, parse_constant=number)
    same = json.dumps(value, ensure_ascii=False, separators=(",", ":")) == text
    need(same and type(value) is kind and len(text.encode()) <= 65535, "it is not canonical JSON of up to 65,535 bytes")
    return value, digests
def judge(leaf, chain):
    kind, version = leaf.get("type"), leaf.get("v")
    known = not (fits("n", version) and version != 1) and not (fits("text", kind) and kind not in TYPES)
    need(known, f"version {version} of type {kind} is not known here", "unverifiable")
    sound = fits("leaf", leaf) and fits(kind, leaf["what"]) and ("class" in leaf) == (kind == "event")
    need(sound and chain in (None, leaf["chain"]), "a member is absent, unknown, wrong, or of another chain")
def url64(data): return base64.urlsafe_b64encode(data).decode().rstrip("=")
def check_disclosures(disclosures, known):
    for given in disclosures:
        data = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        (_, _, _), inner = parse(data.decode(), list)
        known = known | inner if url64(data) == given else set()
    digests = {url64(sha(given.encode())) for given in disclosures}
    need(digests <= known and len(digests) == len(disclosures), "a disclosure has no digest of its own in the leaf")
def kdf(key, label, *parts):
    parts = [len(part).to_bytes(4, "big") + part for part in parts]
    return hmac.digest(key, b"sealtrail/" + label + b"/1\n" + b"".join(parts), "sha256")
SEARCHED = 4096  # among so many a MAC's segment is looked for after missing leaves; among more it counts as unchecked
class Walk:
    """One chain's records, in order. What a break makes unknown is taken anew from what follows, not reported again."""
    def __init__(self, keys):
        self.keys, self.heads, self.findings, self.unjudged, self.absent, self.tree = keys, [], [], [], set(), []
        self.segments, self.lead, self.cut, self.chain, self.trail, self.closed = range(1), 0, 0, None, None, {}
        self.source = self.key = self.segment = self.after = self.turn = None
        self.records = self.checked = self.torn = 0
        self.last = Record(place=-1, hash=bytes(32), prev=None, bad=True)
    def find(self, place, what, verdict="tampered"):
        self.findings.append({"chain": self.chain, "sequence": place, "verdict": verdict, "what": what})
    def lose(self, place, leaves):
        self.source = self.key = self.segment = self.after = self.tree = self.turn = None
        self.torn, self.segments = 0, range(self.segments[0], self.segments[-1] + leaves // 2 + 2)  # of 2 at least
        self.unjudged.append(place)
    def read(self, line):
        r = Record(place=None, prev=None, key="", mac="", hash=b"", faults=[])
        try:
            row = json.loads(line)
            need(fits("record", row), "the line is not a record")
            r.key, r.mac, r.hash = row["key_id"], row["mac"], sha(b"\0", row["leaf"].encode())
            r.value, digests = parse(row["leaf"])
            r.place, r.prev = r.value.get("seq") if fits("n", r.value.get("seq")) else None, r.value.get("prev")
            judge(r.value, self.chain)
            self.chain = r.value["chain"]
            check_disclosures(row.get("disclosures", []), digests)
        except (ValueError, RecursionError) as error: r.faults.append(fault(error))
        return r
    def signed(self, r, segments):
        """The segments for which the record's MAC is right; all of them where that cannot be said."""
        if r.key not in self.keys: return segments
        if len(segments) > SEARCHED:
            return self.find(r.place, "its MAC was not checked: its segment is not known", "unverifiable") or segments
        self.checked += 1
        key = lambda n: kdf(self.keys[r.key], b"segment", self.chain.encode(), n.to_bytes(8, "big"))
        return [n for n in segments if hmac.digest(key(n), b"sealtrail/mac/1\n" + r.hash, "sha256").hex() == r.mac]
    def take(self, line):
        r, last, here = self.read(line), self.last, self.last.place + 1
        self.records += 1
        if r.place is None or r.place != here and r.prev == last.hash.hex():
            r.place, r.faults = here, r.faults or [("its leaf names another sequence", "tampered")]
        if r.place > here:
            self.lead = r.place if here == 0 else self.lead
            self.find(here, f"it is not there, nor is any before {r.place}", "missing")
            self.lose(here, r.place - here)
        back, rival = r.place < here, r.place == last.place and r.hash != last.hash and r.prev == last.prev
        right = self.signed(r, range(max(0, self.segments[0] - back), self.segments[-1] + 1))
        if not right or not fits("hex", r.mac) or not r.mac.strip("0"):
            r.faults.append(("its MAC does not match its leaf", "tampered"))
        if back: r.faults.append(("another leaf is in its place", "forked") if rival else ("it is late", "tampered"))
        for found in r.faults: self.find(r.place, *found)
        if back: return
        r.bad = any(verdict == "tampered" for _, verdict in r.faults)
        if r.place == here and r.prev != last.hash.hex() and not r.bad and not last.bad:
            self.find(last.place, "it is not what was sealed here: a neighbour names another hash")
            self.lose(last.place, 1)
        self.segments, self.last = range(right[0], right[-1] + 1) if right else self.segments, r
        if r.faults: return self.lose(r.place, 1)
        self.check(r, r.value["what"], r.value["source"], r.value["type"])
        self.tree = None if self.tree is None else grown(self.tree, r.hash)
        for head in [head for head in self.heads if self.tree and head.size == r.place + 1]:
            self.heads.remove(head)
            if head.root != root_of(self.tree): self.find(r.place, "a checkpoint has another root here", "forked")
    def check(self, r, what, source, kind):
        start, width, taken = source["from"], source["next"] - source["from"], kind in TYPES[:3]
        genesis, gap, close, rotates, changes, erases, cuts = (kind == one for one in TYPES[3:10])
        if genesis: self.source, self.segment = source | {"next": start, "time": 0}, [0, start, Counter(), []]
        before, new = self.source or source | {"next": start}, what["key"] if rotates else ""
        turn = [what[name] for name in ("term", "generation", "attempt")] if changes else self.turn or []
        key, after_close = what["key"] if genesis else self.key or r.key, self.after == "segment-close"
        parts = [self.chain.encode(), r.place.to_bytes(8, "big"), str(what.get("previous")).encode(), new.encode()]
        proof = new in self.keys and kdf(self.keys[new], b"key-epoch", *parts).hex()
        known = self.closed | ({r.place: root_of(self.tree).hex()} if erases and self.tree else {})
        root = known.get(what["size"], what["root"]) if erases else what.get("root")
        timed = source["partition"] == before["partition"] and (taken or source["time"] == before["time"])
        ranged = (width > 0 if gap else width == taken) and start >= before["next"]
        late = kind == "duplicate" and what["first"] >= r.place or erases and what["size"] > r.place
        for wrong, text, *verdict in (
                (genesis != (r.place == 0) or (r.prev == 64 * "0") != genesis, "a chain begins with one genesis leaf"),
                (self.after and (close and after_close or rotates and not after_close), f"a {kind} cannot be here"),
                (not ranged or not timed, "its source range, partition or time is not one of its type here"),
                (start > before["next"], f"its source skips from {before['next']} to {start}", "missing"),
                (r.key != key, f"its MAC is not by key {key}, which is in force here"),
                (rotates and what["previous"] != key or new == key, "it does not follow the key in force"),
                (proof and proof != what["proof"], "its proof is not by the new key"),
                (turn < (self.turn or []), "it goes back to an owner's earlier turn"),
                (late or cuts and not what["first"] < what["next"] <= r.place or root != what.get("root"),
                 "it names a later place, none, or another root"),
                (genesis and self.trail not in (None, what["trail"]), "it names another trail than the checkpoint"),
                (gap, f"the chain says that {width} source offsets hold no record", "gap-declared"),
                (self.keys and r.key not in self.absent | set(self.keys), f"key {r.key} is not given", "unverifiable")):
            if wrong: self.find(r.place, text, *verdict)
        self.absent.add(r.key)
        self.source, self.after, self.key, self.turn = source, kind, new or r.key, turn
        self.cut = max(self.cut, cuts and what["next"])
        if start != before["next"]: self.segment, self.torn = None, 1
        if close: self.close(r.place, what, start)
        elif self.segment and (taken or gap):
            self.segment[2].update({"gap" if gap else kind: width, r.value.get("class", {}).get("level"): 1})
            self.segment[3] += [source["time"]] if taken else []
    def close(self, place, what, start):
        sizes = [1 << bit for bit in range(40, -1, -1) if place >> bit & 1]
        if self.tree is None: self.tree = list(zip(sizes, map(bytes.fromhex, what["edge"])))
        edge = [node.hex() for _, node in self.tree] if len(sizes) == len(what["edge"]) else None
        levels, outcomes, times = what["levels"], what["outcomes"], what["time"].values()
        first = what["from"] if self.torn else what["next"] - sum(outcomes.values())
        holds = {"edge": edge, "root": root_of(self.tree).hex(), "first": min(what["first"], place - 1), "from": first,
                 "next": start, "size": place, "segment": min(self.segments, key=lambda n: n != what["segment"]),
                 "outcomes": outcomes | {"event": sum(levels.values())}, "time": {"max": max(times), "min": min(times)}}
        if self.segment:  # all of it was seen
            holds["first"], holds["from"], counts, times = self.segment
            holds["time"] = {"max": max(times, default=0), "min": min(times, default=0)}
            holds |= {name: {key: counts[key] for key in ROWS[name]} for name in ("levels", "outcomes")}
        for name in holds:
            if holds[name] != what[name]: self.find(place, f"its {name} differs from what the segment holds")
        self.segments, self.segment = range(what["segment"] + 1, what["segment"] + 2), [place + 1, start, Counter(), []]
        self.torn, self.closed = 0, {place: what["root"]}
    def chain_file(self, lines, heads):
        self.heads = heads
        self.chain, self.trail = (heads[0].chain, heads[0].trail) if heads else (None, None)
        need(all(head.chain == self.chain for head in heads), "the two checkpoints are of different chains")
        newest = max((head.size for head in heads), default=None)
        for line in lines: self.take(line)
        size = self.last.place + 1
        if 0 < self.lead <= self.cut: self.findings[0] |= {"verdict": "gap-declared"}
        for head in (head.size for head in self.heads if head.size):
            if head > size: self.find(size, f"a checkpoint says that there are {head} leaves", "missing")
            else: self.find(head - 1, f"the checkpoint of size {head} cannot be compared", "unverifiable")
        if newest is not None and newest < size: self.find(newest, "no checkpoint covers what follows", "pending")
        if not size and not newest: self.find(0, "there is no record, so nothing was verified", "unverifiable")
    def proof_file(self, head, leaf, index, root):
        self.chain, value = head.chain, parse(leaf.decode())[0]
        judge(value, head.chain)
        same = value["seq"] == index and root == head.root
        need(same, "the path does not lead from the leaf at its place to the checkpoint's root")
        self.records = 1
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("chain", "proof"), help="an exported chain (NDJSON), or one record's proof")
    parser.add_argument("file", type=lambda path: 0 if path == "-" else path, help="- is standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--checkpoint", "--previous-checkpoint", action="append", default=[], dest="notes")
    for option in ("--vkey", "--key-file"): parser.add_argument(option)
    args = parser.parse_args()
    if (args.what == "proof" or args.notes) and not args.vkey:
        parser.error("a checkpoint needs --vkey: the key that you trust, not one that came with the file")
    opened = lambda path: open(path, encoding="utf-8", errors="surrogateescape", newline="\n")
    try:
        if args.vkey: import signed_note  # the file beside this one; only checkpoints need it
        keys = json.load(opened(args.key_file)) if args.key_file else {}
        walk, lines = Walk({name: bytes.fromhex(key) for name, key in keys.items()}), opened(args.file)
        notes = [opened(path).read() for path in args.notes]
    except (OSError, ValueError, ImportError) as error: return print(f"verify.py: {error}", file=sys.stderr) or 1
    try:
        if args.what == "proof": walk.proof_file(*signed_note.read_proof(lines.read(), args.vkey))
        else: walk.chain_file(lines, [signed_note.read_checkpoint(note, args.vkey) for note in notes])
    except (ValueError, RecursionError) as error: walk.find(None, *fault(error))
    rows, count = walk.findings, walk.records
    verdict = max((row["verdict"] for row in rows), key=list(CODES).index, default="intact")
    first = [row["sequence"] for row in rows if row["verdict"] == verdict and row["sequence"] is not None]
    macs = "unchecked" if not walk.checked else "checked" if walk.checked == count else "partly"
    said = {"chain": walk.chain, "records": count, "macs": macs, "verdict": verdict, "findings": rows,
            "sequence": min(first, default=None), "roots_unjudged": walk.unjudged}
    if args.json: return print(json.dumps(said)) or CODES[verdict]
    for row in rows: print("{verdict}: chain {chain} sequence {sequence}: {what}".format(**row))
    if walk.unjudged: print(f"note: from {walk.unjudged[0]} on some roots were not judged, up to a segment-close")
    place = "proof" if args.what == "proof" else "export"
    print(f"verify: place={place} chains=1 records={count} findings={len(rows)} macs={macs} verdict={verdict}")
    return CODES[verdict]
if __name__ == "__main__": sys.exit(main())
