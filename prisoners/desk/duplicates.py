"""The list of possible duplicates, and what people judge of them. See ``reading.duplicates``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.models import Change, Prisoner, version
from prisoners.models.changes import EVERYTHING
from prisoners.models.duplicates import (
    DuplicateCandidate,
    DuplicateSearch,
    Judgement,
    Merger,
    in_order,
)
from prisoners.reading import duplicates
from prisoners.reading.duplicates import Likeness

# The nearest of each person: a name that hundreds have would fill the list.
NEAREST: Final = 20
# More changed people than this are left to the command.
AT_ONCE: Final = 100


def find_all(*, progress: Callable[[int], None]) -> int:
    """Look for possible duplicates among all people; return how many pairs are to be looked at."""
    as_of = version()
    settled = _settled()
    found = {
        pair: likeness
        for pair, likeness in duplicates.of_all(progress).items()
        if pair not in settled
    }
    with transaction.atomic():
        DuplicateCandidate.objects.all().delete()
        rows = [_row(pair, likeness) for pair, likeness in _nearest(found).items()]
        DuplicateCandidate.objects.bulk_create(rows, batch_size=1000)
        _remember(as_of)
    return len(rows)


def catch_up() -> int | None:
    """Look again at the people who were changed since the last time; return how many.

    None where there are too many for a page: the command looks at all of them.
    """
    as_of = version()
    people = changed_people()
    if people is None or len(people) > AT_ONCE:
        return None
    with transaction.atomic():
        look_again(people=people)
        _remember(as_of)
    return len(people)


def changed_people() -> list[int] | None:
    """Return who was changed since the last search; None where that cannot be listed."""
    last = DuplicateSearch.objects.first()
    if last is None:
        return None
    if last.version and not Change.objects.filter(pk=last.version, stamp=last.stamp).exists():
        return None
    changes = Change.objects.filter(pk__gt=last.version)
    if changes.filter(kind=EVERYTHING).exists():
        return None
    people = changes.exclude(prisoner=None).order_by().values_list("prisoner", flat=True)
    return sorted(one for one in people.distinct()[: AT_ONCE + 1] if one is not None)


def look_again(*, people: Iterable[int]) -> None:
    """Find the possible duplicates of some people (by number) anew."""
    for person in people:
        with transaction.atomic():
            DuplicateCandidate.objects.of(person).delete()
            if not Prisoner.objects.filter(pk=person).exists():
                continue
            found = duplicates.of_one(person, _judged_with(person))
            nearest = sorted(found.items(), key=lambda one: (-one[1].score, one[0]))[:NEAREST]
            DuplicateCandidate.objects.bulk_create(
                [
                    _row((person, other), likeness)
                    if person < other
                    else _row((other, person), _turned(likeness))
                    for other, likeness in nearest
                ]
            )


def judge(*, one: Prisoner, other: Prisoner, verdict: str, reason: str, by: Any) -> Judgement:
    """Keep what somebody found of two records, and why; they are not asked about again.

    Raise ValidationError where no reason is given, or somebody judged them a moment ago.
    """
    first, second = in_order(one.pk, other.pk)
    judgement = Judgement(
        first_id=first, second_id=second, verdict=verdict, reason=reason.strip(), by=by
    )
    judgement.full_clean()
    try:
        with transaction.atomic():
            judgement.save()
            DuplicateCandidate.objects.between(first, second).delete()
    except IntegrityError as error:
        raise ValidationError(_("Somebody has judged these two already.")) from error
    return judgement


def reopen(*, judgement: Judgement, by: Any) -> None:
    """Ask about two records again; what was judged before is kept."""
    with transaction.atomic():
        standing = Judgement.objects.standing().filter(pk=judgement.pk)
        if standing.update(reopened_at=timezone.now(), reopened_by=by):
            look_again(people=[judgement.first_id])


# What is settled already


def _holders() -> dict[int, int]:
    """Return into whom people were merged: by number, however many merges it took."""
    holders: dict[int, int] = {}
    for merged, kept in Merger.objects.standing().order_by("pk").values_list("merged", "kept"):
        holders = {one: kept if into == merged else into for one, into in holders.items()}
        holders[merged] = kept
    return holders


def _settled() -> set[tuple[int, int]]:
    """Return the pairs that were judged, each as those who stand for the two now."""
    holders = _holders()
    pairs = Judgement.objects.standing().values_list("first", "second")
    return {in_order(holders.get(one, one), holders.get(other, other)) for one, other in pairs}


def _judged_with(person: int) -> set[int]:
    """Return who was judged together with somebody, or with one who was merged into them."""
    holders = _holders()
    mine = {person, *(one for one, into in holders.items() if into == person)}
    pairs = Judgement.objects.standing().filter(Q(first__in=mine) | Q(second__in=mine))
    numbers = {number for pair in pairs.values_list("first", "second") for number in pair}
    return {holders.get(number, number) for number in numbers} - {person}


# Rows


def _row(pair: tuple[int, int], likeness: Likeness) -> DuplicateCandidate:
    return DuplicateCandidate(
        first_id=pair[0],
        second_id=pair[1],
        score=likeness.score,
        marks=",".join(likeness.marks),
        first_spelling=likeness.spellings[0],
        second_spelling=likeness.spellings[1],
    )


def _turned(likeness: Likeness) -> Likeness:
    return Likeness(likeness.score, (likeness.spellings[1], likeness.spellings[0]), likeness.marks)


def _nearest(found: duplicates.Pairs) -> duplicates.Pairs:
    """Leave of each person's pairs the nearest ones."""
    kept: duplicates.Pairs = {}
    counted: dict[int, int] = defaultdict(int)
    for pair, likeness in sorted(found.items(), key=lambda one: (-one[1].score, one[0])):
        if max(counted[pair[0]], counted[pair[1]]) < NEAREST:
            kept[pair] = likeness
            counted[pair[0]] += 1
            counted[pair[1]] += 1
    return kept


def _remember(as_of: Any) -> None:
    DuplicateSearch.objects.all().delete()
    DuplicateSearch.objects.create(version=as_of.number, stamp=as_of.stamp)
