"""What each role may at the desk, walked over every kind of record and every named action."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from prisoners.models import (
    TARGETS,
    Citation,
    Detention,
    Disclosure,
    DossierEntry,
    Invitation,
    Prisoner,
    PrisonerName,
    Record,
    Role,
    Source,
    State,
)
from prisoners.models.accounts import GRANTS, RESTRICTED_FACTS, WRITE
from tests.desk import account, at_desk, sign_in
from tests.factories import (
    FACTORIES,
    DossierEntryFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    SourceFactory,
    cite,
)
from tests.test_admin import address, row, save

pytestmark = pytest.mark.django_db

MODELS = list(FACTORIES)
NAMES = [model.__name__ for model in MODELS]
WRITERS = (Role.RESEARCHER, Role.EDITOR, Role.ADMINISTRATOR)
PUBLISHERS = (Role.EDITOR, Role.ADMINISTRATOR)
SECRET = "zq restricted zq"

of_each_role = pytest.mark.parametrize("role", list(Role))
of_each_model = pytest.mark.parametrize("model", MODELS, ids=NAMES)


def made(model: type[Record], state: State = State.DRAFT) -> Record:
    """Make a record that could be published, with what is restricted in all its fields."""
    record: Record = FACTORIES[model].create()
    texts = {"disclosure_reason", "disclosure_asked_by", "note", "risk", "contact"}
    names = {field.name for field in model._meta.fields} & texts
    model._default_manager.filter(pk=record.pk).update(state=state, **dict.fromkeys(names, SECRET))
    return model._default_manager.get(pk=record.pk)


def state_of(record: Record) -> str:
    return str(type(record)._default_manager.get(pk=record.pk).state)


def test_the_groups_that_the_migration_made_are_the_roles() -> None:
    found = {
        group.name: {one.codename for one in group.permissions.all()}
        for group in Group.objects.all()
    }
    assert found == {str(role): set(granted) for role, granted in GRANTS.items()}


@of_each_role
@of_each_model
def test_everybody_reads_drafts_and_only_writers_change_them(
    client: Client, model: type[Record], role: Role
) -> None:
    at_desk(client, role)
    record = made(model)
    assert client.get(address(model, "changelist")).status_code == 200
    page = client.get(address(model, "change", record.pk))
    assert page.status_code == 200
    writes = role in WRITERS
    assert ('name="_save"' in page.content.decode()) == writes
    expected = 200 if writes else 403
    assert client.get(address(model, "add")).status_code == expected
    assert client.post(address(model, "add"), {}).status_code == expected
    assert client.post(address(model, "change", record.pk), {}).status_code == expected
    assert client.get(address(model, "delete", record.pk)).status_code == expected
    if model in TARGETS.values():
        assert client.get(address(model, "cite", record.pk)).status_code == expected


@of_each_role
@of_each_model
def test_what_was_ever_public_is_changed_by_publishers_only(
    client: Client, model: type[Record], role: Role
) -> None:
    at_desk(client, role)
    for state in (State.PUBLISHED, State.WITHDRAWN):
        record = made(model, state)
        # What is public, whoever writes may change by proposing it; see test_revisions.
        whose = WRITERS if state == State.PUBLISHED else PUBLISHERS
        expected = 200 if role in whose else 403
        assert client.post(address(model, "change", record.pk), {}).status_code == expected
        if model in TARGETS.values():
            assert client.get(address(model, "cite", record.pk)).status_code == expected
        assert client.post(address(model, "delete", record.pk)).status_code == 403
    page = client.get(address(model, "change", record.pk))
    assert page.status_code == 200
    assert ('name="_save"' in page.content.decode()) == (role in PUBLISHERS)


@of_each_role
@of_each_model
def test_each_named_action_is_done_by_whose_it_is_only(
    client: Client, model: type[Record], role: Role
) -> None:
    at_desk(client, role)
    for verb, before, after, whose in (
        ("submit", State.DRAFT, State.IN_REVIEW, WRITERS),
        ("withdraw", State.PUBLISHED, State.WITHDRAWN, PUBLISHERS),
        ("send_back", State.IN_REVIEW, State.DRAFT, PUBLISHERS),
        # Facts without a source are in the way of it, which is said to whoever may.
        ("publish", State.DRAFT, None, PUBLISHERS),
    ):
        record = made(model, before)
        response = client.post(address(model, verb, record.pk), {"reason": "Test reason"})
        assert response.status_code == (302 if role in whose else 403), verb
        if role not in whose:
            assert state_of(record) == before, verb
            choose = {"action": verb, "_selected_action": [record.pk]}
            client.post(address(model, "changelist"), choose)
            assert state_of(record) == before, verb
        elif after:
            assert state_of(record) == after


@of_each_role
def test_a_list_offers_the_actions_that_somebody_may_do(client: Client, role: Role) -> None:
    at_desk(client, role)
    SourceFactory.create()
    page = client.get(address(Source, "changelist")).content.decode()
    for verb, whose in (("submit", WRITERS), ("publish", PUBLISHERS), ("withdraw", PUBLISHERS)):
        assert (f'<option value="{verb}">' in page) == (role in whose)


@of_each_role
@pytest.mark.usefixtures("one_person_team")
def test_a_draft_is_saved_and_published_at_once_by_publishers_only(
    client: Client, role: Role
) -> None:
    at_desk(client, role)
    if role not in WRITERS:
        return
    source = SourceFactory.create()
    page = address(Source, "change", source.pk)
    assert ('name="_publish"' in client.get(page).content.decode()) == (role in PUBLISHERS)
    save(client, page, _publish="1")
    assert (state_of(source) == State.PUBLISHED) == (role in PUBLISHERS)


def test_a_researcher_submits_no_draft_part_of_what_is_public(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    prisoner = PrisonerFactory.create(published=True)
    part = PrisonerNameFactory.create(prisoner=prisoner)
    choose = {"action": "submit", "_selected_action": [prisoner.pk]}
    assert client.post(address(Prisoner, "changelist"), choose).status_code == 403
    assert state_of(part) == State.DRAFT


def test_a_researcher_changes_no_public_part_on_the_page_of_a_draft(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    name = PrisonerNameFactory.create(text="As it was", is_display=True)
    prisoner = name.prisoner
    PrisonerName.objects.filter(pk=name.pk).update(state=State.PUBLISHED)
    page = address(Prisoner, "change", prisoner.pk)
    added = row("names", 1, 2, text="New", language="ru", script="Cyrl", kind="own")
    response = save(client, page, added, {"names-0-text": "Changed", "names-0-DELETE": "on"})
    assert response.status_code == 302
    assert {one.text for one in prisoner.names.all()} == {"As it was", "New"}


def test_a_researcher_deletes_no_draft_that_holds_what_was_public(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    name = PrisonerNameFactory.create()
    PrisonerName.objects.update(state=State.PUBLISHED)
    client.post(address(Prisoner, "delete", name.prisoner.pk), {"post": "yes"})
    choose = {
        "action": "delete_selected", "_selected_action": [name.prisoner.pk], "post": "yes"
    }  # fmt: skip
    client.post(address(Prisoner, "changelist"), choose)
    assert Prisoner.objects.exists()


# What is restricted


@of_each_role
@of_each_model
def test_what_is_restricted_is_read_by_whose_it_is_only(
    client: Client, model: type[Record], role: Role
) -> None:
    at_desk(client, role)
    record = made(model)
    page = client.get(address(model, "change", record.pk)).content.decode()
    assert (SECRET in page) == (role is not Role.RESEARCHER)
    if role is Role.RESEARCHER:
        for kind in ("delete", "history"):
            assert SECRET not in client.get(address(model, kind, record.pk)).content.decode()
        assert SECRET not in client.get(address(model, "changelist")).content.decode()
        model._default_manager.update(state=State.PUBLISHED)
        page = client.get(address(model, "change", record.pk)).content.decode()
        assert SECRET not in page


@of_each_model
def test_what_may_not_be_read_cannot_be_looked_for(client: Client, model: type[Record]) -> None:
    at_desk(client, Role.RESEARCHER)
    made(model)
    for name in RESTRICTED_FACTS:
        if name in {field.name for field in model._meta.fields}:
            query = {f"{name}__isnull": "False"}
            assert client.get(address(model, "changelist"), query).status_code == 400, name
    found = client.get(address(model, "changelist"), {"q": SECRET})
    assert not found.context["cl"].queryset


def test_what_hangs_on_a_record_cannot_be_looked_for_through_another(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    cite(PrisonerFactory.create())
    query = {"source__contact__startswith": "z"}
    assert client.get(address(Citation, "changelist"), query).status_code == 400


def test_what_a_researcher_cannot_read_stays_when_the_record_is_saved(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    record = made(Prisoner)
    Prisoner.objects.update(disclosure=Disclosure.WITHHELD)
    page = address(Prisoner, "change", record.pk)
    entries = {"disclosure": "public", "disclosure_reason": "", "note": "", "risk": ""}
    assert save(client, page, entries, occupation="Changed").status_code == 302
    kept = Prisoner.objects.get()
    assert (kept.occupation, kept.disclosure) == ("Changed", Disclosure.WITHHELD)
    assert {kept.note, kept.risk, kept.disclosure_reason} == {SECRET}


def test_a_researcher_says_what_is_to_be_kept_back_when_entering_a_record(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    page = address(Source, "add")
    values = {"title": "Test", "slug": "test", "contact": SECRET, "disclosure": "withheld"}
    assert save(client, page, values, disclosure_reason=SECRET).status_code == 302
    source = Source.objects.get()
    assert (source.contact, source.disclosure_reason) == (SECRET, SECRET)
    assert SECRET not in client.get(address(Source, "change", source.pk)).content.decode()


def test_a_researcher_who_is_a_viewer_too_reads_what_is_restricted(client: Client) -> None:
    at_desk(client, Role.RESEARCHER, Role.VIEWER)
    record = made(Detention)
    page = client.get(address(Detention, "change", record.pk)).content.decode()
    assert SECRET in page
    assert 'name="_save"' in page


@of_each_role
def test_what_a_dossier_said_is_restricted_too(client: Client, role: Role) -> None:
    at_desk(client, role)
    entry = DossierEntryFactory.create(values={"note": SECRET})
    page = client.get(address(DossierEntry, "change", entry.pk)).content.decode()
    assert (SECRET in page) == (role is not Role.RESEARCHER)
    response = client.get(address(DossierEntry, "changelist"), {"values__note__contains": "zq"})
    assert response.status_code == 400


# Accounts


@of_each_role
def test_accounts_are_an_administrators(client: Client, role: Role) -> None:
    user = account(role)
    sign_in(client, user, confirmed=True)
    link = Invitation.objects.create(token_hash="x", role=role, expires_at=user.date_joined)
    may = role is Role.ADMINISTRATOR
    for page in (
        reverse("admin:auth_user_changelist"),
        reverse("admin:auth_user_change", args=[user.pk]),
        reverse("admin:auth_user_history", args=[user.pk]),
        reverse("admin:prisoners_invitation_changelist"),
        reverse("admin:prisoners_invitation_add"),
        reverse("admin:prisoners_invitation_delete", args=[link.pk]),
    ):
        assert client.get(page).status_code == (200 if may else 403), page
    index = client.get(reverse("admin:index")).content.decode()
    assert (reverse("admin:auth_user_changelist") in index) == may
    for name in ("sign_out", "new_password", "reset_factor"):
        other = account(Role.VIEWER, name=f"other-{name}")
        response = client.post(reverse(f"admin:auth_user_{name}", args=[other.pk]))
        assert response.status_code in ((200, 302) if may else (403,)), name


def test_a_page_shows_nobody_ways_that_are_closed_to_them(client: Client) -> None:
    at_desk(client, Role.VIEWER)
    page = client.get(address(Prisoner, "change", PrisonerFactory.create().pk)).content.decode()
    assert re.findall(r'href="[^"]*/(?:add|cite|publish)/', page) == []


def test_whoever_has_no_role_reads_nothing(client: Client) -> None:
    sign_in(client, account())
    record: Any = PrisonerFactory.create()
    assert client.get(reverse("admin:index")).status_code == 200
    for page in ("changelist", "add"):
        assert client.get(address(Prisoner, page)).status_code == 403
    assert client.get(address(Prisoner, "change", record.pk)).status_code == 403
    query = {"app_label": "prisoners", "model_name": "detention", "field_name": "prisoner"}
    assert client.get(reverse("admin:autocomplete"), query).status_code == 403
    assert WRITE not in account(name="nobody").get_all_permissions()
