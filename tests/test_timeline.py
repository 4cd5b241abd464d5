"""Everything by date: what is in it, in which order, and what it can be asked for."""

from __future__ import annotations

from typing import Any

import pytest

from prisoners.models import Disclosure
from prisoners.reading import timeline
from prisoners.reading.timeline import STREAMS, Kind, countries_in_use, events, life_of, rows
from tests.factories import (
    AffiliationFactory,
    ConcessionFactory,
    DealFactory,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    RecognitionFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    StatementFactory,
    cite,
)
from tests.reader import read

pytestmark = pytest.mark.django_db


def happened(*args: Any) -> list[tuple[str, str]]:
    """Return the kind and the date of what the timeline gives, in its order."""
    return [(event.kind.value, str(event.date or "")) for event in events(list(rows(*args)))]


def one_of_each(country: str = "AQ") -> None:
    public: dict[str, Any] = {"published": True}
    freed = DetentionFactory.create(
        **public, country=country, began="2021-07", end_kind="released", ended="2023-02"
    )
    DetentionFactory.create(
        **public, country=country, began="2020", end_kind="died", ended="2022-01-02"
    )
    release = ReleaseFactory.create(**public, country=country, happened="2023-05-06")
    detention = DetentionFactory.create(
        **public, country=country, end_kind="released", ended="2023-05-06"
    )
    ReleaseOutcomeFactory.create(**public, release=release, detention=detention)
    deal = DealFactory.create(**public, country=country, agreed="2023-05-01")
    ConcessionFactory.create(**public, deal=deal, stage_on="2023-06")
    StatementFactory.create(**public, country=country, said="2024")
    FigureFactory.create(**public, country=country, as_of="2023-05-05")
    SentenceFactory.create(**public, detention=freed, passed="2021-12-01")
    RecognitionFactory.create(**public, prisoner=freed.prisoner, since="2021-08")
    AffiliationFactory.create(**public, prisoner=freed.prisoner, kind="award", began="2022")
    AffiliationFactory.create(**public, prisoner=freed.prisoner, kind="founder", began="1999")


EACH = [
    ("statement", "2024"),
    ("concession", "2023-06"),
    ("release", "2023-05-06"),
    ("figure", "2023-05-05"),
    ("deal", "2023-05-01"),
    ("release", "2023-02"),
    ("death", "2022-01-02"),
    ("award", "2022"),
    ("sentence", "2021-12-01"),
    ("recognition", "2021-08"),
    ("arrest", "2021-07"),
    ("arrest", "2020"),
    ("arrest", ""),
]


def test_everything_is_there_once_the_latest_first_and_the_undated_last() -> None:
    one_of_each()
    assert happened() == EACH
    assert {kind for kind, _date in EACH} == set(Kind.values)


