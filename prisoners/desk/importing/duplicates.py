"""Whom the people of a list may be: asked of the index of names for many rows at once.

A name alone only ever suggests. What was born or arrested on the same day strengthens it; who was
certainly born on another day, or has another id of the same list, is somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations, product
from typing import Any, Final

from django.db import connection
from django.db.models import CharField, ExpressionWrapper, F
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from prisoners import dates
from prisoners.dates import Interval
from prisoners.desk.importing.among import among
from prisoners.desk.importing.understanding import Understood
from prisoners.models import Detention, ExternalId, NameKey, PrisonerName
from prisoners.names import THRESHOLD, score, sound_key
from prisoners.names.comparing import parse
from prisoners.names.keys import parts
from prisoners.reading.search import SURE, after

# How many spellings of a row are looked for, and how many keys of each.
SPELLINGS: Final = 3
KEYS: Final = 12
# How many ranges of the index are asked for in one query.
AT_ONCE: Final = 2000
# How many of them are kept for the next rows: names of a list share their words.
KEPT: Final = 16_000
# How alike folded names have to be to be compared in full, and how many of a row are.
ALIKE: Final = 0.7
COMPARED: Final = 8
SUGGESTED: Final = 3
# A date known less exactly than this agrees with too many others to say anything.
TELLING_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody whom a row may be about, by which spelling, how near (0 to 1), and what agrees."""

    prisoner: int
    name: str
    nearness: float
    agrees: tuple[str, ...]

    def stored(self) -> dict[str, Any]:
        return {
            "prisoner": self.prisoner,
            "name": self.name,
            "nearness": round(self.nearness, 2),
            "agrees": list(self.agrees),
        }


# Whose a spelling is, the spelling, and the person's birth as EDTF.
_Spelling = tuple[int, str, str | None]


@dataclass(frozen=True, slots=True)
class _Range:
    """A part of the index: a key, and how the detail begins. ``detail``: what it should be."""

    row: int
    name: str
    key: str
    begins: str
    detail: str


class Index:
    """Reads ranges of the index of names for one import, and keeps what it has read last.

    ``newest_name`` is the largest number of a spelling (not of a person) that is looked at: those
    that an import makes itself are not. None: all are.
    """

    def __init__(self, newest_name: int | None = None) -> None:
        self.newest_name = newest_name
        self._kept: dict[tuple[str, str], dict[str, list[int]]] = {}

    def read(
        self, ranges: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], dict[str, list[int]]]:
        """Return for each key and beginning the spellings that are there, by their detail."""
        found, left = {}, []
        for one in ranges:
            if one in self._kept:
                # Taken out and put back last: what is not asked for goes first.
                found[one] = self._kept[one] = self._kept.pop(one)
            else:
                left.append(one)
        for begin in range(0, len(left), AT_ONCE):
            some = left[begin : begin + AT_ONCE]
            there = _asked(some, self.newest_name)
            for place, one in enumerate(some):
                found[one] = self._kept[one] = there.get(place, {})
        for one in list(islice(self._kept, max(len(self._kept) - KEPT, 0))):
            del self._kept[one]
        return found


def likenesses(
    rows: Sequence[Understood], *, scheme: str, index: Index
) -> dict[int, list[Likeness]]:
    """Return whom each row (by number) may be about, the likeliest first."""
    near = _near([one for row in rows for one in _ranges(row)], index)
    spellings = _spellings({name for found in near.values() for name, _typed in found})
    alike = {row.number: list(_alike(row, near.get(row.number, ()), spellings)) for row in rows}
    # Nearly all are somebody else by their names or births: the rest is asked of those left.
    people = {one.prisoner for some in alike.values() for one in some}
    began = _arrests(people)
    others = set(
        ExternalId.objects.filter(scheme=scheme, prisoner__in=among(people)).values_list(
            "prisoner", flat=True
        )
    )
    found = {}
    for row in rows:
        best: dict[int, Likeness] = {}
        arrested = _told(row.facts.get("began"))
        for candidate in alike[row.number]:
            prisoner = candidate.prisoner
            if prisoner in others:
                continue
            one = _strengthened(candidate, arrested, began.get(prisoner, ()))
            if one and (prisoner not in best or best[prisoner].nearness < one.nearness):
                best[prisoner] = one
        ranked = sorted(best.values(), key=lambda one: (-len(one.agrees), -one.nearness))
        if ranked:
            found[row.number] = ranked[:SUGGESTED]
    return found


def _ranges(row: Understood) -> Iterator[_Range]:
    for text, _language, _kind in row.facts.get("names", ())[:SPELLINGS]:
        wanted: dict[tuple[str, str], str] = {}
        for way in parts(parse(text)):
            for one, other in permutations(way, 2):
                begins, detail = one.label[:2], f"{one.label} {other.label}"
                for two in product(one.skeletons, other.skeletons):
                    wanted.setdefault((sound_key(*two), begins), detail)
            if len(way) == 1:
                for bones in way[0].skeletons:
                    wanted.setdefault((sound_key(bones, ""), way[0].label[:2]), way[0].label)
        for (key, begins), detail in islice(wanted.items(), KEYS):
            yield _Range(row.number, text, key, begins, detail)


