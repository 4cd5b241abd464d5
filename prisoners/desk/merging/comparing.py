"""Two records of one person side by side: what differs, what is chosen, what a merge would do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from prisoners.desk import workflow
from prisoners.desk.merging.fates import (
    COMPANIONS,
    EARLIEST,
    IDENTITY,
    Fate,
    chosen_fields,
    held,
    is_empty,
    joined_fields,
    relations,
)
from prisoners.models import Detention, Prisoner, PrisonerName, Record, State
from prisoners.models.accounts import PUBLISH, RESTRICTED_FACTS, may
from prisoners.models.duplicates import Merger
from prisoners.models.fields import IntervalField
from prisoners.models.looking import today
from prisoners.models.people import UNTIL

KEPT: Final = "kept"
MERGED: Final = "merged"
SAME: Final = "same"
SEPARATE: Final = "separate"

Choices = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field in which two records say different things. ``chosen``: kept, merged or nothing yet.

    ``agree``: one says what the other one says, only more exactly; both sources are right then.
    """

    key: str
    kept: Record
    merged: Record
    field: str
    chosen: str
    agree: bool = False
    suggested: str = ""

    @property
    def label(self) -> str:
        return str(getattr(self.kept._meta.get_field(self.field), "verbose_name", self.field))


@dataclass(slots=True)
class United:
    """Two records that become one: in what they differ, and what the kept one takes over.

    ``waits``: the kept one is public and the other one is not, so that what is taken over waits
    for somebody else than whoever merges.
    """

    kept: Record
    merged: Record
    conflicts: list[Conflict] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    waits: bool = False

    @property
    def taken(self) -> list[str]:
        """The fields in which the kept record gets the value of the merged one."""
        chosen = [one.field for one in self.conflicts if one.chosen == MERGED]
        names = [*self.filled, *chosen]
        return [*names, *(other for name in names for other in COMPANIONS.get(name, ()))]

    @property
    def taken_at_once(self) -> list[str]:
        return [] if self.waits else self.taken

    def joint(self) -> dict[str, list[str]]:
        """Return the fields of several values in which the kept one gets more, with all of them."""
        joint = {}
        for one in type(self.kept)._meta.concrete_fields:
            if getattr(one, "multiple", False):
                ours, theirs = held(self.kept, one.name), held(self.merged, one.name)
                if not set(theirs) <= set(ours):
                    joint[one.name] = sorted({*ours, *theirs})
        return joint


