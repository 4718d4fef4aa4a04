"""The life of a stack: start, second start, kill -9 and restart with all data kept, stop, stop again."""

import json
import os
import subprocess
import unittest
import urllib.request
from pathlib import Path

from tests.sandbox import ONLY_KAFKA, ONLY_POSTGRES, SandboxTest, brokers_of, consume, kafka_tool, produce

_LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def http(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body.encode() if body is not None else None, headers=headers or {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode().strip()


def sql(url, statement):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", statement], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout.strip()


class FullStack(SandboxTest):
    """All four services. The tests share one stack and leave it running."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.sandbox.run("up", "--name", "life")
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        cls.env = cls.sandbox.status("life")["env"]

    def clickhouse(self, query):
        return http(f"{self.env['SEALTRAIL_CLICKHOUSE_URL']}/?database={self.env['SEALTRAIL_CLICKHOUSE_DATABASE']}", query,
                    {"X-ClickHouse-User": self.env["SEALTRAIL_CLICKHOUSE_USER"], "X-ClickHouse-Key": self.env["SEALTRAIL_CLICKHOUSE_PASSWORD"]})

    def kill_and_restart(self, service):
        before = self.sandbox.status("life")["services"][service]["pid"]
        done = self.sandbox.run("kill", service, "-9", "--name", "life")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{service}: pid {before} ended by SIGKILL", done.stdout)
        self.assertFalse(Path(f"/proc/{before}").exists() and before in self.sandbox.processes())
        self.assertEqual(self.sandbox.status("life")["services"][service]["state"], "dead")
        done = self.sandbox.run("restart", service, "--name", "life")
        self.assertEqual(done.returncode, 0, done.stdout)
        after = self.sandbox.status("life")["services"][service]
        self.assertEqual(after["state"], "running")
        self.assertNotEqual(after["pid"], before)

    def test_kafka_keeps_records_over_kill(self):
        brokers = self.env["SEALTRAIL_KAFKA_BROKERS"]
        kafka_tool("TopicCommand", "--bootstrap-server", brokers, "--create", "--topic", "kept", "--partitions", "1")
        produce(brokers, "kept", ["one", "two", "three"])
        self.kill_and_restart("kafka")
        self.assertEqual(consume(brokers, "kept", 3), ["one", "two", "three"])

    def test_registry_keeps_schemas_over_kill(self):
        url = self.env["SEALTRAIL_REGISTRY_URL"]
        schema = json.dumps({"schema": json.dumps({"type": "record", "name": "Kept", "fields": [{"name": "a", "type": "long"}]})})
        made = json.loads(http(f"{url}/subjects/kept-value/versions", schema, {"Content-Type": "application/json"}))["id"]
        self.kill_and_restart("registry")
        found = json.loads(http(f"{url}/subjects/kept-value/versions/latest"))
        self.assertEqual(found["id"], made)
        self.assertEqual(json.loads(found["schema"])["name"], "Kept")

    def test_postgres_keeps_rows_over_kill(self):
        url = self.env["SEALTRAIL_POSTGRES_URL"]
        sql(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        self.kill_and_restart("postgres")
        self.assertEqual(sql(url, "SELECT count(*), sum(n) FROM kept"), "1000|500500")
        self.assertEqual(sql(url, "SHOW fsync"), "on")
        self.assertEqual(sql(self.env["SEALTRAIL_POSTGRES_ADMIN_URL"], "SELECT usesuper FROM pg_user WHERE usename = current_user"), "t")

    def test_clickhouse_keeps_rows_over_kill(self):
        self.clickhouse("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
        self.clickhouse("INSERT INTO kept SELECT number FROM numbers(1000)")
        self.kill_and_restart("clickhouse")
        self.assertEqual(self.clickhouse("SELECT count(), sum(n) FROM kept"), "1000\t499500")

    def test_second_up_starts_only_what_is_missing(self):
        before = {name: service["pid"] for name, service in self.sandbox.status("life")["services"].items()}
        self.assertIn("already running; nothing to do", self.up("--name", "life"))
        self.assertEqual(self.sandbox.run("kill", "postgres", "--name", "life").returncode, 0)
        self.assertIn("starting postgres\n", self.up("--name", "life"))
        after = {name: service["pid"] for name, service in self.sandbox.status("life")["services"].items()}
        self.assertEqual({name for name in before if before[name] != after[name]}, {"postgres"})

    def test_other_options_are_refused(self):
        for arguments, text in ((("--brokers", "3"), "has 1 broker(s), and --brokers 3 was asked for"),
                                (("--without", "registry"), "is running with other options"),
                                (("--port-base", "12000"), "it uses other ports than --port-base 12000")):
            self.assert_refused(self.sandbox.run("up", "--name", "life", *arguments), text)
        self.assertEqual(self.sandbox.status("life")["state"], "running")

    def test_environment_file_and_its_rights(self):
        file = self.sandbox.state / "life" / "env"
        done = subprocess.run(["sh", "-c", '. "$1" && env', "sh", str(file)], text=True, capture_output=True, check=True)
        for name, value in self.env.items():
            self.assertIn(f"{name}={value}\n", done.stdout)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        for secret in (self.sandbox.state / "life" / "secrets").iterdir():
            self.assertEqual(secret.stat().st_mode & 0o777, 0o600)
            self.assertNotIn(secret.read_text().strip(), (self.sandbox.state / "life" / "state.json").read_text())

    def test_everything_listens_on_loopback_only(self):
        wanted = {port for service in self.sandbox.status("life")["services"].values() for port in service["ports"].values()}
        found = {}
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for fields in map(str.split, Path(table).read_text().splitlines()[1:]):
                address, _, port = fields[1].rpartition(":")
                if fields[3] == "0A" and int(port, 16) in wanted:
                    found[int(port, 16)] = address
        self.assertEqual(set(found), wanted)
        self.assertLessEqual(set(found.values()), _LOOPBACK)

    def test_logs(self):
        done = self.sandbox.run("logs", "kafka", "-n", "500", "--name", "life")
        self.assertIn("Kafka Server started", done.stdout)
        self.assert_refused(self.sandbox.run("logs", "kafak", "--name", "life"), "no service 'kafak'", "kafka, registry, postgres, clickhouse")


class DownTwice(SandboxTest):
    def test_down_keeps_data_and_repeats(self):
        self.up("--name", "twice", *ONLY_POSTGRES)
        url = self.sandbox.status("twice")["env"]["SEALTRAIL_POSTGRES_URL"]
        sql(url, "CREATE TABLE kept AS SELECT 42 AS n")
        self.assertIn("postgres stopped", self.down("--name", "twice"))
        self.assertEqual(self.sandbox.processes(), [])
        self.assertIn("is not running; nothing to do", self.down("--name", "twice"))
        self.up("--name", "twice")
        self.assertEqual(sql(url, "SELECT n FROM kept"), "42")
        self.assertIn("its data has been deleted", self.down("--name", "twice", "--purge"))
        self.assert_no_trace("twice")
        self.assertIn("there is no stack 'twice'; nothing to do", self.down("--name", "twice", "--purge"))

    def test_two_at_the_same_moment_and_side_by_side(self):
        starts = [self.sandbox.start("up", "--name", name, *ONLY_POSTGRES, "--json") for name in ("left", "right")]
        outputs = [start.communicate(timeout=120)[0] for start in starts]
        self.assertEqual([start.returncode for start in starts], [0, 0], outputs)
        left, right = (self.sandbox.status(name) for name in ("left", "right"))
        sql(left["env"]["SEALTRAIL_POSTGRES_URL"], "CREATE TABLE mine AS SELECT 1 AS n")
        self.assertEqual(sql(right["env"]["SEALTRAIL_POSTGRES_URL"], "SELECT to_regclass('mine') IS NULL"), "t")
        self.assertNotEqual(left["env"]["SEALTRAIL_POSTGRES_URL"].split("@")[0], right["env"]["SEALTRAIL_POSTGRES_URL"].split("@")[0])
        self.down("--name", "left", "--purge")
        self.assertEqual(self.sandbox.status("right")["state"], "running")
        self.assertIn("right", self.down("--all", "--purge"))
        self.assertEqual(os.listdir(self.sandbox.state), ["locks"])


class ThreeBrokers(SandboxTest):
    def test_one_may_die(self):
        self.up("--name", "three", "--brokers", "3", *ONLY_KAFKA)
        stack = self.sandbox.status("three")
        brokers = stack["env"]["SEALTRAIL_KAFKA_BROKERS"]
        self.assertEqual(len(brokers.split(",")), 3)
        kafka_tool("TopicCommand", "--bootstrap-server", brokers, "--create", "--topic", "kept", "--partitions", "3")
        described = kafka_tool("TopicCommand", "--bootstrap-server", brokers, "--describe", "--topic", "kept")
        self.assertIn("ReplicationFactor: 3", described)
        self.assertIn("min.insync.replicas=2", described)
        produce(brokers, "kept", ["before"])
        self.assertEqual(self.sandbox.run("kill", "kafka-2", "-9", "--name", "three").returncode, 0)
        self.assertEqual(self.sandbox.status("three")["state"], "partly running")
        produce(brokers, "kept", ["after"])
        self.assertEqual(sorted(consume(brokers, "kept", 2)), ["after", "before"])
        done = self.sandbox.run("restart", "kafka-2", "--name", "three")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(brokers_of(stack["services"]["kafka-2"]["ports"]["kafka-2"]), {1, 2, 3})
        self.assertIn("kafka-3 stopped", self.down("--name", "three"))


if __name__ == "__main__":
    unittest.main()
