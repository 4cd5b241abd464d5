"""Publishing takes somebody else than whoever last wrote what becomes public."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.models import Disclosure, Prisoner, Role, Source, State, recorded
from prisoners.reading.authors import last_authors, last_written
from tests.desk import account, sign_in
from tests.factories import PrisonerFactory, PrisonerNameFactory, SourceFactory, cite
from tests.test_admin import address, said, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Any:
    return account(Role.EDITOR, name="author")


@pytest.fixture
def other() -> Any:
    return account(Role.EDITOR, name="other")


def written_by(who: Any) -> Prisoner:
    with recorded(by=who):
        person: Prisoner = PrisonerFactory.create(name__text="Test Person")
    cite(person, source=SourceFactory.create(published=True))
    return person


def test_the_last_author_does_not_publish_and_is_told_of_which_records(author: Any) -> None:
    person = written_by(author)
    with pytest.raises(ValidationError) as refusal:
        workflow.publish(record=person, by=author)
    why = "you were the last to change it, and it takes somebody else to publish it."
    assert refusal.value.messages == [
        f"Prisoner “Test Person”: {why}",
        f"Name “Test Person”: {why}",
    ]
    person.refresh_from_db()
    assert person.state == State.DRAFT


def test_somebody_else_publishes_it(author: Any, other: Any) -> None:
    assert workflow.publish(record=written_by(author), by=other) == 3


def test_whoever_corrects_one_part_leaves_it_to_somebody_else(author: Any, other: Any) -> None:
    person = written_by(author)
    name = person.names.get()
    with recorded(by=other):
        name.text = "Test Corrected"
        name.save()
    with pytest.raises(ValidationError) as refusal:
        workflow.publish(record=person, by=other)
    assert len(refusal.value.messages) == 1
    assert refusal.value.messages[0].startswith("Name “Test Corrected”: you were the last")


def test_whoever_submits_or_withholds_a_record_has_not_written_it(author: Any, other: Any) -> None:
    person = written_by(author)
    with recorded(by=other):
        workflow.submit(record=person, by=other)
        person.disclosure, person.disclosure_reason = Disclosure.WITHHELD, "Test reason"
        person.note = "Looked at"
        person.save()
    assert last_authors([person]) == {("prisoner", person.pk): author.pk}
    workflow.publish(record=person, by=other)


def test_what_is_public_already_is_not_asked_about(author: Any, other: Any) -> None:
    person = written_by(author)
    workflow.publish(record=person, by=other)
    with recorded(by=other):
        PrisonerNameFactory.create(prisoner=person)
    assert workflow.publish(record=person, by=author) == 2


def test_what_was_withdrawn_is_published_again_by_somebody_else(author: Any, other: Any) -> None:
    person = written_by(author)
    workflow.publish(record=person, by=other)
    workflow.withdraw(record=person, by=author, reason="Test reason")
    with pytest.raises(ValidationError, match="you were the last to change it"):
        workflow.publish(record=person, by=author)
    workflow.publish(record=person, by=other)


def test_what_a_dossier_or_a_command_wrote_is_published_by_anybody_who_may(author: Any) -> None:
    assert workflow.publish(record=written_by(None), by=author) == 3


def test_a_dossier_or_a_command_publishes_what_anybody_wrote(author: Any) -> None:
    assert workflow.publish(record=written_by(author)) == 3


@pytest.mark.usefixtures("one_person_team")
def test_where_one_person_is_the_team_they_publish_what_they_wrote(author: Any) -> None:
    assert workflow.publish(record=written_by(author), by=author) == 3


def test_to_look_for_authors_asks_as_often_for_many_as_for_few(author: Any) -> None:
    counts = []
    for _round in range(2):
        people = [written_by(author) for _number in range(3)]
        names = [name for one in people for name in one.names.all()]
        with CaptureQueriesContext(connection) as queries:
            assert set(last_authors([*people, *names]).values()) == {author.pk}
        counts.append(len(queries))
    assert counts == [2, 2]


def test_who_deleted_a_record_is_known(author: Any) -> None:
    source = SourceFactory.create()
    number = source.pk
    with recorded(by=author):
        source.delete()
    assert last_written([(Source, number)])["source", number].by == author


# At the desk


def test_at_the_desk_the_author_submits_and_somebody_else_publishes(
    client: Client, author: Any, other: Any
) -> None:
    sign_in(client, author)
    page = address(Source, "add")
    assert 'name="_publish"' not in client.get(page).content.decode()
    assert 'name="_submit"' in client.get(page).content.decode()
    save(client, page, title="Test", slug="test")
    source = Source.objects.get()
    words = said(client.post(address(Source, "publish", source.pk), follow=True))
    assert "Source “Test”: you were the last to change it" in words
    source.refresh_from_db()
    assert source.state == State.DRAFT
    second = sign_in(Client(), other)
    assert "“Test” is public" in said(
        second.post(address(Source, "publish", source.pk), follow=True)
    )


@pytest.mark.usefixtures("one_person_team")
def test_one_person_saves_and_publishes_at_once(client: Client, author: Any) -> None:
    sign_in(client, author)
    save(client, address(Source, "add"), title="Test", slug="test", _publish="1")
    assert Source.objects.get().state == State.PUBLISHED
