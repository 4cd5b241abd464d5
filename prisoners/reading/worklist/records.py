"""Records that somebody has to look at: not reviewed, not confirmed, due, not archived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from prisoners.models import (
    HOLDING_BACK,
    TARGETS,
    TRANSLATED,
    Citation,
    Consent,
    Detention,
    DisclosureRule,
    Prisoner,
    Record,
    Source,
    State,
    Translation,
)
from prisoners.models.people import UNTIL
from prisoners.reading.facets import RECENT
from prisoners.reading.worklist.listed import KINDS, LIVING, in_states, worked_on

Whole = QuerySet[Any, Any]
# What is no record, and is due as records are: a fact held back, a consent.
RULE: Final = len(KINDS)
CONSENT: Final = RULE + 1
# So long before a consent ends it is time to ask for another one.
SOON: Final = timedelta(days=30)


def in_review(user: int | None = None) -> Whole:
    """Return what waits for review, the longest first: kind, number, since when it is unchanged.

    What waits with the record that it is a part of, cites or translates, is not told apart from
    it. With ``user``, only what that account has worked on.
    """
    alone: list[type[Record]] = [*TARGETS.values(), Source]
    parts = [_waiting(model, user) for model in alone]
    for model, targets in ((Citation, TARGETS), (Translation, TRANSLATED)):
        for name, target in targets.items():
            state = Q(**{f"{name}__state": State.IN_REVIEW})
            of_one = (
                Q(**{f"{name}__isnull": False}) & ~state & in_states(target, LIVING, f"{name}__")
            )
            parts.append(_waiting(model, user).filter(of_one))
    return _together(parts, "updated_at")


def _waiting(model: type[Record], user: int | None) -> Whole:
    rows = model._default_manager.filter(state=State.IN_REVIEW)
    if model.owner_field:
        alone = ~Q(**{f"{model.owner_field}__state": State.IN_REVIEW})
        rows = rows.filter(alone, in_states(model, LIVING))
    return rows if user is None else rows.filter(worked_on(model, user))


def due_disclosures(today: date) -> Whole:
    """Return what is kept back and to be looked at again by today, and consents that end soon.

    As kind, number and day: of records, then ``RULE`` for facts held back and ``CONSENT``. The day
    that has passed for longest comes first.
    """
    rows = [
        _told(
            model._default_manager.filter(disclosure_review_on__lte=today, state__in=LIVING),
            kind,
            "disclosure_review_on",
        )
        for kind, model in enumerate(KINDS)
    ]
    rules: Whole = DisclosureRule.objects.filter(_of_living(), review_on__lte=today)
    ending = _ending_consents(today)
    return _united([*rows, _told(rules, RULE, "review_on"), _told(ending, CONSENT, "until")])


def _of_living() -> Q:
    condition = Q()
    for name in HOLDING_BACK:
        its_state = in_states(TARGETS[name], LIVING, f"{name}__")
        condition |= Q(**{f"{name}__isnull": False}) & its_state
    return condition


def _ending_consents(today: date) -> Whole:
    """Return the consents that end within ``SOON`` and by which something is hidden then.

    Not those after which another one goes on.
    """
    limits = Q()
    for what, column in UNTIL.items():
        limits |= Q(**{f"for_{what}": True, f"prisoner__{column}": F("until")})
    return Consent.objects.filter(
        limits, until__range=(today, today + SOON), prisoner__state__in=LIVING
    )


def _together(parts: Sequence[Whole], day: str) -> Whole:
    return _united([_told(part, KINDS.index(part.model), day) for part in parts])


def _told(rows: Whole, kind: int, day: str) -> Whole:
    told: Whole = (
        rows.order_by()
        .annotate(of_kind=Value(kind), number=F("pk"), day=F(day))
        .values_list("of_kind", "number", "day")
    )
    return told


def _united(rows: Sequence[Whole]) -> Whole:
    return rows[0].union(*rows[1:], all=True).order_by("day", "of_kind", "number")


def unconfirmed(today: date, user: int | None = None) -> Whole:
    """Return the open detentions in which nobody is said to have been held for ``RECENT``.

    Somebody never confirmed has been silent since the arrest. The longest silence comes first,
    before all one of which not even the beginning is known. Each is one person: nobody has two.
    """
    since = today - RECENT
    long_ago = Q(last_confirmed_last__lt=since)
    never = Q(last_confirmed__isnull=True) & (Q(began_last__isnull=True) | Q(began_last__lt=since))
    rows: Whole = Detention.objects.filter(
        long_ago | never, in_states(Detention, LIVING), end_kind=""
    ).order_by(Coalesce("last_confirmed_last", "began_last").asc(nulls_first=True), "pk")
    return rows if user is None else rows.filter(worked_on(Prisoner, user, "prisoner"))


def unarchived(user: int | None = None) -> Whole:
    """Return the sources that have an address and no archived copy.

    Published ones come first, then those entered first: their pages are the likelier to be gone.
    """
    rows: Whole = (
        Source.objects.filter(archived="", state__in=LIVING)
        .exclude(address="")
        .alias(is_published=Q(state=State.PUBLISHED))
        .order_by("-is_published", "created_at", "pk")
    )
    return rows if user is None else rows.filter(worked_on(Source, user))
