"""The researchers' desk: what can be entered, what is refused, and what becomes public."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.models import Record
from tests.factories import (
    FACTORIES,
    DossierEntryFactory,
    FormerAddressFactory,
)

pytestmark = pytest.mark.django_db

MODELS = list(FACTORIES)
NAMES = [model.__name__ for model in MODELS]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("researcher", password="not a real password"))
    return client


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:prisoners_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_kind_of_record_is_listed_found_added_opened_and_deleted(
    desk: Client, model: type[Record]
) -> None:
    record = FACTORIES[model].create()
    for page in (
        address(model, "changelist"),
        address(model, "changelist") + "?q=Test+Тест",
        address(model, "add"),
        address(model, "change", record.pk),
        address(model, "delete", record.pk),
        address(model, "history", record.pk),
    ):
        response = desk.get(page)
        assert response.status_code == 200, page


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_list_asks_as_many_questions_for_many_rows_as_for_few(
    desk: Client, model: type[Record]
) -> None:
    def questions() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(address(model, "changelist")).status_code == 200
        return [query["sql"] for query in asked]

    FACTORIES[model].create_batch(2)
    few = questions()
    FACTORIES[model].create_batch(2)
    assert len(questions()) == len(few), "\n".join(few)


@pytest.mark.parametrize("factory", [FormerAddressFactory, DossierEntryFactory])
def test_what_the_site_keeps_for_itself_can_only_be_read(desk: Client, factory: Any) -> None:
    record = factory.create()
    model = type(record)
    assert desk.get(address(model, "changelist")).status_code == 200
    page = desk.get(address(model, "change", record.pk))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert desk.get(address(model, "add")).status_code == 403
    assert desk.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403
