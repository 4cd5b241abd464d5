"""Writes what was planned of some rows: drafts, each fact cited to the import's source.

What it would change of a public record is proposed, as on the record's own page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from anyascii import anyascii
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from prisoners.desk import revisions, workflow
from prisoners.desk.importing.among import among_texts
from prisoners.desk.importing.planning import (
    OF_SENTENCE,
    UNITS,
    Plan,
    Planner,
)
from prisoners.desk.importing.profile import Layout
from prisoners.desk.importing.values import script_of
from prisoners.models import (
    TARGET_NAMES,
    Charge,
    Citation,
    Detention,
    Disclosure,
    ExternalId,
    Facility,
    FormerAddress,
    Import,
    ImportRow,
    Operation,
    Placement,
    Prisoner,
    PrisonerName,
    Record,
    Sentence,
    Source,
    State,
    kind_of,
)
from prisoners.models.base import new_public_id
from prisoners.models.people import Entries
from prisoners.reading.owners import root_of
from prisoners.reading.review import proposed_for

# How the fields of a record change, from what to what.
Changes = dict[str, list[str | None]]

LONGEST_SLUG: Final = Prisoner._meta.get_field("slug").max_length or 0
# Room for a public id after a name that somebody else has already.
LONGEST_BASE: Final = LONGEST_SLUG - 10
LONGEST_VALUE: Final = Citation._meta.get_field("value").max_length or 0
WHOLE: Final = ""
LONGEST_LOCATOR: Final = Citation._meta.get_field("locator").max_length or 0


class Target(NamedTuple):
    """What a citation is of: the name of its relation to it, and its number."""

    name: str
    number: int

    @classmethod
    def of(cls, record: Record) -> Target:
        return cls(TARGET_NAMES[type(record)], record.pk)


class Writer:
    """Writes the plans of one import, batch by batch, inside one transaction.

    ``by`` is who imports; None is a command, whose word on public records is taken at once.
    """

    def __init__(
        self, one: Import, layout: Layout, planner: Planner, *, by: Any, operation: Operation
    ) -> None:
        self.one = one
        self.by = by
        self.operation = operation
        self.proposes = workflow.needs_second(by)
        self.proposed: list[tuple[Record, dict[str, Any]]] = []
        self.layout = layout
        self.planner = planner
        self.new_facilities: list[str] = []
        self.citations: list[tuple[Target, dict[str, Any]]] = []
        self.has_written = False

    def write(self, plans: list[Plan], entries: Mapping[str, Entries]) -> None:
        """Write some plans and their rows; ``entries`` are what names are known to be found by."""
        writing = [plan for plan in plans if plan.writes]
        if writing:
            self.has_written = True
            self._source()
            self._facilities(writing)
            self._people(writing)
            self._names_and_ids(writing, entries)
            self._detentions(writing)
            self._inside(writing)
            cited = Citation.objects.insert_rows(
                [{f"{target.name}_id": target.number, **row} for target, row in self.citations]
            )
            self._propose(cited)
            self.citations.clear()
        ImportRow.objects.insert_rows([kept(self.one, plan, stands=True) for plan in plans])

    def _write(self, record: Record, values: dict[str, Any]) -> None:
        """Change a record; of a public one it is noted, and proposed with its citations."""
        if self.proposes and record.state == State.PUBLISHED:
            self.proposed.append((record, values))
        else:
            _change(record, values)

    def _propose(self, cited: list[int]) -> None:
        """Propose what is public; ``cited`` are the numbers of the citations of the batch."""
        for record, values in self.proposed:
            if changes := _not_waiting(record, revisions.differences(record, values)):
                mine = Target.of(record)
                revisions.propose(
                    record=record,
                    changes={(kind_of(record), record.pk): changes},
                    added=[
                        (kind_of(Citation), number)
                        for number, (target, _row) in zip(cited, self.citations, strict=True)
                        if target == mine
                    ],
                    by=self.by,
                    reason=str(self.operation),
                    operation=self.operation,
                )
        self.proposed.clear()

    # Citations

    def _source(self) -> Source:
        """Return what the facts are cited to; made when there is the first one."""
        if self.one.source is None:
            said = self.layout.source
            self.one.source = Source.objects.create(
                slug=f"{self.layout.name}-{new_public_id()}",
                title=(self.one.source_named or said.get("title") or self.layout.title)[:300],
                kind=said.get("kind", Source.Kind.DATABASE),
                publisher=said.get("publisher", "")[:200],
                author=said.get("author", "")[:200],
                published=said.get("published") or None,
                language=said.get("language", "")[:12],
                address=said.get("address", ""),
                note=self.one.file_name,
            )
        return self.one.source

    def _cite(self, plan: Plan, target: Target, fields: Iterable[str], doubt: str = "") -> None:
        """Cite facts of a record to the row; doubtful ones with what they were read from."""
        doubts = plan.row.doubts
        if plan.made and target.name not in ("prisoner", "facility"):
            # It is covered by the citation of the person as a whole, but for what is doubtful.
            if not (doubt or doubts):
                return
            fields = [name for name in fields if doubt or name in doubts]
        locator = f"row {plan.row.number}, {plan.row.record}"[:LONGEST_LOCATOR]
        source = self._source().pk
        self.citations += [
            (
                target,
                {
                    "source_id": source,
                    "field": name,
                    "locator": locator,
                    "value": (doubt or doubts.get(name, ""))[:LONGEST_VALUE],
                },
            )
            for name in fields
        ]

    # Records

    def _facilities(self, plans: list[Plan]) -> None:
        """Make the facilities that are not there yet, each once."""
        missing: dict[tuple[str, str], Plan] = {}
        for plan in plans:
            place = (plan.facility, plan.row.facts.get("country", ""))
            if plan.facility and self.planner.facilities.get(place) is None:
                missing.setdefault(place, plan)
        if not missing:
            return
        slugs = free_slugs(Facility, [name for name, _country in missing])
        made = Facility.objects.bulk_create(
            [
                Facility(slug=slug, name=name, country=country, kind=self.layout.facility_kind)
                for (name, country), slug in zip(missing, slugs, strict=True)
            ]
        )
        for (place, plan), facility in zip(missing.items(), made, strict=True):
            self.planner.facilities[place] = facility.pk
            self.new_facilities.append(facility.name)
            doubt = plan.row.doubts.get("facility", "")
            self._cite(plan, Target.of(facility), ["name"], doubt)

    def _people(self, plans: list[Plan]) -> None:
        new = [plan for plan in plans if plan.is_new]
        slugs = free_slugs(Prisoner, [plan.row.name for plan in new])
        for plan in new:
            plan.public_id = new_public_id()
        numbers = Prisoner.objects.insert_rows(
            [
                {
                    "slug": slug,
                    "public_id": plan.public_id,
                    "note": plan.note,
                    **plan.take["prisoner"],
                }
                for plan, slug in zip(new, slugs, strict=True)
            ]
        )
        for plan, number in zip(new, numbers, strict=True):
            plan.made = number
        for plan in plans:
            taken = plan.take["prisoner"]
            if plan.made:
                # All that is known of somebody new is from this row: one citation covers it.
                person = Target("prisoner", plan.made)
                self._cite(plan, person, [WHOLE])
                self._cite(plan, person, taken.keys() & plan.row.doubts.keys())
            elif plan.prisoner is not None and (taken or plan.note):
                values = dict(taken)
                if plan.note:
                    values["note"] = "\n".join(filter(None, (plan.prisoner.note, plan.note)))
                self._write(plan.prisoner, values)
                self._cite(plan, Target.of(plan.prisoner), taken)

    def _names_and_ids(self, plans: list[Plan], entries: Mapping[str, Entries]) -> None:
        names: list[tuple[Plan, dict[str, Any]]] = []
        ids: list[tuple[Plan, dict[str, Any]]] = []
        for plan in plans:
            person = _of_person(plan)
            for place, (text, language, kind) in enumerate(plan.names):
                name = {
                    **person,
                    "text": text,
                    "language": language,
                    "script": script_of(text),
                    "kind": kind,
                    "is_display": bool(plan.made) and not place,
                }
                names.append((plan, name))
            if plan.adds_id:
                facts = plan.row.facts
                one = {
                    **person,
                    "scheme": self.layout.scheme,
                    "value": facts["external_id"],
                    "address": facts.get("external_address", ""),
                }
                ids.append((plan, one))
        numbers = PrisonerName.objects.insert_rows([name for _plan, name in names], entries)
        for (plan, name), number in zip(names, numbers, strict=True):
            doubt = plan.row.doubts.get(f"name {name['text']}", "")
            self._cite(plan, Target("prisoner_name", number), ["text"], doubt)
        numbers = ExternalId.objects.insert_rows([one for _plan, one in ids])
        for (plan, _one), number in zip(ids, numbers, strict=True):
            self._cite(plan, Target("external_id", number), ["value"])

    def _detentions(self, plans: list[Plan]) -> None:
        new = [plan for plan in plans if plan.makes_detention]
        numbers = Detention.objects.insert_rows(
            [{"prisoner_id": plan.person, **plan.take["detention"]} for plan in new]
        )
        for plan, number in zip(new, numbers, strict=True):
            plan.parts["detention"] = number
        for plan in plans:
            taken = plan.take["detention"]
            if plan.detention is not None:
                if taken:
                    self._write(plan.detention, taken)
                plan.parts["detention"] = plan.detention.pk
            elif not plan.makes_detention:
                continue
            # Still held is no end that a source could give: there is nothing to cite.
            cited = [name for name, value in taken.items() if value != ""]
            self._cite(plan, Target("detention", plan.parts["detention"]), cited)

    def _inside(self, plans: list[Plan]) -> None:
        placements: list[tuple[Plan, dict[str, Any]]] = []
        charges: list[tuple[Plan, dict[str, Any]]] = []
        sentences: list[tuple[Plan, dict[str, Any]]] = []
        for plan in plans:
            detention = {"detention_id": plan.parts.get("detention")}
            if plan.facility:
                number = self.planner.facilities[plan.facility, plan.row.facts.get("country", "")]
                placements.append((plan, {**detention, "facility_id": number}))
            for code, article, part in plan.charges:
                charge = {
                    **detention,
                    "code": code,
                    "article": article,
                    "part": part,
                    "standing": self.layout.standing,
                }
                charges.append((plan, charge))
            values = _sentence_values(plan.take["sentence"])
            if plan.makes_sentence:
                sentences.append((plan, {**detention, **values}))
            elif plan.sentence is not None:
                plan.parts["sentence"] = plan.sentence.pk
                if values:
                    self._write(plan.sentence, values)
                    self._cite_sentence(plan)
        numbers = Placement.objects.insert_rows([row for _plan, row in placements])
        for (plan, _row), number in zip(placements, numbers, strict=True):
            doubt = plan.row.doubts.get("facility", "")
            self._cite(plan, Target("placement", number), ["facility"], doubt)
        numbers = Charge.objects.insert_rows([row for _plan, row in charges])
        for (plan, row), number in zip(charges, numbers, strict=True):
            doubt = plan.row.doubts.get(f"charge {row['code']} {row['article']} {row['part']}", "")
            self._cite(plan, Target("charge", number), ["article", "standing"], doubt)
        numbers = Sentence.objects.insert_rows([row for _plan, row in sentences])
        for (plan, _row), number in zip(sentences, numbers, strict=True):
            plan.parts["sentence"] = number
            self._cite_sentence(plan)

    def _cite_sentence(self, plan: Plan) -> None:
        sentence = Target("sentence", plan.parts["sentence"])
        taken = plan.take["sentence"]
        for name in taken:
            column = "years" if name == "term" else OF_SENTENCE[name]
            self._cite(plan, sentence, [column], plan.row.doubts.get(name, ""))
        if plan.makes_sentence and "sentence_kind" not in taken:
            self._cite(plan, sentence, ["kind"])


def kept(one: Import, plan: Plan, *, stands: bool) -> dict[str, Any]:
    """Return the columns of the row that keeps a plan, before or after it was written."""
    row = plan.row
    return {
        "of_id": one.pk,
        "number": row.number,
        "profile": one.profile,
        "record": row.record,
        "name": row.name[:200],
        "outcome": plan.outcome,
        "uncertain": row.is_uncertain,
        "prisoner_id": plan.person,
        "said": plan.said if not row.refusal else {},
        "cells": row.cells,
        "changes": plan.changes,
        "reasons": plan.reasons,
        "likenesses": [alike.stored() for alike in plan.likenesses],
        "decisions": plan.decisions,
        "settled": plan.settled,
        "parts": plan.parts,
        "stands": stands and not row.refusal and plan.outcome != ImportRow.Outcome.SKIPPED,
    }


def _sentence_values(taken: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a sentence for its facts; a term is all three of its columns."""
    values = {OF_SENTENCE[name]: value for name, value in taken.items() if name != "term"}
    if "term" in taken:
        values |= {unit: taken["term"].get(unit) for unit in UNITS}
    return values


