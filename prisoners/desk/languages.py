"""The language that a name is written in, guessed from its letters and from who wrote it."""

from __future__ import annotations

from typing import Final

from prisoners.desk.importing.values import script_of

# What is nearly always meant where neither the letters nor the source say more.
USUAL: Final = {
    "Latn": "en",
    "Cyrl": "ru",
    "Arab": "ar",
    "Hani": "zh",
    "Hang": "ko",
    "Jpan": "ja",
    "Geor": "ka",
    "Armn": "hy",
    "Hebr": "he",
    "Grek": "el",
    "Deva": "hi",
}
# Languages written in another script than Latin, by their codes; others are taken for Latin.
SCRIPTS: Final = {
    **{language: script for script, language in USUAL.items()},
    **dict.fromkeys(("be", "uk", "bg", "mk", "kk", "ky", "tg"), "Cyrl"),
    **dict.fromkeys(("fa", "ur", "ug"), "Arab"),
}
# Letters that only one of the three has.
UKRAINIAN: Final = frozenset("ґєї")
BELARUSIAN: Final = frozenset("ў")
RUSSIAN: Final = frozenset("ъ")


def guessed_language(name: str, source: str = "") -> str:
    """Return the code of the language that a name is most likely written in.

    ``source`` is the code of the language of what it was read in; empty: not known. Letters count
    for more than it: a Russian text can give a name in Belarusian. Without any letter it is
    English.
    """
    script = script_of(name)
    if script == "Cyrl" and (language := _by_letters(frozenset(name.lower()))):
        return language
    said = source.lower().replace("_", "-").partition("-")[0]
    if said and SCRIPTS.get(said, "Latn") == script:
        return said
    return USUAL.get(script, "en")


def _by_letters(letters: frozenset[str]) -> str:
    """Return which of the languages with Cyrillic letters has these; empty where several may."""
    if letters & UKRAINIAN:
        return "uk"
    if letters & BELARUSIAN:
        return "be"
    if letters & RUSSIAN:
        return "ru"
    if "і" in letters:
        if letters & frozenset("ыэё"):
            return "be"
        if letters & frozenset("ищ"):
            return "uk"
        return "be"
    if letters & frozenset("ыэё") and letters & frozenset("ищ"):
        return "ru"
    return ""
