"""Arrests and releases by month: one up, the other down from one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from prisoners.models import CountRange
from prisoners.public import words
from prisoners.public.charts.scales import Numbers, Time, label_width, percent, unit
from prisoners.reading.series import Month, month_number, month_start

# Fewer people, or fewer months with any, are said and not drawn.
FEWEST_PEOPLE: Final = 5
FEWEST_MONTHS: Final = 3
# The share of a month's room that its bar takes.
BAR: Final = 0.7


def is_worth_drawing(months: Sequence[Month]) -> bool:
    """Whether there is enough for a shape to mean anything."""
    counted = [one.arrested.certain + one.released.certain for one in months]
    return sum(counted) >= FEWEST_PEOPLE and sum(map(bool, counted)) >= FEWEST_MONTHS


def draw(months: Sequence[Month]) -> dict[str, Any]:
    """Return the picture of some months in a row, for ``months.html``."""
    up = Numbers.up_to(max(1, *(one.arrested.possible for one in months)))
    down = Numbers.up_to(max(1, *(one.released.possible for one in months)))
    step = max(up.step, down.step)
    up, down = (Numbers(max(-(-one.top // step), 1) * step, step) for one in (up, down))
    height = up.top + down.top
    foot = up.top / height
    time = Time(months[0].first, month_start(month_number(months[-1].first) + 1))
    ticks = [
        {"y": percent((up.top - number) / height), "label": words.number(abs(number))}
        for number in range(up.top, -down.top - 1, -step)
    ]
    arrested = [(one.first, one.arrested) for one in months]
    released = [(one.first, one.released) for one in months]
    return {
        "ticks": ticks,
        "scale_width": label_width(ticks),
        "time": time.ticks(),
        "foot": percent(foot),
        "arrested": _bars(arrested, time, foot, -1 / height),
        "released": _bars(released, time, foot, 1 / height),
        "possible": _whiskers(arrested, time, foot, -1 / height)
        + _whiskers(released, time, foot, 1 / height),
    }


Counted = Sequence[tuple[date, CountRange]]


def _bars(counted: Counted, time: Time, foot: float, each: float) -> str:
    """Return one path of all bars; ``each`` is the share of the height that one person takes."""
    path = ""
    for month, count in counted:
        if count.certain:
            begin, end = _room(month, time)
            x, width = begin + (end - begin) * (1 - BAR) / 2, (end - begin) * BAR
            height = unit(count.certain * each)
            path += f"M{unit(x)} {unit(foot)}v{height}h{unit(width)}V{unit(foot)}z"
    return path


def _whiskers(counted: Counted, time: Time, foot: float, each: float) -> str:
    """Return one path of lines, from what is certain to what is possible."""
    path = ""
    for month, count in counted:
        if not count.is_exact:
            middle = sum(_room(month, time)) / 2
            more = unit((count.possible - count.certain) * each)
            path += f"M{unit(middle)} {unit(foot + count.certain * each)}v{more}"
    return path


def _room(month: date, time: Time) -> tuple[float, float]:
    return time.share(month), time.share(month_start(month_number(month) + 1))
