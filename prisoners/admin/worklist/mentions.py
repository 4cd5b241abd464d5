"""Names that are not shown, and stand in a text that is public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from prisoners.admin.standing import page_of
from prisoners.admin.worklist.item import Asking, Item, Line
from prisoners.admin.worklist.saying import loaded, named, within
from prisoners.desk.mentions import catch_up, excerpts
from prisoners.models import Mention, Prisoner, kind_of
from prisoners.models.accounts import RESTRICTED
from prisoners.reading.worklist.listed import KINDS, Place, Rows
from prisoners.reading.worklist.mentions import open_mentions

PLACES = {kind_of(model): at for at, model in enumerate(KINDS)}


class NamesTold(Item):
    name = "names-told"
    permission = RESTRICTED

    def title(self) -> str:
        return _("Public texts that hold a name that is not shown")

    def todo(self) -> str:
        return _(
            "Read each: change or withhold a text that names them, or say that it names somebody "
            "else."
        )

    def nothing(self) -> str:
        return _("No public text holds a name that is not shown.")

    def rows(self, asking: Asking) -> Rows:
        # None stands for what could not be read while somebody waits.
        unread = [] if catch_up() else [None]
        return [*unread, *open_mentions()]

    def lines(self, rows: Sequence[Mention | None], asking: Asking) -> list[Line]:
        told = [one for one in rows if one is not None]
        records = loaded(_place(one) for one in told)
        people = Prisoner.objects.prefetch_related("names").in_bulk({one.person_id for one in told})
        there = [one for one in told if _place(one) in records and one.person_id in people]
        said = excerpts(there, {one.pk: _text(records[_place(one)], one.field) for one in there})
        unread = [Line(_unread(), "")] * (len(rows) - len(told))
        return unread + [
            self._line(one, records[_place(one)], people[one.person_id], said.get(one.pk, ""))
            for one in there
        ]

    @staticmethod
    def _line(one: Mention, record: Any, person: Prisoner, said: str) -> Line:
        label = record._meta.get_field(one.field).verbose_name
        look = reverse("admin:prisoners_mention_change", args=[one.pk])
        return Line(
            text=named(record),
            url=f"{page_of(record)}#id_{one.field}",
            details=[
                *within(record),
                _("%(fact)s: “%(text)s”") % {"fact": label, "text": said},
                _("may name %(person)s (%(number)s)")
                % {"person": person, "number": person.public_id},
            ],
            links=[(_("Read the text, or say that it names somebody else"), look)],
            is_public=True,
        )


def _place(mention: Mention) -> Place:
    return Place(PLACES[mention.kind], mention.record)


def _text(record: Any, field: str) -> str:
    return str(getattr(record, field) or "")


def _unread() -> str:
    return _(
        "Not all texts were read for names that are not shown: run “manage.py find_names_told”."
    )
