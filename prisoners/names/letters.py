"""Letters to sounds: one spelling becomes one or more strings of sounds.

The sounds are written with one character each: ``a e i o u``, ``b p v f g k h x d t z s Z S``
(``Z`` as in Жанна, ``S`` as in Шура), ``c`` (Ц), ``C`` (Ч), ``J`` (Дж), ``l r m n``.
Sources of the rules are named in docs/names.md.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter

from anyascii import anyascii

# Longer runs of letters are not words of a name; the rest of one is not read.
MAX_WORD = 48


class Script(IntEnum):
    """How far a script's letters tell the sounds; the comparison goes by this."""

    LATIN = 0
    CYRILLIC = 1
    OTHER_ALPHABET = 2  # Greek, Armenian, Georgian
    ABJAD = 3  # Arabic, Hebrew: vowels mostly unwritten
    SYLLABIC = 4  # Indic, Thai, kana, Ethiopic and all else, by way of anyascii
    HANGUL = 5
    HAN = 6


def script_of(word: str) -> Script:
    code = ord(word[0])
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return Script.LATIN
    if 0x400 <= code < 0x530:
        return Script.CYRILLIC
    if 0x370 <= code < 0x590 or 0x10A0 <= code < 0x1100 or 0x1F00 <= code < 0x2000:
        return Script.OTHER_ALPHABET
    if 0x590 <= code < 0x780 or 0x8A0 <= code < 0x900 or 0xFB1D <= code < 0xFF00:
        return Script.ABJAD
    if 0xAC00 <= code < 0xD7B0:
        return Script.HANGUL
    if 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x32000:
        return Script.HAN
    return Script.SYLLABIC


def _pairs(table: str) -> dict[str, str]:
    """``a b c -`` as: a becomes b, c becomes nothing."""
    words = table.split()
    return dict(zip(words[::2], ("" if w == "-" else w for w in words[1::2]), strict=True))


# Cyrillic of all Slavic languages and, for the letters that Russian lacks, of Turkic ones.
_CYRILLIC_SOUNDS = _pairs(
    """
    а a б b в v г g ґ g д d е e ё o є e ж Z з z и i і i ї i й i ј i к k л l м m н n о o п p р r
    с s т t у u ў v ф f х x ц c ч C ш S ы i э e ю u я a щ SC ь - ъ - ѣ e ѳ f ѵ i љ l њ n ћ C ђ J
    џ J ѓ g ќ k ѕ z ә a ғ g қ k ң n ҥ n ө o ү u ұ u һ h ҳ h ҷ J ҹ J ӣ i ӯ u ҡ k ҫ s ҙ z
    """
)
_CYRILLIC = {ord(k): v for k, v in _CYRILLIC_SOUNDS.items()}
# Two letters that stand for one sound: Belarusian дж and дз (дзеканне), тс as the pronounced ц.
# ъ between consonants is a vowel: only Bulgarian writes it there.
_CYRILLIC_PAIRS = re.compile(r"дж|дз|тс|тц|(?<=[бвгджзйклмнпрстфхцчшщ])ъ(?=[бвгджзклмнпрстфхцчшщ])")
_CYRILLIC_PAIR_SOUNDS = {"дж": "J", "дз": "d", "тс": "c", "тц": "c", "ъ": "a"}

# Latin letters whose mark carries a sound; every other mark is dropped.
_MARKED = _pairs(
    """
    š š ŝ š ş š ș š ś s ź z ž ž ż ž ẑ ž č č ć ć ĉ č ç č ŭ v ł l đ d ð d þ t ß s æ e œ e ø o ə a
    ı i ħ h ģ g ř ř ñ n
    """
)
# The four marked letters that the readings below know hide from the dropping of marks.
_KEEP = str.maketrans("šžčćř", "SZCTR")
_KEPT = str.maketrans("SZCTR", "šžčćř")
_MARKS = {ord(k): v for k, v in _MARKED.items()}

