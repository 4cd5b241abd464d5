"""How a release adds up: its parts as stretches of one bar, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prisoners.public.charts.scales import percent


@dataclass(frozen=True, slots=True)
class Part:
    """So many people of a release; ``kind`` chooses how they are drawn."""

    label: str
    people: int
    kind: str


def draw(bars: list[list[Part]], whole: int) -> list[list[dict[str, Any]]]:
    """Return each bar as its parts one after another, where ``whole`` fills the width."""
    drawn = []
    for parts in bars:
        begin = 0
        bar = []
        for part in parts:
            if part.people:
                bar.append(
                    {
                        "label": part.label,
                        "people": part.people,
                        "kind": part.kind,
                        "x": percent(begin / whole),
                        "width": percent(part.people / whole),
                    }
                )
            begin += part.people
        if bar:
            drawn.append(bar)
    return drawn
