"""Which records may be of one person. It is only ever asked here: people decide.

Two records are compared where two words of a spelling of each sound alike, so that they meet under
one key of the index of names. How alike they are is how alike their nearest spellings are, raised
and lowered by what is known of births, arrests, genders and the lists that name them. What cannot
be of one person, such as an arrest after the other's death, is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, groupby, islice
from operator import itemgetter
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from prisoners.models import Detention, ExternalId, NameKey, Prisoner, PrisonerName, State
from prisoners.models.duplicates import Merger
from prisoners.models.people import batches
from prisoners.names import THRESHOLD, entries, score, scorer

# Only pairs at this score and above are worth somebody's time.
SHOWN: Final = 75  # per cent
# More spellings of one person are not compared.
SPELLINGS: Final = 12
# The nearest of so many others are looked at for one new record.
OTHERS: Final = 3000
# Up to so many people of one key each is compared with each; of more, only those who share a year
# of birth or a month of arrest: a name that a hundred people have says little.
TOGETHER: Final = 80
MOST_TOGETHER: Final = 120
# Names that are kept taken apart while all people are compared: some 600 bytes each.
NAMES_KEPT: Final = 500_000
# Births further apart than this are no slip of the pen.
SLIP: Final = timedelta(days=400)
# Sound keys are in capitals, and so come before all others. See names.keys.
AFTER_SOUND_KEYS: Final = "a"

Days = tuple[date | None, date | None]
Pairs = dict[tuple[int, int], "Likeness"]


class Mark(models.TextChoices):
    """What speaks for two records being of one person, or against it."""

    SAME_BIRTH = "same_birth", _("same birth date")
    MAYBE_BIRTH = "maybe_birth", _("birth dates that may be one")
    SAME_ARREST = "same_arrest", _("arrested on the same day")
    MAYBE_ARREST = "maybe_arrest", _("arrests that may be one")
    OTHER_BIRTH = "other_birth", _("birth dates that cannot both hold")
    OTHER_ARREST = "other_arrest", _("held at the same time, after different arrests")
    OTHER_GENDER = "other_gender", _("another gender")
    OTHER_ID = "other_id", _("two ids in one list")


WEIGHT: Final = {
    Mark.SAME_BIRTH: 15,
    Mark.MAYBE_BIRTH: 6,
    Mark.SAME_ARREST: 15,
    Mark.MAYBE_ARREST: 6,
    Mark.OTHER_BIRTH: -20,
    Mark.OTHER_ARREST: -15,
    Mark.OTHER_GENDER: -25,
    Mark.OTHER_ID: -30,
}
FOR: Final = frozenset(mark for mark, weight in WEIGHT.items() if weight > 0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one record by which it is compared. Days: first and last possible one."""

    number: int
    names: tuple[str, ...]
    gender: str
    birth: Days
    death: Days
    # When each detention began and ended; open ones have no end.
    arrests: tuple[tuple[Days, Days], ...]
    ids: dict[str, str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two records are, in per cent, by which spellings, and what else was weighed."""

    score: int
    spellings: tuple[str, str]
    marks: tuple[Mark, ...]


def known(days: Days) -> bool:
    return days[0] is not None and days[1] is not None


def before(one: Days, other: Days) -> bool:
    """Whether a date comes before another one whichever days they were."""
    return one[1] is not None and other[0] is not None and one[1] < other[0]


def _may_be_one(one: Days, other: Days) -> bool:
    return not before(one, other) and not before(other, one)


def _is_one(one: Days, other: Days) -> bool:
    return known(one) and one[0] == one[1] and one == other


def _cannot_be(one: Facts, other: Facts) -> bool:
    """Whether what is known of two records cannot be of one person."""
    for this, that in ((one, other), (other, one)):
        if this.birth[1] and that.birth[0] and that.birth[0] - this.birth[1] > SLIP:
            return True
        for began, _ended in that.arrests:
            if before(this.death, began) or before(began, this.birth):
                return True
    return False


def _of_births(one: Facts, other: Facts) -> Mark | None:
    if not (known(one.birth) and known(other.birth)):
        return None
    if _is_one(one.birth, other.birth):
        return Mark.SAME_BIRTH
    return Mark.MAYBE_BIRTH if _may_be_one(one.birth, other.birth) else Mark.OTHER_BIRTH


def _of_arrests(one: Facts, other: Facts) -> Mark | None:
    found: set[Mark] = set()
    for began, ended in one.arrests:
        for other_began, other_ended in other.arrests:
            if not (known(began) and known(other_began)):
                continue
            if _is_one(began, other_began):
                return Mark.SAME_ARREST
            if _may_be_one(began, other_began):
                found.add(Mark.MAYBE_ARREST)
            elif before(began, other_ended) and before(other_began, ended):
                found.add(Mark.OTHER_ARREST)
    return min(found, key=lambda mark: -WEIGHT[mark], default=None)


def _marks(one: Facts, other: Facts) -> list[Mark]:
    found = [_of_births(one, other), _of_arrests(one, other)]
    if one.gender and other.gender and one.gender != other.gender:
        found.append(Mark.OTHER_GENDER)
    if any(other.ids.get(scheme, value) != value for scheme, value in one.ids.items()):
        found.append(Mark.OTHER_ID)
    return [mark for mark in found if mark is not None]


def compare(one: Facts, other: Facts, near: Callable[[str, str], float] = score) -> Likeness | None:
    """Return how alike two records are; None where it is not worth asking.

    ``near`` says how alike two names are.
    """
    if _cannot_be(one, other):
        return None
    marks = _marks(one, other)
    weight = sum(WEIGHT[mark] for mark in marks)
    if 100 + weight < SHOWN:
        return None
    best, spellings = _nearest_spellings(one.names, other.names, near)
    together = min(100, round(100 * best) + weight)
    if best < THRESHOLD or together < SHOWN:
        return None
    return Likeness(together, spellings, tuple(marks))


def _nearest_spellings(
    names: tuple[str, ...], others: tuple[str, ...], near: Callable[[str, str], float]
) -> tuple[float, tuple[str, str]]:
    """Return how alike the two spellings are that are most alike, and which they are."""
    for name in names:
        # The same letters: nothing could be nearer, and no other one has to be looked at.
        if name in others:
            return 1.0, (name, name)
    best, spellings = 0.0, ("", "")
    for name in names:
        for other in others:
            nearness = near(name, other)
            if nearness > best:
                best, spellings = nearness, (name, other)
        if best >= 1:
            break
    return best, spellings


# Reading


def _people() -> Any:
    """Return the people who can be of a pair: all but those who are merged into another one."""
    return Prisoner.objects.exclude(pk__in=Merger.objects.standing().values("merged"))


def facts_of(people: Iterable[int]) -> dict[int, Facts]:
    """Return what people (by number) are compared by; withdrawn parts of their records left out."""
    found: dict[int, Facts] = {}
    for some in batches(people):
        names = _grouped(PrisonerName.objects.filter(prisoner__in=some), "text")
        ids = _grouped(ExternalId.objects.filter(prisoner__in=some), "scheme", "value")
        arrests = _grouped(
            Detention.objects.filter(prisoner__in=some),
            "began_first", "began_last", "ended_first", "ended_last",
        )  # fmt: skip
        columns = ("pk", "gender", "birth_first", "birth_last", "death_first", "death_last")
        rows = _people().filter(pk__in=some).order_by().values_list(*columns)
        for number, gender, *days in rows:
            found[number] = Facts(
                number,
                tuple(dict.fromkeys(text for (text,) in names[number]))[:SPELLINGS],
                gender,
                (days[0], days[1]),
                (days[2], days[3]),
                tuple(((a, b), (c, d)) for a, b, c, d in arrests[number]),
                dict(ids[number]),
            )
    return found


def _grouped(records: Any, *columns: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    rows = records.exclude(state=State.WITHDRAWN).order_by("pk").values_list("prisoner", *columns)
    for number, *values in rows:
        grouped[number].append(tuple(values))
    return grouped


def sound_keys(names: Iterable[str]) -> set[str]:
    """Return the keys under which spellings of the same name are in the index."""
    return {key for name in names for key, _detail in entries(name) if " " in key}


def of_one(person: int, apart_from: Collection[int] = ()) -> dict[int, Likeness]:
    """Return who else one record may be of, by number; ``apart_from`` some that are judged."""
    mine = facts_of([person]).get(person)
    if mine is None:
        return {}
    others = NameKey.objects.filter(
        is_public__in=[True, False], key__in=sound_keys(mine.names)
    ).exclude(name__prisoner=person)
    born_first, born_last = mine.birth
    if born_first and born_last:
        others = others.filter(
            Q(name__prisoner__birth__isnull=True)
            | Q(name__prisoner__birth_first__isnull=True)
            | Q(name__prisoner__birth_last__isnull=True)
            | Q(
                name__prisoner__birth_first__lte=born_last + SLIP,
                name__prisoner__birth_last__gte=born_first - SLIP,
            )
        )
    numbers = others.order_by().values_list("name__prisoner", flat=True).distinct()[:OTHERS]
    theirs = facts_of(number for number in numbers if number not in set(apart_from))
    compared = {number: compare(mine, facts) for number, facts in theirs.items()}
    return {number: likeness for number, likeness in compared.items() if likeness}


def entries_to_read() -> int:
    """Return how many entries of the index a search among all reads."""
    return NameKey.objects.filter(key__lt=AFTER_SOUND_KEYS).count()


def of_all(progress: Callable[[int], None]) -> Pairs:
    """Return all pairs that are worth asking about, each in the order of its numbers.

    ``progress`` is told how many entries of the index are read.
    """
    facts = facts_of(_people().order_by("pk").values_list("pk", flat=True))
    rows = (
        NameKey.objects.filter(key__lt=AFTER_SOUND_KEYS)
        .order_by("key")
        .values_list("key", "name__prisoner")
        .iterator(chunk_size=20_000)
    )
    near = scorer(NAMES_KEPT)
    found: Pairs = {}
    seen: set[tuple[int, int]] = set()
    read = 0
    for key, block in groupby(rows, key=itemgetter(0)):
        numbers = [number for _key, number in block]
        read += len(numbers)
        one, _space, other = str(key).partition(" ")
        # Each two words are there in both orders.
        if not other or one <= other:
            people = [facts[number] for number in sorted(set(numbers)) if number in facts]
            for pair in _pairs(people):
                numbered = (pair[0].number, pair[1].number)
                if numbered in seen:
                    continue
                seen.add(numbered)
                if likeness := compare(*pair, near):
                    found[numbered] = likeness
        progress(read)
    return found


def _pairs(people: list[Facts]) -> Iterator[tuple[Facts, Facts]]:
    """Yield the pairs to compare of those whose names sound alike."""
    if len(people) <= TOGETHER:
        yield from _born_together(people)
        return
    for some in _sharing(people, _rough_days):
        if len(some) <= TOGETHER:
            yield from _born_together(some)
        else:
            for few in _sharing(some, _exact_days):
                yield from _born_together(few[:MOST_TOGETHER])


def _born_together(people: list[Facts]) -> Iterator[tuple[Facts, Facts]]:
    """Yield all pairs but those born too far apart, each in the order of its numbers.

    In the order of births whoever comes after the first one born too late was born too late as
    well: of a name that eighty people have, a few in a hundred pairs are left.
    """
    dated = sorted((one for one in people if known(one.birth)), key=lambda one: one.birth[0])  # type: ignore[arg-type, return-value]  # both are known
    others = [one for one in people if not known(one.birth)]
    for place, one in enumerate(dated):
        last: Any = one.birth[1]
        for other in islice(dated, place + 1, None):
            first: Any = other.birth[0]
            if first - last > SLIP:
                break
            yield (one, other) if one.number < other.number else (other, one)
        for other in others:
            yield (one, other) if one.number < other.number else (other, one)
    yield from combinations(others, 2)


def _sharing(people: list[Facts], days: Callable[[Facts], set[Any]]) -> Iterator[list[Facts]]:
    shared: dict[Any, list[Facts]] = defaultdict(list)
    for one in people:
        for day in days(one):
            shared[day].append(one)
    yield from shared.values()


def _rough_days(one: Facts) -> set[Any]:
    """Return the years of a birth, and the months of arrests, where they are known well enough."""
    first, last = one.birth
    found: set[Any] = set()
    if first and last and last.year - first.year <= 2:
        found |= set(range(first.year, last.year + 1))
    return found | {
        (began[0].year, began[0].month)
        for began, _ended in one.arrests
        if began[0] and began[1] and began[1] - began[0] < timedelta(days=32)
    }


def _exact_days(one: Facts) -> set[Any]:
    return {one.birth[0], *(began[0] for began, _ended in one.arrests)} - {None}
