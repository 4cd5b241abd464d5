"""Whoever is protected stays so whatever way a fact comes in, and whoever writes meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import disclosure, operations, workflow
from prisoners.desk.importing import running
from prisoners.desk.protecting import reasons_to_protect
from prisoners.desk.putting_back import put_back
from prisoners.models import (
    Consent,
    Detention,
    Disclosure,
    Facility,
    How,
    Operation,
    OperationKind,
    Prisoner,
    Record,
    Role,
    recorded,
)
from tests.desk import account, at_desk
from tests.factories import DetentionFactory, PrisonerFactory, cite
from tests.lists import viasna_row
from tests.test_dossiers import Load, dossier
from tests.test_importing import brought, previewed

__all__ = ["dossier"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return account(name="test-protector")


def public(**values: Any) -> Prisoner:
    return PrisonerFactory.create(published=True, **values)


def is_public(person: Prisoner) -> bool:
    return Client().get(person.get_absolute_url()).status_code == 200


def stored(record: Record) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def hold_back(record: Any, field: str, how: str = How.WITHHELD) -> None:
    disclosure.hold_back(record=record, field=field, how=how, reason="a test")


# What makes somebody a child


def test_undoing_what_made_somebody_older_withholds_them(user: User) -> None:
    person = public(birth="2005-03-04", disclosure="public")
    DetentionFactory.create(published=True, prisoner=person, began="2021-07-14")
    operation = Operation.objects.create(kind=OperationKind.BULK)
    with recorded(operation=operation):
        person.birth = "1990-03-04"
        person.save()
    assert is_public(person)
    operations.undo(operation=operation, by=user)
    assert str(stored(person).birth) == "2005-03-04"
    assert stored(person).disclosure == Disclosure.WITHHELD
    assert not is_public(person)


def test_an_arrest_that_is_put_back_to_an_earlier_day_withholds_them(user: User) -> None:
    detention = DetentionFactory.create(
        published=True, prisoner=public(birth="2003-03-04"), began="2020-07-14"
    )
    detention.began = "2022-07-14"
    detention.save()
    assert is_public(detention.prisoner)
    row = Detention.history.filter(id=detention.pk).order_by("history_id").first()
    put_back(row=row, fields=["began"], by=user, reason="a test")
    assert str(stored(detention).began) == "2020-07-14"
    assert not is_public(detention.prisoner)


def test_a_birth_that_a_dossier_says_for_somebody_public_withholds_them(dossier: Load) -> None:
    dossier()
    person = Prisoner.objects.get(slug="ann")
    assert is_public(person)
    born = 'occupation = "Test occupation"\nbirth = "2004-02-03"\ncite.birth = "paper ¶3"'
    dossier(('occupation = "Test occupation"', born))
    assert str(stored(person).birth) == "2004-02-03"
    assert not is_public(person)


@pytest.mark.usefixtures("one_person_team")
def test_a_birth_that_is_taken_from_a_list_withholds_them() -> None:
    one, _said = brought([viasna_row(1)])
    assert one.source is not None
    for record in (one.source, Facility.objects.get(), Prisoner.objects.get()):
        workflow.publish(record=record)
    person = Prisoner.objects.get()
    assert is_public(person)
    again = previewed([viasna_row(1, birthday="2004-01-03")])
    running.decide(row=again.rows.get(), what="birth", choice="take")
    running.run(one=again, by=account(Role.EDITOR))
    assert str(stored(person).birth) == "2004-01-03"
    assert not is_public(person)


def test_an_arrest_on_a_detentions_own_page_withholds_them(one_person_team: None) -> None:
    detention = DetentionFactory.create(
        published=True, prisoner=public(birth="2003-03-04"), began="2022-07-14"
    )
    cite(detention, state="published")
    desk = at_desk(Client())
    page = reverse("admin:prisoners_detention_change", args=[detention.pk])
    form = desk.get(page).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}
    parts = ("placements", "charges", "sentences", "outcomes", "translations", "citations")
    counts = {f"{part}-{count}_FORMS": 0 for part in parts for count in ("TOTAL", "INITIAL")}
    response = desk.post(page, {**sent, **counts, "began": "2020-07-14"}, follow=True)
    assert str(stored(detention).began) == "2020-07-14"
    assert "may have been under 18 when arrested" in response.content.decode()
    assert not is_public(detention.prisoner)


@pytest.mark.parametrize("how", [How.WITHHELD, How.YEAR])
def test_an_arrest_that_is_held_back_still_protects(how: str) -> None:
    detention = DetentionFactory.create(prisoner__birth="2003-06-01", began="2020-01-05")
    hold_back(detention, "began", how)
    person = stored(detention.prisoner)
    assert reasons_to_protect(person, timezone.localdate()) == [
        "may have been under 18 when arrested"
    ]


def test_an_arrest_of_a_grown_person_that_is_held_back_gives_no_reason() -> None:
    detention = DetentionFactory.create(prisoner__birth="1990-06-01", began="2020-01-05")
    hold_back(detention, "began")
    assert reasons_to_protect(stored(detention.prisoner), timezone.localdate()) == []


# What was loaded before a decision


def test_what_was_loaded_before_a_fact_was_held_back_does_not_bring_it_back() -> None:
    person = public(birth="1980-03-02")
    before = stored(person)
    hold_back(person, "birth")
    with pytest.raises(IntegrityError, match="stays_withheld"), transaction.atomic():
        before.save()
    assert (stored(person).birth, stored(person).held) == (None, {"birth": How.WITHHELD})


def test_what_was_loaded_before_somebody_lost_their_name_does_not_bring_it_back() -> None:
    person = public()
    before = stored(person)
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    with pytest.raises(IntegrityError, match="not_told_by_its_page"), transaction.atomic():
        before.save()
    assert (stored(person).identity, stored(person).slug) == ("anonymous", person.public_id)


def test_what_was_loaded_before_a_consent_ended_does_not_show_them() -> None:
    person = public()
    before = stored(person)
    day = timezone.localdate() - timedelta(days=2)
    Consent.objects.create(
        prisoner=person,
        given_by="Test Giver",
        given_as="self",
        given_on=date(2021, 7, 14),
        until=day,
        for_name=True,
    )
    before.save()
    assert stored(person).shown_until == day
    assert not is_public(person)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [("editor of Li Na weekly", True), ("editor of a weekly, Lima", False), ("na li", False)],
)
def test_a_name_of_short_words_is_found_in_a_text_as_a_whole(text: str, is_told: bool) -> None:
    person = public(name__text="Li Na", occupation=text)
    if is_told:
        with pytest.raises(ValidationError, match="holds the name"):
            disclosure.show_as(person=person, identity="anonymous", reason="a test")
    else:
        disclosure.show_as(person=person, identity="anonymous", reason="a test")
    assert (stored(person).identity == "full") == is_told


# Out of history


def test_an_address_and_a_ground_are_not_put_back(user: User) -> None:
    person = public(slug="test-whole-name")
    person.save()
    row = Prisoner.history.filter(id=person.pk).order_by("history_id").first()
    disclosure.forget_address(person=person)
    person.basis = Prisoner.Basis.CONSENT
    person.save()
    with pytest.raises(ValidationError, match="so already"):
        put_back(row=row, fields=["slug", "basis", "special_risk"], by=user, reason="a test")
    assert stored(person).slug == person.public_id
    assert stored(person).basis == Prisoner.Basis.CONSENT


def test_what_a_rule_is_about_is_not_deleted_before_the_rule() -> None:
    detention = DetentionFactory.create(place="Test street 1")
    hold_back(detention, "place")
    for record in (detention, detention.prisoner):
        with pytest.raises(ProtectedError), transaction.atomic():
            stored(record).delete()
    desk = at_desk(Client())
    page = reverse("admin:prisoners_detention_delete", args=[detention.pk])
    assert desk.post(page, {"post": "yes"}).status_code == 200
    assert "Test street" not in desk.get(page).content.decode()
    assert Detention.objects.filter(pk=detention.pk).exists()
    disclosure.lift(rule=detention.disclosure_rules.get())
    stored(detention).delete()
    assert not Detention.objects.filter(pk=detention.pk).exists()
