"""How a record becomes public, and how it stops being so. There is no other way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.desk.earlier_sources import given_for_others, is_prose, said, still_holds
from prisoners.desk.protecting import protect
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Citation,
    Detention,
    Prisoner,
    Record,
    State,
    Step,
    kind_of,
    recorded,
)
from prisoners.models.accounts import PUBLISH, may
from prisoners.models.looking import today
from prisoners.models.workflow import Verb, demand_reason
from prisoners.reading.authors import last_authors
from prisoners.reading.gaps import parts, stated, supporting, uncited
from prisoners.reading.owners import root_of

UNPUBLISHED = (State.DRAFT, State.IN_REVIEW)
AFTER: Final = {
    Verb.SUBMITTED: State.IN_REVIEW,
    Verb.SENT_BACK: State.DRAFT,
    Verb.PUBLISHED: State.PUBLISHED,
    Verb.WITHDRAWN: State.WITHDRAWN,
    Verb.TAKEN_UP: State.DRAFT,
}


def publish(*, record: Record, by: Any = None, reason: str = "") -> int:
    """Publish a record with all its parts and citations; return how many became public.

    ``by`` is who does it; None is a dossier or a command. Raise ValidationError, with every
    reason, where a fact rests on no source, the record hangs on one that is not public itself, or
    it would tell what is held back of somebody; nothing is published then. Parts that were
    withdrawn stay so. Of a team of one person, whose changes of what is public are no proposals,
    new sources settle those that were given for what a fact said before.
    """
    with transaction.atomic():
        hold(record)
        whole = [one for one in with_parts(record) if one.state in UNPUBLISHED or one is record]
        if reasons := list(_reasons_against(record, whole)):
            raise ValidationError(reasons)
        refuse_own_work([one for one in whole if one.state != State.PUBLISHED], by)
        with signed(by, reason):
            for person in _people_of(record):
                protect(person=person, today=today())
        new = list(_new_of_public(whole)) if by is not None and not needs_second(by) else []
        moved = move(whole, Verb.PUBLISHED, lead=record, by=by, reason=reason)
        with signed(by, reason):
            for citation, before, now in given_for_others(new):
                settle(citation, before=before, now=now, by=by)
        refuse_telling(record)
        return moved


def _new_of_public(whole: list[Record]) -> Iterator[Citation]:
    """Yield the citations that become public of records that are public already."""
    new = {(kind_of(one), one.pk) for one in whole if one.state != State.PUBLISHED}
    for one in whole:
        if isinstance(one, Citation) and one.state != State.PUBLISHED:
            target: Any = one.target  # each has one
            if (kind_of(target), target.pk) not in new:
                yield one


def settle(citation: Citation, *, before: Record, now: Record, by: Any) -> None:
    """Let a source that was given for what its fact said before support only what it says.

    One that says the same less exactly, or that somebody was held on an earlier day, stays and says
    its own value. Any other is withdrawn: it would stand as a source of what it does not say, and
    to quote it would keep public what may have been changed for what it told.
    """
    if still_holds(before, now, citation.field):
        citation.value = citation.value or said(before, citation.field)
        citation.save(update_fields=["value", "updated_at"])
    else:
        reason = _("It was given for the value before.")
        move([citation], Verb.WITHDRAWN, lead=citation, by=by, reason=reason)


def _people_of(record: Record) -> Iterator[Prisoner]:
    """Yield whom publishing a record may show, as they are stored now."""
    if isinstance(record, Prisoner):
        yield record
    elif isinstance(record, Detention):
        yield Prisoner.objects.get(pk=record.prisoner_id)


def submit(*, record: Record, by: Any = None, reason: str = "") -> int:
    """Ask for a draft and its parts to be reviewed; return how many now wait for it."""
    with transaction.atomic():
        hold(record)
        drafts = [one for one in with_parts(record) if one.state == State.DRAFT]
        return move(drafts, Verb.SUBMITTED, lead=record, by=by, reason=reason)


def send_back(*, record: Record, reason: str, by: Any = None) -> int:
    """Give what waits for review back to its author; return how many are drafts again.

    Raise ValidationError without a reason: it is what the author reads.
    """
    demand_reason("step_sent_back_for_a_reason", reason)
    with transaction.atomic():
        hold(record)
        waiting = [one for one in with_parts(record) if one.state == State.IN_REVIEW]
        return move(waiting, Verb.SENT_BACK, lead=record, by=by, reason=reason)


def withdraw(*, record: Record, reason: str, by: Any = None) -> int:
    """Take a record from the public, and with it all that hangs on it; return 1.

    A page that it had answers 410 from the next request on. Its parts keep their own state: they
    cannot be seen without it, and are there again if it is published again. Raise ValidationError
    without a reason.
    """
    demand_reason("step_withdrawn_for_a_reason", reason)
    with transaction.atomic():
        hold(record)
        return move([record], Verb.WITHDRAWN, lead=record, by=by, reason=reason)


def take_up(*, record: Record, by: Any = None, reason: str = "") -> None:
    """Make a withdrawn record a draft again; it stays out of sight until it is published."""
    with transaction.atomic():
        hold(record)
        if record.state == State.WITHDRAWN:
            move([record], Verb.TAKEN_UP, lead=record, by=by, reason=reason)


def needs_second(by: Any) -> bool:
    """Whether what somebody changes of the public record waits for somebody else.

    ``by`` is None for a dossier or a command: these are looked at before they are run.
    """
    if by is None:
        return False
    return not (settings.ONE_PERSON_TEAM and may(by, PUBLISH))


def hold(record: Record) -> None:
    """Keep everybody else from changing what is on the same page until the transaction ends.

    Two who change parts of one person wait for each other. The state of ``record`` is read anew:
    somebody may have moved it since it was loaded.
    """
    root = root_of(record)
    rows = type(root)._default_manager.select_for_update().filter(pk=root.pk)
    rows.order_by("pk").values_list("pk").first()
    record.refresh_from_db(fields=["state", "disclosure"])


def with_parts(record: Record) -> Iterator[Record]:
    """Yield a record, its parts and theirs, and the citations and translations of each."""
    yield record
    if type(record) in TRANSLATED_NAMES:
        yield from record.translations.exclude(state=State.WITHDRAWN)  # type: ignore[attr-defined]  # all that hold facts have them
    if type(record) in TARGET_NAMES:
        yield from record.citations.exclude(state=State.WITHDRAWN).select_related("source")  # type: ignore[attr-defined]  # all that hold facts have them
    for part in parts(record):
        yield from with_parts(part)


def _reasons_against(record: Record, whole: list[Record]) -> Iterator[str]:
    if isinstance(record, Prisoner):
        for merger in record.mergers.standing():
            yield _("It is merged into “%(kept)s”: undo that first.") % {"kept": merger.kept}
    for gap in uncited(record):
        yield _("%(record)s: “%(field)s” has no source.") % {
            "record": gap.record,
            "field": gap.label,
        }
    yield from hanging(whole)


def hanging(
    whole: list[Record], only: Mapping[tuple[str, int], Collection[str]] | None = None
) -> Iterator[str]:
    """Yield why records that become public together could not be seen: what they hang on is not.

    ``only`` says of some of them which of their relations are asked about.
    """
    together = {(type(one), one.pk) for one in whole}
    for one in whole:
        asked = (only or {}).get((kind_of(one), one.pk), one.public_through)
        for name in one.public_through:
            if name not in asked:
                continue
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


def settle_taken_away(*, record: Record, names: Iterable[str], by: Any) -> None:
    """Withdraw the sources of facts that a public record was made to say no more, of some fields.

    Where one person is the team, whose change was no proposal: with those, accepting does it.
    """
    if record.state != State.PUBLISHED or type(record) not in TARGET_NAMES or needs_second(by):
        return
    gone = [name for name in names if not stated(record, name) and not is_prose(record, name)]
    with transaction.atomic():
        cited = supporting(record.citations.filter(field__in=gone, state=State.PUBLISHED))  # type: ignore[attr-defined]  # all that hold facts have them
        for one in cited.order_by("pk") if gone else ():
            settle(one, before=record, now=record, by=by)


@contextmanager
def signed(by: Any, reason: str) -> Iterator[None]:
    """Let the history say whose change it is; a dossier or a command has said so before."""
    if by is None:
        yield
        return
    with recorded(by=by, reason=reason.strip()):
        yield


def refuse_own_work(whole: list[Record], by: Any) -> None:
    """Raise ValidationError, naming each record, where somebody would publish what they wrote.

    ``by`` is None for a dossier or a command. What has no author, such as what a dossier said, is
    published by anybody who may.
    """
    if by is None or settings.ONE_PERSON_TEAM:
        return
    authors = last_authors(whole)
    own = [one for one in whole if authors.get((kind_of(one), one.pk)) == by.pk]
    if own:
        raise ValidationError(
            [
                _(
                    "%(kind)s “%(record)s”: you were the last to change it, and it takes "
                    "somebody else to publish it."
                )
                % {"kind": capfirst(str(one._meta.verbose_name)), "record": one}
                for one in own
            ]
        )


def move(
    records: list[Record], verb: Verb, *, lead: Record, by: Any = None, reason: str = ""
) -> int:
    """Move records to the state that a verb leads to, and write down each step; return how many.

    Only verbs call it, in their own transaction. A record that is in the state already leaves
    no step, unless others that moved were asked for in its name.
    """
    state = AFTER[verb]
    moved = [one for one in records if one.state != state]
    others = sum(one is not lead for one in moved)
    noted = [*moved] if lead in moved or not others else [lead, *moved]
    steps = [
        Step(
            kind=kind_of(one),
            record=one.pk,
            verb=verb,
            before=one.state,
            # What is new in a public record was published in its name: it stays what it is.
            after=state if one in moved else one.state,
            lead=one is lead,
            parts=others if one is lead else 0,
            by=by,
            reason=reason.strip(),
        )
        for one in noted
    ]
    with signed(by, reason):
        for record in records:
            record.state = state
            record.save(update_fields=["state", "updated_at"])
    Step.objects.bulk_create(steps)
    return len(records)


def note_moves(moves: Iterable[tuple[Record, str]], *, by: Any = None, reason: str) -> None:
    """Write a step for each record that was put to its state past the verbs, by undoing.

    With each comes the state that it was in before. One that waited for review and is a draft
    again was taken up, as one that had been withdrawn.
    """
    verbs = {str(state): verb for verb, state in AFTER.items() if verb != Verb.SENT_BACK}
    Step.objects.bulk_create(
        Step(
            kind=kind_of(one),
            record=one.pk,
            verb=verbs[one.state],
            before=before,
            after=one.state,
            by=by,
            # A withdrawal always says why.
            reason=reason.strip() or _("undone"),
        )
        for one, before in moves
        if one.state != before
    )
