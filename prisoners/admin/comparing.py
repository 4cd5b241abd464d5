"""Two records side by side: what each says, from which sources, and what is to be chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.admin.standing import shown
from prisoners.desk import merging
from prisoners.desk.merging import Conflict, Episode, Plan, United
from prisoners.models import (
    TARGET_NAMES,
    Citation,
    Detention,
    HoldsBack,
    Prisoner,
    Record,
    State,
)

# As many signs of a value stand beside those of the other record; the rest of it is opened.
CUT: Final = 60


@dataclass(frozen=True, slots=True)
class Side:
    """What one record says of a fact, and who says so; ``whole`` is set where that was cut."""

    value: str
    sources: list[str]
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of both records. ``key`` is set where one of the two has to be chosen."""

    label: str
    kept: Side
    merged: Side
    key: str = ""
    chosen: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Two records that are taken for one, fact by fact."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether two detentions are one, and what is to be chosen if they are."""

    key: str
    chosen: str
    table: Table


@dataclass(frozen=True, slots=True)
class Listed:
    """The parts of one kind that each record has."""

    title: str
    kept: list[Side]
    merged: list[Side]


@dataclass(frozen=True, slots=True)
class Comparison:
    person: Table
    tables: list[Table] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    lists: list[Listed] = field(default_factory=list)


def comparison(plan: Plan) -> Comparison:
    """Return all that is shown of two records before they are judged."""
    united = merging.United(plan.kept, plan.merged)
    others = []
    for one in plan.united:
        if one.kept == plan.kept:
            united = one
        elif one.conflicts and not isinstance(one.kept, Detention):
            others.append(one)
    episodes = {one.kept.pk for one in plan.episodes} | {one.merged.pk for one in plan.episodes}
    return Comparison(
        person=_table(united),
        tables=[_table(one) for one in others if not _is_in(one.kept, episodes)],
        questions=[_question(one) for one in plan.episodes],
        lists=list(_lists(plan)),
    )


def _is_in(part: Record, detentions: set[int]) -> bool:
    return getattr(part, "detention_id", None) in detentions


def _table(united: United) -> Table:
    kept, merged = united.kept, united.merged
    sources = [_sources(one) for one in (kept, merged)]
    conflicts = {one.field: one for one in united.conflicts}
    rows = []
    for name in _fields(kept):
        if merging.is_empty(kept, name) and merging.is_empty(merged, name):
            continue
        sides = [
            _side(one, name, [*cited[name], *cited[""]])
            for one, cited in zip((kept, merged), sources, strict=True)
        ]
        label = str(getattr(kept._meta.get_field(name), "verbose_name", name))
        rows.append(_row(label, sides[0], sides[1], conflicts.get(name)))
    kind = capfirst(str(kept._meta.verbose_name))
    return Table(f"{kind}: {kept}", rows)


def _row(label: str, kept: Side, merged: Side, conflict: Conflict | None) -> Row:
    if conflict is None:
        return Row(label, kept, merged)
    hint = ""
    if conflict.suggested:
        hint = (
            _("The later day says more.")
            if conflict.field == "last_confirmed"
            else _("One says what the other does, more exactly.")
        )
    return Row(label, kept, merged, conflict.key, conflict.chosen, hint)


def _question(episode: Episode) -> Question:
    conflicts = [one for one in episode.conflicts if one.kept == episode.kept]
    united = United(episode.kept, episode.merged, conflicts)
    table = _table(united)
    for one in episode.conflicts:
        if one.kept != episode.kept:
            label = f"{capfirst(str(one.kept._meta.verbose_name))} “{one.kept}”: {one.label}"
            sides = [_side(record, one.field, []) for record in (one.kept, one.merged)]
            table.rows.append(_row(label, sides[0], sides[1], one))
    return Question(episode.key, episode.chosen, table)


def _lists(plan: Plan) -> Iterator[Listed]:
    kinds = [merging.Fate.MOVE, merging.Fate.ASK]
    for relation in merging.relations(Prisoner, *kinds):
        sides = [
            [_part(one) for one in getattr(person, relation.get_accessor_name()).all()]
            for person in (plan.kept, plan.merged)
        ]
        if any(sides):
            title = capfirst(str(relation.related_model._meta.verbose_name_plural))
            yield Listed(title, *sides)


def _titled(record: Record, name: str) -> str:
    field: Any = record._meta.get_field(name)
    return capfirst(str(field.verbose_name))


def _part(part: Any) -> Side:
    cited = _sources(part)
    sources = list(dict.fromkeys(one for some in cited.values() for one in some))
    words, whole = (_part_words(part, longest) for longest in (CUT, None))
    return Side(words, sources, whole if whole != words else "")


def _part_words(part: Any, longest: int | None) -> str:
    words = str(part)
    if isinstance(part, Detention):
        facts = [
            f"{_titled(part, name)}: {_words(part, name, longest)}"
            for name in part.facts
            if not merging.is_empty(part, name)
        ]
        words = "; ".join(facts) or words
    if isinstance(part, Record) and part.state != State.PUBLISHED:
        words = f"{words} ({State(part.state).label})"
    return words


def _fields(record: Record) -> list[str]:
    names = merging.chosen_fields(type(record))
    return [name for one in names for name in (one, *merging.COMPANIONS.get(one, ()))]


def _words(record: Record, name: str, longest: int | None = CUT) -> str:
    return "" if merging.is_empty(record, name) else shown(record, name, longest)


def _side(record: Record, name: str, sources: list[str]) -> Side:
    words, whole = (_words(record, name, longest) for longest in (CUT, None))
    return Side(words, sources, whole if whole != words else "")


def _sources(record: Any) -> dict[str, list[str]]:
    """Return who is cited for each field of a record; under no field for all of it."""
    found: dict[str, list[str]] = defaultdict(list)
    if type(record) not in TARGET_NAMES:
        return found
    held = record.held if isinstance(record, HoldsBack) else {}
    citations: Iterable[Citation] = record.citations.exclude(state=State.WITHDRAWN)
    for one in citations.select_related("source"):  # type: ignore[attr-defined]  # a queryset
        words = str(one)
        if one.stance == Citation.Stance.CONTRADICTS and one.field not in held:
            words = _("%(source)s says: %(value)s") % {"source": words, "value": one.value}
        found[one.field].append(words)
    return found


@dataclass(frozen=True, slots=True)
class Moving:
    """The records of one kind that a merge moves, in words."""

    title: str
    records: list[str]


def moving(plan: Plan) -> list[Moving]:
    """Return what goes to the kept record, by kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for part in plan.moved:
        kinds[capfirst(str(part._meta.verbose_name_plural))].append(str(part))
    return [Moving(kind, records) for kind, records in kinds.items()]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of the kept record that becomes another one; ``waits``: that is proposed."""

    label: str
    before: str
    after: str
    waits: bool = False


def changes(plan: Plan) -> list[Change]:
    """Return what the kept record, and what is united with it, says differently afterwards."""
    found = []
    for united in plan.united:
        joint = copy(united.kept)
        for name, values in united.joint().items():
            setattr(joint, name, values)
        for name in [*united.taken, *united.joint()]:
            model_field = united.kept._meta.get_field(name)
            if getattr(model_field, "editable", True):
                label = str(getattr(model_field, "verbose_name", name))
                if united.kept != plan.kept:
                    label = f"{united.kept}: {label}"
                then = united.merged if name in united.taken else joint
                before, after = _words(united.kept, name), _words(then, name)
                if before or after:
                    found.append(Change(label, before, after, united.waits))
    return found
