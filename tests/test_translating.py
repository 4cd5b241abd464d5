"""Translating records: at the desk beside them, and in dossiers beneath them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from prisoners.desk.dossiers import DossierError, load
from prisoners.models import Actor, DossierEntry, Revision, Role, State, Translation
from tests.desk import at_desk
from tests.factories import ActorFactory, TranslationFactory, cite
from tests.reader import read
from tests.test_admin import row, save

pytestmark = pytest.mark.django_db

SMALL = """
dossier = "test"

[[source]]
key = "paper"
slug = "paper"
title = "Test paper"

[[actor]]
key = "group"
slug = "group"
name = "Test Group"
kind = "group"
role = "Test role"
cite.record = "paper ¶1"
be.name = "Выдуманая група"
uk.name = "Вигадана група"
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Any:
    """Loads a dossier with some of its text changed."""

    def change(*changes: tuple[str, str]) -> Any:
        text = SMALL
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path = tmp_path / "test.toml"
        path.write_text(text, "utf-8")
        return load(path=path)

    return change


def test_a_dossier_says_its_records_in_other_languages(loaded: Any) -> None:
    report = loaded()
    assert "actor group, be.name" in report.created
    assert read("/be/actors/group/").main.one("h1").text == "Выдуманая група"
    assert read("/uk/actors/group/").main.one("h1").text == "Вигадана група"
    assert {one.state for one in Translation.objects.all()} == {State.PUBLISHED}


def test_loading_it_again_changes_nothing_and_a_changed_word_changes_one(loaded: Any) -> None:
    loaded()
    again = loaded()
    assert (again.created, again.updated, again.removed, again.kept) == ([], [], [], [])
    changed = loaded(("Выдуманая", "Іншая"))
    assert changed.updated == ["actor group, be.name, text: Выдуманая група → Іншая група"]
    assert read("/be/actors/group/").main.one("h1").text == "Іншая група"


def test_what_a_researcher_has_translated_otherwise_is_kept(loaded: Any) -> None:
    loaded()
    Translation.objects.filter(language="be").update(text="Лепшы пераклад")
    report = loaded(("Выдуманая", "Іншая"))
    assert len(report.kept) == 1
    assert Translation.objects.get(language="be").text == "Лепшы пераклад"


def test_a_translation_that_is_gone_from_a_dossier_is_reported_and_stays(loaded: Any) -> None:
    loaded()
    report = loaded(('be.name = "Выдуманая група"\n', ""))
    assert report.removed == ["translation Выдуманая група"]
    assert Translation.objects.filter(language="be").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("be.name", "be.nam"), "actor group, be, nam: there is no such field; “name” was meant?"),
        (("be.name", "be.kind"), "actor group, be, kind: there is no such field"),
        (("be.name", "fr.name"), "actor group, fr: there is no such field"),
        (("be.name", "en.name"), "actor group, en: there is no such field"),
        (('be.name = "Выдуманая група"', 'be = "x"'), 'actor group, be: write be.field = "…"'),
        (('"Выдуманая група"', "5"), "actor group, be.name, text: expected text in quotes"),
        (('"Выдуманая група"', '""'), "actor group, be.name, text: "),
    ],
)
def test_a_mistake_in_a_translation_names_its_place_and_nothing_is_loaded(
    loaded: Any, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(DossierError) as refusal:
        loaded(change)
    assert any(line.startswith(f"test.toml: {message}") for line in str(refusal.value).splitlines())
    assert not Actor.objects.exists()
    assert not DossierEntry.objects.exists()


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client, Role.EDITOR)


