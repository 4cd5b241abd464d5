"""Who may be in the record twice: proposed by the program, decided by people, and asked once."""

from __future__ import annotations

from io import StringIO
from itertools import combinations
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.desk import duplicates as desk
from prisoners.models import DuplicateCandidate, Judgement, Prisoner, PrisonerName, Role
from prisoners.reading import duplicates
from prisoners.reading.duplicates import Mark
from tests.desk import account, at_desk, sign_in
from tests.factories import (
    DetentionFactory,
    ExternalIdFactory,
    PrisonerFactory,
    PrisonerNameFactory,
)
from tests.test_admin import address, row, said, save

pytestmark = pytest.mark.django_db

LIST = "admin:prisoners_duplicatecandidate_changelist"
Verdict = Judgement.Verdict


def person(*names: str, arrested: str | None = None, **values: Any) -> Prisoner:
    """Make a person with spellings, and one detention where there was an arrest."""
    made: Prisoner = PrisonerFactory.create(name=None, **values)
    for number, text in enumerate(names):
        PrisonerNameFactory.create(prisoner=made, text=text, is_display=number == 0)
    if arrested:
        DetentionFactory.create(prisoner=made, began=arrested)
    return made


def alike(one: Prisoner, other: Prisoner) -> duplicates.Likeness | None:
    facts = duplicates.facts_of([one.pk, other.pk])
    return duplicates.compare(facts[one.pk], facts[other.pk])


def pairs() -> set[tuple[int, int]]:
    return set(DuplicateCandidate.objects.values_list("first", "second"))


def find() -> str:
    out = StringIO()
    call_command("find_duplicates", stdout=out, stderr=StringIO())
    return out.getvalue()


def compare(one: Prisoner, other: Prisoner) -> str:
    return reverse("admin:prisoners_duplicatecandidate_compare", args=[one.pk, other.pk])


# What is alike


