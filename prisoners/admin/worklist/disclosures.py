"""What is kept back from the public, and is to be looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.admin.standing import page_of
from prisoners.admin.worklist.item import Asking, Item, Line
from prisoners.admin.worklist.saying import loaded, named, needed, within
from prisoners.models import HOLDING_BACK, Consent, DisclosureRule
from prisoners.models.accounts import RESTRICTED
from prisoners.reading.owners import root_of
from prisoners.reading.worklist.listed import Place, Rows
from prisoners.reading.worklist.records import CONSENT, RULE, due_disclosures


class DueDisclosures(Item):
    name = "disclosures"
    permission = RESTRICTED

    def title(self) -> str:
        return _("Disclosures due for another look")

    def todo(self) -> str:
        return _(
            "The day to look again has come: decide whether each is still to be kept back. Where a "
            "consent ends soon, ask for another one."
        )

    def nothing(self) -> str:
        return _("No disclosure is due for another look.")

    def rows(self, asking: Asking) -> Rows:
        return due_disclosures(asking.today)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        numbers: dict[int, list[int]] = defaultdict(list)
        for kind, number, _day in rows:
            numbers[kind].append(number)
        others: dict[int, dict[int, Any]] = {
            RULE: _rules(numbers.get(RULE, [])),
            CONSENT: _consents(numbers.get(CONSENT, [])),
        }
        records = loaded(Place(kind, number) for kind, number, _day in rows if kind not in others)
        say: dict[int, Callable[[Any, date], Line]] = {
            RULE: self._of_rule,
            CONSENT: self._of_consent,
        }
        found = []
        for kind, number, day in rows:
            if kind in others:
                if (other := others[kind].get(number)) is not None:
                    found.append(say[kind](other, day))
            elif record := records.get(Place(kind, number)):
                found.append(self._of_record(record, day))
        return found

    @staticmethod
    def _of_record(record: Any, day: date) -> Line:
        return Line(
            text=named(record),
            url=f"{page_of(record)}#id_disclosure",
            details=[
                *within(record),
                str(record.get_disclosure_display()),
                _("due since %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=record.is_public,
        )

    @staticmethod
    def _of_rule(rule: DisclosureRule, day: date) -> Line:
        record = rule.target
        fact = record._meta.get_field(rule.field).verbose_name
        person = root_of(record)
        return Line(
            text=named(record),
            url=reverse("admin:prisoners_prisoner_shown", args=[person.pk]),
            details=[
                *within(record),
                _("%(fact)s: visitors see %(how)s") % {"fact": fact, "how": rule.get_how_display()},
                _("due since %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=record.is_public,
        )

    @staticmethod
    def _of_consent(consent: Consent, day: date) -> Line:
        return Line(
            text=str(consent.prisoner),
            url=reverse("admin:prisoners_consent_change", args=[consent.pk]),
            details=[
                _("consent by %(name)s") % {"name": consent.given_by},
                _("ends on %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=consent.prisoner.is_public,
        )


def _rules(numbers: list[int]) -> dict[int, Any]:
    """Load facts held back, with all that the records are named by."""
    paths = [
        path
        for name, model in HOLDING_BACK.items()
        for path in (name, *needed(model, f"{name}__"))  # type: ignore[arg-type]  # all of them are records
    ]
    return DisclosureRule.objects.prefetch_related(*paths).in_bulk(numbers) if numbers else {}


def _consents(numbers: list[int]) -> dict[int, Any]:
    consents = Consent.objects.select_related("prisoner").prefetch_related("prisoner__names")
    return consents.in_bulk(numbers) if numbers else {}
