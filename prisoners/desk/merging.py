"""Making one record of two that are of one person, field by field, and undoing it.

Whatever belongs to the merged record goes to the kept one. What both have is united, and where
they say different things somebody chooses; the value that was not chosen stays as what its source
says. The merged record is not deleted: it keeps its row, its history and whatever is united, is
withdrawn, and its address leads to the kept one.

What was public stays so and what was a draft stays a draft. What a public record takes over from
a draft is proposed, unless one person is the whole team. Only people are merged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import translation
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from prisoners.desk import duplicates, operations, revisions, workflow
from prisoners.desk.protecting import protect
from prisoners.desk.revisions import Key
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    WRITTEN_IN,
    Affiliation,
    Charge,
    Citation,
    Consent,
    Detention,
    Disclosure,
    ExternalId,
    FormerAddress,
    Operation,
    OperationKind,
    Origin,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    ReleaseOutcome,
    Sentence,
    State,
    Translation,
    citable,
    kind_of,
    recorded,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.base import with_derived
from prisoners.models.duplicates import Merger
from prisoners.models.fields import IntervalField
from prisoners.models.looking import today
from prisoners.models.people import UNTIL
from prisoners.models.workflow import Verb
from prisoners.reading.gaps import uncited
from prisoners.reading.provenance import value_label

KEPT: Final = "kept"
MERGED: Final = "merged"
SAME: Final = "same"
SEPARATE: Final = "separate"


class Fate(Enum):
    """What becomes of the records that are related to one that is merged."""

    # They go to the kept record; where it has the same one, the two are united.
    MOVE = "move"
    # As above, but whether two are the same one is asked.
    ASK = "ask"
    # They go to the kept record, and are shown to nobody on the way: not everybody who merges may
    # read them.
    APART = "apart"
    # They go along with the value that they are of.
    FOLLOW = "follow"
    # They are about the merged record itself, and stay with it.
    STAY = "stay"
    # They are derived from the rest, and made anew.
    DERIVED = "derived"


# Of every relation to a record that can be united with another one: the model and its field.
FATES: Final[dict[type[models.Model], dict[str, Fate]]] = {
    Prisoner: {
        "prisonername.prisoner": Fate.MOVE,
        "externalid.prisoner": Fate.MOVE,
        "affiliation.prisoner": Fate.MOVE,
        "recognition.prisoner": Fate.MOVE,
        "detention.prisoner": Fate.ASK,
        "statement.prisoner": Fate.MOVE,
        "citation.prisoner": Fate.FOLLOW,
        "translation.prisoner": Fate.FOLLOW,
        "formeraddress.prisoner": Fate.MOVE,
        "consent.prisoner": Fate.APART,
        "disclosurerule.prisoner": Fate.APART,
        # Who works on it was to do so on this record.
        "assignment.prisoner": Fate.STAY,
        # What was judged of it, and where it was merged into or from, is its own past.
        "judgement.first": Fate.STAY,
        "judgement.second": Fate.STAY,
        "merger.merged": Fate.STAY,
        "merger.kept": Fate.STAY,
        # What a list said of it; the next import of the list goes on with the kept record.
        "importrow.prisoner": Fate.STAY,
        # What was found of a text that holds one of its names; of the kept one it is asked anew.
        "mention.person": Fate.STAY,
        "duplicatecandidate.first": Fate.DERIVED,
        "duplicatecandidate.second": Fate.DERIVED,
    },
    PrisonerName: {
        "citation.prisoner_name": Fate.FOLLOW,
        "namekey.name": Fate.DERIVED,
    },
    ExternalId: {"citation.external_id": Fate.FOLLOW},
    Affiliation: {
        "disclosurerule.affiliation": Fate.APART,
        "citation.affiliation": Fate.FOLLOW,
        "translation.affiliation": Fate.FOLLOW,
    },
    Recognition: {
        "disclosurerule.recognition": Fate.APART,
        "citation.recognition": Fate.FOLLOW,
        "translation.recognition": Fate.FOLLOW,
    },
    Detention: {
        "placement.detention": Fate.MOVE,
        "charge.detention": Fate.MOVE,
        "sentence.detention": Fate.MOVE,
        "releaseoutcome.detention": Fate.MOVE,
        "disclosurerule.detention": Fate.APART,
        "citation.detention": Fate.FOLLOW,
        "translation.detention": Fate.FOLLOW,
    },
    Placement: {
        "disclosurerule.placement": Fate.APART,
        "citation.placement": Fate.FOLLOW,
    },
    Charge: {
        "disclosurerule.charge": Fate.APART,
        "citation.charge": Fate.FOLLOW,
        "translation.charge": Fate.FOLLOW,
    },
    Sentence: {
        "disclosurerule.sentence": Fate.APART,
        "citation.sentence": Fate.FOLLOW,
        "translation.sentence": Fate.FOLLOW,
    },
    ReleaseOutcome: {"citation.release_outcome": Fate.FOLLOW},
}

# By which fields two parts are the same one. What is not named here is never united.
IDENTITY: Final[dict[type[models.Model], tuple[str, ...]]] = {
    PrisonerName: ("text", "language"),
    ExternalId: ("scheme", "value"),
    Affiliation: ("actor", "kind", "role"),
    Recognition: ("organisation",),
    Placement: ("facility", "began", "ended"),
    Charge: ("code", "article", "part"),
    Sentence: ("kind", "passed", "years", "months", "days"),
    ReleaseOutcome: ("release",),
}

# What each record has for itself, whatever it is united with.
ITS_OWN: Final = frozenset(
    {"id", "key", "slug", "public_id", "state", "disclosure", "created_at", "updated_at"}
)
# Of two days to look again, the first one counts.
EARLIEST: Final = "disclosure_review_on"
# What is chosen together: the rights of a portrait go with it.
COMPANIONS: Final[dict[str, tuple[str, ...]]] = {
    "portrait": ("portrait_rights",),
    "occupation": ("occupation_group",),
    "end_kind": ("end_known_on",),
}
FOLLOWING: Final = frozenset(name for names in COMPANIONS.values() for name in names)
# How a spelling is shown is decided on the page of its person; nobody has to choose again.
AS_KEPT: Final[dict[type[models.Model], frozenset[str]]] = {
    PrisonerName: frozenset({"script", "kind", "is_display", "filed_as"}),
}

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
    made = Plan(kept, merged, seen=_seen(kept, merged), needs_second=workflow.needs_second(by))
    made.refusals += _reasons_against(kept, merged)
    if not made.refusals:
        _Planner(made, choices).people(kept, merged)
    return made


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
    if _shown_otherwise(kept, merged):
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
        {column for column in UNTIL.values() if _is_over(getattr(one, column))} for one in people
    ]
    if any(one != over[0] for one in over):
        # What is hidden of one of them could be shown by a consent to the other one.
        yield _("Consents to one of them are over: decide first what may be shown of this person.")


def _is_over(until: date | None) -> bool:
    return until is not None and until < today()


def _seen(*people: Prisoner) -> str:
    """Return a short text that is another one when anything of some people has changed."""
    whole = sorted(
        (str(one._meta.label), one.pk, one.updated_at.isoformat())
        for person in people
        for one in workflow.with_parts(person)
    )
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def held(record: Record, name: str) -> Any:
    """Return what a record holds in a field, so that it can be compared; empty for nothing."""
    model_field: Any = record._meta.get_field(name)
    if isinstance(model_field, models.ForeignKey):
        return getattr(record, model_field.attname)
    value = getattr(record, name)
    if isinstance(model_field, CountryField):
        return tuple(sorted(one.code for one in value)) if model_field.multiple else value.code
    if isinstance(model_field, models.FileField):
        return value.name or ""
    return value.text if isinstance(model_field, IntervalField) and value else value


def is_empty(record: Record, name: str) -> bool:
    return held(record, name) in (None, "", ())


def chosen_fields(model: type[models.Model]) -> list[str]:
    """Return the fields in which two records of a kind can differ, and one is chosen."""
    left_out = ITS_OWN | set(RESTRICTED_FACTS) | FOLLOWING | AS_KEPT.get(model, frozenset())
    owner = getattr(model, "owner_field", None)
    return [
        one.name
        for one in model._meta.concrete_fields
        if one.editable and one.name not in {*left_out, owner} and not hasattr(one, "derived_from")
    ]


def joined_fields(model: type[models.Model]) -> list[str]:
    """Return the fields that hold words for the desk alone: they are put one after the other."""
    return [
        one.name
        for one in model._meta.concrete_fields
        if one.name in RESTRICTED_FACTS
        and isinstance(one, models.CharField | models.TextField)
        and not one.choices
    ]


def _shown_otherwise(kept: Record, merged: Record) -> bool:
    """Whether visitors may see more of one record than of the other, or less than is known."""
    words = {*joined_fields(type(kept)), EARLIEST}
    decided = [name for name in RESTRICTED_FACTS if name not in words and hasattr(kept, name)]
    return kept.disclosure != merged.disclosure or any(
        getattr(kept, name) != getattr(merged, name) for name in decided
    )


def relations(model: type[models.Model], *fates: Fate) -> Iterator[Any]:
    """Yield the relations to a kind of record that have one of some fates."""
    for relation in model._meta.related_objects:
        name = f"{relation.related_model._meta.model_name}.{relation.field.name}"
        if FATES[model].get(name) in fates:
            yield relation


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
            if _shown_otherwise(episode.kept, episode.merged):
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
        elif _shown_otherwise(same, part) or State.WITHDRAWN in (same.state, part.state):
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


# Doing


def merge(
    *, kept: Prisoner, merged: Prisoner, choices: Choices, by: Any, reason: str, seen: str = ""
) -> Operation:
    """Merge one record into another; return the operation, by which it is undone.

    Raise ValidationError, with every reason, where it cannot be done, something is not chosen, or
    (with ``seen``, of the plan that somebody looked at) a record has changed since; nothing is
    done then.
    """
    with transaction.atomic():
        # In one order, so that two merges of the same people wait and do not block each other.
        locked = Prisoner.objects.select_for_update().filter(pk__in=[kept.pk, merged.pk])
        people = {one.pk: one for one in locked.order_by("pk")}
        made = plan(kept=people[kept.pk], merged=people[merged.pk], choices=choices, by=by)
        if not reason.strip():
            made.refusals.append(_("Say why: the next researcher must know."))
        if reasons := [*made.refusals, *made.open]:
            raise ValidationError(reasons)
        if seen and seen != made.seen:
            raise ValidationError(
                _("One of the records was changed since you looked at it: look again.")
            )
        operation = Operation.objects.create(
            kind=OperationKind.MERGE,
            label=_("%(merged)s into %(kept)s")
            % {"merged": str(made.merged)[:130], "kept": str(made.kept)[:130]},
            reason=reason.strip(),
            by=by,
        )
        consents = list(made.merged.consents.values_list("pk", flat=True))
        with recorded(by=by, reason=reason.strip(), origin=Origin.HAND, operation=operation):
            _Doing(made, operation).do()
            protect(person=Prisoner.objects.get(pk=made.kept.pk), today=today())
            refuse_telling(made.kept)
        united = [[one.kept._meta.model_name, one.merged.pk, one.kept.pk] for one in made.united]
        Merger.objects.create(
            merged=made.merged,
            kept=made.kept,
            operation=operation,
            united=united,
            consents=consents,
        )
        duplicates.look_again(people=[made.kept.pk, made.merged.pk])
    return operation


def undo(*, operation: Operation, by: Any, reason: str) -> None:
    """Take a merge back: both records are again what they were.

    Raise ValidationError with what stands in the way, such as a later change of the same fact, or
    a later decision to show less of the kept record: the merged one would be shown as before.
    """
    with transaction.atomic():
        merger = Merger.objects.select_related("operation").get(operation=operation)
        pair = [merger.kept_id, merger.merged_id]
        locked = Prisoner.objects.select_for_update().filter(pk__in=pair)
        people = {one.pk: one for one in locked.order_by("pk")}
        kept, merged = people[merger.kept_id], people[merger.merged_id]
        if _shows_more(kept, merged):
            raise ValidationError(
                _(
                    "It was decided since that visitors see less of “%(kept)s”, and “%(merged)s” "
                    "would be shown as before. Withhold “%(merged)s” first."
                )
                % {"kept": kept, "merged": merged}
            )
        operations.undo(operation=operation, by=by, reason=reason)
        mine = Consent.objects.filter(pk__in=merger.consents, prisoner=kept)
        mine.update(prisoner=merged)
        duplicates.look_again(people=[merger.kept_id, merger.merged_id])


def _shows_more(kept: Prisoner, merged: Prisoner) -> bool:
    """Whether visitors would learn of a merged person what they may not learn of the kept one."""
    if merged.disclosure == Disclosure.WITHHELD:
        return False
    hidden = [_is_over(getattr(kept, column)) for column in UNTIL.values()]
    return (
        not kept.is_named or bool(kept.held_back) or any(hidden) or _shown_otherwise(kept, merged)
    )


def standing_for() -> dict[tuple[str, int], int]:
    """Return which record stands for each that was united with another: by kind and number."""
    stands: dict[tuple[str, int], int] = {}
    for united in Merger.objects.standing().order_by("pk").values_list("united", flat=True):
        for model, gone, kept in united:
            stands = {
                one: kept if (one[0], number) == (model, gone) else number
                for one, number in stands.items()
            }
            stands[model, gone] = kept
    return stands


class _Doing:
    def __init__(self, made: Plan, operation: Operation) -> None:
        self.plan = made
        self.operation = operation
        # What came from the merged record and is not public yet.
        self.sources: list[Citation] = []

    def do(self) -> None:
        unitings = [_Uniting(united, self.operation) for united in self.plan.united]
        for uniting in unitings:
            self.sources += uniting.do()
        for part in self.plan.moved:
            self._move(part)
        for united in self.plan.united:
            self._move_apart(united)
        self._redirect()
        self._check_sources()
        self._propose([one for one in unitings if one.united.waits])

    def _propose(self, unitings: Iterable[_Uniting]) -> None:
        """Propose what public records take over from drafts, page by page."""
        pages: dict[Key, tuple[Record, list[_Uniting]]] = {}
        for one in unitings:
            page = _page_of(one.kept)
            pages.setdefault((kind_of(page), page.pk), (page, []))[1].append(one)
        for page, of_page in pages.values():
            changes = {key: new for one in of_page for key, new in one.waiting.items() if new}
            if changes:
                revisions.propose(
                    record=page,
                    changes=changes,
                    added=[(kind_of(one), one.pk) for uniting in of_page for one in uniting.added],
                    by=self.operation.by,
                    reason=self.operation.reason,
                    operation=self.operation,
                )

    def _move(self, part: Any) -> None:
        owner = self._new_owner(part)
        name = "prisoner" if hasattr(part, "prisoner_id") else part.owner_field
        setattr(part, name, owner)
        fields = [name]
        if isinstance(part, PrisonerName) and part.is_display:
            shown = PrisonerName.objects.filter(
                prisoner=owner, language=part.language, is_display=True
            )
            if shown.exists():
                part.is_display = False
                fields.append("is_display")
        if isinstance(part, Record):
            check(part)
            fields.append("updated_at")
        part.save(update_fields=fields)

    @staticmethod
    def _move_apart(united: United) -> None:
        for relation in relations(type(united.kept), Fate.APART):
            name = relation.field.name
            rows = relation.related_model._default_manager.filter(**{name: united.merged})
            rows.update(**{name: united.kept})

    def _new_owner(self, part: Any) -> Any:
        """Return what a part goes to: what its owner is united with."""
        name = "prisoner" if hasattr(part, "prisoner_id") else part.owner_field
        owner = getattr(part, name)
        return next(
            one.kept
            for one in self.plan.united
            if type(one.merged) is type(owner) and one.merged.pk == owner.pk
        )

    def _redirect(self) -> None:
        """Withdraw the merged record, and let its address lead to the kept one if it was public."""
        kept, merged = self.plan.kept, self.plan.merged
        if merged.state == State.PUBLISHED:
            if merged.disclosure == Disclosure.PUBLIC:
                FormerAddress.objects.filter(slug=merged.slug, prisoner__isnull=False).delete()
                FormerAddress.objects.create(slug=merged.slug, prisoner=kept)
        else:
            # Nobody ever saw its address: it answers as if it had never been.
            merged.slug = merged.public_id
            merged.save(update_fields=["slug", "updated_at"])
        withdraw(merged, self.operation)

    def _check_sources(self) -> None:
        """Publish the sources of what public records took over; refuse what has none."""
        taken = {
            (type(one.kept), one.kept.pk): set(one.taken_at_once)
            for one in self.plan.united
            if one.taken_at_once and one.kept.state == State.PUBLISHED
        }
        if not taken:
            return
        # A fact that was public stays so, on whatever it rested; what is a draft stays one.
        for citation in () if self.plan.needs_second else self.sources:
            target: Any = citation.target  # each has one
            if not citation.field or citation.field in taken.get((type(target), target.pk), ()):
                workflow.publish(
                    record=citation, by=self.operation.by, reason=self.operation.reason
                )
        reasons = [
            _("%(record)s: “%(field)s” has no source.") % {"record": gap.record, "field": gap.label}
            for gap in uncited(self.plan.kept)
            if gap.field in taken.get((type(gap.record), gap.record.pk), ())
        ]
        if reasons:
            raise ValidationError(reasons)


class _Uniting:
    """One record takes over what another one says."""

    def __init__(self, united: United, operation: Operation) -> None:
        self.kept = united.kept
        self.merged = united.merged
        self.united = united
        self.operation = operation
        self.model = type(united.kept)
        self.lost = {one.field: one for one in united.conflicts}
        # What is proposed, and the drafts that go with it.
        self.waiting: dict[Key, dict[str, list[str | None]]] = {}
        self.added: list[Record] = []

    def do(self) -> list[Citation]:
        """Do it; return the citations that came over and support something without being public."""
        before = {name: (said(self.kept, name), said(self.merged, name)) for name in self.lost}
        self._values()
        moved = self._citations(before) if self.model in TARGET_NAMES else []
        if self.model in TRANSLATED_NAMES:
            self._translations()
        if self.merged.is_public and not self.kept.is_public:
            self._show_as_the_other()
        if self.united.waits:
            self._wait(before, moved)
        return [one for one in moved if one.stance == "supports" and not one.is_public]

    def _show_as_the_other(self) -> None:
        """Publish a spelling that is public with the other record, and only as it is there."""
        names = AS_KEPT.get(self.model, frozenset())
        for name in names:
            ours, theirs = getattr(self.kept, name), getattr(self.merged, name)
            # It stands for the person where both do: one of each language can.
            setattr(self.kept, name, ours and theirs if isinstance(theirs, bool) else theirs)
        self.kept.save(update_fields=[*with_derived(self.model, list(names)), "updated_at"])
        _move_to(self.kept, Verb.PUBLISHED, self.operation)

    def _wait(self, before: dict[str, tuple[str, str]], moved: list[Citation]) -> None:
        """Note what the public record would say, and what its citations would say of it then."""
        values = {name: _stored(self.merged, name) for name in self.united.taken}
        self.waiting[kind_of(self.kept), self.kept.pk] = revisions.differences(
            self.kept, {**values, **self.united.joint()}
        )
        for name, conflict in self.lost.items():
            if conflict.chosen == MERGED and name in citable(self.model):
                self._wait_with_citations(conflict, *before[name], moved)

    def _wait_with_citations(
        self, conflict: Conflict, lost: str, won: str, moved: list[Citation]
    ) -> None:
        stance = Citation.Stance.SUPPORTS if conflict.agree else Citation.Stance.CONTRADICTS
        there = list(self.kept.citations.exclude(state=State.WITHDRAWN))  # type: ignore[attr-defined]  # all that hold facts have them
        numbers = {one.pk for one in moved}
        own = [one for one in there if one.field == conflict.field]
        for one in own:
            new: dict[str, Any] = {}
            if one.value == won:
                new = {"stance": Citation.Stance.SUPPORTS, "value": ""}
            elif one.stance == Citation.Stance.SUPPORTS and one.pk not in numbers:
                new = {"stance": stance, "value": one.value or lost}
            self.waiting[kind_of(one), one.pk] = revisions.differences(one, new)
        for whole in [one for one in there if not one.field and one.stance == "supports"]:
            if whole.pk not in numbers:
                self.added.append(self._beside(whole, conflict.field, stance, lost))

    def _values(self) -> None:
        kept, merged = self.kept, self.merged
        names = list(self.united.taken_at_once)
        for name in names:
            setattr(kept, name, _stored(merged, name))
        fields = {one.name: one for one in self.model._meta.concrete_fields}
        for name in joined_fields(self.model):
            ours, theirs = getattr(kept, name).strip(), getattr(merged, name).strip()
            if theirs and theirs not in ours:
                joint = f"{ours}\n\n{theirs}".strip()
                limit = fields[name].max_length
                setattr(kept, name, joint[:limit] if limit else joint)
                names.append(name)
        days = [one.disclosure_review_on for one in (kept, merged) if one.disclosure_review_on]
        if days and kept.disclosure_review_on != min(days):
            kept.disclosure_review_on = min(days)
            names.append(EARLIEST)
        for name, values in {} if self.united.waits else self.united.joint().items():
            setattr(kept, name, values)
            names.append(name)
        if names:
            check(kept)
            kept.save(update_fields=[*with_derived(self.model, names), "updated_at"])

    # Citations

    def _citations(self, before: dict[str, tuple[str, str]]) -> list[Citation]:
        target = TARGET_NAMES[self.model]
        theirs = list(self.merged.citations.exclude(state=State.WITHDRAWN))  # type: ignore[attr-defined]  # all that hold facts have them
        ours = list(self.kept.citations.exclude(state=State.WITHDRAWN))  # type: ignore[attr-defined]  # all that hold facts have them
        for name, conflict in self.lost.items():
            kept_said, merged_said = before[name]
            if conflict.chosen == MERGED and not self.united.waits:
                self._disagree(ours, conflict, kept_said, merged_said)
            else:
                self._disagree(theirs, conflict, merged_said, kept_said)
        there = {_same_citation(one) for one in ours}
        moved = [one for one in theirs if _same_citation(one) not in there]
        for citation in moved:
            setattr(citation, target, self.kept)
            check(citation)
            citation.save()
        return moved

    def _disagree(self, citations: list[Citation], conflict: Conflict, lost: str, won: str) -> None:
        """Let the sources of a value that was not chosen say it beside the one that was."""
        name = conflict.field
        if name not in citable(self.model):
            return
        stance = Citation.Stance.SUPPORTS if conflict.agree else Citation.Stance.CONTRADICTS
        own = [one for one in citations if one.field == name]
        for citation in own:
            if citation.stance == Citation.Stance.SUPPORTS:
                citation.stance, citation.value = stance, citation.value or lost
            elif citation.value == won:
                citation.stance, citation.value = Citation.Stance.SUPPORTS, ""
            if citation.pk:
                citation.save(update_fields=["stance", "value", "updated_at"])
        if any(one.value == lost for one in own):
            return
        for whole in [one for one in citations if not one.field and one.stance == "supports"]:
            # It was cited for all of the record: it does not say what was chosen.
            beside = self._beside(whole, name, stance, lost)
            if whole.state == State.PUBLISHED:
                # The value and its source were public with it.
                _move_to(beside, Verb.PUBLISHED, self.operation)

    def _beside(self, whole: Citation, name: str, stance: str, value: str) -> Citation:
        """Let the source of a whole record say a value of its own of one field, as a draft."""
        one = Citation(
            source=whole.source,
            field=name,
            locator=whole.locator,
            read_on=whole.read_on,
            archived=whole.archived,
            stance=stance,
            value=value,
            disclosure=whole.disclosure,
            disclosure_reason=whole.disclosure_reason,
        )
        setattr(one, TARGET_NAMES[self.model], self.kept)
        check(one)
        one.save()
        return one

    # Translations

    def _translations(self) -> None:
        """A translation goes with the text that it is of."""
        taken = set(self.united.taken_at_once)
        target = TRANSLATED_NAMES[self.model]
        ours = {(one.field, one.language): one for one in self.kept.translations.all()}  # type: ignore[attr-defined]  # all that hold facts have them
        theirs = {
            (one.field, one.language): one
            for one in self.merged.translations.exclude(state=State.WITHDRAWN)  # type: ignore[attr-defined]  # all that hold facts have them
        }
        for place, one in ours.items():
            if place[0] in taken and place not in theirs and one.state != State.WITHDRAWN:
                withdraw(one, self.operation)
        for place, one in theirs.items():
            same = ours.get(place)
            if place[0] in self.lost and place[0] not in taken:
                continue
            if same is None:
                setattr(one, target, self.kept)
                one.save(update_fields=[target, "updated_at"])
            elif place[0] in taken:
                self._translate(same, one)

    def _translate(self, ours: Translation, theirs: Translation) -> None:
        """Say what the other translation says; what was public is not replaced by a draft."""
        if ours.disclosure == theirs.disclosure and (
            theirs.state == State.PUBLISHED or ours.state in workflow.UNPUBLISHED
        ):
            ours.text = theirs.text
            ours.save(update_fields=["text", "updated_at"])
            if theirs.state == State.PUBLISHED:
                _move_to(ours, Verb.PUBLISHED, self.operation)
        elif ours.state != State.WITHDRAWN:
            withdraw(ours, self.operation)


def withdraw(record: Record, operation: Operation) -> None:
    """Take from the public what another record says now."""
    _move_to(record, Verb.WITHDRAWN, operation)


def _move_to(record: Record, verb: Verb, operation: Operation) -> None:
    """Move a record by a merge. What is published so was public with the other record already."""
    workflow.move([record], verb, lead=record, by=operation.by, reason=operation.reason)


def _page_of(record: Record) -> Record:
    """Return the record on whose page another one is entered."""
    owner: Record | None = getattr(record, record.owner_field) if record.owner_field else None
    return owner if owner is not None and not isinstance(record, Detention) else record


def _stored(record: Record, name: str) -> Any:
    value = getattr(record, name)
    return value.name if isinstance(value, FieldFile) else value


def check(record: Record) -> None:
    """Refuse what the rules of the record do not allow, naming the record."""
    try:
        record.full_clean()
    except ValidationError as error:
        raise ValidationError([f"{record}: {message}" for message in error.messages]) from error


def said(record: Record, name: str) -> str:
    """Return the value of a field as a citation gives it: in words of the record's language."""
    with translation.override(WRITTEN_IN):
        words = str(value_label(record, name)) if not is_empty(record, name) else ""
    limit = Citation._meta.get_field("value").max_length or 0
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _same_citation(one: Citation) -> tuple[Any, ...]:
    return (one.source_id, one.field, one.locator, one.stance, one.value)