@pytest.mark.usefixtures("one_person_team")
def test_a_record_is_translated_on_its_own_page(desk: Client) -> None:
    actor: Actor = ActorFactory.create(published=True, name="Test Group")
    cite(actor, "name")
    address = reverse("admin:prisoners_actor_change", args=[actor.pk])
    entry = row("translations", 0, 1, language="be", field="name", text="Выдуманая група")
    assert save(desk, address, entry).status_code == 302
    made = Translation.objects.get()
    assert (made.actor, made.language, made.state) == (actor, "be", State.DRAFT)
    assert "Выдуманая група" not in read(f"/be{actor.get_absolute_url()}").main.text
    assert desk.post(reverse("admin:prisoners_actor_publish", args=[actor.pk])).status_code == 302
    assert "Выдуманая група" in read(f"/be{actor.get_absolute_url()}").main.text


def test_only_what_is_translated_can_be_chosen(desk: Client) -> None:
    actor: Actor = ActorFactory.create()
    page = read(reverse("admin:prisoners_actor_change", args=[actor.pk]), client=desk)
    chosen = page.by_id("id_translations-__prefix__-field").all("option")
    assert [one.attrs["value"] for one in chosen] == ["name", "role", "description"]
    languages = page.by_id("id_translations-__prefix__-language").all("option")
    assert [one.text for one in languages] == ["Беларуская", "Русский", "Українська"]


def test_translations_have_a_list_and_a_page_of_their_own(desk: Client) -> None:
    made = TranslationFactory.create(text="Выдуманая назва")
    listed = desk.get(reverse("admin:prisoners_translation_changelist"), {"q": "назва"})
    assert "Выдуманая назва" in listed.content.decode()
    own = desk.get(reverse("admin:prisoners_translation_change", args=[made.pk]))
    assert own.status_code == 200
    assert str(made.actor) in own.content.decode()


def test_a_researcher_changes_a_draft_and_proposes_what_changes_in_public(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    draft = TranslationFactory.create(text="Выдуманая назва")
    public = TranslationFactory.create(text="Вядомая назва", published=True)
    for one in (draft, public):
        page = reverse("admin:prisoners_translation_change", args=[one.pk])
        assert save(client, page, text="Лепшая назва").status_code == 302
    assert set(Translation.objects.values_list("pk", "text")) == {
        (draft.pk, "Лепшая назва"), (public.pk, "Вядомая назва"),
    }  # fmt: skip
    proposed = Revision.objects.get()
    assert (proposed.kind, proposed.record) == ("translation", public.pk)
    assert "Лепшая назва" in str(proposed.changes)


def test_a_viewer_reads_a_translation_and_changes_none(client: Client) -> None:
    at_desk(client, Role.VIEWER)
    one = TranslationFactory.create(text="Выдуманая назва")
    address = reverse("admin:prisoners_translation_change", args=[one.pk])
    page = client.get(address).content.decode()
    assert "Выдуманая назва" in page
    assert 'name="_save"' not in page
    answer = client.post(address, {"text": "Іншая назва", "language": "be", "field": "name"})
    assert answer.status_code == 403
    assert Translation.objects.get().text == "Выдуманая назва"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"language": "fr"}, "fr is not one of the available choices"),
        ({"field": "country"}, "country is not one of the available choices"),
        ({"text": ""}, "This field is required."),
        ({"actor": ""}, "A translation is of exactly one record."),
    ],
)
def test_a_translation_that_cannot_be_is_refused_where_it_is_entered(
    desk: Client, entry: dict[str, str], message: str
) -> None:
    made = TranslationFactory.create(text="Выдуманая назва", published=True)
    address = reverse("admin:prisoners_translation_change", args=[made.pk])
    refused = save(desk, address, entry)
    assert refused.status_code == 200
    assert message in refused.content.decode()
    assert Translation.objects.get().actor == made.actor
    empty = desk.post(reverse("admin:prisoners_translation_add"), {"text": "Назва"})
    assert "A translation is of exactly one record." in empty.content.decode()


def test_the_desk_speaks_the_language_that_the_browser_asks_for() -> None:
    client = Client(headers={"accept-language": "uk,en;q=0.5"})
    page = read(reverse("account_login"), client=client)
    assert page.one("html").attrs["lang"] == "uk"
