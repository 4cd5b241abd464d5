"""What the desk exports of chosen people: columns that are allowed, one row a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from prisoners.models import Detention, Prisoner, State
from prisoners.models.fields import IntervalField

# What makes a spreadsheet take a text for a formula; full-width signs do too.
FORMULA: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds in words, how to read it, whether it is restricted."""

    name: str
    label: Any
    read: Callable[[Prisoner], Any]
    restricted: bool = False


def _text(field: str) -> Callable[[Prisoner], Any]:
    def read(person: Prisoner) -> Any:
        value = getattr(person, field)
        if isinstance(Prisoner._meta.get_field(field), IntervalField):
            return value.text if value else ""
        return value

    return read


def _other_names(person: Prisoner) -> str:
    shown = person.display_name()
    return "; ".join(name.text for name in person.names.all() if name != shown)


def _latest(person: Prisoner) -> Detention | None:
    live = [one for one in person.detentions.all() if one.state != State.WITHDRAWN]
    return live[-1] if live else None


def _of_latest(field: str) -> Callable[[Prisoner], Any]:
    def read(person: Prisoner) -> Any:
        detention = _latest(person)
        if detention is None:
            return ""
        value = getattr(detention, field)
        if isinstance(Detention._meta.get_field(field), IntervalField):
            return value.text if value else ""
        return value

    return read


def _assigned(person: Prisoner) -> str:
    assignment = getattr(person, "assignment", None)
    return assignment.to.get_username() if assignment else ""


COLUMNS: Final = (
    Column("public_id", _("public id"), _text("public_id")),
    Column("address", _("address"), _text("slug")),
    Column("name", _("name"), lambda person: person.name),
    Column("other_names", _("other spellings"), _other_names),
    Column("state", _("state"), _text("state")),
    Column("disclosure", _("disclosure"), _text("disclosure")),
    Column("gender", _("gender"), _text("gender")),
    Column("birth", _("born"), _text("birth")),
    Column("death", _("died"), _text("death")),
    Column(
        "citizenships",
        _("citizenships"),
        lambda person: "; ".join(one.code for one in person.citizenships),
    ),
    Column("occupation", _("occupation"), _text("occupation")),
    Column("occupation_group", _("occupation group"), _text("occupation_group")),
    Column("detentions", _("detentions"), lambda person: len(person.detentions.all())),
    Column("began", _("latest detention began"), _of_latest("began")),
    Column("end_kind", _("how it ended"), _of_latest("end_kind")),
    Column("ended", _("ended"), _of_latest("ended")),
    Column("last_confirmed", _("last confirmed as held on"), _of_latest("last_confirmed")),
    Column("assigned_to", _("assigned to"), _assigned),
    Column("risk", _("risk"), _text("risk"), restricted=True),
    Column(
        "disclosure_reason", _("why it is withheld"), _text("disclosure_reason"), restricted=True
    ),
    Column(
        "disclosure_asked_by", _("who asked for it"), _text("disclosure_asked_by"), restricted=True
    ),
    Column(
        "disclosure_review_on", _("look again on"), _text("disclosure_review_on"), restricted=True
    ),
    Column("note", _("note to colleagues"), _text("note"), restricted=True),
)


def columns(*, restricted: bool) -> list[Column]:
    """Return the columns that somebody may have."""
    return [one for one in COLUMNS if restricted or not one.restricted]


def rows(people: QuerySet[Any], *, restricted: bool) -> Iterator[list[str]]:
    """Yield the head and then a row for each person; nothing in it is a formula."""
    chosen = columns(restricted=restricted)
    yield [one.name for one in chosen]
    people = people.select_related("assignment__to").prefetch_related("names", "detentions")
    for person in people.iterator(chunk_size=AT_ONCE):
        yield [plain(one.read(person)) for one in chosen]


def plain(value: Any) -> str:
    """Return a value as text that no spreadsheet computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
