"""A name as its words, each with sounds, consonants and key."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from . import given
from .letters import MAX_WORD, Script, key, looks_pinyin, readings, script_of

# A longer text is not a name: what follows is not read, so that work stays bounded.
MAX_TEXT = 400
MAX_WORDS = 8

_MARK_CLASS = "".join(
    chr(n) for n in range(0x300, 0x10000) if unicodedata.category(chr(n)).startswith("M")
)
# Letters that are one sign each, in both cases and however they are normalised.
_PLAIN_LATIN = "[A-Za-zÀ-ÖØ-öø-įĴ-ľŁ-ňŊ-ž]++"
_PLAIN_CYRILLIC = "[\u0400-\u045f]++"
# Words of them with a space between: nearly all names.
_PLAIN = re.compile("|".join(f"{w}(?: {w})*+" for w in (_PLAIN_LATIN, _PLAIN_CYRILLIC)))
_APOSTROPHES = "'’ʼ‘`´ʹʺ′″׳״ˈʻ"
_PART = f"[^\\W\\d_]+(?:[{_MARK_CLASS}']+[^\\W\\d_]*)*"
_HYPHENS = re.compile("[-‐‑‒–—־=]")
_HYPHENATED = re.compile(f"{_PART}(?:{_HYPHENS.pattern}{_PART})*")
_ONE_APOSTROPHE = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
# Joiners and direction marks stand inside words (Persian writes U+200C between letters).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_COMBINING = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")

_TITLES = frozenset(["मा", "डा", "श्री", "دکتر"])
# With a capital or a dot: a folded key is never taken for one of them.
_TITLE = re.compile(
    r"(?<![\w-])"
    r"(?:(?:Dr|DR|Mrs?|MRS?|Prof|Jr|JR|Sr|SR|II|III|IV)\b\.?(?![\w-])|(?:dr|mrs?|prof|jr|sr)\.)"
)
# Words that one source writes and another leaves out: the article, "son of", "from".
_PARTICLES = frozenset(
    [
        "al",
        "el",
        "ul",
        "as",
        "ash",
        "bin",
        "ibn",
        "bint",
        "binti",
        "ben",
        "ould",
        "abu",
        "de",
        "di",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "la",
        "le",
        "der",
        "den",
        "van",
        "von",
        "zu",
        "y",
        "e",
        "af",
        "av",
        "ter",
        "бин",
        "ибн",
        "аль",
        "ال",
        "بن",
        "ابن",
        "фон",
        "де",
        "ван",
    ]
)

# Cyrillic letters that are drawn like Latin ones and stray into each other's words.
_LOOK_LATIN = "aceopxyiëjhkmtb"
_LOOK_CYRILLIC = "асеорхуіёјнкмтв"
_TO_CYRILLIC = str.maketrans(_LOOK_LATIN, _LOOK_CYRILLIC)
_TO_LATIN = str.maketrans(_LOOK_CYRILLIC, _LOOK_LATIN)
_LATIN_LETTER = re.compile("[a-z\u00df-\u024f]")
_CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")

# Each consonant is two signs, so that neighbours (к and г, г and х, т and ц) are half as far
# apart as strangers, and a vowel weighs half a consonant.
_FINE = str.maketrans(
    {
        "p": "Pp", "b": "Pb", "f": "Ff", "v": "Fv", "w": "u", "k": "Kk", "g": "Kg", "h": "Kg",
        "x": "Kx", "t": "Tt", "d": "Td", "c": "Tc", "s": "Ss", "z": "Sz", "S": "Hs", "Z": "Hz",
        "C": "Hc", "J": "Hj", "l": "Ll", "r": "Rr", "m": "Mm", "n": "Nn", "_": "",
        "o": "a", "e": "a",
    }
)  # fmt: skip
# Consonants only, in the classes that other scripts blur.
_BONES = str.maketrans(
    {
        "p": "Pp", "b": "Pb", "f": "Pf", "v": "wb", "w": "w", "k": "Kk", "g": "Kg", "h": "h",
        "x": "Kx", "t": "Tt", "d": "Td", "c": "Sc", "s": "Ss", "z": "Sz", "S": "Sh", "Z": "Zh",
        "C": "Ch", "J": "Jh", "l": "Ll", "r": "Lr", "m": "Nm", "n": "Nn", "_": "",
        "a": "", "e": "", "i": "", "o": "", "u": "",
    }
)  # fmt: skip

# Only the classes of consonants, for sounds that have been through another language.
_CLASSES = str.maketrans(
    {"p": "P", "b": "P", "f": "P", "v": None, "w": None, "k": "K", "g": "K", "h": "h", "x": "K",
     "t": "T", "d": "T", "c": "S", "s": "S", "z": "S", "S": "S", "Z": "S", "C": "S", "J": "S",
     "l": "L", "r": "L", "m": "M", "n": "N", **dict.fromkeys("aeiou_")}
)  # fmt: skip


def consonants(sounds: str) -> str:
    return sounds.translate(_CLASSES)


# Sounds in which a patronymic ends: -ovich, -avich, -evich, -ich; -ovna, -auna, -ivna, -ichna.
_PATRONYMIC = re.compile(r"(?:[oaei]v)?(?:i[Cc]|(?<=[oaei]v)na|i[CSc]na)$")
_FEMININE = re.compile(r"(?:sk|ck|[oaei]v|[iae]n)a$")
_MASCULINE = re.compile(r"(?:[sc]ki|[oaei]v|in)$")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name, in all its likely readings."""

    text: str
    script: Script
    sounds: tuple[str, ...]
    fine: tuple[str, ...]
    bones: tuple[str, ...]
    names: frozenset[int]  # the given names that this may be a form of
    father: frozenset[int]  # the given names that this may be a patronymic of
    letters: frozenset[str]  # what an initial of it may be
    is_initial: bool
    is_particle: bool
    is_pinyin: bool
    is_patronymic: bool  # by its ending; a surname may look the same
    gender: str  # by the ending of a Slavic surname: "f", "m" or ""


