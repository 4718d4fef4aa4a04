"""What `dev/up` and `dev/setup` refuse, each with a clear message and without a trace."""

import os
import shutil
import socket
import subprocess
import unittest

from stack.artifacts import APICURIO, KAFKA
from stack import engine_venv
from tests.sandbox import ONLY_KAFKA, ONLY_POSTGRES, SandboxTest, free_base

_ROOT = os.geteuid() == 0


class Refusals(SandboxTest):
    def test_port_in_use(self):
        base = free_base()
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", base + 7))
            stranger.listen()
            done = self.sandbox.run("up", "--name", "ports", "--port-base", str(base))
            self.assert_refused(done, f"port {base + 7} for postgres is in use by pid {os.getpid()} (", "--port-base")
            self.assert_no_trace("ports")
            socket.create_connection(("127.0.0.1", base + 7), 1).close()

    def test_java_home_without_java(self):
        done = self.sandbox.run("up", "--name", "java", env={"JAVA_HOME": "/nonexistent"})
        self.assert_refused(done, "JAVA_HOME is /nonexistent", "no working bin/java", "unset JAVA_HOME")
        self.assert_no_trace("java")

    def test_java_too_old(self):
        home = self.sandbox.root / "jdk 11"
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
        (home / "bin" / "java").chmod(0o755)
        done = self.sandbox.run("up", "--name", "java", env={"JAVA_HOME": str(home)})
        self.assert_refused(done, "which is Java 11; 17 or later is needed")
        self.assert_no_trace("java")

    def test_no_java_at_all(self):
        """As root, Java is really hidden; an ordinary user can only empty PATH of it."""
        environment = {"JAVA_HOME": ""}
        tools = self.sandbox.root / "tools"
        tools.mkdir()
        for name in ("python3", "sh", "dirname", "readlink"):
            (tools / name).symlink_to(shutil.which(name))
        environment["PATH"] = str(tools)
        if _ROOT:
            hide = (shutil.which("unshare"), "-m", shutil.which("sh"), "-c",
                    f'{shutil.which("mount")} -t tmpfs none /usr/lib/jvm && exec "$@"', "sh")
            done = self.sandbox.run("up", "--name", "java", env=environment, prefix=hide)
        else:
            done = self.sandbox.run("up", "--name", "java", env={**environment, "JAVA_HOME": "/nonexistent"})
        self.assert_refused(done, "Java" if _ROOT else "JAVA_HOME", "setup" if _ROOT else "unset")
        self.assert_no_trace("java")

    def test_no_disk_space_for_the_stack(self):
        if _ROOT:
            self.sandbox.state.mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", self.sandbox.state], check=True)
            try:
                done = self.sandbox.run("up", "--name", "space")
                self.assert_refused(done, "not enough disk space for the stack's data: 6", "2048 MiB needed")
                self.assert_no_trace("space")
            finally:
                subprocess.run(["umount", self.sandbox.state], check=True)
        done = self.sandbox.run("up", "--name", "space", env={"SEALTRAIL_MIN_FREE_MIB": "999999999"})
        self.assert_refused(done, "not enough disk space for the stack's data", "999999999 MiB needed")
        self.assert_no_trace("space")

    def test_no_disk_space_for_the_cache(self):
        cache = self.sandbox.root / "full cache"
        done = self.sandbox.run("setup", env={"SEALTRAIL_CACHE": str(cache), "SEALTRAIL_MIN_FREE_MIB": "999999999"})
        self.assert_refused(done, "not enough disk space for the cache", "SEALTRAIL_CACHE")
        self.assertFalse(cache.exists(), "a refused setup has created the cache")

    def test_folder_of_somebody_else(self):
        folder = self.sandbox.state / "foreign"
        folder.mkdir(parents=True)
        (folder / "thesis.txt").write_text("precious")
        for script, arguments in (("up", ()), ("up", ("--fresh",)), ("down", ("--purge",)), ("kill", ("kafka", "-9"))):
            done = self.sandbox.run(script, *arguments, "--name", "foreign")
            self.assert_refused(done, str(folder), "left untouched")
        self.assertEqual([p.name for p in folder.iterdir()], ["thesis.txt"])
        self.assertEqual((folder / "thesis.txt").read_text(), "precious")

    def test_bad_arguments(self):
        self.assert_unusable("up", "--brokers", "2")
        self.assert_unusable("up", "--nmae", "x")
        for arguments, text in ((("--name", "../x"), "no valid stack name"), (("--with", "promethius"), "no service 'promethius'"),
                                (("--port-base", "80"), "out of range"), (ONLY_POSTGRES + ("--without", "postgres,kafka,registry,clickhouse"), "no service to start")):
            done = self.sandbox.run("up", *arguments)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(text, done.stdout)
        self.assert_no_trace("default")

    def assert_unusable(self, *arguments):
        done = self.sandbox.run(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("usage:", done.stdout)


class DamagedCache(SandboxTest):
    """The cache of this test holds its own copy of Kafka; the rest is linked."""

    def test_half_downloaded_jar(self):
        cache = self.sandbox.root / "cache"
        cache.mkdir()
        for folder in (APICURIO.folder(), engine_venv.folder()):
            (cache / folder.name).symlink_to(folder)
        shutil.copytree(KAFKA.folder(), cache / KAFKA.folder().name)
        jar = next((cache / KAFKA.folder().name).glob("kafka-clients-*.jar"))
        whole = jar.read_bytes()
        env = {"SEALTRAIL_CACHE": str(cache)}

        jar.write_bytes(whole[: len(whole) // 2])
        done = self.sandbox.run("up", "--name", "jar", *ONLY_KAFKA, env=env)
        self.assert_refused(done, f"damaged: {jar.name} has {len(whole) // 2} bytes, not {len(whole)}", "fetches it anew")
        self.assert_no_trace("jar")

        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        jar.write_bytes(flipped)
        done = self.sandbox.run("setup", "--check", env=env)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"damaged: {jar.name} has another checksum", done.stdout)

        done = self.sandbox.run("setup", env=env)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"damaged: {jar.name} has another checksum; fetching it anew", done.stdout)
        self.assertEqual(jar.read_bytes(), whole)
        self.assertEqual([p.name for p in cache.iterdir() if p.name.startswith(".")], [], "a temporary folder was left")

        archives = list((cache / "class-archives").glob("*.jsa"))
        self.assertEqual(len(archives), 2)
        for archive in archives:
            archive.chmod(0o600)
            os.truncate(archive, archive.stat().st_size // 2)  # it would crash the JVM
        done = self.sandbox.run("up", "--name", "jar", *ONLY_KAFKA, env=env)
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.sandbox.run("down", "--name", "jar", "--purge", env=env)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_offline(self):
        """Without a network, setup says so, and leaves no half-filled folder."""
        cache = self.sandbox.root / "offline cache"
        settings = self.sandbox.root / "home" / ".m2"
        settings.mkdir(parents=True)
        (settings / "settings.xml").write_text("<settings><offline>true</offline></settings>\n")
        env = {"SEALTRAIL_CACHE": str(cache), "MAVEN_OPTS": f"-Duser.home={settings.parent}"}
        done = self.sandbox.run("setup", env=env)
        self.assert_refused(done, "Maven can't reach its repository (offline", "settings.xml")
        self.assertFalse((cache / KAFKA.folder().name).exists())
        self.assertEqual([p.name for p in cache.iterdir() if p.name.startswith(".")], [])


if __name__ == "__main__":
    unittest.main()
