"""What a day's work at the desk showed to be slow, untrue or unreadable, and is so no more."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from prisoners.admin.base import TOLD_ONE_BY_ONE
from prisoners.admin.duplicates import compare_page
from prisoners.models import Operation, Prisoner, Role, Source, State
from tests.desk import account, at_desk, sign_in
from tests.factories import PrisonerFactory, SourceFactory
from tests.reader import read
from tests.test_admin import said
from tests.test_entering import NAMES, done, enter
from tests.test_merging import hidden

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/prisoners/prisoner/"


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client, Role.RESEARCHER)


@pytest.fixture
def draft_source() -> Source:
    made: Source = SourceFactory.create(title="Test newsletter", language="be")
    assert made.state == State.DRAFT
    return made


def entered(desk: Client, source: Source, number: int) -> str:
    """Enter people and submit them; return the address of the page that lists them."""
    done(desk, source, *({"name": one, "began": "2021"} for one in NAMES[:number]))
    address = reverse("admin:prisoners_prisoner_entered", args=[Operation.objects.get().pk])
    assert desk.post(address).status_code == 302
    return address


def publish_all(people: Client) -> str:
    chosen = [str(one) for one in Prisoner.objects.values_list("pk", flat=True)]
    sent = {"action": "publish", "_selected_action": chosen, "reason": ""}
    return said(people.post(PEOPLE, sent, follow=True))


def test_the_source_is_submitted_with_the_people_who_cannot_be_published_before_it(
    desk: Client, draft_source: Source
) -> None:
    entered(desk, draft_source, 2)
    draft_source.refresh_from_db()
    assert draft_source.state == State.IN_REVIEW


def test_a_source_that_is_public_stays_so(desk: Client) -> None:
    source = SourceFactory.create(title="Test newsletter", published=True)
    entered(desk, source, 1)
    source.refresh_from_db()
    assert source.state == State.PUBLISHED


def test_people_who_were_submitted_are_not_called_drafts(
    desk: Client, draft_source: Source
) -> None:
    page = done(desk, draft_source, {"name": NAMES[0]}, {"name": NAMES[1]})
    assert "2 people are entered as drafts." in page.main.text
    address = reverse("admin:prisoners_prisoner_entered", args=[Operation.objects.get().pk])
    desk.post(address)
    words = read(address, client=desk).main.text
    assert "as drafts" not in words
    assert "2 people were entered; the state of each now is below." in words


def test_what_many_people_lack_is_said_once_with_a_link_to_each(
    desk: Client, draft_source: Source
) -> None:
    number = TOLD_ONE_BY_ONE + 2
    entered(desk, draft_source, number)
    editor = sign_in(Client(), account(Role.EDITOR, name="editor"))
    words = publish_all(editor)
    assert f"{number} records are not published. This is missing:" in words
    assert words.count("“Test newsletter” is not public yet; publish it first.") == 1
    assert all(name in words for name in NAMES[:number])
    assert not Prisoner.objects.filter(state=State.PUBLISHED).exists()


def test_that_many_people_are_published_is_said_once(desk: Client) -> None:
    source = SourceFactory.create(title="Test newsletter", published=True)
    number = TOLD_ONE_BY_ONE + 2
    entered(desk, source, number)
    editor = sign_in(Client(), account(Role.EDITOR, name="editor"))
    words = publish_all(editor)
    assert f"{number} records are published." in words
    assert "See it on the site" not in words
    assert Prisoner.objects.filter(state=State.PUBLISHED).count() == number


def test_that_a_few_people_are_published_is_said_of_each(desk: Client) -> None:
    source = SourceFactory.create(title="Test newsletter", published=True)
    entered(desk, source, TOLD_ONE_BY_ONE)
    editor = sign_in(Client(), account(Role.EDITOR, name="editor"))
    words = publish_all(editor)
    assert words.count("See it on the site") == TOLD_ONE_BY_ONE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("14.07.2021", "Write 2021, 2021-07 or 2021-07-14."),
        ("2021-7-5", "Write 2021, 2021-07 or 2021-07-14."),
        ("2021-02-30", "There is no such day."),
        ("2021-13", "There is no month 13."),
        ("2021-07-14/2021-02-30", "There is no such day."),
    ],
)
def test_a_date_in_a_cell_is_refused_in_a_few_words(
    desk: Client, draft_source: Source, text: str, words: str
) -> None:
    response = enter(desk, draft_source, {"name": NAMES[0], "began": text})
    assert response.context["rows"].forms[0].errors["began"] == [words]
    address = reverse("admin:understand-date")
    assert desk.get(address, {"text": text, "short": "1"}).json()["error"] == words
    assert "cannot be read as a date" in desk.get(address, {"text": text}).json()["error"]


def test_the_two_addresses_of_a_source_are_told_apart(desk: Client) -> None:
    page = read("/admin/prisoners/source/add/", client=desk)
    labels = [one.text for one in page.main.all("label")]
    assert labels.count("Address:") == 1
    assert "Address on this site:" in labels


def test_a_time_at_the_desk_has_24_hours_and_no_full_stops(desk: Client) -> None:
    person = PrisonerFactory.create()
    moment = person.updated_at
    assert f"{moment.day} {moment:%B} {moment.year}, {moment:%H:%M}" in said(desk.get(PEOPLE))


def test_a_merged_person_is_called_by_name_after_the_name_has_moved(client: Client) -> None:
    desk = at_desk(client, Role.ADMINISTRATOR)
    kept = PrisonerFactory.create(name__text="Test Adzin")
    merged = PrisonerFactory.create(name__text="Test Dva")
    address = compare_page(kept.pk, merged.pk)
    asked = desk.post(address, {"keep": kept.pk, "reason": "A test", "_preview": "1"})
    words = said(desk.post(address, hidden(asked), follow=True))
    assert "“Test Dva” is merged into “Test Adzin”." in words
    mergers = reverse("admin:prisoners_merger_changelist")
    assert "Test Dva into Test Adzin" in said(desk.get(mergers))
    assert "Test Dva into Test Adzin" in said(desk.get(mergers, {"undone": "no"}))
    assert "Test Dva into Test Adzin" not in said(desk.get(mergers, {"undone": "yes"}))
    assert "Empty" not in said(desk.get(mergers))
