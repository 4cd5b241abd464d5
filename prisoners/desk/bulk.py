"""The same change to many people: each says first what it will do to whom, or why not.

A change is planned, shown, planned again when it is done, and kept as one operation, by which it
is undone. Whoever may not be changed is left out with the reason; the others are done together.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.desk import workflow
from prisoners.desk.merging import check
from prisoners.models import (
    WRITTEN_IN,
    Assignment,
    Citation,
    Detention,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    Release,
    ReleaseOutcome,
    Source,
    State,
    recorded,
)

MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """What is done to one person, or why nothing is."""

    prisoner: Prisoner
    words: str
    refused: bool = False
    detention: Detention | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A source, and where in it."""

    source: Source
    locator: str = ""
    read_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReleaseRecorded:
    """A release recorded for people: how each was freed, and where to (empty: not stated)."""

    release: Release
    end_kind: str
    destination: str
    cited: Cited

    def label(self) -> str:
        return str(self.release)

    def lines(self, people: Sequence[Prisoner], *, may_publish: bool) -> list[Line]:
        there = Counter(
            self.release.outcomes.exclude(state=State.WITHDRAWN).values_list(
                "destination", flat=True
            )
        )
        room = _Room(
            self.release.headcount,
            dict(
                self.release.destinations.exclude(state=State.WITHDRAWN).values_list(
                    "country", "headcount"
                )
            ),
            there,
        )
        live = self.release.outcomes.exclude(state=State.WITHDRAWN)
        named = set(live.values_list("detention__prisoner", flat=True))
        lines = []
        for person, detention in _open_detentions(people):
            reason = self._reason_against(
                person, detention, named, may_publish
            ) or room.reason_against(self.destination)
            if reason:
                lines.append(Line(person, reason, refused=True))
            else:
                room.take(self.destination)
                lines.append(Line(person, self._words(), detention=detention))
        return lines

    def _words(self) -> str:
        how = Detention.EndKind(self.end_kind).label
        day = self.release.happened.label() if self.release.happened else _("on an unknown day")
        return _("the open detention ends: %(how)s, %(day)s; an outcome of the release") % {
            "how": how,
            "day": day,
        }

    def _reason_against(
        self, person: Prisoner, detention: Detention | None, named: set[int], may_publish: bool
    ) -> str:
        happened = self.release.happened
        if person.pk in named:
            return _("already has an outcome in this release")
        if detention is None:
            return _("has no open detention")
        if reason := _not_allowed(person, detention, may_publish):
            return reason
        if detention.state == State.PUBLISHED and not self.release.is_public:
            return _("is public, and the release is not yet")
        if reason := _source_not_public(detention, self.cited.source):
            return reason
        if happened and detention.began and happened.certainly_before(detention.began):
            return _("was arrested after the release")
        confirmed = detention.last_confirmed
        if happened and confirmed and happened.certainly_before(confirmed):
            return _("was confirmed as held after the release")
        return ""

    def do(self, lines: Iterable[Line]) -> None:
        for detention in _detentions_of(lines):
            detention.end_kind = self.end_kind
            detention.ended = self.release.happened
            _save(detention)
            # One that was public and is undone is withdrawn, and there is only one of each.
            outcome = ReleaseOutcome.objects.filter(
                release=self.release, detention=detention
            ).first() or ReleaseOutcome(release=self.release, detention=detention)
            outcome.destination, outcome.state = self.destination, State.DRAFT
            _save(outcome)
            made = [_cite(self.cited, release_outcome=outcome)]
            made.append(_cite(self.cited, detention=detention, field="end_kind"))
            if detention.ended:
                made.append(_cite(self.cited, detention=detention, field="ended"))
            if detention.state == State.PUBLISHED:
                for one in [*made[1:], outcome]:
                    workflow.publish(record=one)


