"""Undoing what was done at once: each record is put back to what it was before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from graphlib import TopologicalSorter
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.desk import revisions, workflow
from prisoners.desk.protecting import protect_touched
from prisoners.models import (
    ADDRESSED,
    AddressedRecord,
    Consent,
    DisclosureRule,
    FormerAddress,
    HoldsBack,
    NameKey,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseDestination,
    State,
    recorded,
)
from prisoners.models.history import current
from prisoners.models.holding_back import DECIDED
from prisoners.models.looking import today
from prisoners.models.recording import (
    NO_FACT,
    columns,
    is_recorded,
    keep_changes,
    recorded_models,
    some,
)
from prisoners.models.workflow import NO_FACTS
from prisoners.reading.history import author, changed, moment, title

# How many records are looked at or put back in one go.
AT_ONCE: Final = 500
# What was seen by visitors once, or may have been.
WAS_PUBLIC: Final = (State.PUBLISHED, State.WITHDRAWN)
# What has no history of its own, and must not be lost with what it is about.
DECISIONS: Final = (Consent, DisclosureRule)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that was changed since, and would be lost.

    ``field`` is its name in words; empty where it is about the record as a whole, as ``what``
    says. ``by`` is an account, or what else made the change.
    """

    model: type[models.Model]
    pk: int
    record: str
    field: str
    what: str
    by: str
    at: datetime | None

    def __str__(self) -> str:
        kind = capfirst(str(self.model._meta.verbose_name))
        if self.at is None:
            return _("%(kind)s “%(record)s”: %(what)s.") % {
                "kind": kind,
                "record": self.record,
                "what": self.what,
            }
        return _("%(kind)s “%(record)s”: %(what)s by %(who)s on %(day)s.") % {
            "kind": kind,
            "record": self.record,
            "what": self.what,
            "who": self.by,
            "day": moment(self.at),
        }


class Touched(NamedTuple):
    """A record in an operation, by the numbers of its rows of history.

    ``before`` is the row before the operation (None: there is none), ``first`` and ``last`` are
    the operation's own, ``since`` is the last one of something else after ``first``.
    """

    pk: int
    first: int
    last: int
    before: int | None
    now: int
    since: int | None
    before_type: str | None
    last_type: str
    now_type: str

    @property
    def was_there(self) -> bool:
        return self.before_type in ("+", "~")

    @property
    def was_left(self) -> bool:
        return self.last_type != "-"

    @property
    def was_made(self) -> bool:
        return not self.was_there and self.was_left

    @property
    def was_changed(self) -> bool:
        return self.was_there and self.was_left

    @property
    def was_deleted(self) -> bool:
        return self.was_there and not self.was_left


@cache
def in_order() -> list[type[Any]]:
    """Return the kinds of record, each after those that it hangs on."""
    hangs_on: dict[type[Any], set[type[Any]]] = {
        model: {
            field.related_model
            for field in model._meta.concrete_fields
            if field.is_relation and is_recorded(field.related_model)
        }
        for model in recorded_models()
    }
    return list(TopologicalSorter(hangs_on).static_order())


def touched(operation: Operation, model: type[Any]) -> Iterator[list[Touched]]:
    """Yield the records of a kind that an operation made, changed or deleted, some at a time."""
    history: Any = model.history
    done = history.filter(operation=operation).order_by("id")
    last = 0
    while True:
        numbers = list(done.filter(id__gt=last).values_list("id", flat=True).distinct()[:AT_ONCE])
        if not numbers:
            return
        rows = history.filter(id__in=numbers).order_by("id", "history_id")
        columns = rows.values_list("id", "history_id", "history_type", "operation_id")
        yield [
            _one_touched(pk, [Row(*row[1:]) for row in of_one], operation.pk)
            for pk, of_one in groupby(columns, key=itemgetter(0))
        ]
        last = numbers[-1]


class Row(NamedTuple):
    number: int
    type: str
    operation: int | None


def _one_touched(pk: int, rows: list[Row], operation: int) -> Touched:
    own = [place for place, row in enumerate(rows) if row.operation == operation]
    first, last = own[0], own[-1]
    since = [row.number for row in rows[first:] if row.operation != operation]
    return Touched(
        pk=pk,
        first=rows[first].number,
        last=rows[last].number,
        before=rows[first - 1].number if first else None,
        now=rows[-1].number,
        since=since[-1] if since else None,
        before_type=rows[first - 1].type if first else None,
        last_type=rows[last].type,
        now_type=rows[-1].type,
    )


