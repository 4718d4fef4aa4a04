"""What must come from the system's packages: probed for real, installed by apt where that is allowed."""

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from stack import engine_venv, java, paths, postgres, softhsm, versions
from stack.console import step
from stack.failure import Failure

_CLUSTER_SWITCH = Path("/etc/postgresql-common/createcluster.d/sealtrail-no-cluster.conf")
_SERVICE_SWITCH = Path("/usr/sbin/policy-rc.d")


class Need(NamedTuple):
    """A thing the stack or the build needs: `probe` returns where it was found, or None."""

    title: str
    packages: tuple
    probe: object


def _java():
    return str(java.find())


def _postgres():
    return str(postgres.binaries())


def _header(name):
    """Whether the C compiler finds a header; where it lies differs between systems."""
    def probe():
        compiler = shutil.which("cc")
        if not compiler:
            return None
        done = subprocess.run([compiler, "-E", "-"], input=f"#include <{name}>\n", capture_output=True, text=True, check=False)
        return name if done.returncode == 0 else None
    return probe


def needs(prometheus):
    found = [
        Need("Java 17 or later", (f"openjdk-{versions.JAVA_OLDEST}-jre-headless",), _java),
        Need("Maven", ("maven",), lambda: shutil.which("mvn")),
        Need("PostgreSQL 15 or later", (f"postgresql-{versions.POSTGRES_PREFERRED}",), _postgres),
        Need("Python venv", ("python3-venv",), engine_venv.base_python),
        Need("C compiler", ("gcc", "libc6-dev"), lambda: shutil.which("cc")),
        Need("C library headers", ("libc6-dev",), _header("stdlib.h")),
        Need("make", ("make",), lambda: shutil.which("make")),
        Need("pkg-config", ("pkg-config",), lambda: shutil.which("pkg-config")),
        Need("OpenSSL headers", ("libssl-dev",), _header("openssl/ssl.h")),
        Need("zlib headers", ("zlib1g-dev",), _header("zlib.h")),
        Need(softhsm.TITLE, softhsm.PACKAGES, softhsm.find),
    ]
    if prometheus:
        found.append(Need("Prometheus", ("prometheus",), lambda: shutil.which("prometheus")))
    return found


def probe(need):
    """(where, None) when it is there, else (None, why not)."""
    try:
        where = need.probe()
    except Failure as failure:
        return None, str(failure)
    return (where, None) if where else (None, "missing")


def missing(prometheus):
    return [need for need in needs(prometheus) if probe(need)[0] is None]


def install(lacking, log):
    """Installs what `lacking` names, or says which command does."""
    names = sorted({package for need in lacking for package in need.packages})
    titles = ", ".join(need.title for need in lacking)
    if os.environ.get("JAVA_HOME") and any(need.title.startswith("Java") for need in lacking):
        java.find()  # JAVA_HOME is obeyed, so no package can help; this says what is wrong with it
    if not shutil.which("apt-get"):
        raise Failure(f"missing: {titles}; and this system has no apt-get", "install the equivalents of: " + " ".join(names))
    if os.geteuid() != 0 and titles == softhsm.TITLE:
        with step(f"{softhsm.TITLE}: unpacking Debian's packages in the cache"):
            if softhsm.unpack(log):
                return
    if os.geteuid() != 0:
        with_root = paths.command("setup", "--packages", *(["--with", "prometheus"] if "prometheus" in names else []))
        raise Failure(f"missing: {titles}; this user can't install packages",
                      "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(names),
                      f"sudo {with_root}   (the same, but keeps Debian from starting daemons of its own)")
    with step(f"system packages: installing {' '.join(names)}"), ExitStack() as guards:
        if any(name.startswith("postgresql") for name in names):
            guards.enter_context(_no_postgres_cluster())
        guards.enter_context(_no_service_starts())
        if not _apt(log, "install", "-y", "--no-install-recommends", *names):
            # The package lists may be empty or older than the archive.
            _apt(log, "update")
            if not _apt(log, "install", "-y", "--no-install-recommends", *names):
                raise Failure(f"apt-get could not install {' '.join(names)}", f"see the log: {log}")
    if "prometheus" in names and Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "disable", "--now", "prometheus"], check=False, capture_output=True)
    still = [need for need in lacking if probe(need)[0] is None]
    if still:
        raise Failure("; ".join(f"{need.title}: {probe(need)[1]}" for need in still) + f" (after installing {' '.join(names)})")


def _apt(log, *arguments):
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with open(log, "ab") as output:
        return subprocess.run(["apt-get", "-q", *arguments], env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                              check=False).returncode == 0


@contextmanager
def _no_postgres_cluster():
    """Debian's package would create and start a cluster 'main'. The switch goes away again afterwards."""
    created = not _CLUSTER_SWITCH.parent.exists()
    _CLUSTER_SWITCH.parent.mkdir(parents=True, exist_ok=True)
    _CLUSTER_SWITCH.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        _CLUSTER_SWITCH.unlink()
        if created and not any(_CLUSTER_SWITCH.parent.iterdir()):
            _CLUSTER_SWITCH.parent.rmdir()


@contextmanager
def _no_service_starts():
    """Debian starts the daemons it installs unless this script says no (101); an existing policy is respected."""
    if _SERVICE_SWITCH.exists():
        yield
        return
    _SERVICE_SWITCH.write_text("#!/bin/sh\nexit 101\n")
    _SERVICE_SWITCH.chmod(0o755)
    try:
        yield
    finally:
        _SERVICE_SWITCH.unlink()
