"""Files of rows, whatever wrote them: CSV in any encoding with any separator, and XLSX.

A file is read row by row, and never held as a whole. What is too large to be a list, or made to
fill the memory of whoever opens it, is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from charset_normalizer import from_bytes
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_COLUMNS: Final = 500
MOST_ROWS: Final = 1_000_000
LONGEST_CELL: Final = 100_000
# What an XLSX may come to when it is unpacked, and how much larger than the packed file.
MOST_UNPACKED: Final = 300 * 2**20
MOST_TIMES_LARGER: Final = 150
MOST_PARTS: Final = 2000
SAMPLE: Final = 64 * 1024
BLOCK: Final = 1 << 20

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What lists of people come in where they are not in UTF-8.
_LIKELY: Final = [
    "cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "cp1252", "cp1250", "cp1256", "cp1255",
    "cp1254", "cp1253", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip
_SEPARATORS: Final = ",;\t|"

Row = tuple[int, list[str]]


class FileError(Exception):
    """A file that cannot be read as a list; the message says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a file: its headings, how it was read, and its rows.

    ``total`` is the number of rows below the headings. ``remarks`` are what was guessed.
    """

    file: IO[bytes]
    headings: tuple[str, ...]
    total: int
    encoding: str
    separator: str
    remarks: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield each row that says anything, with its number; the headings are in the first."""
        width = len(self.headings)
        rows = _rows(self.file, self.encoding, self.separator)
        next(rows, None)
        for number, cells in rows:
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                raise FileError(
                    _("Row %(number)s has %(cells)s cells, and there are %(width)s headings.")
                    % {"number": number, "cells": len(cells), "width": width}
                )
            yield number, [*cells[:width], *[""] * (width - len(cells))]

    def examples(self, most: int = 200) -> list[list[str]]:
        """Return the first rows, for guessing what the columns hold."""
        found = []
        for _number, cells in self.rows():
            found.append(cells)
            if len(found) == most:
                break
        return found


def open_listing(file: IO[bytes], encoding: str = "") -> Listing:
    """Look at a file and say how it is to be read. Raise FileError where it is no list.

    ``encoding`` is what a profile says; empty: it is found out.
    """
    file.seek(0)
    beginning = file.read(8)
    if beginning.startswith(b"PK\x03\x04"):
        return _open_xlsx(file)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileError(
            _("This is a workbook of the old kind, .xls, or a locked one: save it as .xlsx or CSV.")
        )
    return _open_csv(file, encoding)


def _listing(
    file: IO[bytes], encoding: str, separator: str, remarks: Sequence[str] = ()
) -> Listing:
    rows = _rows(file, encoding, separator)
    _number, first = next(rows, (0, []))
    if not first:
        raise FileError(_("The file holds no row."))
    total = sum(1 for _row in rows)
    return Listing(file, _named(first), total, encoding, separator, tuple(remarks))