# What stands in the way


def obstacles(operation: Operation) -> list[Obstacle]:
    """Return what was changed since by something else, and would be lost by undoing.

    A field that the operation did not change may have been changed since: it stays as it is.
    """
    return [
        obstacle
        for model in in_order()
        for some_touched in touched(operation, model)
        for obstacle in [
            *_changed_since(model, some_touched),
            *_hanging_on(operation, model, some_touched),
        ]
    ]


def _changed_since(model: type[Any], records: list[Touched]) -> Iterator[Obstacle]:
    suspects = {one.pk: one for one in records if one.since is not None}
    if not suspects:
        return
    rows: dict[int, list[Any]] = defaultdict(list)
    first = min(one.before or one.first for one in suspects.values())
    history = model.history.filter(id__in=suspects, history_id__gte=first)
    for row in history.select_related("history_user").order_by("history_id"):
        rows[row.id].append(row)
    for pk, one in suspects.items():
        yield from _of_one(model, one, rows[pk])


def _of_one(model: type[Any], one: Touched, rows: list[Any]) -> Iterator[Obstacle]:
    by_number = {row.pk: row for row in rows}
    last, now = by_number[one.last], by_number[one.now]
    after = [row for row in rows if row.pk > one.last]

    def obstacle(row: Any, what: str, field: str = "") -> Obstacle:
        return Obstacle(model, one.pk, title(now), field, what, author(row), row.history_date)

    if one.since is not None and one.since < one.last:
        yield obstacle(by_number[one.since], _("changed in between"))
    if one.now_type == "-":
        # Of what the operation made or deleted nothing is left to be undone then.
        if one.was_changed and one.last != one.now:
            yield obstacle(now, _("deleted"))
        return
    if not one.was_left:
        if one.was_deleted:
            yield obstacle(now, _("made again"))
        return
    kept = changed(last, now)
    if one.was_changed:
        before = by_number[one.before or 0]
        mine = changed(before, last)
        shows = _shows_again(model, before, last)
        kept = [field for field in kept if field in mine or (shows and field.name not in NO_FACTS)]
        if _was_published_since(model, last, now, mine):
            yield obstacle(after[-1], _("published, which it was not with what it said before"))
    for field in kept:
        row = _who_set(field, last, after)
        label = str(field.verbose_name)
        yield obstacle(row, _("“%(field)s” changed") % {"field": label}, label)


def _shows_again(model: type[Any], before: Any, last: Any) -> bool:
    """Whether undoing publishes a record again: nobody has looked at what was entered since."""
    return (
        issubclass(model, Record)
        and not settings.ONE_PERSON_TEAM
        and before.state == State.PUBLISHED != last.state
    )


def _was_published_since(model: type[Any], last: Any, now: Any, mine: list[Any]) -> bool:
    """Whether undoing would give a public record facts that it had as a draft only."""
    return (
        issubclass(model, Record)
        and not settings.ONE_PERSON_TEAM
        and now.state == State.PUBLISHED != last.state
        and any(field.name not in NO_FACTS for field in mine)
    )


def _who_set(field: Any, last: Any, after: list[Any]) -> Any:
    """Return the last row in which a field was changed."""
    found, before = after[-1], last
    for row in after:
        if getattr(row, field.attname) != getattr(before, field.attname):
            found = row
        before = row
    return found


def _hanging_on(
    operation: Operation, model: type[Any], records: list[Touched]
) -> Iterator[Obstacle]:
    """Yield what was entered since and hangs on what would be deleted."""
    numbers = _to_be_deleted(model, records)
    if not numbers:
        return
    for relation in model._meta.related_objects:
        other = relation.related_model
        if not is_recorded(other) and other not in DECISIONS:
            continue
        name = relation.field.name
        hanging = set(
            other._default_manager.filter(**{f"{name}__in": numbers})
            .order_by()
            .values_list("pk", flat=True)
        )
        if hanging and is_recorded(other):
            mine = other.history.filter(operation=operation, id__in=hanging).order_by()
            hanging -= set(mine.values_list("id", flat=True))
        if not hanging:
            continue
        for record in other._default_manager.filter(pk__in=hanging).select_related(name):
            yield Obstacle(
                other,
                record.pk,
                # What a decision says is not for everybody who undoes something.
                str(getattr(record, name) if other in DECISIONS else record),
                "",
                _("hangs on “%(record)s”") % {"record": getattr(record, name)},
                "",
                None,
            )


