"""Dates that know how precisely they are known.

A date is entered as EDTF (Extended Date/Time Format, ISO 8601-2:2019, levels 0 and 1) and means
*one day, somewhere between a first and a last possible day*. ``2021-07`` is a day in July 2021;
``2020-08-09/2020-08-12`` is one of four days; ``2025-12-13/..`` is that day or a later one. An
unknown date is ``None``, never today and never 1 January.

Rules of our own, where EDTF leaves them open:

- ``?`` (uncertain) marks a date that its source does not state outright: it is *inferred*. The
  days that it may fall on stay the same, the label says so.
- ``~`` (approximate) widens the date by one unit of its own precision on either side: ``2019~``
  is 2018 to 2020. EDTF defines no width; one unit is the least that means anything.
- ``%`` is both.

Spans between two dates are ranges too: the shortest and the longest time that may have passed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.units import format_unit
from dateutil.relativedelta import relativedelta
from django.utils.translation import get_language, gettext, pgettext
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2199
LONGEST_TEXT: Final = 64

# CLDR's plain "en" is American ("July 14, 2021"); this site writes the day first.
CLDR_LOCALES: Final = {"en": "en_GB"}

# What follows a year in Belarusian, Russian and Ukrainian. Its full stop would stand before the one
# at the end of a sentence, and not every label has it.
_YEAR_WORD = re.compile(r"\s*\b(?:гг?|рр?)\.")

_PLAIN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?([?~%]?)\Z", re.ASCII)
_QUALIFIERS = re.compile(r"[?~%]")
_UNREADABLE = re.compile(r"[TYES{:]|\.\.|-X\d|-\dX", re.ASCII)
# Winter, winter in the north and summer in the south.
_SEASON_OF_TWO_YEARS = re.compile(r"\b\d{4}-(?:24|28|30)\b(?!-)", re.ASCII)


# Dates in words, by their text and language: what takes the longest on a list of people.
MOST_LABELS: Final = 16_384
_labels: dict[tuple[str, str | None], str] = {}


class DateTextError(ValueError):
    """The text is not a date that can be read; the message says what would be.

    ``reason`` is what was wrong alone, for where there is no room; empty: it is no date at all.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Precision(NamedTuple):
    """The unit in which a date is stated, and the step that approximation widens it by."""

    name: str
    step: relativedelta


DAY: Final = Precision("day", relativedelta(days=1))
MONTH: Final = Precision("month", relativedelta(months=1))
YEAR: Final = Precision("year", relativedelta(years=1))


@dataclass(frozen=True, slots=True)
class Interval:
    """One day that lies between ``first`` and ``last``, both included.

    ``first`` is None where no earliest day is known (``../2021``), ``last`` where no latest is
    (``2021/..``); never both. ``stated`` is the date without its qualifiers, as two ends: what a
    label shows, where ``first`` and ``last`` say what is possible.
    """

    text: str
    first: date | None
    last: date | None
    inferred: bool = False
    approximate: bool = False
    precision: str = "day"
    stated: tuple[date | None, date | None] = (None, None)

    def __str__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        # The text says all the rest.
        return hash(self.text)

    @property
    def is_day(self) -> bool:
        """Whether only one day is possible."""
        return self.first is not None and self.first == self.last

    def certainly_by(self, day: date) -> bool:
        """Whether the date is on or before ``day`` whichever day it was."""
        return self.last is not None and self.last <= day

    def possibly_by(self, day: date) -> bool:
        """Whether the date may be on or before ``day``."""
        return self.first is None or self.first <= day

    def certainly_before(self, other: Interval) -> bool:
        """Whether each day this may be comes before each day that ``other`` may be."""
        return self.last is not None and other.first is not None and self.last < other.first

    def possibly_before(self, other: Interval) -> bool:
        """Whether some day this may be comes before some day that ``other`` may be."""
        return self.first is None or other.last is None or self.first < other.last

    def refines(self, other: Interval) -> bool:
        """Whether this says what ``other`` says, more exactly: fewer days, or the same and stated.

        What is only inferred never refines what is stated.
        """
        within = (
            (self.first or date.min) >= (other.first or date.min)
            and (self.last or date.max) <= (other.last or date.max)
            and (other.inferred or not self.inferred)
        )
        same = (self.first, self.last, self.inferred) == (other.first, other.last, other.inferred)
        return within and not same

    def label(self) -> str:
        """Return the date in words of the active language, as precise as it is and no more."""
        key = self.text, get_language()
        if key not in _labels:
            if len(_labels) >= MOST_LABELS:
                _labels.clear()
            _labels[key] = self._in_words()
        return _labels[key]

    def days_label(self) -> str:
        """Return the possible days in words: ``1–31 July 2021``."""
        return _range_label(self.first, self.last, "day")

    def _in_words(self) -> str:
        words = self._stated_label()
        if self.approximate:
            words = pgettext("date", "about %(date)s") % {"date": words}
        if self.inferred:
            words = pgettext("date", "%(date)s (inferred)") % {"date": words}
        return words

    def _stated_label(self) -> str:
        first, last = self.stated
        return _range_label(first, last, self.precision)


