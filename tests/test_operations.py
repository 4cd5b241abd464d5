"""Undoing what was done at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.desk.name_index import differences
from prisoners.desk.operations import obstacles, undo
from prisoners.models import (
    Detention,
    FormerAddress,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseDestination,
    Source,
    State,
    recorded,
    unrecorded,
)
from prisoners.models.recording import recorded_models
from tests.desk import account
from tests.factories import (
    COUNTRY,
    FACTORIES,
    DealFactory,
    DetentionFactory,
    FormerAddressFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    SourceFactory,
    cite,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return account(name="undoer")


def begun(kind: OperationKind = OperationKind.BULK, **values: Any) -> Operation:
    return Operation.objects.create(kind=kind, **values)


def stored() -> dict[str, list[dict[str, Any]]]:
    """Return all records, but for when they were saved last."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "updated_at"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in recorded_models()
    }


def test_what_was_made_changed_and_deleted_is_as_it_was(user: User) -> None:
    person = PrisonerFactory.create(occupation="Test occupation", birth="1990-05")
    detention = DetentionFactory.create(prisoner=person, began="2021-07")
    citation = cite(detention, "began")
    gone = PrisonerFactory.create(published=True)
    FormerAddressFactory.create(prisoner=gone, slug="formerly-gone")
    before = stored()
    operation = begun(OperationKind.IMPORT, label="people.csv")
    with recorded(operation=operation, origin=Origin.IMPORT):
        made = PrisonerFactory.create()
        ended = DetentionFactory.create(
            prisoner=made, began="2020", ended="2020", end_kind="released"
        )
        cite(ended, "began", citation.source)
        Prisoner.objects.filter(pk=person.pk).update(occupation="", birth=None)
        detention.prisoner = made
        detention.began = None
        detention.save()
        gone.delete()
    assert stored() != before
    undoing = undo(operation=operation, by=user, reason="The wrong file")
    assert stored() == before
    assert not list(differences(lambda _done: None))
    operation.refresh_from_db()
    assert (operation.undone_by, bool(operation.undone_at)) == (user, True)
    assert (undoing.kind, undoing.label) == (OperationKind.UNDO, "import: people.csv")
    last = Detention.history.filter(id=detention.pk).latest()
    assert (last.origin, last.history_user, last.history_change_reason, last.operation) == (
        Origin.UNDO,
        user,
        "The wrong file",
        undoing,
    )


def test_undoing_can_be_undone(user: User) -> None:
    person = PrisonerFactory.create()
    operation = begun()
    with recorded(operation=operation):
        person.note = "Test note"
        person.save()
        PrisonerNameFactory.create(prisoner=person, text="Test Other Spelling")
        PrisonerFactory.create().delete()
    after = stored()
    undoing = undo(operation=operation, by=user, reason="")
    assert stored() != after
    undo(operation=undoing, by=user, reason="")
    assert stored() == after


def test_what_was_undone_is_not_undone_again(user: User) -> None:
    operation = begun()
    undo(operation=operation, by=user, reason="")
    with pytest.raises(ValidationError, match="undone already"):
        undo(operation=operation, by=user, reason="")


@pytest.mark.parametrize("model", FACTORIES)
def test_every_kind_of_record_comes_back(model: type[Record], user: User) -> None:
    record: Any = FACTORIES[model].create()
    kept = model._default_manager.filter(pk=record.pk).values().get()
    operation = begun()
    with recorded(operation=operation):
        record.delete()
    undo(operation=operation, by=user, reason="")
    assert model._default_manager.filter(pk=kept["id"]).values().get() == kept


# What stands in the way


def test_what_was_changed_since_stands_in_the_way_with_the_field_and_whose_it_is(
    user: User,
) -> None:
    person = PrisonerFactory.create(occupation="Before", name__text="Test Person")
    operation = begun()
    with recorded(operation=operation):
        Prisoner.objects.update(occupation="After")
    colleague = account(name="colleague")
    with recorded(by=colleague):
        Prisoner.objects.update(occupation="Corrected since")
    (found,) = obstacles(operation)
    assert (found.model, found.pk, found.record) == (Prisoner, person.pk, "Test Person")
    assert (found.field, found.by) == ("occupation", "colleague")
    assert found.at == Prisoner.history.latest().history_date
    with pytest.raises(ValidationError, match="“occupation” changed by colleague on"):
        undo(operation=operation, by=user, reason="")
    person.refresh_from_db()
    assert person.occupation == "Corrected since"
    assert Operation.objects.count() == 1


