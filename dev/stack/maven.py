"""Runs Maven for the two artifacts that Debian doesn't have, with a throw-away local repository."""

import os
import shutil
import subprocess
from pathlib import Path

from stack import java, paths, process, versions
from stack.failure import Failure

_PLUGIN = f"org.apache.maven.plugins:maven-dependency-plugin:{versions.MAVEN_DEPENDENCY_PLUGIN}"
_OFFLINE = ("UnknownHostException", "Unknown host", "Connection refused", "timed out", "Network is unreachable",
            "No route to host", "in offline mode")


def copy_dependencies(scratch, target, log):
    """Kafka and all it needs, as jars in `target`."""
    _run(scratch, [f"{_PLUGIN}:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"], log)


def copy_artifact(scratch, artifact, target, log):
    _run(scratch, [f"{_PLUGIN}:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={target}"], log)


def _run(scratch, arguments, log):
    binary = shutil.which("mvn")
    if not binary:
        raise Failure("Maven (mvn) is not installed", f"{paths.command('setup')}   (installs it)")
    (scratch / "pom.xml").write_text(_pom())
    # A local repository of its own: a damaged file in the user's would otherwise be copied again and again.
    argv = [binary, "-B", "-q", f"-Dmaven.repo.local={scratch / 'repository'}", *arguments]
    env = {**os.environ, "JAVA_HOME": str(Path(os.path.realpath(java.find())).parent.parent)}
    with open(log, "ab") as output:
        done = subprocess.run(argv, cwd=scratch, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if done.returncode == 0:
        return
    tail = process.last_lines(log, 200)
    errors = [line for line in tail if line.startswith("[ERROR]") and len(line) > 10]
    if any(word in line for line in errors for word in _OFFLINE):
        raise Failure(f"Maven can't reach its repository (offline, or a proxy is needed): {errors[0][8:300]}",
                      "connect, or configure the proxy or mirror in ~/.m2/settings.xml; then run dev/setup again", f"the log is {log}")
    raise Failure(f"Maven ended with exit code {done.returncode}: {errors[0][8:300] if errors else 'no error line'}", f"see the log: {log}")


def _pom():
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in versions.KAFKA_ARTIFACTS)
    return ('<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
            "<groupId>sealtrail.dev</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>"
            f"<dependencies>{dependencies}</dependencies></project>\n")
