"""Importing at the desk, page by page."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from prisoners.desk.importing import process, running
from prisoners.models import Detention, Import, ImportFile, ImportProfile, ImportRow, Prisoner, Role
from tests.desk import account, at_desk, sign_in
from tests.factories import PrisonerFactory
from tests.lists import as_csv, viasna_row

pytestmark = pytest.mark.django_db

LIST = reverse("admin:prisoners_import_changelist")
UPLOAD = reverse("admin:prisoners_import_add")


def of(one: Import, name: str = "change") -> str:
    return reverse(f"admin:prisoners_import_{name}", args=[one.pk])


def uploaded(client: Client, rows: list[dict[str, str]], name: str = "list.csv") -> Import:
    file = SimpleUploadedFile(name, as_csv(rows))
    answer = client.post(UPLOAD, {"file": file})
    one = Import.objects.latest("pk")
    assert answer.headers["Location"] == of(one, "columns")
    return one


def chosen(client: Client, one: Import, **values: str) -> Any:
    """Send the form of the columns as the page offers it."""
    page = client.get(of(one, "columns"))
    data = {
        name: field.value() or ""
        for name, field in ((f.name, f) for f in page.context["form"])
        if field.value() not in (None, False)
    }
    for column in page.context["columns"]:
        data[f"field-{column['place']}"] = column["field"]
        data[f"values-{column['place']}"] = column["values"]
    return client.post(of(one, "columns"), {**data, **values})


def previewed(client: Client, rows: list[dict[str, str]]) -> Import:
    one = uploaded(client, rows)
    chosen(client, one)
    one.refresh_from_db()
    assert one.stage == Import.Stage.PLANNED
    return one


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client, Role.RESEARCHER)


def test_a_researcher_brings_a_list_from_upload_to_undoing(desk: Client) -> None:
    one = uploaded(desk, [viasna_row(1), viasna_row(2, name="???")])
    page = desk.get(of(one, "columns")).text
    assert "What each column is" in page
    assert "2 1/2 years" in page
    chosen(desk, one)
    page = desk.get(of(one)).text
    assert "created (1)" in page
    assert "refused (1)" in page
    assert "1 new facility" in page
    assert "<q>2 1/2 years</q> →" in page
    assert "2 years 6 months" in page
    assert not Prisoner.objects.exists()
    assert desk.post(of(one, "run")).headers["Location"] == of(one)
    person = Prisoner.objects.get()
    assert reverse("admin:prisoners_prisoner_change", args=[person.pk]) in desk.get(of(one)).text
    assert "Nobody has edited any of it since." in desk.get(of(one, "undo")).text
    desk.post(of(one, "undo"), {"reason": "the wrong file"})
    assert not Prisoner.objects.exists()
    assert "undone" in desk.get(of(one)).text


def test_the_page_of_the_columns_begins_with_the_profile_that_fits(desk: Client) -> None:
    one = uploaded(desk, [viasna_row(1)])
    page = desk.get(of(one, "columns"))
    assert page.context["form"].initial["name"] == "viasna"
    assert [column["field"] for column in page.context["columns"]][:3] == [
        "external_id", "external_address", "name",
    ]  # fmt: skip


def test_a_layout_that_no_profile_knows_is_guessed_and_saved_under_a_name(desk: Client) -> None:
    rows = [
        {"Nr": "7", "Full name": "Guessed Tester", "Born": "31/01/1990", "Sex": "F"},
        {"Nr": "8", "Full name": "Other Tester", "Born": "13/02/1990", "Sex": "M"},
    ]
    one = uploaded(desk, rows)
    page = desk.get(of(one, "columns"))
    assert [column["field"] for column in page.context["columns"]] == [
        "",
        "name",
        "birth",
        "gender",
    ]
    answer = chosen(desk, one, **{"field-0": "external_id", "name": "mine", "key": "external_id",
                                  "dates": "dmy"})  # fmt: skip
    assert answer.status_code == 302
    assert ImportProfile.objects.get().name == "mine"
    again = uploaded(desk, rows)
    assert desk.get(of(again, "columns")).context["form"].initial["name"] == "mine"
    assert one.rows.count() == 2


def test_a_layout_that_cannot_be_used_is_refused_with_the_reason(desk: Client) -> None:
    one = uploaded(desk, [viasna_row(1)])
    page = chosen(desk, one, **{"field-2": ""}).text
    assert "No column gives “name”" in page
    one.refresh_from_db()
    assert one.stage == Import.Stage.UPLOADED


def test_columns_that_are_not_imported_are_named_in_the_preview(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1, **{"extra column": "x"})])
    assert "Columns that are not imported: extra column." in desk.get(of(one)).text


def test_the_preview_can_be_narrowed_to_an_outcome(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1), viasna_row(2, name="???")])
    page = desk.get(of(one), {"outcome": "refused"}).text
    assert "characters were lost" in page
    assert "Tester Numarb" not in page


def test_a_possible_duplicate_is_decided_on_the_page(desk: Client) -> None:
    other = PrisonerFactory.create(name__text="Tester Numarb")
    one = previewed(desk, [viasna_row(1)])
    row = one.rows.get()
    assert "possible duplicate (1)" in desk.get(of(one)).text
    decide = reverse("admin:prisoners_import_decide", args=[one.pk, row.pk])
    answer = desk.post(decide, {"what": "person", "choice": str(other.pk), "outcome": "duplicate"})
    assert answer.headers["Location"] == f"{of(one)}?outcome=duplicate#row-{row.pk}"
    desk.post(of(one, "run"))
    assert Prisoner.objects.get() == other


def test_a_conflict_is_decided_on_the_page(desk: Client) -> None:
    first = previewed(desk, [viasna_row(1)])
    desk.post(of(first, "run"))
    Prisoner.objects.update(birth="1991")
    one = previewed(desk, [viasna_row(1, birthday="1992")])
    row = one.rows.get()
    page = desk.get(of(one)).text
    assert "Take the list&#x27;s" in page or "Take the list's" in page
    assert "unless you decide otherwise" in page
    assert "unless you decide" not in other(Role.RESEARCHER).get(of(one)).text
    decide = reverse("admin:prisoners_import_decide", args=[one.pk, row.pk])
    desk.post(decide, {"what": "birth", "choice": "take"})
    assert "the list" in desk.get(of(one)).text
    desk.post(of(one, "run"))
    assert str(Prisoner.objects.get().birth) == "1992"


def test_what_cannot_be_taken_is_not_offered_and_says_so(desk: Client) -> None:
    first = previewed(desk, [viasna_row(1)])
    desk.post(of(first, "run"))
    Detention.objects.create(
        prisoner=Prisoner.objects.get(),
        country="BY",
        began="2021-01-01",
        ended="2021-06-01",
        end_kind="released",
    )
    one = previewed(desk, [viasna_row(1, status="released", release_date="2022-07-01")])
    [row] = one.rows.all()
    assert "it overlaps another detention, whichever days they were" in row.reasons
    page = desk.get(of(one)).text
    assert "Not taken: see the reason above, and enter by hand what is so." in page
    assert "Take the list" not in page
    with pytest.raises(ValidationError, match="nothing to decide"):
        running.decide(row=row, what="ended", choice="take")


def test_a_note_that_the_record_holds_is_not_shown(desk: Client) -> None:
    first = previewed(desk, [viasna_row(1)])
    desk.post(of(first, "run"))
    Prisoner.objects.update(note="a secret of colleagues")
    one = previewed(desk, [viasna_row(1, birthday="1992")])
    assert "a secret of colleagues" not in desk.get(of(one)).text


def test_undoing_shows_what_stands_in_its_way(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1)])
    desk.post(of(one, "run"))
    person = Prisoner.objects.get()
    person.occupation = "tester"
    person.save()
    page = desk.get(of(one, "undo")).text
    assert "It cannot be undone" in page
    assert "Tester Numarb" in page
    desk.post(of(one, "undo"), {"reason": "all the same"})
    assert Prisoner.objects.exists()


def test_the_report_is_a_table_of_all_rows(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1, name="=1+1 Tester"), viasna_row(2, name="???")])
    answer = desk.get(of(one, "report"))
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams
    rows = list(csv.reader(text.splitlines()))
    assert [row[3] for row in rows[1:]] == ["created", "refused"]
    assert rows[1][2] == "'=1+1 Tester"


def test_what_is_no_list_is_refused_on_the_page(desk: Client) -> None:
    answer = desk.post(UPLOAD, {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 nothing")})
    assert "This workbook cannot be opened" in answer.text
    assert not Import.objects.exists()


def test_an_upload_can_be_deleted_before_it_runs(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1)])
    desk.post(of(one, "discard"))
    assert not Import.objects.exists()
    assert not ImportFile.objects.exists()
    assert not ImportRow.objects.exists()


def test_who_may_not_write_sees_no_import(client: Client) -> None:
    one = running.receive(content=as_csv([viasna_row(1)]), file_name="list.csv")
    at_desk(client, Role.VIEWER)
    for address in (LIST, UPLOAD, of(one), of(one, "columns"), of(one, "undo"), of(one, "report")):
        assert client.get(address).status_code == 403
    for name in ("run", "discard", "preview"):
        assert client.post(of(one, name)).status_code == 403


# Of the list itself ------------------------------------------------------------------------

SECRET = "Sekretnaya 17"


@pytest.fixture
def brought(client: Client) -> Import:
    """Give a list that waits for its run, of whoever is signed in at ``client``."""
    at_desk(client, Role.RESEARCHER)
    rows = [
        viasna_row(1, birthday="7 Sekretnaya 17", prison_title=SECRET),
        viasna_row(2, name="???", prison_title=SECRET),
    ]
    one = previewed(client, rows)
    assert SECRET in client.get(of(one)).text
    return one


def other(*roles: Role) -> Client:
    return sign_in(Client(), account(*roles, name="somebody-else"))


def read_of(client: Client, one: Import) -> str:
    """Return all that somebody is told of an import, whatever they ask for."""
    found = ""
    for query in ("", "?outcome=refused", "?outcome=created", "?outcome=uncertain"):
        found += client.get(of(one) + query).text
    for address in (of(one, "columns"), of(one, "columns") + "?profile=viasna", of(one, "report")):
        answer: Any = client.get(address)
        found += answer.getvalue().decode()
    return found + client.get(LIST).text


def test_what_a_list_says_is_not_read_by_somebody_else(brought: Import) -> None:
    client = other(Role.RESEARCHER)
    text = read_of(client, brought)
    assert "Sekretnaya" not in text
    assert "???" not in text
    assert "Tester Numarb" not in text
    page = client.get(of(brought)).text
    assert "created (1)" in page
    assert "refused (1)" in page
    assert "name: its characters were lost" in page
    assert "Here are the numbers, the reasons and the records." in page
    for name in ("columns", "report"):
        assert of(brought, name) not in page
        assert client.get(of(brought, name)).status_code == 403


def test_a_reason_that_quotes_a_cell_is_not_told(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    one = uploaded(client, [viasna_row(1, birthday="7 Sekretnaya 1980")])
    chosen(client, one, key="name,birth")
    assert "“sekretnaya” is no month" in client.get(of(one)).text.lower()
    page = other(Role.RESEARCHER).get(of(one)).text.lower()
    assert "sekretnaya" not in page
    assert "born: it cannot be read" in page


def test_an_upload_whose_columns_are_to_be_chosen_is_not_read_by_somebody_else(
    desk: Client,
) -> None:
    one = uploaded(desk, [viasna_row(1, text=SECRET)])
    client = other(Role.RESEARCHER)
    assert "columns to be chosen" in client.get(of(one)).text
    assert "Sekretnaya" not in read_of(client, one)


def test_who_does_not_read_a_list_decides_nothing_of_it(brought: Import) -> None:
    client = other(Role.RESEARCHER)
    before = brought.layout
    assert client.post(of(brought, "columns"), {"name": "mine"}).status_code == 403
    assert client.post(of(brought, "columns") + "?profile=viasna", {}).status_code == 403
    row = brought.rows.first()
    assert row is not None
    decide = reverse("admin:prisoners_import_decide", args=[brought.pk, row.pk])
    assert client.post(decide, {"what": "person", "choice": "skip"}).status_code == 403
    brought.refresh_from_db()
    assert brought.layout == before
    assert not ImportRow.objects.exclude(decisions={}).exists()


def test_who_does_not_read_a_list_neither_runs_it_nor_throws_it_away(
    brought: Import, client: Client
) -> None:
    somebody = other(Role.RESEARCHER)
    page = somebody.get(of(brought)).text
    assert "Import all of it" not in page
    assert "Delete the upload" not in page
    for name in ("run", "discard", "preview"):
        assert somebody.post(of(brought, name)).status_code == 403
    Import.objects.update(stage=Import.Stage.RUNNING)
    assert "Begin again" not in somebody.get(of(brought)).text
    assert somebody.post(of(brought, "run")).status_code == 403
    assert not Prisoner.objects.exists()
    client.post(of(brought, "run"))
    assert Prisoner.objects.exists()


def test_an_import_is_undone_by_whoever_ran_it_or_by_an_editor(
    brought: Import, client: Client
) -> None:
    client.post(of(brought, "run"))
    somebody = other(Role.RESEARCHER)
    page = somebody.get(of(brought)).text
    assert "Undo this import" not in page
    assert "An editor can undo it, or whoever did it" in page
    assert somebody.get(of(brought, "undo")).status_code == 403
    assert somebody.post(of(brought, "undo"), {"reason": "x"}).status_code == 403
    assert Prisoner.objects.exists()
    assert "Undo this import" in client.get(of(brought)).text
    editor = sign_in(Client(), account(Role.EDITOR, name="editor"))
    editor.post(of(brought, "undo"), {"reason": "x"})
    assert not Prisoner.objects.exists()


def test_what_came_by_the_command_line_is_read_by_those_who_read_what_is_restricted(
    brought: Import, client: Client
) -> None:
    Import.objects.update(made_by=None)
    assert "Sekretnaya" not in read_of(client, brought)
    assert SECRET in read_of(other(Role.EDITOR), brought)


def test_the_records_of_an_import_are_told_to_everybody_with_their_own_names(
    brought: Import, client: Client
) -> None:
    client.post(of(brought, "run"))
    person = Prisoner.objects.get()
    person.names.update(text="Name Intherecord")
    page = other(Role.RESEARCHER).get(of(brought)).text
    assert reverse("admin:prisoners_prisoner_change", args=[person.pk]) in page
    assert "Name Intherecord" in page
    assert "Tester Numarb" not in page


def test_nobody_sees_an_import_without_signing_in(client: Client) -> None:
    one = running.receive(content=as_csv([viasna_row(1)]), file_name="list.csv")
    for address in (LIST, of(one), of(one, "report")):
        assert client.get(address).status_code == 302


def test_an_interrupted_import_says_so_and_begins_again(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1)])
    Import.objects.update(stage=Import.Stage.RUNNING)
    answer = desk.get(of(one))
    assert answer.headers["Refresh"] == "2"
    assert "Begin again" in answer.text
    desk.post(of(one, "run"))
    assert Prisoner.objects.count() == 1


def test_how_far_it_is_stands_on_the_page_while_a_process_is_at_it(desk: Client) -> None:
    one = previewed(desk, [viasna_row(1)])
    Import.objects.update(stage=Import.Stage.RUNNING, rows_in_file=200)
    with process._telling(one) as tell:
        tell(50)
        page = desk.get(of(one)).text
        assert "50 of 200 rows" in page
        assert "Begin again" not in page
        desk.post(of(one, "run"))
    assert not Prisoner.objects.exists()


@pytest.mark.parametrize("rows", [3, 6])
def test_the_preview_asks_as_many_questions_however_many_rows(
    desk: Client, rows: int, django_assert_num_queries: Any
) -> None:
    one = previewed(desk, [viasna_row(number) for number in range(rows)])
    desk.get(of(one))
    with django_assert_num_queries(7):
        desk.get(of(one))