@dataclass(slots=True)
class Episode:
    """Two detentions that may have been one, and what would have to be chosen if they were."""

    key: str
    kept: Detention
    merged: Detention
    chosen: str
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What a merge does. With ``refusals`` it cannot be done; ``open`` is what is to be chosen."""

    kept: Prisoner
    merged: Prisoner
    united: list[United] = field(default_factory=list)
    moved: list[Any] = field(default_factory=list)
    left: list[Record] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    seen: str = ""
    # Whether whoever merges needs somebody else for what would become public.
    needs_second: bool = False
    # Whether visitors would notice it, as they see something of the merged record by now.
    noticed: bool = False
    # Whether it is an editor's, and whoever merges is none.
    is_editors: bool = False

    @property
    def takes_two(self) -> bool:
        """Whether it is proposed, and done only when somebody else accepts it."""
        return self.is_editors or (self.noticed and self.needs_second)

    @property
    def conflicts(self) -> list[Conflict]:
        return [one for united in self.united for one in united.conflicts]

    @property
    def open(self) -> list[str]:
        """What nobody has chosen yet, in words."""
        return [
            _("%(record)s: choose %(field)s.") % {"record": one.kept, "field": one.label}
            for one in self.conflicts
            if not one.chosen
        ] + [
            _("Say whether this is one detention: %(kept)s / %(merged)s.")
            % {"kept": one.kept, "merged": one.merged}
            for one in self.episodes
            if not one.chosen
        ]


# Planning


def plan(*, kept: Prisoner, merged: Prisoner, choices: Choices, by: Any = None) -> Plan:
    """Return what it does if ``by`` merges two records, as they are now; it writes nothing.

    ``by`` is None for a command, which needs nobody else.
    """
    made = Plan(kept, merged, seen=seen_of(kept, merged), needs_second=workflow.needs_second(by))
    made.refusals += _reasons_against(kept, merged)
    if not made.refusals:
        _Planner(made, choices).people(kept, merged)
        made.noticed = _is_noticed(made)
        made.is_editors = by is not None and not may(by, PUBLISH) and _was_public(kept, merged)
    return made


def _is_noticed(made: Plan) -> bool:
    """Whether anything is public of what goes to a public record.

    Not only where the merged record itself is: parts of one that was taken up again are published
    still, and an address that it once had would lead on.
    """
    moving = (one for one in made.moved if not isinstance(one, Record))
    return made.kept.state == State.PUBLISHED and (
        any(moving) or any(one.state == State.PUBLISHED for one in _all_of(made))
    )


def _was_public(*people: Prisoner) -> bool:
    """Whether anything of some people was ever public."""
    return any(
        one.state not in workflow.UNPUBLISHED
        for person in people
        for one in workflow.with_parts(person)
    )


def _all_of(made: Plan) -> Iterator[Record]:
    yield from workflow.with_parts(made.merged)
    yield from (one for one in made.moved if isinstance(one, Record))


def _reasons_against(kept: Prisoner, merged: Prisoner) -> Iterator[str]:
    if kept.pk == merged.pk:
        yield _("A record is not merged into itself.")
        return
    into = Merger.objects.standing().filter(merged__in=[kept, merged])
    for one in into.select_related("merged", "kept"):
        yield _("“%(record)s” is merged into “%(kept)s” already.") % {
            "record": one.merged,
            "kept": one.kept,
        }
        return
    for person in (kept, merged):
        if person.state == State.WITHDRAWN:
            # Its parts are hidden by it alone: with another person they would be public again.
            yield _("“%(record)s” is withdrawn: publish it again first, or leave it.") % {
                "record": person
            }
    yield from _held_back(kept, merged)
    if shown_otherwise(kept, merged):
        # One of them would become public, or be gone from the public, in passing.
        yield _("One of them is withheld: decide first whether this person may be named.")
    elif merged.state == State.PUBLISHED and kept.state != State.PUBLISHED:
        yield _("“%(record)s” is public and would be gone: keep that one, and merge the draft.") % {
            "record": merged
        }


def _held_back(*people: Prisoner) -> Iterator[str]:
    """Yield what forbids to unite people of whom visitors are shown less than is known."""
    for one in people:
        if not one.is_named:
            yield _(
                "“%(record)s” is not shown by name, and a merge would let it out: it stays apart."
            ) % {"record": one}
        elif one.held_back:
            yield _(
                "“%(record)s”: facts are held back from visitors, and a merge cannot keep to that. "
                "Withhold both people, lift the rules, merge, and make the rules anew."
            ) % {"record": one}
    over = [
        {column for column in UNTIL.values() if is_over(getattr(one, column))} for one in people
    ]
    if any(one != over[0] for one in over):
        # What is hidden of one of them could be shown by a consent to the other one.
        yield _("Consents to one of them are over: decide first what may be shown of this person.")


def is_over(until: date | None) -> bool:
    return until is not None and until < today()


def seen_of(*people: Prisoner) -> str:
    """Return a short text that is another one when anything of some people has changed."""
    whole = sorted(
        (str(one._meta.label), one.pk, one.updated_at.isoformat())
        for person in people
        for one in workflow.with_parts(person)
    )
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def shown_otherwise(kept: Record, merged: Record) -> bool:
    """Whether visitors may see more of one record than of the other, or less than is known."""
    words = {*joined_fields(type(kept)), EARLIEST}
    decided = [name for name in RESTRICTED_FACTS if name not in words and hasattr(kept, name)]
    return kept.disclosure != merged.disclosure or any(
        getattr(kept, name) != getattr(merged, name) for name in decided
    )


class _Planner:
    def __init__(self, made: Plan, choices: Choices) -> None:
        self.plan = made
        self.choices = choices

    def people(self, kept: Prisoner, merged: Prisoner) -> None:
        self.pair(kept, merged)
        one_of: dict[int, Detention] = {}
        for episode in self._episodes(kept, merged):
            self.plan.episodes.append(episode)
            if episode.chosen != SAME:
                continue
            for one in (episode.kept, episode.merged):
                if one.pk in one_of:
                    self.plan.refusals.append(
                        _("“%(record)s” cannot be the same as two others.") % {"record": one}
                    )
                one_of[one.pk] = episode.kept
            if shown_otherwise(episode.kept, episode.merged):
                self.plan.refusals.append(
                    _("“%(record)s”: one of the two is withheld; decide first which it is to be.")
                    % {"record": episode.kept}
                )
            if episode.merged.is_public and not episode.kept.is_public:
                self._refuse_draft(episode.kept)
            self.pair(episode.kept, episode.merged)
        for detention in merged.detentions.all():
            if detention.pk not in one_of:
                self.plan.moved.append(detention)

    def pair(self, kept: Record, merged: Record) -> None:
        """Unite two records, and with them their parts."""
        self.plan.united.append(self._united(kept, merged))
        for relation in relations(type(kept), Fate.MOVE):
            ours = list(getattr(kept, relation.get_accessor_name()).all())
            for part in getattr(merged, relation.get_accessor_name()).all():
                self._part(ours, part)

    def _part(self, ours: list[Any], part: Any) -> None:
        same = next((one for one in ours if _is_same(one, part)), None)
        if same is None:
            self.plan.moved.append(part)
        elif shown_otherwise(same, part) or State.WITHDRAWN in (same.state, part.state):
            # Uniting them would show what is withheld, or what was withdrawn.
            self.plan.left.append(part)
        elif part.is_public and not same.is_public and not isinstance(same, PrisonerName):
            self._refuse_draft(same)
        else:
            self.pair(same, part)

    def _refuse_draft(self, draft: Record) -> None:
        """Refuse to show what was said for the desk alone together with what is public already."""
        self.plan.refusals.append(
            _("“%(record)s” is a draft here and public there: publish it or delete it first.")
            % {"record": draft}
        )

    def _united(self, kept: Record, merged: Record) -> United:
        is_new = kept.state == State.PUBLISHED and merged.state != State.PUBLISHED
        united = United(kept, merged, waits=self.plan.needs_second and is_new)
        for name in chosen_fields(type(kept)):
            if is_empty(merged, name) or held(kept, name) == held(merged, name):
                continue
            if is_empty(kept, name):
                united.filled.append(name)
            elif not getattr(kept._meta.get_field(name), "multiple", False):
                united.conflicts.append(self._conflict(kept, merged, name))
        return united

    def _conflict(self, kept: Record, merged: Record, name: str) -> Conflict:
        key = f"{kept._meta.model_name}-{kept.pk}-{merged.pk}-{name}"
        said = self.choices.get(key, "")
        ours, theirs = getattr(kept, name), getattr(merged, name)
        suggested = ""
        if isinstance(kept._meta.get_field(name), IntervalField):
            if ours.refines(theirs):
                suggested = KEPT
            elif theirs.refines(ours):
                suggested = MERGED
            elif name == "last_confirmed" and ours.last and theirs.last:
                # Both were so; the later day says more.
                suggested = KEPT if ours.last >= theirs.last else MERGED
        return Conflict(
            key,
            kept,
            merged,
            name,
            said if said in (KEPT, MERGED) else suggested,
            agree=bool(suggested) and said in ("", suggested),
            suggested=suggested,
        )

    def _episodes(self, kept: Prisoner, merged: Prisoner) -> Iterator[Episode]:
        """Yield each two detentions that may have been one: they may share days."""
        theirs = merged.detentions.exclude(state=State.WITHDRAWN)
        for ours in kept.detentions.exclude(state=State.WITHDRAWN):
            for other in theirs:
                if not may_overlap(ours, other):
                    continue
                key = f"episode-{ours.pk}-{other.pk}"
                said = self.choices.get(key, "")
                yield Episode(
                    key,
                    ours,
                    other,
                    said if said in (SAME, SEPARATE) else "",
                    self._if_one(ours, other),
                )

    def _if_one(self, kept: Detention, merged: Detention) -> list[Conflict]:
        """Return what would have to be chosen if two detentions were one."""
        trial = _Planner(Plan(self.plan.kept, self.plan.merged), self.choices)
        trial.pair(kept, merged)
        return trial.plan.conflicts


def may_overlap(one: Detention, other: Detention) -> bool:
    """Whether two detentions may share a day; one that is open goes on."""
    return not (
        (one.ended and other.began and one.ended.certainly_before(other.began))
        or (other.ended and one.began and other.ended.certainly_before(one.began))
    )


def _is_same(one: Record, other: Record) -> bool:
    names = IDENTITY.get(type(one))
    return names is not None and all(held(one, name) == held(other, name) for name in names)
