"""Dates, numbers and names as a page says them, in the reader's language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any, Final

from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from prisoners.alphabets import sort_key
from prisoners.bounds import Bound
from prisoners.dates import Interval, cldr_locale
from prisoners.models import (
    Actor,
    CountRange,
    Detention,
    Figure,
    Prisoner,
    PrisonerName,
    Record,
)
from prisoners.reading.countries import country_name

# So many phrases are kept for each language; dates are most of them.
MOST_PHRASES: Final = 32_768


def number(value: int) -> str:
    """Return a number with the reader's separators: ``1,200``."""
    return format_decimal(value, locale=cldr_locale())


def count(counted: CountRange) -> str:
    """Return a count as one number, or as a range where it depends on uncertain dates."""
    if counted.is_exact:
        return number(counted.certain)
    return f"{number(counted.certain)}–{number(counted.possible)}"


def when(date: Interval | None) -> str:
    """Return a date with its preposition: ``on 13 December 2025``; empty where it is not known."""
    return _when(date, get_language()) if date else ""


@lru_cache(maxsize=16_384)
def _when(date: Interval, _language: str | None) -> str:
    label = date.label()
    if date.approximate or date.first is None or date.last is None:
        return label
    if date.is_day:
        return pgettext("a day", "on %(date)s") % {"date": label}
    if date.precision in ("month", "year") and date.stated == (date.first, date.last):
        return pgettext("a month or a year", "in %(date)s") % {"date": label}
    return label


def label(date: Interval | None) -> str:
    """Return a date as it is known; empty where it is not."""
    return date.label() if date else ""


class Phrases:
    """What a page says by the hundred in one language, each put together once and then known.

    The functions here ask for the reader's language each time. That is the price of a short
    phrase, which a list pays ten times in each row.
    """

    def __init__(self) -> None:
        self._said: dict[Hashable, str] = {}

    def _say(self, put_together: Callable[..., str], *about: Hashable, **more: Any) -> str:
        key = (put_together, about, *more.values())
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= MOST_PHRASES:
                self._said.clear()
            said = self._said[key] = put_together(*about, **more)
        return said

    def label(self, date: Interval | None) -> str:
        return self._say(label, date) if date else ""

    def when(self, date: Interval | None) -> str:
        return self._say(when, date) if date else ""

    def status(self, status: str, since: str = "", *, possibly: bool) -> str:
        return self._say(status_word, status, since, possibly=possibly)

    def held_by(self, country: str) -> str:
        return self._say(_held_by, country)

    def to(self, country: str) -> str:
        return self._say(_to, country)

    def confirmed(self, date: Interval | None) -> str:
        return self._say(_confirmed, date)


_phrases: defaultdict[str | None, Phrases] = defaultdict(Phrases)


def phrases() -> Phrases:
    """Return the phrases of the reader's language, which all pages in it share."""
    return _phrases[get_language()]


def _held_by(country: str) -> str:
    return _("held by %(country)s") % {"country": country_name(country)}


def _to(country: str) -> str:
    return _("to %(country)s") % {"country": country_name(country)}


def _confirmed(date: Interval | None) -> str:
    if date is None:
        return _("no later confirmation is in this record")
    return _("last confirmed %(when)s") % {"when": when(date)}


def confirmed(detention: Detention, said: Phrases | None = None) -> str:
    """Return when an open detention was last confirmed, in words."""
    return (said or phrases()).confirmed(detention.last_confirmed)


def status_facts(detention: Detention) -> list[str]:
    """Return the fields that a person's status rests on."""
    if detention.is_open:
        return ["last_confirmed"] if detention.last_confirmed else []
    return ["end_kind", "ended"] if detention.ended else ["end_kind"]


def listed(words: Iterable[str]) -> str:
    """Return words as a list that is read out: ``a, b and c``."""
    return format_list([word for word in words if word], locale=cldr_locale())


def in_order(words: Iterable[str]) -> str:
    """Return words as a list in the order of the reader's alphabet."""
    return listed(sorted(words, key=lambda word: sort_key(word, word)))


def bounded(bound: Bound) -> str:
    """Return a bound in words: ``more than 1,077``, ``between 3 and 5``, ``fewer than 10``."""
    about = pgettext("bound", "about %(number)s") if bound.soft else "%(number)s"
    if bound.exact is not None:
        return number(bound.exact)
    if bound.high is None:
        if bound.low == 0:
            return _("any number")
        return pgettext("bound", "more than %(number)s") % {"number": number(bound.low - 1)}
    if bound.low == 0:
        return pgettext("bound", "at most %(number)s") % {"number": number(bound.high)}
    middle = number((bound.low + bound.high) // 2)
    if bound.soft:
        return about % {"number": middle}
    return f"{number(bound.low)}–{number(bound.high)}"


def figure(reported: Figure) -> str:
    """Return a reported number with its bound: ``more than 1,200``, ``about 1,000``."""
    words = number(reported.value)
    if reported.bound == Figure.Bound.EXACTLY:
        return words
    return f"{reported.get_bound_display()} {words}"


def language_of(name: PrisonerName | None) -> str:
    """Return the language that a name is written in, for ``lang``; empty where there is none."""
    return name.language if name else ""


def own_name(person: Prisoner, shown: PrisonerName | None) -> PrisonerName | None:
    """Return a person's own spelling, where it is another than the one shown."""
    return next(
        (
            name
            for name in person.loaded("names")
            if name.kind == name.Kind.OWN and shown and name.text != shown.text
        ),
        None,
    )


def seen(record: Record | None) -> Record | None:
    """Return a related record if visitors may see it, else None.

    For relations to records that hang on nothing themselves: actors and deals.
    """
    return record if record is not None and record.is_public else None


def seen_actor(actor: Actor | None) -> dict[str, str]:
    """Return how a page names an actor, and where: both empty where there is none to be named."""
    if actor is None or not actor.is_public:
        return {"name": "", "url": ""}
    return {"name": actor.name, "url": actor.get_absolute_url()}


def status_word(status: str, since: str = "", *, possibly: bool = False) -> str:
    """Return what is said of somebody held, released, died or unknown: ``Freed July 2021``."""
    return _status_word(status, since, possibly, get_language())


@lru_cache(maxsize=8_192)
def _status_word(status: str, since: str, possibly: bool, _language: str | None) -> str:  # a key
    word = _status(status, possibly=possibly)
    if not since:
        return word
    # Apart: makemessages does not look into an f-string.
    after = pgettext("after a status", "%(date)s") % {"date": since}
    return f"{word} {after}"


def _status(status: str, *, possibly: bool) -> str:
    if status == "held":
        return _("Possibly held") if possibly else _("Held")
    if status == "released":
        return _("Possibly freed") if possibly else _("Freed")
    if status == "died":
        return _("Possibly died in custody") if possibly else _("Died in custody")
    return _("Not known")
