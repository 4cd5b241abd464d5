"""What became of each row, as a table to be downloaded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from prisoners.desk.importing.planning import Plan
from prisoners.desk.importing.profile import FIELDS
from prisoners.desk.importing.writing import kept
from prisoners.models import Import, ImportRow, Prisoner

_WORD: Final = re.compile(r"\w+")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def headings() -> list[str]:
    return [
        _("row"),
        _("known by"),
        _("name"),
        _("outcome"),
        _("record"),
        _("why"),
        _("what differs"),
        _("read with doubt or refused"),
        _("may be"),
    ]


def without_cells(rows: Iterable[ImportRow]) -> Iterator[ImportRow]:
    """Leave of rows what is told without a word of the list: the outcome, why, and which record.

    Nor is it told whom a row is about of whom facts are held back by now. Rows come with their
    people and the names of those.
    """
    for row in rows:
        row.reasons = [_without_quoting(one, row.cells) for one in row.reasons]
        row.cells, row.changes, row.likenesses, row.record = [], [], [], ""
        if _is_protected(row.prisoner):
            row.prisoner, row.reasons = None, []
        row.name = str(row.prisoner) if row.prisoner else ""
        yield row


def _without_quoting(reason: str, cells: list[dict[str, Any]]) -> str:
    """Return a reason without the cell that it is about; why a date is none may quote it again."""
    for cell in cells:
        if cell["remark"] and cell["remark"] in reason:
            remark = _("it cannot be read") if _is_quoted(cell) else cell["remark"]
            name = cell["field"]
            label = FIELDS[name].label if name in FIELDS else name
            return _("%(field)s: %(reason)s") % {"field": label, "reason": remark}
    return reason


def _is_quoted(cell: dict[str, Any]) -> bool:
    said, raw = cell["remark"].casefold(), str(cell["raw"]).casefold()
    return raw in said or not set(_WORD.findall(said)).isdisjoint(_WORD.findall(raw))


def _is_protected(person: Prisoner | None) -> bool:
    return person is not None and (bool(person.held_back) or not person.is_named)


def safe(text: Any) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    words = str(text)
    return f"'{words}" if words.startswith(_FORMULA) else words


def line(row: ImportRow, public_id: str) -> list[str]:
    """Return what the report says of one row."""
    return [
        safe(one)
        for one in (
            row.number,
            row.record,
            row.name,
            row.get_outcome_display(),
            public_id,
            "; ".join(row.reasons),
            "; ".join(changed(change) for change in row.changes),
            "; ".join(doubtful(cell) for cell in row.cells if cell["state"] != "read"),
            "; ".join(f"{alike['name']} ({alike['nearness']})" for alike in row.likenesses),
        )
    ]


def changed(change: dict[str, Any]) -> str:
    """Say what a row changes: ``birth: 1980 → 1981``, and what is to be decided of it."""
    now = shown(change["now"])
    words = f"{change['field']}: {now} → {shown(change['file'])}"
    if change["field"] == "note":
        words = "note"
    if change.get("proposed"):
        return _("%(change)s (proposed)") % {"change": words}
    return words + {"disputed": " (?)", "keep": " (✗)"}.get(change["state"], "")


def doubtful(cell: dict[str, Any]) -> str:
    sign = "✗" if cell["state"] == "refused" else "?"
    remark = f" – {cell['remark']}" if cell["remark"] else ""
    return f"{cell['heading']} “{cell['raw']}” → {cell['shown'] or sign}{remark}"


def shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, dict):
        return " ".join(f"{number} {unit}" for unit, number in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"


class Table:
    """Writes a report row by row."""

    def __init__(self, stream: IO[str]) -> None:
        self.writer = csv.writer(stream)
        self.writer.writerow(headings())

    def add(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            public_id = plan.prisoner.public_id if plan.prisoner else plan.public_id
            row = ImportRow(**kept(Import(), plan, stands=False))
            self.writer.writerow(line(row, public_id))


class _Echo:
    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[ImportRow]) -> Iterator[str]:
    """Yield the report line by line, its byte order mark first: spreadsheets need it."""
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(headings())
    for row in rows:
        yield writer.writerow(line(row, row.prisoner.public_id if row.prisoner else ""))


def worth_telling(plan: Plan) -> bool:
    """Whether somebody has to look at a row."""
    outcomes = ImportRow.Outcome
    return plan.outcome in (outcomes.REFUSED, outcomes.CONFLICT, outcomes.DUPLICATE)
