"""Kafka and Apicurio Registry in the cache: fetched by Maven, verified by checksum, put in place by one rename."""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from stack import maven, paths, versions
from stack.console import step
from stack.failure import Failure

_HERE = Path(__file__).resolve().parent
_COMPLETE = ".complete"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def committed_checksums(name):
    """{file name: sha256} of a list kept in the repository."""
    rows = (line.split() for line in (_HERE / name).read_text().splitlines())
    return {row[1]: row[0] for row in rows if row}


class Component:
    """A folder of the cache with a record of every file's size and checksum."""

    def __init__(self, title, slug, version, checksums, fill):
        self.title, self.slug, self.version = title, slug, version
        self.checksums, self._fill = checksums, fill

    def folder(self):
        return paths.cache_root() / f"{self.slug}-{self.version}"

    def class_path(self):
        return ":".join(sorted(str(jar) for jar in self.folder().glob("*.jar")))

    def problem(self, full=False):
        """None when the folder is whole, else what is wrong. Sizes are compared always, contents when `full`."""
        folder = self.folder()
        if not folder.is_dir():
            return "missing"
        try:
            files = json.loads((folder / _COMPLETE).read_text())["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return f"incomplete (no readable {_COMPLETE} in it)"
        for name, (size, digest) in files.items():
            path = folder / name
            if not path.is_file():
                return f"damaged: {name} is missing"
            if path.stat().st_size != size:
                return f"damaged: {name} has {path.stat().st_size} bytes, not {size}"
            if full and sha256(path) != digest:
                return f"damaged: {name} has another checksum"
        return None

    def require(self):
        problem = self.problem()
        if problem:
            raise Failure(f"{self.title} {self.version} in {self.folder()}: {problem}",
                          f"{paths.command('setup')}   (fetches it anew)")

    def fetch(self, log):
        """Fetches into a folder beside, verifies, and only then replaces what was there."""
        target = self.folder()
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{self.slug}-", dir=target.parent) as scratch:
            content = Path(scratch) / "content"
            content.mkdir()
            with step(f"{self.title} {self.version}: fetching by Maven"):
                self._fill(self, Path(scratch), content, log)
            record = {str(p.relative_to(content)): [p.stat().st_size, sha256(p)] for p in sorted(content.rglob("*")) if p.is_file()}
            (content / _COMPLETE).write_text(json.dumps({"version": self.version, "files": record}, indent=1) + "\n")
            if target.exists():
                os.replace(target, Path(scratch) / "old")
            os.replace(content, target)

    def verify(self, folder):
        """Compares freshly fetched files with the committed checksums."""
        wanted = committed_checksums(self.checksums)
        present = {p.name for p in folder.iterdir() if p.is_file()}
        for name in sorted(set(wanted) | present):
            if name not in present:
                raise Failure(f"{self.title}: Maven did not deliver {name}, which {self.checksums} lists")
            if name not in wanted:
                raise Failure(f"{self.title}: Maven delivered {name}, which {self.checksums} doesn't list")
            found = sha256(folder / name)
            if found != wanted[name]:
                raise Failure(f"{self.title}: {name} has checksum {found}, expected {wanted[name]}",
                              "run dev/setup again; if it stays so, the repository or a mirror delivers another file")


def _fill_kafka(component, scratch, content, log):
    maven.copy_dependencies(scratch, content, log)
    component.verify(content)


def _fill_apicurio(component, scratch, content, log):
    download = scratch / "download"
    download.mkdir()
    maven.copy_artifact(scratch, versions.APICURIO_ARTIFACT, download, log)
    component.verify(download)
    with tarfile.open(download / versions.APICURIO_ARCHIVE) as archive:
        archive.extractall(content)  # safe: the archive has just been verified
    shutil.rmtree(download)


KAFKA = Component("Apache Kafka", "kafka", versions.KAFKA, f"kafka-{versions.KAFKA}.sha256", _fill_kafka)
APICURIO = Component("Apicurio Registry", "apicurio", versions.APICURIO, f"apicurio-{versions.APICURIO}.sha256", _fill_apicurio)
