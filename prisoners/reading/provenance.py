"""What rests on a source, and how to say a record's facts in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, FileField, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from prisoners.dates import Interval
from prisoners.models import (
    TARGETS,
    UNSHOWN,
    Citation,
    DealParty,
    Detention,
    Figure,
    HoldsBack,
    How,
    Prisoner,
    Record,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    Source,
    Statement,
)
from prisoners.models.base import Scope, visible
from prisoners.models.holding_back import COMPANIONS
from prisoners.models.looking import today
from prisoners.models.people import UNTIL
from prisoners.reading.people import names_loaded

# How to reach the people whose names a record's words begin with.
PERSON_PATHS = {
    "prisoner_name": "prisoner",
    "external_id": "prisoner",
    "affiliation": "prisoner",
    "recognition": "prisoner",
    "detention": "prisoner",
    "placement": "detention__prisoner",
    "charge": "detention__prisoner",
    "sentence": "detention__prisoner",
    "release_outcome": "detention__prisoner",
    "statement": "prisoner",
}
# What else their words are made from.
RELATED = {
    "affiliation": ("actor",),
    "recognition": ("organisation",),
    "placement": ("facility",),
    "release_destination": ("release", "stated_by"),
    "release_outcome": ("release",),
    "deal_party": ("deal", "actor", "on_behalf_of"),
    "concession": ("deal",),
    "statement": ("speaker", "release", "deal"),
    "figure": ("stated_by", "release"),
    "release": ("announced_by", "freed_by", "deal"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that rests on a source: the record, its field (empty: the whole), the citation."""

    record: Record
    field: str
    citation: Citation


def resting_on(source: Source) -> QuerySet[Any, tuple[int, int]]:
    """Return each public fact that a public source is cited for, as rows for ``facts``.

    They are in the order of the kinds of records, then as they were cited.
    """
    first, *others = [_cited(source, place, name) for place, name in enumerate(TARGETS)]
    return first.union(*others, all=True).order_by("kind", "number")


def _cited(source: Source, kind: int, name: str) -> QuerySet[Any, tuple[int, int]]:
    """Return the citations of one kind of record that visitors may see, with what they cite."""
    model = TARGETS[name]
    rows = Citation.objects.published_apart_from("source").filter(
        visible(model, Scope.PUBLISHED, f"{name}__"),
        source=source,
        **{f"{name}__isnull": False},
    )
    # A release may have been ordered by somebody, or be part of a deal, that is not public.
    for field in model.facts:
        relation = model._meta.get_field(field)
        other = relation.related_model
        if isinstance(other, type) and issubclass(other, Record):
            rows = rows.filter(
                ~Q(field=field)
                | Q(**{f"{name}__{field}__isnull": True})
                | visible(other, Scope.PUBLISHED, f"{name}__{field}__")
            )
    rows = rows.filter(_untold(model, name))
    found: QuerySet[Any, tuple[int, int]] = (
        rows.order_by().annotate(kind=Value(kind), number=F("pk")).values_list("kind", "number")
    )
    return found


def _untold(model: type[Record], name: str) -> Q:
    """Return the condition that a citation tells nothing that is held back; see ``Untold``."""
    condition = Q()
    if issubclass(model, HoldsBack):
        held = f"{name}__held_back"
        is_held = Q(**{f"{held}__contains": Concat(Value("|"), F("field"), Value(":"))})
        is_withheld = Q(
            **{f"{held}__contains": Concat(Value("|"), F("field"), Value(f":{How.WITHHELD.value}"))}
        )
        is_bare = Q(value="", locator="", stance=Citation.Stance.SUPPORTS)
        condition &= Q(**{held: ""}) | (~Q(field="") & ~is_held) | (is_bare & ~is_withheld)
    person = "" if name == "prisoner" else PERSON_PATHS.get(name)
    if person is not None:
        path = "__".join(filter(None, (name, person)))
        identity = f"{path}__identity"
        condition &= Q(**{identity: Prisoner.Identity.FULL}) | Q(**{f"{path}__isnull": True})
    if name == "prisoner":
        for what in ("biography", "portrait"):
            about = Q(field__in=(what, *COMPANIONS.get(what, ())))
            condition &= ~about | _shown(f"prisoner__{UNTIL[what]}")
    return condition


