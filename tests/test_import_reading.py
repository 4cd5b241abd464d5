"""Files of rows, whatever wrote them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from prisoners.desk.importing import reading
from prisoners.desk.importing.guessing import guess
from prisoners.desk.importing.reading import FileError, open_listing
from tests.lists import as_csv, cecc_row, viasna_row

WORDS = "Прозвішча,Горад\r\n" + "Тэставы Чалавек,Нідзе\r\n" * 40


def rows_of(content: bytes, encoding: str = "") -> list[list[str]]:
    listing = open_listing(io.BytesIO(content), encoding)
    return [list(listing.headings), *(cells for _number, cells in listing.rows())]


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1251", "koi8-r"]
)
def test_a_list_is_read_in_any_encoding_with_or_without_its_mark(encoding: str) -> None:
    words = WORDS if encoding != "koi8-r" else WORDS.replace("і", "и").replace("І", "И")
    read = rows_of(words.encode(encoding, "strict"))
    assert read[0] == words.splitlines()[0].split(",")
    assert read[1] == words.splitlines()[1].split(",")


def test_an_encoding_that_was_guessed_is_said_to_be_a_guess() -> None:
    assert "guess" in open_listing(io.BytesIO(WORDS.encode("cp1251"))).remarks[0]
    assert not open_listing(io.BytesIO(WORDS.encode())).remarks


def test_a_nul_is_a_sign_that_was_lost() -> None:
    assert rows_of(as_csv([viasna_row(1, name="Te\0ster")]))[1][2] == "Te\ufffdster"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_is_found_out(separator: str) -> None:
    rows = [viasna_row(1, name="Tester, One; Two"), viasna_row(2)]
    read = rows_of(as_csv(rows, delimiter=separator))
    assert read[1][2] == "Tester, One; Two"
    assert len(read) == 3


def test_rows_have_the_numbers_that_a_spreadsheet_gives_them_and_empty_ones_none() -> None:
    listing = open_listing(io.BytesIO(b"a,b\n1,2\n\n , \n3,4\n"))
    assert [number for number, _cells in listing.rows()] == [2, 5]
    assert listing.total == 2


def test_a_workbook_is_read_with_days_and_whole_numbers_as_they_are_meant() -> None:
    read = rows_of(workbook(["id", "born", "x"], [7.0, date(1990, 1, 2), True], [8, None, "a"]))
    assert read == [["id", "born", "x"], ["7", "1990-01-02", "TRUE"], ["8", "", "a"]]


def test_headings_that_are_empty_or_twice_there_are_told_apart() -> None:
    assert rows_of(b"a,,a\n1,2,3\n")[0] == ["a", "column 2", "a (2)"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"PK\x03\x04 and nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
        b"a,b\n1,2,3\n",
        b'a,b\n"open,2\n' + b"x" * 200_000,
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(FileError, match=r"\w"):
        rows_of(content)


def test_a_wrong_encoding_is_refused_and_not_read_as_other_letters() -> None:
    with pytest.raises(FileError, match="encoding"):
        rows_of(WORDS.encode("cp1251"), "utf-8")
    with pytest.raises(FileError, match="encoding"):
        rows_of(b"a,b\n1,2\n", "no-such")


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_refused() -> None:
    file = io.BytesIO(workbook(["a", "b"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (64 * 2**20))
    with pytest.raises(FileError, match="64 MB"):
        rows_of(file.getvalue())


def test_entities_in_a_workbook_are_refused() -> None:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["a", "b"], ["1", "2"]))) as before,
        zipfile.ZipFile(content, "w") as after,
    ):
        for name in before.namelist():
            text = before.read(name)
            if name.startswith("xl/worksheets/"):
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + text
            after.writestr(name, text)
    with pytest.raises(FileError, match="cannot be opened"):
        rows_of(content.getvalue())


def test_more_rows_and_columns_than_a_list_has_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(FileError, match="more than 3 rows"):
        rows_of(b"a,b\n" + b"1,2\n" * 5)
    with pytest.raises(FileError, match="more than 500 cells"):
        rows_of(b",".join([b"a"] * 600) + b"\n")


def test_columns_are_guessed_from_headings_and_from_what_stands_in_them() -> None:
    headings = ["Id", "Full name", "Sex", "Date of birth", "Arrested on", "X", "Y"]
    cells = [
        ["1", "Tester One", "f", "31/01/1990", "09/08/2020", "2 1/2 years", "Art. 342"],
        ["2", "Tester Two", "m", "13/02/1991", "10/08/2020", "3 years", "Part 1 of Art. 130"],
    ]
    guessed = guess(headings, cells)
    assert [column["field"] for column in guessed["columns"]] == [
        "external_id", "name", "gender", "birth", "began", "term", "charges",
    ]  # fmt: skip
    assert guessed["dates"] == "dmy"


def test_the_shapes_of_real_lists_are_guessed_well_enough_to_begin_with() -> None:
    rows = [cecc_row(one) for one in range(5)]
    cells = [list(row.values()) for row in rows]
    fields = {
        column["heading"]: column["field"] for column in guess(list(rows[0]), cells)["columns"]
    }
    assert fields["date_of_detention"] == "began"
    assert fields["main.name"] == "name"
    assert fields["Sex"] == "gender"
