"""The time that one person was held, each detention with how precisely its ends are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from prisoners.dates import Interval
from prisoners.models import Detention
from prisoners.public.charts.scales import Time, percent

Stretch = tuple[date, date]


def draw(detentions: Sequence[Detention], today: date) -> dict[str, Any] | None:
    """Return the picture, for ``time_held.html``: None where no detention has both ends.

    ``certain`` is filled: held on those days, whichever days the dates were. ``possible`` is
    open: before and after it, as far as the dates leave it open; and in a detention not known to
    have ended, since it was last confirmed.
    """
    drawn = [(one, parts) for one in detentions if (parts := _parts(one, today))]
    if not drawn:
        return None
    days = [day for _one, parts in drawn for stretch in parts.values() for day in stretch]
    time = Time.of(min(days), max(days))
    return {
        "rows": [
            {
                "detention": one,
                "open": one.is_open,
                **{name: _bar(stretch, time) for name, stretch in parts.items()},
            }
            for one, parts in drawn
        ],
        "time": time.ticks(),
        "undrawn": len(detentions) - len(drawn),
        "has_possible": any("possible" in parts for _one, parts in drawn),
    }


def _parts(one: Detention, today: date) -> dict[str, Stretch]:
    """Return the days of a detention, possible and certain, each up to and without the last."""
    began: Interval | None = one.began
    if began is None or began.first is None:
        return {}
    if one.is_open:
        confirmed = one.last_confirmed_last
        sure_to = min(confirmed + timedelta(days=1), today) if confirmed else None
        may_to: date | None = today
    else:
        sure_to, may_to = one.ended_first, one.ended_last
    if may_to is None or may_to <= began.first:
        return {}
    parts = {"possible": (began.first, may_to)}
    if began.last and sure_to and began.last < sure_to:
        parts["certain"] = (began.last, sure_to)
    if parts.get("certain") == parts["possible"]:
        del parts["possible"]
    return parts


def _bar(stretch: Stretch, time: Time) -> dict[str, str]:
    first, last = (time.share(day) for day in stretch)
    return {"x": percent(first), "width": percent(last - first)}
