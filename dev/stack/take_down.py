"""`dev/down` and `dev/kill`: stop exactly our processes, and on --purge delete exactly our folders.

Works from the marker files on disk, so that a stack with an unreadable state.json can still be taken away.
"""

import os
import shutil
import signal

from stack import paths, process
from stack.console import progress
from stack.failure import Failure
from stack.stack_state import Stack, locked, require_ours, service_class
from stack.start_run import stop_all

# What a stack's folder holds besides its services.
_OWN_FILES = ("state.json", "state.json.new", "env", "env.new")
_OWN_FOLDERS = ("gateway", "logs", "secrets")


class _Stopped:
    """A service as far as stopping needs it, known by its folder alone."""

    def __init__(self, folder):
        kind = service_class(folder.name)
        self.name, self.folder, self.pid_file = folder.name, folder, folder / "pid.json"
        self.stop_signal, self.stop_seconds = kind.stop_signal, kind.stop_seconds

    def identity(self):
        recorded = process.Identity.read(self.pid_file)
        return recorded if recorded and recorded.alive() else None


def down(options):
    names = paths.stack_names() if options.all else [options.name]
    if not names:
        progress("no stacks here; nothing to do")
    for name in names:
        with locked(name):
            down_one(name, options.purge)
    return 0


def down_one(name, purge=False, quiet=False):
    def say(message):
        if not quiet:
            progress(message)

    folder = paths.stack_dir(name)
    if not folder.exists():
        say(f"there is no stack '{name}'; nothing to do")
        return
    require_ours(folder)
    services = [_Stopped(path) for path in sorted(folder.iterdir())
                if service_class(path.name) and (path / paths.SERVICE_MARKER).is_file()]
    living = [(service, service.identity()) for service in services]
    outcomes = stop_all([pair for pair in living if pair[1]])
    for service in services:
        service.pid_file.unlink(missing_ok=True)  # a stale record of a process that is gone
    if outcomes:
        say(f"stack '{name}': " + ", ".join(f"{service} {outcome}" for service, outcome in sorted(outcomes.items())))
    elif not purge:
        say(f"stack '{name}' is not running; nothing to do")
    if purge:
        _purge(folder, services, say)


def _purge(folder, services, say):
    for service in services:
        shutil.rmtree(service.folder)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    for name in _OWN_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    strangers = sorted(path.name for path in folder.iterdir() if path.name != paths.STACK_MARKER)
    if strangers:
        raise Failure(f"{folder} holds what this stack did not make, so it is left there: {', '.join(strangers)}",
                      "look at it, move it away, then run dev/down --purge again")
    (folder / paths.STACK_MARKER).unlink()
    folder.rmdir()
    say(f"stack '{folder.name}': its data has been deleted")
    # The lock file stays: deleting it under a waiting command would let two in at once.


def kill(options):
    with locked(options.name):
        stack = Stack.load(options.name)
        if stack is None:
            raise Failure(f"there is no stack '{options.name}'", paths.command("up", "--name", options.name))
        service = stack.service(options.service)
        identity = service.identity()
        if identity is None:
            raise Failure(f"{service.name} of stack '{stack.name}' is not running",
                          paths.command("restart", service.name, "--name", stack.name))
        number = signal.SIGKILL if options.force else signal.SIGTERM
        process.stop(identity, number, service.stop_seconds)
        progress(f"{service.name}: pid {identity.pid} ended by {number.name}")
        return os.EX_OK
