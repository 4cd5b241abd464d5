"""Guessing what the columns of a list are, from their headings and from what stands in them.

A guess is only ever offered: somebody looks at it before a list is imported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from prisoners.desk.importing.odd_dates import AUTO, read_date
from prisoners.desk.importing.profile import FIELDS, Layout, LayoutError, find, plain, shipped
from prisoners.desk.importing.terms import read_charges, read_term
from prisoners.desk.importing.understanding import GENDERS
from prisoners.desk.importing.values import is_nothing
from prisoners.models import ImportProfile

# Words of a heading, each as it begins, and the field that it may be; the first that fits counts.
_WORDS: Final = (
    ("external_address", r"\b(url|link|slug|web ?page|ссылка|спасылка|посилання)\b"),
    ("other_names", r"alias|alternat|additional name|other name|aka\b|also known|псевдоним|pinyin"),
    ("birth", r"birth|\bborn\b|\bdob\b|рожд|нараджэн|народжен|nacimiento"),
    ("death", r"\bdeath\b|\bdied\b|смерт|fallec"),
    ("ended", r"releas|freed|освобожд|вызвален|звільнен|liberaci"),
    ("last_confirmed", r"confirmed|last seen|as of"),
    ("passed", r"(verdict|sentence) date|date of (sentence|verdict)|sentenced on|дата.*приговор"),
    ("began", r"arrest(ed)?\b|detained|detention date|date of detention|задерж|затр[ыи]м|detenci"),
    ("term_years", r"years?\b|\bлет\b"),
    ("term_months", r"months?\b|месяц"),
    ("term_weeks", r"weeks?\b"),
    ("term_days", r"days?\b|сут"),
    ("term", r"sentence|term\b|decision|срок|тэрмін|приговор|вырак|вирок|condena"),
    ("court", r"court|\bсуд|tribunal|juzgado"),
    ("charges", r"charge|article|statute|\bстать|артыкул|delito"),
    ("facility", r"prison|facility|colony|detention ?cent|колони|турм|тюрьм|centro"),
    ("gender", r"\bsex\b|gender|\bпол\b|стать$|sexo"),
    ("citizenships", r"citizen|nationality|гражданств|грамадзянств|громадянств|nacionalidad"),
    ("occupation", r"occupation|profession|\bjob\b|професси|прафес|ocupaci|profesi"),
    ("status", r"status|статус|estado|situaci"),
    ("place", r"place|city|region|province|город|горад|місто|lugar|ciudad"),
    ("biography", r"biograph|summary|story|description|описание|биограф|resumen"),
    ("note", r"note|comment|remark|примечан|заўваг|observaci"),
    ("name", r"name|имя|фио|імя|прозвішча|піб|nombre"),
    ("external_id", r"\bid\b|number|\bno\b|номер|нумар"),
)  # fmt: skip
_SURE: Final = 0.8


def guess(headings: Sequence[str], examples: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a layout for a file, as far as it can be guessed; it may not be usable yet."""
    taken: set[str] = set()
    columns = []
    for place, heading in enumerate(headings):
        cells = [row[place] for row in examples if not is_nothing(row[place])]
        name = _field(plain(heading), cells)
        if name and name in taken and not FIELDS[name].several:
            name = ""
        taken.add(name)
        column: dict[str, Any] = {"heading": heading, "field": name}
        columns.append(column)
    dated = [
        row[place]
        for place, column in enumerate(columns)
        if column["field"] and FIELDS[column["field"]].kind == "date"
        for row in examples
    ]
    key = ["external_id"] if "external_id" in taken else ["name", "birth"]
    return {"name": "", "columns": columns, "dates": date_order(dated), "key": key}


def date_order(cells: Sequence[str]) -> str:
    """Return in which order dates are written, where some can be read in one only."""
    orders = {
        order
        for order in ("dmy", "mdy")
        if any(
            not read_date(cell, AUTO).refused
            and read_date(cell, order).value == read_date(cell, AUTO).value
            and read_date(cell, "mdy" if order == "dmy" else "dmy").refused
            for cell in cells
            if not is_nothing(cell)
        )
    }
    return orders.pop() if len(orders) == 1 else AUTO


def _field(heading: str, cells: Sequence[str]) -> str:
    by_values = _by_values(cells)
    for name, pattern in _WORDS:
        if re.search(pattern, heading):
            kind = FIELDS[name].kind
            # A heading that speaks of a date, over cells that hold none, means something else.
            if kind == "date" and cells and by_values != "date":
                continue
            if kind == "amount" and not _most(cells, lambda cell: cell.replace(".", "").isdigit()):
                continue
            return name
    return {"gender": "gender", "term": "term", "charges": "charges"}.get(by_values, "")


def _by_values(cells: Sequence[str]) -> str:
    """Return what kind of thing stands in a column; empty where that cannot be told."""
    if not cells:
        return ""
    if {cell.strip().casefold() for cell in cells} <= GENDERS.keys():
        return "gender"
    if _most(cells, lambda cell: read_date(cell, "dmy").is_stated):
        return "date"
    if _most(cells, lambda cell: read_term(cell).is_stated):
        return "term"
    if _most(cells, _says_article):
        return "charges"
    return ""


def _says_article(cell: str) -> bool:
    found = read_charges(cell, "law", {})
    return bool(found) and all(one.is_stated and one.certain for one in found)


def _most(cells: Sequence[str], fits: Any) -> bool:
    return bool(cells) and sum(map(fits, cells)) >= _SURE * len(cells)


def profiles() -> list[str]:
    """Return the names of all profiles, saved and shipped."""
    return sorted({*shipped(), *ImportProfile.objects.values_list("name", flat=True)})


def fitting(headings: Sequence[str]) -> Layout | None:
    """Return the profile that knows nearly all columns of a file; None where there is none."""
    there = {plain(heading) for heading in headings}
    best, most = None, 0.0
    for name in profiles():
        try:
            layout = find(name)
        except LayoutError:
            continue
        known = {plain(column.heading) for column in layout.columns}
        share = len(there & known) / len(there | known)
        if share >= _SURE and share > most and not layout.problems_with(headings):
            best, most = layout, share
    return best
