"""Addresses that were public once go on leading to their record."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from prisoners.models import ADDRESSED, AddressedRecord, FormerAddress, Prisoner, State
from tests.factories import FACTORIES, PrisonerFactory, ReleaseFactory

pytestmark = pytest.mark.django_db


def rename(record: AddressedRecord, slug: str) -> None:
    """Change the address of a record as a researcher does: read, clean, save."""
    one = type(record)._default_manager.get(pk=record.pk)
    one.slug = slug
    one.full_clean()
    one.save()


def former(record: AddressedRecord) -> set[str]:
    return set(record._former_addresses.values_list("slug", flat=True))


@pytest.mark.parametrize(("name", "model"), ADDRESSED.items())
def test_an_address_that_was_public_is_kept_when_it_changes(
    name: str, model: type[AddressedRecord]
) -> None:
    record = FACTORIES[model].create(slug="first", published=True)
    rename(record, "second")
    rename(record, "third")
    assert former(record) == {"first", "second"}
    assert FormerAddress.objects.filter(**{name: record}).count() == 2


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW])
def test_an_address_that_was_never_public_is_forgotten(state: State) -> None:
    record = PrisonerFactory.create(slug="first", state=state)
    rename(record, "second")
    assert former(record) == set()


def test_a_withdrawn_record_was_public_and_keeps_its_address() -> None:
    record = PrisonerFactory.create(slug="first", state=State.WITHDRAWN)
    rename(record, "second")
    assert former(record) == {"first"}


def test_a_record_that_takes_its_old_address_back_does_not_lead_to_itself() -> None:
    record = PrisonerFactory.create(slug="first", published=True)
    rename(record, "second")
    rename(record, "first")
    assert former(record) == {"second"}


def test_an_address_that_leads_to_another_record_is_refused() -> None:
    taken = PrisonerFactory.create(slug="first", published=True)
    rename(taken, "second")
    with pytest.raises(ValidationError) as refusal:
        rename(PrisonerFactory.create(), "first")
    assert refusal.value.message_dict == {"slug": ["This address already leads to another record."]}
    with pytest.raises(ValidationError, match="already leads to another record"):
        PrisonerFactory.build(slug="first").full_clean()


def test_records_of_different_kinds_may_share_an_address() -> None:
    person = PrisonerFactory.create(slug="first", published=True)
    rename(person, "second")
    release = ReleaseFactory.create(slug="second", published=True)
    rename(release, "first")
    rename(release, "third")
    assert former(person) == {"first"}
    assert former(release) == {"second", "first"}


def test_the_same_record_can_be_renamed_twice_without_being_read_again() -> None:
    record = PrisonerFactory.create(slug="first", published=True)
    for slug in ("second", "third"):
        record.slug = slug
        record.save(update_fields=["slug"])
    assert former(record) == {"first", "second"}


def test_a_save_that_leaves_the_address_alone_keeps_none() -> None:
    record = PrisonerFactory.create(slug="first", published=True)
    record.occupation = "Test occupation"
    record.save()
    deferred = Prisoner.objects.defer("slug").get()
    deferred.occupation = "Another test occupation"
    deferred.save()
    assert former(record) == set()
    assert Prisoner.objects.get().slug == "first"


def test_a_new_address_that_is_not_saved_is_no_former_one() -> None:
    record = PrisonerFactory.create(slug="first", published=True)
    record.slug = "second"
    record.save(update_fields=["occupation"])
    assert former(record) == set()
    record.save()
    assert former(record) == {"first"}


def test_the_former_addresses_of_a_deleted_record_go_with_it() -> None:
    record = PrisonerFactory.create(slug="first", published=True)
    rename(record, "second")
    record.delete()
    assert not FormerAddress.objects.exists()