def parse(text: str) -> Interval | None:
    """Read an EDTF date; empty text is None, an unknown date. Raise DateTextError otherwise."""
    text = text.strip()
    return _parse(text) if text else None


@lru_cache(maxsize=65_536)
def _parse(text: str) -> Interval:
    if len(text) > LONGEST_TEXT:
        raise _refused(text[:20] + "…", gettext("it is too long"))
    if "/" in text:
        return _parse_range(text)
    if match := _PLAIN.match(text):
        return _parse_plain(text, *match.groups())
    return _parse_with_library(text)


def _parse_plain(
    text: str, year_text: str, month_text: str | None, day_text: str | None, qualifier: str
) -> Interval:
    """Read the three commonest forms without the library, which takes milliseconds for each."""
    year, month, day = int(year_text), int(month_text or 1), int(day_text or 1)
    # EDTF writes seasons, quarters and halves as months 21 to 41.
    if month_text and not 1 <= month <= 12:
        if 21 <= month <= 41 and day_text is None:
            return _parse_with_library(text)
        raise _refused(text, gettext("there is no month %(month)s") % {"month": month_text})
    precision = DAY if day_text else MONTH if month_text else YEAR
    try:
        first = date(year, month, day)
    except ValueError:
        raise _refused(text, gettext("there is no such day")) from None
    # Nearly all are days, and a step to where they are already takes as long as all the rest.
    last = first if precision is DAY else first + precision.step - timedelta(days=1)
    return _qualified(text, first, last, precision, qualifier)


def _qualified(
    text: str, first: date, last: date, precision: Precision, qualifiers: str
) -> Interval:
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR:
        raise _refused(
            text,
            gettext("the year is not between %(first)s and %(last)s")
            % {"first": FIRST_YEAR, "last": LAST_YEAR},
        )
    approximate = "~" in qualifiers or "%" in qualifiers
    inferred = "?" in qualifiers or "%" in qualifiers
    widest = (first, last)
    if approximate:
        # The last day of a widened month is that month's own last day, so step from the first.
        widest = (
            first - precision.step,
            last + timedelta(days=1) + precision.step - timedelta(days=1),
        )
    return Interval(text, *widest, inferred, approximate, precision.name, (first, last))


def _parse_range(text: str) -> Interval:
    begin_text, _, end_text = text.partition("/")
    begin, end = (_parse_end(text, side) for side in (begin_text, end_text))
    if begin is None and end is None:
        raise _refused(text, gettext("leave it empty where nothing is known"))
    first = begin.first if begin else None
    last = end.last if end else None
    if begin and end and (begin.stated[0] or date.min) > (end.stated[1] or date.max):
        raise _refused(text, gettext("its end comes before its beginning"))
    sides = [side for side in (begin, end) if side]
    coarsest = max(sides, key=lambda side: ("day", "month", "year", "other").index(side.precision))
    precision = "day" if len({side.precision for side in sides}) > 1 else coarsest.precision
    return Interval(
        text,
        first,
        last,
        any(side.inferred for side in sides),
        any(side.approximate for side in sides),
        precision,
        (begin.stated[0] if begin else None, end.stated[1] if end else None),
    )


def _parse_end(whole: str, side: str) -> Interval | None:
    if side == "..":
        return None
    if not side or "/" in side:
        raise _refused(whole, gettext("write .. for an end that is not known"))
    try:
        return _parse(side)
    except DateTextError as error:
        raise DateTextError(str(error).replace(side, whole, 1), error.reason) from None


