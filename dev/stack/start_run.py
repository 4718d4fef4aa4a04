"""One run that starts services: in parallel, each until it really answers, and undone as a whole on failure."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager

from stack import process
from stack.console import progress
from stack.failure import Cancelled, Failure

_POLL_SECONDS = 0.03
_SHOWN_LINES = 15


class StartRun:
    """Knows what it has started, so that Ctrl-C or a failure stops exactly that."""

    def __init__(self, stack):
        self._stack = stack
        self._cancelled = threading.Event()
        self._interrupted = threading.Event()
        self._spawning = threading.Lock()
        self._started = []
        self._names = set()

    def start(self, services):
        """Starts all and returns {service name: seconds until ready}."""
        self._names = {s.name for s in self._stack.services() if s.identity()} | {s.name for s in services}
        with self._noting_interrupts(), ThreadPoolExecutor(max_workers=len(services)) as pool:
            futures = {pool.submit(self._start_one, service): service for service in services}
            try:
                return self._await(futures)
            except BaseException:
                self._undo(futures)
                raise

    @contextmanager
    def _noting_interrupts(self):
        """Ctrl-C and its kin only set a flag: an exception at any instant could leave a process behind."""
        def note(*_):
            self._interrupted.set()

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self, argv, cwd, what, account=None, descriptors=(), stdin=subprocess.DEVNULL):
        """One step of a preparation, ended early when the run is cancelled."""
        who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
        with tempfile.TemporaryFile() as output:
            child = subprocess.Popen(argv, cwd=cwd, env=process.environment(), stdin=stdin, stdout=output, stderr=output,
                                     start_new_session=True, pass_fds=descriptors, **who)
            while child.poll() is None:
                if self._cancelled.wait(_POLL_SECONDS):
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
                    raise Cancelled
            if child.returncode != 0:
                output.seek(0)
                lines = output.read().decode("utf-8", "replace").splitlines()[-_SHOWN_LINES:]
                raise Failure("\n    ".join([f"{what} failed with exit code {child.returncode}:", *lines]))

    def _await(self, futures):
        pending, times = set(futures), {}
        while pending:
            done, pending = wait(pending, timeout=0.1, return_when=FIRST_COMPLETED)
            if self._interrupted.is_set():
                raise KeyboardInterrupt
            for future in done:
                name = futures[future].name
                times[name] = future.result()
                progress(f"{name}: ready after {times[name]:.1f} s")
        return times

    def _start_one(self, service):
        began = time.monotonic()
        service.discard_unfinished()
        if service.data.exists():
            service.check_data()
        else:
            service.create(self)
        service.rotate_log()
        service.before_launch()
        child = self._spawn(service)
        deadline = time.monotonic() + service.start_seconds
        while True:
            missing = service.ready(self._names)
            if child.poll() is not None:
                raise self._died(service, f"ended with {_outcome(child.returncode)} during start")
            if missing is None:
                break
            if time.monotonic() > deadline:
                raise self._died(service, f"was not ready within {service.start_seconds} s: {missing}")
            if self._cancelled.wait(_POLL_SECONDS):
                raise Cancelled
        service.after_ready(self)
        return time.monotonic() - began

    def _spawn(self, service):
        """The pid is on record before anything else can happen, so no process is ever orphaned."""
        with self._spawning, service.launch_context() as launch:
            if self._cancelled.is_set():
                raise Cancelled
            child = process.spawn(launch, service.log)
            identity = process.Identity.of(child.pid)
            if identity is None:
                raise Failure(f"{service.title} vanished right after its start", f"see the log: {service.log}")
            self._started.append((service, identity))
            identity.write(service.pid_file)
            return child

    def _died(self, service, what):
        lines = process.last_lines(service.log, _SHOWN_LINES) or ["(the log is empty)"]
        return Failure("\n    ".join([f"{service.name} ({service.title}) {what}; its last log lines:", *lines]),
                       f"the whole log is {service.log}")

    def _undo(self, futures):
        """Ends the preparations, then stops what this run has started."""
        self._cancelled.set()
        if self._interrupted.is_set():
            progress("interrupted; stopping what this run has started")
        wait(futures)
        stop_all(self._started)


def stop_all(pairs):
    """Stops services in parallel; returns {name: outcome}. Their pid records go away with them."""
    if not pairs:
        return {}

    def stop_one(pair):
        service, identity = pair
        outcome = process.stop(identity, service.stop_signal, service.stop_seconds)
        service.pid_file.unlink(missing_ok=True)
        return service.name, outcome

    with ThreadPoolExecutor(max_workers=len(pairs)) as pool:
        return dict(pool.map(stop_one, pairs))


def _outcome(code):
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
