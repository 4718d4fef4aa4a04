"""`dev/status` and `dev/logs`, and the table that ends `dev/up`."""

import json
import os
import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from stack import console, paths, process
from stack.failure import Failure
from stack.stack_state import Stack


def quoted(path):
    return shlex.quote(str(path))


def describe(stack, times=None):
    """All that programs may want to know of a stack."""
    services = stack.services()
    running = {service.name for service in services if service.identity()}
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        rows = list(pool.map(lambda service: _describe_service(service, running, times or {}), services))
    return {"name": stack.name, "state": _overall(rows), "brokers": stack.brokers, "folder": str(stack.folder),
            "env_file": str(stack.folder / "env"), "env": stack.env(), "services": rows}


def _describe_service(service, running, times):
    identity = service.identity()
    problem = service.ready(running) if identity else None
    state = service.state() if not problem else "not ready"
    return {"name": service.name, "title": service.title, "version": service.version, "state": state, "problem": problem,
            "pid": identity.pid if identity else None, "rss_bytes": identity.memory() if identity else None,
            "endpoint": service.endpoint(), "ports": service.ports(), "log": str(service.log), "data": str(service.data),
            "start_seconds": round(times[service.name], 2) if service.name in times else None}


def _overall(rows):
    states = {row["state"] for row in rows}
    if states == {"running"}:
        return "running"
    return "stopped" if states == {"stopped"} else "partly running"


def up_table(stack, times):
    rows = []
    for row in describe(stack, times)["services"]:
        took = f"{times[row['name']]:.1f} s" if row["name"] in times else "was running"
        rows.append((row["name"], row["version"], row["state"], row["pid"] or "-", took, row["endpoint"]))
    return console.table(("SERVICE", "VERSION", "STATE", "PID", "READY AFTER", "ENDPOINT"), rows, _paint)


def _paint(column, text):
    if column != "STATE":
        return None
    return {"running": "green", "stopped": "yellow"}.get(text, "red")


def status(options):
    names = [options.name] if options.name else paths.stack_names()
    stacks, broken = [], []
    for name in names:
        try:
            stack = Stack.load(name)
        except Failure as failure:
            broken.append((name, failure))
            continue
        if stack is None:
            raise Failure(f"there is no stack '{name}'", paths.command("up", "--name", name))
        stacks.append(describe(stack))
    if options.json:
        print(json.dumps({"stacks": stacks, "unreadable": {name: str(failure) for name, failure in broken}}, indent=2))
    else:
        _print_status(stacks)
        for _, failure in broken:
            print(failure.render(), file=sys.stderr)
    return 1 if broken else 0


def _print_status(stacks):
    if not stacks:
        print(f"no stacks; start one with {paths.command('up')}")
        return
    rows = []
    for stack in stacks:
        for row in stack["services"]:
            memory = console.size(row["rss_bytes"]) if row["rss_bytes"] else "-"
            rows.append((stack["name"], row["name"], row["version"], row["state"], row["pid"] or "-", memory, row["endpoint"]))
    print(console.table(("STACK", "SERVICE", "VERSION", "STATE", "PID", "MEMORY", "ENDPOINT"), rows, _paint))


def logs(options):
    stack = Stack.load(options.name)
    if stack is None:
        raise Failure(f"there is no stack '{options.name}'", paths.command("up", "--name", options.name))
    services = [stack.service(options.service)] if options.service else stack.services()
    for service in services:
        if len(services) > 1:
            print(f"==> {service.log} <==")
        for line in process.last_lines(service.log, options.lines):
            print(line)
    sys.stdout.flush()
    if options.follow:
        _follow(services)
    return os.EX_OK


def _follow(services):
    """Prints what is appended, also across a log's rotation, until Ctrl-C."""
    positions = {service.name: _position(service.log) for service in services}
    while True:
        time.sleep(0.2)
        for service in services:
            inode, offset = positions[service.name]
            now = _position(service.log)
            if now[0] != inode or now[1] < offset:
                offset = 0
            if now[1] > offset:
                with open(service.log, "rb") as log:
                    log.seek(offset)
                    text = log.read(now[1] - offset).decode("utf-8", "replace")
                prefix = f"{service.name}: " if len(services) > 1 else ""
                for line in text.splitlines():
                    print(prefix + line, flush=True)
            positions[service.name] = now


def _position(path):
    try:
        found = os.stat(path)
        return found.st_ino, found.st_size
    except OSError:
        return 0, 0