def _to_be_deleted(model: type[Any], records: Iterable[Touched]) -> list[int]:
    """Return what the operation made, is there still, and was never public."""
    made = [one.pk for one in records if one.was_made and one.now_type != "-"]
    if not made or not issubclass(model, Record):
        return made
    public = set(
        model.history.filter(id__in=made, state__in=WAS_PUBLIC)
        .order_by()
        .values_list("id", flat=True)
    )
    return [pk for pk in made if pk not in public]


# Undoing


def undo(*, operation: Operation, by: Any, reason: str = "") -> Operation:
    """Put every record of an operation back to what it was before; return the undoing itself.

    What the operation made is deleted; what was ever public of it is withdrawn, so that its
    address goes on answering. What it changed is changed back, field by field, and what it deleted
    is there again under its own number. It is all or nothing. Raise ValidationError with every
    obstacle, or where it was undone already. Undoing is an operation too, and can be undone.
    """
    with transaction.atomic():
        locked = Operation.objects.select_for_update().get(pk=operation.pk)
        if locked.undone_at is not None:
            raise ValidationError(
                _("This was undone already, on %(day)s.") % {"day": moment(locked.undone_at)}
            )
        revisions.give_up(operation=locked, by=by, reason=reason)
        if found := obstacles(locked):
            raise ValidationError([str(one) for one in found])
        undoing = Operation.objects.create(
            kind=OperationKind.UNDO, label=locked.describe()[:300], reason=reason, by=by
        )
        try:
            with (
                transaction.atomic(),
                recorded(by=by, reason=reason, origin=Origin.UNDO, operation=undoing),
            ):
                _put_back(locked)
                protect_touched(operation=undoing, today=today())
        except (ProtectedError, IntegrityError) as error:
            raise ValidationError(
                _("This cannot be undone as a whole, for it breaks a rule of the record: %(rule)s")
                % {"rule": str(error).splitlines()[0]}
            ) from error
        locked.undone_at, locked.undone_by = timezone.now(), by
        locked.save(update_fields=["undone_at", "undone_by"])
    operation.undone_at, operation.undone_by = locked.undone_at, locked.undone_by
    return undoing


def _put_back(operation: Operation) -> None:
    headcounts = _set_headcounts_aside(operation)
    for model in in_order():
        for records in touched(operation, model):
            _make_again(model, [one for one in records if one.was_deleted])
    for model in in_order():
        for records in touched(operation, model):
            _change_back(model, [one for one in records if one.was_changed])
    for model in reversed(in_order()):
        for records in touched(operation, model):
            _take_away(model, records)
    for pk, headcount in headcounts.items():
        Release.objects.filter(pk=pk).update(headcount=headcount)


def _set_headcounts_aside(operation: Operation) -> dict[int, int | None]:
    """Let a release's destinations change one by one; return the headcounts to be put back."""
    after: dict[int, int | None] = {}
    for records in touched(operation, Release):
        rows = Release.history.in_bulk(
            [number for one in records if one.was_changed for number in (one.before, one.last)]
        )
        for one in records:
            if one.was_changed:
                before, last = rows[one.before], rows[one.last]
                if before.headcount != last.headcount:
                    after[one.pk] = before.headcount
    destinations = ReleaseDestination.history.filter(operation=operation)
    concerned = {*after, *destinations.values_list("release_id", flat=True)}
    releases = Release.objects.filter(pk__in=concerned)
    stored = dict(releases.values_list("pk", "headcount"))
    releases.set_aside(headcount=None)
    return {**stored, **{pk: number for pk, number in after.items() if pk in stored}}


def _make_again(model: type[Any], records: list[Touched]) -> None:
    """Write records that are gone as they were, under the numbers that they had."""
    gone = [one for one in records if one.now_type == "-"]
    if not gone:
        return
    at = columns(model)
    names = at.of("h").replace("h.", "")
    for chosen, parameter in some((one.before or 0 for one in gone), DEFAULT_DB_ALIAS):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {at.record} ({names}) SELECT {at.of('h')} "  # noqa: S608  # our own names
                f"FROM {at.history} h WHERE h.history_id {chosen} ORDER BY h.id",
                [parameter],
            )
    _write_down(model, [one.pk for one in gone])


