"""Changes to what is public: proposed, compared with what is there, accepted or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.desk import own_sources
from prisoners.desk.former_addresses import forget_telling
from prisoners.desk.protecting import protect
from prisoners.desk.telling import refuse_telling
from prisoners.desk.workflow import (
    UNPUBLISHED,
    hanging,
    hold,
    move,
    refuse_own_work,
    signed,
    with_parts,
)
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Operation,
    Prisoner,
    Record,
    Revision,
    State,
    kind_of,
    recorded,
)
from prisoners.models.looking import today
from prisoners.models.workflow import NO_FACTS, Verb, demand_reason
from prisoners.reading.gaps import Gap, uncited
from prisoners.reading.owners import root_of

# A record as steps and revisions name it.
Key = tuple[str, int]
# What a field holds, as its own text; None where it holds nothing.
Values = dict[str, str | None]
OPEN: Final = Revision.Outcome.OPEN


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody changed since a change of it was proposed."""

    record: Record
    field: str
    before: str | None
    now: str | None
    proposed: str | None


def propose(
    *, record: Record, changes: dict[Key, dict[str, list[str | None]]], added: Iterable[Key] = (),
    by: Any, reason: str = "", instead_of: Revision | None = None,
    operation: Operation | None = None,
) -> Revision:  # fmt: skip
    """Keep changes to a published record for somebody else to look at; the record stays as it is.

    ``changes`` says of each record which fields change, from what to what. ``instead_of`` is an
    undecided proposal of the same person that this one takes the place of; ``operation`` is what
    it comes with and is undone with.
    """
    with transaction.atomic():
        revision = instead_of or Revision(
            kind=kind_of(record), record=record.pk, by=by, operation=operation
        )
        if instead_of is not None:
            revision = _undecided(instead_of)
            if revision.by_id != by.pk:
                raise ValidationError(_("Only whoever proposed a revision changes it."))
            added = [*_given_for_the_same(revision, changes), *added]
        revision.changes = [
            {"kind": kind, "record": number, "fields": fields}
            for (kind, number), fields in changes.items()
        ]
        known = [tuple(one) for one in revision.added]
        revision.added = [list(one) for one in dict.fromkeys([*known, *added])]
        revision.reason = reason.strip()
        revision.at = timezone.now()
        revision.save()
    return revision


def _given_for_the_same(
    revision: Revision, changes: dict[Key, dict[str, list[str | None]]]
) -> Iterator[Key]:
    """Yield the sources given since for values that stay proposed: they go on counting."""
    for record, fields in changed_records(revision):
        if record is not None:
            new = changes.get((kind_of(record), record.pk), {})
            same = [name for name, one in fields.items() if name in new and one[1] == new[name][1]]
            yield from own_sources.given_since(revision, record, same) if same else ()


def accept(*, revision: Revision, by: Any, reason: str = "", knowingly: bool = False) -> int:
    """Make a proposed revision public, with the drafts that came with it; return how many changed.

    Raise ValidationError, with every reason, where it breaks a rule of the record, where a changed
    fact rests on no source of its own (one that was given for the value before does not count),
    where the same person proposed it (unless one person is the team), and where something was
    changed since, unless it is accepted ``knowingly``. What becomes of the sources of the values
    before: see ``own_sources.settle_earlier``.
    """
    with (
        transaction.atomic(),
        signed(by, reason or revision.reason),
        # What it came with is undone with what it changes.
        recorded(operation=revision.operation),
    ):
        record = load(revision.kind, revision.record)
        if record is None:
            raise ValidationError(_("The record is gone: it can only be refused."))
        # In the order in which a page that changes the proposal takes them.
        hold(record)
        revision = _undecided(revision)
        if revision.by_id == by.pk and not settings.ONE_PERSON_TEAM:
            raise ValidationError(_("Somebody else than whoever proposed it accepts a revision."))
        if not knowingly and (found := list(conflicts(revision))):
            raise ValidationError([_changed_since(one) for one in found])
        before = {_place(gap) for gap in uncited(root_of(record))}
        # Before they are changed as somebody proposed: that makes whoever accepts no author.
        stored = [one for one, _fields in changed_records(revision) if one is not None]
        refuse_own_work(drafts_with(revision, stored), by)
        changed = _apply(revision)
        # What was written is another copy: facts are looked at as they are now.
        record = load(revision.kind, revision.record) or record
        drafts = drafts_with(revision, changed)
        if reasons := list(_reasons_against(record, revision, changed, drafts, before)):
            raise ValidationError(reasons)
        if drafts:
            move(drafts, Verb.PUBLISHED, lead=record, by=by, reason=reason)
        own_sources.settle_earlier(revision, stored, by=by)
        root = root_of(record)
        if isinstance(root, Prisoner):
            # Another birth or arrest may say that this was a child.
            protect(person=Prisoner.objects.get(pk=root.pk), today=today())
        for one in _written(record, changed, drafts):
            refuse_telling(one)
            forget_telling(one)
        _decide(revision, Revision.Outcome.ACCEPTED, by, reason)
    return len(changed) + len(drafts)


