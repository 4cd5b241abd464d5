"""Lists brought into the record: found again, merged, cited, undone."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.desk.importing import report, running
from prisoners.desk.importing.profile import Layout, LayoutError, find, read_layout
from prisoners.desk.importing.reading import FileError, open_listing
from prisoners.models import (
    Citation,
    Detention,
    ExternalId,
    Facility,
    Import,
    ImportFile,
    ImportRow,
    Operation,
    Prisoner,
    PrisonerName,
    Role,
    Sentence,
    Source,
    State,
)
from prisoners.reading.gaps import uncited
from tests.desk import account
from tests.factories import DetentionFactory, PrisonerFactory
from tests.lists import as_csv, cecc_row, viasna_row, written

pytestmark = pytest.mark.django_db

Outcome = ImportRow.Outcome


def brought(
    rows: list[dict[str, str]], profile: str | Layout = "viasna", **settings: Any
) -> tuple[Import, running.Report]:
    layout = profile if isinstance(profile, Layout) else find(profile)
    listing = open_listing(io.BytesIO(as_csv(rows)), layout.encoding)
    return running.import_file(listing=listing, file_name="list.csv", layout=layout, **settings)


def counts(said: running.Report) -> dict[str, int]:
    return {str(name): number for name, number in said.counts.items() if number}


def previewed(rows: list[dict[str, str]], profile: str = "viasna", by: Any = None) -> Import:
    one = running.receive(content=as_csv(rows), file_name="list.csv", by=by)
    running.choose(one=one, layout=find(profile))
    running.preview(one=one)
    one.refresh_from_db()
    return one


def everything() -> list[int]:
    models = (Prisoner, PrisonerName, ExternalId, Detention, Sentence, Citation, Source, Facility)
    return [model._default_manager.count() for model in models]


def test_a_row_becomes_a_draft_with_all_that_it_says() -> None:
    brought([viasna_row(1)])
    person = Prisoner.objects.get()
    assert (person.state, person.name, person.gender) == (State.DRAFT, "Tester Numarb", "female")
    assert str(person.birth) == "1990-01-02"
    one = person.external_ids.get()
    assert (one.scheme, one.value) == ("viasna", "1")
    assert one.address == "https://prisoners.spring96.org/en/person/tester-numar-1"
    detention = person.detentions.get()
    assert (detention.country, str(detention.began), detention.is_open) == (
        "BY",
        "2020-08-09",
        True,
    )
    assert detention.placements.get().facility.name == "Test colony No. 7"
    sentence = detention.sentences.get()
    assert (sentence.years, sentence.months, str(sentence.passed)) == (2, 6, "2021-03-04")
    assert [(one.article, one.part) for one in detention.charges.all()] == [
        ("293", "2"),
        ("342", ""),
    ]
    assert {one.code for one in detention.charges.all()} == {"Criminal Code of Belarus"}


def test_each_fact_is_cited_to_the_source_of_the_import_with_its_row() -> None:
    one, _said = brought([viasna_row(1), viasna_row(2)])
    assert one.source is not None
    assert one.source.publisher == "Human Rights Center “Viasna”"
    for person in Prisoner.objects.all():
        assert list(uncited(person)) == []
        assert person.citations.get().source == one.source
    assert {c.locator for c in Citation.objects.filter(prisoner__isnull=False)} == {
        "row 2, 1",
        "row 3, 2",
    }


def test_an_editor_can_publish_what_was_imported() -> None:
    one, _said = brought([viasna_row(1)])
    assert one.source is not None
    workflow.publish(record=one.source)
    workflow.publish(record=Facility.objects.get())
    workflow.publish(record=Prisoner.objects.get())
    assert Prisoner.objects.published().count() == 1


def test_what_is_read_with_doubt_is_shown_so_and_cited_with_what_stood_there() -> None:
    one, said = brought(
        [cecc_row(1, detention_status="REL?", date_of_detention="2014/11/dd?")], "cecc"
    )
    detention = Detention.objects.get()
    assert (detention.end_kind, str(detention.began)) == ("released", "2014-11?")
    row = one.rows.get()
    assert row.uncertain
    doubtful = {cell["raw"]: cell["state"] for cell in row.cells if cell["state"] != "read"}
    assert doubtful == {"REL?": "uncertain", "2014/11/dd?": "uncertain", "???": "refused"}
    assert Citation.objects.get(detention=detention, field="end_kind").value == "REL?"
    assert said.uncertain == 1


def test_lost_characters_are_no_name_and_html_is_cleaned() -> None:
    brought([cecc_row(1)], "cecc")
    person = Prisoner.objects.get()
    assert [name.text for name in person.names.all()] == ["Testing Personab"]
    assert person.biography == "According to a test (https://example.org/a), nothing was so."


def test_columns_without_a_field_go_to_the_note_and_nothing_is_nothing() -> None:
    brought([cecc_row(1, religion="(na)", ethnic_group="Tester", Age="N/A")], "cecc")
    assert Prisoner.objects.get().note == "ethnic_group: Tester"


def test_a_place_that_is_no_facility_goes_to_the_note() -> None:
    where = {"current_last_prison_detentioncenter": "Nowhere (general location)"}
    brought([cecc_row(1, **where)], "cecc")
    assert not Facility.objects.exists()
    assert "Nowhere (general location)" in Prisoner.objects.get().note


def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    rows = [viasna_row(one) for one in range(1, 4)]
    brought(rows)
    before = everything()
    one, said = brought(rows)
    assert counts(said) == {Outcome.UNCHANGED: 3}
    assert everything() == before
    assert (one.source, one.operation) == (None, None)
    assert Operation.objects.count() == 1


def test_a_changed_file_updates_only_what_changed() -> None:
    brought([viasna_row(1), viasna_row(2)])
    Prisoner.objects.filter(external_ids__value="1").update(occupation="tester")
    one, said = brought([viasna_row(1, birthday="1990-01-03", decision="3 years"), viasna_row(2)])
    assert counts(said) == {Outcome.UPDATED: 1, Outcome.UNCHANGED: 1}
    person = Prisoner.objects.get(external_ids__value="1")
    assert (str(person.birth), person.occupation) == ("1990-01-03", "tester")
    sentence = Sentence.objects.get(detention__prisoner=person)
    assert (sentence.years, sentence.months) == (3, None)
    cited = set(Citation.objects.filter(source=one.source).values_list("field", flat=True))
    assert cited == {"birth", "years"}


def test_new_spellings_articles_and_places_are_added_and_none_is_taken_away() -> None:
    brought([viasna_row(1)])
    brought(
        [viasna_row(1, name="Testar Numarb", prison_title="Test prison No. 1", articles="Art. 361")]
    )
    person = Prisoner.objects.get()
    assert {name.text for name in person.names.all()} == {"Tester Numarb", "Testar Numarb"}
    detention = person.detentions.get()
    assert {one.article for one in detention.charges.all()} == {"293", "342", "361"}
    assert detention.placements.count() == 2


def test_what_a_researcher_corrected_since_is_to_be_decided_and_not_overwritten() -> None:
    brought([viasna_row(1)])
    person = Prisoner.objects.get()
    person.birth = "1991-05-05"
    person.save()
    for born in ("1990-01-02", "1990-01-03"):
        one, said = brought([viasna_row(1, birthday=born)])
        assert counts(said) == {Outcome.CONFLICT: 1}
        assert str(Prisoner.objects.get().birth) == "1991-05-05"
        (change,) = one.rows.get().changes
        assert (change["now"], change["file"], change["state"]) == ("1991-05-05", born, "disputed")


def test_a_more_exact_date_of_a_researcher_is_no_conflict() -> None:
    brought([viasna_row(1, birthday="1990")])
    person = Prisoner.objects.get()
    person.birth = "1990-05-05"
    person.save()
    assert counts(brought([viasna_row(1, birthday="1990")])[1]) == {Outcome.UNCHANGED: 1}


@pytest.mark.parametrize(
    ("choice", "born", "next_time"),
    [("take", "1990-01-02", Outcome.UNCHANGED), ("keep", "1991-05-05", Outcome.UNCHANGED)],
)
def test_a_decision_holds_in_the_run_and_is_not_asked_for_again(
    choice: str, born: str, next_time: str
) -> None:
    brought([viasna_row(1)])
    person = Prisoner.objects.get()
    person.birth = "1991-05-05"
    person.save()
    one = previewed([viasna_row(1)])
    running.decide(row=one.rows.get(), what="birth", choice=choice)
    running.run(one=one)
    assert str(Prisoner.objects.get().birth) == born
    assert counts(brought([viasna_row(1)])[1]) == {next_time: 1}


def test_only_what_is_disputed_can_be_decided() -> None:
    one = previewed([viasna_row(1)])
    for what, choice in (("birth", "take"), ("person", "7"), ("note", "keep")):
        with pytest.raises(ValidationError):
            running.decide(row=one.rows.get(), what=what, choice=choice)


@pytest.mark.usefixtures("one_person_team")
def test_what_is_public_changes_by_a_decision_that_is_somebodys_alone() -> None:
    one, _said = brought([viasna_row(1)])
    assert one.source is not None
    for record in (one.source, Facility.objects.get(), Prisoner.objects.get()):
        workflow.publish(record=record)
    changed = [viasna_row(1, birthday="1990-01-03")]
    assert counts(brought(changed)[1]) == {Outcome.CONFLICT: 1}
    two = previewed(changed)
    running.decide(row=two.rows.get(), what="birth", choice="take")
    running.run(one=two)
    assert str(Prisoner.objects.get().birth) == "1990-01-02"
    three = previewed(changed)
    running.decide(row=three.rows.get(), what="birth", choice="take")
    running.run(one=three, by=account(Role.EDITOR))
    assert str(Prisoner.objects.get().birth) == "1990-01-03"


def test_a_name_alone_suggests_and_does_not_find() -> None:
    other = PrisonerFactory.create(name__text="Tester Numarb")
    one, said = brought([viasna_row(1)])
    assert counts(said) == {Outcome.DUPLICATE: 1}
    assert Prisoner.objects.count() == 2
    (alike,) = one.rows.get().likenesses
    assert alike["prisoner"] == other.pk


def test_another_spelling_with_the_same_day_of_arrest_is_suggested() -> None:
    other = DetentionFactory.create(
        prisoner__name__text="Тэстэр Нумарб", began="2020-08-09"
    ).prisoner
    other.birth = "1990"
    other.save()
    one, _said = brought([viasna_row(1)])
    (alike,) = one.rows.get().likenesses
    assert (alike["prisoner"], alike["agrees"]) == (other.pk, ["arrested on the same day"])


def test_somebody_certainly_born_on_another_day_is_not_suggested() -> None:
    PrisonerFactory.create(name__text="Tester Numarb", birth="1970")
    assert counts(brought([viasna_row(1)])[1]) == {Outcome.CREATED: 1}


def test_people_of_one_list_are_not_taken_for_each_other() -> None:
    rows = [viasna_row(1, name="Same Testname"), viasna_row(2, name="Same Testname")]
    assert counts(brought(rows)[1]) == {Outcome.CREATED: 2}


@pytest.mark.parametrize(("choice", "people"), [("", 2), ("new", 2), ("other", 1), ("skip", 1)])
def test_who_a_row_is_about_can_be_decided(choice: str, people: int) -> None:
    other = PrisonerFactory.create(name__text="Tester Numarb")
    one = previewed([viasna_row(1)])
    if choice:
        chosen = str(other.pk) if choice == "other" else choice
        running.decide(row=one.rows.get(), what="person", choice=chosen)
    running.run(one=one)
    assert Prisoner.objects.count() == people
    if choice == "other":
        assert str(Prisoner.objects.get().birth) == "1990-01-02"
        assert Prisoner.objects.get().external_ids.get().value == "1"


def test_an_external_id_finds_its_record_whatever_the_name() -> None:
    person = PrisonerFactory.create(name__text="Another Testname")
    ExternalId.objects.create(prisoner=person, scheme="viasna", value="1")
    _one, said = brought([viasna_row(1)])
    assert counts(said) == {Outcome.UPDATED: 1}
    assert Prisoner.objects.count() == 1


def keyed(**settings: Any) -> Layout:
    return read_layout(
        {
            "name": "keyed",
            "key": ["name", "birth"],
            "country": "AQ",
            "columns": [
                {"heading": "Name", "field": "name"},
                {"heading": "Born", "field": "birth"},
                {"heading": "Work", "field": "occupation"},
            ],
            **settings,
        }
    )


def test_a_list_without_ids_finds_its_records_by_the_key_of_its_profile() -> None:
    person = PrisonerFactory.create(name__text="Keyed Tester", birth="1990")
    PrisonerFactory.create(name__text="Keyed Tester", birth="1991")
    row = {"Name": "Keyed Tester", "Born": "1990", "Work": "testing"}
    assert counts(brought([row], keyed())[1]) == {Outcome.UPDATED: 1}
    person.refresh_from_db()
    assert person.occupation == "testing"
    assert counts(brought([row], keyed())[1]) == {Outcome.UNCHANGED: 1}
    _one, said = brought([{**row, "Born": "n/a"}], keyed())
    assert counts(said) == {Outcome.REFUSED: 1}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"key": ["name"]}, "alone"),
        ({"key": ["place", "name"]}, "known again"),
        ({"columns": [{"heading": "x", "field": "nmae"}]}, "no field"),
        ({"country": "Nowhere"}, "No country"),
        ({"dates": "xyz"}, "dates is one of"),
        ({"colums": []}, "no setting"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(LayoutError, match=words):
        keyed(**settings)


def test_rows_that_cannot_be_taken_say_why_and_stop_no_other() -> None:
    rows = [
        viasna_row(1),
        viasna_row(1, name="Twice There"),
        viasna_row(2, name="???"),
        viasna_row(3, id=""),
    ]
    one, said = brought(rows)
    assert counts(said) == {Outcome.CREATED: 1, Outcome.REFUSED: 3}
    reasons = [row.reasons[0] for row in one.rows.filter(outcome=Outcome.REFUSED)]
    assert "row 2 is about the same record" in reasons[0]
    assert "characters were lost" in reasons[1]
    assert "known again" in reasons[2]


def test_a_value_that_cannot_be_so_is_refused_and_the_rest_of_the_row_is_not() -> None:
    one, said = brought(
        [viasna_row(1, status="former", release_date="2019-01-01", birthday="2021-01-01")]
    )
    assert counts(said) == {Outcome.CREATED: 1}
    refused = {cell["field"] for cell in one.rows.get().cells if cell["state"] == "refused"}
    assert refused == {"ended", "birth"}
    detention = Detention.objects.get()
    assert (detention.end_kind, detention.ended) == ("released", None)


def test_a_second_open_detention_is_to_be_decided() -> None:
    person = DetentionFactory.create(began="2010-01-01").prisoner
    ExternalId.objects.create(prisoner=person, scheme="viasna", value="1")
    one, said = brought([viasna_row(1)])
    assert counts(said) == {Outcome.CONFLICT: 1}
    assert "already has a detention" in one.rows.get().reasons[0]
    assert person.detentions.count() == 1


def test_somebody_who_was_deleted_since_is_not_made_again() -> None:
    brought([viasna_row(1)])
    Prisoner.objects.get().delete()
    one, said = brought([viasna_row(1)])
    assert counts(said) == {Outcome.UNCHANGED: 1}
    assert "deleted since" in one.rows.get().reasons[0]
    assert not Prisoner.objects.exists()


def test_a_facility_is_made_once_and_found_by_its_name_thereafter() -> None:
    _one, said = brought([viasna_row(1), viasna_row(2)])
    assert said.new_facilities == ["Test colony No. 7"]
    assert Facility.objects.get().state == State.DRAFT
    assert brought([viasna_row(3)])[1].new_facilities == []


# Preview and run


def test_a_preview_reads_the_record_and_writes_none_of_it() -> None:
    before = everything()
    one = previewed([viasna_row(1), viasna_row(2, name="??")])
    assert everything() == before
    assert [row.outcome for row in one.rows.all()] == [Outcome.CREATED, Outcome.REFUSED]
    assert one.counts["facilities"] == ["Test colony No. 7"]


def test_the_file_is_deleted_when_it_has_run_and_when_its_time_is_over() -> None:
    one = previewed([viasna_row(1)])
    assert ImportFile.objects.count() == 1
    running.run(one=one)
    assert not ImportFile.objects.exists()
    old = previewed([viasna_row(2)])
    assert running.forget_old() == 0
    Import.objects.update(made_at=old.made_at - running.KEPT_FOR)
    assert running.forget_old() == 1
    assert list(Import.objects.all()) == [one]
    assert ImportRow.objects.filter(of=one).count() == ImportRow.objects.count()


def test_an_import_runs_once() -> None:
    one = previewed([viasna_row(1)])
    running.run(one=one)
    with pytest.raises(running.NotImportedError, match="cannot be worked on now"):
        running.run(one=one)


def test_too_large_an_upload_is_refused_with_a_clear_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "LARGEST_UPLOAD", 2 * 2**20)
    with pytest.raises(FileError, match="2 at most"):
        running.receive(content=b"x" * (2 * 2**20 + 1), file_name="list.csv")


# Undoing


def test_an_import_is_undone_as_a_whole_and_can_be_run_again() -> None:
    brought([viasna_row(1, birthday="1990")])
    before = everything()
    one, _said = brought([viasna_row(1, birthday="1990-01-02"), viasna_row(2)])
    assert Prisoner.objects.count() == 2
    assert running.obstacles(one=one) == []
    running.undo(one=one, by=account(), reason="the wrong file")
    assert everything() == before
    assert str(Prisoner.objects.get().birth) == "1990"
    one.refresh_from_db()
    assert one.stage == Import.Stage.UNDONE
    again = [viasna_row(1, birthday="1990-01-02"), viasna_row(2)]
    assert counts(brought(again)[1]) == {Outcome.UPDATED: 1, Outcome.CREATED: 1}


def test_an_import_is_not_undone_over_what_somebody_edited_and_says_what_that_is() -> None:
    one, _said = brought([viasna_row(1)])
    person = Prisoner.objects.get()
    person.occupation = "tester"
    person.save()
    (found,) = running.obstacles(one=one)
    assert "Tester Numarb" in str(found)
    with pytest.raises(ValidationError):
        running.undo(one=one, by=account(), reason="the wrong file")
    assert Prisoner.objects.get().occupation == "tester"
    one.refresh_from_db()
    assert one.stage == Import.Stage.DONE


# The command


def told(*arguments: str, **options: Any) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("import_prisoners", *arguments, stdout=out, **options)
    except SystemExit as left:
        return out.getvalue(), int(left.code or 0)
    return out.getvalue(), 0


def test_the_command_says_what_would_be_done_and_then_does_it(tmp_path: Path) -> None:
    path = str(written(tmp_path, [viasna_row(1), viasna_row(2)]))
    words, status = told(path, profile="viasna", dry_run=True)
    assert "2 rows, would be: 2 created" in words
    assert (status, Prisoner.objects.count(), Import.objects.count()) == (0, 0, 0)
    words, status = told(path, profile="viasna", source="A list of testers")
    assert "2 rows, 2 created" in words
    assert (status, Source.objects.get().title) == (0, "A list of testers")
    assert "2 unchanged" in told(path, profile="viasna")[0]


def test_the_command_reports_what_was_refused_and_its_status_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, [viasna_row(1), viasna_row(2, name="???")])
    table = tmp_path / "report.csv"
    for dry in (True, False):
        words, status = told(str(path), profile="viasna", dry_run=dry, report=table)
        assert "row 3, 2: refused" in words
        assert status == 3
        rows = list(csv.reader(table.open(encoding="utf-8-sig")))
        assert [row[3] for row in rows[1:]] == ["created", "refused"]


@pytest.mark.parametrize(
    ("profile", "name", "words"),
    [
        ("viasna", "missing.csv", "No such file"),
        ("no-such", "list.csv", "There is no profile"),
        ("cecc", "list.csv", "No column of the file gives"),
    ],
)
def test_the_command_says_why_nothing_was_imported(
    tmp_path: Path, profile: str, name: str, words: str
) -> None:
    written(tmp_path, [viasna_row(1)])
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("import_prisoners", str(tmp_path / name), profile=profile)
    assert "Nothing was imported." in str(refusal.value)


def test_a_source_that_is_there_is_cited_by_its_address(tmp_path: Path) -> None:
    source = Source.objects.create(slug="test-list", title="A list")
    told(str(written(tmp_path, [viasna_row(1)])), profile="viasna", source="test-list")
    assert Prisoner.objects.get().citations.get().source == source
    assert Source.objects.count() == 1


def test_no_cell_of_a_report_is_run_by_a_spreadsheet() -> None:
    name = '=HYPERLINK("https://example.org";"x") Tester'
    one, _said = brought([viasna_row(1, name=name), viasna_row(2, name="+Tester")])
    lines = list(csv.reader(report.lines(one.rows.select_related("prisoner"))))
    assert lines[1][2] == f"'{name}"
    assert lines[2][2] == "'+Tester"
    for line in lines[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)


# How many questions


def asked(rows: list[dict[str, str]]) -> int:
    """Return how many questions the database is asked to bring some rows."""
    with CaptureQueriesContext(connection) as context:
        brought(rows)
    return len(context)


def test_a_longer_list_asks_no_more_questions() -> None:
    few = asked([viasna_row(one) for one in range(5)])
    assert asked([viasna_row(one) for one in range(100, 110)]) <= few


def test_known_people_are_loaded_at_once() -> None:
    rows = [viasna_row(one) for one in range(1, 21)]
    brought(rows)
    assert asked(rows[:4]) == asked(rows)
