"""How a record becomes public, and how it stops being so. There is no other way."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from prisoners.desk.protecting import protect
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Citation,
    Detention,
    Prisoner,
    Record,
    State,
)
from prisoners.models.looking import today
from prisoners.reading.gaps import parts, uncited

UNPUBLISHED = (State.DRAFT, State.IN_REVIEW)


def publish(*, record: Record) -> int:
    """Publish a record with all its parts and citations; return how many became public.

    Raise ValidationError, with every reason, where a fact rests on no source or the record hangs
    on one that is not public itself; nothing is published then. Parts that were withdrawn stay so.
    """
    with transaction.atomic():
        whole = [one for one in with_parts(record) if one.state in UNPUBLISHED or one is record]
        if reasons := list(_reasons_against(record, whole)):
            raise ValidationError(reasons)
        for person in {_person_of(one) for one in whole if isinstance(one, Prisoner | Detention)}:
            protect(person=person, today=today())
        return _move(whole, State.PUBLISHED)


def _person_of(record: Prisoner | Detention) -> Prisoner:
    return record.prisoner if isinstance(record, Detention) else record


def submit(*, record: Record) -> int:
    """Ask for a draft and its parts to be reviewed; return how many now wait for it."""
    with transaction.atomic():
        return _move(
            [one for one in with_parts(record) if one.state == State.DRAFT], State.IN_REVIEW
        )


def withdraw(*, record: Record) -> int:
    """Take a record from the public, and with it all that hangs on it; return 1.

    A page that it had answers 410 from the next request on. Its parts keep their own state: they
    cannot be seen without it, and are there again if it is published again.
    """
    return _move([record], State.WITHDRAWN)


def with_parts(record: Record) -> Iterator[Record]:
    """Yield a record, its parts and theirs, and the citations and translations of each."""
    yield record
    if type(record) in TRANSLATED_NAMES:
        yield from record.translations.exclude(state=State.WITHDRAWN)  # type: ignore[attr-defined]
    if type(record) in TARGET_NAMES:
        yield from record.citations.exclude(state=State.WITHDRAWN).select_related("source")  # type: ignore[attr-defined]
    for part in parts(record):
        yield from with_parts(part)


def _reasons_against(record: Record, whole: list[Record]) -> Iterator[str]:
    for gap in uncited(record):
        yield _("%(record)s: “%(field)s” has no source.") % {
            "record": gap.record,
            "field": gap.label,
        }
    together = {(type(one), one.pk) for one in whole}
    for one in whole:
        for name in one.public_through:
            other: Record | None = getattr(one, name)
            if other is None or (type(other), other.pk) in together or other.is_public:
                continue
            # A citation whose source may not be named stays, unseen.
            if isinstance(one, Citation) and other.state == State.PUBLISHED:
                continue
            yield _("%(record)s: “%(other)s” is not public yet; publish it first.") % {
                "record": one,
                "other": other,
            }


def _move(records: list[Record], state: State) -> int:
    for record in records:
        record.state = state
        record.save(update_fields=["state", "updated_at"])
    return len(records)
