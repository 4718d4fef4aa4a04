"""`dev/setup`: brings the machine to where `dev/up` works, or reports what is missing."""

import fcntl
import json
import os
import sys
from contextlib import contextmanager

from stack import artifacts, class_archive, console, engine_venv, jvm, packages, paths, versions
from stack.failure import Failure


def run(options):
    if sys.version_info[:2] < versions.PYTHON_OLDEST:
        raise Failure("Python %d.%d is too old; 3.9 or later is needed" % sys.version_info[:2])
    if options.check:
        return _report(options)
    if not options.packages:
        _require_space_if_needed()
    root = paths.cache_root()
    root.mkdir(parents=True, exist_ok=True)
    with _lock(root):
        log = root / "setup.log"
        log.write_bytes(b"")
        lacking = packages.missing(options.prometheus)
        if lacking:
            packages.install(lacking, log)
        if options.packages:
            console.progress("system packages: all present")
            return 0
        for component in (artifacts.KAFKA, artifacts.APICURIO):
            problem = component.problem(full=True)
            if problem and problem != "missing":
                console.progress(f"{component.title} {component.version}: {problem}; fetching it anew")
            if problem:
                component.fetch(log)
                jvm.archive_path(component).unlink(missing_ok=True)  # belongs to the old files
        problem = engine_venv.problem()
        if problem and problem != "missing":
            console.progress(f"{engine_venv.TITLE}: {problem}; installing it anew")
        if problem:
            engine_venv.install(log)
        class_archive.record_missing()
    return _report(options)


def _require_space_if_needed():
    """A complete cache needs no more room."""
    if artifacts.KAFKA.problem() or artifacts.APICURIO.problem() or engine_venv.problem():
        paths.require_space(paths.cache_root(), "the cache")


@contextmanager
def _lock(root):
    with open(root / "setup.lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            console.progress("another dev/setup is at work; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _rows(options):
    rows = []
    for need in packages.needs(options.prometheus):
        where, problem = packages.probe(need)
        rows.append({"component": need.title, "version": "system", "state": "ok" if where else problem, "path": where or "-"})
    for component in (artifacts.KAFKA, artifacts.APICURIO):
        problem = component.problem(full=True)
        rows.append({"component": component.title, "version": component.version, "state": problem or "ok", "path": str(component.folder())})
    try:
        problem, where, version = engine_venv.problem(full=True), str(engine_venv.folder()), engine_venv.engine_version()
    except Failure as failure:
        problem, where, version = str(failure), "-", "-"
    rows.append({"component": engine_venv.TITLE, "version": version, "state": problem or "ok", "path": where})
    return rows


def _report(options):
    rows = _rows(options)
    bad = [row for row in rows if row["state"] != "ok"]
    if options.json:
        print(json.dumps({"components": rows, "ok": not bad}, indent=2))
    else:
        def paint(column, text):
            return ("green" if text == "ok" else "red") if column == "STATE" else None
        cells = [(row["component"], row["version"], row["state"], row["path"]) for row in rows]
        print(console.table(("COMPONENT", "VERSION", "STATE", "PATH"), cells, paint))
        if bad and options.check:
            print(f"{len(bad)} of {len(rows)} missing or damaged; run {paths.command('setup')}", file=sys.stderr)
    sys.stdout.flush()
    return os.EX_OK if not bad else 1
