"""One record takes over what another one says, with the sources of both."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile

from prisoners.desk import revisions, workflow
from prisoners.desk.earlier_sources import said
from prisoners.desk.merging.comparing import MERGED, Conflict, United
from prisoners.desk.merging.fates import AS_KEPT, EARLIEST, joined_fields
from prisoners.desk.revisions import Key
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Citation,
    Operation,
    Record,
    State,
    Translation,
    citable,
    kind_of,
)
from prisoners.models.base import with_derived
from prisoners.models.workflow import Verb


class Uniting:
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
        move_to(self.kept, Verb.PUBLISHED, self.operation)

    def _wait(self, before: dict[str, tuple[str, str]], moved: list[Citation]) -> None:
        """Note what the public record would say, and what its citations would say of it then."""
        values = {name: _stored(self.merged, name) for name in self.united.taken}
        # They were given for what is proposed.
        taken = {"", *values, *self.united.joint()}
        self.added += [one for one in moved if one.field in taken and one.stance == "supports"]
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
                move_to(beside, Verb.PUBLISHED, self.operation)

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
                move_to(ours, Verb.PUBLISHED, self.operation)
        elif ours.state != State.WITHDRAWN:
            withdraw(ours, self.operation)


def withdraw(record: Record, operation: Operation) -> None:
    """Take from the public what another record says now."""
    move_to(record, Verb.WITHDRAWN, operation)


def move_to(record: Record, verb: Verb, operation: Operation) -> None:
    """Move a record by a merge. What is published so was public with the other record already."""
    workflow.move([record], verb, lead=record, by=operation.by, reason=operation.reason)


def _stored(record: Record, name: str) -> Any:
    value = getattr(record, name)
    return value.name if isinstance(value, FieldFile) else value


def check(record: Record) -> None:
    """Refuse what the rules of the record do not allow, naming the record."""
    try:
        record.full_clean()
    except ValidationError as error:
        raise ValidationError([f"{record}: {message}" for message in error.messages]) from error


def _same_citation(one: Citation) -> tuple[Any, ...]:
    return (one.source_id, one.field, one.locator, one.stance, one.value)
