"""Records that somebody has to look at, and what was imported or proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners.admin.base import described
from prisoners.admin.duplicates import compare_page, proposal_page
from prisoners.admin.standing import page_of
from prisoners.admin.worklist.item import Asking, Item, Line
from prisoners.admin.worklist.saying import day_label, loaded, named, number, within
from prisoners.models import Detention, Source
from prisoners.models.duplicates import DuplicateCandidate, MergeProposal
from prisoners.models.workflow import Revision
from prisoners.reading.duplicates import Mark
from prisoners.reading.facets import RECENT
from prisoners.reading.review import proposed
from prisoners.reading.worklist.imports import with_refused_rows
from prisoners.reading.worklist.listed import KINDS, Place, Rows
from prisoners.reading.worklist.records import in_review, unarchived, unconfirmed


class InReview(Item):
    name = "in-review"
    by_person = True

    def title(self) -> str:
        return _("Records waiting for review")

    def todo(self) -> str:
        return _("Read each beside its sources, and publish it or say what it lacks.")

    def nothing(self) -> str:
        return _("No record waits for review.")

    def rows(self, asking: Asking) -> Rows:
        return in_review(asking.user)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        records = loaded(Place(kind, number) for kind, number, _since in rows)
        return [
            Line(
                text=named(record),
                url=page_of(record),
                details=[
                    *within(record),
                    _("unchanged since %(day)s") % {"day": day_label(since)},
                ],
            )
            for kind, number, since in rows
            if (record := records.get(Place(kind, number)))
        ]


class Proposed(Item):
    name = "proposed"
    by_person = True

    def title(self) -> str:
        return _("Proposed changes waiting for a decision")

    def todo(self) -> str:
        return _("Read what changes beside its sources, and accept or refuse it.")

    def nothing(self) -> str:
        return _("No proposed change waits for a decision.")

    def rows(self, asking: Asking) -> Rows:
        return proposed() if asking.user is None else proposed(by=asking.user)

    def lines(self, rows: Sequence[Revision], asking: Asking) -> list[Line]:
        kinds = {str(model._meta.model_name): at for at, model in enumerate(KINDS)}
        records = loaded(Place(kinds[one.kind], one.record) for one in rows)
        return [
            Line(
                text=named(record),
                url=reverse("admin:prisoners_revision_change", args=[one.pk]),
                details=[
                    _("proposed by %(who)s, %(day)s") % {"who": one.by, "day": day_label(one.at)},
                    *([one.reason] if one.reason else []),
                ],
                is_public=record.is_public,
            )
            for one in rows
            if (record := records.get(Place(kinds[one.kind], one.record)))
        ]


class Unconfirmed(Item):
    name = "unconfirmed"
    by_person = True

    def title(self) -> str:
        return _("People not confirmed as held for %(days)s days") % {"days": RECENT.days}

    def todo(self) -> str:
        return _(
            "Find out whether they are still held, and enter the day; the longest silence first."
        )

    def nothing(self) -> str:
        return _("Everybody said to be held was confirmed in the last %(days)s days.") % {
            "days": RECENT.days
        }

    def rows(self, asking: Asking) -> Rows:
        return unconfirmed(asking.today, asking.user).prefetch_related(*described(Detention))

    def lines(self, rows: Sequence[Detention], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one.prisoner),
                url=f"{page_of(one)}#id_last_confirmed",
                details=[
                    _("last confirmed %(date)s") % {"date": one.last_confirmed.label()}
                    if one.last_confirmed
                    else _("never confirmed"),
                    _("held since %(date)s") % {"date": one.began.label()}
                    if one.began
                    else _("held since an unknown day"),
                    str(one.country.name),
                ],
                is_public=one.is_public and one.prisoner.is_public,
            )
            for one in rows
        ]


class Duplicates(Item):
    name = "duplicates"

    def title(self) -> str:
        return _("Possible duplicates")

    def todo(self) -> str:
        return _("Look at the two side by side, and say whether they are one person.")

    def nothing(self) -> str:
        return _("No two records look as if they were of one person.")

    def rows(self, asking: Asking) -> Rows:
        return DuplicateCandidate.objects.select_related("first", "second").order_by("-score", "id")

    def lines(self, rows: Sequence[DuplicateCandidate], asking: Asking) -> list[Line]:
        return [
            Line(
                text=f"{one.first_spelling} / {one.second_spelling}",
                url=compare_page(one.first_id, one.second_id),
                details=[
                    _("alike by %(score)s per cent") % {"score": one.score},
                    *(str(Mark(mark).label) for mark in one.marks.split(",") if mark in Mark),
                ],
                is_public=one.first.is_public and one.second.is_public,
            )
            for one in rows
        ]


class ProposedMerges(Item):
    name = "proposed-merges"
    by_person = True

    def title(self) -> str:
        return _("Proposed merges waiting for a decision")

    def todo(self) -> str:
        return _("Read the comparison beside its sources, and accept the merge or refuse it.")

    def nothing(self) -> str:
        return _("No proposed merge waits for a decision.")

    def rows(self, asking: Asking) -> Rows:
        found = MergeProposal.objects.waiting().select_related("by").order_by("at", "pk")
        return found if asking.user is None else found.filter(by=asking.user)

    def lines(self, rows: Sequence[MergeProposal], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one),
                url=proposal_page(one),
                details=[
                    _("proposed by %(who)s, %(day)s") % {"who": one.by, "day": day_label(one.at)},
                    one.reason,
                ],
                # Nobody needs a second person for what visitors would not notice.
                is_public=True,
            )
            for one in rows
        ]


class RefusedRows(Item):
    name = "refused-rows"
    by_person = True

    def title(self) -> str:
        return _("Imports with refused rows")

    def todo(self) -> str:
        return _("Read why each row was refused, mend it in the list, and import it again.")

    def nothing(self) -> str:
        return _("No row of an import was refused.")

    def rows(self, asking: Asking) -> Rows:
        return with_refused_rows(asking.user)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        return [self._line(one) for one in rows]

    @staticmethod
    def _line(one: Any) -> Line:
        refused = ngettext("%(number)s row refused", "%(number)s rows refused", one.refused)
        return Line(
            text=str(one),
            url=f"{reverse('admin:prisoners_import_change', args=[one.pk])}?outcome=refused",
            details=[
                refused % {"number": number(one.refused)},
                str(one.get_stage_display()),
                day_label(one.made_at),
            ],
        )


class Unarchived(Item):
    name = "unarchived"
    by_person = True

    def title(self) -> str:
        return _("Sources without an archived copy")

    def todo(self) -> str:
        return _("Archive the page while it is there, and enter the address of the copy.")

    def nothing(self) -> str:
        return _("Every source with an address has an archived copy.")

    def rows(self, asking: Asking) -> Rows:
        return unarchived(asking.user)

    def lines(self, rows: Sequence[Source], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one),
                url=f"{page_of(one)}#id_archived",
                details=[
                    *([one.publisher] if one.publisher else []),
                    *([one.published.label()] if one.published else []),
                    one.address,
                ],
                is_public=one.is_public,
            )
            for one in rows
        ]