def _written(record: Record, changed: list[Record], drafts: list[Record]) -> list[Record]:
    """Return what tells all that became public: each of its records, or the person as a whole."""
    root = root_of(record)
    return [root] if isinstance(root, Prisoner) else [*changed, *drafts]


def accept_all(
    *, operation: Operation, by: Any, reason: str = ""
) -> tuple[int, list[tuple[Revision, list[str]]]]:
    """Accept what came with an operation; return how many, and which could not be with why not.

    Each is accepted or stays as it is, whatever becomes of the others.
    """
    waiting = Revision.objects.filter(operation=operation, outcome=OPEN).order_by("pk")
    refused: list[tuple[Revision, list[str]]] = []
    accepted = 0
    with transaction.atomic():
        for one in waiting.select_related("operation", "by"):
            try:
                accept(revision=one, by=by, reason=reason)
            except ValidationError as error:
                refused.append((one, error.messages))
            else:
                accepted += 1
    return accepted, refused


def refuse(*, revision: Revision, by: Any, reason: str) -> None:
    """Refuse a proposed revision; raise ValidationError without a reason."""
    demand_reason("revision_refused_for_a_reason", reason, Revision)
    with transaction.atomic():
        _decide(_undecided(revision), Revision.Outcome.REFUSED, by, reason)


def give_up(*, operation: Operation, by: Any, reason: str) -> int:
    """Close the undecided proposals that came with an operation that is undone; return how many."""
    found = Revision.objects.select_for_update().filter(operation=operation, outcome=OPEN)
    given_up = list(found.order_by("pk"))
    for one in given_up:
        # Its drafts are gone with the operation; who undoes it need not be who proposed it.
        own = by is not None and one.by_id == by.pk
        outcome = Revision.Outcome.TAKEN_BACK if own else Revision.Outcome.REFUSED
        _decide(one, outcome, by, reason or _("undone"))
    return len(given_up)


def take_back(*, revision: Revision, by: Any, reason: str = "") -> None:
    """Take a proposal back; only whoever made it does. Drafts entered with it stay drafts."""
    with transaction.atomic():
        revision = _undecided(revision)
        if revision.by_id != by.pk:
            raise ValidationError(_("Only whoever proposed a revision takes it back."))
        _decide(revision, Revision.Outcome.TAKEN_BACK, by, reason)


# What is there, and what is proposed


def load(kind: str, number: int) -> Record | None:
    """Return the record that a revision names; None where it is gone."""
    model: Any = apps.get_model("prisoners", kind)
    found: Record | None = model._default_manager.filter(pk=number).first()
    return found


def proposable(model: type[Record]) -> Iterator[Any]:
    """Yield the fields of a model that somebody enters and that visitors may see."""
    for one in model._meta.concrete_fields:
        if one.editable and one.name not in NO_FACTS:
            yield one


def text_of(record: Record, one: Any) -> str | None:
    """Return what a field holds as its own text."""
    return None if one.value_from_object(record) is None else str(one.value_to_string(record))


def values_of(record: Record) -> Values:
    return {one.name: text_of(record, one) for one in proposable(type(record))}


