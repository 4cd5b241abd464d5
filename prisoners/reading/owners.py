"""What a record is entered with: the record that it is a part of, cites or translates."""

from __future__ import annotations

from prisoners.models import Citation, Record, Translation


def owner_of(record: Record) -> Record | None:
    """Return the record that this is entered with: what it is a part of, cites or translates."""
    if isinstance(record, Citation | Translation):
        return record.target
    return getattr(record, record.owner_field) if record.owner_field else None


def root_of(record: Record) -> Record:
    """Return the record whose page holds this one, however deep: a charge's is the person."""
    owner = owner_of(record)
    return root_of(owner) if owner else record
