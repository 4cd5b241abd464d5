"""The page at which it is decided what visitors see of somebody, and what the forms say of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import disclosure
from prisoners.models import Consent, Detention, Disclosure, DisclosureRule, Prisoner, Role
from tests.desk import at_desk
from tests.factories import DetentionFactory, PrisonerFactory, PrisonerNameFactory
from tests.reader import Page
from tests.test_admin import address, save

pytestmark = pytest.mark.django_db


def shown(client: Client, person: Prisoner, **post: Any) -> Page:
    path = reverse("admin:prisoners_prisoner_shown", args=[person.pk])
    response = client.post(path, post, follow=True) if post else client.get(path)
    assert response.status_code == 200
    return Page(response, path)


@pytest.fixture
def detention() -> Detention:
    made: Detention = DetentionFactory.create(
        published=True, began="2021-07-14", place="a square", prisoner__birth="1980-03-02"
    )
    return made


def test_a_fact_is_held_back_and_shown_again(client: Client, detention: Detention) -> None:
    at_desk(client, Role.EDITOR)
    person = detention.prisoner
    page = shown(
        client,
        person,
        verb="hold_back",
        fact=f"detention-{detention.pk}-began",
        how="year",
        reason="She was with others.",
        asked_by="her mother",
        review_on="2020-01-01",
    )
    (row,) = page.tables()[0]
    assert row["Fact"] == "Detention: began"
    assert (row["Known"], row["Visitors see"]) == ("2021-07-14", "2021")
    assert row["Why"] == "She was with others."
    assert "due" in row["Look again on"]
    assert str(Detention.objects.get().began) == "2021"
    page = shown(client, person, verb="lift", rule=DisclosureRule.objects.get().pk)
    assert "Nothing is held back." in page.text
    assert str(Detention.objects.get().began) == "2021-07-14"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"reason": " "}, "This field is required."),
        ({"fact": "detention-0-began"}, "Select a valid choice."),
        ({"how": "year"}, "This is no date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_held_back(
    client: Client, detention: Detention, values: dict[str, str], message: str
) -> None:
    at_desk(client, Role.EDITOR)
    asked = {"fact": f"detention-{detention.pk}-place", "how": "withheld", "reason": "a test"}
    page = shown(client, detention.prisoner, verb="hold_back", **{**asked, **values})
    assert message in page.text
    assert not DisclosureRule.objects.exists()


def test_a_rule_of_somebody_else_is_not_lifted_here(client: Client, detention: Detention) -> None:
    at_desk(client, Role.EDITOR)
    rule = disclosure.hold_back(record=detention, field="place", how="withheld", reason="a test")
    path = reverse("admin:prisoners_prisoner_shown", args=[PrisonerFactory.create().pk])
    for asked in (rule.pk, 999999, ""):
        assert client.post(path, {"verb": "lift", "rule": asked}).status_code == 403
    assert DisclosureRule.objects.exists()


def test_a_name_is_reduced_to_initials_and_the_page_says_what_stands_in_the_way(
    client: Client, detention: Detention
) -> None:
    at_desk(client, Role.EDITOR)
    person = detention.prisoner
    person.names.update(text="Zoltan Quill")
    page = shown(client, person, verb="show_as", identity="initials", reason=" ")
    assert "Say why" in page.text
    Detention.objects.update(place="before Quill’s house")
    page = shown(client, person, verb="show_as", identity="initials", reason="a test")
    assert "holds the name" in page.text
    assert "before Quill’s house" in page.text
    Detention.objects.update(place="")
    page = shown(client, person, verb="show_as", identity="initials", reason="a test")
    assert "Now: initials." in page.text
    assert "Z. Q." in Client().get(f"/prisoners/{person.public_id}/").content.decode()


def test_an_address_is_forgotten_at_the_desk(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    person = PrisonerFactory.create(published=True, slug="zoltan")
    person.slug = "quill"
    person.save()
    assert "zoltan" in shown(client, person).text
    shown(client, person, verb="forget_address")
    assert {Client().get(f"/prisoners/{one}/").status_code for one in ("zoltan", "quill")} == {404}


def test_the_page_shows_consents_and_who_is_to_be_protected(
    client: Client, detention: Detention
) -> None:
    at_desk(client, Role.VIEWER)
    person = detention.prisoner
    Prisoner.objects.update(special_risk=True)
    Consent.objects.create(
        prisoner=person,
        given_by="Test Mother",
        given_as="relative",
        given_on=date(2021, 7, 14),
        for_name=True,
        until=date(2099, 1, 1),
    )
    page = shown(client, person)
    assert "at special risk" in page.text
    assert "Test Mother" in page.text
    assert page.all("form", method="post") == page.all("form", id="logout-form")


def test_the_page_asks_as_much_of_the_database_however_many_facts_are_held_back(
    client: Client, detention: Detention
) -> None:
    at_desk(client)
    person = detention.prisoner
    path = reverse("admin:prisoners_prisoner_shown", args=[person.pk])
    disclosure.hold_back(record=detention, field="place", how="withheld", reason="a test")
    client.get(path)
    with CaptureQueriesContext(connection) as once:
        client.get(path)
    disclosure.hold_back(record=detention, field="began", how="year", reason="a test")
    disclosure.hold_back(record=person, field="birth", how="year", reason="a test")
    with CaptureQueriesContext(connection) as again:
        client.get(path)
    assert len(again) == len(once)


# Who is withheld by default


def enter(client: Client, **values: Any) -> Any:
    names = {
        "names-TOTAL_FORMS": "1",
        "names-0-text": "Test Child",
        "names-0-language": "en",
        "names-0-script": "Latn",
        "names-0-kind": "own",
    }
    return save(client, address(Prisoner, "add"), names, **values)


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.EDITOR])
def test_a_child_is_withheld_when_entered_and_the_form_says_so(client: Client, role: Role) -> None:
    at_desk(client, role)
    response = enter(client, birth=str(timezone.localdate().year - 9))
    assert response.status_code == 302
    person = Prisoner.objects.get()
    assert person.disclosure == Disclosure.WITHHELD
    page = client.get(response.headers["Location"]).content.decode()
    assert "Withheld from the public: may be under 18." in page


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.EDITOR])
def test_only_an_editor_decides_that_a_child_is_shown_and_says_why(
    client: Client, role: Role
) -> None:
    at_desk(client, role)
    year = str(timezone.localdate().year - 9)
    enter(client, birth=year, shown_because="The family asks for it.")
    person = Prisoner.objects.get()
    assert (person.disclosure == Disclosure.PUBLIC) == (role is Role.EDITOR)
    assert bool(person.shown_because) == (role is Role.EDITOR)


def test_a_person_who_is_not_shown_by_name_keeps_the_address_that_says_nothing(
    client: Client,
) -> None:
    at_desk(client)
    person = PrisonerFactory.create()
    PrisonerNameFactory.create(prisoner=person, text="Zoltan Quill", language="de")
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    assert save(client, address(Prisoner, "change", person.pk), gender="other").status_code == 302
    assert Prisoner.objects.get().slug == person.public_id
