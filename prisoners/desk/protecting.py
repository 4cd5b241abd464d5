"""Who is kept from the public unless somebody decides otherwise: children, and people at risk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils.translation import gettext as _

from prisoners.desk.former_addresses import forget_touched
from prisoners.desk.telling import refuse_touched
from prisoners.models import (
    Detention,
    Disclosure,
    DisclosureRule,
    Operation,
    Prisoner,
    State,
)

# Whoever is younger is a child: Convention on the Rights of the Child, article 1.
OF_AGE: Final = relativedelta(years=18)


def reasons_to_protect(person: Prisoner, today: date) -> list[str]:
    """Return why somebody is withheld unless an editor decides otherwise: a child, or at risk.

    Whoever may have been under 18 counts as a child; of whom no birth is known nothing is said.
    """
    reasons = []
    if person.special_risk:
        reasons.append(_("at special risk"))
    born = known_birth(person)
    if born is not None:
        arrests = list(known_arrests(person))
        of_age = born + OF_AGE
        if of_age > today:
            reasons.append(_("may be under 18"))
        elif arrests and of_age > min(arrests):
            reasons.append(_("may have been under 18 when arrested"))
    return reasons


def known_birth(person: Prisoner) -> date | None:
    """Return the latest day on which somebody can have been born; None where that is not known."""
    if person.birth_last:
        return person.birth_last
    rule = person.disclosure_rules.filter(field="birth").first() if "birth" in person.held else None
    if rule is None or not rule.kept.get("birth"):
        return None
    last: date | None = Prisoner(birth=rule.kept["birth"]).birth_last
    return last


def known_arrests(person: Prisoner) -> Iterator[date]:
    """Yield the first day on which each arrest can have been, also where it is held back."""
    detentions = person.detentions.exclude(state=State.WITHDRAWN)
    stored = list(detentions.values_list("began_first", "held_back"))
    yield from (began for began, _held_back in stored if began)
    if not any(held_back for _began, held_back in stored):
        return
    rules = DisclosureRule.objects.filter(detention__in=detentions, field="began")
    for kept in rules.values_list("kept", flat=True):
        first: date | None = Detention(began=kept.get("began") or None).began_first
        if first:
            yield first


def protect_touched(*, operation: Operation, today: date) -> None:
    """Withhold whoever is public and is to be protected by what an operation has written.

    Raise ValidationError, with each place, where what it has written tells what is held back.
    """
    births = Prisoner.history.filter(operation=operation)
    arrests = Detention.history.filter(operation=operation)
    people = Prisoner.objects.filter(
        Q(pk__in=births.values("id")) | Q(pk__in=arrests.values("prisoner_id")),
        state=State.PUBLISHED,
        disclosure=Disclosure.PUBLIC,
    )
    for person in people:
        protect(person=person, today=today)
    refuse_touched(operation)
    forget_touched(operation)


def protect(*, person: Prisoner, today: date) -> list[str]:
    """Withhold somebody who is to be protected, unless it was decided otherwise; return why."""
    if person.disclosure == Disclosure.WITHHELD or person.shown_because:
        return []
    reasons = reasons_to_protect(person, today)
    if reasons:
        person.disclosure = Disclosure.WITHHELD
        person.disclosure_reason = person.disclosure_reason or "; ".join(reasons)
        person.save(update_fields=["disclosure", "disclosure_reason", "updated_at"])
    return reasons
