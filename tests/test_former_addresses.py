"""An address once public keeps working: it redirects, or says plainly that it is withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from prisoners.desk import disclosure, merging, operations, revisions
from prisoners.models import (
    ADDRESSED,
    AddressedRecord,
    Disclosure,
    FormerAddress,
    Operation,
    OperationKind,
    Prisoner,
    Role,
    State,
    kind_of,
    recorded,
)
from tests.desk import account, at_desk
from tests.factories import (
    FACTORIES,
    DetentionFactory,
    FormerAddressFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    SourceFactory,
    cite,
)
from tests.reader import Page, read
from tests.test_admin import address, save

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


# An address that tells a name which is not shown


def as_never_there(path: str) -> bool:
    never = Client().get("/prisoners/nobody-was-ever-here/")
    answer = Client().get(path)
    return (answer.status_code, answer.content) == (never.status_code, never.content)


def with_a_hidden_spelling(**hidden: Any) -> Prisoner:
    """Somebody public whose address was made of a spelling that visitors are not to see."""
    person: Prisoner = PrisonerFactory.create(
        published=True, slug="zoltan-quill", name__text="Ann Test"
    )
    values = {"text": "Zoltan Quill", "language": "de", "disclosure": "withheld"}
    PrisonerNameFactory.create(prisoner=person, **{"disclosure_reason": "x", **values, **hidden})
    return person


@pytest.mark.usefixtures("one_person_team")
@pytest.mark.parametrize(
    "hidden",
    [
        {},
        {"disclosure": "public", "disclosure_reason": "", "state": "withdrawn"},
        {"disclosure": "public", "disclosure_reason": "", "state": "draft"},
        {"text": "Золтан Квилл", "language": "ru"},
    ],
)
def test_an_address_corrected_for_the_name_in_it_is_forgotten(hidden: dict[str, Any]) -> None:
    person = with_a_hidden_spelling(**hidden)
    desk = at_desk(Client(), Role.EDITOR)
    assert save(desk, address(Prisoner, "change", person.pk), slug="ann-test").status_code == 302
    assert Client().get("/prisoners/ann-test/").status_code == 200
    assert as_never_there("/prisoners/zoltan-quill/")
    assert Client().get("/be/prisoners/zoltan-quill/").status_code == 404


@pytest.mark.usefixtures("one_person_team")
def test_an_address_of_words_that_are_shown_goes_on_leading_there() -> None:
    person = with_a_hidden_spelling()
    Prisoner.objects.filter(pk=person.pk).update(slug="ann")
    save(at_desk(Client(), Role.EDITOR), address(Prisoner, "change", person.pk), slug="ann-test")
    assert Client().get("/prisoners/ann/").headers["Location"] == "/prisoners/ann-test/"


@pytest.mark.usefixtures("one_person_team")
def test_a_former_address_is_forgotten_when_its_spelling_is_withheld_later() -> None:
    person = PrisonerFactory.create(published=True, slug="first", name__text="Ann Test")
    spelling = PrisonerNameFactory.create(
        prisoner=person, text="Zoltan Quill", language="de", state="published"
    )
    former = FormerAddressFactory.create(prisoner=person, slug="zoltan-quill")
    assert Client().get("/prisoners/zoltan-quill/").status_code == 301
    desk = at_desk(Client(), Role.EDITOR)
    page = address(type(spelling), "change", spelling.pk)
    assert save(desk, page, disclosure="withheld", disclosure_reason="x").status_code == 302
    assert not FormerAddress.objects.filter(pk=former.pk).exists()
    assert as_never_there("/prisoners/zoltan-quill/")


def test_an_address_whose_correction_is_accepted_is_forgotten() -> None:
    person = with_a_hidden_spelling()
    revision = revisions.propose(
        record=person,
        changes={(kind_of(person), person.pk): {"slug": ["zoltan-quill", "ann-test"]}},
        by=account(Role.RESEARCHER, name="proposer"),
    )
    revisions.accept(revision=revision, by=account(Role.EDITOR, name="other"))
    assert as_never_there("/prisoners/zoltan-quill/")


def test_undoing_brings_no_address_back_that_tells_a_name() -> None:
    person = with_a_hidden_spelling()
    Prisoner.objects.filter(pk=person.pk).update(slug="ann-test")
    operation = Operation.objects.create(kind=OperationKind.BULK)
    with recorded(operation=operation):
        rename(person, "zoltan-quill")
    operations.undo(operation=operation, by=account(Role.EDITOR), reason="x")
    assert Client().get("/prisoners/ann-test/").status_code == 200
    assert as_never_there("/prisoners/zoltan-quill/")


def test_the_address_of_a_merged_record_that_tells_a_name_is_forgotten() -> None:
    merged = with_a_hidden_spelling()
    kept = PrisonerFactory.create(published=True, slug="kept", name__text="Ann Test")
    for one in (kept, merged):
        cite(one)
    proposal = merging.propose(
        kept=kept, merged=merged, choices={}, by=account(Role.EDITOR, name="one"), reason="x"
    )
    operation = merging.accept(proposal=proposal, by=account(Role.EDITOR, name="two"))
    assert as_never_there("/prisoners/zoltan-quill/")
    merging.undo(operation=operation, by=account(Role.EDITOR, name="three"), reason="x")
    again = Prisoner.objects.get(pk=merged.pk)
    assert Client().get(again.get_absolute_url()).status_code == 200


@pytest.mark.usefixtures("one_person_team")
def test_the_address_of_a_source_that_named_somebody_is_forgotten() -> None:
    person = DetentionFactory.create(published=True, prisoner__name__text="Zoltan Quill").prisoner
    disclosure.show_as(person=person, identity="anonymous", reason="x")
    source = SourceFactory.create(published=True, slug="quill-sentenced", title="A report")
    cite(person, source=source)
    desk = at_desk(Client(), Role.EDITOR)
    assert (
        save(desk, address(type(source), "change", source.pk), slug="a-report").status_code == 302
    )
    assert Client().get("/sources/a-report/").status_code == 200
    assert Client().get("/sources/quill-sentenced/").status_code == 404
