"""Just enough of ClickHouse's grammar to split a statement: where its FORMAT stands and where insert data begins.

The engine parses every statement itself; this only decides how the statement is handed to it.
"""

import re
from dataclasses import dataclass

from .errors import QueryError

_TOKEN = re.compile(
    rb"""(?P<space>\s+|--[^\n]*|\#[ !][^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|\$(?P<tag>[A-Za-z0-9_]*)\$.*?\$(?P=tag)\$)
    |(?P<quoted>"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9][0-9A-Za-z_]*(?:\.[0-9]+)?)
    |(?P<sign>.)""", re.VERBOSE | re.DOTALL)
_READS = (b"SELECT", b"WITH", b"FROM", b"(")
# After these a word `format` can't open a FORMAT clause: it is a column or an alias.
_NO_CLAUSE_AFTER = {b"SELECT", b"DISTINCT", b"AS", b"BY", b"WHERE", b"AND", b"OR", b"NOT", b"ON", b"FROM", b"JOIN",
                    b".", b",", b"(", b"=", b"<", b">", b"+", b"-", b"/", b"%"}


@dataclass
class Token:
    kind: str
    text: bytes
    start: int
    end: int
    depth: int

    @property
    def upper(self):
        return self.text.upper() if self.kind == "word" else self.text


@dataclass
class Read:
    """A query whose result streams; `cut` is where an INTO OUTFILE clause belongs."""

    text: bytes
    cut: int
    format: bytes | None


@dataclass
class Other:
    """Everything else without insert data: DDL, SHOW, INSERT SELECT and so on."""

    text: bytes
    format: bytes | None
    verb: bytes


@dataclass
class Insert:
    """An insert with data: `sql` before FORMAT or VALUES, the format, and the offset of the data in the text."""

    sql: bytes
    format: bytes
    data: int
    input_call: tuple | None = None


def tokens(text):
    """Yield the significant tokens with their bracket depth."""
    position, depth = 0, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        kind, position = match.lastgroup, match.end()
        if kind == "tag":
            kind = "string"
        if kind == "space":
            continue
        if kind == "sign" and match.group() in b")]}":
            depth -= 1
        yield Token(kind, match.group(), match.start(), position, depth)
        if kind == "sign" and match.group() in b"([{":
            depth += 1


def plan(text):
    """Decide what a statement is."""
    stream = tokens(text)
    first = next(stream, None)
    if first is None:
        raise QueryError(62, "Empty query.")
    if first.upper == b"INSERT":
        return _plan_insert(text, stream)
    rest = [first, *stream]
    return _plan_query(text, rest)


def _plan_query(text, found):
    while found and found[-1].text == b";":
        found.pop()
    if not found:
        raise QueryError(62, "Empty query.")
    if any(token.text == b";" and token.depth == 0 for token in found):
        raise QueryError(62, "Syntax error: Multi-statements are not allowed.")
    text = text[:found[-1].end]
    clause = _trailing_format(found)
    name = found[clause + 1].text if clause is not None else None
    verb = found[0].upper
    if verb in _READS and not any(t.depth == 0 and t.upper == b"INSERT" for t in found):
        cut = found[clause].start if clause is not None else len(text)
        return Read(text, cut, name)
    return Other(text, name, verb)


def _is_format(found, index):
    if found[index].upper != b"FORMAT" or found[index].depth or index + 1 >= len(found):
        return False
    return found[index + 1].kind == "word" and index > 0 and found[index - 1].upper not in _NO_CLAUSE_AFTER


def _trailing_format(found):
    """The index of the closing FORMAT clause: last in the text, or followed by SETTINGS only."""
    for index in range(len(found) - 2, 0, -1):
        if _is_format(found, index):
            after = found[index + 2:]
            return index if not after or after[0].upper == b"SETTINGS" else None
    return None


def _plan_insert(text, stream):
    found, selects, input_call = [], False, None
    for token in stream:
        found.append(token)
        if token.kind == "word" and selects and token.upper == b"INPUT":
            input_call = token
        if token.depth or token.kind != "word":
            continue
        word = token.upper
        if word in (b"SELECT", b"WITH") and len(found) > 2:
            selects = True
        elif word == b"VALUES" and not selects and len(found) > 2:
            return Insert(text[:token.start], b"Values", token.end)
        elif word == b"FORMAT" and len(found) > 2 and found[-2].upper not in _NO_CLAUSE_AFTER:
            name = next(stream, None)
            if name is not None and name.kind == "word":
                return _data_insert(text, token, name, selects, input_call)
            found += [name] if name is not None else []
    if selects and input_call is not None:
        raise QueryError(62, "Syntax error: an INSERT that reads from input() needs a FORMAT clause at its end.")
    whole = [Token("word", b"INSERT", 0, 0, 0), *found]
    return _plan_query(text, whole)


def _data_insert(text, clause, name, selects, input_call):
    if selects and input_call is None:
        return Other(text[:clause.start], name.text, b"INSERT")
    start = re.compile(rb"[ \t\f]*(?:\r?\n)?").match(text, name.end).end()
    call = None
    if input_call is not None:
        call = (input_call.start, input_call.end)
    return Insert(text[:clause.start], name.text, start, call)
