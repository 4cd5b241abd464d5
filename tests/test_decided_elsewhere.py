"""What is decided of somebody holds whatever else is done: merging, proposing, importing lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import disclosure, merging, revisions
from prisoners.desk.importing import running
from prisoners.models import (
    Consent,
    Disclosure,
    DisclosureRule,
    How,
    ImportRow,
    Prisoner,
    Role,
    kind_of,
)
from tests.desk import account, at_desk, sign_in
from tests.factories import DetentionFactory, PrisonerFactory, cite
from tests.lists import viasna_row
from tests.reviewing import give_sources
from tests.test_importing import brought
from tests.test_merging import again, by, merge, page_of, public, refused

pytestmark = pytest.mark.django_db

DAY = date(2021, 7, 14)


def consent(person: Prisoner, **values: Any) -> Consent:
    given: dict[str, Any] = {"given_by": "Test Giver", "given_as": "self", "given_on": DAY}
    return Consent.objects.create(prisoner=person, **{**given, "for_name": True, **values})


def hold_back(record: Any, field: str, how: str = How.WITHHELD) -> None:
    disclosure.hold_back(record=record, field=field, how=how, reason="a test")


# Merging


@pytest.mark.parametrize("turned", [False, True])
def test_nobody_is_merged_who_is_not_shown_by_name(turned: bool) -> None:
    nameless, other = public(), public()
    disclosure.show_as(person=nameless, identity="initials", reason="a test")
    pair = (again(other), again(nameless)) if turned else (again(nameless), again(other))
    assert "not shown by name" in refused(*pair)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("of_part", [False, True])
def test_nobody_is_merged_of_whom_facts_are_held_back(turned: bool, of_part: bool) -> None:
    held, other = public(birth="1980-05-06"), public()
    part = DetentionFactory.create(prisoner=held, began="2021-07-14", state="published")
    hold_back(part if of_part else held, "began" if of_part else "birth", How.YEAR)
    pair = (again(other), again(held)) if turned else (again(held), again(other))
    assert "held back from visitors" in refused(*pair)


def test_nobody_is_merged_to_whom_consents_are_over_in_one_record_alone() -> None:
    kept, merged = public(), public()
    consent(merged, until=timezone.localdate() - timedelta(days=1))
    assert "Consents" in refused(again(kept), again(merged))
    assert "Consents" in refused(again(merged), again(kept))


def test_consents_go_to_the_kept_record_and_back_and_nobody_reads_them_on_the_way() -> None:
    kept, merged = public(), public()
    until = timezone.localdate() + timedelta(days=10)
    given = consent(merged, until=until)
    client = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    compare = reverse("admin:prisoners_duplicatecandidate_compare", args=[kept.pk, merged.pk])
    page = client.get(compare)
    assert page.status_code == 200
    assert "Test Giver" not in page.content.decode()
    operation = merge(again(kept), again(merged))
    given.refresh_from_db()
    assert given.prisoner_id == kept.pk
    assert (again(kept).shown_until, again(merged).shown_until) == (until, None)
    merging.undo(operation=operation, by=by(), reason="They are two.")
    given.refresh_from_db()
    assert given.prisoner_id == merged.pk
    assert (again(kept).shown_until, again(merged).shown_until) == (None, until)


def test_a_merged_record_tells_no_name_once_the_kept_one_has_none() -> None:
    kept, merged = public(), public("Vymysel Prykladny", slug="vymysel-prykladny")
    before = page_of(merged)
    operation = merge(kept, merged)
    assert Client().get(before).status_code == 301
    disclosure.show_as(person=again(kept), identity="anonymous", reason="a test")
    assert Client().get(before).status_code == 404
    assert again(merged).slug == merged.public_id
    with pytest.raises(ValidationError, match="decided since"):
        merging.undo(operation=operation, by=by(), reason="x")
    assert Client().get(before).status_code == 404


def test_a_merge_is_not_undone_past_a_decision_to_withhold() -> None:
    kept, merged = public(), public()
    operation = merge(kept, merged)
    now = again(kept)
    now.disclosure, now.disclosure_reason = Disclosure.WITHHELD, "a test"
    now.save()
    with pytest.raises(ValidationError, match="decided since"):
        merging.undo(operation=operation, by=by(), reason="x")
    Prisoner.objects.filter(pk=merged.pk).update(
        disclosure=Disclosure.WITHHELD, disclosure_reason="a test"
    )
    merging.undo(operation=operation, by=by(), reason="x")
    assert Client().get(page_of(merged)).status_code == 404


def test_a_merge_that_shows_that_somebody_was_a_child_withholds_them() -> None:
    kept, merged = public(), public(birth="2005-01-01")
    detention = DetentionFactory.create(prisoner=kept, began="2021-07-14", state="published")
    cite(detention)
    merge(again(kept), again(merged))
    assert again(kept).disclosure == Disclosure.WITHHELD
    assert Client().get(page_of(kept)).status_code == 404


# Proposing


def test_an_accepted_birth_that_makes_somebody_a_child_withholds_them() -> None:
    person = public(birth="1980")
    DetentionFactory.create(prisoner=person, began="2021-07-14", state="published")
    researcher, editor = account(Role.RESEARCHER, name="researcher"), by()
    revision = revisions.propose(
        record=person,
        changes={(kind_of(person), person.pk): {"birth": ["1980", "2005-01-01"]}},
        by=researcher,
    )
    revisions.accept(revision=give_sources(revision), by=editor)
    now = again(person)
    assert (now.birth.text, now.disclosure) == ("2005-01-01", Disclosure.WITHHELD)


def test_a_proposal_tells_researchers_no_more_of_a_fact_than_visitors_see() -> None:
    person = public(birth="1980-05-06")
    researcher = account(Role.RESEARCHER, name="researcher")
    revision = revisions.propose(
        record=person,
        changes={(kind_of(person), person.pk): {"birth": ["1980-05-06", "1980-05-07"]}},
        by=researcher,
    )
    hold_back(person, "birth", How.YEAR)
    page = reverse("admin:prisoners_revision_change", args=[revision.pk])
    seen = sign_in(Client(), researcher).get(page).content.decode()
    assert "May 1980" not in seen
    assert "1980" in seen
    assert "7 May 1980" in at_desk(Client(), Role.EDITOR).get(page).content.decode()


def test_what_is_proposed_of_a_fact_that_is_held_back_goes_into_its_rule() -> None:
    person = public(birth="1980-05-06")
    hold_back(person, "birth", How.YEAR)
    revision = revisions.propose(
        record=again(person),
        changes={(kind_of(person), person.pk): {"birth": ["1980", "1980-05-07"]}},
        by=account(Role.RESEARCHER, name="researcher"),
    )
    revisions.accept(revision=give_sources(revision), by=by())
    assert again(person).birth.text == "1980"
    assert person.disclosure_rules.get().kept == {"birth": "1980-05-07"}


# Lists


def test_a_list_gives_no_name_to_somebody_who_is_not_shown_by_name() -> None:
    brought([viasna_row(1)])
    person = Prisoner.objects.get()
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    brought([viasna_row(1, name="Drugi Testnik")])
    assert person.names.filter(text="Drugi Testnik").exists()
    assert set(person.names.values_list("disclosure", flat=True)) == {"withheld"}
    assert set(person.external_ids.values_list("disclosure", flat=True)) == {"withheld"}


def test_rows_of_a_list_tell_others_nothing_of_whom_facts_are_held_back() -> None:
    one, _said = brought([viasna_row(1)])
    person = Prisoner.objects.get()
    hold_back(person, "birth")
    client = at_desk(Client(), Role.RESEARCHER)
    change, report = (
        reverse(f"admin:prisoners_import_{page}", args=[one.pk]) for page in ("change", "report")
    )
    response = client.get(change)
    assert response.status_code == 200
    assert "1990" not in response.content.decode()
    assert client.get(report).status_code == 403
    assert ImportRow.objects.get().cells


def test_a_list_changes_what_is_held_back_in_the_rule_alone() -> None:
    brought([viasna_row(1)])
    person = Prisoner.objects.get()
    hold_back(person, "birth")
    brought([viasna_row(1)])
    assert again(person).birth is None
    assert person.disclosure_rules.get().kept == {"birth": "1990-01-02"}


def test_a_list_is_not_undone_past_a_consent_or_a_fact_that_is_held_back() -> None:
    one, _said = brought([viasna_row(1), viasna_row(2)])
    first, second = Prisoner.objects.order_by("pk")
    consent(first)
    hold_back(second.detentions.get(), "began")
    found = {found.model for found in running.obstacles(one=one)}
    assert {Consent, DisclosureRule} <= found


def test_the_page_of_a_person_still_offers_what_visitors_see_beside_merges() -> None:
    person = PrisonerFactory.create()
    page = reverse("admin:prisoners_prisoner_change", args=[person.pk])
    seen = at_desk(Client()).get(page).content.decode()
    assert reverse("admin:prisoners_prisoner_shown", args=[person.pk]) in seen
