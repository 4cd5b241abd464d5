"""Dates as lists write them, read into EDTF as precisely as they are stated and no more.

A date that can be two is refused until the profile says in which order it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.desk.importing.values import Value, refuse, tidied

# In which order a date of three numbers is written; AUTO: only where there is no other way.
AUTO: Final = "auto"
ORDERS: Final = (AUTO, "dmy", "mdy", "ymd")

_ABOUT: Final = re.compile(
    r"\A(?:about|around|approximately|approx\.?|circa|ca\.?|c\.|~|≈|около|примерно|ок\.|каля|"
    r"прыкладна|близько|приблизно|hacia|alrededor de)\s*",
    re.I,
)
_PART_OF: Final = re.compile(
    r"\A(?:early|mid|middle of|late|beginning of|end of|spring|summer|autumn|fall|winter|"
    r"начало|середина|конец|весна|лето|осень|зима)[\s-]+(?:of\s+|in\s+)?",
    re.I,
)
_BEFORE: Final = re.compile(r"\A(?:before|until|by|no later than|до)\s+", re.I)
_AFTER: Final = re.compile(r"\A(?:after|since|from|no earlier than|после|с)\s+", re.I)
_TIME: Final = re.compile(r"[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\Z")
# A whole day, year first: what nearly all dates of a list are.
_DAY: Final = re.compile(r"(\d{4})[-/.](0[1-9]|1[0-2])[-/.](0[1-9]|[12]\d|3[01])\Z", re.ASCII)
_UNKNOWN: Final = r"(?:mm?|dd?|xx?|\?\?|00?|__)"
_YEAR_FIRST: Final = re.compile(
    rf"(\d{{4}})(?:[/.\-](\d{{1,2}}|{_UNKNOWN})(?:[/.\-](\d{{1,2}}|{_UNKNOWN}))?)?\Z", re.I
)
_YEAR_LAST: Final = re.compile(
    rf"(\d{{1,2}}|{_UNKNOWN})[/.\-](\d{{1,2}}|{_UNKNOWN})[/.\-](\d{{4}}|\d\d)\Z", re.I
)
_MONTH_YEAR: Final = re.compile(rf"(\d{{1,2}}|{_UNKNOWN})[/.\-](\d{{4}})\Z", re.I)
_NO_YEAR: Final = re.compile(rf"(?:yyyy|xxxx|0000|\?{{4}})(?:[/.\-]{_UNKNOWN}){{0,2}}\Z", re.I)
_COMPACT: Final = re.compile(r"((?:18|19|20|21)\d\d)(\d\d)(\d\d)\Z")
_HAN: Final = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?\Z")
_DECADE: Final = re.compile(r"(\d{3})0(?:'?s|-е|-я)\Z")
_RANGE: Final = re.compile(r"\s+(?:-|–|—|to|по)\s+|\s*[–—]\s*|(?<=\d{4})-(?=\d{4}\Z)")
_DAY_FIRST: Final = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:de\s+|of\s+)?)?([^\W\d_]+)\.?,?\s+(?:de\s+)?"
    r"(\d{4}|'?\d\d)\.?\Z"
)
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z")
_YEAR_WORD: Final = re.compile(r"\s*(?:года|год|году|г\.?|годзе|р\.|року|рік)\Z", re.I)
_EDTF_SET: Final = re.compile(r"[\[{T]")


class _UnreadableError(Exception):
    """Why a date cannot be read."""


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    months: dict[str, int] = {}
    for language in ("es", "fr", "de", "pl", "uk", "be", "ru", "en"):
        names = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                months |= {
                    name.strip(".").casefold(): number
                    for number, name in names[context][width].items()
                }
    return months | {"sept": 9}


def read_date(raw: str, order: str = AUTO) -> Value:
    """Read a date; the value is EDTF text that the record takes."""
    text = tidied(raw)
    if not text or _NO_YEAR.match(text):
        return Value(raw)
    try:
        if day := _DAY.match(text):
            edtf, certain, remark = "-".join(day.groups()), True, ""
        else:
            edtf, certain, remark = _read(text, order)
        interval = dates.parse(edtf)
    except _UnreadableError as error:
        return refuse(raw, str(error))
    except dates.DateTextError:
        return refuse(raw, _("there is no such date"))
    if interval is None:
        return Value(raw)
    return Value(raw, interval.text, certain and not interval.inferred, remark=remark)


def _read(text: str, order: str) -> tuple[str, bool, str]:
    """Return a date as EDTF, whether it is certain, and how it was read."""
    if _EDTF_SET.match(text):
        raise _UnreadableError(_("this is not read as a date"))
    text, about = _without(_ABOUT, text)
    text, doubtful = _doubt(text)
    sign = {(True, True): "%", (True, False): "~", (False, True): "?"}.get((about, doubtful), "")
    for bound, shape, words in (
        (_BEFORE, "../{}", _("taken as that time or earlier")),
        (_AFTER, "{}/..", _("taken as that time or later")),
    ):
        rest, found = _without(bound, text)
        if found:
            return shape.format(_one(rest, order)[0] + sign), False, words
    if len(sides := _RANGE.split(text)) == 2 or len(sides := _edtf_range(text)) == 2:
        ends = [side if side == ".." else _one(side, order)[0] + sign for side in sides]
        return "/".join(ends), False, _("taken as one day between the two")
    rest, part = _without(_PART_OF, text)
    if part:
        return _one(rest, order)[0] + sign, False, _("which part of it was left out")
    edtf, certain, remark = _one(text, order)
    # An EDTF mark of its own stays; a second one would mean nothing.
    if edtf[-1] in "?~%":
        sign = ""
    return edtf + sign, certain and not sign, remark


def _edtf_range(text: str) -> list[str]:
    """Return the two ends of a range as EDTF writes it; of ``2014/11`` none."""
    sides = text.split("/")
    right = len(sides) == 2 and all(re.fullmatch(r"\.\.|\d{4}(-\d\d){0,2}[?~%]?", s) for s in sides)
    return sides if right else []


def _without(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    rest = pattern.sub("", text, count=1)
    return rest, rest != text


def _doubt(text: str) -> tuple[str, bool]:
    """Take off the mark of doubt: ``2014/11/05?``, ``(?) 2014``; ``2014-??`` keeps its own."""
    if text.endswith("??"):
        return text, False
    shorter = re.sub(r"\A(?:\(\?\)|\?)\s*|\s*(?:\(\?\)|\[\?\]|\?)\Z", "", text)
    return shorter, shorter != text


def _one(text: str, order: str) -> tuple[str, bool, str]:
    """Read one date without marks."""
    text = _YEAR_WORD.sub("", _TIME.sub("", text.strip()))
    if match := _YEAR_FIRST.match(text) or _HAN.match(text):
        return _written(match[1], match[2], match[3]), True, ""
    if match := _COMPACT.match(text):
        return _written(*match.groups()), False, _("taken as year, month and day without signs")
    if match := _MONTH_YEAR.match(text):
        return _written(match[2], match[1], None), True, ""
    if match := _YEAR_LAST.match(text):
        return _ordered(match[1], match[2], match[3], order)
    if match := _DECADE.match(text):
        return f"{match[1]}X", False, _("taken as one day of these ten years")
    return _in_words(text)


def _in_words(text: str) -> tuple[str, bool, str]:
    if match := _MONTH_FIRST.match(text):
        name, day, year = match.groups()
    elif match := _DAY_FIRST.match(text):
        day, name, year = match.groups()
    else:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            raise _UnreadableError(_("a number alone is no date"))
        if re.fullmatch(r"\d{3}X|\d{4}-\d\d(-\d\d)?[?~%]|\d{4}[?~%]|\d{4}-XX-\d\d", text):
            return text, "?" not in text and "%" not in text, ""
        raise _UnreadableError(_("this is not read as a date"))
    month = _months().get(name.casefold())
    if month is None:
        raise _UnreadableError(_("“%(name)s” is no month that is known here") % {"name": name})
    if len(year.strip("'")) == 2:
        full, remark = _century(year.strip("'"))
        return _written(full, str(month), day), False, remark
    return _written(year, str(month), day), True, ""


def _ordered(one: str, two: str, year: str, order: str) -> tuple[str, bool, str]:
    """Read a date whose year comes last, or one of which all numbers have two digits."""
    if len(year) == 2:
        if order == "ymd":
            full, remark = _century(one)
            return _written(full, two, year), False, remark
        if order == AUTO:
            raise _UnreadableError(
                _("the year has two digits: say in the profile in which order dates are written")
            )
        full, remark = _century(year)
        edtf, _certain, _remark = _ordered(one, two, full, order)
        return edtf, False, remark
    if not (one.isdigit() and two.isdigit()):
        return _partly_known(one.lower(), two.lower(), year)
    if order not in ("dmy", "mdy"):
        if int(one) <= 12 and int(two) <= 12 and one != two:
            raise _UnreadableError(
                _("day or month first? Say in the profile in which order dates are written")
            )
        order = "mdy" if int(two) > 12 else "dmy"
    day, month = (one, two) if order == "dmy" else (two, one)
    return _written(year, month, day), True, ""


def _partly_known(one: str, two: str, year: str) -> tuple[str, bool, str]:
    """Read ``dd/11/2014``, ``mm/dd/2014``: letters say which number is missing."""
    letters, number = (one, two) if not one.isdigit() else (two, one)
    if letters[0] == "d":
        return _written(year, number, None), True, ""
    if number.isdigit() and int(number):
        raise _UnreadableError(_("it has a day and no month"))
    return year, True, ""


def _century(year: str) -> tuple[str, str]:
    if not year.isdigit():
        raise _UnreadableError(_("the year is missing"))
    full = f"{20 if int(year) < 50 else 19}{year}"
    return full, _("the year has two digits: taken as %(year)s") % {"year": full}


def _written(year: str, month: str | None, day: str | None) -> str:
    """Return EDTF of a year, a month and a day; what is not a number, or zero, is not known."""
    if not (month and month.isdigit() and int(month)):
        if day and day.isdigit() and int(day):
            raise _UnreadableError(_("it has a day and no month"))
        return year
    # EDTF writes seasons as months from 21 on; nobody's list does.
    if int(month) > 12:
        raise _UnreadableError(_("there is no month %(month)s") % {"month": month})
    if not (day and day.isdigit() and int(day)):
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d}"