def test_another_field_that_was_changed_since_stays_as_it_is(user: User) -> None:
    person = PrisonerFactory.create(occupation="Before")
    operation = begun()
    with recorded(operation=operation):
        Prisoner.objects.update(occupation="After")
    Prisoner.objects.update(biography="Written since.")
    undo(operation=operation, by=user, reason="")
    person.refresh_from_db()
    assert (person.occupation, person.biography) == ("Before", "Written since.")


def test_a_change_that_was_taken_back_stands_not_in_the_way(user: User) -> None:
    person = PrisonerFactory.create(occupation="Before")
    first, second = begun(), begun()
    with recorded(operation=first):
        Prisoner.objects.update(occupation="First")
    with recorded(operation=second):
        Prisoner.objects.update(occupation="Second")
    assert [one.field for one in obstacles(first)] == ["occupation"]
    undo(operation=second, by=user, reason="")
    assert obstacles(first) == []
    undo(operation=first, by=user, reason="")
    person.refresh_from_db()
    assert person.occupation == "Before"


def test_a_change_between_two_of_one_operation_stands_in_the_way() -> None:
    person = PrisonerFactory.create()
    operation = begun()
    for number in range(2):
        with recorded(operation=operation):
            Prisoner.objects.update(occupation=f"Operation {number}")
        if not number:
            Prisoner.objects.update(occupation="In between")
    (found,) = obstacles(operation)
    assert (found.pk, found.what) == (person.pk, "changed in between")


def test_what_was_deleted_or_made_again_since_stands_in_the_way() -> None:
    changed, deleted = SourceFactory.create(), SourceFactory.create()
    operation = begun()
    number = deleted.pk
    with recorded(operation=operation):
        Source.objects.filter(pk=changed.pk).update(title="Changed")
        deleted.delete()
    changed.delete()
    SourceFactory.create(pk=number)
    assert {one.what for one in obstacles(operation)} == {"deleted", "made again"}


def test_what_was_made_and_is_deleted_since_is_no_obstacle(user: User) -> None:
    operation = begun()
    with recorded(operation=operation):
        made = SourceFactory.create()
    made.delete()
    undo(operation=operation, by=user, reason="")
    assert not Source.objects.exists()


def test_what_was_entered_since_on_something_made_stands_in_the_way(user: User) -> None:
    operation = begun()
    with recorded(operation=operation):
        person, deal = PrisonerFactory.create(name__text="Test Person"), DealFactory.create()
    detention = DetentionFactory.create(prisoner=person)
    release = ReleaseFactory.create(deal=deal)
    found = {(one.model, one.pk) for one in obstacles(operation)}
    assert found == {(Detention, detention.pk), (Release, release.pk)}
    with pytest.raises(ValidationError, match="hangs on “Test Person”"):
        undo(operation=operation, by=user, reason="")
    assert Detention.objects.count() == 1


def test_a_record_that_was_published_since_stands_in_the_way() -> None:
    operation = begun()
    with recorded(operation=operation):
        source = SourceFactory.create()
    workflow.publish(record=source)
    assert [one.field for one in obstacles(operation)] == ["state"]


# What was public


def test_what_was_made_public_is_withdrawn_and_its_address_goes_on_answering(
    client: Client, user: User
) -> None:
    operation = begun()
    with recorded(operation=operation):
        person = PrisonerFactory.create(published=True)
        draft = PrisonerFactory.create()
    undo(operation=operation, by=user, reason="")
    person.refresh_from_db()
    assert person.state == State.WITHDRAWN
    assert client.get(person.get_absolute_url()).status_code == 410
    assert not Prisoner.objects.filter(pk=draft.pk).exists()


