"""Held over time: what is documented as a line of steps, what others report as points.

The two are never added. They share a scale only where the line stays visible on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from prisoners.bounds import ABOUT_TENTHS, Kind
from prisoners.public.charts.scales import Numbers, Time, label_width, percent, unit
from prisoners.reading.series import Held, HeldOverTime

# A line lower than this share of the scale would be lost at its foot.
LOWEST_SHARE: Final = 0.1
# Which way a point says that the number may be.
UPWARDS: Final = (Kind.AT_LEAST, Kind.MORE_THAN)
DOWNWARDS: Final = (Kind.AT_MOST, Kind.FEWER_THAN)


@dataclass(frozen=True, slots=True)
class Point:
    """A reported number: the days that it may be of, its bound, what to say of it, its page."""

    first: date
    last: date
    value: int
    bound: Kind
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day between two, as a mark under the line."""

    kind: str
    first: date
    last: date
    words: str
    url: str


def draw(
    series: HeldOverTime | None, points: Sequence[Point], marks: Sequence[Mark], last: date
) -> dict[str, Any] | None:
    """Return the picture up to a day, for ``held.html``; None where there is nothing to draw."""
    held = series.points if series else []
    begins = [held[0].day] if held else []
    begins += [point.first for point in points]
    if not begins:
        return None
    time = Time.of(min(begins), last)
    within = [point for point in points if point.first <= last]
    panels = _panels(held, within, time)
    widest = label_width([tick for panel in panels for tick in panel["ticks"]])
    return {
        "panels": panels,
        "time": time.ticks(),
        "scale_width": widest,
        "marks": [_mark(one, time) for one in marks if time.first <= one.last <= time.last],
        "has_range": any(not one.count.is_exact for one in held),
        "bounds": [kind.value for kind in Kind if any(one.bound is kind for one in within)],
        "apart": len(panels) > 1,
    }


def _panels(held: Sequence[Held], points: Sequence[Point], time: Time) -> list[dict[str, Any]]:
    documented = max((one.count.possible for one in held), default=0)
    reported = max((_highest(one) for one in points), default=0)
    if not points or not held:
        kind = "documented" if held else "reported"
        return [_panel(kind, held, points, time, max(documented, reported))]
    if documented >= LOWEST_SHARE * reported:
        return [_panel("both", held, points, time, max(documented, reported))]
    return [
        _panel("reported", [], points, time, reported),
        _panel("documented", held, [], time, documented),
    ]


def _highest(point: Point) -> int:
    return point.value + point.value * ABOUT_TENTHS // 10 * (point.bound is Kind.ABOUT)


def _panel(
    kind: str, held: Sequence[Held], points: Sequence[Point], time: Time, largest: int
) -> dict[str, Any]:
    scale = Numbers.up_to(largest)
    panel: dict[str, Any] = {
        "kind": kind,
        "ticks": scale.ticks(),
        "points": [_point(one, time, scale) for one in points],
    }
    if held:
        certain = [(one.day, one.count.certain) for one in held]
        possible = [(one.day, one.count.possible) for one in held]
        panel["line"] = _steps(certain, time, scale)
        panel["edge"] = _steps(possible, time, scale)
        panel["range"] = _between(certain, possible, time, scale)
    return panel


Steps = Sequence[tuple[date, int]]


def _corners(steps: Steps, time: Time, scale: Numbers) -> list[tuple[str, str]]:
    """Return the corners of a line that keeps each number until the next day."""
    corners: list[tuple[str, str]] = []
    for day, number in steps:
        x, y = unit(time.share(day)), unit(scale.share(number))
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return corners


def _steps(steps: Steps, time: Time, scale: Numbers) -> str:
    (x, y), *others = _corners(steps, time, scale)
    path, here = f"M{x} {y}", (x, y)
    for x, y in others:
        if x != here[0]:
            path += f"H{x}"
        elif y != here[1]:
            path += f"V{y}"
        here = (x, y)
    return path


def _between(certain: Steps, possible: Steps, time: Time, scale: Numbers) -> str:
    """Return the ground between the two lines; empty where they are one."""
    if list(certain) == list(possible):
        return ""
    lower = reversed(_corners(certain, time, scale))
    return _steps(possible, time, scale) + "".join(f"L{x} {y}" for x, y in lower) + "Z"


def _point(one: Point, time: Time, scale: Numbers) -> dict[str, Any]:
    begin, end = time.share(one.first), time.share(one.last)
    return {
        "x": percent((begin + end) / 2),
        "y": percent(scale.share(one.value)),
        "from": percent(begin) if one.first != one.last else "",
        "to": percent(end),
        "bound": "up" if one.bound in UPWARDS else "down" if one.bound in DOWNWARDS else "",
        "about": one.bound is Kind.ABOUT,
        "high": percent(scale.share(_highest(one))),
        "low": percent(scale.share(2 * one.value - _highest(one))),
        "words": one.words,
        "url": one.url,
    }


def _mark(one: Mark, time: Time) -> dict[str, Any]:
    middle = one.first + timedelta(days=(one.last - one.first).days // 2)
    return {
        "kind": one.kind,
        "x": percent(time.share(middle)),
        "words": one.words,
        "url": one.url,
    }
