"""Two people editing one record: the second is told what changed, sees both, and loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.models import Actor, Citation, Detention, Prisoner, PrisonerName, Role, State
from tests.desk import account, sign_in
from tests.factories import (
    ActorFactory,
    DetentionFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    SourceFactory,
    cite,
)
from tests.test_admin import Entries, address, errors, row, said, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_person_team")]

TOLD = "Somebody else saved this record while you had it open"


class Opened:
    """A page that somebody has open, and what they have typed in it."""

    def __init__(self, who: Client, page: str) -> None:
        self.who, self.page = who, page
        self.values = Entries(who.get(page).content.decode()).values

    def type(self, *rows: dict[str, Any], **values: Any) -> Opened:
        for one in rows:
            self.values |= one
        self.values |= values
        return self

    def save(self) -> Any:
        response = self.who.post(self.page, {**self.values, "_save": "Save"})
        if response.status_code == 200:
            self.values = Entries(response.content.decode()).values
        return response


@pytest.fixture
def first() -> Client:
    return sign_in(Client(), account(Role.EDITOR, name="first"))


@pytest.fixture
def second() -> Client:
    return sign_in(Client(), account(Role.EDITOR, name="second"))


@pytest.fixture
def prisoner() -> Prisoner:
    person: Prisoner = PrisonerFactory.create(occupation="Clerk", name__text="Test Person")
    return person


def page_of(record: Any) -> str:
    return address(type(record), "change", record.pk)


def test_one_person_who_saves_twice_is_told_nothing(first: Client, prisoner: Prisoner) -> None:
    page = page_of(prisoner)
    for occupation in ("Baker", "Cook"):
        assert save(first, page, occupation=occupation).status_code == 302
    prisoner.refresh_from_db()
    assert prisoner.occupation == "Cook"


def test_both_values_stand_at_a_field_that_both_changed_and_saving_again_is_knowing(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(occupation="Cook", biography="A long text")
    save(first, page_of(prisoner), occupation="Baker")
    response = mine.save()
    assert any(TOLD in one and "changed the same as you" in one for one in errors(response))
    page = said(response)
    assert "“Clerk” became “Baker”. Your own entry is kept below" in page
    assert (mine.values["occupation"], mine.values["biography"]) == ("Cook", "A long text")
    prisoner.refresh_from_db()
    assert (prisoner.occupation, prisoner.biography) == ("Baker", "")
    assert mine.save().status_code == 302
    prisoner.refresh_from_db()
    assert (prisoner.occupation, prisoner.biography) == ("Cook", "A long text")


def test_the_second_is_told_who_changed_what_from_what_to_what(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(occupation="Cook")
    save(first, page_of(prisoner), occupation="Baker", gender="female")
    page = said(mine.save())
    assert "Changed by others while you had this open" in page
    assert "Occupation Test Person Clerk Baker Cook first," in page
    assert "Gender Test Person — woman first," in page


def test_changes_of_different_fields_are_both_kept(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(biography="A long text")
    save(first, page_of(prisoner), occupation="Baker", citizenships="AQ")
    response = mine.save()
    assert any("Save again to keep both" in one for one in errors(response))
    assert mine.save().status_code == 302
    prisoner.refresh_from_db()
    assert (prisoner.occupation, prisoner.biography) == ("Baker", "A long text")
    assert [one.code for one in prisoner.citizenships] == ["AQ"]


def test_the_same_change_by_both_needs_nothing_but_another_save(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(occupation="Baker")
    save(first, page_of(prisoner), occupation="Baker")
    response = mine.save()
    assert response.status_code == 302
    prisoner.refresh_from_db()
    assert prisoner.occupation == "Baker"


def test_a_tick_that_somebody_took_off_stays_off(first: Client, second: Client) -> None:
    name = PrisonerNameFactory.create(is_display=True)
    page = page_of(name.prisoner)
    mine = Opened(second, page).type(occupation="Cook")
    entries = Opened(first, page)
    del entries.values["names-0-is_display"]
    entries.save()
    mine.save()
    assert "names-0-is_display" not in mine.values
    assert mine.save().status_code == 302
    name.refresh_from_db()
    assert (name.is_display, Prisoner.objects.get().occupation) == (False, "Cook")


# Parts


def test_rows_that_others_added_and_changed_are_on_the_page_beside_ones_own(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    own = prisoner.names.get()
    page = page_of(prisoner)
    mine = Opened(second, page).type(
        row("names", 1, 2, text="Мой", language="ru", script="Cyrl", kind="own")
    )
    theirs = row("names", 1, 2, text="Их", language="be", script="Cyrl", kind="own")
    save(first, page, theirs, **{"names-0-text": "Test Changed"})
    response = mine.save()
    page_now = said(response)
    assert "Name Их added first," in page_now
    assert "Test Changed" in page_now
    assert mine.save().status_code == 302
    assert {one.text for one in PrisonerName.objects.all()} == {"Test Changed", "Их", "Мой"}
    own.refresh_from_db()
    assert own.text == "Test Changed"


def test_a_row_that_was_typed_in_while_somebody_deleted_it_is_not_lost(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    PrisonerNameFactory.create(prisoner=prisoner, text="Second", language="ru")
    page = page_of(prisoner)
    mine = Opened(second, page)
    number = next(
        name for name, value in mine.values.items() if value == "Second"
    ).split("-")[1]  # fmt: skip
    mine.type(**{f"names-{number}-text": "Second and more"})
    save(first, page, **{f"names-{number}-DELETE": "on"})
    assert PrisonerName.objects.count() == 1
    assert "Second, ru" in said(mine.save())
    assert mine.save().status_code == 302
    assert PrisonerName.objects.filter(text="Second and more", language="ru").exists()


def test_a_row_that_somebody_deleted_and_nobody_typed_in_is_gone(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    PrisonerNameFactory.create(prisoner=prisoner, text="Second", language="ru")
    page = page_of(prisoner)
    mine = Opened(second, page).type(occupation="Cook")
    PrisonerName.objects.filter(text="Second").delete()
    mine.save()
    assert mine.save().status_code == 302
    assert [one.text for one in PrisonerName.objects.all()] == ["Test Person"]


def test_a_part_changed_on_its_own_page_is_told_on_the_page_of_its_record(
    first: Client, second: Client
) -> None:
    detention = DetentionFactory.create(place="Here")
    mine = Opened(second, page_of(detention.prisoner)).type(**{"detentions-0-place": "There"})
    save(first, page_of(detention), place="Elsewhere")
    assert "“Here” became “Elsewhere”" in said(mine.save())
    assert mine.save().status_code == 302
    detention.refresh_from_db()
    assert detention.place == "There"


def test_a_citation_that_somebody_added_is_told_and_kept(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    source = SourceFactory.create(title="Test source")
    mine = Opened(second, page_of(prisoner)).type(occupation="Cook")
    cite(prisoner, "occupation", source)
    assert "Citation Test source added" in said(mine.save())
    assert mine.save().status_code == 302
    assert Citation.objects.count() == 1


def test_what_became_public_meanwhile_is_told(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    cite(prisoner, source=SourceFactory.create(published=True))
    mine = Opened(second, page_of(prisoner)).type(occupation="Cook")
    first.post(address(Prisoner, "publish", prisoner.pk))
    assert "State Test Person draft published" in said(mine.save())
    prisoner.refresh_from_db()
    assert (prisoner.occupation, prisoner.state) == ("Clerk", State.PUBLISHED)


def test_a_mistake_on_a_page_that_was_changed_meanwhile_is_shown_with_both(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(birth="not a date")
    save(first, page_of(prisoner), occupation="Baker")
    response = mine.save()
    assert TOLD in said(response)
    assert mine.values["birth"] == "not a date"
    assert mine.values["occupation"] == "Baker"
    mine.type(birth="1980")
    assert mine.save().status_code == 302


def test_what_was_typed_about_a_record_that_somebody_deleted_is_entered_anew(
    first: Client, second: Client, prisoner: Prisoner
) -> None:
    mine = Opened(second, page_of(prisoner)).type(
        row("names", 1, 2, text="Тэст", language="be", script="Cyrl", kind="own"),
        occupation="Cook",
    )
    first.post(address(Prisoner, "delete", prisoner.pk), {"post": "yes"})
    assert not Prisoner.objects.exists()
    assert "Somebody deleted this record while you had it open." in said(mine.save())
    assert not Prisoner.objects.exists()
    assert mine.save().status_code == 302
    again = Prisoner.objects.get()
    assert again.occupation == "Cook"
    assert {one.text for one in again.names.all()} == {"Test Person", "Тэст"}


# What a page was opened at


@pytest.mark.parametrize(
    "rubbish", ["", "[", "[]", "{}", "[1,2]", '[{"a":1},{"names":[1]}]', "[[[[", '["",""]', "null"]
)
def test_a_page_that_does_not_say_what_it_was_opened_at_is_saved_as_always(
    first: Client, prisoner: Prisoner, rubbish: str
) -> None:
    response = save(first, page_of(prisoner), _opened=rubbish, occupation="Cook")
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        again = Entries(response.content.decode()).values
        assert first.post(page_of(prisoner), {**again, "_save": "1"}).status_code == 302
    prisoner.refresh_from_db()
    assert prisoner.occupation == "Cook"


def test_a_page_holds_nothing_that_is_restricted(prisoner: Prisoner) -> None:
    Prisoner.objects.update(note="zq secret", risk="zq secret")
    researcher = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    assert "zq secret" not in researcher.get(page_of(prisoner)).content.decode()


def test_to_compare_asks_as_many_questions_for_many_parts_as_for_few(
    first: Client, prisoner: Prisoner
) -> None:
    costs = []
    for round_ in range(2):
        for _number in range(3):
            PrisonerNameFactory.create(prisoner=prisoner)
        asked = []
        for opened in ({"_opened": ""}, {}):
            mine = Opened(first, page_of(prisoner)).type(
                opened, occupation=f"Cook {round_} {opened}"
            )
            with CaptureQueriesContext(connection) as queries:
                assert mine.save().status_code == 302
            asked.append(len(queries))
        costs.append(asked[1] - asked[0])
    assert costs[0] == costs[1] <= 12


# Two connections


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    started: list[threading.Thread] = []
    yield started
    for one in started:
        one.join(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_whoever_saves_while_another_is_saving_waits_and_is_told(
    threads: list[threading.Thread],
) -> None:
    second = sign_in(Client(), account(Role.EDITOR, name="second"))
    actor = ActorFactory.create(name="Before")
    mine = Opened(second, page_of(actor)).type(name="Mine")
    answers: list[Any] = []

    def save_mine() -> None:
        try:
            answers.append(mine.save())
        finally:
            connection.close()

    with transaction.atomic():
        workflow.hold(actor)
        threads.append(threading.Thread(target=save_mine))
        threads[0].start()
        time.sleep(0.5)
        assert not answers
        Actor.objects.filter(pk=actor.pk).update(name="Theirs")
    threads[0].join(timeout=30)
    [response] = answers
    assert "“Before” became “Theirs”" in said(response)
    actor.refresh_from_db()
    assert actor.name == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_exactly_one_is_told(
    threads: list[threading.Thread],
) -> None:
    detention = DetentionFactory.create(place="Nowhere")
    page = page_of(detention.prisoner)
    people = [
        Opened(sign_in(Client(), account(Role.EDITOR, name=name)), where).type(**entry)
        for name, where, entry in (
            ("first", page, {"detentions-0-place": "Here"}),
            ("second", page_of(detention), {"place": "There"}),
        )
    ]
    together = threading.Barrier(2)
    answers: dict[int, int] = {}

    def save_one(number: int) -> None:
        try:
            together.wait(timeout=30)
            answers[number] = people[number].save().status_code
        finally:
            connection.close()

    for number in range(2):
        threads.append(threading.Thread(target=save_one, args=(number,)))
        threads[-1].start()
    for one in threads:
        one.join(timeout=30)
    assert sorted(answers.values()) == [200, 302]
    winner = next(number for number, status in answers.items() if status == 302)
    assert Detention.objects.get().place == ("Here", "There")[winner]
