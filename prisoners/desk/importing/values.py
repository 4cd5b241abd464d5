"""What a cell of somebody's list says: nothing, a text, a name, a choice, a country.

Each reading gives the value, whether it is certain, and what it was read from. What cannot be read
is refused with the reason, and never becomes a value by guessing. Nothing here raises an error,
whatever it is given.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import nh3
from babel import Locale
from django.utils.translation import gettext as _
from django_countries.data import COUNTRIES

# What lists write where they know nothing, in small letters.
NOTHING: Final = frozenset(
    [
        "-",
        "–",
        "—",
        "--",
        "---",
        ".",
        "?",
        "n/a",
        "#n/a",
        "n.a.",
        "n.a",
        "(na)",
        "(n/a)",
        "false",
        "none",
        "null",
        "nan",
        "nil",
        "unknown",
        "(unknown)",
        "n/k",
        "undefined",
    ]
) | {
    "",
    "no disponible",
    "no disponible.",
    "not available",
    "not known",
    "no data",
    "not stated",
    "нет данных",
    "неизвестно",
    "не указано",
    "невядома",
    "няма звестак",
    "няма даных",
    "невідомо",
    "немає даних",
    "desconocido",
    "sin datos",
}
_SPACE: Final = r"\t\u00a0\u2000-\u200a\u202f\u3000"
# One space as it should be is none of them: of a long text they are every sixth sign.
_SPACES: Final = re.compile(rf"[ {_SPACE}]{{2,}}|[{_SPACE}]")
_LINES: Final = re.compile(r" ?[\r\n\u2028\u2029\x0b\x0c\x85][\s]*")
# Signs that are not seen, and belong to no name or sentence; line breaks are not among them.
_UNSEEN: Final = re.compile(
    r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ud800-\udfff\ufdd0-\ufdef]"
)
_MARK: Final = re.compile(r"\s*(?:\(\?\)|\[\?\]|\?)\s*\Z")
_HAS_HTML: Final = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]\w*;")
_LINK: Final = re.compile(
    r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*>(.*?)</a\s*>", re.I | re.S
)
_BREAK: Final = re.compile(r"<\s*br\b[^>]*>|</\s*(?:p|div|li|tr|h[1-6])\s*>", re.I)
_LOST_IN_WORD: Final = re.compile(r"\w\?+\w")
_LISTED: Final = re.compile(r"[,;/|\n、，；]\s*")
_QUOTES: Final = "\"'“”„«»‘’`"


@dataclass(frozen=True, slots=True)
class Value:
    """What one or several cells say.

    ``value`` is None where they say nothing, or where what they say is ``refused`` for a reason.
    ``remark`` says how it was read, where that is not evident.
    """

    raw: str
    value: Any = None
    certain: bool = True
    refused: str = ""
    remark: str = ""

    @property
    def is_stated(self) -> bool:
        return self.value is not None


def refuse(raw: str, reason: str) -> Value:
    return Value(raw, refused=reason)


def tidied(text: str) -> str:
    """Return a text without unseen signs and needless spaces; its line breaks stay."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def is_nothing(text: str, more: frozenset[str] = frozenset()) -> bool:
    """Whether a cell says that nothing is known; ``more`` are a profile's words for it."""
    begins = text[:1]
    if begins.casefold()[:1] not in _beginnings(more) and not begins.isspace():
        # Nearly all cells say something, and this tells most of them.
        return False
    word = " ".join(text.split()).casefold()
    return word in NOTHING or word in more


@lru_cache(maxsize=64)
def _beginnings(more: frozenset[str]) -> frozenset[str]:
    return frozenset(word[:1] for word in NOTHING | more)


def unmarked(text: str) -> tuple[str, bool]:
    """Return a text without the question mark that calls it doubtful, and whether it had one."""
    shorter = _MARK.sub("", text)
    return shorter, shorter != text


def _unmarked_words(text: str) -> tuple[str, bool]:
    """Return a text without the question marks behind any of its words."""
    if "?" not in text:
        return text, False
    shorter = unmarked(text)[0]
    if "??" not in shorter:
        shorter = re.sub(r"(?<=\w)(?:\?|\(\?\))(?=\s)", "", shorter)
    return shorter, shorter != text


def is_lost(text: str) -> bool:
    """Whether letters were lost on the way: ``???``, ``??(?)``, a sign that stands for one."""
    if "\ufffd" in text:
        return True
    if "?" not in text:
        return False
    if "??" in text or _LOST_IN_WORD.search(text):
        return True
    return not any(sign.isalpha() for sign in text)


def without_html(text: str) -> str:
    """Return a text without its markup; the address of a link stays beside its words."""
    if ("<" not in text and "&" not in text) or not _HAS_HTML.search(text):
        return text
    linked = _LINK.sub(_linked, text)
    return html.unescape(nh3.clean(_BREAK.sub("\n", linked), tags=set()))


def _linked(match: re.Match[str]) -> str:
    address = (match[1] or match[2] or "").strip()
    if not re.match(r"https?://", html.unescape(address), re.I):
        return match[3]
    return f"{match[3]} ({address})"


