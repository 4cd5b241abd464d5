"""An address once public keeps working: it redirects, or says plainly that it is withdrawn."""

from __future__ import annotations

import pytest
from django.test import Client

from prisoners.models import ADDRESSED, AddressedRecord, Disclosure, State
from tests.factories import FACTORIES, FormerAddressFactory, PrisonerFactory
from tests.reader import Page, read

pytestmark = pytest.mark.django_db

HIDDEN = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
of_each_kind = pytest.mark.parametrize("kind", list(ADDRESSED))


def public(kind: str, slug: str) -> AddressedRecord:
    values = {"state": State.PUBLISHED} if kind == "source" else {"published": True}
    record: AddressedRecord = FACTORIES[ADDRESSED[kind]].create(slug=slug, **values)
    return record


def rename(record: AddressedRecord, slug: str) -> str:
    """Give a record another address; return the path of the one it had."""
    before = record.get_absolute_url()
    again: AddressedRecord = type(record)._default_manager.get(pk=record.pk)
    again.slug = record.slug = slug
    again.save()
    return before


@of_each_kind
def test_a_former_address_redirects_for_good(kind: str) -> None:
    record = public(kind, "first")
    first = rename(record, "second")
    response = Client().get(first)
    assert response.status_code == 301
    assert response.headers["Location"] == record.get_absolute_url()
    assert read(record.get_absolute_url()).main.text


@of_each_kind
def test_after_two_renames_each_former_address_leads_straight_to_the_page(kind: str) -> None:
    record = public(kind, "first")
    former = [rename(record, "second"), rename(record, "third")]
    for path in former:
        assert Client().get(path).headers["Location"] == record.get_absolute_url()
    assert record.get_absolute_url().endswith("/third/")


def test_renamed_back_the_page_is_at_its_first_address_again() -> None:
    record = public("prisoner", "first")
    first, second = rename(record, "second"), rename(record, "first")
    assert Client().get(first).status_code == 200
    assert Client().get(second).headers["Location"] == first


@of_each_kind
def test_a_withdrawn_page_says_so_under_every_address_it_had(kind: str) -> None:
    record = public(kind, "first")
    first = rename(record, "second")
    type(record)._default_manager.filter(pk=record.pk).update(state=State.WITHDRAWN)
    for path in (first, record.get_absolute_url()):
        response = Client().get(path)
        assert response.status_code == 410
        assert "This page has been withdrawn" in Page(response, path).main.text
        assert response.headers["Cache-Control"] == "no-store"


@of_each_kind
@pytest.mark.parametrize("values", [HIDDEN, {"state": State.DRAFT}, {"state": State.IN_REVIEW}])
def test_a_former_address_of_what_is_not_public_leads_nowhere(
    kind: str, values: dict[str, str]
) -> None:
    record = public(kind, "first")
    first = rename(record, "second")
    type(record)._default_manager.filter(pk=record.pk).update(**values)
    for path in (first, record.get_absolute_url()):
        assert Client().get(path).status_code == 404


def test_a_former_address_of_one_kind_is_none_of_another() -> None:
    FormerAddressFactory.create(slug="once", prisoner=PrisonerFactory.create(published=True))
    assert Client().get("/prisoners/once/").status_code == 301
    assert Client().get("/releases/once/").status_code == 404


def test_an_address_in_use_again_leads_to_who_has_it_now() -> None:
    FormerAddressFactory.create(slug="taken", prisoner=PrisonerFactory.create(published=True))
    now = public("prisoner", "taken")
    assert read(now.get_absolute_url()).main.one("h1").text == str(now)


def test_a_page_without_its_last_slash_is_found() -> None:
    record = public("prisoner", "first")
    response = Client().get(record.get_absolute_url().rstrip("/"))
    assert response.status_code == 301
    assert response.headers["Location"] == record.get_absolute_url()


@pytest.mark.parametrize(
    "slug", ["%00", "a%00b", "..%2F..", "%F0%9F%95%8A", "x" * 5000, "%E2%80%AE"]
)
@of_each_kind
def test_an_address_that_cannot_be_is_not_found(kind: str, slug: str) -> None:
    record = public(kind, "first")
    path = record.get_absolute_url().replace("first", slug)
    assert Client(raise_request_exception=False).get(path).status_code == 404
