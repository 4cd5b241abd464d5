"""What is to become of each row, and why: the preview and the run both follow it.

A row finds its record by its id in the list, then by what the profile takes for its key. A name
alone only ever suggests. Nothing is written here.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Max
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.desk.dossier_values import raw
from prisoners.desk.importing.ahead import Foreseen, Foresight
from prisoners.desk.importing.among import among, among_texts
from prisoners.desk.importing.duplicates import Likeness
from prisoners.desk.importing.profile import Layout
from prisoners.desk.importing.reading import Row
from prisoners.desk.importing.understanding import (
    DETENTION,
    IN_DETENTION,
    SENTENCE,
    Understood,
    certainly_before,
)
from prisoners.desk.merging import standing_for
from prisoners.desk.three_way import MISSING, Verdict, judge
from prisoners.desk.workflow import UNPUBLISHED, needs_second
from prisoners.models import (
    Charge,
    Detention,
    ExternalId,
    Facility,
    ImportRow,
    Placement,
    Prisoner,
    PrisonerName,
    Record,
    Sentence,
    State,
)
from prisoners.models.accounts import PUBLISH, may

Outcome = ImportRow.Outcome

# Rows that are looked up and written together.
BATCH: Final = 500

OF_PERSON: Final = (
    "gender",
    "birth",
    "death",
    "citizenships",
    "occupation",
    "occupation_group",
    "biography",
)
OF_DETENTION: Final = ("country", *DETENTION)
# The facts of a sentence and the fields that hold them; a term has three.
OF_SENTENCE: Final = {"sentence_kind": "kind", "regime": "regime", "court": "court",
                      "passed": "passed"}  # fmt: skip
UNITS: Final = ("years", "months", "days")
# The decision about a row as a whole, beside those about its fields.
PERSON: Final = "person"
NEW: Final = "new"
SKIP: Final = "skip"
TAKE: Final = "take"
KEEP: Final = "keep"


@dataclass(slots=True)
class Plan:
    """What is to become of one row.

    ``take`` are the facts to be written, by record; ``changes`` say all that differs, in a form
    for people; ``detention`` and ``sentence`` are those that the row is about, None for new ones.
    """

    row: Understood
    outcome: str = ""
    prisoner: Prisoner | None = None
    previous: ImportRow | None = None
    reasons: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    likenesses: list[Likeness] = field(default_factory=list)
    decisions: dict[str, Any] = field(default_factory=dict)
    settled: dict[str, Any] = field(default_factory=dict)
    take: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    names: list[list[str]] = field(default_factory=list)
    charges: list[list[str]] = field(default_factory=list)
    facility: str = ""
    detention: Detention | None = None
    sentence: Sentence | None = None
    makes_detention: bool = False
    makes_sentence: bool = False
    adds_id: bool = False
    note: str = ""
    # What the writer has made: somebody new, and the parts that are kept for the next import.
    made: int | None = None
    public_id: str = ""
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return bool(
            self.is_new
            or any(self.take.values())
            or self.names
            or self.charges
            or self.facility
            or self.makes_detention
            or self.makes_sentence
            or self.adds_id
            or self.note
        )

    @property
    def is_new(self) -> bool:
        return self.prisoner is None and self.outcome in (Outcome.CREATED, Outcome.DUPLICATE)

    @property
    def person(self) -> int | None:
        """The number of whom the row is about; None before somebody new was made."""
        return self.made if self.prisoner is None else self.prisoner.pk

    @property
    def said(self) -> dict[str, Any]:
        """What is to be remembered of what the list says."""
        return {**(self.previous.said if self.previous else {}), **self.row.facts}


class Known:
    """What the record holds of the people whom some rows are about, loaded at once."""

    def __init__(self, people: Iterable[int], scheme: str) -> None:
        wanted = set(people)
        # Of nobody, nothing is asked: in most lists, whole batches are new.
        numbers = among(wanted) if wanted else ()
        self.people = {one.pk: one for one in Prisoner.objects.filter(pk__in=numbers)}
        self.names = _by_owner(PrisonerName.objects.filter(prisoner__in=numbers), "prisoner_id")
        self.ids = _by_owner(
            ExternalId.objects.filter(prisoner__in=numbers, scheme=scheme), "prisoner_id"
        )
        self.detentions = _by_owner(
            Detention.objects.filter(prisoner__in=numbers).exclude(state=State.WITHDRAWN),
            "prisoner_id",
        )
        held = [one.pk for some in self.detentions.values() for one in some]
        inside = among(held) if held else ()
        self.sentences = _by_owner(Sentence.objects.filter(detention__in=inside), "detention_id")
        self.charges = _by_owner(Charge.objects.filter(detention__in=inside), "detention_id")
        placements = Placement.objects.filter(detention__in=inside).select_related("facility")
        self.placements = _by_owner(placements, "detention_id")


def _by_owner(records: Any, owner: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for record in records.order_by("pk"):
        found[getattr(record, owner)].append(record)
    return found


class Planner:
    """Plans the rows of one file, batch by batch.

    ``by`` is who imports. Over what is public they take the list's word where that was decided for
    a row, over what was withdrawn only an editor does; without a decision, and without somebody
    whose change it is, nobody does.
    """

    def __init__(self, layout: Layout, headings: Sequence[str], *, by: Any = None) -> None:
        self.layout = layout
        self.takes_public = by is not None
        self.takes_withdrawn = by is not None and may(by, PUBLISH)
        self.proposes = needs_second(by)
        newest = PrisonerName.objects.aggregate(newest=Max("pk"))["newest"]
        self.foresight = Foresight(layout, headings, newest or 0)
        self.facilities: dict[tuple[str, str], int | None] = {}
        self._seen = sqlite3.connect("")  # a file that is gone with this
        self._seen.execute("CREATE TABLE seen (record TEXT PRIMARY KEY, number INT) WITHOUT ROWID")

    def close(self) -> None:
        self._seen.close()

    @property
    def new_facilities(self) -> list[str]:
        return sorted(name for (name, _country), number in self.facilities.items() if not number)

    def plan(
        self, foreseen: Foreseen, decisions: Mapping[int, Mapping[str, Any]] | None = None
    ) -> list[Plan]:
        """Say what is to become of some rows; ``decisions`` are what was decided, by number."""
        plans = [Plan(row) for row in foreseen.rows]
        for plan in plans:
            plan.decisions = dict((decisions or {}).get(plan.row.number, {}))
        self._refuse_repeated(plans)
        usable = [plan for plan in plans if not plan.row.refusal]
        people = self._find(usable)
        known = Known(people.values(), self.layout.scheme)
        self._look_up_facilities(usable)
        for plan in plans:
            self._decide(plan, people, known)
        new = [plan for plan in plans if plan.outcome == Outcome.CREATED]
        left = [plan.row for plan in new if plan.row.number not in foreseen.alike]
        alike = foreseen.alike | self.foresight.look(left)
        for plan in new:
            if found := alike[plan.row.number]:
                self._suggest(plan, found)
        return plans

    # Which record a row is about

    def _refuse_repeated(self, plans: list[Plan]) -> None:
        """Refuse a row that is known by what another one of the file is known by already."""
        cursor = self._seen.cursor()
        for plan in plans:
            row = plan.row
            if row.refusal:
                continue
            cursor.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (row.record, row.number))
            if not cursor.rowcount:
                cursor.execute("SELECT number FROM seen WHERE record = ?", (row.record,))
                row.refusal = _("row %(number)s is about the same record: “%(record)s”") % {
                    "number": cursor.fetchone()[0],
                    "record": row.record,
                }

    def _find(self, plans: list[Plan]) -> dict[int, int]:
        """Return whom rows (by number) are about, and give each what it said last time."""
        records = [plan.row.record for plan in plans]
        previous = {
            row.record: row
            for row in ImportRow.objects.filter(
                profile=self.layout.name,
                record__in=among_texts(records),
                stands=True,
                # The operation may have been undone from the history of a record, too.
                of__operation__undone_at__isnull=True,
            ).order_by("pk")
        }
        ids = {p.row.facts["external_id"] for p in plans if "external_id" in p.row.facts}
        by_id = dict(
            ExternalId.objects.filter(
                scheme=self.layout.scheme, value__in=among_texts(ids)
            ).values_list("value", "prisoner")
        )
        found: dict[int, int] = {}
        stands = standing_for()
        for plan in plans:
            row = plan.row
            plan.previous = previous.get(row.record)
            prisoner = by_id.get(row.facts.get("external_id"))
            if prisoner is None and plan.previous is not None:
                prisoner = plan.previous.prisoner_id
            chosen = plan.decisions.get(PERSON)
            if prisoner is None and isinstance(chosen, int):
                prisoner = chosen
            if prisoner is not None:
                # Whoever was merged since is the one that they were merged into.
                found[row.number] = stands.get(("prisoner", prisoner)) or prisoner
        if self.layout.key != ("external_id",):
            left = [p for p in plans if p.row.number not in found and p.previous is None]
            found |= self._by_key(left)
        return found

    def _by_key(self, plans: list[Plan]) -> dict[int, int]:
        """Find people by their name together with a date, where the profile says that it does."""
        if "name" not in self.layout.key:
            return {}
        texts = {plan.row.facts["display"]: plan for plan in plans}
        rows = PrisonerName.objects.filter(text__in=texts).order_by()
        people = defaultdict(set)
        for text, prisoner in rows.values_list("text", "prisoner"):
            people[text].add(prisoner)
        known = Known({one for some in people.values() for one in some}, self.layout.scheme)
        found = {}
        for plan in plans:
            same = [
                one
                for one in people.get(plan.row.facts["display"], ())
                if self._agrees(plan.row, one, known)
            ]
            if len(same) == 1:
                found[plan.row.number] = same[0]
            elif same:
                plan.row.refusal = _("several people of the record have this name and these dates")
        return found

    def _agrees(self, row: Understood, prisoner: int, known: Known) -> bool:
        """Whether somebody is all that the profile's key says, besides the name."""
        person = known.people[prisoner]
        began = [raw(one, "began") for one in known.detentions[prisoner]]
        ids = [one.value for one in known.ids[prisoner]]
        held = {"birth": [raw(person, "birth")], "began": began, "external_id": ids}
        return all(row.facts[name] in held[name] for name in self.layout.key if name != "name")

    # What becomes of it

    def _decide(self, plan: Plan, people: Mapping[int, int], known: Known) -> None:
        row = plan.row
        if row.refusal:
            plan.outcome = Outcome.REFUSED
            plan.reasons.append(row.refusal)
            return
        if plan.decisions.get(PERSON) == SKIP:
            plan.outcome = Outcome.SKIPPED
            return
        prisoner = known.people.get(people.get(row.number, 0))
        if prisoner is not None:
            self._compare(plan, prisoner, known)
        elif plan.previous is not None:
            plan.outcome = Outcome.UNCHANGED
            plan.reasons.append(_("deleted since it was imported, and not made again"))
        else:
            plan.outcome = Outcome.CREATED
            self._plan_new(plan)

    def _suggest(self, plan: Plan, alike: list[Likeness]) -> None:
        plan.likenesses = alike
        if plan.decisions.get(PERSON) == NEW:
            return
        plan.outcome = Outcome.DUPLICATE

    def _plan_new(self, plan: Plan) -> None:
        facts = plan.row.facts
        plan.names = facts["names"]
        plan.note = facts.get("note", "")
        plan.adds_id = "external_id" in facts
        plan.take["prisoner"] = {name: facts[name] for name in OF_PERSON if name in facts}
        if any(name in facts for name in IN_DETENTION):
            self._plan_detention(plan)

    def _plan_detention(self, plan: Plan) -> None:
        facts = plan.row.facts
        plan.makes_detention = True
        plan.take["detention"] = {name: facts[name] for name in OF_DETENTION if name in facts}
        plan.charges = facts.get("charges", [])
        plan.facility = facts.get("facility", "")
        if any(name in facts for name in SENTENCE):
            plan.makes_sentence = True
            plan.take["sentence"] = {name: facts[name] for name in SENTENCE if name in facts}

    def _compare(self, plan: Plan, prisoner: Prisoner, known: Known) -> None:
        """Merge a row into a record that is there."""
        facts, before = plan.row.facts, plan.previous.said if plan.previous else {}
        plan.prisoner = prisoner
        plan.settled = dict(plan.previous.settled) if plan.previous else {}
        plan.parts = dict(plan.previous.parts) if plan.previous else {}
        for name in OF_PERSON:
            if name in facts:
                self._judge(plan, "prisoner", prisoner, name, raw(prisoner, name))
        if problem := _impossible_person(prisoner, plan.take["prisoner"]):
            plan.reasons.append(problem)
            _dispute(plan, "prisoner")
        there = {one.text.casefold() for one in known.names[prisoner.pk]}
        said = {text for text, _language, _kind in before.get("names", ())}
        plan.names = [
            name
            for name in facts["names"]
            if name[0].casefold() not in there and name[0] not in said
        ]
        for text, _language, _kind in plan.names:
            plan.changes.append(_change("names", None, text, TAKE))
        has_id = any(one.value == facts.get("external_id") for one in known.ids[prisoner.pk])
        plan.adds_id = "external_id" in facts and not has_id and "external_id" not in before
        if plan.adds_id:
            plan.changes.append(_change("external_id", None, facts["external_id"], TAKE))
        self._compare_note(plan, prisoner, before.get("note", ""))
        if any(name in facts for name in IN_DETENTION):
            self._compare_detention(plan, prisoner, known, before)
        disputed = any(one["state"] == "disputed" for one in plan.changes)
        plan.outcome = (
            Outcome.CONFLICT if disputed else Outcome.UPDATED if plan.writes else Outcome.UNCHANGED
        )

    def _compare_note(self, plan: Plan, prisoner: Prisoner, before: str) -> None:
        """Add lines to the note that were not said before; what it holds is not looked at."""
        said = set(before.splitlines())
        lines = [line for line in plan.row.facts.get("note", "").splitlines() if line not in said]
        if not lines:
            return
        if prisoner.state not in UNPUBLISHED:
            if before:
                return
            plan.reasons.append(_("the note is left as it is: the record was public already"))
            return
        plan.note = "\n".join(lines)
        plan.changes.append(_change("note", None, plan.note, TAKE))

    def _compare_detention(
        self, plan: Plan, prisoner: Prisoner, known: Known, before: Mapping[str, Any]
    ) -> None:
        facts = plan.row.facts
        mine = known.detentions[prisoner.pk]
        if "detention" in plan.parts:
            detention = next((one for one in mine if one.pk == plan.parts["detention"]), None)
            if detention is None:
                plan.reasons.append(_("its detention was deleted since, and is not made again"))
                return
        else:
            detention, problem = _detention_meant(plan.row, mine)
            if problem:
                plan.reasons.append(problem)
                plan.changes.append(_change("began", None, facts.get("began"), "disputed"))
                return
        if detention is None:
            self._plan_detention(plan)
            plan.changes.append(_change("began", None, facts.get("began"), TAKE))
            return
        plan.detention = detention
        for name in OF_DETENTION:
            if name in facts:
                self._judge(plan, "detention", detention, name, raw(detention, name))
        if problem := _impossible(detention, plan.take["detention"], mine):
            plan.reasons.append(problem)
            _dispute(plan, "detention")
        self._compare_parts(plan, detention, known, before)

    def _compare_parts(
        self, plan: Plan, detention: Detention, known: Known, before: Mapping[str, Any]
    ) -> None:
        facts = plan.row.facts
        there = {(one.code, one.article, one.part) for one in known.charges[detention.pk]}
        said = {tuple(one) for one in before.get("charges", ())}
        plan.charges = [
            one
            for one in facts.get("charges", ())
            if tuple(one) not in there and tuple(one) not in said
        ]
        for one in plan.charges:
            plan.changes.append(_change("charges", None, " ".join(filter(None, one)), TAKE))
        held = {one.facility.name for one in known.placements[detention.pk]}
        facility = facts.get("facility", "")
        if facility and facility not in held and facility != before.get("facility"):
            plan.facility = facility
            plan.changes.append(_change("facility", None, facility, TAKE))
        if any(name in facts for name in SENTENCE):
            self._compare_sentence(plan, known.sentences[detention.pk])

    def _compare_sentence(self, plan: Plan, sentences: list[Sentence]) -> None:
        facts = plan.row.facts
        if "sentence" in plan.parts:
            mine = [one for one in sentences if one.pk == plan.parts["sentence"]]
            if not mine:
                plan.reasons.append(_("its sentence was deleted since, and is not made again"))
                return
        else:
            mine = sentences
        if len(mine) > 1:
            plan.reasons.append(_("there are several sentences: enter by hand which one is meant"))
            return
        if not mine:
            plan.makes_sentence = True
            plan.take["sentence"] = {name: facts[name] for name in SENTENCE if name in facts}
            plan.changes += [
                _change(name, None, facts[name], TAKE) for name in SENTENCE if name in facts
            ]
            return
        plan.sentence = mine[0]
        for name in SENTENCE:
            if name in facts:
                self._judge(plan, "sentence", mine[0], name, held_by_sentence(mine[0], name))

    def _judge(self, plan: Plan, kind: str, record: Record, name: str, now: Any) -> None:
        """Merge one fact, and say what differs."""
        value = plan.row.facts[name]
        before = plan.previous.said.get(name, MISSING) if plan.previous else MISSING
        column = OF_SENTENCE.get(name, name)
        if name == "term":
            # Three columns and no date: what is empty, equal or changed is all there is to tell.
            column = "years"
            now = now or None
        if kind == "sentence" and name == "sentence_kind" and before is MISSING:
            before = now if now == Sentence.Kind.IMPRISONMENT else before
        verdict = judge(record, column, value=value, before=before, now=now)
        if verdict in (Verdict.SAME, Verdict.FINER):
            return
        was_public = record.state not in UNPUBLISHED
        disputed = verdict is Verdict.DISPUTED or was_public
        decision = plan.decisions.get(name)
        if disputed and decision == TAKE and self._takes(record):
            plan.take[kind][name] = value
            plan.settled.pop(name, None)
            change = _change(name, now, value, TAKE)
            if self.proposes and record.state == State.PUBLISHED:
                change["proposed"] = True
            plan.changes.append(change)
        elif disputed and decision == KEEP:
            plan.settled[name] = [value, now]
            plan.changes.append(_change(name, now, value, KEEP))
        elif disputed:
            if plan.settled.get(name) != [value, now]:
                change = _change(name, now, value, "disputed")
                plan.changes.append({**change, "why": _why(record), "of": str(record.state)})
        else:
            plan.take[kind][name] = value
            plan.changes.append(_change(name, now, value, TAKE))

    def _takes(self, record: Record) -> bool:
        """Whether whoever imports may take the list's word over what a record says."""
        if record.state == State.PUBLISHED:
            return self.takes_public
        return record.state in UNPUBLISHED or self.takes_withdrawn

    def _look_up_facilities(self, plans: list[Plan]) -> None:
        wanted = {
            (plan.row.facts["facility"], plan.row.facts.get("country", ""))
            for plan in plans
            if "facility" in plan.row.facts
        } - self.facilities.keys()
        if not wanted:
            return
        rows = Facility.objects.filter(name__in={name for name, _country in wanted}).order_by("-pk")
        there = {(name, str(country)): pk for name, country, pk in rows.values_list(
            "name", "country", "pk")}  # fmt: skip
        for one in wanted:
            self.facilities[one] = there.get(one)


