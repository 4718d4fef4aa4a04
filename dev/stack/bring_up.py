"""`dev/up` and `dev/restart`: decide what has to start, check that it can, start it, report."""

import json

from stack import paths, ports, report, take_down
from stack.console import progress
from stack.failure import Failure
from stack.stack_state import KINDS, OPTIONAL, Stack, locked
from stack.start_run import StartRun, stop_all


def up(options):
    with locked(options.name):
        if options.fresh and paths.stack_dir(options.name).exists():
            take_down.down_one(options.name, purge=True)
        stack, created = _stack(options)
        try:
            waiting = _waiting(stack)
            if waiting:
                _prepare(stack, waiting)
        except BaseException:
            # Nothing has been started: a stack that exists only since a moment ago leaves no trace.
            if created:
                take_down.down_one(stack.name, purge=True, quiet=True)
            raise
        times = _start(stack, waiting) if waiting else {}
        if not waiting:
            progress(f"stack '{stack.name}' is already running; nothing to do")
        _print(stack, times, options.json)
        return 0


def restart(options):
    with locked(options.name):
        stack = _existing(options.name)
        service = stack.service(options.service)
        identity = service.identity()
        if identity:
            outcome = stop_all([(service, identity)])[service.name]
            progress(f"{service.name}: {outcome}")
        _prepare(stack, [service])
        _start(stack, [service])
        return 0


def _existing(name):
    stack = Stack.load(name)
    if stack is None:
        raise Failure(f"there is no stack '{name}'", paths.command("up", "--name", name))
    return stack


def _kinds(options):
    """The services asked for, or None where the command doesn't say."""
    for kind in options.with_ + options.without:
        if kind not in KINDS:
            raise Failure(f"there is no service '{kind}'", f"choose from: {', '.join(KINDS)}")
    if not options.with_ and not options.without:
        return None
    chosen = [kind for kind in KINDS if kind not in options.without and (kind not in OPTIONAL or kind in options.with_)]
    if not chosen:
        raise Failure("--without leaves no service to start")
    return tuple(chosen)


def _stack(options):
    """The stack and whether this call has created it."""
    kinds = _kinds(options)
    stack = Stack.load(options.name)
    if stack is None:
        paths.require_space(paths.STATE_ROOT, "the stack's data")
        default = tuple(kind for kind in KINDS if kind not in OPTIONAL)
        return Stack.create(options.name, options.brokers or 1, kinds or default, options.port_base), True
    _refuse_other_brokers(stack, options)
    running = [service for service in stack.services() if service.identity()]
    _change(stack, kinds, options.port_base, running)
    return stack, False


def _refuse_other_brokers(stack, options):
    if options.brokers in (None, stack.brokers):
        return
    if "kafka" in stack.kinds:
        raise Failure(f"stack '{stack.name}' has {stack.brokers} broker(s), and --brokers {options.brokers} was asked for; "
                      "the number belongs to Kafka's data",
                      f"{paths.command('up', '--fresh', '--name', stack.name, '--brokers', str(options.brokers))}   (deletes this stack's data)",
                      "or choose another stack with --name")
    stack.record["brokers"] = stack.brokers = options.brokers


def _change(stack, kinds, port_base, running):
    """Other services or ports than last time: fine while nothing runs, refused otherwise."""
    changes = []
    if kinds is not None and set(kinds) != set(stack.kinds):
        changes.append(f"it has the services {', '.join(stack.kinds)}, and {', '.join(kinds)} was asked for")
    if port_base is not None and ports.block(port_base) != stack.ports:
        changes.append(f"it uses other ports than --port-base {port_base}")
    if not changes:
        return
    if running:
        raise Failure(f"stack '{stack.name}' is running with other options: {'; '.join(changes)}",
                      f"{paths.command('down', '--name', stack.name)}   (keeps the data), then dev/up again")
    if kinds is not None:
        stack.record["services"] = list(kinds)
    if port_base is not None:
        ports.check_base(port_base)
        stack.record.update(port_base=port_base, ports=ports.block(port_base))
    stack.__init__(stack.record)
    stack.save()


def _waiting(stack):
    return [service for service in stack.services() if not service.identity()]


def _prepare(stack, services):
    """Everything that can be refused is refused here, before anything runs."""
    for service in services:
        service.require()
    if any(not service.data.exists() for service in services):
        paths.require_space(stack.folder, "the stack's data")
    for service in services:
        if service.folder.exists():
            service.claim_folder()
            if service.data.exists():
                service.check_data()
    ports.require_free({name: port for service in services for name, port in service.ports().items()})
    for service in services:
        service.claim_folder()


def _start(stack, services):
    progress(f"stack '{stack.name}': starting {', '.join(service.name for service in services)}")
    return StartRun(stack).start(services)


def _print(stack, times, as_json):
    if as_json:
        print(json.dumps(report.describe(stack, times), indent=2))
        return
    print(report.up_table(stack, times))
    print(f"\nenvironment: . {report.quoted(stack.folder / 'env')}")
    if times:
        print(f"dev-up: stack={stack.name} started={len(times)} seconds={max(times.values()):.1f}")
    else:
        print(f"dev-up: stack={stack.name} started=0 seconds=0.0")
