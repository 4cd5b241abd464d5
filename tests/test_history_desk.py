"""The pages of a record's history at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from prisoners.models import (
    Detention,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Record,
    Role,
    Source,
    State,
    recorded,
    unrecorded,
)
from prisoners.reading.history import as_known_on
from tests.desk import account, at_desk
from tests.factories import (
    FACTORIES,
    ActorFactory,
    AffiliationFactory,
    ChargeFactory,
    DetentionFactory,
    FormerAddressFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    SourceFactory,
    TranslationFactory,
    cite,
)
from tests.reader import Element, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_person_team")]

SECRET = "zq restricted zq"


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client)


def address(record: Any, page: str, *args: int) -> str:
    name = f"admin:prisoners_{type(record)._meta.model_name}_{page}"
    return reverse(name, args=[record.pk, *args])


def entries(client: Client, record: Any, query: str = "") -> list[Element]:
    """Return what the history says of each change, the newest first."""
    page = read(address(record, "history") + query, client=client)
    return [one for one in page.main.all("li") if "desk-entry" in one.attrs.get("class", "")]


def put_back_links(entry: Element) -> list[str]:
    return [link.attrs["href"] for link in entry.all("a")]


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> Iterator[None]:
    """Let it be another time."""
    then = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: then)
        yield


# What the history says


def test_a_change_is_told_in_words_with_who_why_and_from_where(desk: Client) -> None:
    person = PrisonerFactory.create(name__text="Test Person")
    detention = DetentionFactory.create(prisoner=person)
    user = account(name="colleague", first_name="Test", last_name="Colleague")
    with recorded(by=user, reason="A court document came in"):
        detention.began = "2021-07"
        detention.end_kind = Detention.EndKind.PARDON
        detention.save()
    newest = entries(desk, person)[0].text
    assert newest.startswith("Detention “Test Person, July 2021” changed")
    assert "Test Colleague · by hand" in newest
    assert "Why: A court document came in" in newest
    began = Detention._meta.get_field("began").verbose_name.capitalize()
    assert f"{began} not given → became July 2021" in newest
    assert "not given → became pardon" in newest
    assert "2021-07" not in newest


def test_relations_countries_and_facts_are_told_by_their_names(desk: Client) -> None:
    person = PrisonerFactory.create()
    affiliation = AffiliationFactory.create(
        prisoner=person, actor=ActorFactory.create(name="Test Union")
    )
    affiliation.actor = ActorFactory.create(name="Test League")
    affiliation.save()
    Prisoner.objects.update(citizenships="AQ,BV")
    citation = cite(person, "citizenships", SourceFactory.create(title="Test Almanac"))
    citation.field = "occupation"
    citation.save()
    words = [one.text for one in entries(desk, person)]
    assert "Fact citizenships → became occupation" in words[0]
    assert "Source Test Almanac" in words[1]
    assert "not given → became Antarctica, Bouvet Island" in words[2]
    assert "Test Union → became Test League" in words[3]


def test_a_person_has_one_history_of_all_that_belongs_to_them(desk: Client) -> None:
    person = PrisonerFactory.create(name__text="Test Person")
    detention = DetentionFactory.create(prisoner=person)
    charge = ChargeFactory.create(detention=detention)
    PlacementFactory.create(detention=detention)
    citation = cite(charge)
    TranslationFactory.create(actor=None, prisoner=person, field="occupation")
    FormerAddressFactory.create(prisoner=person)
    PrisonerFactory.create(name__text="Somebody Else")
    heads = [one.one("h2").text.split(" “")[0] for one in entries(desk, person)]
    assert heads == [
        "Former address", "Translation", "Citation", "Placement", "Charge", "Detention", "Name",
        "Prisoner",
    ]  # fmt: skip
    assert citation.source.title in entries(desk, person)[2].text
    # The page of a part tells of the part.
    assert len(entries(desk, detention)) == 4


def test_what_was_deleted_is_told_with_what_it_had_said(desk: Client) -> None:
    person = PrisonerFactory.create()
    name = PrisonerNameFactory.create(prisoner=person, text="Test Misspelling")
    name.delete()
    newest = entries(desk, person)[0]
    assert "Name “Test Misspelling” deleted" in newest.text
    assert "Name Test Misspelling" in newest.text


def test_the_history_of_a_deleted_record_can_be_read_and_it_is_made_again(desk: Client) -> None:
    source = SourceFactory.create(title="Test Almanac", published=False)
    made = source.created_at
    number = source.pk
    source.delete()
    source.pk = number
    newest = entries(desk, source)[0]
    assert "Source “Test Almanac” deleted" in newest.text
    (link,) = put_back_links(newest)
    assert "Test Almanac" in read(link, client=desk).main.text
    answer = desk.post(link, {"reason": "Deleted by mistake"})
    assert answer.status_code == 302
    again = Source.objects.get()
    assert (again.pk, again.title, again.created_at) == (number, "Test Almanac", made)
    assert Source.history.latest().history_change_reason == "Deleted by mistake"


def test_what_is_gone_is_listed_with_who_and_why_until_it_is_made_again(desk: Client) -> None:
    source, other = SourceFactory.create(title="Test Almanac"), SourceFactory.create()
    with recorded(by=account(name="colleague"), reason="Entered twice"):
        Source.objects.filter(pk=source.pk).delete()
    page = read(reverse("admin:prisoners_source_deleted"), client=desk)
    assert "Test Almanac" in page.main.text
    assert "colleague" in page.main.text
    assert "Why: Entered twice" in page.main.text
    assert other.title not in page.main.text
    assert address(source, "history") in [link.attrs["href"] for link in page.main.all("a")]
    desk.post(put_back_links(entries(desk, source)[0])[0], {})
    page = read(reverse("admin:prisoners_source_deleted"), client=desk)
    assert "None of them was deleted" in page.main.text


@pytest.mark.parametrize("model", FACTORIES)
def test_every_kind_of_record_has_a_list_of_what_is_gone(desk: Client, model: type[Record]) -> None:
    record = FACTORIES[model].create()
    record.delete()
    page = read(reverse(f"admin:prisoners_{model._meta.model_name}_deleted"), client=desk)
    assert len(page.main.all("h2")) == 1


def test_a_dossier_an_operation_and_what_was_there_before_are_named(desk: Client) -> None:
    with unrecorded():
        source = SourceFactory.create()
    with recorded(origin=Origin.DOSSIER, reason="test-dossier"):
        Source.objects.update(title="From a dossier")
    operation = Operation.objects.create(kind=OperationKind.IMPORT, label="sources.csv")
    with recorded(operation=operation, origin=Origin.IMPORT):
        Source.objects.update(title="From a table")
    words = [one.text for one in entries(desk, source)]
    assert "import · import: sources.csv" in words[0]
    assert "dossier “test-dossier”" in words[1]
    assert "Why" not in words[1]
    assert "there when its history began" in words[2]


def test_a_history_without_an_entry_says_when_it_begins(desk: Client) -> None:
    with unrecorded():
        source = SourceFactory.create()
    page = read(address(source, "history"), client=desk)
    assert "the history begins with the next change" in page.main.text
    for number in ("9" * 30, "none"):
        name = reverse("admin:prisoners_source_history", args=[number])
        assert desk.get(name).status_code == 404
    assert desk.get(reverse("admin:prisoners_source_history", args=[4711])).status_code == 404


def test_a_long_history_is_told_by_pages(desk: Client) -> None:
    source = SourceFactory.create()
    for number in range(60):
        Source.objects.update(title=f"Title {number}")
    first, second = entries(desk, source), entries(desk, source, "?page=2")
    assert (len(first), len(second)) == (50, 11)
    assert "Title 58 → became Title 59" in first[0].text
    assert "Title 9 → became Title 10" in first[-1].text
    assert "entered" in second[-1].text
    page = read(address(source, "history"), client=desk)
    assert [one.text for one in page.one("nav", class_="paginator").all("a", "span")] == ["1", "2"]


def test_a_history_asks_as_many_questions_for_many_changes_as_for_few(desk: Client) -> None:
    person = PrisonerFactory.create()
    detention = DetentionFactory.create(prisoner=person)

    def change(number: int) -> None:
        for one in range(number):
            source = SourceFactory.create()
            ChargeFactory.create(detention=detention, article=str(one))
            PlacementFactory.create(detention=detention)
            PrisonerNameFactory.create(prisoner=person)
            cite(detention, "began", source)
            citation = cite(person, "occupation", source)
            with recorded(by=account(name=f"colleague {source.pk}")):
                citation.note = "Test note"
                citation.save()

    def questions() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert len(entries(desk, person)) >= 14
        return [one["sql"] for one in asked]

    change(2)
    few = questions()
    change(2)
    many = questions()
    assert len(many) == len(few), "\n".join(few)
    # Who asks: 5. The record and its names, its last row: 3. Its parts, theirs, what cites and
    # translates them: 3. How many changes, and which: 2. Each of six kinds, and of those that were
    # changed what they had been: 7. What they hang on, by kind, with its names: 7.
    assert len(few) == 27, "\n".join(few)


# Putting back


def test_one_field_is_put_back_after_it_is_confirmed(desk: Client) -> None:
    person = PrisonerFactory.create(occupation="Right", biography="Right.")
    Prisoner.objects.update(occupation="Wrong", biography="Better.")
    newest = entries(desk, person)[0]
    link = next(one for one in put_back_links(newest) if "field=occupation" in one)
    page = read(link, client=desk)
    assert "Wrong → became Right" in page.main.text
    assert "Better" not in page.main.text
    assert Prisoner.objects.get().occupation == "Wrong"
    answer = desk.post(link, {"reason": "The almanac errs"})
    assert (answer.status_code, answer["Location"]) == (302, address(person, "history"))
    stored = Prisoner.objects.get()
    assert (stored.occupation, stored.biography) == ("Right", "Better.")
    newest = entries(desk, person)[0]
    assert "Wrong → became Right" in newest.text
    assert "Why: The almanac errs" in newest.text
    last = Prisoner.history.latest()
    assert (last.operation.kind, last.origin) == (OperationKind.REVERT, Origin.HAND)
    assert last.history_user.username == "tester"


def test_a_whole_record_is_put_back_as_it_was_but_for_what_it_is_to_the_public(
    desk: Client,
) -> None:
    detention = DetentionFactory.create(began="2021-07", note="First note")
    Detention.objects.update(began="2022", country="BV", note="Second note")
    Detention.objects.update(
        state=State.PUBLISHED, disclosure="withheld", disclosure_reason="Test reason"
    )
    oldest = entries(desk, detention)[-1]
    (link,) = put_back_links(oldest)
    desk.post(link, {"reason": ""})
    stored = Detention.objects.get()
    assert (str(stored.began), stored.country.code, stored.note) == ("2021-07", "AQ", "First note")
    assert (stored.began_first, stored.began_last) == (date(2021, 7, 1), date(2021, 7, 31))
    assert (stored.state, stored.disclosure, stored.disclosure_reason) == (
        State.PUBLISHED,
        "withheld",
        "Test reason",
    )


def test_what_breaks_a_rule_now_is_not_put_back_and_the_rule_is_named(desk: Client) -> None:
    name = PrisonerNameFactory.create(text="Test Spelling")
    PrisonerName.objects.filter(pk=name.pk).update(text="Test Other Spelling")
    PrisonerNameFactory.create(prisoner=name.prisoner, text="Test Spelling")
    link = put_back_links(entries(desk, name)[0])[0]
    answer = desk.post(link, {"reason": ""})
    assert answer.status_code == 200
    assert "This spelling is already here." in answer.content.decode()
    assert not Operation.objects.exists()


def test_what_is_so_already_is_not_put_back(desk: Client) -> None:
    source = SourceFactory.create(title="Same")
    Source.objects.update(title="Other")
    link = put_back_links(entries(desk, source)[0])[0]
    Source.objects.update(title="Same")
    assert "it is so already" in read(link, client=desk).main.text
    assert "it is so already" in desk.post(link, {}).content.decode()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", [State.DRAFT, State.PUBLISHED, State.WITHDRAWN])
def test_who_may_change_a_record_may_put_it_back(client: Client, role: Role, state: State) -> None:
    at_desk(client, role)
    source = SourceFactory.create(title="First", state=state)
    Source.objects.update(title="Second")
    allowed = {
        Role.VIEWER: False,
        Role.RESEARCHER: state == State.DRAFT,
        Role.EDITOR: True,
        Role.ADMINISTRATOR: True,
    }[role]
    newest, oldest = entries(client, source)
    assert bool(put_back_links(newest)) is bool(put_back_links(oldest)) is allowed
    link = address(source, "put_back", Source.history.earliest().pk)
    assert client.get(link).status_code == (200 if allowed else 403)
    assert client.post(link, {}).status_code == (302 if allowed else 403)
    assert Source.objects.get().title == ("First" if allowed else "Second")


# What is restricted


@pytest.mark.parametrize(
    ("model", "role"),
    [
        *((model, Role.RESEARCHER) for model in FACTORIES),
        *((Source, role) for role in Role if role is not Role.RESEARCHER),
    ],
)
def test_what_a_role_may_not_read_is_not_in_the_history_either(
    client: Client, model: type[Record], role: Role
) -> None:
    at_desk(client, role)
    record: Any = FACTORIES[model].create(note=SECRET)
    model._default_manager.filter(pk=record.pk).update(
        disclosure="withheld", disclosure_reason=SECRET, disclosure_asked_by=SECRET
    )
    model._default_manager.filter(pk=record.pk).update(note="", disclosure_reason="zq other zq")
    reads = role is not Role.RESEARCHER
    row = model.history.earliest().pk
    pages = [address(record, "history"), address(record, "known")]
    pages += [address(record, "put_back", row)] if role is not Role.VIEWER else []
    for page in pages:
        words = read(page, client=client).text
        assert ("zq" in words) is reads, page
    if not reads:
        newest = entries(client, record)[0]
        assert "Something was changed that your role does not show" in newest.text
        client.post(address(record, "put_back", row), {})
        assert model._default_manager.get(pk=record.pk).note == ""


def test_nobody_reads_it_without_the_desk(client: Client) -> None:
    source = SourceFactory.create(published=True)
    row = Source.history.latest().pk
    for page in (
        address(source, "history"),
        address(source, "known"),
        address(source, "put_back", row),
    ):
        assert client.get(page).status_code == 302


# As known on a day


def test_a_record_is_told_as_it_was_known_at_the_end_of_a_day(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(monkeypatch, "2021-07-10T12:00"):
        person = PrisonerFactory.create(name__text="Test Person", occupation="Baker")
        detention = DetentionFactory.create(prisoner=person)
        charge = ChargeFactory.create(detention=detention, article="342")
    with at(monkeypatch, "2021-07-12T12:00"):
        cite(detention, "began", SourceFactory.create(title="Test Almanac"))
        detention.began = "2021-07"
        detention.save()
        Prisoner.objects.update(occupation="Journalist")
    with at(monkeypatch, "2021-07-14T12:00"):
        charge.delete()

    def known(day: str) -> str:
        return read(f"{address(person, 'known')}?on={day}", client=desk).main.text

    assert "On 9 July 2021 there was no such record" in known("2021-07-09")
    for day in ("2021-07-10", "2021-07-11"):
        assert "Baker" in known(day)
        assert "342" in known(day)
        assert "Journalist" not in known(day)
        assert "Test Almanac" not in known(day)
    assert "Journalist" in known("2021-07-12")
    assert "Test Almanac" in known("2021-07-12")
    assert "Began July 2021" in known("2021-07-12")
    assert "342" in known("2021-07-13")
    assert "342" not in known("2021-07-14")
    assert "342" not in known("")
    for wrong in ("yesterday", "2021-13-01", "9999-12-31"):
        assert "is no day" in known(wrong)


def test_a_part_is_told_where_it_was_then(monkeypatch: pytest.MonkeyPatch) -> None:
    with at(monkeypatch, "2021-07-10T12:00"):
        one, other = PrisonerFactory.create(name=None), PrisonerFactory.create(name=None)
        name = PrisonerNameFactory.create(prisoner=one)
    with at(monkeypatch, "2021-07-12T12:00"):
        PrisonerName.objects.filter(pk=name.pk).update(prisoner=other)

    def names(person: Prisoner, day: int) -> list[int]:
        known = as_known_on(person, date(2021, 7, day))
        assert known is not None
        assert known.record == person
        return [part.record.pk for part in known.parts]

    assert (names(one, 11), names(other, 11)) == ([name.pk], [])
    assert (names(one, 12), names(other, 12)) == ([], [name.pk])


def test_what_was_known_of_a_deleted_record_is_told(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(monkeypatch, "2021-07-10T12:00"):
        person = PrisonerFactory.create(name__text="Test Person")
    number = person.pk
    person.delete()
    person.pk = number
    then = read(f"{address(person, 'known')}?on=2021-07-10", client=desk)
    assert "Test Person" in then.main.text
    assert "there was no such record" in read(address(person, "known"), client=desk).main.text


def test_what_is_known_takes_as_many_questions_for_many_parts_as_for_few(desk: Client) -> None:
    person = PrisonerFactory.create()
    detention = DetentionFactory.create(prisoner=person)

    def add(number: int) -> None:
        for _ in range(number):
            ChargeFactory.create(detention=detention)
            SentenceFactory.create(detention=detention)
            ReleaseOutcomeFactory.create(detention=detention)
            PrisonerNameFactory.create(prisoner=person)
            cite(person, "occupation")

    def questions() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            read(address(person, "known"), client=desk)
        return [one["sql"] for one in asked]

    add(2)
    few = questions()
    add(2)
    assert len(questions()) == len(few), "\n".join(few)
