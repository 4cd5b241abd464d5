"""Named actions: who did them, when and why, on the record's page, in its list and in a review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.models import Detention, Prisoner, PrisonerName, Record, Role, Source, State, Step
from prisoners.reading.review import steps_of
from tests.desk import account, at_desk, sign_in
from tests.factories import (
    DetentionFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    SourceFactory,
    cite,
)
from tests.test_admin import address, said

pytestmark = pytest.mark.django_db


def told(record: Record) -> list[tuple[str, str, str, str, int]]:
    """Return the steps of a record, the last one first."""
    return [
        (step.verb, step.before, step.after, step.reason, step.parts)
        for step in Step.objects.about(record)
    ]


def person() -> Prisoner:
    """A draft of a person with one name, cited as a whole: a record, a part and a citation."""
    found: Prisoner = PrisonerFactory.create(name__text="Test Person")
    cite(found, source=SourceFactory.create(published=True))
    return found


def test_each_named_action_leaves_a_step_with_who_when_and_why() -> None:
    editor, before = account(Role.EDITOR), datetime.now(UTC)
    record = person()
    workflow.submit(record=record, by=editor, reason="Ready")
    workflow.send_back(record=record, by=editor, reason="The date is missing")
    workflow.publish(record=record, by=editor)
    workflow.withdraw(record=record, by=editor, reason="Asked by the family")
    assert told(record) == [
        ("withdrawn", "published", "withdrawn", "Asked by the family", 0),
        ("published", "draft", "published", "", 2),
        ("sent_back", "in_review", "draft", "The date is missing", 2),
        ("submitted", "draft", "in_review", "Ready", 2),
    ]
    for step in Step.objects.all():
        assert step.by == editor
        assert timedelta(0) <= step.at - before < timedelta(minutes=1)


def test_what_moved_with_a_record_has_a_step_of_its_own() -> None:
    record = person()
    workflow.publish(record=record)
    name = record.names.get()
    assert told(name) == [("published", "draft", "published", "", 0)]
    [step] = Step.objects.about(name)
    assert (step.lead, step.by) == (False, None)


def test_what_is_new_in_a_public_record_is_published_in_its_name() -> None:
    record = person()
    workflow.publish(record=record)
    PrisonerNameFactory.create(prisoner=record)
    workflow.publish(record=record, reason="A new spelling")
    assert told(record)[0] == ("published", "published", "published", "A new spelling", 1)


def test_an_action_that_moves_nothing_leaves_no_step() -> None:
    record = person()
    workflow.publish(record=record)
    workflow.publish(record=record)
    assert len(told(record)) == 1


def test_a_refused_action_leaves_no_step() -> None:
    record = DetentionFactory.create()
    with pytest.raises(ValidationError):
        workflow.publish(record=record)
    assert not Step.objects.exists()


@pytest.mark.parametrize("verb", [workflow.withdraw, workflow.send_back])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_to_withdraw_and_to_send_back_need_a_reason(verb: Callable[..., int], reason: str) -> None:
    record = PrisonerFactory.create(state=State.IN_REVIEW)
    with pytest.raises(ValidationError, match=r"Say (why|what)"):
        verb(record=record, reason=reason)
    record.refresh_from_db()
    assert record.state == State.IN_REVIEW
    assert not Step.objects.exists()


def test_a_step_is_written_once() -> None:
    workflow.submit(record=person())
    step = Step.objects.latest("pk")
    for change in (step.save, step.delete, Step.objects.all().delete):
        with pytest.raises(TypeError, match="written once"):
            change()
    with pytest.raises(TypeError, match="written once"):
        Step.objects.update(reason="Another")
    assert not Step.objects.filter(reason="Another").exists()


def test_sending_back_leaves_what_is_published_as_it_is() -> None:
    record = person()
    workflow.publish(record=record)
    name = PrisonerNameFactory.create(prisoner=record)
    workflow.submit(record=record)
    assert workflow.send_back(record=record, reason="Which spelling is this?") == 1
    name.refresh_from_db()
    record.refresh_from_db()
    assert (name.state, record.state) == (State.DRAFT, State.PUBLISHED)


# At the desk


def test_the_author_reads_why_a_draft_was_sent_back(client: Client) -> None:
    record = person()
    workflow.submit(record=record)
    at_desk(client, Role.EDITOR)
    words = {"reason": "Paragraph 4 says 2020, not 2021."}
    response = client.post(address(Prisoner, "send_back", record.pk), words, follow=True)
    assert "is a draft again, with your word to its author" in said(response)
    researcher = sign_in(Client(), account(Role.RESEARCHER, name="author"))
    page = said(researcher.get(address(Prisoner, "change", record.pk)))
    assert "Sent back by tester: Paragraph 4 says 2020, not 2021." in page
    workflow.submit(record=record)
    page = said(researcher.get(address(Prisoner, "change", record.pk)))
    assert "Sent back by" not in page


def test_the_page_of_a_record_tells_its_last_steps(client: Client) -> None:
    record = person()
    at_desk(client, Role.EDITOR)
    workflow.publish(record=record, reason="test-dossier")
    client.post(address(Prisoner, "withdraw", record.pk), {"reason": "Asked by the family"})
    page = said(client.get(address(Prisoner, "change", record.pk)))
    assert "withdrawn from the public tester “Asked" not in page
    assert page.index("withdrawn from the public tester Asked by the family") < page.index(
        "published by a command or a dossier with 2 parts test-dossier"
    )


@pytest.mark.parametrize("verb", ["withdraw", "send_back"])
def test_an_action_without_its_reason_is_refused_with_a_word(client: Client, verb: str) -> None:
    at_desk(client, Role.EDITOR)
    before = State.PUBLISHED if verb == "withdraw" else State.IN_REVIEW
    source = SourceFactory.create(title="Test", state=before)
    page = said(client.post(address(Source, verb, source.pk), {"reason": " "}, follow=True))
    assert "Test: Say w" in page
    source.refresh_from_db()
    assert source.state == before


def test_records_are_withdrawn_from_the_list_in_one_action_with_one_reason(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    sources = [SourceFactory.create(published=True) for _number in range(3)]
    page = client.get(address(Source, "changelist")).content.decode()
    assert '<input type="text" name="reason"' in page
    choose = {
        "action": "withdraw",
        "reason": "Threatened",
        "_selected_action": [one.pk for one in sources],
    }
    client.post(address(Source, "changelist"), choose)
    assert {one.state for one in Source.objects.all()} == {State.WITHDRAWN}
    assert {step.reason for step in Step.objects.all()} == {"Threatened"}
    assert Step.objects.count() == 3


def test_a_draft_is_saved_and_submitted_at_once(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    entries = {"title": "Test", "slug": "test", "kind": "news", "disclosure": "public"}
    page = address(Source, "add")
    empty = {"citations-TOTAL_FORMS": 0, "citations-INITIAL_FORMS": 0}
    client.post(page, {**entries, **empty, "_submit": "1"})
    assert Source.objects.get().state == State.IN_REVIEW


def test_the_last_steps_are_one_question() -> None:
    record: Any = person()
    workflow.submit(record=record, by=account(Role.EDITOR))
    with CaptureQueriesContext(connection) as queries:
        assert [str(step.by) for step in steps_of(record, 5)] == ["tester"]
    assert len(queries) == 1


def test_every_state_change_of_a_person_and_a_detention_is_told_apart() -> None:
    record = person()
    detention = DetentionFactory.create(prisoner=record)
    workflow.submit(record=detention)
    assert told(record) == []
    assert [step[0] for step in told(detention)] == ["submitted"]
    assert (Detention.objects.get().state, PrisonerName.objects.get().state) == (
        State.IN_REVIEW,
        State.DRAFT,
    )
