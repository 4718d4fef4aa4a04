"""A copy of `dev/` in a temporary clone whose path holds a space, and what tests ask of it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from stack import java, kafka_wire, paths, ports
from stack.artifacts import KAFKA
from stack.process import Identity

DEV = Path(__file__).resolve().parent.parent
ONLY_POSTGRES = ("--without", "kafka,registry,clickhouse")
ONLY_KAFKA = ("--without", "registry,postgres,clickhouse")


class Sandbox:
    """Created with mode 0700, so that as root the Postgres user can't even walk to it."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="sealtrail-dev-test-"))
        self.clone = self.root / "a clone"
        shutil.copytree(DEV, self.clone / "dev", ignore=shutil.ignore_patterns("tests", "__pycache__"))
        self.state = self.clone / ".dev"
        self.env = {**os.environ, "SEALTRAIL_CACHE": str(paths.cache_root())}

    def command(self, script, *arguments):
        return [str(self.clone / "dev" / script), *arguments]

    def run(self, script, *arguments, env=None, prefix=()):
        """Runs a script from another working directory; output and errors come back as one text."""
        return subprocess.run([*prefix, *self.command(script, *arguments)], cwd="/", env={**self.env, **(env or {})}, timeout=180,
                              text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def start(self, script, *arguments):
        """As from a terminal: in a background job SIGINT is ignored, and a shell can't undo what it has inherited."""
        return subprocess.Popen(self.command(script, *arguments), cwd="/", env=self.env, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def status(self, name):
        """The stack as `dev/status --json` describes it, services by name."""
        done = subprocess.run(self.command("status", "--name", name, "--json"), cwd="/", env=self.env, text=True, capture_output=True,
                              check=False, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"dev/status failed: {done.stderr}")
        stack = json.loads(done.stdout)["stacks"][0]
        stack["services"] = {service["name"]: service for service in stack["services"]}
        return stack

    def processes(self):
        """Every living process that works in this sandbox: by working directory, arguments or open files."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            identity = Identity.of(pid)
            if int(pid) != os.getpid() and identity and self._belongs(pid) and Identity(int(pid), identity.start_ticks, identity.boot).alive():
                found.append(int(pid))
        return found

    def _belongs(self, pid):
        root = str(self.root)
        try:
            if root in Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace"):
                return True
            links = [f"/proc/{pid}/cwd", f"/proc/{pid}/fd/1", f"/proc/{pid}/fd/2"]
            return any(os.readlink(link).startswith(root) for link in links)
        except OSError:
            return False

    def close(self):
        """Ends what a failed test may have left; whatever the scripts can't stop is ended by pid."""
        self.run("down", "--all", "--purge")
        left = self.processes()
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)
        if left:
            raise AssertionError(f"processes survived dev/down --all: {left}")


class SandboxTest(unittest.TestCase):
    """One sandbox per class; each test says which stack name it uses."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.close)

    def up(self, *arguments):
        done = self.sandbox.run("up", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def down(self, *arguments):
        done = self.sandbox.run("down", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def assert_refused(self, done, *texts):
        """It failed, said all of `texts`, named a fix, and showed no traceback."""
        self.assertEqual(done.returncode, 1, done.stdout)
        for text in (*texts, "error:", "fix:"):
            self.assertIn(text, done.stdout)
        self.assertNotIn("Traceback", done.stdout)

    def assert_no_trace(self, name):
        self.assertFalse((self.sandbox.state / name).exists(), f"stack {name} has left its folder")
        self.assertEqual(self.sandbox.processes(), [])


def free_base():
    """A block of ports that nobody uses now, below the range for outgoing connections."""
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    first = 11000 + (os.getpid() % 400) * ports.BLOCK
    for base in range(first, low - ports.BLOCK, ports.BLOCK):
        if not any(ports.in_use(port) for port in ports.block(base).values()):
            return base
    raise AssertionError("no free block of ports")


def kafka_tool(tool, *arguments, text=None):
    """One of Kafka's own command-line tools: a real client, independent of our code."""
    argv = [str(java.find()), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", KAFKA.class_path(), f"org.apache.kafka.tools.{tool}", *arguments]
    done = subprocess.run(argv, input=text, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{tool} failed: {done.stdout}{done.stderr}")
    return done.stdout


def produce(brokers, topic, lines):
    kafka_tool("ConsoleProducer", "--bootstrap-server", brokers, "--topic", topic, "--command-property", "acks=all", text="\n".join(lines) + "\n")


def consume(brokers, topic, count):
    return kafka_tool("consumer.ConsoleConsumer", "--bootstrap-server", brokers, "--topic", topic, "--from-beginning",
                      "--max-messages", str(count), "--timeout-ms", "20000").split()


def brokers_of(port):
    with kafka_wire.Connection(port) as broker:
        return broker.brokers()
