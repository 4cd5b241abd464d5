"""What is restricted stays with those who may read it: every address of the desk, as each role.

Every kind of record has secrets in what is restricted, in public and as a draft; so have rules,
consents, what dossiers said and what administrators know of accounts. Then every pattern of the
desk is asked for, with every way of looking for something, by each role and by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import disclosure
from prisoners.models import (
    Consent,
    Detention,
    DisclosureRule,
    DossierEntry,
    How,
    Invitation,
    Prisoner,
    Role,
    State,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from tests.addresses import ADMIN, arguments, filled, routes
from tests.desk import account, at_desk, sign_in
from tests.factories import FACTORIES, DetentionFactory, DossierEntryFactory
from tests.kept import kept
from tests.test_canary import WORD, word_of

pytestmark = pytest.mark.django_db

OF_MODEL: Final = re.compile(r"admin/(prisoners|auth)/(\w+)/")


class Desk:
    """Records of which some facts are for some roles only: each word, and where it was planted."""

    def __init__(self) -> None:
        self.restricted: dict[str, str] = {}
        self.of_accounts: dict[str, str] = {}
        for model in FACTORIES:
            for state in (State.DRAFT, State.PUBLISHED):
                record: Any = FACTORIES[model].create()
                names = {field.name for field in model._meta.fields} & set(RESTRICTED_FACTS)
                texts = names - {"special_risk", "basis", "disclosure_review_on"}
                values = {one: self.word(f"{state} {model.__name__}.{one}") for one in texts}
                model._default_manager.filter(pk=record.pk).update(state=state, **values)
        detention = DetentionFactory.create(
            published=True, place=self.word("kept: place"), began="1923-04-05"
        )
        for field, how in (("place", How.WITHHELD), ("began", How.YEAR)):
            disclosure.hold_back(
                record=detention,
                field=field,
                how=how,
                reason=self.word(f"rule: why {field}"),
                asked_by=self.word(f"rule: who asked, {field}"),
            )
        Consent.objects.create(
            prisoner=detention.prisoner,
            given_by=self.word("consent: giver"),
            given_as="self",
            given_on=date(2021, 7, 14),
            for_name=True,
            note=self.word("consent: note"),
        )
        DossierEntryFactory.create(values={"note": self.word("dossier: values")})
        Invitation.objects.create(
            token_hash=self.of_account("invitation: hash"),
            role=Role.VIEWER,
            for_whom=self.of_account("invitation: for whom"),
            expires_at=timezone.now(),
        )
        User.objects.create_user("other", f"{self.of_account('user: e-mail')}@example.org")

    def word(self, where: str, *, kind: str = "restricted") -> str:
        words: dict[str, str] = getattr(self, kind)
        word = word_of(10_000 * (kind == "of_accounts") + len(words))
        words[word] = where
        return word

    def of_account(self, where: str) -> str:
        return self.word(where, kind="of_accounts")

    def found_in(self, response: Any, words: dict[str, str]) -> list[str]:
        body = b"".join(response) if response.streaming else response.content
        text = f"{response.headers}\n{body.decode('utf-8', 'replace')}"
        found = {words[one.lower()] for one in WORD.findall(text) if one.lower() in words}
        if words is self.restricted and re.search(r"April 1923|1923-04-05", text):
            found.add("kept: began")
        return sorted(found)


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Desk]:
    with kept(django_db_blocker, Desk) as made:
        yield made
    with django_db_blocker.unblock():
        User.objects.all().delete()


def paths(each: int) -> Iterator[str]:
    """Yield every address of the desk, those of a kind of record for the last ones of its kind."""
    for route in routes():
        if not route.startswith(ADMIN):
            continue
        match = OF_MODEL.match(route)
        names = arguments(route)
        if match and names in (["object_id"], ["pk"]):
            model = apps.get_model(match[1], match[2])
            numbers = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:each]
            for number in numbers:
                yield "/" + re.sub(r"<[^>]+>", str(number), route)
        elif match and names:
            continue  # Django's own way to an old address: it only leads on
        else:
            yield from filled(route)


def lookups(desk: Desk) -> Iterator[str]:
    """Yield lists and choices, asked for what is restricted in each way that there is."""
    words = [*desk.restricted][::7]
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label != "prisoners":
            continue
        page = reverse(f"admin:prisoners_{model._meta.model_name}_changelist")
        yield f"{page}?q={words[0]}"
        for name in {field.name for field in model._meta.fields} & set(RESTRICTED_FACTS):
            yield f"{page}?{name}__gte=z"
            yield f"{page}?o=1&{name}__isnull=False"
        for name in model_admin.autocomplete_fields:
            query = f"app_label=prisoners&model_name={model._meta.model_name}&field_name={name}"
            for term in (words[-1], "Test"):
                yield f"{reverse('admin:autocomplete')}?{query}&term={term}"


def walk(
    client: Client, desk: Desk, words: dict[str, str], each: int = 1
) -> tuple[dict[str, list[str]], int]:
    """Ask for everything; return where some words were, and how many pages were answered."""
    leaks, answered = {}, 0
    for path in [*paths(each), *lookups(desk)]:
        if "logout" in path:
            continue
        response = client.get(path)
        assert response.status_code != 500, path
        answered += response.status_code == 200
        # Whoever looks for a word reads it again.
        asked = {words[one] for one in WORD.findall(path) if one in words}
        if found := set(desk.found_in(response, words)) - asked:
            leaks[path] = sorted(found)
    return leaks, answered


def test_a_researcher_reads_nothing_restricted_at_any_address(desk: Desk, client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    # A draft and what is public of each kind.
    leaks, answered = walk(client, desk, desk.restricted | desk.of_accounts, each=2)
    assert leaks == {}
    assert answered > 100


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_what_administrators_know_of_accounts_is_read_by_nobody_else(
    desk: Desk, client: Client, role: Role
) -> None:
    at_desk(client, role)
    leaks, answered = walk(client, desk, desk.of_accounts)
    assert leaks == {}
    assert answered > 100


def test_nothing_of_the_desk_is_read_by_somebody_who_is_not_signed_in_or_has_no_role(
    desk: Desk,
) -> None:
    for client in (Client(), sign_in(Client(), account(name="nobody"))):
        leaks, _answered = walk(client, desk, desk.restricted | desk.of_accounts)
        assert leaks == {}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMINISTRATOR])
def test_whoever_may_reads_each_restricted_fact(desk: Desk, client: Client, role: Role) -> None:
    """Guards the guard: each secret is at an address that was asked for."""
    at_desk(client, role)
    person = Detention.objects.exclude(held_back="").get().prisoner
    found: set[str] = set()
    kinds: list[Any] = [*FACTORIES, DossierEntry]
    for model in kinds:
        name = f"admin:prisoners_{model._meta.model_name}_change"
        for record in model._default_manager.all():
            response = client.get(reverse(name, args=[record.pk]))
            found.update(desk.found_in(response, desk.restricted))
    consent = Consent.objects.get()
    for page in (
        reverse("admin:prisoners_prisoner_shown", args=[person.pk]),
        reverse("admin:prisoners_consent_change", args=[consent.pk]),
    ):
        found.update(desk.found_in(client.get(page), desk.restricted))
    assert set(desk.restricted.values()) - found == set()
    assert "kept: began" in found


@pytest.mark.parametrize("role", list(Role))
def test_what_visitors_see_of_somebody_is_decided_by_editors(
    desk: Desk, client: Client, role: Role
) -> None:
    at_desk(client, role)
    rule = DisclosureRule.objects.get(field="place")
    person, fact = rule.target.prisoner, f"detention-{rule.target.pk}"
    page = reverse("admin:prisoners_prisoner_shown", args=[person.pk])
    may = role in (Role.EDITOR, Role.ADMINISTRATOR)
    assert client.get(page).status_code == (403 if role is Role.RESEARCHER else 200)
    for verb in (
        {"verb": "lift", "rule": rule.pk},
        {"verb": "forget_address"},
        {"verb": "show_as", "identity": "anonymous", "reason": "a test"},
        {
            "verb": "hold_back",
            "fact": f"{fact}-began",
            "how": "year",
            "reason": "x",
        },
    ):
        assert client.post(page, verb).status_code == (302 if may else 403), verb
    person = Prisoner.objects.get(pk=person.pk)
    assert (person.identity == "anonymous") == may
    assert DisclosureRule.objects.filter(pk=rule.pk).exists() != may


def test_a_researcher_enters_a_consent_and_reads_none(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    person = DetentionFactory.create(prisoner__basis="consent").prisoner
    page = reverse("admin:prisoners_consent_add")
    given = {
        "prisoner": person.pk,
        "given_by": "Test Mother",
        "given_as": "relative",
        "given_on": "2021-07-14",
        "for_name": "on",
    }
    response = client.post(page, given)
    assert response.status_code == 302
    person.refresh_from_db()
    assert person.shown_until is None
    consent = person.consents.get()
    assert (
        client.get(reverse("admin:prisoners_consent_change", args=[consent.pk])).status_code == 403
    )
    assert client.get(reverse("admin:prisoners_consent_changelist")).status_code == 403
