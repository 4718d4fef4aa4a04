"""Starts and stops real server processes for the tests."""

import atexit
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SERVER = pathlib.Path(__file__).resolve().parent.parent / "server.py"
USER, PASSWORD = "tester", "correct horse"


class ServerProcess:
    """One server on a free port with its own data folder."""

    def __init__(self, *options):
        # A blank and a question mark in the path: both have a meaning in chdb's connection string.
        self.folder = tempfile.mkdtemp(prefix="clickhouse front?")
        self._options = options
        self.process = None
        self.port = None
        self.log = os.path.join(self.folder, "log")
        with open(os.path.join(self.folder, "password"), "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")

    def start(self):
        with open(self.log, "ab") as log:
            offset = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, str(SERVER), "--port", str(self.port or 0), "--user", USER,
                 "--data", os.path.join(self.folder, "data"),
                 "--password-file", os.path.join(self.folder, "password"), *self._options],
                stderr=log, stdout=log, cwd=self.folder)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with open(self.log, encoding="utf-8") as file:
                file.seek(offset)
                ready = re.search(r"ready on http://127\.0\.0\.1:(\d+)", text := file.read())
            if ready:
                self.port = int(ready.group(1))
                return self
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {text}")
            time.sleep(0.01)
        raise AssertionError(f"the server did not become ready: {text}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def memory(self):
        """Resident memory now, in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024

    def remove(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


_SHARED = []


def shared():
    """The server that tests use which need no process of their own."""
    if not _SHARED:
        server = ServerProcess()
        atexit.register(server.remove)
        _SHARED.append(server.start())
    return _SHARED[0]