@dataclass(slots=True)
class _Room:
    """How many people a release has room for, in all and by destination; None: no number."""

    headcount: int | None
    destinations: dict[str, int]
    there: Counter[str]

    def reason_against(self, destination: str) -> str:
        if self.headcount is not None and self.there.total() >= self.headcount:
            return _("would be more people than were announced")
        most = self.destinations.get(destination) if destination else None
        if most is not None and self.there[destination] >= most:
            return _("would be more people than went to this country")
        return ""

    def take(self, destination: str) -> None:
        self.there[destination] += 1


@dataclass(frozen=True, slots=True)
class StillHeld:
    """People confirmed as held on a day by a source."""

    day: date
    cited: Cited

    def label(self) -> str:
        return _("held on %(day)s") % {"day": dates.on_day(self.day).label()}

    def lines(self, people: Sequence[Prisoner], *, may_publish: bool) -> list[Line]:
        lines = []
        for person, detention in _open_detentions(people):
            if reason := self._reason_against(person, detention, may_publish):
                lines.append(Line(person, reason, refused=True))
            else:
                lines.append(Line(person, self._words(detention), detention=detention))
        return lines

    def _words(self, detention: Detention | None) -> str:
        day = dates.on_day(self.day).label()
        if detention is None or not detention.last_confirmed:
            return _("confirmed as held on %(day)s") % {"day": day}
        return _("confirmed as held on %(day)s, before on %(before)s") % {
            "day": day,
            "before": detention.last_confirmed.label(),
        }

    def _reason_against(
        self, person: Prisoner, detention: Detention | None, may_publish: bool
    ) -> str:
        if detention is None:
            return _("has no open detention")
        if reason := _not_allowed(person, detention, may_publish):
            return reason
        if reason := _source_not_public(detention, self.cited.source):
            return reason
        if detention.began and dates.on_day(self.day).certainly_before(detention.began):
            return _("was arrested after that day")
        known = detention.last_confirmed
        if known and (known.last is None or known.last >= self.day):
            return _("is confirmed for %(day)s already") % {"day": known.label()}
        return ""

    def do(self, lines: Iterable[Line]) -> None:
        for detention in _detentions_of(lines):
            if detention.last_confirmed:
                self._keep_what_was_said(detention, detention.last_confirmed)
            detention.last_confirmed = dates.on_day(self.day)
            _save(detention)
            citation = _cite(self.cited, detention=detention, field="last_confirmed")
            if detention.state == State.PUBLISHED:
                workflow.publish(record=citation)

    @staticmethod
    def _keep_what_was_said(detention: Detention, day: dates.Interval) -> None:
        """Let the sources of the earlier day say which it was: they do not say the new one."""
        with translation.override(WRITTEN_IN):
            said = day.label()
        earlier = detention.citations.exclude(state=State.WITHDRAWN)
        for one in earlier.filter(field="last_confirmed", stance="supports", value=""):
            one.value = said
            one.save(update_fields=["value", "updated_at"])


@dataclass(frozen=True, slots=True)
class Assigned:
    """People assigned to a researcher; to None: to nobody."""

    to: Any

    def label(self) -> str:
        if self.to is None:
            return _("assigned to nobody")
        return _("assigned to %(name)s") % {"name": self.to}

    def lines(self, people: Sequence[Prisoner], *, may_publish: bool) -> list[Line]:
        del may_publish
        now = {
            one.prisoner_id: one.to
            for one in Assignment.objects.filter(prisoner__in=people).select_related("to")
        }
        lines = []
        for person in people:
            before = now.get(person.pk)
            if before == self.to:
                lines.append(Line(person, _("stays as it is"), refused=True))
            elif before is None:
                lines.append(Line(person, self.label()))
            else:
                words = _("%(now)s, before to %(before)s")
                lines.append(Line(person, words % {"now": self.label(), "before": before}))
        return lines

    def do(self, lines: Iterable[Line]) -> None:
        people = [line.prisoner for line in lines]
        there = Assignment.objects.filter(prisoner__in=people)
        if self.to is None:
            there.delete()
            return
        known = set(there.values_list("prisoner", flat=True))
        there.update(to=self.to)
        Assignment.objects.bulk_create(
            [Assignment(prisoner=one, to=self.to) for one in people if one.pk not in known]
        )


