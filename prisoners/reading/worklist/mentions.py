"""Public texts that hold a name that is not shown, and whose names are not.

Where the names stand is stored, see ``desk.mentions``: it takes reading every text. Who is hidden
and which of the texts are public is asked at each look.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any, Final, cast
from urllib.parse import unquote

from django.db.models import CharField, QuerySet, TextField, URLField

from prisoners.models import (
    TARGETS,
    TRANSLATED,
    Citation,
    Disclosure,
    Mention,
    Merger,
    Prisoner,
    PrisonerName,
    Record,
    Scope,
    State,
    Translation,
    kind_of,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.base import AddressedRecord, visible
from prisoners.models.fields import IntervalField
from prisoners.models.looking import today
from prisoners.reading.worklist.listed import KINDS, MOST

# A namesake is named, and has an address, as anybody else.
OF_KINDS: Final = {kind_of(model): model for model in KINDS if model is not PrisonerName}
# Fields of every record that say nothing to visitors.
UNREAD: Final = frozenset({"key", "state", "disclosure", "language", "field", *RESTRICTED_FACTS})


@cache
def text_fields(model: type[Record]) -> tuple[str, ...]:
    """Return the names of the fields of a kind of record whose text visitors may read."""
    names = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        and not isinstance(field, IntervalField)
        and field.editable
        and not field.choices
        and field.name not in UNREAD
    ]
    if issubclass(model, AddressedRecord) and model is Prisoner:
        names.remove("slug")
    return tuple(names)


def text_in(model: type[Record], field: str, value: Any) -> str:
    """Return what a reader sees of a field: an address without its signs for other letters."""
    text = str(value or "")
    is_address = isinstance(model._meta.get_field(field), URLField)
    return unquote(text).replace("_", " ").replace("/", " ") if is_address else text


def hidden_people() -> set[int]:
    """Return the people (by number) of whom a name is not shown, by somebody's decision.

    Shown by initials or not at all, withheld, withdrawn, no longer agreed to, or with a spelling
    that is withheld. Who was merged is looked for with the record that was kept, and is no more
    hidden by that.
    """
    into = dict(Merger.objects.standing().order_by().values_list("merged", "kept"))
    found = {number for (number,) in withdrawn()} - into.keys()
    for (number,) in not_shown():
        holder = number
        while holder in into:
            holder = into[holder]
        found.add(holder)
    return found


def withdrawn() -> QuerySet[Any, tuple[int]]:
    people: QuerySet[Any, tuple[int]] = Prisoner.objects.filter(state=State.WITHDRAWN).order_by()
    return people.values_list("pk")


def not_shown() -> QuerySet[Any, tuple[int]]:
    """Return who is hidden otherwise; each question has an index of the few of its kind."""
    people = Prisoner.objects.order_by().values_list("pk")
    spellings = PrisonerName.objects.filter(disclosure=Disclosure.WITHHELD).order_by()
    found: QuerySet[Any, tuple[int]] = people.filter(identity=Prisoner.Identity.ANONYMOUS).union(
        people.filter(identity=Prisoner.Identity.INITIALS),
        people.filter(disclosure=Disclosure.WITHHELD),
        people.filter(shown_until__lt=today()),
        spellings.values_list("prisoner"),
    )
    return found


def open_mentions() -> list[Mention]:
    """Return the texts that visitors see and nobody has looked at, at most one over ``MOST``."""
    found = list(Mention.objects.open().order_by("person", "kind", "record", "field"))
    numbers: dict[str, set[int]] = defaultdict(set)
    for one in found:
        numbers[one.kind].add(one.record)
    seen = {kind: public(OF_KINDS[kind], some) for kind, some in numbers.items()}
    return [one for one in found if one.record in seen[one.kind]][: MOST + 1]


def public(model: type[Record], numbers: set[int]) -> set[int]:
    """Return which records of a kind (by number) visitors may see, with all they hang on."""
    rows = model._default_manager.published().filter(pk__in=numbers).order_by()
    targets = {Citation: TARGETS, Translation: TRANSLATED}.get(cast(Any, model))
    if targets is None:
        return set(rows.values_list("pk", flat=True))
    shown: set[int] = set()
    # Nineteen joins in one question would take longer than one each for those that there are.
    for name in sorted({str(one.target_name) for one in rows}):
        of_one = rows.filter(visible(targets[name], Scope.PUBLISHED, f"{name}__"))
        shown.update(of_one.filter(**{f"{name}__isnull": False}).values_list("pk", flat=True))
    return shown