def test_two_spellings_with_the_same_birth_date_are_a_pair() -> None:
    one = person("Вымыслаў Прыкладовіч", birth="1980-05-06")
    other = person("Vymyslau Prykladovich", birth="1980-05-06")
    found = alike(one, other)
    assert found is not None
    assert found.score == 100
    assert found.marks == (Mark.SAME_BIRTH,)
    assert found.spellings == ("Вымыслаў Прыкладовіч", "Vymyslau Prykladovich")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"birth": "1980"}, {"birth": "1990"}),
        ({"death": "2019"}, {"arrested": "2020-08"}),
        ({"arrested": "2020-08"}, {"death": "2019"}),
        ({"birth": "2010"}, {"arrested": "2001"}),
        ({"birth": "1980", "gender": "male"}, {"birth": "1981-06", "gender": "female"}),
    ],
)
def test_what_cannot_be_of_one_person_is_not_asked_about(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert alike(person("Test Vymysel", **one), person("Test Vymysel", **other)) is None


@pytest.mark.parametrize(
    ("one", "other", "mark"),
    [
        ({"birth": "1980-05-06"}, {"birth": "1980-05-06"}, Mark.SAME_BIRTH),
        ({"birth": "1980"}, {"birth": "1980-05-06"}, Mark.MAYBE_BIRTH),
        ({"birth": "1980-05-06"}, {"birth": "1980-06-05"}, Mark.OTHER_BIRTH),
        ({"arrested": "2021-07-14"}, {"arrested": "2021-07-14"}, Mark.SAME_ARREST),
        ({"arrested": "2021-07"}, {"arrested": "2021-07-14"}, Mark.MAYBE_ARREST),
        ({"gender": "male"}, {"gender": "female"}, Mark.OTHER_GENDER),
    ],
)
def test_births_arrests_and_gender_are_weighed(
    one: dict[str, Any], other: dict[str, Any], mark: Mark
) -> None:
    found = alike(person("Test Vymysel", **one), person("Test Vymysel", **other))
    assert found is not None
    assert found.marks == (mark,)
    assert found.score == min(100, 100 + duplicates.WEIGHT[mark])


def test_what_speaks_against_it_is_told_beside_what_speaks_for_it() -> None:
    one = person("Test Vymysel", arrested="2021-07-14")
    other = person("Test Vymysel", arrested="2021-07-14", gender="male")
    ExternalIdFactory.create(prisoner=one, scheme="list", value="1")
    ExternalIdFactory.create(prisoner=other, scheme="list", value="2")
    found = alike(one, other)
    assert found is not None
    assert found.marks == (Mark.SAME_ARREST, Mark.OTHER_ID)
    assert found.score == 85


def test_a_name_that_is_only_near_needs_something_else_to_agree() -> None:
    near = ("Vymysl Fedorov", "Vymysl Fedotov")
    assert alike(person(near[0]), person(near[1])) is None
    found = alike(person(near[0], birth="1980-05-06"), person(near[1], birth="1980-05-06"))
    assert found is not None
    assert found.score < 100


def test_a_spelling_that_both_have_is_the_one_that_is_told() -> None:
    one = person("Вымыслаў Прыкладовіч", "Vymyslau Prykladovich")
    other = person("Vymyslav Prikladovich", "Vymyslau Prykladovich")
    found = alike(one, other)
    assert found is not None
    assert found.spellings == ("Vymyslau Prykladovich", "Vymyslau Prykladovich")


def test_of_a_common_name_nobody_is_left_out_who_may_be_born_on_one_day() -> None:
    births = ("1950", "1980-05-06", "1980/1990", "1981", "1985-02", "1990-01-01", "../1985", None)
    people = [person("Test Vymysel", birth=birth) for birth in births]
    every = {
        pair
        for one, other in combinations(people, 2)
        if alike(one, other) and (pair := (one.pk, other.pk))
    }
    assert 0 < len(every) < len(births) * (len(births) - 1) / 2
    assert set(duplicates.of_all(lambda _done: None)) == every


def test_everybody_at_once_and_one_by_one_give_the_same() -> None:
    people = [
        person("Вымыслаў Прыкладовіч", birth="1980"),
        person("Vymyslau Prykladovich", "Vymyslav Prikladovich", birth="1980-02"),
        person("Vymyslava Prykladovich", birth="1981"),
        person("Tvardovich Test", arrested="2021"),
        person("Test Tvardovich"),
        person("Another Somebody"),
    ]
    every = duplicates.of_all(lambda _done: None)
    for one in people:
        alone = {tuple(sorted((one.pk, other))) for other in duplicates.of_one(one.pk)}
        assert alone == {pair for pair in every if one.pk in pair}
    assert every == {
        pair: found
        for one, other in combinations(people, 2)
        if (found := alike(one, other)) and (pair := (one.pk, other.pk))
    }


def test_a_common_name_is_compared_within_a_year_of_birth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "TOGETHER", 3)
    twins = [person("Test Vymysel", birth="1980-05-06") for _ in range(2)]
    for year in range(1981, 1985):
        person("Test Vymysel", birth=f"{year}-01-01")
    person("Test Vymysel")
    person("Test Vymysel")
    assert set(duplicates.of_all(lambda _done: None)) >= {(twins[0].pk, twins[1].pk)}


# The list


def test_the_command_lists_pairs_and_merges_nobody() -> None:
    one = person("Вымыслаў Прыкладовіч")
    other = person("Vymyslau Prykladovich")
    person("Another Somebody")
    before = list(Prisoner.objects.order_by("pk").values())
    assert find() == "1 pairs are to be looked at.\n"
    assert pairs() == {(one.pk, other.pk)}
    assert list(Prisoner.objects.order_by("pk").values()) == before
    assert find() == "1 pairs are to be looked at.\n"


def test_the_list_says_how_alike_two_are_and_why(client: Client) -> None:
    at_desk(client, Role.VIEWER)
    one = person("Вымыслаў Прыкладовіч", birth="1980-05-06")
    other = person("Vymyslau Prykladovich", birth="1980-05-06")
    find()
    response = client.get(reverse(LIST))
    page = said(response)
    assert "100 %" in page
    assert "same birth date; spelled Вымыслаў Прыкладовіч / Vymyslau Prykladovich" in page
    assert compare(one, other) in response.content.decode()


