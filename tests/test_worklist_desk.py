"""The first page of the desk: what needs doing, how much, and where it is done."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.admin.worklist import ITEMS
from prisoners.desk import disclosure
from prisoners.models import DuplicateCandidate, MergeProposal, Record, Revision, Role, State
from prisoners.models.importing import Import, ImportRow
from prisoners.reading.facets import RECENT
from tests.desk import account, at_desk
from tests.factories import (
    ChargeFactory,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SourceFactory,
    TranslationFactory,
    cite,
)
from tests.kept import load_article
from tests.test_admin import said

pytestmark = pytest.mark.django_db

NAMES = [item.name for item in ITEMS]
DESK = "/admin/"


def page(name: str) -> str:
    return f"/admin/work/{name}/"


def links(response: Any, within: str = "work-line") -> list[tuple[str, str]]:
    """Return the words and addresses of the links in some parts of a page."""
    parts = re.findall(rf'class="{within}".*?</a>', response.content.decode(), re.DOTALL)
    found = [re.search(r'<a href="([^"]*)"[^>]*>(.*)</a>', part, re.DOTALL) for part in parts]
    return [
        (" ".join(unescape(re.sub("<[^>]+>", "", one[2])).split()), unescape(one[1]))
        for one in found
        if one
    ]


def put(record: Record, **values: Any) -> None:
    type(record)._default_manager.filter(pk=record.pk).update(**values)


def everything() -> None:
    """Make one more of each thing that is to be done."""
    charge = ChargeFactory.create(detention__began="2021")
    put(charge.detention.prisoner, state=State.IN_REVIEW)
    put(TranslationFactory.create(), state=State.IN_REVIEW)
    put(cite(charge, "article", stance="contradicts", value="2"), state=State.PUBLISHED)
    release = ReleaseFactory.create(published=True, headcount=3)
    ReleaseOutcomeFactory.create(release=release, published=True)
    for value in (1, 2):
        FigureFactory.create(published=True, value=value, release=release, relation="after")
    put(charge.detention.prisoner, disclosure_review_on="2020-01-01")
    hidden = PrisonerFactory.create(name__text=f"Zaphod {charge.detention.prisoner.public_id}zed")
    put(release, context=f"{hidden.name} was freed.")
    disclosure.show_as(person=hidden, identity="anonymous", reason="a test")
    SourceFactory.create(address="https://example.org/page", published=True)
    Revision.objects.create(
        kind="release", record=release.pk, changes=[], by=account(name=f"author-{release.pk}")
    )
    MergeProposal.objects.create(
        kept=PrisonerFactory.create(published=True),
        merged=PrisonerFactory.create(published=True),
        label="Test Onova into Test Onowa",
        by=account(name=f"proposer-{release.pk}"),
    )
    first, second = sorted(PrisonerFactory.create().pk for _each in range(2))
    DuplicateCandidate.objects.create(
        first_id=first,
        second_id=second,
        score=90,
        marks="same_birth",
        first_spelling="Test Onova",
        second_spelling="Test Onowa",
    )
    done = Import.objects.create(stage="done", file_name="test.csv", digest="0" * 64)
    ImportRow.objects.create(of=done, number=1, profile="test", outcome="refused")


# The first page ---------------------------------------------------------------------------


def test_with_nothing_to_be_done_it_says_so_of_each(client: Client) -> None:
    response = at_desk(client).get(DESK)
    # Some of the kinds of record beneath are called what is to be done with them.
    words = said(response).partition("All kinds of record")[0]
    assert "What needs doing Nothing: all that this desk looks for is in order." in words
    for item in ITEMS:
        assert item.nothing() in words
        assert item.title() not in words
        assert item.nothing() in said(client.get(page(item.name)))


def test_each_thing_to_be_done_stands_there_with_its_number_and_leads_to_its_page(
    client: Client,
) -> None:
    everything()
    response = at_desk(client).get(DESK)
    assert [one["url"] for one in response.context["work"]] == [page(name) for name in NAMES]
    assert response.context["done"] == []
    for work, item in zip(response.context["work"], ITEMS, strict=True):
        shown = client.get(work["url"])
        assert f"{work['count']} to be done" in said(shown)
        assert len(links(shown)) == int(work["count"]) > 0
        assert item.todo() in said(response)
        assert item.todo() in said(shown)


def test_the_kinds_of_record_stay_below_it(client: Client) -> None:
    words = said(at_desk(client).get(DESK))
    assert words.index("What needs doing") < words.index("All kinds of record")
    assert words.index("All kinds of record") < words.index("Detentions")


def test_of_many_it_says_that_there_are_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("reading.worklist.listed", "reading.worklist.facts", "admin.worklist"):
        monkeypatch.setattr(f"prisoners.{module}.MOST", 2)
    for _each in range(3):
        DetentionFactory.create()
    words = said(at_desk(client).get(DESK))
    assert "Facts without a source : more than 2" in words
    shown = said(client.get(page("uncited")))
    assert "more than 2 to be done" in shown
    assert "as they are mended, others follow" in shown


# Who sees what ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_what_is_kept_back_is_for_who_may_read_what_is_restricted(
    client: Client, role: Role
) -> None:
    everything()
    at_desk(client, role)
    may_read = role is not Role.RESEARCHER
    for name in ("disclosures", "names-told"):
        assert (page(name) in client.get(DESK).content.decode()) == may_read
    for name in NAMES:
        allowed = may_read or name not in ("disclosures", "names-told")
        assert client.get(page(name)).status_code == (200 if allowed else 403), name


def test_a_visitor_is_shown_none_of_it(client: Client) -> None:
    everything()
    for name in NAMES:
        response = client.get(page(name))
        assert response.status_code == 302
        assert "/sign-in/" in response["Location"]


def test_an_item_that_there_is_not_is_not_found(client: Client) -> None:
    assert at_desk(client).get(page("laundry")).status_code == 404
    assert client.post(page("uncited")).status_code == 405


# Where it is done -------------------------------------------------------------------------


def test_a_fact_without_a_source_leads_to_the_form_that_cites_for_it(client: Client) -> None:
    charge = ChargeFactory.create(detention__prisoner__name__text="Test Personova", article="12")
    at_desk(client, Role.RESEARCHER)
    found = dict(links(client.get(page("uncited"))))
    (words,) = (one for one in found if "article “12”" in one)
    assert words == "Charge “Test Code, article 12”: article “12”"
    address = found[words]
    assert address == f"/admin/prisoners/citation/add/?charge={charge.pk}&field=article"
    assert "selected>Article" in client.get(address).content.decode()
    assert "Test Personova" in said(client.get(page("uncited")))


def test_who_may_not_cite_is_led_to_the_page_that_the_fact_is_on(client: Client) -> None:
    charge = ChargeFactory.create()
    at_desk(client, Role.VIEWER)
    addresses = {address for _words, address in links(client.get(page("uncited")))}
    person = f"/admin/prisoners/prisoner/{charge.detention.prisoner.pk}/change/"
    assert addresses == {person}
    assert client.get(person).status_code == 200


def test_of_the_article_it_says_who_is_unnamed_and_leads_to_adding_them(client: Client) -> None:
    load_article()
    response = at_desk(client).get(page("unnamed"))
    ((words, address),) = links(response)
    assert words.endswith("121 of 123 people unnamed")
    assert client.get(address).status_code == 200
    ((more, add),) = links(response, "work-links")
    assert more == "Add a person who was freed"
    assert "selected>" in client.get(add).content.decode()


def test_every_row_of_every_item_leads_to_a_page_that_there_is(client: Client) -> None:
    everything()
    at_desk(client)
    for name in NAMES:
        response = client.get(page(name))
        for _words, address in [*links(response), *links(response, "work-links")]:
            assert client.get(address.partition("#")[0]).status_code == 200, address


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("disputed", "citations-group"),
        ("unconfirmed", "id_last_confirmed"),
        ("disclosures", "id_disclosure"),
        ("unarchived", "id_archived"),
    ],
)
def test_what_is_mended_in_one_field_leads_to_it(client: Client, name: str, anchor: str) -> None:
    everything()
    for _words, address in links(at_desk(client).get(page(name))):
        path, _hash, place = address.partition("#")
        assert place == anchor
        assert f'id="{anchor}"' in client.get(path).content.decode()


def test_a_contradiction_says_what_each_source_gives(client: Client) -> None:
    release = ReleaseFactory.create(headcount=123)
    source = SourceFactory.create(title="Test Gazette")
    cite(release, "headcount", source, stance="contradicts", value="121")
    words = said(at_desk(client).get(page("disputed")))
    assert "how many were announced “123” Test Gazette says: 121" in words


def test_figures_that_cannot_both_hold_lead_to_both(client: Client) -> None:
    release = ReleaseFactory.create(headcount=5)
    before = FigureFactory.create(value=10, release=release, relation="before")
    after = FigureFactory.create(value=9, release=release, relation="after")
    response = at_desk(client).get(page("conflicting-figures"))
    ((_words, first),) = links(response)
    ((_more, second),) = links(response, "work-links")
    assert [first, second] == [
        reverse("admin:prisoners_figure_change", args=[one.pk]) for one in (before, after)
    ]
    assert "5 released in between" in said(response)


def test_who_was_not_confirmed_is_told_with_the_last_day(client: Client) -> None:
    DetentionFactory.create(
        prisoner__name__text="Test Personova", began="2020", last_confirmed="2021-09-01"
    )
    words = said(at_desk(client).get(page("unconfirmed")))
    assert f"People not confirmed as held for {RECENT.days} days" in words
    assert "Test Personova last confirmed 1 September 2021 held since 2020" in words


# Mine -------------------------------------------------------------------------------------


def test_somebody_can_ask_for_what_they_worked_on(client: Client) -> None:
    mine, other = (SourceFactory.create(address="https://example.org") for _each in range(2))
    at_desk(client)
    edit = reverse("admin:prisoners_source_submit", args=[mine.pk])
    client.post(edit)
    everybodys = links(client.get(page("unarchived")))
    assert {words for words, _address in everybodys} == {str(mine), str(other)}
    own = client.get(page("unarchived"), {"whose": "mine"})
    assert [words for words, _address in links(own)] == [str(mine)]
    assert [words for words, _a in links(client.get(page("in-review"), {"whose": "mine"}))] == [
        f"Source “{mine}”"
    ]


def test_with_nothing_of_ones_own_to_be_done_it_says_so(client: Client) -> None:
    everything()
    at_desk(client)
    for name in ("uncited", "in-review", "unconfirmed", "unarchived"):
        response = client.get(page(name), {"whose": "mine"})
        assert "Nothing of what you worked on." in said(response)
        assert links(response) == []


# Many -------------------------------------------------------------------------------------


def test_a_long_item_is_shown_by_the_page(client: Client) -> None:
    for number in range(60):
        SourceFactory.create(title=f"Test source {number:02}", address="https://example.org")
    at_desk(client)
    first, second = (client.get(page("unarchived"), {"page": one}) for one in (1, 2))
    assert (len(links(first)), len(links(second))) == (50, 10)
    assert 'start="51"' in second.content.decode()
    assert "?page=2" in first.content.decode()


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# Five of each page are for who asks; records are loaded kind by kind.
BUDGETS = {
    DESK: 22,
    page("uncited"): 24,
    page("in-review"): 11,
    page("proposed"): 8,
    page("proposed-merges"): 7,
    page("duplicates"): 7,
    page("refused-rows"): 7,
    page("unnamed"): 7,
    page("conflicting-figures"): 6,
    page("disputed"): 12,
    page("unconfirmed"): 9,
    page("disclosures"): 9,
    page("names-told"): 15,
    page("unarchived"): 7,
}


def test_the_number_of_queries_is_the_same_when_the_rows_double(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prisoners.admin.worklist.PAGE_SIZE", 1000)
    at_desk(client)
    paths = [DESK, *map(page, NAMES)]
    for _each in range(2):
        everything()
    once = {path: queries(client, path) for path in paths}
    for _each in range(2):
        everything()
    assert {path: queries(client, path) for path in paths} == once
    assert once == BUDGETS