def _gender(sounds: str, patronymic: bool) -> str:
    if patronymic:
        return "f" if sounds.endswith("a") else "m"
    return "f" if _FEMININE.search(sounds) else "m" if _MASCULINE.search(sounds) else ""


@lru_cache(maxsize=65536)
def word(text: str) -> Word:
    """Expects what ``split`` gives."""
    script = script_of(text)
    sounds = readings(text)
    first = sounds[0]
    tail = _PATRONYMIC.search(first) if len(first) > 3 else None
    initials = {key(s[:1]) for s in sounds}
    if script is Script.LATIN:
        initials.add(text[0])
    # Я, Ю, Е and Ё become Y, J, I or nothing in Latin; Ц and Х two letters.
    initials.update(_INITIALS.get(text[0], ""))
    father = frozenset[int]()
    if tail:
        father = frozenset().union(
            *(given.of_stem(s[: m.start()]) for s in sounds if (m := _PATRONYMIC.search(s)))
        )
    return Word(
        text=text,
        script=script,
        sounds=sounds,
        fine=tuple(s.translate(_FINE) for s in sounds),
        bones=tuple(dict.fromkeys(s.translate(_BONES) for s in sounds)),
        names=frozenset().union(*map(given.of, sounds)),
        father=father,
        letters=frozenset(initials),
        is_initial=len(text) == 1 and script <= Script.OTHER_ALPHABET,
        is_particle=text in _PARTICLES,
        is_pinyin=script is Script.LATIN and looks_pinyin(text),
        is_patronymic=tail is not None,
        gender=_gender(first, tail is not None),
    )


_INITIALS = {"я": "yji", "ю": "yjiu", "е": "yj", "ё": "yji", "є": "yji", "ї": "y", "й": "yj",
             "ц": "ct", "х": "khcx", "ч": "c", "щ": "s", "ш": "s", "ж": "zj", "у": "vwou",
             "г": "gh", "в": "vw", "к": "ckq", "к'": "c"}  # fmt: skip


def _clean(found: str) -> str:
    found = found[:MAX_WORD]
    script = script_of(found)
    if script is Script.ABJAD:
        return _COMBINING.sub("", found).rstrip("'")
    if "'" in found:
        found = found.replace("'", "")
    if script is Script.LATIN or script is Script.CYRILLIC:
        found = _COMBINING.sub("", found)
        stray = _CYRILLIC_LETTER if script is Script.LATIN else _LATIN_LETTER
        if strays := len(stray.findall(found)):
            few = 2 * strays <= len(found)
            return found.translate(
                _TO_CYRILLIC if few is not (script is Script.LATIN) else _TO_LATIN
            )
    return found


def split(text: str) -> list[list[str]]:
    """The words of a name, lower case and clean; each a list of its hyphenated parts."""
    words = words_of(text[:MAX_TEXT])
    return [parts[:MAX_WORDS] for parts in islice(words, MAX_WORDS)]


def words_of(text: str) -> Iterator[list[str]]:
    """The words of a text however long, as ``split`` gives those of a name."""
    if _PLAIN.fullmatch(text):
        for plain in _TITLE.sub(" ", text).lower().split():
            yield [plain[:MAX_WORD]]
        return
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(_ONE_APOSTROPHE))
    text = _TITLE.sub(" ", text).lower()
    for chunk in _HYPHENATED.findall(text):
        parts = [_clean(part) for part in _HYPHENS.split(chunk)]
        if len(parts) > 1 or parts[0] not in _TITLES:
            yield parts


def run_together(text: str) -> str:
    """The letters of a text in one row: Chinese, Japanese and Thai put no space between words."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def fold(text: str) -> tuple[str, ...]:
    """The name as keys, one a word in the order written, for an index.

    The same word in two spellings mostly has one key, and all forms of a known given name have
    one; whether two names are the same is for ``score`` to say. Keys are small letters of
    ``a-z``, ``š`` and ``č``. Titles are left out. Empty for a text without letters. Keys joined
    by spaces fold to themselves.
    """
    folded = (given.label(readings(part, 1)[0]) for parts in split(text) for part in parts)
    return tuple(k for k in folded if k)
