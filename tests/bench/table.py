"""The one table that the benchmark writes: each figure, what it should be, and whether it is."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and in words; no number where it could not be."""

    number: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``met`` says whether its target is. Sizes stand in braces."""

    name: str
    label: str
    target: str = ""
    met: Callable[[float], bool] | None = None


def at_most(limit: float) -> Callable[[float], bool]:
    return lambda number: number <= limit


def at_least(limit: float) -> Callable[[float], bool]:
    return lambda number: number >= limit


ROWS: Final = (
    Row("list_p50", "{people} people: list, 3 filters, all facets, p50", "≤ 30 ms", at_most(30)),
    Row("list_p95", "{people} people: list, 3 filters, all facets, p95", "≤ 70 ms", at_most(70)),
    Row("list_max", "{people} people: list, 3 filters, all facets, longest"),
    Row("search_p50", "{people} people: search by name, p50"),
    Row("search_p95", "{people} people: search by name, p95", "≤ 60 ms", at_most(60)),
    Row("find_p95", "{people} people: finding a name alone, p50 and p95"),
    Row("recall_1", "Recall at 1"),
    Row("recall_10", "Recall at 10"),
    Row("recall_misspelt", "Recall at 1 and 10, a letter wrong"),
    Row("recall_letters transposed", "Recall at 1 and 10, letters transposed"),
    Row("recall_reordered", "Recall at 1 and 10, words reordered"),
    Row("recall_another script", "Recall at 1 and 10, transliterated"),
    Row("cached", "Page kept ready, of a bare view", "≥ 0.6", at_least(0.6)),
    Row("conditional", "Conditional request (304), of a bare view", "≥ 0.8", at_least(0.8)),
    Row("datasette", "{small} people: lists, of Datasette", "≥ 30", at_least(30)),
    Row("memory", "Memory that a worker does not share", "< 200 MB", lambda number: number < 200),
    Row("first", "First page of a new process"),
    Row("inventing", "Inventing {people} people"),
    Row("preparing", "Making {people} people ready to be served"),
)


def milliseconds(number: float, of: int | None = None) -> Figure:
    return Figure(number, f"{number:,.1f} ms" + (f" ({of:,} asked)" if of else ""))


def share(numbers: list[float], part: int) -> float:
    """Return what so many in a hundred do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(-(-len(ordered) * part // 100) - 1, 0)]


def ratio(rounds: list[dict[str, float]]) -> Figure:
    number = statistics.median(one["ours"] / one["theirs"] for one in rounds)
    ours, theirs = (statistics.median(one[side] for one in rounds) for side in ("ours", "theirs"))
    return Figure(number, f"{number:.2f} ({ours:,.1f} : {theirs:,.1f} a second)")


def table(figures: Mapping[str, Mapping[str, Figure]], people: int, small: int) -> str:
    """Return all figures as Markdown."""
    lines = [
        f"| Figure | Target | {' | '.join(figures)} | Met |",
        f"|---|---|{'---|' * len(figures)}---|",
    ]
    for row in ROWS:
        label = row.label.format(people=f"{people:,}", small=f"{small:,}")
        measured = [figures[database][row.name] for database in figures]
        words = " | ".join(figure.words for figure in measured)
        lines.append(f"| {label} | {row.target} | {words} | {_met(row, measured)} |")
    return "\n".join(lines)


def _met(row: Row, measured: list[Figure]) -> str:
    if row.met is None:
        return ""
    met = [figure.number is not None and row.met(figure.number) for figure in measured]
    return "yes" if all(met) else "no" if not any(met) else "on one"