def test_the_list_is_searched_by_the_name_of_either(client: Client) -> None:
    at_desk(client)
    person("Vymyslau Prykladovich")
    other = person("Вымыслаў Прыкладовіч")
    person("Tvardovich Test")
    person("Test Tvardovich")
    find()
    assert len(client.get(reverse(LIST)).context["cl"].result_list) == 2
    for term in ("Prykladovich", other.public_id):
        found = client.get(reverse(LIST), {"q": term}).context["cl"].result_list
        assert [one.second_id for one in found] == [other.pk]
    assert client.get(reverse(LIST), {"q": "a\0b"}).status_code in (200, 302)


def test_the_list_asks_as_many_questions_for_many_rows_as_for_few(client: Client) -> None:
    at_desk(client)

    def questions() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(LIST)).status_code == 200
        return [query["sql"] for query in asked]

    for number in range(2):
        person(f"Vymysel {'abcdefgh'[number] * 4}in", birth="1980")
        person(f"Vymysel {'abcdefgh'[number] * 4}in", birth="1980")
    find()
    few = questions()
    # Session, account, its permissions by groups and by itself; the last search and what has
    # changed since, in three steps; the rows, counted and read; the names of both sides.
    assert len(few) == BUDGET, "\n".join(few)
    for number in range(2, 6):
        person(f"Vymysel {'abcdefgh'[number] * 4}in", birth="1980")
        person(f"Vymysel {'abcdefgh'[number] * 4}in", birth="1980")
    find()
    assert DuplicateCandidate.objects.count() >= 6
    assert len(questions()) == BUDGET


BUDGET = 13


def test_nobody_has_more_pairs_than_somebody_can_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "NEAREST", 2)
    people = [person("Test Vymysel", birth="1980-05-06") for _ in range(5)]
    find()
    for one in people:
        assert DuplicateCandidate.objects.of(one.pk).count() <= 2


# Kept in step


