"""Public texts of others that hold a name that is not shown are listed at the desk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.desk import disclosure, mentions, workflow
from prisoners.models import Consent, Disclosure, Mention, MentionSearch, Prisoner, Role, State
from prisoners.reading.worklist.mentions import open_mentions
from tests.desk import at_desk
from tests.factories import (
    DealFactory,
    DetentionFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseFactory,
    SentenceFactory,
    SourceFactory,
    StatementFactory,
    TranslationFactory,
    cite,
)
from tests.test_admin import said
from tests.test_merging import merge
from tests.test_worklist_desk import links

pytestmark = pytest.mark.django_db

WORK = "/admin/work/names-told/"
LONG = "What is said of a trial goes on for more than a few words before a name stands in it. "


def hidden(text: str = "Zoltan Quill", **values: Any) -> Prisoner:
    identity = values.pop("identity", "anonymous")
    person: Prisoner = PrisonerFactory.create(published=True, name__text=text, **values)
    if identity != "full":
        disclosure.show_as(person=person, identity=identity, reason="a test")
    return person


def looked() -> list[tuple[str, int, str]]:
    """Look, and return where names were found."""
    assert mentions.catch_up()
    return [(one.kind, one.record, one.field) for one in open_mentions()]


def look_page(mention: Mention) -> str:
    return reverse("admin:prisoners_mention_change", args=[mention.pk])


# What is found -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda text: PrisonerFactory.create(published=True, biography=text), "biography"),
        (lambda text: DetentionFactory.create(published=True, place=text), "place"),
        (lambda text: SentenceFactory.create(published=True, court=text), "court"),
        (lambda text: ReleaseFactory.create(published=True, context=text), "context"),
        (lambda text: DealFactory.create(published=True, summary=text), "summary"),
        (lambda text: StatementFactory.create(published=True, text=text), "text"),
        (lambda text: SourceFactory.create(published=True, title=text), "title"),
        (lambda text: TranslationFactory.create(published=True, text=text), "text"),
    ],
)
@pytest.mark.parametrize("text", [f"{LONG}With Quill.", "І Квілла таксама.", "Zoltans Quills"])
def test_a_public_text_of_another_record_is_listed(make: Any, field: str, text: str) -> None:
    hidden()
    record = make(text)
    assert looked() == [(record._meta.model_name, record.pk, field)]


@pytest.mark.parametrize("field", ["value", "locator"])
def test_what_a_citation_quotes_is_listed(field: str) -> None:
    hidden()
    release = ReleaseFactory.create(published=True, headcount=5)
    citation = cite(release, "headcount")
    setattr(citation, field, "Quill, p. 2")
    citation.save()
    assert looked() == [("citation", citation.pk, field)]
    # What it is of is not public: nobody sees it.
    ReleaseFactory._meta.model.objects.update(state=State.WITHDRAWN)
    assert looked() == []


def test_an_address_that_names_them_is_listed() -> None:
    hidden()
    address = "https://example.org/2021/%D0%9A%D0%B2%D1%96%D0%BB%D0%BB/zoltan_quill.html"
    source = SourceFactory.create(published=True, address=address)
    assert looked() == [("source", source.pk, "address")]


@pytest.mark.parametrize(
    "text", ["Zoltan Vymysel was freed.", "Quince and others.", "A test of nobody."]
)
def test_what_may_be_anybody_is_not_listed(text: str) -> None:
    hidden()
    ReleaseFactory.create(published=True, context=text)
    PrisonerFactory.create(published=True, name__text="Zoltan Quill", slug="zoltan-quill")
    assert looked() == []


def test_a_draft_is_listed_once_it_is_public() -> None:
    hidden()
    release = ReleaseFactory.create(context="With Quill.")
    cite(release, state="published", source=SourceFactory.create(published=True))
    assert looked() == []
    workflow.publish(record=release)
    assert looked() == [("release", release.pk, "context")]
    release.refresh_from_db()
    release.context = "With others."
    release.save()
    assert looked() == []


# Who is hidden -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"identity": "initials"},
        {"identity": "anonymous"},
        {"identity": "full", "disclosure": "withheld", "disclosure_reason": "a test"},
        {"identity": "full", "state": "withdrawn"},
    ],
)
def test_whoever_is_not_shown_is_looked_for(values: dict[str, str]) -> None:
    person = hidden(**values)
    ReleaseFactory.create(published=True, context="With Quill.")
    assert len(looked()) == 1
    people = Prisoner.objects.filter(pk=person.pk)
    people.update(identity="full", disclosure="public", state="published")
    person.names.update(disclosure="public", state="published")
    assert looked() == []


def test_whoever_no_longer_consents_is_looked_for_from_that_day_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = hidden(identity="full", basis="consent")
    until = date.today() + timedelta(days=3)  # noqa: DTZ011  # any day will do
    Consent.objects.create(
        prisoner=person, given_by="Test Mother", given_as="relative", given_on="2021-07-14",
        for_name=True, until=until,
    )  # fmt: skip
    ReleaseFactory.create(published=True, context="With Quill.")
    assert looked() == []
    for module in ("desk.mentions", "reading.worklist.mentions", "models.people"):
        monkeypatch.setattr(f"prisoners.{module}.today", lambda: until + timedelta(days=1))
    assert len(looked()) == 1


def test_a_withheld_spelling_is_looked_for_but_not_what_public_ones_tell() -> None:
    person = hidden(identity="full")
    PrisonerNameFactory.create(
        prisoner=person, state="published", text="Zaphod Quill", language="de",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    PrisonerNameFactory.create(
        prisoner=person, state="published", text="Золтан Квіл", language="be",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    ReleaseFactory.create(published=True, context="With Quill, or Золтан Квіл.")
    told = ReleaseFactory.create(published=True, context="With Zaphod Quill.")
    assert looked() == [("release", told.pk, "context")]


def test_a_spelling_of_a_record_that_was_merged_is_looked_for(one_person_team: None) -> None:
    kept, other = (
        PrisonerFactory.create(published=True, name__text=text)
        for text in ("Zoltan Quill", "Zaphod Beeblebrox")
    )
    for one in (kept, other):
        cite(one)
    merge(kept, other)
    release = ReleaseFactory.create(published=True, context="With Beeblebrox.")
    assert looked() == []
    Prisoner.objects.filter(pk=kept.pk).update(disclosure="withheld", disclosure_reason="a test")
    assert looked() == [("release", release.pk, "context")]


def test_a_withheld_spelling_that_stayed_with_a_merged_record_is_looked_for(
    one_person_team: None,
) -> None:
    kept, other = (PrisonerFactory.create(published=True, name__text="Zoltan Quill") for _ in "ab")
    for one in (kept, other):
        cite(one)
    merge(kept, other)
    PrisonerNameFactory.create(
        prisoner=other, text="Zaphod Beeblebrox", language="de",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    release = ReleaseFactory.create(published=True, context="Beeblebrox with Quill.")
    ReleaseFactory.create(published=True, context="With Quill.")
    assert looked() == [("release", release.pk, "context")]
    assert Mention.objects.get().person == kept


# Reading no more than is needed ------------------------------------------------------------


def test_a_second_look_reads_no_text_again() -> None:
    hidden()
    ReleaseFactory.create(published=True, context="With Quill.")
    assert len(looked()) == 1
    with CaptureQueriesContext(connection) as asked:
        assert mentions.catch_up()
    assert len(asked) == 2
    SourceFactory.create(published=True, title="Quill sentenced")
    with CaptureQueriesContext(connection) as asked:
        assert mentions.catch_up()
    read = [one["sql"] for one in asked if '"context"' in one["sql"] or '"biography"' in one["sql"]]
    assert read == []
    assert len(open_mentions()) == 2


def test_where_there_is_too_much_to_read_the_command_does(
    monkeypatch: pytest.MonkeyPatch, client: Client, capsys: Any
) -> None:
    hidden()
    ReleaseFactory.create(published=True, context="With Quill.")
    monkeypatch.setattr(mentions.catch_up, "__kwdefaults__", {"most": 1, "progress": None})
    assert not mentions.catch_up()
    at_desk(client)
    words = "Not all texts were read for names that are not shown: run “manage.py find_names_told”."
    assert words in said(client.get(WORK))
    call_command("find_names_told")
    assert "1 public texts" in capsys.readouterr().out
    page = said(client.get(WORK))
    assert words not in page
    assert "1 to be done" in page


# At the desk -------------------------------------------------------------------------------


def test_the_work_list_says_who_and_where_and_leads_to_both(client: Client) -> None:
    person = hidden()
    release = ReleaseFactory.create(
        published=True, title="Test release", context=f"{LONG * 3}With Quill and others."
    )
    at_desk(client, Role.EDITOR)
    assert "Public texts that hold a name that is not shown" in said(client.get("/admin/"))
    response = client.get(WORK)
    page = reverse("admin:prisoners_release_change", args=[release.pk])
    assert links(response) == [("Release “Test release”", f"{page}#id_context")]
    words = said(response)
    assert "With Quill and others." in words
    assert f"may name Zoltan Quill ({person.public_id})" in words
    ((_words, look),) = links(response, "work-links")
    PrisonerNameFactory.create(
        prisoner=person, text="Zoltan Pseudonymus", disclosure="withheld", disclosure_reason="x"
    )
    words = said(client.get(look))
    assert "With Quill and others." in words
    assert "Zoltan Quill · Zoltan Pseudonymus" in words


def test_somebody_says_that_it_is_another_person_and_is_not_asked_again(client: Client) -> None:
    hidden()
    release = ReleaseFactory.create(published=True, context="With Quill.")
    looked()
    at_desk(client, Role.EDITOR)
    page = look_page(Mention.objects.get())
    assert "This field is required" in said(client.post(page, {"reason": " "}))
    assert client.post(page, {"reason": "A namesake, by his age."}).status_code == 302
    assert looked() == []
    assert Mention.objects.get().reason == "A namesake, by his age."
    # Another change of the record, or a new search for everybody, asks nothing again.
    release.title = "Another title"
    release.save()
    MentionSearch.objects.all().delete()
    assert looked() == []
    release.context = "With Quill, and others."
    release.save()
    assert looked() == [("release", release.pk, "context")]
    assert Mention.objects.count() == 2
    assert "A namesake, by his age." in said(client.get(page))


def test_what_was_found_can_be_asked_again_and_is_kept(client: Client) -> None:
    hidden()
    release = ReleaseFactory.create(published=True, context="With Quill.")
    looked()
    at_desk(client, Role.EDITOR)
    page = look_page(Mention.objects.get())
    client.post(page, {"reason": "A namesake."})
    assert "The question is open again" in said(client.post(page, {"_reopen": "1"}, follow=True))
    assert looked() == [("release", release.pk, "context")]
    assert Mention.objects.exclude(reopened_at=None).get().reason == "A namesake."
    listed = client.get(reverse("admin:prisoners_mention_changelist"))
    assert "Zoltan Quill release" in said(listed)
    assert "A namesake." in said(listed)
    # The open question is on the work list.
    assert listed.context["cl"].result_count == 1


def test_of_a_text_that_was_changed_meanwhile_nothing_is_kept(client: Client) -> None:
    hidden()
    release = ReleaseFactory.create(published=True, context="With Quill.")
    looked()
    at_desk(client, Role.EDITOR)
    page = look_page(Mention.objects.get())
    type(release).objects.update(context="With Zoltan Quill, the very same.")
    assert "The text was changed" in said(client.post(page, {"reason": "A namesake."}))
    assert Mention.objects.get().at is None


@pytest.mark.parametrize("role", list(Role))
def test_it_is_for_those_who_may_read_what_is_restricted(client: Client, role: Role) -> None:
    hidden()
    ReleaseFactory.create(published=True, context="With Quill.")
    looked()
    page = look_page(Mention.objects.get())
    at_desk(client, role)
    reads = role is not Role.RESEARCHER
    for address in (WORK, page, reverse("admin:prisoners_mention_changelist")):
        assert client.get(address).status_code == (200 if reads else 403)
    answers = role in (Role.EDITOR, Role.ADMINISTRATOR)
    assert client.post(page, {"reason": "A test."}).status_code == (302 if answers else 403)
    assert (Mention.objects.get().at is not None) == answers


def test_a_name_is_withheld_and_told_by_nothing_but_the_desk(client: Client) -> None:
    person = hidden()
    ReleaseFactory.create(published=True, context="With Quill.")
    assert person.disclosure == Disclosure.PUBLIC
    looked()
    assert client.get(look_page(Mention.objects.get())).status_code == 302
