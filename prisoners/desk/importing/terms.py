"""Terms of imprisonment and articles of law as lists write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

from prisoners.desk.importing.values import Value, refuse, tidied, unmarked

# What a column of the record holds at most.
MOST: Final = {"years": 200, "months": 2400, "days": 32000}

_UNITS: Final = {
    "years": r"years?|yrs?|y|год(?:а|оў|ов|ы)?|г\.?|лет|гадоў|гады|рок(?:и|ів|у)|рік|años?",
    "months": r"months?|mos?|m|месяц(?:а|ев|ы|аў)?|мес\.?|місяц(?:я|ів|і|ь)|mes(?:es)?",
    "weeks": r"weeks?|wks?|w|недел[ьяи]|тыдн(?:я|і|яў)|тижн(?:і|ів)|semanas?",
    "days": r"days?|d|дн(?:ей|я|і|ів)|день|дзён|дз[её]н[ья]?|сут(?:ок|ки)|діб|días?",
}  # fmt: skip
_WORDS: Final = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
} | {"a": 1, "an": 1}
_SIGNS: Final = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_NUMBER: Final = r"(?:\d+\s+\d+/\d+|\d+/\d+|\d+[.,]\d+|\d+)"
_PIECE: Final = re.compile(
    rf"({_NUMBER})\s*[-\s]?\s*(?:({_UNITS['years']})|({_UNITS['months']})|"
    rf"({_UNITS['weeks']})|({_UNITS['days']}))(?![^\W\d_])\.?",
    re.I,
)
_BETWEEN: Final = re.compile(r"(?:\s|,|;|\+|\band\b|\bи\b|\bі\b|\bй\b|\by\b)*\Z", re.I)
_ABOUT: Final = re.compile(r"\A(?:about|around|circa|ca\.?|approx\.?|~|около|каля)\s*", re.I)
_TAIL: Final = re.compile(
    r"\s*(?:of\s+)?(?:in\s+)?(?:prison|imprisonment|in jail|jail|colony|лишения свободы|"
    r"пазбаўлення волі|позбавлення волі)\.?\Z",
    re.I,
)
_KINDS: Final = (
    (re.compile(r"life(?: imprisonment| sentence)?|пожизненн\w*.*|пажыццёв\w*.*|довічн\w*.*", re.I),
     "life"),
    (re.compile(r"death(?: penalty| sentence)?|смертная казнь|смяротнае пакаранне", re.I), "death"),
)  # fmt: skip


def read_term(raw: str) -> Value:
    """Read a term in words; the value has ``years``, ``months``, ``days``, or a ``kind``."""
    text, doubtful = unmarked(tidied(raw))
    text = " ".join(text.split())
    if not text:
        return Value(raw)
    shorter = _TAIL.sub("", _ABOUT.sub("", text))
    doubtful |= bool(_ABOUT.match(text))
    for pattern, kind in _KINDS:
        if pattern.fullmatch(shorter):
            return Value(raw, {"kind": kind}, certain=not doubtful)
    amounts = _amounts(_in_digits(shorter))
    if amounts is None:
        return refuse(raw, _("this is not read as a term; write: 2 years 6 months"))
    return _of_amounts(raw, amounts, certain=not doubtful)


def read_amounts(raw: str, amounts: Mapping[str, str]) -> Value:
    """Read a term that stands in several columns: years, months, weeks, days."""
    found: dict[str, Fraction] = {}
    doubtful = False
    for unit, text in amounts.items():
        number, doubt = unmarked(tidied(text))
        doubtful |= doubt
        if not number:
            continue
        if not re.fullmatch(r"\d{1,6}(?:[.,]\d{1,6})?", number, re.ASCII):
            return refuse(raw, _("“%(text)s” is no number of %(unit)s") % {
                "text": text, "unit": _units(unit)})  # fmt: skip
        found[unit] = Fraction(number.replace(",", "."))
    if not any(found.values()):
        return Value(raw)
    return _of_amounts(raw, found, certain=not doubtful)


def _units(unit: str) -> str:
    return {"years": _("years"), "months": _("months"), "weeks": _("weeks"), "days": _("days")}[
        unit
    ]


def _in_digits(text: str) -> str:
    """Write numbers in digits: ``two and a half years`` is ``2 1/2 years``."""
    for sign, digits in _SIGNS.items():
        text = text.replace(sign, f" {digits}")
    text = re.sub(r"\band a half\b|\bс половиной\b|\bз паловай\b", "1/2", text, flags=re.I)
    text = re.sub(r"\bhalf an? (?=year|month)", "1/2 ", text, flags=re.I)
    return re.sub(
        r"[a-z]+", lambda word: str(_WORDS.get(word[0].lower(), word[0])), text, flags=re.I
    ).strip()


def _amounts(text: str) -> dict[str, Fraction] | None:
    """Return how much of each unit a text names; None where some of it is anything else."""
    found: dict[str, Fraction] = {}
    place = 0
    for match in _PIECE.finditer(text):
        unit = next(unit for unit, word in zip(_UNITS, match.groups()[1:], strict=True) if word)
        if not _BETWEEN.match(text[place : match.start()]) or unit in found:
            return None
        amount = _fraction(match[1])
        if amount is None:
            return None
        found[unit] = amount
        place = match.end()
    return found if found and _BETWEEN.match(text[place:]) else None


def _fraction(text: str) -> Fraction | None:
    try:
        return sum((Fraction(part.replace(",", ".")) for part in text.split()), Fraction())
    except (ValueError, ZeroDivisionError):
        return None


def _of_amounts(raw: str, amounts: Mapping[str, Fraction], *, certain: bool) -> Value:
    """Return whole years, months and days; parts that make no whole ones are refused."""
    years = amounts.get("years", Fraction())
    months = amounts.get("months", Fraction()) + (years % 1) * 12
    days = amounts.get("days", Fraction()) + amounts.get("weeks", Fraction()) * 7
    term: dict[str, Fraction | int] = {"years": years // 1, "months": months, "days": days}
    if any(amount.denominator != 1 for amount in term.values()):
        return refuse(raw, _("this makes no whole months or days"))
    if not any(term.values()):
        return refuse(raw, _("a term of nothing"))
    if any(amount > MOST[unit] for unit, amount in term.items()):
        return refuse(raw, _("no term is that long"))
    return Value(raw, {unit: int(amount) for unit, amount in term.items() if amount}, certain)


_ART: Final = r"(?:art(?:icle|\.)?s?|art\.|ст(?:атья|атьи|\.|аття)?|арт(?:ыкул|\.)?)"
_PART: Final = r"(?:part|pt\.?|para(?:graph)?\.?|ч(?:астка|асть|астина|\.)?)"
_NO: Final = r"(\d{1,4}(?:[-.]\d{1,3})?[a-z]?)"
_CODE: Final = r"(?:([A-Za-z][A-Za-z0-9]{1,11})\s*[-:]\s*)?"
_ARTICLES: Final = (
    # Part 2 of Art. 293
    (re.compile(rf"{_PART}\s*{_NO}\s*(?:of\s*)?{_ART}\s*{_NO}", re.I), (None, 2, 1), True),
    # CL97-art300(1), Art. 342
    (re.compile(rf"{_CODE}{_ART}\s*{_NO}\s*(?:\({_NO}\))?", re.I), (1, 2, 3), True),
    # ст. 293 ч. 2
    (re.compile(rf"{_ART}\s*{_NO}\s*,?\s*{_PART}\s*{_NO}", re.I), (None, 1, 2), True),
    # A number alone, perhaps with a part in brackets.
    (re.compile(rf"{_NO}\s*(?:\({_NO}\))?", re.I), (None, 1, 2), False),
)
_LAW: Final = re.compile(r"\s+(?:of the\s+)?(?:criminal code|CC|УК|КК)(?:\s+\w+)?\Z", re.I)
_CUTS: Final = re.compile(
    rf"\s*(?:[;\n/]|,(?=\s*(?:{_ART}|{_PART}|\d))|\b(?:and|и|і|та)\b(?=\s*(?:{_ART}|{_PART}|\d)))\s*",
    re.I,
)


@lru_cache(maxsize=16_384)
def _article(piece: str) -> tuple[str, str, str, bool] | None:
    """Return the code, article, part, and whether it says that it is one; None if it is none."""
    for pattern, (code, article, part), said in _ARTICLES:
        if match := pattern.fullmatch(piece):
            groups = [match[one] or "" if one else "" for one in (code, article, part)]
            return groups[0], groups[1], groups[2], said
    return None


def read_charges(raw: str, code: str, codes: Mapping[str, str]) -> list[Value]:
    """Read articles of law, each for itself; a value is ``[code, article, part]``.

    ``code`` is the law that articles without one are of; ``codes`` says what each sign of a law
    stands for.
    """
    found = []
    for piece in _CUTS.split(tidied(raw)):
        text, doubtful = unmarked(_LAW.sub("", piece.strip(" .,")))
        if not text:
            continue
        read = _article(" ".join(text.split()))
        if read is None:
            found.append(refuse(piece, _("this is not read as an article of law")))
            continue
        sign, article, part, said = read
        law = codes.get(sign.casefold(), "") if sign else code
        if not law:
            found.append(refuse(piece, _("the profile does not say of which law this is")))
            continue
        found.append(Value(piece, [law, article, part], certain=said and not doubtful))
    return found
