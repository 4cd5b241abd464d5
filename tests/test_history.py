"""What is written down of each change, however it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.desk import workflow
from prisoners.models import (
    Assignment,
    Deal,
    Detention,
    DossierEntry,
    FormerAddress,
    NameKey,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    Role,
    Source,
    State,
    recorded,
    unrecorded,
)
from prisoners.models.recording import recorded_models
from tests.desk import account, sign_in
from tests.factories import (
    FACTORIES,
    AssignmentFactory,
    CitationFactory,
    DealFactory,
    DetentionFactory,
    FormerAddressFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseFactory,
    SourceFactory,
    cite,
)
from tests.kept import dump, load_article

pytestmark = pytest.mark.django_db


def rows(record: Any) -> list[Any]:
    """Return the history of a record, the oldest first."""
    return list(type(record).history.filter(id=record.pk).order_by("history_id"))


def kinds(record: Any) -> str:
    return "".join(row.history_type for row in rows(record))


@pytest.mark.parametrize("model", FACTORIES)
def test_every_kind_of_record_has_a_history_of_all_its_columns(model: type[Record]) -> None:
    record: Any = FACTORIES[model].create()
    record.note = "Test note"
    record.save()
    made, changed = rows(record)
    names = [field.attname for field in model._meta.concrete_fields]
    stored = model._default_manager.filter(pk=record.pk).values(*names).get()
    assert model.history.filter(pk=changed.pk).values(*names).get() == stored
    assert (made.history_type, changed.history_type) == ("+", "~")
    assert (made.note, changed.note) == ("", "Test note")


def test_a_former_address_has_a_history_and_what_is_derived_has_none() -> None:
    assert kinds(FormerAddressFactory.create()) == "+"
    assert {*recorded_models()} == {*FACTORIES, FormerAddress, Assignment}
    assert not {NameKey, DossierEntry} & {*recorded_models()}


def test_a_change_says_who_when_why_and_from_where() -> None:
    user, operation = account(), Operation.objects.create(kind=OperationKind.BULK)
    with recorded(by=user, reason="Test reason", origin=Origin.IMPORT, operation=operation):
        person = PrisonerFactory.create()
    (row,) = rows(person)
    assert row.history_user == user
    assert row.history_change_reason == "Test reason"
    assert row.origin == Origin.IMPORT
    assert row.operation == operation
    assert row.history_date >= person.created_at


def test_what_is_said_inside_takes_the_place_of_what_was_said_outside() -> None:
    one, other = account(name="one"), account(name="other")
    person = PrisonerFactory.create()
    with recorded(by=one, reason="Outer", origin=Origin.IMPORT):
        with recorded(reason="Inner"):
            person.note = "a"
            person.save()
        with recorded(by=other, origin=Origin.UNDO):
            person.note = "b"
            person.save()
    with recorded(by=one):
        person.note = "c"
        person.save()
    said = [(row.history_user, row.history_change_reason, row.origin) for row in rows(person)]
    assert said == [
        (None, "", Origin.COMMAND),
        (one, "Inner", Origin.IMPORT),
        (other, "Outer", Origin.UNDO),
        (one, "", Origin.HAND),
    ]


def test_what_an_error_ends_is_said_of_nothing_afterwards() -> None:
    with pytest.raises(RuntimeError), recorded(by=account(), reason="Test"):
        raise RuntimeError
    (row,) = rows(PrisonerFactory.create())
    assert (row.history_user, row.history_change_reason) == (None, "")


def test_a_save_that_changes_nothing_is_no_change() -> None:
    person = PrisonerFactory.create()
    person.save()
    Prisoner.objects.get(pk=person.pk).save()
    Prisoner.objects.filter(pk=person.pk).update(occupation="")
    workflow.submit(record=person)
    workflow.submit(record=person)
    assert [row.state for row in rows(person)] == [State.DRAFT, State.IN_REVIEW]


def test_a_save_of_some_fields_writes_down_what_the_record_is_now() -> None:
    person = PrisonerFactory.create()
    Prisoner.objects.filter(pk=person.pk).update(occupation="Test occupation")
    person.note = "Test note"
    person.save(update_fields=["note"])
    assert [(row.occupation, row.note) for row in rows(person)] == [
        ("", ""),
        ("Test occupation", ""),
        ("Test occupation", "Test note"),
    ]


def test_what_is_rolled_back_leaves_no_history() -> None:
    person = PrisonerFactory.create()

    def fail() -> None:
        with transaction.atomic():
            Prisoner.objects.update(note="Test")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert kinds(person) == "+"


# Many at once


def test_making_many_at_once_writes_down_each() -> None:
    made = Prisoner.objects.bulk_create(PrisonerFactory.build_batch(3, name=None))
    assert [kinds(person) for person in made] == ["+", "+", "+"]
    names = PrisonerNameFactory.build_batch(3, prisoner=made[0])
    assert [kinds(name) for name in PrisonerName.objects.bulk_create(names)] == ["+"] * 3


def test_changing_many_at_once_writes_down_those_that_changed() -> None:
    first, second = PrisonerFactory.create(), PrisonerFactory.create(occupation="Test")
    assert Prisoner.objects.update(occupation="Test") == 2
    assert (kinds(first), kinds(second)) == ("+~", "+")
    first.note = second.note = "Test note"
    Prisoner.objects.bulk_update([first, second], ["note"])
    assert (kinds(first), kinds(second)) == ("+~~", "+~")


def test_a_change_after_which_the_rows_are_no_longer_the_chosen_ones_is_written_down() -> None:
    person = PrisonerFactory.create()
    Prisoner.objects.filter(state=State.DRAFT).update(state=State.IN_REVIEW)
    assert [row.state for row in rows(person)] == [State.DRAFT, State.IN_REVIEW]


def test_deleting_writes_down_all_that_goes_with_it() -> None:
    person = PrisonerFactory.create()
    detention = DetentionFactory.create(prisoner=person, began="2021-07")
    citation = cite(detention, "began")
    other = PrisonerFactory.create()
    name = person.names.get()
    with recorded(reason="Entered twice"):
        Prisoner.objects.filter(pk=person.pk).delete()
    for record in (person, detention, citation, name):
        last = rows(record)[-1]
        assert (last.history_type, last.history_change_reason) == ("-", "Entered twice")
    assert str(rows(detention)[-1].began) == "2021-07"
    assert kinds(other) == "+"


def test_deleting_one_writes_down_what_was_set_to_nothing_by_it() -> None:
    deal = DealFactory.create()
    release = ReleaseFactory.create(deal=deal)
    number = deal.pk
    deal.delete()
    assert [row.deal_id for row in rows(release)] == [number, None]
    assert Deal.history.get(id=number, history_type="-").title == deal.title


def test_a_source_that_is_cited_is_not_deleted_and_nothing_is_written_down() -> None:
    citation = CitationFactory.create()
    with pytest.raises(ProtectedError):
        citation.source.delete()
    assert kinds(citation.source) == "+"


def test_rows_are_not_skipped_or_overwritten_in_passing() -> None:
    with pytest.raises(ValueError, match="created or updated"):
        Source.objects.bulk_create([SourceFactory.build()], ignore_conflicts=True)


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len([one for one in asked if "SAVEPOINT" not in one["sql"]])


def test_the_history_of_many_takes_as_many_statements_as_that_of_few() -> None:
    def make(number: int) -> int:
        people = PrisonerFactory.build_batch(number, name=None)
        return statements(lambda: Prisoner.objects.bulk_create(people, batch_size=number))

    # One for the rows, one for their history; on SQLite one for what their numbers will be.
    expected = 3 if connection.vendor == "sqlite" else 2
    assert make(2) == expected
    assert make(20) == expected
    # Their numbers, what they were, the change, the history.
    assert statements(lambda: Prisoner.objects.update(note="Test note")) == 4

    DetentionFactory.create_batch(
        2, prisoner=Prisoner.objects.first(), began="2021", ended="2021", end_kind="released"
    )
    few = statements(lambda: Detention.objects.all().delete())
    DetentionFactory.create_batch(
        20, prisoner=Prisoner.objects.first(), began="2021", ended="2021", end_kind="released"
    )
    assert statements(lambda: Detention.objects.all().delete()) == few


def test_one_save_takes_two_statements_more_and_a_new_record_one() -> None:
    source = SourceFactory.build()
    assert statements(source.save) == 2
    source.title = "Another test title"
    with CaptureQueriesContext(connection) as asked:
        source.save()
    made = [one["sql"].split('"')[0].split("(")[0].strip() for one in asked]
    assert len([one for one in made if "historicalsource" in one]) == 2


# Records without a history


def test_what_was_invented_has_no_history_until_it_changes() -> None:
    with unrecorded():
        person = PrisonerFactory.create(occupation="Before")
        Prisoner.objects.update(note="unseen")
    assert rows(person) == []
    with recorded(reason="Corrected"):
        Prisoner.objects.update(occupation="After")
    before, after = rows(person)
    assert (before.origin, before.history_type, before.occupation) == (
        Origin.BEFORE,
        "+",
        "Before",
    )
    assert before.history_date == Prisoner.objects.get().updated_at
    assert (after.history_type, after.occupation) == ("~", "After")
    name = person.names.get()
    name.delete()
    gone = list(PrisonerName.history.filter(prisoner_id=person.pk).order_by("history_id"))
    assert [row.history_type for row in gone] == ["+", "-"]


# Dossiers


def test_loading_a_dossier_says_which_and_a_second_time_nothing() -> None:
    load_article()
    release = Release.objects.get(slug="belarus-2025-12-13")
    assert {row.origin for row in rows(release)} == {Origin.DOSSIER}
    assert {row.history_change_reason for row in rows(release)} == {"belarus-2025-12-13"}
    assert [row.state for row in rows(release)] == [State.DRAFT, State.PUBLISHED]
    before = dump()
    load_article()
    assert dump() == before


# The desk


def test_what_is_saved_at_the_desk_is_signed(client: Client) -> None:
    user = account(Role.ADMINISTRATOR)
    sign_in(client, user)
    source = SourceFactory.create()
    page = reverse("admin:prisoners_source_change", args=[source.pk])
    form = client.get(page).context["adminform"].form
    values = {name: form.initial.get(name) or "" for name in form.fields}
    answer = client.post(
        page, {**values, "title": "A better title", "_save": "1", "disclosure": "public"}
    )
    assert answer.status_code == 302
    last = rows(source)[-1]
    assert last.title == "A better title"
    assert (last.history_user, last.origin) == (user, Origin.HAND)


def test_a_public_page_asks_no_history(client: Client) -> None:
    person = PrisonerFactory.create(published=True)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(person.get_absolute_url()).status_code == 200
    assert not [one["sql"] for one in asked if "historical" in one["sql"]]


def test_an_account_whose_changes_are_written_down_is_never_deleted() -> None:
    user = account()
    with recorded(by=user):
        PrisonerFactory.create()
    with pytest.raises(ProtectedError):
        User.objects.all().delete()


# Nobody changes it


@pytest.mark.parametrize("model", recorded_models())
@pytest.mark.parametrize("statement", ["UPDATE {} SET origin = 'hand'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_history(model: Any, statement: str) -> None:
    others: dict[Any, Any] = {FormerAddress: FormerAddressFactory, Assignment: AssignmentFactory}
    {**others, **FACTORIES}[model].create()
    table = model.history.model._meta.db_table
    before = model.history.count()
    assert before
    with (
        pytest.raises(IntegrityError, match="History is never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert model.history.count() == before
    assert "origin = 'hand'" in statement or model.history.exists()
