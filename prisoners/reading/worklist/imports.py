"""Imports of which some rows were refused."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from prisoners.models.importing import Import, ImportRow

STAGES = (Import.Stage.PLANNED, Import.Stage.RUNNING, Import.Stage.DONE)


def with_refused_rows(user: int | None = None) -> QuerySet[Any]:
    """Return the imports that are not undone and have refused rows, the latest first.

    ``refused`` is how many. With ``user``, only those that this account made.
    """
    refused = ImportRow.objects.filter(of=OuterRef("pk"), outcome=ImportRow.Outcome.REFUSED)
    each = refused.order_by().values("of").annotate(rows=Count("pk"))
    rows = Import.objects.filter(stage__in=STAGES).annotate(refused=Subquery(each.values("rows")))
    rows = rows.filter(refused__gt=0).order_by("-pk")
    return rows if user is None else rows.filter(made_by=user)
