"""Output for people: progress lines on stderr, tables, colours on a terminal only."""

import os
import sys
import threading
import time
from contextlib import contextmanager

_print_lock = threading.Lock()
_started = time.monotonic()


def progress(message):
    """One progress line with the time since the command began."""
    with _print_lock:
        print(f"[{time.monotonic() - _started:6.1f}s] {message}", file=sys.stderr, flush=True)


@contextmanager
def step(what, every=10):
    """Announces a long step, reports every few seconds that it goes on, and how long it took."""
    began = time.monotonic()
    ended = threading.Event()

    def tick():
        while not ended.wait(every):
            progress(f"{what}: still at it after {time.monotonic() - began:.0f} s")

    progress(f"{what} ...")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
        progress(f"{what}: done in {time.monotonic() - began:.1f} s")
    finally:
        ended.set()
        ticker.join()


def colour(text, name):
    codes = {"green": "32", "red": "31", "yellow": "33", "bold": "1"}
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{codes[name]}m{text}\033[0m"


def table(header, rows, paint=None):
    """Left-aligned columns. `paint(column, text)` may name a colour for a cell."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header)] + texts) for i in range(len(header))]
    lines = [colour("  ".join(h.ljust(w) for h, w in zip(header, widths)).rstrip(), "bold")]
    for row in texts:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths)):
            padded = cell.ljust(width)
            name = paint(header[index], cell) if paint else None
            cells.append(colour(padded, name) if name else padded)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def size(count):
    """Bytes as people read them."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