def test_who_was_changed_since_is_compared_by_a_button(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    one = person("Vymyslau Prykladovich")
    find()
    assert "Compare them now" not in said(client.get(reverse(LIST)))
    other = person("Вымыслаў Прыкладовіч")
    page = said(client.get(reverse(LIST)))
    assert "1 person was changed since the last comparison." in page
    look = reverse("admin:prisoners_duplicatecandidate_look")
    assert client.get(look).status_code == 405
    response = client.post(look, follow=True)
    assert "1 changed person was compared with all others." in said(response)
    assert pairs() == {(one.pk, other.pk)}
    PrisonerName.objects.filter(prisoner=other).update(text="Somebody Else")
    client.post(look)
    assert not pairs()


def test_before_the_first_search_the_list_says_what_to_run(client: Client) -> None:
    at_desk(client)
    person("Test Vymysel")
    assert "run “manage.py find_duplicates”" in said(client.get(reverse(LIST)))
    client.post(reverse("admin:prisoners_duplicatecandidate_look"))
    assert not pairs()


def test_whoever_enters_somebody_who_is_there_is_told_at_once(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    known = person("Вымыслаў Прыкладовіч", birth="1980-05-06")
    response = save(
        client,
        address(Prisoner, "add"),
        row("names", 0, 1, text="Vymyslau Prykladovich", language="en", script="Latn", kind="own"),
        {"names-0-is_display": "on", "birth": "1980-05-06"},
    )
    entered = Prisoner.objects.exclude(pk=known.pk).get()
    page = client.get(response.url)
    assert "Somebody like this is in the record already." in said(page)
    assert compare(known, entered) in page.content.decode()
    again = said(client.get(response.url))
    assert "Somebody like this" not in again
    assert "Possible duplicate: Вымыслаў Прыкладовіч, 100 %" in again


def test_whoever_enters_somebody_new_is_told_nothing(client: Client) -> None:
    at_desk(client)
    person("Вымыслаў Прыкладовіч")
    response = save(
        client,
        address(Prisoner, "add"),
        row("names", 0, 1, text="Somebody Else", language="en", script="Latn", kind="own"),
    )
    assert "Somebody like this" not in said(client.get(response.url))


# Judging


def test_what_was_judged_is_kept_with_its_reason_and_not_asked_again(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    find()
    page = compare(one, other)
    response = client.post(page, {"_judge": "1", "verdict": "different", "reason": "Two towns."})
    assert response.status_code == 302
    judgement = Judgement.objects.get()
    assert (judgement.verdict, judgement.reason) == ("different", "Two towns.")
    assert judgement.by is not None
    assert not pairs()
    find()
    desk.look_again(people=[one.pk, other.pk])
    assert not pairs()
    shown = said(client.get(page))
    assert "different people. Two towns." in shown
    assert "Or only say what they are" not in shown


def test_a_judgement_that_is_opened_again_is_asked_about_and_kept(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    judge: dict[str, Any] = {"one": one, "other": other, "by": account(Role.EDITOR, name="editor")}
    desk.judge(**judge, verdict=Verdict.UNSURE, reason="The photograph is bad.")
    client.post(compare(one, other), {"_reopen": "1"})
    assert pairs() == {(one.pk, other.pk)}
    page = said(client.get(compare(one, other)))
    assert "opened again: unsure. The photograph is bad." in page
    assert "Or only say what they are" in page
    desk.judge(**judge, verdict=Verdict.DIFFERENT, reason="A better one.")
    assert Judgement.objects.count() == 2
    assert not pairs()


def test_a_judgement_without_a_reason_is_refused(client: Client) -> None:
    at_desk(client)
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    for reason in ("", "   "):
        response = client.post(
            compare(one, other), {"_judge": "1", "verdict": "same", "reason": reason}
        )
        assert response.status_code == 200
        assert "This field is required." in said(response)
    with pytest.raises(ValidationError):
        desk.judge(one=one, other=other, verdict="same", reason=" ", by=None)
    assert not Judgement.objects.exists()


def test_two_are_judged_once_whichever_is_named_first() -> None:
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    desk.judge(one=one, other=other, verdict="same", reason="x", by=None)
    with pytest.raises(ValidationError, match="judged these two already"):
        desk.judge(one=other, other=one, verdict="different", reason="y", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Judgement.objects.create(first=other, second=one, verdict="same", reason="x")


def test_said_to_be_the_same_and_not_merged_yet_is_a_list_of_its_own(client: Client) -> None:
    at_desk(client)
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    desk.judge(one=one, other=other, verdict="same", reason="One birth certificate.", by=None)
    page = client.get(address(Judgement, "changelist"), {"verdict__exact": "same"})
    assert "One birth certificate." in said(page)
    assert compare(one, other) in page.content.decode()


# Who may


@pytest.mark.parametrize("role", list(Role))
def test_everybody_at_the_desk_compares_and_only_writers_judge(client: Client, role: Role) -> None:
    at_desk(client, role)
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    find()
    writes = role is not Role.VIEWER
    assert client.get(reverse(LIST)).status_code == 200
    page = client.get(compare(one, other))
    assert page.status_code == 200
    assert ("Keep this judgement" in page.content.decode()) == writes
    expected = 302 if writes else 403
    look = client.post(reverse("admin:prisoners_duplicatecandidate_look"))
    assert look.status_code == expected
    judged = client.post(
        compare(one, other), {"_judge": "1", "verdict": "same", "reason": "A test."}
    )
    assert judged.status_code == expected
    assert Judgement.objects.exists() == writes
    assert client.post(compare(one, other), {"_reopen": "1"}).status_code == expected


def test_nobody_without_a_role_sees_a_pair(client: Client) -> None:
    sign_in(client, account())
    one, other = person("Vymyslau Prykladovich"), person("Вымыслаў Прыкладовіч")
    find()
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(compare(one, other)).status_code == 403


def test_a_pair_that_is_not_there_is_not_found(client: Client) -> None:
    at_desk(client)
    one = person("Vymyslau Prykladovich")
    for pair in ([one.pk, one.pk], [one.pk, one.pk + 99]):
        page = reverse("admin:prisoners_duplicatecandidate_compare", args=pair)
        assert client.get(page).status_code == 404


def test_what_is_restricted_is_not_on_the_page_of_two_records(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    secret = "zq restricted zq"
    one = person("Vymyslau Prykladovich", risk=secret, note=secret)
    other = person("Вымыслаў Прыкладовіч", risk="other", note=secret)
    assert secret not in client.get(compare(one, other)).content.decode()
