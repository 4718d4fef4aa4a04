"""The commands' arguments and help texts, and how they end."""

import argparse
import sys

from stack import bring_up, report, setup, take_down
from stack.failure import Failure

_EXAMPLES = {
    "setup": """examples:
  dev/setup                     install what is missing; may be repeated at any time
  dev/setup --check             verify every checksum, change nothing, exit 1 if something is missing
  dev/setup --with prometheus   Prometheus too
  sudo dev/setup --packages     only the system's packages, for users who then run dev/setup as themselves""",
    "up": """examples:
  dev/up                                 the stack 'default' on its fixed ports
  dev/up --name test --brokers 3         a second one beside it, with three brokers, on free ports
  dev/up --with prometheus --without registry
  dev/up --fresh                         start over with empty data
  dev/up && . .dev/default/env           then use SEALTRAIL_KAFKA_BROKERS and the others""",
    "down": """examples:
  dev/down                      stop 'default', keep its data
  dev/down --name test --purge  stop 'test' and delete its data
  dev/down --all""",
    "status": """examples:
  dev/status
  dev/status --name test --json""",
    "logs": """examples:
  dev/logs                      the end of every log
  dev/logs kafka -n 100 -f      follow broker 1""",
    "restart": """examples:
  dev/restart postgres
  dev/restart kafka-2 --name test""",
    "kill": """examples:
  dev/kill kafka-2 -9 --name test    as if the machine had gone
  dev/kill clickhouse                a polite end (SIGTERM)""",
}


def _list(text):
    return [word for word in text.replace(" ", "").split(",") if word]


def _parser():
    parser = argparse.ArgumentParser(prog="dev", description="The local stack: real Kafka, registry, Postgres and ClickHouse.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, help_text, run):
        command = commands.add_parser(name, prog=f"dev/{name}", help=help_text, description=help_text, epilog=_EXAMPLES[name],
                                      formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
        command.set_defaults(run=run)
        return command

    def named(command):
        command.add_argument("--name", default="default", help="which stack (default: %(default)s)")
        return command

    one = add("setup", "Installs what the local stack needs and is missing.", setup.run)
    one.add_argument("--check", action="store_true", help="only report; verifies every checksum; exit 1 if something is missing")
    one.add_argument("--packages", action="store_true", help="only the system's packages")
    one.add_argument("--with", dest="with_", type=_list, default=[], metavar="LIST", help="also: prometheus")
    one.add_argument("--json", action="store_true", help="the report as JSON")

    one = named(add("up", "Starts a stack and waits until every service answers.", bring_up.up))
    one.add_argument("--brokers", type=int, choices=(1, 3), help="Kafka brokers (default: 1, or what the stack has)")
    one.add_argument("--with", dest="with_", type=_list, default=[], metavar="LIST", help="optional services: prometheus")
    one.add_argument("--without", type=_list, default=[], metavar="LIST", help="services to leave out, as in registry,clickhouse")
    one.add_argument("--port-base", type=int, metavar="P", help="use the ten ports from P")
    one.add_argument("--fresh", action="store_true", help="delete the stack's data first")
    one.add_argument("--json", action="store_true", help="the result as JSON")

    one = named(add("down", "Stops a stack; its data is kept unless --purge is given.", take_down.down))
    one.add_argument("--all", action="store_true", help="every stack of this clone")
    one.add_argument("--purge", action="store_true", help="delete the data too")

    one = add("status", "Shows the stacks of this clone.", report.status)
    one.add_argument("--name", help="only this stack")
    one.add_argument("--json", action="store_true", help="as JSON, with endpoints, pids and environment")

    one = named(add("logs", "Prints or follows the services' logs.", report.logs))
    one.add_argument("service", nargs="?", metavar="SERVICE")
    one.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
    one.add_argument("-n", "--lines", type=int, default=20, metavar="N", help="lines of each log (default: %(default)s)")

    one = named(add("restart", "Stops one service and starts it again on its data.", bring_up.restart))
    one.add_argument("service", metavar="SERVICE")

    one = named(add("kill", "Ends one service; its data stays as it is at that moment.", take_down.kill))
    one.add_argument("service", metavar="SERVICE")
    one.add_argument("-9", dest="force", action="store_true", help="SIGKILL instead of SIGTERM")
    return parser


def main(arguments):
    options = _parser().parse_args(arguments)
    try:
        if options.command == "setup":
            unknown = [word for word in options.with_ if word != "prometheus"]
            if unknown:
                raise Failure(f"--with {','.join(unknown)}: the only optional part is prometheus", code=2)
            options.prometheus = "prometheus" in options.with_
        return options.run(options)
    except Failure as failure:
        print(failure.render(), file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
