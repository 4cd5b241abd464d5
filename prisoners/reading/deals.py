"""Deals, in the order in which they came about."""

from __future__ import annotations

from django.db.models import F, Max, QuerySet
from django.db.models.lookups import IsNull

from prisoners.models import Deal, Release
from prisoners.models.base import Scope, visible


def latest_first(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Order deals by when they were agreed, and those of unknown date by their latest release."""
    seen = visible(Release, Scope.PUBLISHED, "releases__")
    return deals.annotate(carried_out=Max("releases__happened_last", filter=seen)).order_by(
        IsNull(F("agreed"), True),
        F("agreed_last").desc(nulls_first=True),
        F("agreed_first").desc(nulls_last=True),
        F("carried_out").desc(nulls_last=True),
        "pk",
    )
