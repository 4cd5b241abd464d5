"""Writes what was planned of some rows: drafts, each fact cited to the import's source.

What it would change of a public record is proposed, as on the record's own page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from anyascii import anyascii
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from prisoners.desk import revisions, workflow
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

LONGEST_SLUG: Final = Prisoner._meta.get_field("slug").max_length or 0
# Room for a public id after a name that somebody else has already.
LONGEST_BASE: Final = LONGEST_SLUG - 10
LONGEST_VALUE: Final = Citation._meta.get_field("value").max_length or 0
WHOLE: Final = ""
LONGEST_LOCATOR: Final = Citation._meta.get_field("locator").max_length or 0


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
        self.citations: list[Citation] = []
        self.has_written = False
        # The plans of the batch that make somebody new, by identity.
        self.made: set[int] = set()

    def write(self, plans: list[Plan]) -> None:
        """Write some plans and their rows."""
        writing = [plan for plan in plans if plan.writes]
        if writing:
            self.has_written = True
            self.made = set()
            self._source()
            self._facilities(writing)
            self._people(writing)
            self._names_and_ids(writing)
            self._detentions(writing)
            self._inside(writing)
            Citation.objects.bulk_create(self.citations)
            self._propose()
            self.citations.clear()
        ImportRow.objects.bulk_create(stored(self.one, plan, stands=True) for plan in plans)

    def _write(self, record: Record, values: dict[str, Any]) -> None:
        """Change a record; of a public one it is noted, and proposed with its citations."""
        if self.proposes and record.state == State.PUBLISHED:
            self.proposed.append((record, values))
        else:
            _change(record, values)

    def _propose(self) -> None:
        for record, values in self.proposed:
            if changes := revisions.differences(record, values):
                cited = [one for one in self.citations if one.target is record]
                revisions.propose(
                    record=record,
                    changes={(kind_of(record), record.pk): changes},
                    added=[(kind_of(one), one.pk) for one in cited],
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

    def _cite(self, plan: Plan, record: Record, fields: Iterable[str], doubt: str = "") -> None:
        """Cite facts of a record to the row; doubtful ones with what they were read from."""
        if id(plan) in self.made and record is not plan.prisoner and type(record) is not Facility:
            # It is covered by the citation of the person as a whole, but for what is doubtful.
            fields = [name for name in fields if doubt or name in plan.row.doubts]
        fields = list(fields)
        if not fields:
            return
        locator = f"row {plan.row.number}, {plan.row.record}"[:LONGEST_LOCATOR]
        self.citations += [
            Citation(
                source=self._source(),
                field=name,
                locator=locator,
                value=(doubt or plan.row.doubts.get(name, ""))[:LONGEST_VALUE],
                **{TARGET_NAMES[type(record)]: record},
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
            self._cite(plan, facility, ["name"], plan.row.doubts.get("facility", ""))

    def _people(self, plans: list[Plan]) -> None:
        new = [plan for plan in plans if plan.is_new]
        slugs = free_slugs(Prisoner, [plan.row.name for plan in new])
        for plan, slug in zip(new, slugs, strict=True):
            plan.prisoner = Prisoner(slug=slug, note=plan.note, **plan.take["prisoner"])
        Prisoner.objects.bulk_create([plan.prisoner for plan in new if plan.prisoner])
        self.made = made = {id(plan) for plan in new}
        for plan in plans:
            if plan.prisoner is None:
                continue
            taken = plan.take["prisoner"]
            if id(plan) not in made and (taken or plan.note):
                values = dict(taken)
                if plan.note:
                    values["note"] = "\n".join(filter(None, (plan.prisoner.note, plan.note)))
                self._write(plan.prisoner, values)
                self._cite(plan, plan.prisoner, taken)
            elif id(plan) in made:
                # All that is known of somebody new is from this row: one citation covers it.
                self._cite(plan, plan.prisoner, [WHOLE])
                self._cite(plan, plan.prisoner, taken.keys() & plan.row.doubts.keys())

    def _names_and_ids(self, plans: list[Plan]) -> None:
        names: list[tuple[Plan, PrisonerName]] = []
        ids: list[tuple[Plan, ExternalId]] = []
        for plan in plans:
            shown = id(plan) in self.made
            for text, language, kind in plan.names:
                name = PrisonerName(
                    prisoner=plan.prisoner,
                    text=text,
                    language=language,
                    script=script_of(text),
                    kind=kind,
                    is_display=shown,
                )
                shown = False
                _stay_nameless(plan, name)
                names.append((plan, name))
            if plan.adds_id:
                facts = plan.row.facts
                one = ExternalId(
                    prisoner=plan.prisoner,
                    scheme=self.layout.scheme,
                    value=facts["external_id"],
                    address=facts.get("external_address", ""),
                )
                _stay_nameless(plan, one)
                ids.append((plan, one))
        PrisonerName.objects.bulk_create([name for _plan, name in names])
        ExternalId.objects.bulk_create([one for _plan, one in ids])
        for plan, name in names:
            self._cite(plan, name, ["text"], plan.row.doubts.get(f"name {name.text}", ""))
        for plan, one in ids:
            self._cite(plan, one, ["value"])

    def _detentions(self, plans: list[Plan]) -> None:
        new = [plan for plan in plans if plan.makes_detention]
        for plan in new:
            plan.detention = Detention(prisoner=plan.prisoner, **plan.take["detention"])
        Detention.objects.bulk_create([plan.detention for plan in new if plan.detention])
        for plan in plans:
            if plan.detention is None:
                continue
            taken = plan.take["detention"]
            if taken and not plan.makes_detention:
                self._write(plan.detention, taken)
            plan.parts["detention"] = plan.detention.pk
            # Still held is no end that a source could give: there is nothing to cite.
            self._cite(plan, plan.detention, [n for n, v in taken.items() if v != ""])

    def _inside(self, plans: list[Plan]) -> None:
        placements: list[tuple[Plan, Any]] = []
        charges: list[tuple[Plan, Any]] = []
        sentences: list[tuple[Plan, Any]] = []
        for plan in plans:
            if plan.facility:
                number = self.planner.facilities[plan.facility, plan.row.facts.get("country", "")]
                one = Placement(detention=plan.detention, facility_id=number)  # type: ignore[misc]  # all are made by now
                placements.append((plan, one))
            for code, article, part in plan.charges:
                charge = Charge(
                    detention=plan.detention,
                    code=code,
                    article=article,
                    part=part,
                    standing=self.layout.standing,
                )
                charges.append((plan, charge))
            values = _sentence_values(plan.take["sentence"])
            if plan.makes_sentence:
                plan.sentence = Sentence(detention=plan.detention, **values)
                sentences.append((plan, plan.sentence))
            elif plan.sentence is not None and values:
                self._write(plan.sentence, values)
                self._cite_sentence(plan, plan.sentence)
            elif plan.sentence is not None:
                plan.parts["sentence"] = plan.sentence.pk
        Placement.objects.bulk_create([one for _plan, one in placements])
        Charge.objects.bulk_create([one for _plan, one in charges])
        Sentence.objects.bulk_create([one for _plan, one in sentences])
        for plan, one in placements:
            self._cite(plan, one, ["facility"], plan.row.doubts.get("facility", ""))
        for plan, one in charges:
            words = f"{one.code} {one.article} {one.part}"
            doubt = plan.row.doubts.get(f"charge {words}", "")
            self._cite(plan, one, ["article", "standing"], doubt)
        for plan, one in sentences:
            self._cite_sentence(plan, one)

    def _cite_sentence(self, plan: Plan, sentence: Sentence) -> None:
        plan.parts["sentence"] = sentence.pk
        taken = plan.take["sentence"]
        for name in taken:
            column = "years" if name == "term" else OF_SENTENCE[name]
            self._cite(plan, sentence, [column], plan.row.doubts.get(name, ""))
        if plan.makes_sentence and "sentence_kind" not in taken:
            self._cite(plan, sentence, ["kind"])


def stored(one: Import, plan: Plan, *, stands: bool) -> ImportRow:
    """Return the row that keeps a plan, before or after it was written."""
    row = plan.row
    return ImportRow(
        of=one,
        number=row.number,
        profile=one.profile,
        record=row.record,
        name=row.name[:200],
        outcome=plan.outcome,
        uncertain=row.is_uncertain,
        prisoner=plan.prisoner if plan.prisoner and plan.prisoner.pk else None,
        said=plan.said if not row.refusal else {},
        cells=row.cells,
        changes=plan.changes,
        reasons=plan.reasons,
        likenesses=[alike.stored() for alike in plan.likenesses],
        decisions=plan.decisions,
        settled=plan.settled,
        parts=plan.parts,
        stands=stands and not row.refusal and plan.outcome != ImportRow.Outcome.SKIPPED,
    )


def _sentence_values(taken: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a sentence for its facts; a term is all three of its columns."""
    values = {OF_SENTENCE[name]: value for name, value in taken.items() if name != "term"}
    if "term" in taken:
        values |= {unit: taken["term"].get(unit) for unit in UNITS}
    return values


def _stay_nameless(plan: Plan, part: PrisonerName | ExternalId) -> None:
    """Withhold what tells who somebody is where visitors are not to know it."""
    if plan.prisoner is not None and not plan.prisoner.is_named:
        part.disclosure = Disclosure.WITHHELD
        part.disclosure_reason = _("This person is not shown by name.")


def _change(record: Record, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save(update_fields=[*values, "updated_at"])


def free_slugs(model: type[models.Model], names: list[str]) -> list[str]:
    """Return an address for each name that no other record has or had."""
    bases = [slugify(anyascii(name))[:LONGEST_BASE].strip("-_") for name in names]
    manager = model._default_manager
    relation = str(model._meta.model_name)
    taken = {
        *manager.filter(slug__in=bases).values_list("slug", flat=True),
        *FormerAddress.objects.filter(slug__in=bases, **{f"{relation}__isnull": False}).values_list(
            "slug", flat=True
        ),
    }
    slugs = []
    for base in bases:
        slug = base if base and base not in taken else f"{base}-{new_public_id()}".lstrip("-")
        taken.add(slug)
        slugs.append(slug)
    return slugs