def _near(ranges: Sequence[_Range], index: Index) -> dict[int, list[tuple[int, str]]]:
    """Return for each row the spellings (numbers) that are folded much like its own, and which."""
    details = index.read(dict.fromkeys((one.key, one.begins) for one in ranges))
    found: dict[int, dict[int, tuple[float, str]]] = defaultdict(dict)
    for wanted in ranges:
        there = details[wanted.key, wanted.begins]
        best = process.extract(
            wanted.detail,
            there.keys(),
            scorer=OSA.normalized_similarity,
            score_cutoff=ALIKE,
            limit=COMPARED,
        )
        for detail, alike, _place in best:
            for name in there[detail]:
                known = found[wanted.row].get(name)
                if known is None or known[0] < alike:
                    found[wanted.row][name] = alike, wanted.name
    return {
        row: [
            (name, typed)
            for name, (_alike, typed) in sorted(names.items(), key=lambda one: -one[1][0])
        ][: 2 * COMPARED]
        for row, names in found.items()
    }


def _asked(
    ranges: Sequence[tuple[str, str]], newest_name: int | None
) -> dict[int, dict[str, list[int]]]:
    """Return what lies in each range of the index, by its place among them: names by detail.

    Of one detail, as many as are ever compared.
    """
    table = NameKey._meta.db_table
    cast = "::bytea" if connection.vendor == "postgresql" else ""
    one = f"(%s, %s{cast}, %s{cast}, %s{cast})"
    parameters: list[Any] = []
    for place, (key, begins) in enumerate(ranges):
        parameters += [place, key.encode(), begins.encode(), after(begins).encode()]
    # The ranges first: each is a few entries of the index, and it is read by nothing else.
    sql = (
        f"WITH wanted (place, key, low, high) AS (VALUES {', '.join([one] * len(ranges))}) "  # noqa: S608  # our own names
        "SELECT wanted.place, entry.name_id, entry.detail "
        f"FROM wanted CROSS JOIN {table} entry "
        "WHERE entry.is_public IN (TRUE, FALSE) AND entry.key = wanted.key "
        "AND entry.detail >= wanted.low AND entry.detail < wanted.high"
    )
    found: dict[int, dict[str, list[int]]] = defaultdict(dict)
    # Many names have the same detail, and most of them come one after the other.
    last_place, last_detail = -1, None
    names: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(2000):
            for place, name, detail in rows:
                # Not asked of the database: it would look by the number, and not by the key.
                if newest_name is not None and name > newest_name:
                    continue
                if detail != last_detail or place != last_place:
                    last_place, last_detail = place, detail
                    names = found[place].setdefault(bytes(detail).decode(), [])
                if len(names) < COMPARED:
                    names.append(name)
    return found


def _spellings(names: Iterable[int]) -> dict[int, _Spelling]:
    rows = PrisonerName.objects.filter(pk__in=among(names)).order_by()
    # As text: most of them are never compared.
    birth = ExpressionWrapper(F("prisoner__birth"), CharField())
    return {
        number: (prisoner, text, born)
        for number, prisoner, text, born in rows.values_list("pk", "prisoner_id", "text", birth)
    }


def _arrests(people: Iterable[int]) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    rows = Detention.objects.filter(prisoner__in=among(people), began__isnull=False).order_by()
    for prisoner, began in rows.values_list("prisoner", "began"):
        found[prisoner].append(began)
    return found


def _alike(
    row: Understood,
    names: Iterable[tuple[int, str]],
    spellings: Mapping[int, _Spelling],
) -> Iterator[Likeness]:
    """Yield whom a row may be about by name and birth; a name alone may still be too far."""
    born = dates.parse(row.facts.get("birth") or "")
    for name, typed in names:
        if name not in spellings:
            continue
        prisoner, text, told = spellings[name]
        birth = dates.parse(told or "") if born else None
        if born and birth and (born.certainly_before(birth) or birth.certainly_before(born)):
            continue
        nearness = score(typed, text)
        if nearness < THRESHOLD:
            continue
        is_same = born and birth and _tells(born) and _tells(birth)
        agrees = (_("born on the same day"),) if is_same else ()
        yield Likeness(prisoner, text, nearness, agrees)


def _strengthened(
    one: Likeness, arrested: Interval | None, arrests: Iterable[Interval]
) -> Likeness | None:
    """Return a likeness with what agrees of the arrests; None where it is too far without that."""
    if arrested and any(_tells(other) and _meet(arrested, other) for other in arrests):
        return replace(one, agrees=(*one.agrees, _("arrested on the same day")))
    return one if one.agrees or one.nearness >= SURE else None


def _told(text: str | None) -> Interval | None:
    """Return a date that is exact enough to say something."""
    interval = dates.parse(text or "")
    return interval if interval and _tells(interval) else None


def _tells(one: Interval) -> bool:
    return bool(one.first and one.last and (one.last - one.first).days < TELLING_DAYS)


def _meet(one: Interval, other: Interval) -> bool:
    return not (one.certainly_before(other) or other.certainly_before(one))
