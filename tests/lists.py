"""Lists in the shapes of real ones, about people who do not exist."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from prisoners.desk.importing.profile import read_file, shipped

VIASNA: Final = (
    "id", "url_slug", "name", "status", "gender", "birthday", "arrested", "decision",
    "prison_title", "verdict_date", "release_date", "articles",
)  # fmt: skip
CECC: Final = tuple(column.heading for column in read_file(shipped()["cecc"]).columns)


def viasna_row(number: int, **values: str) -> dict[str, str]:
    return {
        "id": str(number),
        "url_slug": f"tester-numar-{number}",
        "name": f"Tester Numar{letters(number)}",
        "status": "active",
        "gender": "female",
        "birthday": "1990-01-02",
        "arrested": "2020-08-09",
        "decision": "2 1/2 years",
        "prison_title": "Test colony No. 7",
        "verdict_date": "2021-03-04",
        "release_date": "",
        "articles": "Part 2 of Art. 293; Art. 342",
        **values,
    }


def cecc_row(number: int, **values: str) -> dict[str, str]:
    row = dict.fromkeys(CECC, "")
    row |= {
        "CECC_record_number": f"1900-{number:05d}",
        "detention_status": "REL",
        "main.name": f"Testing Persona{letters(number)}",
        "Chinese.characters..main.name.": "???",
        "Sex": "M",
        "religion": "(na)",
        "date_of_detention": "1985/mm/dd",
        "Recidivists": "0.0",
        "short_summary": 'According to <a href="https://example.org/a">a test</a>, nothing was so.',
    }
    return row | {name.replace("__", "."): value for name, value in values.items()}


def letters(number: int) -> str:
    """Return a number in letters, so that names differ as names do."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def as_csv(rows: Sequence[dict[str, str]], encoding: str = "utf-8", **settings: Any) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), **settings)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def written(folder: Path, rows: Sequence[dict[str, str]], name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(as_csv(rows))
    return path
