"""How the Java services are started: the Java found, and a class archive where a whole one is there."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from stack import java, paths


@lru_cache(maxsize=1)
def binary():
    return java.find()


def archive_path(component):
    """One per component and Java: another Java can't use it."""
    home = Path(binary()).resolve().parent.parent
    release = home / "release"
    identity = f"{home}\n{release.read_text() if release.is_file() else ''}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    return paths.cache_root() / "class-archives" / f"{component.slug}-{component.version}-java{digest}.jsa"


def archived(component):
    """Whether a whole archive is there; a truncated one would crash the JVM."""
    archive = archive_path(component)
    try:
        return archive.stat().st_size == json.loads(archive.with_suffix(".json").read_text())["size"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def command(component, archive_to, options):
    """The start of a command line. `archive_to` names the archive to write at exit, in a training run."""
    sharing = []
    if archive_to:
        sharing = [f"-XX:ArchiveClassesAtExit={archive_to}"]
    elif archived(component):
        sharing = [f"-XX:SharedArchiveFile={archive_path(component)}"]
    return [str(binary()), *sharing, "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", *options]
