"""What is missing from the record: facts that are shown and rest on no source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from numbers import Number

from prisoners.models import TARGET_NAMES, Citation, Record, State
from prisoners.models.base import RecordQuerySet


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact without a source: which record, and which of its fields."""

    record: Record
    field: str

    @property
    def label(self) -> str:
        """The field's name in words."""
        return str(getattr(self.record._meta.get_field(self.field), "verbose_name", self.field))


def stated(record: Record, field: str) -> bool:
    """Return whether a field of a record says anything; no and zero are something."""
    name = _attname(type(record), field)
    # What is loaded as it is: a country would be made an object of first.
    value = record.__dict__[name] if name in record.__dict__ else getattr(record, name)
    # By its type: an empty country, too, says that it equals 0.
    return bool(value) or isinstance(value, Number)


@cache
def _attname(model: type[Record], field: str) -> str:
    """Return where a record has a field; the number of another record, which need not be loaded."""
    return getattr(model._meta.get_field(field), "attname", field)


def stated_facts(record: Record) -> list[str]:
    """Return the names of a record's facts that are stated, and so need a source."""
    return [field for field in record.facts if stated(record, field)]


def standing(citations: RecordQuerySet) -> RecordQuerySet:
    """Return the citations that are still meant: neither they nor their sources are withdrawn."""
    return citations.exclude(state=State.WITHDRAWN).exclude(source__state=State.WITHDRAWN)


def supporting(citations: RecordQuerySet) -> RecordQuerySet:
    """Return the citations on which facts rest."""
    return standing(citations).filter(stance=Citation.Stance.SUPPORTS)


def uncited(record: Record, covered: bool = False) -> Iterator[Gap]:
    """Yield the facts of a record and of its parts that rest on no source.

    A citation of the record as a whole covers all of its facts and those of its parts; one that
    contradicts covers nothing.
    """
    if type(record) in TARGET_NAMES:
        found = supporting(record.citations.all())  # type: ignore[attr-defined]  # all that hold facts have them
        cited = set(found.values_list("field", flat=True))
        covered = covered or "" in cited
        if not covered:
            yield from (Gap(record, field) for field in stated_facts(record) if field not in cited)
    for part in parts(record):
        yield from uncited(part, covered)


def parts(record: Record) -> Iterator[Record]:
    """Yield the records that are parts of this one and are published with it, not withdrawn ones.

    Citations are not among them; see ``Citation.target``.
    """
    for relation in record._meta.related_objects:
        model = relation.related_model
        if issubclass(model, Record) and model.owner_field == relation.field.name:
            accessor = relation.get_accessor_name()
            yield from getattr(record, str(accessor)).exclude(state=State.WITHDRAWN)
