"""The record's version is known at once, however it is asked for, and whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from prisoners.models import Version, version, watching
from prisoners.models.watching import Watch
from tests.factories import PrisonerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watch() -> Iterator[Watch]:
    one = Watch()
    yield one
    one.close()


@pytest.fixture
def own(watch: Watch) -> Watch:
    """Give one that has a connection of its own by now."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has its connection at hand")
    watch()
    assert watch.has_connection
    return watch


def end_its_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_of_a_record_without_a_change_there_is_a_version_too(watch: Watch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM prisoners_change")
    assert watch() == version() == Version(0, 0)


def test_each_change_is_known_as_soon_as_it_is_committed(watch: Watch) -> None:
    seen = {watch()}
    for number in range(1, 4):
        PrisonerFactory.create()
        assert watch() == version()
        seen.add(watch())
        assert len(seen) == number + 1


def test_what_is_not_committed_is_not_there_yet(own: Watch) -> None:
    before = own()
    with transaction.atomic():
        PrisonerFactory.create()
        assert version() != before
        assert own() == before
    assert own() == version() != before


def test_a_connection_that_was_ended_costs_no_answer(own: Watch) -> None:
    PrisonerFactory.create()
    end_its_connection()
    assert own() == version()
    assert not own.has_connection


def test_its_own_connection_is_tried_again_after_a_while(
    own: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "REST", 0.0)
    end_its_connection()
    assert own() == version()
    PrisonerFactory.create()
    assert own() == version()
    assert own.has_connection


def test_where_what_is_asked_cannot_be_kept_django_is_asked(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LATEST", "SELECT nothing FROM nowhere")
    PrisonerFactory.create()
    assert watch() == version()
    assert not watch.has_connection