def test_an_address_that_was_public_meanwhile_goes_on_leading_there(
    client: Client, user: User
) -> None:
    person = PrisonerFactory.create(published=True, slug="first-address")
    operation = begun()
    with recorded(operation=operation):
        person = Prisoner.objects.get()
        person.slug = "second-address"
        person.save()
    undo(operation=operation, by=user, reason="")
    assert client.get("/prisoners/first-address/").status_code == 200
    answer = client.get("/prisoners/second-address/")
    assert (answer.status_code, answer["Location"]) == (301, "/prisoners/first-address/")
    assert [one.slug for one in FormerAddress.objects.all()] == ["second-address"]


def test_two_people_who_were_made_one_are_two_again(client: Client, user: User) -> None:
    kept = PrisonerFactory.create(published=True, slug="kept")
    gone = PrisonerFactory.create(published=True, slug="gone")
    before = stored()
    operation = begun(OperationKind.MERGE)
    with recorded(operation=operation):
        PrisonerName.objects.filter(prisoner=gone).update(prisoner=kept, is_display=False)
        gone.delete()
        FormerAddress.objects.create(slug="gone", prisoner=kept)
    assert client.get("/prisoners/gone/").status_code == 301
    undo(operation=operation, by=user, reason="")
    assert stored() == before
    assert client.get("/prisoners/gone/").status_code == 200


def test_a_former_address_that_no_record_has_again_is_kept(user: User) -> None:
    person = PrisonerFactory.create(published=True)
    operation = begun()
    with recorded(operation=operation):
        FormerAddress.objects.create(slug="known-elsewhere", prisoner=person)
    undo(operation=operation, by=user, reason="")
    assert FormerAddress.objects.get().slug == "known-elsewhere"


def test_destinations_and_their_headcount_come_back_in_any_order(user: User) -> None:
    release = ReleaseFactory.create(headcount=5)
    first = ReleaseDestinationFactory.create(release=release, headcount=4)
    second = ReleaseDestinationFactory.create(release=release, headcount=1, country="BV")
    before = stored()
    operation = begun()
    with recorded(operation=operation):
        Release.objects.update(headcount=20)
        ReleaseDestination.objects.filter(pk=first.pk).update(headcount=1)
        ReleaseDestination.objects.filter(pk=second.pk).update(headcount=19)
    undo(operation=operation, by=user, reason="")
    assert stored() == before


def test_what_has_no_history_yet_comes_back_too(user: User) -> None:
    with unrecorded():
        PrisonerFactory.create_batch(3, occupation="Invented")
    operation = begun()
    with recorded(operation=operation):
        Prisoner.objects.update(occupation="Changed")
    undo(operation=operation, by=user, reason="")
    assert set(Prisoner.objects.values_list("occupation", flat=True)) == {"Invented"}


# Very many


def imported(number: int) -> Operation:
    operation = begun(OperationKind.IMPORT)
    with recorded(operation=operation):
        people = Prisoner.objects.bulk_create(
            Prisoner(slug=f"test-person-{one}") for one in range(number)
        )
        PrisonerName.objects.bulk_create(
            PrisonerName(prisoner=one, text=f"Test {place}", language="en")
            for place, one in enumerate(people)
        )
        Detention.objects.bulk_create(
            Detention(prisoner=one, country=COUNTRY, began="2021-07") for one in people
        )
    return operation


def test_thousands_are_undone_some_at_a_time(user: User) -> None:
    operation = imported(2_000)
    with CaptureQueriesContext(connection) as asked:
        undo(operation=operation, by=user, reason="")
    assert not Prisoner.objects.exists()
    assert not PrisonerName.objects.exists()
    assert Detention.history.filter(history_type="-").count() == 2_000
    assert max(len(one["sql"]) for one in asked) < 200_000
    assert len(asked) < 2_000 / 2


def test_the_statements_of_undoing_stay_the_same_when_the_rows_double(user: User) -> None:
    counts = []
    for number in (10, 20):
        operation = imported(number)
        with CaptureQueriesContext(connection) as asked:
            undo(operation=operation, by=user, reason="")
        counts.append(len(asked))
    assert counts[0] == counts[1]
