"""How words are folded before they enter the table, and how names in other scripts are written in Latin letters."""
import re
import unicodedata

CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye")) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj", "ђ": "dj", "ћ": "c", "џ": "dz", "ѓ": "gj", "ќ": "kj", "ѕ": "dz", "’": ""}
GREEK = dict(zip("αβγδεζηικλμνοπρστυφω", "avgdeziiklmnoprstyfo")) | {"θ": "th", "ξ": "x", "χ": "ch", "ψ": "ps", "ς": "s"}
GEORGIAN = dict(zip("აბგდევზთიკლმნოპრსტუფქყცძხჯჰ", "abgdevztiklmnoprstupkqtdkjh")) | {
    "ჟ": "zh", "ღ": "gh", "შ": "sh", "ჩ": "ch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "kh"}
ARMENIAN = dict(zip("աբգդեզէըիլխծկհձղճմյնոպջռսվտրցւֆօև", "abgdezeyilkckhdgcmynopjrsvtrcvfoe")) | {
    "թ": "t", "ժ": "zh", "շ": "sh", "չ": "ch", "խ": "kh", "ծ": "ts", "ձ": "dz", "ղ": "gh", "ճ": "ch", "ց": "ts", "փ": "p", "ք": "k", "և": "ev"}
SCRIPTS = CYRILLIC | GREEK | GEORGIAN | ARMENIAN
# Letters that no decomposition makes plain; the same list stands in phi/src/text/fold.rs.
SPELT = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ς": "σ"}


def fold_word(word):
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if unicodedata.combining(c) == 0)
    return "".join(SPELT.get(lower, lower) for c in plain for lower in c.lower())


def fold(text):
    """Folded words joined by one space; apostrophes and full stops inside a word vanish, hyphens part words."""
    text = re.sub("['’ʻʼ`´.]", "", text)
    return " ".join(fold_word(text.replace("-", " ").replace("–", " ")).split())


def is_latin(word):
    return 1 < len(word) <= 48 and all(c == " " or "a" <= c <= "z" or (c.isalpha() and "LATIN" in unicodedata.name(c, "")) for c in word)


def romanise(name):
    """The name in Latin letters, in the one or two ways it is commonly written; names in Latin letters come back as they are."""
    base = unicodedata.normalize("NFD", name.lower()) if any("GREEK" in unicodedata.name(c, "") for c in name) else name.lower()
    if all(ord(c) < 0x250 or c in "əŞş" for c in unicodedata.normalize("NFC", name)) or "LATIN" in unicodedata.name(name[0], ""):
        return [name]
    if base[0] not in SCRIPTS:
        return []
    base = "".join(c for c in base if not unicodedata.combining(c) or c == "\u0306")
    base = unicodedata.normalize("NFC", base)
    first = "".join(SCRIPTS.get(c, c) for c in base)
    variants = {first, first.replace("iy", "iy").replace("yy", "y"), first.replace("ks", "x"), first.replace("ey", "ei").replace("ay", "ai")}
    variants |= {v[:-2] + "y" for v in variants if v.endswith("iy") or v.endswith("yy")}
    return sorted(v for v in variants if v.isalpha())