_COMMON = _pairs(
    """
    shch SC szcz SC šč SC tsch C tch C dzh J dsch J dž J sch S sh S zh Z kh x ts c tz c cz C
    sz S dz d ph f th t gh g bh b dh d ck k oo u qu kv š S ž Z č C ć t ř rZ y i w v x ks q k
    """
)
# What English, the BGN/PCGN systems and passports mean by a letter.
_ENGLISH = _COMMON | _pairs(
    """
    ch C dj J j J tc c c k ce se ci si cy si ij i yj i ej ei lj li nj ni
    """
)
# What Łacinka, Polish, Czech, Lithuanian and ISO 9 mean by it; j, w and ch as in German.
_SLAVIC = _COMMON | _pairs(
    """
    ck ck ch x c c j i oo o
    """
)
# ISO 9 and Scandinavian j with English ch, as passports of the 1990s mix them.
_MIXED = _SLAVIC | {"ch": "C"}
# French: Loukachenko, Tchaïkovski; the Soviet passports until 1997.
_FRENCH = _COMMON | _pairs(
    """
    ch S ou u j Z c k dj J ce se ci si gu g
    """
)
# Hanyu Pinyin: the aspirated and plain affricates, x, q, zh.
_PINYIN = _COMMON | _pairs(
    """
    zh C x S q C qu Cu ch C j C c c z c oo o
    """
)


def _reader(table: Mapping[str, str]) -> Callable[[str], str]:
    singles = {ord(k): v for k, v in table.items() if len(k) == 1}
    groups = sorted((k for k in table if len(k) > 1), key=lambda k: (-len(k), k))
    pattern = re.compile("|".join(groups))
    # Groups are replaced first; their sounds must survive the single letters that follow.
    private = {k: "".join(chr(0xE000 + ord(c)) for c in table[k]) for k in groups}
    back = {0xE000 + n: chr(n) for n in range(128)}

    def read(word: str) -> str:
        return pattern.sub(lambda m: private[m[0]], word).translate(singles).translate(back)

    return read


_READ_ENGLISH, _READ_SLAVIC, _READ_MIXED, _READ_FRENCH, _READ_PINYIN = map(
    _reader, (_ENGLISH, _SLAVIC, _MIXED, _FRENCH, _PINYIN)
)

_SLAVIC_LOOK = re.compile(r"[šžčćř]|sz|cz|[aeiouy]j|[^aeiouy]j|wicz|ck[iay]|ow$|wa$")
_READINGS_DIFFER = re.compile(r"c(?!z)|j|oo")
# Atomic: a word can be cut into syllables in exponentially many ways, and one is enough.
_PINYIN_LOOK = re.compile(
    r"(?>(?:[bpmfdtnlgkhjqxrywzcs]|zh|ch|sh)?"
    r"(?:iao|uai|[ae]i|ao|ou|i[aeu]|u[aoei]|er|[aeiou])(?:ng|n(?!g))?)++$"
)
# What only pinyin is full of; enough to tell Zhaxi from Tashi.
_PINYIN_SIGNS = re.compile(r"[qx]|zh|uo|ia|ie|ui|ue|ju|[aeo]ng|ao|^c[^h]")
_SILENT_H = re.compile(r"(?<=[aeou])h(?=[nlmr]|$)")
_BALTIC_END = re.compile(r"(?<=..[^aeiou])(?:i?as|us|is|s|e)$|(?<=...)(?:j[au]s|ijs|ėlis|iene)$")

_GLIDE = re.compile(r"[ij]+(?=[aeou])")
_DOUBLE = re.compile(r"(.)\1+")
# What it is replaced by. As a template, "\1" would be read anew at each word.
_ONCE = itemgetter(1)
_SHORT_U = re.compile(r"(?<=[aeio])u(?![aeiou])")
_ULAD = re.compile(r"^u(?=la[dstz])")


def single(letters: str) -> str:
    """Write each letter once that stands twice or more in a row."""
    return _DOUBLE.sub(_ONCE, letters)


def settle(sounds: str) -> str:
    """Drop what spellings disagree on: glides, doubled letters, у for ў, Ула- for Вла-."""
    sounds = single(_GLIDE.sub("", sounds))
    if "u" in sounds:
        sounds = _ULAD.sub("v", _SHORT_U.sub("v", sounds))
    return single(sounds)


# Akanne and jakanne make о, е and а one vowel; г, h and х are one; ц is soft т.
_KEY = str.maketrans({"o": "a", "e": "a", "h": "g", "x": "g", "c": "t", "Z": "z", "S": "š",
                      "C": "č", "J": "č", "w": "v", "_": None})  # fmt: skip
