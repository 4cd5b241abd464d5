"""Yesterday's import, merge or change of many is found in a list, and undone from there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.admin.operations import operation_page
from prisoners.desk import bulk, entering, merging, operations
from prisoners.models import Operation, OperationKind, Prisoner, Role
from tests.desk import account, at_desk
from tests.factories import PrisonerFactory, SourceFactory
from tests.lists import viasna_row
from tests.test_admin import said
from tests.test_bulk import confirming, held
from tests.test_importing import brought

pytestmark = pytest.mark.django_db

LIST = "admin:prisoners_operation_changelist"


def confirmed(*people: Prisoner, by: Any = None, reason: str = "Announced.") -> Operation:
    return bulk.do(change=confirming(), people=[one.pk for one in people], by=by, reason=reason)


def merged(by: Any) -> Operation:
    kept, gone = (PrisonerFactory.create(name__text=f"Test {one}") for one in ("Adzin", "Dva"))
    return merging.merge(kept=kept, merged=gone, choices={}, by=by, reason="One person.")


def listed(client: Client, **query: Any) -> list[Operation]:
    return list(client.get(reverse(LIST), query).context["cl"].result_list)


def test_it_says_who_did_what_to_how_many_when_why_and_whether_it_is_undone(
    client: Client,
) -> None:
    who = account(Role.EDITOR, name="doer")
    imported, _report = brought([viasna_row(1), viasna_row(2)])
    one, other = confirmed(held("Test Try"), held("Test Chatyry"), by=who), merged(who)
    operations.undo(operation=one, by=who, reason="Denied.")
    at_desk(client)
    page = client.get(reverse(LIST))
    words = said(page)
    # Two detentions, and what is cited for each.
    assert (
        "change of many records: held on 6 May 2025 Test Try , Test Chatyry 4 records doer" in words
    )
    assert "merging: Test Dva into Test Adzin Test Adzin , Test Dva" in words
    people = " , ".join(str(row.prisoner) for row in imported.rows.order_by("number"))
    assert f"import: list.csv {people} 2 rows of a list a command" in words
    assert "Announced." in words
    assert ", by doer" in words
    text = page.content.decode()
    for address in (
        operation_page(one),
        operation_page(other),
        reverse("admin:prisoners_import_change", args=[imported.pk]),
    ):
        assert f'href="{address}"' in text
    assert [one.kind for one in page.context["cl"].result_list] == ["merge", "bulk", "import"]


def test_it_names_a_few_people_and_its_page_all_of_them(client: Client) -> None:
    names = [f"Test {one}" for one in ("Adzin", "Dva", "Try", "Chatyry", "Piac")]
    people = [held(one, published=True) for one in names]
    operation = confirmed(*people, by=account(Role.EDITOR, name="doer"))
    at_desk(client, Role.VIEWER)
    words = said(client.get(reverse(LIST)))
    assert "Test Adzin , Test Dva , Test Try and 2 more" in words
    assert "Test Piac" not in words
    page = client.get(operation_page(operation))
    assert "Whom it was about" in said(page)
    for one in people:
        shown = reverse("admin:prisoners_prisoner_change", args=[one.pk])
        assert f'<a href="{shown}">{one}</a>' in page.content.decode()


def test_who_was_entered_and_is_gone_again_is_named_as_they_were(client: Client) -> None:
    who = account(Role.EDITOR, name="doer")
    operation = entering.enter_people(
        source=SourceFactory.create(), country="AQ", people=[entering.Told("Test Gone")], by=who
    )
    operations.undo(operation=operation, by=who, reason="x")
    assert not Prisoner.objects.exists()
    at_desk(client)
    assert "Test Gone" in said(client.get(reverse(LIST)))
    assert "Test Gone" in said(client.get(operation_page(operation)))


def test_a_list_names_the_people_of_its_first_rows(client: Client) -> None:
    brought([viasna_row(number) for number in range(1, 6)])
    first = [str(one) for one in Prisoner.objects.order_by("pk")[:3]]
    at_desk(client)
    assert " , ".join(first) in said(client.get(reverse(LIST)))


def test_undoing_and_putting_back_are_told_with_what_they_are_of(client: Client) -> None:
    at_desk(client)
    for kind in (OperationKind.UNDO, OperationKind.REVERT):
        Operation.objects.create(kind=kind, label="Test")
    assert listed(client) == []


def test_it_is_searched_and_narrowed(client: Client) -> None:
    who = account(Role.EDITOR, name="doer")
    one, other = confirmed(held(), by=who, reason="Zq list"), merged(account(name="somebody"))
    at_desk(client)
    assert listed(client, q="zq") == [one]
    assert listed(client, q="Dva into") == [other]
    assert listed(client, q="doer") == [one]
    assert listed(client, kind="merge") == [other]
    assert listed(client, kind="undo") == [other, one]
    operations.undo(operation=one, by=who, reason="x")
    assert listed(client, undone="no") == [other]
    assert listed(client, undone="yes") == [one]


def test_the_desk_leads_to_it(client: Client) -> None:
    at_desk(client, Role.VIEWER)
    assert f'href="{reverse(LIST)}"' in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_at_the_desk_reads_it_and_nobody_edits_it(client: Client, role: Role) -> None:
    operation = confirmed(held())
    imported, _report = brought([viasna_row(1)])
    at_desk(client, role)
    page = client.get(reverse(LIST))
    assert page.status_code == 200
    address = reverse("admin:prisoners_import_change", args=[imported.pk])
    assert (f'href="{address}"' in page.content.decode()) == (role is not Role.VIEWER)
    change = reverse("admin:prisoners_operation_change", args=[operation.pk])
    assert client.get(change).headers["Location"] == operation_page(operation)
    assert client.get(reverse("admin:prisoners_operation_add")).status_code == 403
    delete = reverse("admin:prisoners_operation_delete", args=[operation.pk])
    assert client.get(delete).status_code == 403


def test_its_questions_are_as_many_for_many_as_for_few(client: Client) -> None:
    who = account(Role.EDITOR, name="doer")
    at_desk(client)
    counts = []
    for round_of in range(2):
        for number in range(3):
            confirmed(held(), by=who)
            merged(who)
            brought([viasna_row(10 * round_of + number)])
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client)) == 9 * (round_of + 1)
        counts.append(len(queries))
    own = [
        one["sql"]
        for one in queries
        if "prisoners_operation" in one["sql"] or " UNION ALL " in one["sql"]
    ]
    # How many there are, which, and how many records each touched.
    assert len(own) == 3
    # And six for whom it was about: written, merged, in lists; people, names, names there were.
    assert counts[0] == counts[1] == 14
