"""What is entered beside a fact, and would tell it where it is held back: for the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from prisoners.models import TARGETS, TRANSLATED, Citation, HoldsBack, Record, Translation

# What a citation or a translation says of a fact.
SAYS: Final[dict[type[Record], tuple[str, ...]]] = {
    Citation: ("locator", "value"),
    Translation: ("text",),
}
OF: Final[dict[type[Record], dict[str, type[Record]]]] = {
    Citation: TARGETS,
    Translation: TRANSLATED,
}


def of_what_is_shown(model: type[Record]) -> Q:
    """Return the condition on citations, or translations, that they are of no fact held back."""
    condition = Q()
    for name, target in OF[model].items():
        if issubclass(target, HoldsBack):
            held: Any = target._default_manager
            of_held = held.exclude(held_back="").filter(
                pk=OuterRef(f"{name}_id"),
                held_back__contains=Concat(Value("|"), OuterRef("field"), Value(":")),
            )
            condition &= Q(**{f"{name}__isnull": True}) | Q(~Exists(of_held))
    return condition


def keep_untold(rows: Iterable[Any]) -> None:
    """Leave out of rows of history what citations and translations say of facts now held back."""
    by_target: dict[type[Any], list[tuple[int, Any]]] = defaultdict(list)
    for row in rows:
        for name, target in OF.get(row.instance_type, {}).items():
            number = getattr(row, f"{name}_id")
            if number is not None and issubclass(target, HoldsBack):
                by_target[target].append((number, row))
    for target, some in by_target.items():
        records = target._default_manager.exclude(held_back="")
        held = records.in_bulk({number for number, _row in some})
        for number, row in some:
            if number in held and row.field in held[number].held:
                for said in SAYS[row.instance_type]:
                    setattr(row, said, "")