_KEY_PAIRS = re.compile("[td][sz]+|sz+")


# The sounds of a word are asked about several times while it is read.
@lru_cache(maxsize=4096)
def key(sounds: str) -> str:
    """The sounds with what Belarusian, Russian and Ukrainian spell differently made one."""
    folded = single(sounds.translate(_KEY))
    if "s" in folded or "z" in folded:
        # A key read again as a name must give itself: ts, dz and sz would be taken for one sound.
        folded = single(_KEY_PAIRS.sub(lambda m: m[0][0], folded))
    return folded


def bare(word: str) -> str:
    """Latin letters without the marks that carry no sound; expects NFC."""
    if word.isascii():
        return word
    word = unicodedata.normalize("NFKD", word.translate(_MARKS).translate(_KEEP))
    return "".join(c for c in word if c.isascii() and c.isalpha()).translate(_KEPT)


# Tibetan as Lhasa speaks it, which is what Chinese characters render: gy, ky are q or j; dr, tr are
# zh; a syllable's last stop, liquid or s is silent.
_TIBETAN = re.compile(r"[kg]h?y|[dtkgpb]h?r|ph|th|kh|tsh?|dz|ny|lh|rd|rg")
_TIBETAN_SOUNDS = {"ph": "p", "th": "t", "kh": "k", "ts": "c", "tsh": "c", "dz": "c", "ny": "n",
                   "lh": "l", "rd": "d", "rg": "g"}  # fmt: skip
_TIBETAN_FINAL = re.compile(r"(?<=[aeiou])(?:ng|[gbdrlsk](?=[^aeiouy]|$))")


def tibetan(word: str) -> str:
    """The sounds of a word spelt as Tibetans do, to set beside the pinyin of its characters."""
    word = _TIBETAN.sub(lambda m: _TIBETAN_SOUNDS.get(m[0], "ch"), word)
    return _READ_PINYIN(_TIBETAN_FINAL.sub(lambda m: "n" if m[0] == "ng" else "", word))


def pinyin(word: str) -> str:
    return _READ_PINYIN(word.replace("ng", "n"))


def looks_pinyin(word: str) -> bool:
    return bool(_PINYIN_LOOK.match(word) and _PINYIN_SIGNS.search(word))


def latin(word: str, most: int = 5) -> tuple[str, ...]:
    """The likely readings of a word in Latin letters, likeliest first."""
    word = bare(word)
    look = _SLAVIC_LOOK.search(word) is not None
    first = (_READ_SLAVIC if look else _READ_ENGLISH)(word)
    if most == 1:
        return (settle(first),)
    readings = [first]
    if _READINGS_DIFFER.search(word):
        readings.append((_READ_ENGLISH if look else _READ_SLAVIC)(word))
        if "j" in word and "ch" in word:
            readings.append(_READ_MIXED(word))
    if "ou" in word:
        readings.append(_READ_FRENCH(word))
    if _PINYIN_LOOK.match(word) and re.search("[jqxzc]", word):
        readings.append(_READ_PINYIN(word))
    if _SILENT_H.search(word):
        readings.append(_SILENT_H.sub("", first))
    if len(word) > 4 and (stem := _BALTIC_END.sub("", word)) != word:
        readings.append((_READ_SLAVIC if look else _READ_ENGLISH)(stem))
    return tuple(dict.fromkeys(settle(r) for r in readings))[:most]


def cyrillic(word: str) -> str:
    word = _CYRILLIC_PAIRS.sub(lambda m: _CYRILLIC_PAIR_SOUNDS[m[0]], word)
    return settle(word.translate(_CYRILLIC))


# Modern Greek pronunciation (ELOT 743): two letters for the stops that the alphabet lacks.
_GREEK_PAIRS = {
    "μπ": "b", "ντ": "d", "γκ": "g", "γγ": "g", "τζ": "J", "τσ": "C", "ου": "u", "αυ": "av",
    "ευ": "ev", "αι": "e", "ει": "i", "οι": "i", "γι": "i", "γου": "v",
}  # fmt: skip
_GREEK_PAIR = re.compile("|".join(sorted(_GREEK_PAIRS, key=len, reverse=True)))
_GREEK = str.maketrans(
    {**dict(zip("αβγδεζηικλμνορςστυφχω", "avgdeziiklmnorsstifxo", strict=True)),
     "θ": "t", "ξ": "ks", "π": "p", "ψ": "ps"}
)  # fmt: skip