def _change_back(model: type[Any], records: list[Touched]) -> None:
    """Give the fields that the operation changed the values that they had before."""
    if not records:
        return
    at = columns(model)
    apart = {"id", NO_FACT, *DECIDED} | ({"slug"} if issubclass(model, AddressedRecord) else set())
    apart |= {"headcount"} if model is Release else set()
    differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    values = ", ".join(
        f'"{name}" = CASE WHEN w."{name}" {differs} b."{name}" THEN b."{name}" '
        f'ELSE {at.record}."{name}" END'
        for name in at.names
        if name not in apart
    )
    if NO_FACT in at.names:
        values += f', "{NO_FACT}" = %s'
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    ((before, befores),) = some((one.before or 0 for one in records), DEFAULT_DB_ALIAS)
    ((last, lasts),) = some((one.last for one in records), DEFAULT_DB_ALIAS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {at.record} SET {values} FROM {at.history} b, {at.history} w "  # noqa: S608  # our own names
            f"WHERE b.id = {at.record}.id AND w.id = {at.record}.id "
            f"AND b.history_id {before} AND w.history_id {last}",
            [*([now] if NO_FACT in at.names else []), befores, lasts],
        )
    if issubclass(model, AddressedRecord):
        _change_addresses_back(model, records)
    _write_down(model, [one.pk for one in records])
    if issubclass(model, Record):
        states = _states(model, [number for one in records for number in (one.before, one.last)])
        moved = {
            one.pk: states[one.last]
            for one in records
            if one.before and states[one.before] != states[one.last]
        }
        _note(model, moved)


def _states(model: type[Any], rows: Iterable[int | None]) -> dict[int, str]:
    found = model.history.filter(pk__in=[one for one in rows if one])
    return dict(found.order_by().values_list("pk", "state"))


def _note(model: type[Any], before: dict[int, str]) -> None:
    """Write the steps of records (by number) that are in another state than they were before."""
    records = model._default_manager.filter(pk__in=before).order_by("pk")
    workflow.note_moves(
        [(one, before[one.pk]) for one in records] if before else [],
        by=current().by,
        reason=current().reason,
    )


def _change_addresses_back(model: type[AddressedRecord], records: list[Touched]) -> None:
    """Change addresses as anybody would: one that was public meanwhile goes on leading there."""
    history: Any = model.history
    slugs = dict(
        history.filter(
            pk__in=[number for one in records for number in (one.before, one.last)]
        ).values_list("pk", "slug")
    )
    for one in records:
        before = slugs[one.before]
        if before != slugs[one.last]:
            record = model._default_manager.get(pk=one.pk)
            record.slug = before
            record.save()


def _take_away(model: type[Any], records: list[Touched]) -> None:
    """Delete what the operation made, or withdraw it where it was public."""
    made = [one.pk for one in records if one.was_made and one.now_type != "-"]
    if model is FormerAddress:
        _forget_addresses(made)
        return
    doomed = _to_be_deleted(model, records)
    kept = sorted({*made} - {*doomed})
    if doomed:
        model._default_manager.filter(pk__in=doomed).delete()
    if kept:
        shown = model._default_manager.filter(pk__in=kept)
        before = dict(shown.order_by().values_list("pk", "state"))
        shown.update(state=State.WITHDRAWN)
        _note(model, before)


def _forget_addresses(made: list[int]) -> None:
    """Delete former addresses that a record has itself again; no other one may be lost."""
    for address in FormerAddress.objects.filter(pk__in=made):
        name = next(one for one in ADDRESSED if getattr(address, f"{one}_id") is not None)
        if ADDRESSED[name]._default_manager.filter(slug=address.slug).exists():
            address.delete()


def _write_down(model: type[Any], pks: list[int]) -> None:
    """Write history of what was written past Django, and what names are found by."""
    keep_changes(model, pks, DEFAULT_DB_ALIAS)
    if model is PrisonerName:
        NameKey.objects.index(pks)
    elif model is Prisoner:
        limited = ~Q(basis=Prisoner.Basis.RECORD) | Q(consents__isnull=False)
        Prisoner.objects.settle(
            Prisoner.objects.filter(limited, pk__in=pks).values_list("pk", flat=True).distinct()
        )
        NameKey.objects.show(pks)
    if issubclass(model, HoldsBack):
        # What was known before may be held back since.
        for record in model._default_manager.filter(pk__in=pks).exclude(held_back=""):
            record.save()