def differences(record: Record, values: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """Return how the fields of a record would change if they were given values; they are not."""
    then = copy(record)
    for name, value in values.items():
        setattr(then, name, value)
    before, after = values_of(record), values_of(then)
    return {name: [before[name], after[name]] for name in values if before[name] != after[name]}


def put(record: Record, values: Values) -> None:
    """Set fields from their own text, without saving."""
    for name, text in values.items():
        one: Any = record._meta.get_field(name)
        if isinstance(one, models.ForeignKey):
            setattr(record, one.attname, one.to_python(text))
        else:
            setattr(record, name, one.to_python(text) if text is not None else None)


def on_page(record: Record) -> Iterator[Record]:
    """Yield a record and what is entered on its page: its parts, citations and translations."""
    yield record
    for relation in record._meta.related_objects:
        model: Any = relation.related_model
        if not issubclass(model, Record):
            continue
        beside = model.__name__ in ("Citation", "Translation") and relation.field.name in (
            TARGET_NAMES.get(type(record)),
            TRANSLATED_NAMES.get(type(record)),
        )
        if beside or model.owner_field == relation.field.name:
            yield from getattr(record, str(relation.get_accessor_name())).all()


def changed_records(revision: Revision) -> Iterator[tuple[Record | None, dict[str, Any]]]:
    """Yield each record that a revision changes, None where it is gone, and how its fields change.

    As many queries as there are kinds of record.
    """
    kinds: dict[str, list[int]] = {}
    for one in revision.changes:
        kinds.setdefault(one["kind"], []).append(one["record"])
    found = {
        (kind, record.pk): record
        for kind, numbers in kinds.items()
        for record in apps.get_model("prisoners", kind)._default_manager.filter(pk__in=numbers)
    }
    for one in revision.changes:
        yield found.get((one["kind"], one["record"])), one["fields"]


def lacking(revision: Revision) -> list[Gap]:
    """Return the facts that a revision changes and for which no source of their own is given.

    The records are as they are stored: what is proposed may be held back by now.
    """
    stored: dict[Key, Record] = {}
    changed = []
    for record, fields in changed_records(revision):
        if record is not None:
            stored[kind_of(record), record.pk] = copy(record)
            put(record, {name: after for name, (_before, after) in fields.items()})
            changed.append(record)
    return [
        Gap(stored[kind_of(one.record), one.record.pk], one.field)
        for one in own_sources.lacking(revision, changed)
    ]


def conflicts(revision: Revision) -> Iterator[Conflict]:
    """Yield each field that holds neither what it held when its change was proposed nor the new."""
    for record, fields in changed_records(revision):
        if record is None:
            continue
        now = values_of(record)
        for name, (before, after) in fields.items():
            if now[name] not in (before, after):
                yield Conflict(record, name, before, now[name], after)


def drafts_with(revision: Revision, changed: list[Record]) -> list[Record]:
    """Return the drafts that become public with a revision.

    Those are what was entered with it, and every citation of a fact that it changes: the fact is
    not to be public while the source that it rests on is not.
    """
    entered = [one for key in revision.added if (one := load(*key)) is not None]
    whole = {(kind_of(part), part.pk): part for one in entered for part in with_parts(one)}
    names = {(one["kind"], one["record"]): one["fields"] for one in revision.changes}
    for record in changed:
        if type(record) in TARGET_NAMES:
            facts = ["", *names[kind_of(record), record.pk]]
            for citation in record.citations.filter(field__in=facts).select_related("source"):  # type: ignore[attr-defined]  # all that hold facts have them
                whole.setdefault((kind_of(citation), citation.pk), citation)
    return [one for one in whole.values() if one.state in UNPUBLISHED]


def _apply(revision: Revision) -> list[Record]:
    """Write what is proposed, each record by its own rules, whichever order they allow.

    A spelling is shown only when the one before it no longer is, and a headcount grows before its
    destinations do: what is refused at first is tried again when others are written.
    """
    waiting: list[tuple[Record, dict[str, Any]]] = []
    for record, fields in changed_records(revision):
        if record is None:
            raise ValidationError(_("A part that it changes is gone: it can only be refused."))
        waiting.append((record, fields))
    done: list[Record] = []
    while waiting:
        left: list[tuple[Record, dict[str, Any]]] = []
        errors: list[ValidationError] = []
        for record, fields in waiting:
            try:
                with transaction.atomic():
                    _write(record, {name: after for name, (_before, after) in fields.items()})
            except ValidationError as error:
                errors.append(error)
                left.append((record, fields))
            else:
                done.append(record)
        if len(left) == len(waiting):
            raise ValidationError(
                [f"{record}: {text}" for (record, _fields), error in zip(left, errors, strict=True)
                 for text in error.messages]
            )  # fmt: skip
        waiting = left
    return done


def _write(record: Record, values: Values) -> None:
    before = record.portrait if isinstance(record, Prisoner) and "portrait" in values else None
    put(record, values)
    unchanged = {one.name for one in record._meta.fields} - set(values)
    record.clean_fields(exclude=unchanged)
    record.clean()
    record.validate_unique()
    record.validate_constraints()
    try:
        record.save()
    except DatabaseError as error:
        raise ValidationError(_("This breaks a rule of the record.")) from error
    if before and str(before.name) != values["portrait"]:
        # A picture may have been taken down for somebody's safety: keep no copy of it.
        transaction.on_commit(partial(before.storage.delete, str(before.name)))


def _reasons_against(
    record: Record,
    revision: Revision,
    changed: list[Record],
    drafts: list[Record],
    before: set[tuple[Key, str]],
) -> Iterator[str]:
    """Yield each fact that would be public without a source; ``before`` is what had none before.

    A fact that is changed needs one of its own, and one that rests on a citation that is changed
    needs another one.
    """
    names = {(one["kind"], one["record"]): set(one["fields"]) for one in revision.changes}
    for gap in own_sources.lacking(revision, changed):
        yield _(
            "%(record)s: “%(field)s” has no source of its own: what was cited before it was "
            "proposed does not count."
        ) % {"record": gap.record, "field": gap.label}
    whole = {(kind_of(one), one.pk) for one in drafts}
    for gap in uncited(root_of(record)):
        key, field = _place(gap)
        is_public = gap.record.state == State.PUBLISHED or key in whole
        if is_public and field not in names.get(key, ()) and (key, field) not in before:
            yield _("%(record)s: “%(field)s” has no source.") % {
                "record": gap.record,
                "field": gap.label,
            }
    yield from hanging(
        [*drafts, *changed],
        {(kind_of(one), one.pk): names[kind_of(one), one.pk] for one in changed},
    )


def _place(gap: Gap) -> tuple[Key, str]:
    return (kind_of(gap.record), gap.record.pk), gap.field


def _changed_since(one: Conflict) -> str:
    field: Any = one.record._meta.get_field(one.field)
    return _(
        "%(record)s: “%(field)s” was changed since. It was “%(before)s”, is “%(now)s” now, and "
        "“%(proposed)s” is proposed."
    ) % {
        "record": one.record,
        "field": field.verbose_name,
        "before": one.before or "",
        "now": one.now or "",
        "proposed": one.proposed or "",
    }


def _undecided(revision: Revision) -> Revision:
    """Return a revision as it is stored, held until the transaction ends; refuse a decided one."""
    found = Revision.objects.select_for_update().filter(pk=revision.pk)
    stored: Revision | None = found.order_by("pk").first()
    if stored is None or not stored.is_open:
        raise ValidationError(_("Somebody has decided this already."))
    return stored


def _decide(revision: Revision, outcome: Revision.Outcome, by: Any, answer: str) -> None:
    if outcome != Revision.Outcome.ACCEPTED:
        _forget_portrait(revision)
    revision.outcome = outcome
    revision.decided_by, revision.decided_at = by, timezone.now()
    revision.answer = answer.strip()
    revision.save()


def _forget_portrait(revision: Revision) -> None:
    """Delete a picture that was proposed and never shown."""
    for one in revision.changes:
        _before, after = one["fields"].get("portrait", (None, None))
        # A merged person that it comes from has it still.
        if after and one["kind"] == kind_of(Prisoner) and not _has_it(after):
            storage = Prisoner._meta.get_field("portrait").storage
            transaction.on_commit(partial(storage.delete, after))


def _has_it(portrait: str) -> bool:
    return bool(Prisoner.objects.filter(portrait=portrait).exists())