def _why(record: Record) -> str:
    """Say why a fact of a record is not taken from a list by itself."""
    if record.state == State.WITHDRAWN:
        return _("the record was withdrawn from the public")
    if record.state == State.PUBLISHED:
        return _("the record was public already")
    return _("changed since, or entered otherwise")


def _change(name: str, now: Any, value: Any, state: str) -> dict[str, Any]:
    return {"field": name, "now": now, "file": value, "state": state}


def held_by_sentence(sentence: Sentence, name: str) -> Any:
    """Return what a sentence holds of a fact, as a list would say it."""
    if name == "term":
        return {unit: number for unit in UNITS if (number := getattr(sentence, unit))}
    return raw(sentence, OF_SENTENCE[name])


def _detention_meant(row: Understood, mine: list[Detention]) -> tuple[Detention | None, str]:
    """Return which of somebody's detentions a row is about (None: a new one), or why none can be.

    It is the one that may have begun when the row says.
    """
    began = dates.parse(row.facts.get("began") or "")
    same = [
        one
        for one in mine
        if not (began and one.began)
        or not (began.certainly_before(one.began) or one.began.certainly_before(began))
    ]
    if len(same) == 1:
        return same[0], ""
    if same:
        return None, _("several detentions may be meant: enter by hand which one it is")
    if mine and not row.facts.get("end_kind") and any(one.is_open for one in mine):
        return None, _("this person already has a detention that is not known to have ended")
    if any(_overlap(row.facts, one) for one in mine):
        return None, _("it overlaps another detention, whichever days they were")
    return None, ""