def _shown(until: str) -> Q:
    return Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": today()})


def facts(page: Sequence[tuple[int, int]]) -> list[Fact]:
    """Load the facts of some rows, in their order; one query for each kind of record among them."""
    names = list(TARGETS)
    shown = Citation.objects.published_apart_from("source").defer(*UNSHOWN)
    citations = shown.in_bulk([number for _kind, number in page])
    found = [
        (names[kind], getattr(one, f"{names[kind]}_id"), one)
        for kind, number in page
        # What was withdrawn since the rows were read is left out.
        if (one := citations.get(number)) is not None
    ]
    cited: dict[str, set[int]] = defaultdict(set)
    for name, number, _one in found:
        cited[name].add(number)
    records = {name: _loaded(name).in_bulk(numbers) for name, numbers in cited.items()}
    return [
        Fact(records[name][number], one.field, one)
        for name, number, one in found
        if number in records[name]
    ]


def _loaded(name: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = TARGETS[name]._default_manager.published()
    person = PERSON_PATHS.get(name)
    related = [*RELATED.get(name, ()), *([person] if person else [])]
    if related:
        rows = rows.select_related(*related)
    if name == "prisoner":
        return rows.prefetch_related(names_loaded())
    return rows.prefetch_related(names_loaded(f"{person}__names")) if person else rows


def subject(record: Record) -> Record:
    """Return the record whose page shows this one: a detention's person, a party's deal."""
    while record.owner_field:
        record = getattr(record, record.owner_field)
    return record


def page_of(record: Record) -> tuple[str, str]:
    """Return the title and the address of the page that shows a record."""
    about = subject(record)
    if isinstance(about, Figure):
        return _("Reported figures"), reverse("figure-list")
    if isinstance(about, Statement):
        on = about.release or about.deal
        return str(on or _("Statements")), about.get_absolute_url().partition("#")[0]
    return str(about), about.get_absolute_url()


def field_label(record: Record, field: str) -> str:
    """Return what a fact is, in words: ``Detention: began``; the kind of record for a whole."""
    kind = str(record._meta.verbose_name)
    if not field:
        return kind
    words = field_name(type(record), field)
    if isinstance(record, (Figure, Statement)):
        return f"{record.said_by if isinstance(record, Statement) else record}: {words}"
    return words if subject(record) is record else f"{kind}: {words}"


def field_name(model: type[Record], field: str) -> str:
    """Return the name of a field in words."""
    return str(getattr(model._meta.get_field(field), "verbose_name", field))


def value_label(record: Record, field: str) -> str:
    """Return the value of a fact in words; what the record is about where it is cited whole."""
    if not field:
        return whole_label(record)
    model_field = record._meta.get_field(field)
    value = getattr(record, field)
    if isinstance(value, Interval):
        return value.label()
    if isinstance(model_field, CountryField):
        countries = value if model_field.multiple else [value]
        return ", ".join(str(country.name) for country in countries) or _("not stated")
    if isinstance(model_field, FileField):
        return _("a picture") if value else _("not stated")
    if isinstance(model_field, BooleanField):
        return {True: _("yes"), False: _("no")}.get(value, _("not stated"))
    if getattr(model_field, "choices", None):
        return str(getattr(record, f"get_{field}_display")())
    return _("not stated") if value in (None, "") else str(value)


def whole_label(record: Record) -> str:
    """Return what a record says as a whole, without naming its subject again."""
    if isinstance(record, ReleaseOutcome):
        return str(record.release)
    if isinstance(record, ReleaseDestination):
        return f"{record.country.name}: {record.headcount}"
    if isinstance(record, DealParty):
        return str(record)
    if isinstance(record, Detention):
        return _detention(record)
    if isinstance(record, Statement):
        return f"{record.said_by}: {record.text}"
    if isinstance(record, (Prisoner, Release)):
        return _("the record as a whole")
    return str(record)


def _detention(record: Detention) -> str:
    if record.began:
        return record.began.label()
    if record.ended:
        return _("until %(date)s") % {"date": record.ended.label()}
    if record.last_confirmed:
        return _("held on %(date)s") % {"date": record.last_confirmed.label()}
    return _("not stated")