def _parse_with_library(text: str) -> Interval:
    """Read the rarer forms of EDTF: ``199X``, ``2021-XX-12``, seasons, one of a set."""
    refused = DateTextError(_refusal(text, gettext("it is not a date in EDTF")))
    # Other forms of EDTF are no single day between two: times, "all of" sets, years beyond four
    # digits or with significant ones only, and years of which nothing is known. On half a month
    # (2021-1X) the library prints what it was given.
    if not re.match(r"[\[?~%]*\d{2}", text, re.ASCII) or _UNREADABLE.search(text):
        raise refused
    if _SEASON_OF_TWO_YEARS.search(text):
        # The library takes December for the whole of it.
        raise _refused(text, gettext("this season lies in two years, write its months"))
    try:
        parsed = parse_edtf(text)
        low, high = parsed.lower_strict(), parsed.upper_strict()
        first, last = date(*low[:3]), date(*high[:3])
    except (EDTFParseException, ValueError, TypeError, AttributeError, IndexError):
        raise refused from None
    precision = Precision("other", DAY.step)
    whole_month = first.replace(day=1) + MONTH.step - DAY.step
    whole_year = date(first.year, 12, 31)
    if first == last:
        precision = DAY
    elif (first.day, last) == (1, whole_month):
        precision = MONTH
    elif ((first.month, first.day), last) == ((1, 1), whole_year):
        precision = YEAR
    return _qualified(text, first, last, precision, "".join(_QUALIFIERS.findall(text)))


def _refused(text: str, reason: str) -> DateTextError:
    return DateTextError(_refusal(text, reason), reason)


def _refusal(text: str, reason: str) -> str:
    return gettext(
        "“%(text)s” cannot be read as a date: %(reason)s. Write 2021, 2021-07 or 2021-07-14; "
        "2025-12-13? if it is inferred; 2019~ for about 2019; 2020-08-09/2020-08-12 for a day "
        "between two; 2025-12-13/.. for that day or later."
    ) % {"text": text, "reason": reason}


def sort_key(interval: Interval | None) -> tuple[date, date]:
    """Order by the first possible day, then the last; an unknown date comes after all others."""
    if interval is None:
        return date.max, date.max
    return interval.first or date.min, interval.last or date.max


# Labels -----------------------------------------------------------------------------------


def cldr_locale() -> str:
    """Return the CLDR name of the active language, English where none is active."""
    language = (get_language() or "en").split("-")[0]
    return CLDR_LOCALES.get(language, language)


def territory(code: str) -> str:
    """Return the name of a country in the active language."""
    return str(Locale.parse(cldr_locale()).territories[code])


def day_label(day: date) -> str:
    """Return a day in words: ``14 July 2021``."""
    return _long_date(day, cldr_locale())


@lru_cache(maxsize=16_384)
def _long_date(day: date, locale: str) -> str:
    return _YEAR_WORD.sub("", format_date(day, "long", locale))


def month_label(day: date) -> str:
    """Return the month of a day in words: ``July 2021``."""
    return _YEAR_WORD.sub("", format_skeleton("yMMMM", day, locale=cldr_locale()))


def _range_label(first: date | None, last: date | None, precision: str) -> str:
    if first is None and last is not None:
        return pgettext("date", "%(date)s or earlier") % {"date": _unit_label(last, precision)}
    if last is None and first is not None:
        return pgettext("date", "%(date)s or later") % {"date": _unit_label(first, precision)}
    if first is None or last is None:
        raise ValueError("an interval has at least one end")
    if first == last and precision == "day":
        return day_label(first)
    begin, end = _unit_label(first, precision), _unit_label(last, precision)
    if begin == end:
        return begin
    if precision in ("month", "year"):
        skeleton = "yMMMM" if precision == "month" else "y"
        return _YEAR_WORD.sub("", format_interval(first, last, skeleton, locale=cldr_locale()))
    # CLDR has intervals of days with shortened months only; a month is written in full here.
    if (first.year, first.month) == (last.year, last.month) and end.startswith(str(last.day)):
        return f"{first.day}–{end}"
    return f"{begin} – {end}"


