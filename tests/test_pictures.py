"""What the pictures of a page say in words, and that nobody needs to see them to know it."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from prisoners.models import Disclosure
from tests.factories import (
    ActorFactory,
    DealFactory,
    DetentionFactory,
    FigureFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
)
from tests.kept import load_article
from tests.reader import Element, Page, read

pytestmark = pytest.mark.django_db

PUBLIC: dict[str, Any] = {"published": True}
HIDDEN: dict[str, Any] = {"published": True, "disclosure": Disclosure.WITHHELD}
HIDDEN["disclosure_reason"] = "test"


def pictures(page: Page) -> list[Element]:
    return [one for one in page.main.all("figure") if "chart" in one.attrs.get("class", "").split()]


def picture(path: str, heading: str) -> Element:
    page = read(path)
    found = [one for one in pictures(page) if one.closest("section").text.startswith(heading)]
    assert len(found) == 1
    return found[0]


def points(figure: Element) -> list[str]:
    return [one.attrs["aria-label"] for one in figure.all("a") if "aria-label" in one.attrs]


def test_the_article_alone_is_drawn_on_two_scales_and_says_so() -> None:
    load_article()
    chart = picture("/", "Held over time")
    assert "on a scale of its own" in chart.one("figcaption").text
    assert "Counted on each day on which the number changes." in chart.text
    day = "the release of 13 December 2025 (inferred)"
    held = "political prisoners held in Belarus"
    assert points(chart) == [
        f"More than 1,200 {held}, before {day}. Reported by Viasna.",
        f"More than 1,000 {held}, after {day}. Reported by Rights groups.",
        "Belarus frees 123 political prisoners, 13 December 2025 (inferred)",
    ]
    rows = [one.text for one in chart.all("table")[0].one("tbody").all("tr")]
    assert rows[:3] == ["1 July 2021 0–2", "31 July 2021 1–2", "13 December 2025 0"]


def test_of_few_arrests_there_is_a_table_and_no_drawing() -> None:
    load_article()
    chart = picture("/timeline/", "Arrests and releases")
    assert "too few to draw" in chart.text
    assert chart.all("svg") == []
    assert [one.text for one in chart.one("tbody").all("tr")] == [
        "July 2021 1 0",
        "December 2025 0 2",
    ]
    assert "open" in chart.one("details").attrs


def test_many_arrests_are_drawn_and_each_number_is_in_the_table() -> None:
    for month in range(1, 7):
        DetentionFactory.create_batch(month, **PUBLIC, began=f"2021-{month:02}-10")
    chart = picture("/timeline/?year=2021", "Arrests and releases")
    assert len(chart.all("path", class_="chart-in")) == 2  # the key and the drawing
    rows = [one.text for one in chart.one("tbody").all("tr")]
    assert rows == [f"{name} 2021 {number} 0" for number, name in enumerate(
        ["January", "February", "March", "April", "May", "June"], 1
    )]  # fmt: skip
    assert chart.one("tbody").all("a")[2].attrs["href"] == "/prisoners/?arrested=2021-03"


def test_every_point_says_its_bound_its_day_and_who_says_so_and_leads_there() -> None:
    watch = ActorFactory.create(**PUBLIC, name="Test Watch")
    DetentionFactory.create_batch(5, **PUBLIC, began="2021-01-02", last_confirmed="2021-05-01")
    figure = FigureFactory.create(
        **PUBLIC, value=9, bound="at_least", as_of="2022-03-04", stated_by=watch
    )
    FigureFactory.create(**PUBLIC, value=7)
    chart = picture("/", "Held over time")
    (point,) = [one for one in chart.all("a") if "aria-label" in one.attrs]
    assert point.attrs["href"] == figure.get_absolute_url()
    assert point.attrs["aria-label"] == (
        "At least 9 political prisoners held in Antarctica, on 4 March 2022. "
        "Reported by Test Watch."
    )
    undated = chart.all("table")[1].one("tbody").all("tr")[1]
    assert "as of when is not stated not drawn" in undated.text


def test_what_is_withheld_is_in_no_picture() -> None:
    DetentionFactory.create(**PUBLIC, began="2021-01-02", last_confirmed="2021-05-01")
    for made in ({"published": False}, HIDDEN):
        DetentionFactory.create_batch(3, **made, began="2021-02-03", last_confirmed="2021-05-01")
        FigureFactory.create(**made, value=77, as_of="2021-03-04")
        ReleaseFactory.create(**made, title="Hidden release", happened="2021-04-05")
        DealFactory.create(**made, title="Hidden deal", agreed="2021-04-05")
    FigureFactory.create(
        **PUBLIC, value=78, as_of="2021-03-04", stated_by=ActorFactory.create(**HIDDEN)
    )
    for path in ("/", "/timeline/"):
        chart = picture(path, "Held over time")
        assert points(chart) == []
        numbers = [one.text for one in chart.one("tbody").all("td")]
        assert set(numbers) == {"1"}
        assert not re.search("77|78|Hidden", chart.text)


def test_without_anything_to_draw_there_is_no_picture() -> None:
    assert pictures(read("/")) == []
    assert pictures(read("/timeline/")) == []
    detention = DetentionFactory.create(**PUBLIC, end_kind="released", ended="2021-02-03")
    assert pictures(read(detention.prisoner.get_absolute_url())) == []
    release = ReleaseFactory.create(**PUBLIC, happened="2021-02-03")
    assert pictures(read(release.get_absolute_url())) == []


def test_the_timeline_draws_what_is_asked_for_on_its_first_page_only() -> None:
    DetentionFactory.create_batch(51, **PUBLIC, began="2021-01-02", last_confirmed="2021-05-01")
    assert len(pictures(read("/timeline/"))) == 2
    assert pictures(read("/timeline/?page=2")) == []
    assert pictures(read("/timeline/?kind=arrest")) == []
    chart = picture("/timeline/?country=AQ&year=2022", "Held over time")
    links = [one.attrs["href"] for one in chart.one("tbody").all("a")]
    assert links == [
        "/prisoners/?status=held&on=2022-01-01&country=AQ",
        "/prisoners/?status=held&on=2022-12-31&country=AQ",
    ]


def test_a_person_is_shown_with_how_precisely_their_time_is_known() -> None:
    detention = DetentionFactory.create(
        **PUBLIC, began="2021-07", end_kind="released", ended="2021-12-31"
    )
    DetentionFactory.create(**PUBLIC, prisoner=detention.prisoner)
    chart = picture(detention.prisoner.get_absolute_url(), "Detention")
    assert "July 2021 – 31 December 2021 5 months (153–183 days)" in chart.text.replace("  ", " ")
    assert "1 more detention cannot be drawn" in chart.text
    assert chart.one("a").attrs["href"] == f"#detention-{detention.pk}"
    assert len(chart.all("rect")) == 2


def test_a_detention_nobody_confirms_is_open_and_says_so() -> None:
    detention = DetentionFactory.create(**PUBLIC, began="2021-07-14")
    chart = picture(detention.prisoner.get_absolute_url(), "Detention")
    assert "14 July 2021 – no later confirmation is in this record" in chart.text
    assert [one.attrs["class"] for one in chart.all("rect")] == ["chart-open"]


def test_a_release_is_drawn_as_the_table_says() -> None:
    release = ReleaseFactory.create(**PUBLIC, happened="2021-02-03", headcount=1200)
    for country, headcount in (("NO", 700), ("IS", 30)):
        ReleaseDestinationFactory.create(
            **PUBLIC, release=release, country=country, headcount=headcount
        )
    ReleaseOutcomeFactory.create(**PUBLIC, release=release, refused_to_leave=True)
    page = read(release.get_absolute_url())
    (chart,) = pictures(page)
    bars = [" ".join(one.text.split()) for one in chart.all("p")]
    assert bars == [
        "1,200 Announced",
        "30 to Iceland 700 to Norway 470 where to is not stated",
        "1 Named here 1,199 Yet to be named",
        "1 Refused to leave the country",
    ]
    table = {row["What"]: row["People"] for row in page.tables()[0]}
    assert table["Announced"] == "1,200"
    assert table["Yet to be named announced less named here"] == "1,199"


@pytest.mark.parametrize("path", ["/", "/timeline/"])
def test_a_long_series_stays_light_and_every_mark_has_its_words(path: str) -> None:
    for number in range(200):
        began = f"{1990 + number % 35}-{1 + number % 12:02}-{1 + number % 28:02}"
        DetentionFactory.create(**PUBLIC, began=began, last_confirmed=began)
    for number in range(20):
        day = f"20{number:02}-02-03"
        ReleaseFactory.create(**PUBLIC, happened=day, headcount=number)
        DealFactory.create(**PUBLIC, agreed=day)
        FigureFactory.create(**PUBLIC, as_of=day, value=10 * number)
    response = Client().get(path)
    html = response.content.decode()
    drawn = [one for one in html.split("<figure")[1:] if 'class="chart"' in one[:40]]
    assert drawn
    for one in drawn:
        svg = "".join(re.findall(r"<svg class=\"chart-plot\".*?</svg>\s*</div>", one, re.DOTALL))
        assert 500 < len(svg) < 15_000, len(svg)
    assert len(gzip.compress(response.content)) < 30_000
    page = Page(response, path)
    for chart in pictures(page):
        assert chart.all("figcaption")
        assert all(one.attrs.get("aria-label") or one.text for one in chart.all("a"))
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)", html)
