"""Kafka brokers in KRaft mode: one node, or three that are broker and controller each."""

import shutil
from pathlib import Path

from stack import artifacts, jvm, kafka_wire, versions
from stack.service import Launch, Service

_LOG_CONFIG = Path(__file__).resolve().parent.parent / "kafka" / "log4j2.xml"
_READY_GROUP = "sealtrail-dev-ready"


class Kafka(Service):
    """Broker `node`; broker 1 is called `kafka`, the others `kafka-2` and `kafka-3`."""

    title = "Apache Kafka"
    version = versions.KAFKA
    component = artifacts.KAFKA
    archive_to = None
    stop_seconds = 15

    def __init__(self, stack, node):
        self.node = node
        self.name = broker_name(node)
        super().__init__(stack)
        self.port = stack.ports[self.name]

    def ports(self):
        return {self.name: self.port, f"{self.name} (controller)": self.stack.ports[f"{self.name}-controller"]}

    def endpoint(self):
        return f"127.0.0.1:{self.port}"

    def require(self):
        jvm.binary()
        self.component.require()

    def check_data(self):
        """The broker would refuse these too, but with a stack trace."""
        try:
            text = (self.data / "meta.properties").read_text()
        except OSError as problem:
            raise self.old_data(f"meta.properties can't be read ({problem.strerror})") from None
        found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        if found.get("version") != "1":
            raise self.old_data(f"its meta.properties has version '{found.get('version')}', not 1")
        if found.get("cluster.id") != self.stack.cluster_id:
            raise self.old_data("it belongs to another Kafka cluster")
        if found.get("node.id") != str(self.node):
            raise self.old_data(f"it belongs to node {found.get('node.id')}, not to node {self.node}")

    def create(self, runner):
        unfinished = self.folder / "data.new"
        config = self.folder / "format.properties"
        config.write_text(self._properties(unfinished.name))
        runner.run([str(jvm.binary()), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.component.class_path(),
                    "kafka.tools.StorageTool", "format", "-t", self.stack.cluster_id, "-c", config.name],
                   cwd=self.folder, what="formatting Kafka's data folder")
        config.unlink()
        unfinished.replace(self.data)

    def launch(self):
        (self.folder / "server.properties").write_text(self._properties(self.data.name))
        # Native libraries are unpacked here and would pile up in /tmp after each kill -9.
        temporary = self.folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        heap = "512m" if self.stack.brokers == 1 else "384m"
        options = [f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseG1GC", f"-Dlog4j2.configurationFile={_LOG_CONFIG.as_uri()}",
                   f"-Dsealtrail.log={self.log}", f"-Djava.io.tmpdir={temporary}", "-Djava.awt.headless=true",
                   "-cp", self.component.class_path(), "kafka.Kafka", "server.properties"]
        return Launch(jvm.command(self.component, self.archive_to, options), cwd=self.folder)

    def ready(self, running):
        wanted = {node for node in range(1, self.stack.brokers + 1) if broker_name(node) in running}
        try:
            with kafka_wire.Connection(self.port) as broker:
                broker.api_versions()
                missing = wanted - broker.brokers()
                if missing:
                    return f"broker {', '.join(map(str, sorted(missing)))} not registered yet"
                error = broker.coordinator_error(_READY_GROUP)
                return f"no group coordinator yet (Kafka error {error})" if error else None
        except OSError as problem:
            return f"no answer on port {self.port} ({problem})"

    def _properties(self, data):
        """`data` stays relative to the working directory: an absolute path may hold commas or spaces."""
        nodes = range(1, self.stack.brokers + 1)
        ports = self.stack.ports
        voters = ",".join(f"{n}@127.0.0.1:{ports[broker_name(n) + '-controller']}" for n in nodes)
        replicas = self.stack.brokers
        in_sync = 2 if replicas == 3 else 1
        settings = {
            "process.roles": "broker,controller",
            "node.id": self.node,
            "controller.quorum.voters": voters,
            "listeners": f"CLIENT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{ports[self.name + '-controller']}",
            "advertised.listeners": f"CLIENT://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "CLIENT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": data,
            "auto.create.topics.enable": "false",
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
            "unclean.leader.election.enable": "false",
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync,
            # A laptop has few groups; 50 partitions per internal topic only make starts and restarts slower.
            "offsets.topic.num.partitions": 8,
            "transaction.state.log.num.partitions": 8,
            "share.coordinator.state.topic.num.partitions": 8,
            "group.initial.rebalance.delay.ms": 0,
            # Crash tests want a dead consumer noticed in seconds; the broker's own floor is 6 s.
            "group.min.session.timeout.ms": 1000,
            # How long a killed broker counts as alive, and so how long it can't register anew.
            "broker.session.timeout.ms": 6000,
        }
        return "".join(f"{key}={value}\n" for key, value in settings.items())


def broker_name(node):
    return "kafka" if node == 1 else f"kafka-{node}"


def brokers(stack):
    return [Kafka(stack, node) for node in range(1, stack.brokers + 1)]
