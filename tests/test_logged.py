"""What was done at the desk is told in words made anew, and not in those of the moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from prisoners.desk import disclosure
from prisoners.models import Consent, Import, Role
from tests.desk import account, at_desk, sign_in
from tests.factories import DetentionFactory, PrisonerFactory, SourceFactory
from tests.test_admin import said, save

pytestmark = pytest.mark.django_db

DESK = "/admin/"
STORED = "Stored Words of 14 July 2021"


def log(record: Any, user: User, flag: int = CHANGE, **values: Any) -> None:
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(record),
        object_id=str(record.pk),
        object_repr=values.pop("words", STORED),
        action_flag=flag,
        change_message=f"Changed name “{STORED}”.",
        **values,
    )


def test_what_somebody_did_is_told_by_the_record_as_it_is_now(client: Client) -> None:
    source = SourceFactory.create(title="Title of then")
    at_desk(client)
    save(client, reverse("admin:prisoners_source_change", args=[source.pk]), publisher="Somebody")
    assert "Changed: Title of then Source" in said(client.get(DESK))
    type(source).objects.update(title="Title of now")
    page = said(client.get(DESK))
    assert "Changed: Title of now Source" in page
    assert "Title of then" not in page


def test_a_day_that_is_held_back_by_now_is_not_read_in_what_was_done(client: Client) -> None:
    user = account(Role.RESEARCHER)
    detention = DetentionFactory.create(published=True, began="2021-07-14")
    log(detention, user, words=str(detention))
    sign_in(client, user)
    assert "14 July 2021" in said(client.get(DESK))
    disclosure.hold_back(record=detention, field="began", how="year", reason="a test")
    page = said(client.get(DESK))
    assert "14 July 2021" not in page
    assert str(detention.prisoner) in page


def test_what_is_gone_or_not_theirs_to_see_is_left_out(client: Client) -> None:
    user = account(Role.RESEARCHER)
    gone, deleted = PrisonerFactory.create(), PrisonerFactory.create()
    consent = Consent.objects.create(
        prisoner=PrisonerFactory.create(name__text="Test Consenting"), given_by="Test Mother",
        given_as="relative", given_on="2021-07-14", for_name=True,
    )  # fmt: skip
    log(gone, user, ADDITION)
    log(deleted, user, DELETION)
    log(consent, user, ADDITION)
    log(ContentType.objects.get_for_model(gone), user)
    gone.delete()
    sign_in(client, user)
    page = said(client.get(DESK))
    assert "None available" in page
    assert STORED not in page
    assert "Test Consenting" not in page
    user.groups.set(account(Role.EDITOR, name="another").groups.all())
    assert "Test Consenting" in said(client.get(DESK))


def test_the_history_of_what_is_no_record_says_what_was_done_and_not_of_whom(
    client: Client,
) -> None:
    at_desk(client)
    user = User.objects.get()
    consent = Consent.objects.create(
        prisoner=PrisonerFactory.create(), given_by="Test Mother",
        given_as="relative", given_on="2021-07-14", for_name=True,
    )  # fmt: skip
    brought = Import.objects.create(stage="done", file_name="test.csv", digest="0" * 64)
    for one in (consent, brought):
        log(one, user)
        name = one._meta.model_name
        page = said(client.get(reverse(f"admin:prisoners_{name}_history", args=[one.pk])))
        assert STORED not in page
        assert "Change tester" in page or "tester Change" in page


def test_the_history_of_an_account_says_what_was_done_to_it(client: Client) -> None:
    at_desk(client)
    user = User.objects.get()
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk),
        object_repr=str(user), action_flag=CHANGE, change_message="Made an administrator.",
    )  # fmt: skip
    page = said(client.get(reverse("admin:auth_user_history", args=[user.pk])))
    assert "Made an administrator." in page