def greek(word: str) -> tuple[str, ...]:
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    # ϊ and ϋ are read apart from the vowel before them.
    sounds = _GREEK_PAIR.sub(lambda m: _GREEK_PAIRS[m[0]], plain).translate(_GREEK)
    readings = [settle(sounds)]
    if len(plain) > 4 and re.search("[οαη]ς$", plain):
        readings.append(settle(sounds[:-2]))
    return tuple(readings)


# Scripts that write consonants; ו, و, י and ی may be either, so they keep signs of their own
# (``w`` and nothing). Hebrew with geresh, Arabic with the Persian, Kurdish and Urdu letters.
_ABJAD_PAIRS = {"ג'": "J", "ז'": "Z", "צ'": "C", "ץ'": "C", "ת'": "t", "דז'": "J", "דזש": "J",
                "וו": "v", "טש": "C", "تش": "C", "ال": "l"}  # fmt: skip
_ABJAD_PAIR = re.compile("|".join(sorted(_ABJAD_PAIRS, key=len, reverse=True)))
_ABJAD = str.maketrans(
    {
        **dict(zip("בגדהוזחטכךלמםנןסעפףצץקרשת", "bgdhwzxtkklmmnns_ppcckrSt", strict=True)),
        **dict(zip("بتثجحخدذرزسشصضطظعغفقكلمنهو", "btsJhxdzrzsSsdtz_gfkklmnhw", strict=True)),
        **dict(zip("پچژگکڤڭہھۆۇۈڕڵۋ", "pCZgkvnhhwwwrlv", strict=True)),
    }
)


def abjad(word: str) -> tuple[str, ...]:
    sounds = _ABJAD_PAIR.sub(lambda m: _ABJAD_PAIRS[m[0]], word).translate(_ABJAD)
    sounds = "".join(c for c in sounds if c.isascii() and c.isalpha())
    return (single(sounds),)


_GEORGIAN = re.compile("[\u10a0-\u10ff]")
_ANUSVARA = re.compile("(?<=[aeiou])m(?=[tdkgcjszh])")
_INDIC_C = re.compile("ch?")
_TAMIL = re.compile("[\u0b80-\u0bff]")
# Thai and Lao write these vowels before the consonant that they follow in speech.
_THAI_LEADING = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])([\u0e01-\u0e2e\u0e81-\u0eae])")
_ARMENIAN = re.compile("[\u0530-\u058f]")


def other(word: str) -> tuple[str, ...]:
    """Any other script, by way of anyascii."""
    word = _THAI_LEADING.sub(r"\2\1", word)
    plain = "".join(c for c in anyascii(word).lower() if c.isalpha())[:MAX_WORD]
    if _ARMENIAN.match(word):
        plain = plain.replace("ow", "u").replace("rr", "r")
    if script_of(word) is Script.SYLLABIC:
        # The Indic dot stands for the nasal of the consonant that follows.
        plain = _ANUSVARA.sub("n", plain)
        plain = _INDIC_C.sub("s" if _TAMIL.match(word) else "ch", plain)
    sounds = settle(_READ_ENGLISH(plain))
    if _GEORGIAN.match(word) and len(sounds) > 4 and sounds.endswith("i"):
        return sounds, sounds[:-1]
    return (sounds,)


def readings(word: str, most: int = 5) -> tuple[str, ...]:
    """The likely sounds of a cleaned, lower-case word, likeliest first; never empty."""
    script = script_of(word) if word else Script.LATIN
    if script is Script.CYRILLIC:
        return (cyrillic(word),)
    if script is Script.LATIN:
        return latin(word, most)
    if script is Script.ABJAD:
        return abjad(word)
    if script is Script.HAN:
        return latin(anyascii(word).lower()[:MAX_WORD], most)
    if script is Script.OTHER_ALPHABET and ord(word[0]) not in range(0x530, 0x1100):
        return greek(word)
    return other(word)
