"""SoftHSM2, the token in software that the tests of the keystore use: the system's, or Debian's packages unpacked in the cache."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from stack import paths

TITLE = "SoftHSM2"
PACKAGES = ("softhsm2", "libsofthsm2")
_MODULES = ("lib/softhsm/libsofthsm2.so", "lib64/softhsm/libsofthsm2.so", "lib64/pkcs11/libsofthsm2.so")
_UTILITY = "bin/softhsm2-util"


def _unpacked():
    return paths.cache_root() / "softhsm2"


def find():
    """The PKCS#11 module, or None. The tests look in the same places, in the same order."""
    for root in (_unpacked() / "usr", Path("/usr"), Path("/usr/local"), Path("/opt/homebrew")):
        module = next((root / name for name in _MODULES if (root / name).exists()), None)
        if module and os.access(root / _UTILITY, os.X_OK):
            return str(module)
    return None


def unpack(log):
    """For who can't install packages: fetches them and unpacks them in the cache. True when that worked."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    with tempfile.TemporaryDirectory(dir=paths.cache_root(), prefix=".softhsm2-") as scratch, open(log, "ab") as output:
        def run(*argv):
            return subprocess.run(argv, cwd=scratch, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False).returncode == 0
        if not run("apt-get", "-q", "download", *PACKAGES):
            return False
        whole = Path(scratch) / "whole"
        for package in sorted(Path(scratch).glob("*.deb")):
            if not run("dpkg-deb", "-x", str(package), str(whole)):
                return False
        # It needs libraries of the system's; whether they are there shows when it runs.
        if not run(str(whole / "usr" / _UTILITY), "--version"):
            return False
        shutil.rmtree(_unpacked(), ignore_errors=True)
        whole.rename(_unpacked())
    return find() is not None