def read_text(raw: str, longest: int | None = None) -> Value:
    """Read a text; ``longest`` is the number of characters that its field holds."""
    if "\0" in raw:
        return refuse(raw, _("it holds a NUL, which no text does"))
    text = tidied(without_html(raw))
    if not text:
        return Value(raw)
    if is_lost(text) and not any(sign.isalpha() for sign in text):
        return refuse(raw, _("its characters were lost"))
    if longest is not None and len(text) > longest:
        return refuse(
            raw, _("it has %(number)s characters, %(most)s at most")
            % {"number": len(text), "most": longest}
        )  # fmt: skip
    if longest is not None:
        text, doubtful = _unmarked_words(" ".join(text.split()))
        if doubtful:
            return Value(raw, text, certain=False)
    lost = "\ufffd" in text or "???" in text
    return Value(raw, text, certain=not lost, remark=_("some characters were lost") if lost else "")


def read_name(raw: str, longest: int = 200) -> Value:
    """Read one spelling of a name."""
    if "\0" in raw:
        return refuse(raw, _("it holds a NUL, which no text does"))
    text, doubtful = _unmarked_words(" ".join(tidied(without_html(raw)).split()))
    if not text and not doubtful:
        return Value(raw)
    if is_lost(text) or is_lost(raw):
        return refuse(raw, _("its characters were lost"))
    quoted = text.strip(_QUOTES + " ")
    # An apostrophe at the end can be a letter of the name: only what is quoted on both sides is.
    if text[:1] in _QUOTES and text[-1:] in _QUOTES:
        text = quoted
    if not any(sign.isalpha() for sign in text):
        return refuse(raw, _("a name has at least one letter"))
    if len(text) > longest:
        return refuse(
            raw, _("it has %(number)s characters, %(most)s at most")
            % {"number": len(text), "most": longest}
        )  # fmt: skip
    return Value(raw, text, certain=not doubtful)


def split_list(text: str) -> list[str]:
    """Split a list written into one cell; what stands in brackets stays together."""
    parts, depth, begun = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([（") - (sign in ")]）")
        if depth <= 0 and _LISTED.match(sign):
            parts.append(text[begun:place])
            begun = place + 1
    return [part.strip() for part in [*parts, text[begun:]] if part.strip()]


def read_names(raw: str, more: frozenset[str] = frozenset()) -> list[Value]:
    """Read a list of names, each for itself: one that is lost takes no other with it."""
    if "\0" in raw:
        return [refuse(raw, _("it holds a NUL, which no text does"))]
    parts = split_list(tidied(without_html(raw)))
    return [read_name(part) for part in parts if not is_nothing(part, more) or is_lost(part)]


def read_choice(raw: str, meanings: Mapping[str, str], choices: Mapping[str, Any]) -> Value:
    """Read a code by what the profile says that it means; ``"released?"`` is a doubtful meaning.

    ``choices`` are the values that the field has. A code that has no meaning is refused.
    """
    text = " ".join(tidied(raw).split())
    if not text:
        return Value(raw)
    word, doubtful = text.casefold(), False
    if word not in meanings:
        bare, doubtful = unmarked(word)
        word = bare if bare in meanings or bare in choices else word
    meaning = meanings.get(word, word if word in choices else None)
    if meaning is None:
        return refuse(raw, _("the profile does not say what this code means"))
    meaning, unsure = unmarked(meaning)
    if not meaning:
        return Value(raw, certain=not unsure)
    return Value(raw, meaning, certain=not (doubtful or unsure))


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Return the code of each country by its names in several languages and by its code."""
    codes: dict[str, str] = {}
    for language in ("es", "fr", "de", "pl", "uk", "be", "ru", "en"):
        names = Locale.parse(language).territories
        codes |= {names[code].casefold(): code for code in COUNTRIES if code in names}
    return codes | {code.casefold(): code for code in COUNTRIES}


def read_country(raw: str) -> Value:
    """Read one country, by its code or its name."""
    text, doubtful = unmarked(" ".join(tidied(raw).split()))
    if not text:
        return Value(raw)
    code = country_codes().get(text.casefold())
    if code is None:
        return refuse(raw, _("no country has this name or code"))
    return Value(raw, code, certain=not doubtful)


def read_countries(raw: str) -> Value:
    """Read a list of countries."""
    whole = read_country(raw)
    if whole.is_stated:
        return Value(raw, [whole.value], whole.certain)
    found = [read_country(part) for part in split_list(tidied(raw))]
    if wrong := next((one for one in found if one.refused), None):
        return refuse(raw, wrong.refused)
    codes = list(dict.fromkeys(one.value for one in found if one.is_stated))
    return Value(raw, codes or None, all(one.certain for one in found))


_SCRIPTS: Final = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "CJK": "Hani",
    "HANGUL": "Hang",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "DEVANAGARI": "Deva",
}


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "Zyyy")


def script_of(name: str) -> str:
    """Return the script (ISO 15924) that most letters of a name have; kana make it Japanese."""
    if name.isascii():
        return "Latn" if any(map(str.isalpha, name)) else "Zyyy"
    scripts = [_script_of_letter(sign) for sign in name if sign.isalpha()]
    if "Jpan" in scripts:
        return "Jpan"
    return max(scripts, key=scripts.count, default="Zyyy")
