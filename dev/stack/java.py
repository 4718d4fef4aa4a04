"""Finds a Java that is new enough: JAVA_HOME, else the one on PATH, else those under /usr/lib/jvm."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from stack import paths, versions
from stack.failure import Failure

JVM_FOLDER = Path("/usr/lib/jvm")


def find():
    """The path of a `java` of at least the needed version. JAVA_HOME, where set, is obeyed and never bypassed."""
    home = os.environ.get("JAVA_HOME")
    if home:
        binary = Path(home) / "bin" / "java"
        version = major(binary)
        if version is None:
            raise Failure(f"JAVA_HOME is {home}, but there is no working bin/java in it",
                          "unset JAVA_HOME, or point it to a JDK of version 17 or later")
        if version < versions.JAVA_OLDEST:
            raise Failure(f"JAVA_HOME is {home}, which is Java {version}; {versions.JAVA_OLDEST} or later is needed",
                          "unset JAVA_HOME, or point it to a newer JDK")
        return binary
    on_path = shutil.which("java")
    candidates = [Path(on_path)] if on_path else []
    candidates += sorted(JVM_FOLDER.glob("*/bin/java"))
    for binary in candidates:
        version = major(binary)
        if version is not None and version >= versions.JAVA_OLDEST:
            return binary
    raise Failure(f"no Java of version {versions.JAVA_OLDEST} or later is installed",
                  f"{paths.command('setup')}   (installs it), or set JAVA_HOME")


def major(binary):
    """The major version of a `java`, or None when it doesn't work. The release file saves starting it."""
    if not os.access(binary, os.X_OK):
        return None
    text = _release(Path(os.path.realpath(binary)).parent.parent / "release") or _ask(binary)
    match = re.search(r'"(?:1\.)?(\d+)', text)
    return int(match.group(1)) if match else None


def _release(path):
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith("JAVA_VERSION=")), "")


def _ask(binary):
    try:
        done = subprocess.run([str(binary), "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr if done.returncode == 0 else ""