def test_who_was_freed_in_a_release_is_not_there_beside_it() -> None:
    one_of_each()
    assert happened([Kind.RELEASE]) == [
        ("release", "2023-05-06"),
        ("release", "2023-02"),
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_one_kind_can_be_asked_for(kind: Kind) -> None:
    one_of_each()
    assert happened([kind]) == [one for one in EACH if one[0] == kind.value]


def test_a_country_can_be_asked_for() -> None:
    one_of_each()
    one_of_each("BV")
    assert happened([], ["BV"]) == EACH
    assert happened([], ["NO"]) == []
    assert len(happened([], ["AQ", "BV"])) == 2 * len(EACH)
    assert countries_in_use() == ["AQ", "BV"]


def test_a_person_held_twice_by_a_country_has_an_award_once() -> None:
    person = PrisonerFactory.create(published=True)
    ended = {"end_kind": "released", "published": True, "prisoner": person}
    DetentionFactory.create(**ended, ended="2020")
    DetentionFactory.create(**ended, ended="2022")
    AffiliationFactory.create(published=True, prisoner=person, kind="award", began="2022")
    assert happened([Kind.AWARD], ["AQ"]) == [("award", "2022")]


def test_a_year_gives_all_that_may_have_been_in_it_and_nothing_undated() -> None:
    DetentionFactory.create(published=True)
    for began in ("2020-12-31", "2021", "2020-12/2021-01", "2021-12-31", "2022-01-01", "2020/.."):
        DetentionFactory.create(published=True, began=began)
    DetentionFactory.create(published=True, began="../2021-06")
    found = {date for _kind, date in happened([], [], 2021)}
    assert found == {"2021", "2020-12/2021-01", "2021-12-31", "2020/..", "../2021-06"}


def test_what_is_not_public_is_not_in_it() -> None:
    withheld = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
    DetentionFactory.create(began="2021")
    DetentionFactory.create(published=True, began="2021", **withheld)
    hidden = PrisonerFactory.create(published=True, **withheld)
    DetentionFactory.create(published=True, began="2021", prisoner=hidden)
    AffiliationFactory.create(published=True, kind="award", prisoner=hidden)
    assert happened() == []


def test_the_same_day_is_in_a_lasting_order() -> None:
    for _ in range(3):
        DetentionFactory.create(published=True, began="2021-07-14")
        ReleaseFactory.create(published=True, happened="2021-07-14")
    assert happened() == [("arrest", "2021-07-14")] * 3 + [("release", "2021-07-14")] * 3
    assert list(rows()) == list(rows())
    assert len(STREAMS) >= len(Kind)


def test_a_life_goes_from_its_beginning_to_its_end() -> None:
    person = PrisonerFactory.create(published=True)
    freed = {"published": True, "prisoner": person, "end_kind": "released"}
    DetentionFactory.create(**freed, began="2022", ended="2023")
    DetentionFactory.create(**freed, began="2019", ended="2020")
    AffiliationFactory.create(published=True, prisoner=person, kind="award", began="2021")
    found = [(one.kind.value, str(one.date)) for one in life_of(person)]
    assert found == [
        ("arrest", "2019"), ("release", "2020"), ("award", "2021"), ("arrest", "2022"),
        ("release", "2023"),
    ]  # fmt: skip


# The page ---------------------------------------------------------------------------------


def test_the_page_groups_by_year_and_month_and_keeps_what_is_only_known_to_a_year_apart() -> None:
    one_of_each()
    page = read("/timeline/")
    years = [one.text for one in page.main.all("h2", class_="year-label")]
    assert years[:5] == ["2024", "2023", "2022", "2021", "2020"]
    assert "Date not stated" in years
    assert "13 entries" in page.main.text
    assert len(page.section("2022").all("li")) >= 2
    assert "January 2022" in page.section("2022").text
    assert "January 2024" not in page.main.text


def test_the_page_holds_fifty_and_keeps_what_was_asked() -> None:
    DetentionFactory.create_batch(53, published=True, began="2021-07-14")
    ReleaseFactory.create(published=True, happened="2021-07-14")
    first, last = read("/timeline/?kind=arrest"), read("/timeline/?kind=arrest&page=2")
    counts = [sum("detained" in one.text for one in page.main.all("li")) for page in (first, last)]
    assert counts == [50, 3]
    following = next(one for one in first.main.all("a") if one.attrs.get("rel") == "next")
    assert following.attrs["href"] == "?kind=arrest&page=2"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("kind=party", "“party”"),
        ("country=XX", "“XX”"),
        ("year=soon", "whole number"),
        ("year=2021.5", "whole number"),
        ("year=99999", "2199"),
        ("year=-1", "1800"),
        ("page=99", "“99”"),
        ("page=abc", "“abc”"),
    ],
)
def test_what_cannot_be_answered_is_named(question: str, named: str) -> None:
    one_of_each()
    page = read(f"/timeline/?{question}", 400)
    alert = next(one for one in page.main.all() if one.attrs.get("role") == "alert")
    assert named in alert.text
    assert "entries" not in page.main.text


def test_a_citation_of_a_person_as_a_whole_is_a_source_here_too() -> None:
    detention = DetentionFactory.create(published=True, began="2021-07")
    SentenceFactory.create(published=True, detention=detention, passed="2021-12", years=2)
    cite(detention.prisoner, locator="¶7")
    page = read("/timeline/")
    name = detention.prisoner.name
    assert page.paragraphs_after(f"{name} detained") == {"¶7"}
    assert page.paragraphs_after(f"{name} sentenced") == {"¶7"}


def test_nothing_found_says_what_to_try() -> None:
    page = read("/timeline/?year=1999")
    assert "Nothing is documented here under these filters." in page.main.text
    assert "/timeline/" in page.links()


def test_a_withheld_detention_does_not_answer_to_its_country() -> None:
    award = AffiliationFactory.create(published=True, kind="award", began="2022")
    DetentionFactory.create(
        published=True,
        prisoner=award.prisoner,
        country="HM",
        disclosure="withheld",
        disclosure_reason="Test reason.",
    )
    shown = read("/timeline/?kind=award&country=HM").main.text
    assert award.prisoner.name not in shown


# A record of many people


def test_of_many_people_it_is_counted_what_happened_to_each(monkeypatch: Any) -> None:
    one_of_each()
    monkeypatch.setattr(timeline, "TOLD_SINGLY", 0)
    of_people = {"death", "award", "sentence", "recognition", "arrest"}
    page = read("/timeline/")
    assert "are counted and not told one by one here" in page.main.text
    kinds = {
        one.attrs["value"] for one in page.main.all("input") if one.attrs.get("name") == "kind"
    }
    assert kinds == set(Kind.values) - of_people
    assert "5 entries" in page.main.text
    assert "Arrests and releases" in page.main.text
    assert "Nothing is documented" in read("/timeline/?kind=arrest").main.text
