"""Chinese and Korean names: family name first, a syllable a character, several romanisations.

Each style makes any romanisation of it (and the characters' own readings) one coarse spelling.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from anyascii import anyascii

from .letters import Script, bare, script_of, single

# Two-character family names; every other one has a single character.
_LONG_FAMILIES = frozenset(
    [
        "欧阳",
        "歐陽",
        "司马",
        "司馬",
        "上官",
        "诸葛",
        "諸葛",
        "司徒",
        "东方",
        "東方",
        "皇甫",
        "尉迟",
        "尉遲",
        "公孙",
        "公孫",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "長孫",
        "端木",
        "夏侯",
        "남궁",
        "황보",
        "제갈",
        "선우",
        "독고",
        "사공",
        "서문",
    ]
)

# The sounds that Revised Romanisation, McCune-Reischauer and spelling by ear write differently.
_KOREAN = {
    "yeo": "yo", "you": "yo", "yoo": "yu", "woo": "u", "wu": "u", "yi": "i", "eo": "o", "eu": "u",
    "oo": "u", "ee": "i", "ie": "i", "ae": "e", "ai": "e", "ay": "e", "oe": "ue", "wi": "ui",
    "we": "ue", "wae": "ue", "wh": "hu", "wo": "uo", "wa": "ua", "ah": "a", "oh": "o",
    "ch": "j", "hyun": "hyon", "g": "k", "d": "t", "b": "p", "l": "r", "sh": "s", "ung": "ong",
    "ui": "i",
}  # fmt: skip
# Surnames whose customary spelling follows no system.
_KOREAN_FAMILIES = {
    "lee": "i", "yi": "i", "rhee": "i", "ri": "i", "li": "i", "rim": "im", "lim": "im", "yim": "im",
    "park": "pak", "noh": "no", "roh": "no", "ro": "no", "ryu": "yu", "ryoo": "yu", "lyu": "yu",
    "yoo": "yu", "choi": "jue", "choe": "jue", "chwe": "jue", "ryang": "yang", "kim": "kim",
    "geum": "kim", "gum": "kim", "woo": "u", "wu": "u", "suh": "so", "seo": "so", "rang": "nang",
    "la": "na", "ra": "na", "chung": "jong", "jung": "jong", "cheong": "jong", "sung": "song",
    "hur": "ho", "huh": "ho", "her": "ho", "heo": "ho", "kwak": "kuak", "kwon": "kuon",
    "byun": "pyon", "pyun": "pyon", "sul": "sor", "yeo": "yo", "ryeo": "yo", "ok": "ok",
}  # fmt: skip
# Jyutping and the Hong Kong Government's spelling.
_CANTONESE = {
    "ts": "c", "ch": "c", "z": "c", "j": "y", "gw": "kw", "g": "k", "d": "t", "b": "p",
    "sh": "s", "aa": "a", "ah": "a", "oe": "e", "eo": "e", "eu": "e", "oeng": "eng", "eung": "eng",
    "eong": "eng", "un": "en", "eon": "en", "ui": "ei", "eoi": "ei", "oo": "u", "ee": "i",
    "ou": "o", "ow": "au", "ue": "yu", "x": "s", "yuk": "yok", "juk": "yok", "uk": "ok",
    "ung": "ong", "ic": "ik", "ak": "ak", "yu": "yu", "jyu": "yu", "yee": "yi", "yi": "yi",
    "ji": "yi", "lee": "lei", "leigh": "lei", "li": "lei", "kei": "ki", "gei": "ki", "kee": "ki",
    "ng": "ng", "fei": "fi", "hei": "hi", "hay": "hi", "mei": "mi", "may": "mi",
}  # fmt: skip


def _folder(table: Mapping[str, str]) -> Callable[[str], str]:
    pattern = re.compile("|".join(sorted(table, key=lambda k: (-len(k), k))))
    return lambda text: single(pattern.sub(lambda m: table[m[0]], text))


_korean, _cantonese = _folder(_KOREAN), _folder(_CANTONESE)


def _pinyin(text: str) -> str:
    return text.replace("v", "u")


_STYLES: Mapping[str, Callable[[str], str]] = {
    "ko": _korean,
    "yue": _cantonese,
    "zh": _pinyin,
}

Split = tuple[str, str]  # family name, given name


def _load() -> Mapping[str, Mapping[str, str]]:
    readings: dict[str, dict[str, str]] = {"ko": {}, "yue": {}}
    table = files(__package__).joinpath("han_readings.txt").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            style, reading, characters = line.split()
            sound = anyascii(reading).lower()
            readings[style].update(dict.fromkeys(characters, sound))
    return readings


_READINGS = _load()


def _of_parts(family: str, given: str, style: str) -> Split:
    fold = _STYLES[style]
    if style == "ko" and family in _KOREAN_FAMILIES:
        return _KOREAN_FAMILIES[family], fold(given)
    return fold(family), fold(given)


@lru_cache(maxsize=8192)
def native(words: tuple[str, ...]) -> Mapping[str, Split]:
    """The readings of a name in Hangul or in Chinese characters, by style; empty for others."""
    text = "".join(words)
    script = script_of(text) if text else Script.LATIN
    spaced = len(words) == 2 and len(words[0]) <= 2 and len(words[1]) <= 2
    if script not in (Script.HANGUL, Script.HAN) or not (len(words) == 1 or spaced):
        return {}
    if not 2 <= len(text) <= 4 or any(script_of(c) is not script for c in text):
        return {}
    cut = 2 if text[:2] in _LONG_FAMILIES and len(text) > 2 else 1
    styles = ("ko",) if script is Script.HANGUL else ("zh", "yue", "ko")
    out = {}
    for style in styles:
        table = _READINGS.get(style, {}) if script is Script.HAN else {}
        syllables = [table.get(c) or anyascii(c).lower() for c in text]
        out[style] = _of_parts("".join(syllables[:cut]), "".join(syllables[cut:]), style)
    return out


def maybe_foreign(words: tuple[str, ...]) -> bool:
    """Whether these characters may spell a foreign name by its sound: 놈 콜먼, 拉京奥津."""
    return len(words) > 1 or (len(words[0]) > 3 and words[0][:2] not in _LONG_FAMILIES)


@lru_cache(maxsize=8192)
def romanised(words: tuple[str, ...], style: str) -> Sequence[Split]:
    """A name in Latin letters as family and given name, in both orders, in one style."""
    plain = [bare(w) for w in words]
    if len(plain) < 2:
        # ZhangYijiang: no telling where the family name ends; try each place.
        whole = plain[0] if plain else ""
        cuts = range(2, min(6, len(whole) - 1))
        return [_of_parts(whole[:i], whole[i:], style) for i in cuts]
    first = _of_parts(plain[0], "".join(plain[1:]), style)
    last = _of_parts(plain[-1], "".join(plain[:-1]), style)
    # Jasper TSANG Yok-sing: an English name before the Chinese one.
    if len(plain) > 3:
        return [first, last, _of_parts(plain[1], "".join(plain[2:]), style)]
    return [first, last]


def spellings(family: str) -> Sequence[str]:
    """The customary Latin spellings of a folded family name, and itself."""
    return [family, *(k for k, v in _KOREAN_FAMILIES.items() if v == family)]