def _overlap(facts: Mapping[str, Any], other: Detention) -> bool:
    began, ended = (dates.parse(facts.get(name) or "") for name in ("began", "ended"))
    if not (began and ended and other.began and other.ended):
        return False
    return began.certainly_before(other.ended) and other.began.certainly_before(ended)


def _dispute(plan: Plan, kind: str) -> None:
    """Take back what was to be written of a record: together it cannot be so."""
    for change in plan.changes:
        if change["field"] in plan.take[kind] and change["state"] == TAKE:
            change["state"] = "disputed"
            change.pop("proposed", None)
    plan.take[kind] = {}


def _impossible_person(prisoner: Prisoner, take: Mapping[str, Any]) -> str:
    """Return why somebody cannot be changed so; empty where they can."""
    then = {name: take.get(name, raw(prisoner, name)) for name in OF_PERSON}
    if certainly_before(then["death"], then["birth"]):
        return _("the death would come before the birth")
    if then["occupation_group"] and not then["occupation"]:
        return _("an occupation group goes with an occupation")
    return ""


def _impossible(detention: Detention, take: Mapping[str, Any], mine: list[Detention]) -> str:
    """Return why a detention cannot be changed so; empty where it can."""
    if not take:
        return ""
    then = {name: take.get(name, raw(detention, name)) for name in OF_DETENTION}
    if then["ended"] and not then["end_kind"]:
        return _("it would have ended, and nobody says how")
    if certainly_before(then["ended"], then["began"]):
        return _("it would end before it began")
    if certainly_before(then["ended"], then["last_confirmed"]):
        return _("it was confirmed after it would have ended")
    if certainly_before(then["last_confirmed"], then["began"]):
        return _("it was confirmed before it would have begun")
    others = [one for one in mine if one.pk != detention.pk]
    if not then["end_kind"] and any(one.is_open for one in others):
        return _("this person already has a detention that is not known to have ended")
    if any(_overlap(then, one) for one in others):
        return _("it overlaps another detention, whichever days they were")
    return ""


def batches(rows: Iterable[Row], size: int = BATCH) -> Iterator[list[Row]]:
    """Yield rows in lists that are looked up together."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
