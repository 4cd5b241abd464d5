"""A draft as a visitor would see it: the public page itself, for researchers and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from prisoners.admin.preview import preview_page, reading_only
from prisoners.models import (
    ADDRESSED,
    Change,
    Detention,
    Disclosure,
    Prisoner,
    PrisonerName,
    Role,
    State,
)
from tests.desk import at_desk
from tests.factories import (
    FACTORIES,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    StatementFactory,
    TranslationFactory,
    cite,
)
from tests.reader import Page

pytestmark = pytest.mark.django_db


def previewed(client: Client, record: Any, **query: str) -> Page:
    path = preview_page(record, **query)
    response = client.get(path)
    assert response.status_code == 200, response.headers
    assert "no-store" in response.headers["Cache-Control"]
    assert "ETag" not in response.headers
    return Page(response, path)


@pytest.mark.parametrize("kind", list(ADDRESSED))
@pytest.mark.parametrize("role", list(Role))
def test_every_draft_with_a_page_is_shown_as_visitors_would_see_it(
    client: Client, kind: str, role: Role
) -> None:
    record = FACTORIES[ADDRESSED[kind]].create()
    page = previewed(at_desk(client, role), record)
    if kind == "prisoner":
        # The name is a part, and published with the person.
        assert str(record) in page.main.text
    assert "A preview." in page.text
    assert page.main.text
    # Nobody else sees any of it, then or later.
    for other in (Client(), client):
        assert other.get(record.get_absolute_url()).status_code == 404
    assert FACTORIES[ADDRESSED[kind]]._meta.model.objects.get().state == State.DRAFT


def test_a_preview_shows_what_publishing_would_show_and_nothing_more(client: Client) -> None:
    detention = DetentionFactory.create(began="2021-07-14", place="a square")
    person = detention.prisoner
    PrisonerNameFactory.create(
        prisoner=person, text="Hidden Name", disclosure="withheld", disclosure_reason="x"
    )
    PrisonerNameFactory.create(
        prisoner=person, text="Gone Name", state=State.WITHDRAWN, language="de"
    )
    other = DetentionFactory.create(place="elsewhere")
    page = previewed(at_desk(client), detention)
    assert "14 July 2021" in page.main.text
    assert "a square" in page.main.text
    for absent in ("Hidden Name", "Gone Name", str(other.prisoner)):
        assert absent not in page.text


def test_a_preview_speaks_each_language_and_leads_to_the_others(client: Client) -> None:
    person = PrisonerFactory.create(occupation="baker")
    TranslationFactory.create(actor=None, prisoner=person, field="occupation", text="пекар")
    at_desk(client)
    page = previewed(client, person, lang="be")
    assert "пекар" in page.main.text
    assert page.one("html").attrs["lang"] == "be"
    links = [one.attrs.get("href") for one in page.all("a")]
    assert preview_page(person, lang="ru") in links
    assert reverse("admin:prisoners_prisoner_change", args=[person.pk]) in links


def test_the_portrait_of_a_draft_is_in_its_preview(client: Client) -> None:
    person = PrisonerFactory.create(portrait_rights="Test Press")
    person.portrait.save("x.png", ContentFile(b"a picture"))
    page = previewed(at_desk(client), person)
    address = next(one.attrs["src"] for one in page.main.all("img"))
    response = client.get(address)
    assert b"".join(response.streaming_content) == b"a picture"  # type: ignore[attr-defined]  # it streams
    assert Client().get(address).status_code == 302


def test_a_draft_of_a_citation_statement_or_figure_is_previewed_where_it_is_shown(
    client: Client,
) -> None:
    at_desk(client)
    person = PrisonerFactory.create(published=True, occupation="baker")
    citation = cite(person, "occupation", state=State.DRAFT, locator="p. 77")
    citation.source.state = State.PUBLISHED
    citation.source.save()
    assert "p. 77" in previewed(client, citation).main.text
    figure = FigureFactory.create(value=4321)
    assert "4,321" in previewed(client, figure).main.text
    statement = StatementFactory.create(speaker__published=True)
    assert statement.text in previewed(client, statement).main.text


def test_what_is_withheld_has_no_preview_and_the_desk_says_so(client: Client) -> None:
    person = PrisonerFactory.create(
        disclosure=Disclosure.WITHHELD, disclosure_reason="a test", name__text="Hidden Name"
    )
    page = at_desk(client).get(preview_page(person), follow=True)
    assert "Visitors would see nothing" in page.content.decode()
    assert page.redirect_chain


def test_nobody_outside_the_desk_is_shown_a_preview() -> None:
    person = PrisonerFactory.create(name__text="Hidden Name")
    response = Client().get(preview_page(person))
    assert response.status_code == 302
    assert "Hidden Name" not in response.content.decode()


def test_a_preview_writes_nothing(client: Client) -> None:
    person = PrisonerFactory.create()
    at_desk(client)
    before = Change.objects.count()
    previewed(client, person)
    assert client.post(preview_page(person)).status_code == 405
    assert Change.objects.count() == before
    assert {one.state for one in Prisoner.objects.all()} == {State.DRAFT}
    assert {one.state for one in PrisonerName.objects.all()} == {State.DRAFT}
    # Where there is none, PostgreSQL is not asked to write anything.
    DetentionFactory.create(prisoner=person)
    with pytest.raises(RuntimeError, match="writes"), transaction.atomic(), reading_only():
        Detention.objects.update(place="x")
    with reading_only(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_every_page_of_a_record_offers_its_preview(client: Client) -> None:
    detention = DetentionFactory.create()
    at_desk(client)
    for kind, record in (("prisoner", detention.prisoner), ("detention", detention)):
        page = client.get(reverse(f"admin:prisoners_{kind}_change", args=[record.pk]))
        assert f'href="{preview_page(detention.prisoner)}"' in page.content.decode()
