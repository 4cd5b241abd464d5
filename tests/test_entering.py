"""People of one text, entered on one page: typed once, checked cell by cell, undone as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners import dates
from prisoners.admin.entering import CELLS
from prisoners.admin.operations import operation_page
from prisoners.desk.entering import MOST, Told, enter_people
from prisoners.desk.languages import guessed_language
from prisoners.models import (
    Citation,
    Detention,
    DuplicateCandidate,
    Operation,
    Prisoner,
    PrisonerName,
    ReleaseOutcome,
    Role,
    Source,
    State,
)
from prisoners.reading.gaps import uncited
from tests.desk import at_desk
from tests.factories import (
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseFactory,
    SourceFactory,
    cite,
)
from tests.reader import Page, read
from tests.test_admin import said

pytestmark = pytest.mark.django_db

PAGE = "/admin/prisoners/prisoner/enter/"
# Made up, of sounds that no two share: nobody is taken for another.
NAMES = (
    "Adolik Testovich",
    "Brunhild Probska",
    "Cyprian Vymyslau",
    "Dobromil Kazkou",
    "Eufemia Snezhna",
    "Filimon Gruzdzeu",
    "Gaspar Lyubozh",
    "Horpyna Mirotych",
)


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client, Role.RESEARCHER)


@pytest.fixture
def source() -> Source:
    made: Source = SourceFactory.create(title="Test article", language="ru")
    return made


def sent(source: Source | None, *rows: dict[str, str], **text: str) -> dict[str, str]:
    """Return what a browser sends for some rows; the country is Antarctica unless said."""
    given = {"source": str(source.pk) if source else "", "country": "AQ", **text}
    total = max(len(rows), 10)
    given |= {"people-TOTAL_FORMS": str(total), "people-INITIAL_FORMS": "0"}
    for number in range(total):
        row = rows[number] if number < len(rows) else {}
        given |= {f"people-{number}-{name}": row.get(name, "") for name in CELLS}
        given |= {f"people-{number}-{name}": row[name] for name in row}
    return given


def enter(desk: Client, source: Source | None, *rows: dict[str, str], **text: str) -> Any:
    return desk.post(PAGE, sent(source, *rows, **text))


def done(desk: Client, source: Source, *rows: dict[str, str], **text: str) -> Page:
    """Enter rows, which are written at once, and return the page that says so."""
    response = enter(desk, source, *rows, **text)
    assert response.status_code == 302, said(response)
    return read(response["Location"], client=desk)


def cell_errors(response: Any) -> dict[str, str]:
    """Return what is said at each cell and field, by its name."""
    text, rows = response.context["text"], response.context["rows"]
    found = {name: " ".join(some) for name, some in text.errors.items()}
    for number, form in enumerate(rows.forms):
        found |= {f"{number}.{name}": " ".join(some) for name, some in form.errors.items()}
    page = said(response)
    assert all(words in page for words in found.values())
    return found


# What is written


def test_a_row_becomes_a_draft_person_with_a_detention_each_cited_to_its_place(
    desk: Client, source: Source
) -> None:
    done(
        desk,
        source,
        {
            "name": "Адолик Тестович",
            "own_name": "Адолік Тэстовіч, ў",
            "began": "2021-07",
            "fate": "held",
            "day": "2021-09-01",
            "locator": "¶4",
            "gender": "male",
            "birth": "1970~",
            "occupation": "test baker",
            "note": "a test note",
        },
    )
    person = Prisoner.objects.get()
    assert (person.state, person.gender, str(person.birth), person.occupation, person.note) == (
        State.DRAFT, "male", "1970~", "test baker", "a test note",
    )  # fmt: skip
    assert person.slug.startswith("adol")
    names = {(one.text, one.language, one.script, one.kind) for one in person.names.all()}
    assert names == {
        ("Адолик Тестович", "ru", "Cyrl", "transliteration"),
        ("Адолік Тэстовіч, ў", "be", "Cyrl", "own"),
    }
    detention = person.detentions.get()
    assert (detention.country.code, str(detention.began), str(detention.last_confirmed)) == (
        "AQ", "2021-07", "2021-09-01",
    )  # fmt: skip
    assert (detention.end_kind, detention.state) == ("", State.DRAFT)
    cited = {(one.target, one.source, one.locator, one.field) for one in Citation.objects.all()}
    assert cited == {(person, source, "¶4", ""), (detention, source, "¶4", "")}
    assert list(uncited(person)) == []


def test_what_all_share_is_typed_once_and_a_row_may_say_otherwise(
    desk: Client, source: Source
) -> None:
    done(
        desk,
        source,
        {"name": NAMES[0]},
        {"name": NAMES[1], "began": "2020", "locator": "p. 3"},
        {"name": NAMES[2], "fate": "died", "day": "2021-08-02"},
        began="2021-07-14",
        fate="held",
        day="2021-09-01",
        locator="p. 2",
    )
    found = {one.prisoner.name: one for one in Detention.objects.all()}
    assert [str(found[one].began) for one in NAMES[:3]] == ["2021-07-14", "2020", "2021-07-14"]
    assert [str(found[one].last_confirmed) for one in NAMES[:3]] == [
        "2021-09-01", "2021-09-01", "None",
    ]  # fmt: skip
    places = [found[one].citations.get().locator for one in NAMES[:3]]
    assert places == ["p. 2", "p. 3", "p. 2"]
    dead = found[NAMES[2]]
    assert (dead.end_kind, str(dead.ended), str(dead.prisoner.death)) == (
        "died", "2021-08-02", "2021-08-02",
    )  # fmt: skip


def test_a_release_ends_the_detentions_of_all_on_its_day(desk: Client, source: Source) -> None:
    release = ReleaseFactory.create(happened="2025-12-13")
    done(
        desk,
        source,
        {"name": NAMES[0]},
        {"name": NAMES[1], "fate": "term_served", "day": "2020"},
        fate="pardon",
        release=str(release.pk),
    )
    outcome = ReleaseOutcome.objects.get()
    assert (outcome.release, outcome.detention.prisoner.name) == (release, NAMES[0])
    assert (outcome.detention.end_kind, str(outcome.detention.ended)) == ("pardon", "2025-12-13")
    assert list(uncited(outcome.detention.prisoner)) == []
    other = Detention.objects.exclude(pk=outcome.detention.pk).get()
    assert (other.end_kind, str(other.ended)) == ("term_served", "2020")


def test_more_people_than_a_release_freed_are_refused(desk: Client, source: Source) -> None:
    release = ReleaseFactory.create(happened="2025-12-13", headcount=1)
    response = enter(
        desk,
        source,
        *({"name": one} for one in NAMES[:2]),
        fate="pardon",
        release=str(release.pk),
    )
    assert cell_errors(response) == {"release": "Would be more people than were announced."}
    assert not Prisoner.objects.exists()


def test_without_anything_of_a_detention_there_is_none(desk: Client, source: Source) -> None:
    done(desk, source, {"name": NAMES[0]})
    assert not Detention.objects.exists()
    assert Citation.objects.get().target == Prisoner.objects.get()


def test_a_child_is_withheld_as_soon_as_it_is_entered(desk: Client, source: Source) -> None:
    page = done(desk, source, {"name": NAMES[0], "birth": "2010", "began": "2021"})
    person = Prisoner.objects.get()
    assert person.is_withheld
    assert "18" in person.disclosure_reason
    assert "withheld from the public" in page.main.text


def test_possible_duplicates_among_the_rows_are_looked_for_afterwards(
    desk: Client, source: Source
) -> None:
    page = done(desk, source, {"name": NAMES[0]}, {"name": NAMES[0]})
    pair = DuplicateCandidate.objects.get()
    assert page.main.text.count(f"{NAMES[0]} / {NAMES[0]}, {pair.score} %") == 2


# What is refused


def test_every_bad_cell_is_said_at_its_cell_and_nothing_typed_is_lost(
    desk: Client, source: Source
) -> None:
    rows = (
        {"name": NAMES[0], "began": "July 2021", "occupation": "test baker"},
        {"name": "", "own_name": "Without Name"},
        {"name": NAMES[2], "began": "2021-07", "fate": "released", "day": "2020"},
        {"name": NAMES[3], "day": "2020"},
        {"name": NAMES[4], "fate": "held"},
        {"name": "???", "birth": "2190"},
        {"name": NAMES[5], "began": "2020", "birth": "2021"},
        {"name": NAMES[6]},
    )
    response = enter(desk, source, *rows)
    found = cell_errors(response)
    assert found.pop("0.began") == "Write 2021, 2021-07 or 2021-07-14."
    assert found == {
        "1.name": "This field is required.",
        "2.day": "The detention ends before it can have begun.",
        "3.day": "Say what became of them on that day.",
        "4.day": "Say on which day they were held.",
        "5.name": "A name has at least one letter.",
        "5.birth": "This day has not come yet.",
        "6.birth": "The birth comes after the arrest.",
    }
    assert not Prisoner.objects.exists()
    assert not Operation.objects.exists()
    forms = response.context["rows"].forms
    shown = [{name: form[name].value() or "" for name in CELLS} for form in forms[: len(rows)]]
    assert shown == [{name: row.get(name, "") for name in CELLS} for row in rows]
    page = response.content.decode()
    assert f'value="{NAMES[6]}"' in page
    assert 'value="test baker"' in page


def test_the_source_and_the_country_are_asked_for(desk: Client) -> None:
    found = cell_errors(enter(desk, None, {"name": NAMES[0]}, country=""))
    assert found == {"source": "This field is required.", "country": "This field is required."}


def test_what_all_share_is_checked_too(desk: Client, source: Source) -> None:
    release = ReleaseFactory.create()
    found = cell_errors(enter(desk, source, {"name": NAMES[0]}, release=str(release.pk)))
    assert found == {"fate": "Say how they were freed."}
    found = cell_errors(enter(desk, source, {"name": NAMES[0]}, fate="held"))
    assert found["day"] == "Say on which day they were held."


def test_with_no_name_nothing_is_entered(desk: Client, source: Source) -> None:
    assert "Type at least one name." in said(enter(desk, source))
    assert not Operation.objects.exists()


def test_the_verb_itself_refuses_what_cannot_be(source: Source) -> None:
    wrong = Told(NAMES[0], began=dates.parse("2021"), ended=dates.parse("2020"), end_kind="pardon")
    with pytest.raises(ValidationError, match="ends before it can have begun"):
        enter_people(source=source, country="AQ", people=[Told(NAMES[1]), wrong], by=None)
    with pytest.raises(ValidationError, match=f"at most {MOST} people"):
        enter_people(source=source, country="AQ", people=[Told(NAMES[0])] * 51, by=None)
    assert not Prisoner.objects.exists()


def test_what_was_understood_is_said(desk: Client, source: Source) -> None:
    response = enter(desk, source, {"name": "Адолік Тэстовіч", "began": "2021~", "day": "x"})
    page = said(response)
    assert "taken for “Belarusian”, Cyrillic script" in page
    assert "understood as about 2021" in page


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Adolik", "", "en"),
        ("Adolik", "pl", "pl"),
        ("Adolik", "ru", "en"),
        ("Адолик", "en", "ru"),
        ("Адолк", "uk", "uk"),
        ("Їжак", "ru", "uk"),
        ("Адолік Ў", "ru", "be"),
        ("Тэстовіч", "", "be"),
        ("Подъячий", "uk", "ru"),
        ("Тестишин Ілько", "", "uk"),
        ("ტესტი", "", "ka"),
        ("", "", "en"),
    ],
)
def test_the_language_is_guessed_from_the_letters_and_from_the_source(
    name: str, language: str, expected: str
) -> None:
    assert guessed_language(name, language) == expected


# Who is in the record already


def test_whoever_may_be_in_the_record_is_shown_before_anything_is_written(
    desk: Client, source: Source
) -> None:
    known = PrisonerFactory.create(name__text=NAMES[0], birth="1970-02-03")
    rows = ({"name": NAMES[0]}, {"name": NAMES[1]})
    response = enter(desk, source, *rows)
    page = said(response)
    assert "Nothing is written yet: 1 of them may be in the record already." in page
    assert f"{NAMES[0]}, 100 % alike: only cite them" in page
    assert "born 3 February 1970" in page
    assert reverse("admin:prisoners_prisoner_change", args=[known.pk]) in response.content.decode()
    assert Prisoner.objects.count() == 1


def test_somebody_of_many_spellings_is_found_by_the_last_of_them(
    desk: Client, source: Source
) -> None:
    known = PrisonerFactory.create(name__text=NAMES[2])
    for number in range(1, 9):
        last = PrisonerNameFactory.create(prisoner=known, text=f"{NAMES[0]}{'a' * number}")
    assert last.pk > Prisoner.objects.latest("pk").pk
    response = enter(desk, source, {"name": last.text}, {"name": NAMES[1]})
    assert "Nothing is written yet: 1 of them may be in the record already." in said(response)


@pytest.mark.parametrize(("choice", "people"), [("new", 3), ("out", 2), ("known", 2)])
def test_what_was_decided_of_them_is_done(
    desk: Client, source: Source, choice: str, people: int
) -> None:
    known = PrisonerFactory.create(name__text=NAMES[0], published=True)
    cite(known)
    before = known.citations.count()
    choice = str(known.pk) if choice == "known" else choice
    decided = {"choice": choice, "asked": str(known.pk), "locator": "¶2", "began": "2021"}
    done(desk, source, {"name": NAMES[0].upper(), **decided}, {"name": NAMES[1]})
    assert Prisoner.objects.count() == people
    assert known.citations.count() == before
    citations = Citation.objects.filter(prisoner_name__prisoner=known)
    if choice != str(known.pk):
        assert not citations.exists()
        return
    made = citations.get()
    assert (made.field, made.locator, made.value, made.state) == (
        "text", "¶2", NAMES[0].upper(), State.DRAFT,
    )  # fmt: skip
    assert not known.detentions.exists()
    assert source.title not in read(known.get_absolute_url()).main.text


def test_a_decision_about_somebody_else_does_not_stand(desk: Client, source: Source) -> None:
    known = PrisonerFactory.create(name__text=NAMES[0])
    stale = {"choice": "new", "asked": str(known.pk + 1)}
    assert enter(desk, source, {"name": NAMES[0], **stale}).status_code == 200
    assert Prisoner.objects.count() == 1


def test_a_decision_is_kept_while_another_row_is_put_right(desk: Client, source: Source) -> None:
    known = PrisonerFactory.create(name__text=NAMES[0])
    decided = {"choice": "new", "asked": str(known.pk)}
    response = enter(desk, source, {"name": NAMES[0], **decided}, {"name": NAMES[1], "day": "2020"})
    form = response.context["rows"].forms[0]
    assert form.chosen == "new"
    assert cell_errors(response) == {"1.day": "Say what became of them on that day."}


def test_who_was_born_on_another_day_is_nobody_of_the_rows(desk: Client, source: Source) -> None:
    PrisonerFactory.create(name__text=NAMES[0], birth="1950-01-02")
    done(desk, source, {"name": NAMES[0], "birth": "1980-01-02"})


# Rows


def test_more_rows_keep_all_that_was_typed(desk: Client, source: Source) -> None:
    rows = [{"name": "", "began": "wrong"}, *({"name": one} for one in NAMES)]
    response = desk.post(PAGE, {**sent(source, *rows, locator="p. 9"), "_more": "1"})
    formset = response.context["rows"]
    assert len(formset.forms) == 20
    assert [form["name"].value() for form in formset.forms[:9]] == ["", *NAMES]
    page = response.content.decode()
    assert 'value="wrong"' in page
    assert 'value="p. 9"' in page
    assert f'<option value="{source.pk}" selected' in page
    assert "errorlist" not in page
    assert not Prisoner.objects.exists()


def test_no_more_rows_are_offered_than_can_be_entered(desk: Client, source: Source) -> None:
    rows = [{"name": NAMES[0]}] * 45
    response = desk.post(PAGE, {**sent(source, *rows), "_more": "1"})
    assert len(response.context["rows"].forms) == MOST
    assert "Ten more rows" not in said(response)


def test_pasted_lines_fill_rows_and_what_is_no_choice_goes_into_the_note(
    desk: Client, source: Source
) -> None:
    lines = "\n".join(
        [
            f"{NAMES[0]}\tАдолік\t2021-07\tHeld on\t2021-09\t¶1\twoman\t1970\tbaker\tsaid\tmore",
            "",
            f"{NAMES[1]}\t\t2020\tat large",
        ]
    )
    typed = sent(source, {}, {"name": NAMES[2]})
    response = desk.post(PAGE, {**typed, "pasted": lines, "_spread": "1"})
    forms = response.context["rows"].forms
    rows = [[form[name].value() for name in CELLS] for form in forms[:3]]
    assert rows == [
        [NAMES[2], *[""] * 9],
        [NAMES[0], "Адолік", "2021-07", "held", "2021-09", "¶1",
         "female", "1970", "baker", "said; more"],
        [NAMES[1], "", "2020", "", "", "", "", "", "", "at large"],
    ]  # fmt: skip


def test_too_many_pasted_lines_are_refused_and_stay(desk: Client, source: Source) -> None:
    lines = "\n".join([NAMES[0]] * (MOST + 1))
    response = desk.post(PAGE, {**sent(source), "pasted": lines, "_spread": "1"})
    assert f"Enter at most {MOST} people at once." in said(response)
    assert lines in response.content.decode()


def test_more_rows_than_can_be_entered_are_refused_and_none_is_left_out_quietly(
    desk: Client, source: Source
) -> None:
    response = enter(desk, source, *[{"name": NAMES[0]}] * (MOST + 1))
    assert response.status_code == 200
    assert not Prisoner.objects.exists()


# Afterwards


def test_what_was_made_is_listed_and_submitted_together(desk: Client, source: Source) -> None:
    page = done(desk, source, *({"name": one, "began": "2021"} for one in NAMES[:3]))
    operation = Operation.objects.get()
    for person in Prisoner.objects.all():
        assert page.main.all("a", href=reverse("admin:prisoners_prisoner_change", args=[person.pk]))
    button = page.main.one("button", autofocus="")
    assert button.text == "Submit all for review"
    address = reverse("admin:prisoners_prisoner_entered", args=[operation.pk])
    assert desk.post(address).status_code == 302
    states = {*Prisoner.objects.values_list("state"), *Citation.objects.values_list("state")}
    assert states == {(State.IN_REVIEW.value,)}
    assert "Submit all for review" not in read(address, client=desk).main.text
    # Like any change since, it stands in the way of undoing, and is named where it is undone.
    stands = said(desk.get(operation_page(operation)))
    assert "What stands in the way of undoing it" in stands
    assert f"Prisoner “{NAMES[0]}”: “state” changed by tester" in stands


def test_undoing_leaves_nothing_of_it(desk: Client, source: Source) -> None:
    known = PrisonerFactory.create(name__text=NAMES[0], published=True)
    decided = {"name": NAMES[0], "choice": str(known.pk), "asked": str(known.pk)}
    child = {"name": NAMES[1], "birth": "2010", "began": "2021"}
    page = done(desk, source, decided, child)
    link = next(one for one in page.main.all("a") if one.text == "Undo all of it")
    response = desk.post(link.attrs["href"], {"reason": "a test"}, follow=True)
    assert "It is undone" in said(response)
    assert [*Prisoner.objects.all()] == [known]
    assert PrisonerName.objects.count() == 1
    assert not Citation.objects.exists()
    assert not Detention.objects.exists()
    operation = Operation.objects.order_by("pk").first()
    assert operation is not None
    address = reverse("admin:prisoners_prisoner_entered", args=[operation.pk])
    assert "This is undone" in said(desk.get(address))


# Who may, and from where


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_write_drafts_enters_people(client: Client, role: Role, source: Source) -> None:
    at_desk(client, role)
    writes = role != Role.VIEWER
    assert client.get(PAGE).status_code == (200 if writes else 403)
    response = enter(client, source, {"name": NAMES[0]})
    assert response.status_code == (302 if writes else 403)
    assert Prisoner.objects.exists() == writes
    for page in ("/admin/", "/admin/prisoners/prisoner/"):
        assert (PAGE in client.get(page).content.decode()) == writes


def test_a_viewer_looks_at_what_was_entered_and_submits_nothing(
    client: Client, source: Source
) -> None:
    operation = enter_people(source=source, country="AQ", people=[Told(NAMES[0])], by=None)
    at_desk(client, Role.VIEWER)
    address = reverse("admin:prisoners_prisoner_entered", args=[operation.pk])
    page = read(address, client=client).main.text
    assert NAMES[0] in page
    assert "Submit all" not in page
    assert client.post(address).status_code == 403


def test_nobody_sees_them_before_they_are_published(desk: Client, source: Source) -> None:
    done(desk, source, {"name": NAMES[0]})
    assert Client().get(Prisoner.objects.get().get_absolute_url()).status_code == 404


def test_the_page_of_a_source_leads_here_with_the_source_chosen(
    desk: Client, source: Source
) -> None:
    page = read(reverse("admin:prisoners_source_change", args=[source.pk]), client=desk)
    link = next(one for one in page.main.all("a") if one.text == "Enter people from this source")
    chosen = desk.get(link.attrs["href"]).content.decode()
    assert f'<option value="{source.pk}" selected' in chosen


@pytest.mark.parametrize("query", ["source=x", "source=999999999", "release=-1", "country=%00"])
def test_an_address_that_chooses_nothing_is_answered_all_the_same(desk: Client, query: str) -> None:
    assert desk.get(f"{PAGE}?{query}").status_code == 200


# How much is asked


def test_twice_the_rows_cost_only_the_search_for_duplicates_of_each(
    desk: Client, source: Source
) -> None:
    """Eleven questions for each further person, and none to look at the rows again."""

    def questions(*names: str, day: str = "") -> int:
        rows = [{"name": one, "began": "2021-07-14", "day": day} for one in names]
        with CaptureQueriesContext(connection) as asked:
            response = enter(desk, source, *rows)
        assert response.status_code == (200 if day else 302)
        return len(asked)

    assert questions(*NAMES[:2], day="2021") == questions(*NAMES[:4], day="2021")
    few, many = questions(*NAMES[:2]), questions(*NAMES[2:6])
    assert many - few == 2 * 11
