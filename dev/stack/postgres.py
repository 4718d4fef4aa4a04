"""PostgreSQL from the distribution's packages, in a cluster of our own.

As root it runs under another user. That user may not be able to walk to the data folder (a clone below a
folder of mode 0700), so the folder is handed over as an open descriptor: `-D /proc/self/fd/N` needs no right
on any parent, and every later access of Postgres is relative to its data folder.
"""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from stack import paths, process, versions
from stack.failure import Failure
from stack.service import Account, Launch, Service

_LIBRARY = Path("/usr/lib/postgresql")
ADMIN, ROLE, DATABASE = "postgres", "sealtrail", "sealtrail"


def binaries():
    """The folder with the server's programs. PATH isn't trusted: it may hold wrappers or clients only."""
    found = {}
    for folder in _LIBRARY.glob("*/bin"):
        complete = all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "psql"))
        if complete and folder.parent.name.isdigit():
            found[int(folder.parent.name)] = folder
    usable = {major: folder for major, folder in found.items() if major >= versions.POSTGRES_PREFERRED}
    if not usable:
        raise Failure(f"no PostgreSQL server of version {versions.POSTGRES_PREFERRED} or later under {_LIBRARY}",
                      f"{paths.command('setup')}   (installs it)")
    return usable.get(versions.POSTGRES_PREFERRED) or usable[min(usable)]


def account():
    """Who Postgres runs as: ourselves, but never root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
        except KeyError:
            continue
    raise Failure("Postgres refuses to run as root, and there is neither a user 'postgres' nor 'nobody'",
                  "run the stack as an ordinary user")


class Postgres(Service):
    name = "postgres"
    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # Postgres' "fast" shutdown; SIGTERM would wait for clients to leave

    def __init__(self, stack):
        super().__init__(stack)
        self.port = stack.ports["postgres"]

    @property
    def version(self):
        return binaries().parent.name

    def ports(self):
        return {self.name: self.port}

    def endpoint(self):
        return f"127.0.0.1:{self.port}/{DATABASE}"

    def url(self, admin=False):
        user, secret, database = (ADMIN, "postgres-admin", DATABASE) if admin else (ROLE, "postgres", DATABASE)
        return f"postgres://{user}:{self.stack.secret(secret)}@127.0.0.1:{self.port}/{database}"

    def require(self):
        binaries()
        account()

    def check_data(self):
        try:
            major = (self.data / "PG_VERSION").read_text().strip()
        except OSError as problem:
            raise self.old_data(f"PG_VERSION can't be read ({problem.strerror})") from None
        if major != self.version:
            raise self.old_data(f"it was made by PostgreSQL {major}, and {self.version} is installed")
        who = account()
        wanted = who.uid if who else os.geteuid()
        if self.data.stat().st_uid != wanted:
            raise self.old_data(f"it belongs to user id {self.data.stat().st_uid}, and Postgres would run as {wanted}")

    def create(self, runner):
        unfinished = self.folder / "data.new"
        unfinished.mkdir(mode=0o700)
        who = account()
        if who:
            os.chown(unfinished, who.uid, who.gid)
        with _directory(unfinished) as data, tempfile.TemporaryFile() as password:
            password.write(self.stack.secret("postgres-admin").encode() + b"\n")
            password.seek(0)
            if who:
                os.fchown(password.fileno(), who.uid, who.gid)
            runner.run([str(binaries() / "initdb"), "-D", f"/proc/self/fd/{data}", "--pwfile=/proc/self/fd/0",
                        "--auth=scram-sha-256", f"--username={ADMIN}", "--encoding=UTF8", "--no-locale", "--data-checksums",
                        "--no-instructions"],
                       cwd="/", what="creating the Postgres data folder", account=who, descriptors=(data,), stdin=password)
        unfinished.replace(self.data)

    @contextmanager
    def launch_context(self):
        with _directory(self.data) as data:
            yield Launch([str(binaries() / "postgres"), "-D", f"/proc/self/fd/{data}", *self._settings()],
                         cwd="/", account=account(), descriptors=(data,))

    def _settings(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "on",
                    "synchronous_commit": "on", "full_page_writes": "on", "max_connections": 100,
                    "shared_buffers": "256MB", "max_wal_size": "2GB", "password_encryption": "scram-sha-256",
                    "logging_collector": "off", "log_line_prefix": "%m [%p] %q%u@%d ", "log_timezone": "UTC", "timezone": "UTC",
                    "log_checkpoints": "off", "cluster_name": f"sealtrail-{self.stack.name}"}
        return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]

    def before_launch(self):
        """A kill -9 leaves postmaster.pid behind, and Postgres refuses to start while a process of that number
        exists, be it a recycled pid or a zombie that nobody reaps. Every Postgres process works in its data
        folder; when none does, the file is stale for certain."""
        deadline = time.monotonic() + 5
        while self._somebody_works_in_data():
            if time.monotonic() > deadline:
                return  # Postgres itself will say who holds the folder
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _somebody_works_in_data(self):
        here = self.data.stat()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                there = os.stat(f"/proc/{pid}/cwd")
            except OSError:
                continue
            if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino):
                return True
        return False

    def ready(self, running):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError as problem:
            return f"no answer on port {self.port} ({problem})"
        done = self._query("SELECT 1", "postgres")
        return None if done.returncode == 0 else done.stderr.strip().replace("\n", " ")

    def after_ready(self, runner):
        """The role and the database; made here so that an interrupted first start heals itself."""
        present = self._must(f"SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '{ROLE}')"
                             f" || '/' || (SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}')")
        role, database = present.split("/")
        if role == "0":
            self._must(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.stack.secret('postgres')}'")
        if database == "0":
            self._must(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _must(self, sql):
        done = self._query(sql, "postgres")
        if done.returncode != 0:
            raise Failure(f"Postgres refused a statement of the set-up: {done.stderr.strip()}")
        return done.stdout.strip()

    def _query(self, sql, database):
        """The statement goes through stdin: it may hold a password."""
        env = process.environment({"PGPASSWORD": self.stack.secret("postgres-admin"), "PGCONNECT_TIMEOUT": "5"})
        return subprocess.run([str(binaries() / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                               "-U", ADMIN, "-d", database],
                              input=sql, capture_output=True, text=True, env=env, check=False, cwd="/")


@contextmanager
def _directory(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
