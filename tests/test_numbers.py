"""Every number on a page equals what the list or the records that it links to give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from django.utils import timezone

from prisoners.models import Disclosure
from tests.factories import (
    ActorFactory,
    ConcessionFactory,
    DealFactory,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
)
from tests.kept import kept, load_article
from tests.reader import Element, Page, read

pytestmark = pytest.mark.django_db

HIDDEN = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
# As of a day of the past, so that nothing here depends on the day of the run.
ON = "2024-06-15"
CARD = "figure figure-documented"
NUMBER = re.compile(r"\d[\d,]*(?:–\d[\d,]*)?")


def people() -> None:
    """Load the article, and invented people of every status, certain and only possible."""
    load_article()
    gone = {"end_kind": "released", "ended": "2024-06"}
    certain = [
        (52, {"began": "2021-07-14", "last_confirmed": "2026-01-05"}),
        (4, {"began": "2021", "end_kind": "released", "ended": "2023-02-03"}),
        (3, {"began": "2020-01-02", "end_kind": "died", "ended": "2022-02"}),
        (2, {"began": "2021-07"}),
        (5, {"began": "2022-05-06", **gone}),
        (2, {"began": "2024-06", "last_confirmed": "2026-02"}),
        (1, {"began": "2023", "end_kind": "died", "ended": "2024-06-10/2024-06-20"}),
    ]
    for number, values in certain:
        for _ in range(number):
            DetentionFactory.create(published=True, **values)
    abroad = {"began": "2021-07-14", "last_confirmed": "2026-01-05", "country": "BV"}
    DetentionFactory.create_batch(3, published=True, prisoner__gender="female", **abroad)
    PrisonerFactory.create_batch(2, published=True, gender="male")  # of no known detention
    withheld = {f"prisoner__{name}": value for name, value in HIDDEN.items()}
    DetentionFactory.create_batch(2, published=True, began="2021", **withheld)
    DetentionFactory.create_batch(
        3, published=True, began="2021", last_confirmed="2026-01-05", **withheld
    )
    DetentionFactory.create(published=True, began="2021", **gone, **withheld)
    _release_with_sums()
    held = {"published": True, "counts": "held", "country": "BV"}
    FigureFactory.create(**held, value=7, as_of="2024-06-15", stated_by=None)
    FigureFactory.create(**held, value=9, as_of="2021-07-14")


def _release_with_sums() -> None:
    deal = DealFactory.create(published=True, slug="test-deal", agreed="2024-05-01")
    ConcessionFactory.create(published=True, deal=deal)
    release = ReleaseFactory.create(
        published=True, slug="test-release", happened="2024-06-15", headcount=1234, deal=deal
    )
    by = ActorFactory.create(published=True)
    for country, headcount in (("NO", 700), ("IS", 30)):
        ReleaseDestinationFactory.create(
            published=True, release=release, country=country, headcount=headcount, stated_by=by
        )
    ended = {"published": True, "end_kind": "released", "ended": "2024-06-15", "country": "IS"}
    outcomes: list[dict[str, Any]] = [
        {"destination": "NO"},
        {"destination": "NO", "refused_to_leave": True},
        {"destination": "", "already_free": True},
        {"destination": "BV", "refused_to_leave": False},
    ]
    for values in outcomes:
        detention = DetentionFactory.create(**ended)
        ReleaseOutcomeFactory.create(published=True, release=release, detention=detention, **values)
    hidden = DetentionFactory.create(**ended)
    ReleaseOutcomeFactory.create(published=True, release=release, detention=hidden, **HIDDEN)


@pytest.fixture(scope="module", autouse=True)
def _record(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, people):
        yield


def rows(page: Page) -> list[dict[str, str]]:
    """Return the people whom a list gives, from the page and all that follow it."""
    found = [row for table in page.tables() for row in table]
    following = [link for link in page.main.all("a") if link.attrs.get("rel") == "next"]
    if following:
        found += rows(read(urljoin(page.path, following[0].attrs["href"])))
    return found


def listed(page: Page) -> tuple[int, int]:
    """Return how many people a list gives for certain, and how many with those only possible."""
    found = rows(page)
    assert len({row["Name"] for row in found}) == len(found), "somebody is listed twice"
    return sum("Possibly" not in row["Status"] for row in found), len(found)


def said(words: str) -> tuple[int, int]:
    """Read a number or a range: ``3``, ``1,041–1,043``."""
    match = NUMBER.search(words)
    assert match, words
    ends = [int(one.replace(",", "")) for one in match.group().split("–")]
    return ends[0], ends[-1]


def said_by_list(page: Page) -> tuple[int, int]:
    return said(page.main.one("p", class_="sentence-count").text)


def documented_cards(page: Page) -> list[tuple[Element, str]]:
    """Return each card of a documented number, and the list that it links to."""
    cards = [one for one in page.main.all("div") if one.attrs.get("class") == CARD]
    return [
        (card, link.attrs["href"])
        for card in cards
        for link in card.all("a")
        if link.attrs["href"].startswith("/prisoners/?status")
    ]


def value_of(card: Element) -> tuple[int, int]:
    number = next(one for one in card.all("span", "p") if NUMBER.fullmatch(one.text))
    return said(number.text)


def test_each_documented_number_of_the_home_page_is_what_its_list_gives() -> None:
    cards = documented_cards(read("/"))
    assert len(cards) == 3
    for card, address in cards:
        proof = read(address)
        assert value_of(card) == listed(proof) == said_by_list(proof), address
        assert "as of" in card.text
    assert value_of(cards[0][0]) == (57, 59)


def test_each_documented_number_beside_a_figure_is_what_its_list_gives() -> None:
    cards = documented_cards(read("/figures/"))
    assert len(cards) == 4
    for card, address in cards:
        proof = read(address)
        assert value_of(card) == listed(proof) == said_by_list(proof), address
    assert {value_of(card) for card, _address in cards} == {(3, 3), (1, 2), (0, 0)}


@pytest.mark.parametrize(
    ("path", "table", "fewest"),
    [("/", 0, 10), ("/timeline/", 2, 8), ("/timeline/?country=BV", 0, 2)],
)
def test_each_number_of_a_picture_is_what_its_list_gives(
    path: str, table: int, fewest: int
) -> None:
    numbers = read(path).main.all("table")[table].all("a")
    assert len(numbers) >= fewest
    for number in (*numbers[::4], numbers[-1]):
        proof = read(number.attrs["href"])
        assert said(number.text) == said_by_list(proof), number
        assert said(number.text)[1] == listed(proof)[1], number


@pytest.mark.parametrize("status", ["held", "released", "died", "unknown"])
@pytest.mark.parametrize(("on", "country"), [("", ""), (ON, ""), ("2021-07-14", "BV")])
def test_the_number_over_a_list_is_that_of_its_rows(status: str, on: str, country: str) -> None:
    asked = {name: value for name, value in (("on", on), ("country", country)) if value}
    address = f"/prisoners/?{urlencode({'status': status, **asked})}"
    page = read(address)
    assert said_by_list(page) == listed(page)
    assert bool(page.main.all("table")) == (said_by_list(page)[1] > 0)


@pytest.mark.parametrize("question", ["", "gender=female", "gender=female&gender=male"])
def test_the_number_over_a_list_without_a_status_is_that_of_its_rows(question: str) -> None:
    page = read(f"/prisoners/?{question}")
    assert said_by_list(page) == listed(page)
    assert bool(question) == (listed(page)[1] < 50)


def test_a_range_says_why_it_is_one() -> None:
    ranged = read(f"/prisoners/?status=held&on={ON}")
    low, high = said_by_list(ranged)
    assert low < high
    assert "the lower number is certain, the higher one possible" in ranged.main.text
    assert "lower number is certain" not in read("/prisoners/?status=held&country=BV").main.text


@pytest.mark.parametrize("asked", [f"on={ON}&gender=not_stated", "country=BV&status=held"])
def test_the_count_beside_each_choice_is_what_choosing_it_lists(asked: str) -> None:
    page = read(f"/prisoners/?{asked}")
    choices = page.main.all("input", type="checkbox")
    assert len(choices) >= 4
    for choice in choices:
        name, value = choice.attrs["name"], choice.attrs["value"]
        others = [one for one in asked.split("&") if one and one.split("=")[0] != name]
        label = page.one("label", **{"for": choice.attrs["id"]}).text
        counted = re.search(r"\d+$", label)
        assert counted, label
        question = "&".join([*others, f"{name}={value}"])
        listed_then = said_by_list(read(f"/prisoners/?{question}"))[1]
        assert int(counted.group()) == listed_then, question


def test_withheld_people_are_counted_once_on_the_home_page_and_nowhere_else() -> None:
    page = read("/")
    assert "6 more people are documented and withheld for their safety." in page.main.text
    for path in ("/prisoners/", "/prisoners/?status=held", "/releases/", "/figures/", "/timeline/"):
        assert "withheld" not in read(path).main.text
    shown = listed(read("/prisoners/?status=held"))
    assert value_of(documented_cards(page)[0][0]) == shown


def sums(page: Page) -> dict[str, str]:
    table = next(one for one in page.tables() if "People" in one[0])
    return {row["What"]: row["People"] for row in table}


def test_a_release_adds_up() -> None:
    page = read("/releases/test-release/")
    table = sums(page)

    def people(label: str) -> str:
        return next(value for one, value in table.items() if one.lower().startswith(label))

    named = page.section("Named here").all("li")
    assert people("announced") == "1,234"
    assert people("named here") == str(len(named)) == "4"
    assert people("yet to be named") == "1,230"
    assert (people("to norway"), people("to iceland")) == ("700", "30")
    assert people("of no stated destination") == str(1234 - 730)
    for label, flag in (("refused to", "refused to leave"), ("already free", "already free")):
        assert people(label) == str(sum(flag in one.text for one in named)) == "1"
    assert people("returned to custody") == "not stated"


@pytest.mark.parametrize(
    "path", ["/", "/releases/", "/releases/test-release/", "/releases/belarus-2025-12-13/"]
)
def test_a_picture_of_a_release_draws_everybody_once(path: str) -> None:
    for figure in read(path).main.all("figure", class_="people"):
        summary = figure.one("figcaption").text
        freed, named, unnamed = (int(one.replace(",", "")) for one in NUMBER.findall(summary)[:3])
        assert freed == named + unnamed
        assert len(figure.all("li")) >= named
        links = {link.attrs["href"] for link in figure.all("a")}
        assert len([one for one in links if one.startswith("/prisoners/")]) == named
        each = 10 if freed >= 500 else 1
        assert (each == 10) == ("is 10 people" in summary)
        drawn = [
            len(one.all("use"))
            for one in figure.all("div")
            if one.attrs.get("aria-hidden") == "true" and one.all("use")
        ]
        # The last mark of each group may stand for fewer.
        assert 0 <= sum(drawn) * each - unnamed < each * len(drawn)


def test_a_picture_marks_only_those_who_are_known_to_have_gone_there() -> None:
    figure = read("/releases/test-release/").main.one("figure", class_="people")
    norway = next(one for one in figure.all("div") if one.text.startswith("700 to Norway"))
    assert len(norway.all("a")) - len(norway.footnotes) == 2
    assert "504" in figure.text  # the rest, of whom no source says where to


def test_the_deal_and_the_release_say_the_same_of_each_other() -> None:
    deal, release = read("/deals/test-deal/"), read("/releases/test-release/")
    assert "/releases/test-release/" in deal.links()
    assert "/deals/test-deal/" in release.links()
    summary = deal.main.one("figure", class_="people").one("figcaption").text
    assert summary == release.main.one("figure", class_="people").one("figcaption").text


def test_a_deal_is_given_for_a_release_only_where_it_is_of_that_release() -> None:
    assert "What was given for it" in read("/").main.text
    ReleaseFactory.create(published=True, happened="2026-01-01")
    words = read("/").main.text
    assert "What was given for it" not in words
    assert "The latest deal" in words


def test_a_release_of_today_is_not_counted_as_held_on_the_same_day() -> None:
    today = timezone.localdate()
    before = listed(read("/prisoners/?status=held"))
    DetentionFactory.create(
        published=True, began="2021", end_kind="released", ended=today.isoformat()
    )
    DetentionFactory.create(
        published=True, began="2021", end_kind="released",
        ended=(today - timedelta(days=1)).isoformat(),
    )  # fmt: skip
    assert listed(read("/prisoners/?status=held")) == before
