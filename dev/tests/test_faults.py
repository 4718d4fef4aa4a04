"""Stale records, old data, interrupted and failing starts: a clear message, no stranger harmed, nothing left running."""

import json
import signal
import subprocess
import time
import unittest

from stack.process import Identity
from tests.sandbox import ONLY_POSTGRES, SandboxTest


class StalePidFile(SandboxTest):
    """The record of a dead service names the pid of an innocent process."""

    def setUp(self):
        self.up("--name", "stale", *ONLY_POSTGRES)
        self.down("--name", "stale")
        self.innocent = subprocess.Popen(["sleep", "300"])
        self.addCleanup(self.innocent.wait)
        self.addCleanup(self.innocent.kill)
        self.record = self.sandbox.state / "stale" / "postgres" / "pid.json"

    def assert_innocent_survives(self):
        status = self.sandbox.status("stale")["services"]["postgres"]
        self.assertEqual((status["state"], status["pid"]), ("dead", None))
        done = self.sandbox.run("kill", "postgres", "-9", "--name", "stale")
        self.assert_refused(done, "postgres of stack 'stale' is not running")
        self.assertIn("nothing to do", self.down("--name", "stale"))
        self.assertFalse(self.record.exists())
        self.assertIsNone(self.innocent.poll(), "an innocent process was ended")

    def test_recycled_pid_other_boot_and_garbage(self):
        now = Identity.of(self.innocent.pid)
        for record in ({"pid": now.pid, "start_ticks": now.start_ticks - 1, "boot": now.boot},
                       {"pid": now.pid, "start_ticks": now.start_ticks, "boot": "00000000-0000-0000-0000-000000000000"},
                       {"pid": now.pid}):
            self.record.write_text(json.dumps(record))
            self.assert_innocent_survives()
        self.record.write_text("12345")
        self.assert_innocent_survives()
        # The server's own lock file names the innocent too, as after a kill -9 and a reboot.
        self.record.write_text(json.dumps({"pid": now.pid, "start_ticks": now.start_ticks - 1, "boot": now.boot}))
        (self.sandbox.state / "stale" / "postgres" / "data" / "postmaster.pid").write_text(f"{now.pid}\n/x\n1\n1\n\n127.0.0.1\n 1 1\nready\n")
        self.up("--name", "stale")
        self.assertEqual(self.sandbox.status("stale")["state"], "running")
        self.assertIsNone(self.innocent.poll(), "an innocent process was ended")
        self.down("--name", "stale")


class OldData(SandboxTest):
    def test_old_data_folder(self):
        self.up("--name", "old", *ONLY_POSTGRES)
        self.down("--name", "old")
        folder = self.sandbox.state / "old" / "postgres"
        version, marker = folder / "data" / "PG_VERSION", folder / ".sealtrail-service"
        good = version.read_text(), marker.read_text()

        version.write_text("9.6\n")
        self.assert_old_data("it was made by PostgreSQL 9.6")
        version.unlink()
        self.assert_old_data("PG_VERSION can't be read")
        version.write_text(good[0])
        marker.write_text(json.dumps({"service": "postgres", "version": "11"}))
        self.assert_old_data("it was made by version 11")
        marker.unlink()
        self.assert_refused(self.sandbox.run("up", "--name", "old"), "was not made by this stack", "left untouched")
        self.assert_refused(self.sandbox.run("down", "--purge", "--name", "old"), "holds what this stack did not make", "postgres")
        self.assertTrue((folder / "data" / "base").is_dir(), "a folder without our marker was deleted")

        marker.write_text(good[1])
        (folder.parent / "state.json").write_text("{")
        self.assert_refused(self.sandbox.run("up", "--name", "old"), "state.json can't be used")
        self.down("--purge", "--name", "old")
        self.assert_no_trace("old")

    def assert_old_data(self, reason):
        self.assert_refused(self.sandbox.run("up", "--name", "old"), f"can't be used: {reason}", "--purge --name old", "--fresh --name old")
        self.assertEqual(self.sandbox.processes(), [])

    def test_old_kafka_data_and_fresh(self):
        arguments = ("--name", "oldkafka", "--without", "registry,postgres,clickhouse")
        self.up(*arguments)
        self.down("--name", "oldkafka")
        properties = self.sandbox.state / "oldkafka" / "kafka" / "data" / "meta.properties"
        good = properties.read_text()
        for old, new, reason in (("version=1", "version=0", "has version '0'"), ("cluster.id=", "cluster.id=x", "another Kafka cluster"),
                                 ("node.id=1", "node.id=7", "belongs to node 7")):
            properties.write_text(good.replace(old, new))
            self.assert_refused(self.sandbox.run("up", "--name", "oldkafka"), reason, "--fresh --name oldkafka")
        self.assertEqual(self.sandbox.processes(), [])
        self.up("--fresh", *arguments)
        self.assertNotIn("node.id=7", properties.read_text())
        self.down("--name", "oldkafka", "--purge")
        self.assert_no_trace("oldkafka")


class Interrupts(SandboxTest):
    def interrupt(self, number, until):
        """Starts `dev/up`, signals it as soon as `until` holds, and returns its output."""
        start = self.sandbox.start("up", "--name", "halt")
        deadline = time.monotonic() + 60
        while not until():
            self.assertIsNone(start.poll(), "dev/up ended before it could be interrupted")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        start.send_signal(number)
        output, _ = start.communicate(timeout=60)
        self.assertEqual(start.returncode, 130, output)
        self.assertIn("interrupted; stopping what this run has started", output)
        self.assertNotIn("Traceback", output)
        self.assertEqual(self.sandbox.processes(), [])
        self.assertEqual(list(self.sandbox.state.glob("halt/*/pid.json")), [])
        self.assertEqual(self.sandbox.status("halt")["state"], "stopped")

    def test_in_the_middle_and_then_up(self):
        halt = self.sandbox.state / "halt"
        self.interrupt(signal.SIGINT, lambda: (halt / "postgres" / "data.new" / "PG_VERSION").exists())
        self.assertFalse((halt / "postgres" / "data").exists(), "initdb was cut short, yet its folder counts as finished")
        self.interrupt(signal.SIGTERM, lambda: len(list(halt.glob("*/pid.json"))) == 4)
        self.up("--name", "halt")
        self.assertEqual(self.sandbox.status("halt")["state"], "running")
        self.down("--name", "halt", "--purge")
        self.assert_no_trace("halt")


class DeathDuringStart(SandboxTest):
    def test_log_lines_are_shown_and_the_rest_is_stopped(self):
        self.up("--name", "death", *ONLY_POSTGRES)
        self.down("--name", "death")
        config = self.sandbox.state / "death" / "postgres" / "data" / "postgresql.conf"
        good = config.read_text()
        config.write_text(good + "\nno_such_setting = 1\n")
        arguments = ("--name", "death", "--without", "kafka,clickhouse")
        done = self.sandbox.run("up", *arguments)
        self.assert_refused(done, "postgres (PostgreSQL) ended with exit code 1 during start", 'parameter "no_such_setting"',
                            str(self.sandbox.state / "death" / "logs" / "postgres.log"))
        self.assertEqual(self.sandbox.processes(), [])
        self.assertEqual(self.sandbox.status("death")["state"], "stopped")
        config.write_text(good)
        self.up(*arguments)
        self.down("--name", "death", "--purge")
        self.assert_no_trace("death")


if __name__ == "__main__":
    unittest.main()