Change = ReleaseRecorded | StillHeld | Assigned


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change does, person by person."""

    lines: list[Line]

    @property
    def done(self) -> list[Line]:
        return [line for line in self.lines if not line.refused]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.refused]

    @property
    def seen(self) -> str:
        """A short text that is another one when something else would be done."""
        words = [(line.prisoner.pk, line.words, line.refused) for line in self.lines]
        return hashlib.sha256(repr(words).encode()).hexdigest()[:32]


def plan(*, change: Change, people: Iterable[int], may_publish: bool) -> Plan:
    """Return what a change does to people (by number); it writes nothing.

    ``may_publish``: whether whoever does it may change what is public.
    """
    return Plan(change.lines(_loaded(people), may_publish=may_publish))


def do(
    *,
    change: Change,
    people: Sequence[int],
    may_publish: bool,
    by: Any,
    reason: str = "",
    seen: str = "",
) -> Operation:
    """Do a change to all people to whom it can be done; return the operation to undo it by.

    Raise ValidationError where there is nobody, there are too many, a rule of the record says no,
    or (with ``seen``, of the plan that somebody looked at) something has changed since.
    """
    if len(people) > MOST:
        raise ValidationError(_("Choose at most %(number)s people at once.") % {"number": MOST})
    with transaction.atomic():
        locked = Prisoner.objects.select_for_update().filter(pk__in=people).order_by("pk")
        made = plan(
            change=change,
            people=list(locked.values_list("pk", flat=True)),
            may_publish=may_publish,
        )
        if seen and seen != made.seen:
            raise ValidationError(
                _("Something has changed since you looked at it. This is what would be done now.")
            )
        if not made.done:
            raise ValidationError(_("There is nobody to whom this can be done."))
        operation = Operation.objects.create(
            kind=OperationKind.BULK, label=change.label()[:300], reason=reason.strip(), by=by
        )
        with recorded(by=by, reason=reason.strip(), origin=Origin.HAND, operation=operation):
            change.do(made.done)
    return operation


def _loaded(people: Iterable[int]) -> list[Prisoner]:
    return list(
        Prisoner.objects.filter(pk__in=people).order_by("slug", "pk").prefetch_related("names")
    )


def _open_detentions(people: Sequence[Prisoner]) -> list[tuple[Prisoner, Detention | None]]:
    """Return each person with the detention that is not known to have ended."""
    found = Detention.objects.filter(prisoner__in=people, end_kind="").exclude(
        state=State.WITHDRAWN
    )
    by_person = {one.prisoner_id: one for one in found}
    for person in people:
        if person.pk in by_person:
            by_person[person.pk].prisoner = person
    return [(person, by_person.get(person.pk)) for person in people]


def _detentions_of(lines: Iterable[Line]) -> list[Detention]:
    return [line.detention for line in lines if line.detention is not None]


def _not_allowed(person: Prisoner, detention: Detention, may_publish: bool) -> str:
    if person.state == State.WITHDRAWN:
        return _("is withdrawn")
    if detention.state not in workflow.UNPUBLISHED and not may_publish:
        return _("is public: an editor records this")
    return ""


def _source_not_public(detention: Detention, source: Source) -> str:
    if detention.state == State.PUBLISHED and source.state != State.PUBLISHED:
        return _("is public, and the source is not yet")
    return ""


def _cite(cited: Cited, **about: Any) -> Citation:
    citation = Citation(source=cited.source, locator=cited.locator, read_on=cited.read_on, **about)
    _save(citation)
    return citation


def _save(record: Any) -> None:
    check(record)
    record.save()
