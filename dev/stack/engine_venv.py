"""The Python environment of the ClickHouse front: chDB and what it needs, by hash-checked pip."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

from stack import paths, process
from stack.console import step
from stack.failure import Failure

TITLE = "ClickHouse engine (chDB)"
_REQUIREMENTS = paths.DEV / "clickhouse" / "requirements.txt"
_COMPLETE = ".complete"
_SYSTEM_PYTHON = "/usr/bin/python3"


def _requirements():
    try:
        return _REQUIREMENTS.read_text()
    except OSError as problem:
        raise Failure(f"{_REQUIREMENTS} can't be read: {problem.strerror}", "restore it: git checkout dev/clickhouse") from None


def engine_version():
    match = re.search(r"^chdb(?:-core)?==([\w.]+)", _requirements(), re.MULTILINE)
    if not match:
        raise Failure(f"{_REQUIREMENTS} pins no chdb-core version")
    return match.group(1)


def folder():
    """One per set of requirements and Python version, so that a change never meets an old environment."""
    version = "%d.%d" % sys.version_info[:2]
    digest = hashlib.sha256(_requirements().encode()).hexdigest()[:12]
    return paths.cache_root() / f"chdb-{engine_version()}-py{version}-{digest}"


def python():
    return folder() / "bin" / "python"


def problem(full=False):
    """None when the environment is whole, else what is wrong with it."""
    if not folder().is_dir():
        return "missing"
    if not (folder() / _COMPLETE).is_file():
        return "incomplete (an installation was interrupted)"
    if not os.access(python(), os.X_OK):
        return f"damaged: {python()} can't be run (was the system's Python removed?)"
    if full:
        done = subprocess.run([str(python()), "-B", "-c", "import chdb; print(chdb.query('SELECT 1'))"], capture_output=True, text=True,
                              check=False, env=process.environment(), cwd="/")
        if done.returncode != 0 or done.stdout.strip() != "1":
            return f"damaged: a test query failed: {(done.stderr.strip().splitlines() or ['no output'])[-1]}"
    return None


def require():
    found = problem()
    if found:
        raise Failure(f"{TITLE} in {folder()}: {found}", f"{paths.command('setup')}   (installs it anew)")


def base_python():
    """The Python to build on: the system's when it is the same version, for it outlives version managers' ones."""
    for candidate in (_SYSTEM_PYTHON, sys.executable):
        probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        try:
            done = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.strip() == "%d.%d" % sys.version_info[:2]:
            return candidate
    return None


def install(log):
    """Built in place, since an environment can't be moved; the marker comes last."""
    target = folder()
    base = base_python()
    if not base:
        raise Failure("this Python can't make virtual environments", f"{paths.command('setup')}   (installs python3-venv)")
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with step(f"{TITLE} {engine_version()}: installing by pip"):
        _run([base, "-m", "venv", str(target)], log)
        _run([str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir", "--no-input", "--require-hashes",
              "--progress-bar", "off", "-r", str(_REQUIREMENTS)], log)
    (target / _COMPLETE).write_text(engine_version() + "\n")


def _run(argv, log):
    with open(log, "ab") as output:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if done.returncode == 0:
        return
    errors = [line for line in process.last_lines(log, 60) if "ERROR" in line or "Error" in line]
    said = errors[-1].strip()[:300] if errors else f"exit code {done.returncode}"
    raise Failure(f"{TITLE} could not be installed: {said}", "check the network and the free disk space, then run dev/setup again",
                  f"the log is {log}")
