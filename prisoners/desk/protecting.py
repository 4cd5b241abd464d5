"""Who is kept from the public unless somebody decides otherwise: children, and people at risk."""

from __future__ import annotations

from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from prisoners.models import Disclosure, Prisoner, State

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
        arrests = [
            one
            for one in person.detentions.exclude(state=State.WITHDRAWN).values_list(
                "began_first", flat=True
            )
            if one
        ]
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
