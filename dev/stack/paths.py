"""Where things are: the clone, the cache outside it, and each stack's folder."""

import os
import re
import shlex
import shutil
from pathlib import Path

from stack.failure import Failure

DEV = Path(__file__).resolve().parent.parent
REPO = DEV.parent
STATE_ROOT = REPO / ".dev"
LOCKS = "locks"
STACK_MARKER = ".sealtrail-stack"
SERVICE_MARKER = ".sealtrail-service"

_MIB = 1024 * 1024
_NEEDED_MIB = 2048


def cache_root():
    """The cache, shared by every clone of this user."""
    named = os.environ.get("SEALTRAIL_CACHE")
    if named:
        root = Path(named).expanduser().absolute()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        root = Path(base).absolute() / "sealtrail"
    if ":" in str(root):
        raise Failure(f"the cache path {root} contains ':', which Java's class path can't hold",
                      "set SEALTRAIL_CACHE to a path without it")
    return root


def stack_dir(name):
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name) or name == LOCKS:
        raise Failure(f"'{name}' is no valid stack name: a lower-case letter, then up to 31 of a-z 0-9 _ - (not '{LOCKS}')")
    return STATE_ROOT / name


def stack_names():
    """Every stack of this clone, by its marker file."""
    if not STATE_ROOT.is_dir():
        return []
    return sorted(p.name for p in STATE_ROOT.iterdir() if (p / STACK_MARKER).is_file())


def command(name, *arguments):
    """How to call one of our scripts from where the user stands, quoted for a shell."""
    inside = Path.cwd().is_relative_to(REPO)
    script = os.path.relpath(DEV / name) if inside else str(DEV / name)
    return " ".join([shlex.quote(script), *arguments])


def require_space(where, what):
    """Refuses to begin what would fill the disk. SEALTRAIL_MIN_FREE_MIB overrides the 2 GiB asked for."""
    text = os.environ.get("SEALTRAIL_MIN_FREE_MIB", str(_NEEDED_MIB))
    if not text.isdigit():
        raise Failure(f"SEALTRAIL_MIN_FREE_MIB is '{text}', not a whole number of MiB")
    existing = Path(where)
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free // _MIB
    if free < int(text):
        raise Failure(f"not enough disk space for {what}: {free} MiB free at {existing}, {text} MiB needed",
                      "free some space, or set SEALTRAIL_CACHE to a larger disk" if what == "the cache"
                      else "free some space, or clone to a larger disk")