def _of_person(plan: Plan) -> dict[str, Any]:
    """Return the columns that tell whose a name or an id is, and whether it is withheld.

    What tells who somebody is is withheld where visitors are not to know it.
    """
    if plan.prisoner is None or plan.prisoner.is_named:
        return {"prisoner_id": plan.person}
    return {
        "prisoner_id": plan.person,
        "disclosure": Disclosure.WITHHELD,
        "disclosure_reason": _("This person is not shown by name."),
    }


def _change(record: Record, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save(update_fields=[*values, "updated_at"])


def _not_waiting(record: Record, changes: Changes) -> Changes:
    """Leave of changes what nobody has proposed already: a list says the same month after month."""
    key = (kind_of(record), record.pk)
    waiting = {
        (name, after)
        for about in {record, root_of(record)}
        for revision in proposed_for(about)
        for one in revision.changes
        if (one["kind"], one["record"]) == key
        for name, (_before, after) in one["fields"].items()
    }
    return {name: one for name, one in changes.items() if (name, one[1]) not in waiting}


def free_slugs(model: type[models.Model], names: list[str]) -> list[str]:
    """Return an address for each name that no other record has or had."""
    bases = [slugify(anyascii(name))[:LONGEST_BASE].strip("-_") for name in names]
    manager = model._default_manager
    relation = str(model._meta.model_name)
    taken = {
        *manager.filter(slug__in=among_texts(bases)).values_list("slug", flat=True),
        *FormerAddress.objects.filter(
            slug__in=among_texts(bases), **{f"{relation}__isnull": False}
        ).values_list("slug", flat=True),
    }
    slugs = []
    for base in bases:
        slug = base if base and base not in taken else f"{base}-{new_public_id()}".lstrip("-")
        taken.add(slug)
        slugs.append(slug)
    return slugs