def _unit_label(day: date, precision: str) -> str:
    if precision == "month":
        return month_label(day)
    if precision == "year":
        return format_skeleton("y", day, locale=cldr_locale())
    return day_label(day)


# Spans ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """The time between two dates: at least ``shortest``, at most ``longest``.

    ``longest`` is None where there is no upper limit. Both count whole calendar years, months
    and days as a person would: from 31 July to 13 December is 4 months and 13 days.
    """

    shortest: relativedelta
    longest: relativedelta | None
    shortest_days: int
    longest_days: int | None

    def label(self) -> str:
        """Return the span in words: ``4 years 4–5 months``, ``at least 3 years``, ``12 days``."""
        if self.longest is None:
            # The least may be rounded down.
            whole = _total_months(self.shortest) >= 1
            least = _months_label(self.shortest) if whole else _elapsed_label(self.shortest)
            return pgettext("span", "at least %(span)s") % {"span": least}
        low, high = self.shortest, self.longest
        if _elapsed_label(low) == _elapsed_label(high):
            return _elapsed_label(low)
        if _total_months(high) < 1:
            return _count(low.days, high.days, "day")
        if _total_months(low) < 1:
            # A limit is not rounded down.
            most = term_label(high.years, high.months, high.days)
            return pgettext("span", "up to %(span)s") % {"span": most}
        if low.years == high.years:
            months = _count(low.months, high.months, "month")
            return f"{_count(low.years, low.years, 'year')} {months}" if low.years else months
        if not low.months and not high.months:
            return _count(low.years, high.years, "year")
        return f"{_months_label(low)} – {_months_label(high)}"


def span(begin: Interval | None, end: Interval | None) -> Span | None:
    """Return the time from one date to another; None where it has no lower limit at all.

    That is so where either date is unknown. A span is never negative: an end that may come
    before its beginning counts from zero.
    """
    if begin is None or end is None or begin.last is None or end.first is None:
        return None
    shortest_end = max(end.first, begin.last)
    longest = longest_days = None
    if begin.first is not None and end.last is not None:
        longest_end = max(end.last, begin.first)
        longest = relativedelta(longest_end, begin.first)
        longest_days = (longest_end - begin.first).days
    return Span(
        relativedelta(shortest_end, begin.last),
        longest,
        (shortest_end - begin.last).days,
        longest_days,
    )


def on_day(day: date) -> Interval:
    """Return the date that is exactly this day."""
    return Interval(day.isoformat(), day, day, stated=(day, day))


def _total_months(elapsed: relativedelta) -> int:
    return elapsed.years * 12 + elapsed.months


def _elapsed_label(elapsed: relativedelta) -> str:
    """Name years and months; days only below a year, where they matter."""
    if elapsed.years:
        return _months_label(elapsed)
    parts = [
        _count(number, number, unit)
        for number, unit in ((elapsed.months, "month"), (elapsed.days, "day"))
        if number
    ]
    return " ".join(parts) or _count(0, 0, "day")


def _months_label(elapsed: relativedelta) -> str:
    parts = [
        _count(number, number, unit)
        for number, unit in ((elapsed.years, "year"), (elapsed.months, "month"))
        if number
    ]
    return " ".join(parts)


def _count(low: int, high: int, unit: str) -> str:
    """Return ``4–5 months``: the form of the word is that of the larger number, as in CLDR."""
    words = format_unit(high, f"duration-{unit}", "long", locale=cldr_locale())
    return words if low == high else words.replace(str(high), f"{low}–{high}", 1)


def term_label(years: int, months: int, days: int) -> str:
    """Return a length of time in words: ``2 years 6 months``; empty where all are zero."""
    units = ((years, "year"), (months, "month"), (days, "day"))
    return " ".join(_count(number, number, unit) for number, unit in units if number)


def coarser(interval: Interval, unit: str) -> Interval:
    """Return a date of which only the months, or only the years, that it may lie in are known.

    ``unit`` is ``month`` or ``year``. That it is inferred is kept where it lies in one of them.
    """
    length = len("2021-07") if unit == MONTH.name else len("2021")
    first, last = (
        ".." if day is None else day.isoformat()[:length] for day in (interval.first, interval.last)
    )
    text = f"{first}{'?' * interval.inferred}" if first == last else f"{first}/{last}"
    return _parse(text)
