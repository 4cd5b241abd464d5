"""The same change to many people: each says first what it will do to whom, or why not.

A change is planned, shown, planned again when it is done, and kept as one operation, by which it
is undone. Whoever may not be changed is left out with the reason; the others are done together.
What is public of somebody is changed as on their own page: it is proposed, with the drafts of what
is new, unless one person is the whole team.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.desk import revisions, workflow
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
    Record,
    Release,
    ReleaseOutcome,
    Revision,
    Source,
    State,
    kind_of,
    recorded,
)

MOST: Final = 300


class Shows(Enum):
    """What visitors see of what is done to somebody."""

    NOTHING = "nothing"
    AT_ONCE = "at once"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Line:
    """What is done to one person, or why nothing is."""

    prisoner: Prisoner
    words: str
    refused: bool = False
    detention: Detention | None = None
    shows: Shows = Shows.NOTHING


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does a change, as which operation, and whether that waits for somebody else."""

    by: Any
    reason: str
    operation: Operation

    def write(self, detention: Detention, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(detention, name, value)
        _save(detention)

    def propose(self, detention: Detention, parts: Parts, values: dict[str, Any]) -> None:
        """Propose values of a public detention, and what goes with them; nothing is written."""
        changes = {(kind_of(detention), detention.pk): revisions.differences(detention, values)}
        for one, of_part in parts.changed:
            changes[kind_of(one), one.pk] = revisions.differences(one, of_part)
        revisions.propose(
            record=detention,
            changes=changes,
            added=[(kind_of(one), one.pk) for one in parts.made],
            by=self.by,
            reason=self.reason,
            operation=self.operation,
        )


@dataclass(slots=True)
class Parts:
    """What is written with a detention: drafts that are new, and others with their new values."""

    made: list[Record] = field(default_factory=list)
    changed: Sequence[tuple[Record, dict[str, Any]]] = ()


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

    def lines(self, people: Sequence[Prisoner], *, by: Any) -> list[Line]:
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
        found = _open_detentions(people)
        waiting = _proposed(found, "end_kind")
        for person, detention in found:
            reason = self._reason_against(person, detention, named, waiting) or room.reason_against(
                self.destination
            )
            if detention is None or reason:
                lines.append(Line(person, reason, refused=True))
            else:
                room.take(self.destination)
                shows = _shows(detention, by)
                lines.append(Line(person, self._words(), detention=detention, shows=shows))
        return lines

    def _words(self) -> str:
        how = Detention.EndKind(self.end_kind).label
        day = self.release.happened.label() if self.release.happened else _("on an unknown day")
        return _("the open detention ends: %(how)s, %(day)s; an outcome of the release") % {
            "how": how,
            "day": day,
        }

    def _reason_against(
        self, person: Prisoner, detention: Detention | None, named: set[int], waiting: set[int]
    ) -> str:
        happened = self.release.happened
        if person.pk in named:
            return _("already has an outcome in this release")
        if detention is None:
            return _("has no open detention")
        if reason := _not_allowed(person, detention, waiting):
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

    def do(self, lines: Iterable[Line], doing: Doing) -> None:
        for line in lines:
            if line.detention is not None:
                self._free(line.detention, line.shows, doing)

    def _free(self, detention: Detention, shows: Shows, doing: Doing) -> None:
        values = {"end_kind": self.end_kind, "ended": self.release.happened}
        if shows is not Shows.WAITS:
            doing.write(detention, values)
        outcome = self._outcome(detention)
        if shows is not Shows.AT_ONCE:
            workflow.take_up(record=outcome, by=doing.by, reason=doing.reason)
        # The outcome first: its citation is published with it.
        made: list[Record] = [outcome, _cite(self.cited, release_outcome=outcome)]
        made.append(_cite(self.cited, detention=detention, field="end_kind"))
        if self.release.happened:
            made.append(_cite(self.cited, detention=detention, field="ended"))
        if shows is Shows.AT_ONCE:
            _publish(made, doing)
        elif shows is Shows.WAITS:
            doing.propose(detention, Parts(made), values)

    def _outcome(self, detention: Detention) -> ReleaseOutcome:
        """Return the outcome of a detention in the release; one that was undone is used again."""
        outcome = ReleaseOutcome.objects.filter(
            release=self.release, detention=detention
        ).first() or ReleaseOutcome(release=self.release, detention=detention)
        outcome.destination = self.destination
        _save(outcome)
        return outcome


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

    def lines(self, people: Sequence[Prisoner], *, by: Any) -> list[Line]:
        lines = []
        found = _open_detentions(people)
        waiting = _proposed(found, "last_confirmed")
        for person, detention in found:
            reason = self._reason_against(person, detention, waiting)
            if detention is None or reason:
                lines.append(Line(person, reason, refused=True))
            else:
                words, shows = self._words(detention), _shows(detention, by)
                lines.append(Line(person, words, detention=detention, shows=shows))
        return lines

    def _words(self, detention: Detention) -> str:
        day = dates.on_day(self.day).label()
        if not detention.last_confirmed:
            return _("confirmed as held on %(day)s") % {"day": day}
        return _("confirmed as held on %(day)s, before on %(before)s") % {
            "day": day,
            "before": detention.last_confirmed.label(),
        }

    def _reason_against(
        self, person: Prisoner, detention: Detention | None, waiting: set[int]
    ) -> str:
        if detention is None:
            return _("has no open detention")
        if reason := _not_allowed(person, detention, waiting):
            return reason
        if reason := _source_not_public(detention, self.cited.source):
            return reason
        if detention.began and dates.on_day(self.day).certainly_before(detention.began):
            return _("was arrested after that day")
        known = detention.last_confirmed
        if known and (known.last is None or known.last >= self.day):
            return _("is confirmed for %(day)s already") % {"day": known.label()}
        return ""

    def do(self, lines: Iterable[Line], doing: Doing) -> None:
        for line in lines:
            if line.detention is not None:
                self._confirm(line.detention, line.shows, doing)

    def _confirm(self, detention: Detention, shows: Shows, doing: Doing) -> None:
        earlier = list(self._what_was_said(detention))
        values = {"last_confirmed": dates.on_day(self.day)}
        if shows is not Shows.WAITS:
            for one, said in earlier:
                one.value = said["value"]
                one.save(update_fields=["value", "updated_at"])
            doing.write(detention, values)
        citation = _cite(self.cited, detention=detention, field="last_confirmed")
        if shows is Shows.AT_ONCE:
            _publish([citation], doing)
        elif shows is Shows.WAITS:
            doing.propose(detention, Parts([citation], earlier), values)

    @staticmethod
    def _what_was_said(detention: Detention) -> Iterator[tuple[Citation, dict[str, Any]]]:
        """Yield the sources of the earlier day with which it was: they do not say the new one."""
        if not detention.last_confirmed:
            return
        with translation.override(WRITTEN_IN):
            said = detention.last_confirmed.label()
        earlier = detention.citations.exclude(state=State.WITHDRAWN)
        for one in earlier.filter(field="last_confirmed", stance="supports", value=""):
            yield one, {"value": said}


@dataclass(frozen=True, slots=True)
class Assigned:
    """People assigned to a researcher; to None: to nobody."""

    to: Any

    def label(self) -> str:
        if self.to is None:
            return _("assigned to nobody")
        return _("assigned to %(name)s") % {"name": self.to}

    def lines(self, people: Sequence[Prisoner], *, by: Any) -> list[Line]:
        del by  # nobody but the desk sees who works on whom
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

    def do(self, lines: Iterable[Line], doing: Doing) -> None:
        del doing
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

    def showing(self, shows: Shows) -> int:
        """Return of how many people visitors see it at once, later or not."""
        return sum(line.shows is shows for line in self.done)

    @property
    def seen(self) -> str:
        """A short text that is another one when something else would be done."""
        words = [
            (line.prisoner.pk, line.words, line.refused, line.shows.value) for line in self.lines
        ]
        return hashlib.sha256(repr(words).encode()).hexdigest()[:32]


def plan(*, change: Change, people: Iterable[int], by: Any) -> Plan:
    """Return what a change does to people (by number) where ``by`` does it; it writes nothing.

    ``by`` is None for a command, whose changes are public at once where their person is.
    """
    return Plan(change.lines(_loaded(people), by=by))


def do(
    *,
    change: Change,
    people: Sequence[int],
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
            by=by,
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
            change.do(made.done, Doing(by, operation.reason, operation))
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


def _proposed(found: Iterable[tuple[Prisoner, Detention | None]], name: str) -> set[int]:
    """Return the detentions (by number) of which a change of a field waits for review."""
    numbers = [detention.pk for _person, detention in found if detention is not None]
    waiting = Revision.objects.filter(
        outcome=Revision.Outcome.OPEN, kind=kind_of(Detention), record__in=numbers
    )
    return {
        one["record"]
        for changes in waiting.values_list("changes", flat=True)
        for one in changes
        if one["kind"] == kind_of(Detention) and name in one["fields"]
    }


def _shows(detention: Detention, by: Any) -> Shows:
    if detention.state != State.PUBLISHED:
        return Shows.NOTHING
    return Shows.WAITS if workflow.needs_second(by) else Shows.AT_ONCE


def _not_allowed(person: Prisoner, detention: Detention, waiting: set[int]) -> str:
    if person.state == State.WITHDRAWN:
        return _("is withdrawn")
    if detention.pk in waiting:
        return _("has a change of this that waits for review")
    return ""


def _publish(made: Iterable[Record], doing: Doing) -> None:
    """Publish what was made; a citation goes along with what it is of."""
    for one in made:
        one.refresh_from_db(fields=["state"])
        if one.state != State.PUBLISHED:
            workflow.publish(record=one, by=doing.by, reason=doing.reason)


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