def _named(cells: list[str]) -> tuple[str, ...]:
    """Return headings that differ: an empty one has its place, a second one its number."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = base = " ".join(cell.split())[:200] or f"column {place}"
        number = 1
        while name in names:
            number += 1
            name = f"{base} ({number})"
        names.append(name)
    return tuple(names)


def _rows(file: IO[bytes], encoding: str, separator: str) -> Iterator[Row]:
    rows = _xlsx_rows(file) if encoding == "xlsx" else _csv_rows(file, encoding, separator)
    for number, (place, found) in enumerate(rows):
        if number > MOST_ROWS:
            raise FileError(
                _("The file has more than %(most)s rows: cut it into several.")
                % {"most": MOST_ROWS}
            )
        # PostgreSQL stores no NUL; it is a sign that was lost, like any other.
        cells = [cell.replace("\0", "\ufffd") if "\0" in cell else cell for cell in found]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise FileError(
                _("Row %(number)s has more than %(most)s cells.")
                % {"number": place, "most": MOST_COLUMNS}
            )
        if cells:
            yield place, cells


# CSV


def _open_csv(file: IO[bytes], encoding: str) -> Listing:
    remarks = []
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise FileError(
                _("There is no encoding called “%(name)s”.") % {"name": encoding}
            ) from None
        if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            encoding = "utf-8-sig"
    else:
        encoding, is_guess = _encoding(file)
        if is_guess:
            remarks.append(
                _("The encoding is a guess: %(name)s. Look whether the letters are right.")
                % {"name": encoding}
            )
    return _listing(file, encoding, _separator(file, encoding), remarks)


def _encoding(file: IO[bytes]) -> tuple[str, bool]:
    """Return the encoding of a text, and whether it is only the likeliest one."""
    file.seek(0)
    beginning = file.read(4)
    for mark, name in _BOMS:
        if beginning.startswith(mark):
            return name, False
    file.seek(0)
    sample = file.read(SAMPLE)
    if sample.count(0) > len(sample) / 50:
        # Without a mark: the signs that separate cells have their zero on the one side or other.
        return ("utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"), True
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            sample = block[:SAMPLE]
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # Around the first letter that is none of UTF-8's: what comes before tells nothing.
        begun = max(error.start - SAMPLE // 2, 0)
        sample = error.object[begun : begun + SAMPLE]
    else:
        return "utf-8", False
    best = from_bytes(sample, cp_isolation=_LIKELY).best()
    if best is None:
        raise FileError(_("The encoding cannot be told: save the file as UTF-8."))
    return best.encoding, True


def _text(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(io.BufferedReader(_Kept(file), 1 << 16), encoding=encoding, newline="")


class _Kept(io.RawIOBase):
    """Reads a file that goes on being open when its reader is gone."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self.file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _separator(file: IO[bytes], encoding: str) -> str:
    """Return what separates the cells: what cuts the first rows into as many cells each."""
    try:
        sample = _text(file, encoding).read(SAMPLE)
    except UnicodeError as error:
        raise _undecodable(encoding) from error
    lines = sample.splitlines(keepends=True)
    # The last line may be cut off in the middle.
    lines = lines[:-1] if len(lines) > 1 and len(sample) == SAMPLE else lines
    best, width = ",", 0.0
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=separator) if row][:50]
        except csv.Error:
            continue
        if not rows or len(rows[0]) < 2:
            continue
        same = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        if same * len(rows[0]) > width:
            best, width = separator, same * len(rows[0])
    return best


def _csv_rows(file: IO[bytes], encoding: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(_text(file, encoding), delimiter=separator)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if cells and max(map(len, cells)) > LONGEST_CELL:
                raise FileError(
                    _("Row %(number)s has a cell of more than %(most)s characters.")
                    % {"number": number, "most": LONGEST_CELL}
                )
            yield number, cells
    except UnicodeError as error:
        raise _undecodable(encoding) from error
    except csv.Error as error:
        raise FileError(
            _("Row %(number)s cannot be read: %(reason)s. Is a quotation mark left open?")
            % {"number": number + 1, "reason": error}
        ) from error


def _undecodable(encoding: str) -> FileError:
    return FileError(
        _("The file is not in the encoding %(name)s: choose another one, or save it as UTF-8.")
        % {"name": encoding}
    )


# XLSX


def _open_xlsx(file: IO[bytes]) -> Listing:
    _refuse_bomb(file)
    workbook = _workbook(file)
    names = workbook.sheetnames
    workbook.close()
    remarks = []
    if len(names) > 1:
        remarks.append(
            _("The workbook has %(number)s sheets; the first one is read: %(name)s.")
            % {"number": len(names), "name": names[0]}
        )
    return _listing(file, "xlsx", "", remarks)


def _refuse_bomb(file: IO[bytes]) -> None:
    """Refuse what unpacks to far more than it is. No part unpacks to more than it says."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _broken(error) from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or (
        unpacked > 10 * 2**20 and unpacked > MOST_TIMES_LARGER * size
    ):  # fmt: skip
        raise FileError(
            _("The workbook unpacks to %(size)s MB, which no list does: save it as CSV.")
            % {"size": unpacked // 2**20}
        )


def _workbook(file: IO[bytes]) -> Any:
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (
        InvalidFileException, zipfile.BadZipFile, DefusedXmlException, ParseError, KeyError,
        ValueError, TypeError, OSError, AttributeError, IndexError,
    ) as error:  # fmt: skip
        raise _broken(error) from error


def _xlsx_rows(file: IO[bytes]) -> Iterator[Row]:
    workbook = _workbook(file)
    try:
        sheet = workbook.worksheets[0]
        # A sheet may say that it is a million rows wide and long.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_cell(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except (DefusedXmlException, ParseError, KeyError, ValueError, TypeError, IndexError,
            zipfile.BadZipFile, AttributeError) as error:  # fmt: skip
        raise _broken(error) from error
    finally:
        workbook.close()


def _cell(value: Any) -> str:
    """Return a cell as text: a day as 2014-11-05, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)[:LONGEST_CELL]


def _broken(error: Exception) -> FileError:
    return FileError(
        _("This workbook cannot be opened (%(reason)s): save it anew as .xlsx, or as CSV.")
        % {"reason": str(error).splitlines()[0][:100] if str(error) else type(error).__name__}
    )
