"""What every page tells a browser, and how every page is built: for any reader, on any device."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from prisoners.models import (
    ADDRESSED,
    Actor,
    Detention,
    Facility,
    Figure,
    Prisoner,
    PrisonerName,
    Release,
    Source,
)
from tests.addresses import ADMIN, arguments, published_paths, routes
from tests.factories import (
    FACTORIES,
    ActorFactory,
    DetentionFactory,
    FigureFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SourceFactory,
    cite,
)
from tests.kept import kept, load_article
from tests.reader import HEADINGS, Element, Page, is_ours, read

pytestmark = pytest.mark.django_db

SLUG = "belarus-2025-12-13"
RICH = "/prisoners/much-is-known/"
SHARED_RELEASE = "/releases/some-destinations-known/"


def everything() -> None:
    """Load the article, and invented records of every kind with every fact cited."""
    load_article()
    for model in FACTORIES:
        FACTORIES[model].create(
            **{"state": "published"} if model is Source else {"published": True}
        )
    _person_of_whom_much_is_known()
    _release_with_some_destinations_known()


def _person_of_whom_much_is_known() -> None:
    person = PrisonerFactory.create(
        published=True, slug="much-is-known", birth="1970-05", citizenships=["AQ", "NO"]
    )
    other = PrisonerNameFactory.create(
        published=True, prisoner=person, text="Выдуманы Чалавек", language="be", script="Cyrl",
        kind=PrisonerName.Kind.OWN, is_display=True,
    )  # fmt: skip
    first = DetentionFactory.create(
        published=True, prisoner=person, began="2019", end_kind="released", ended="2020-02"
    )
    second = DetentionFactory.create(
        published=True, prisoner=person, began="2021-07", last_confirmed="2025-11"
    )
    place = PlacementFactory.create(published=True, detention=second, began="2021-08")
    source = SourceFactory.create(
        state="published", address="https://news.example/a", archived="https://archive.example/a",
        publisher="Test News", author="Test Author", language="be",
    )  # fmt: skip
    for record in (person, other, first, second, place):
        cite(record, "", source, locator="p. 1", read_on="2026-01-02")
    cite(second, "began", locator="p. 2", stance="contradicts", value="August 2021")
    cite(person, "birth", source, locator="p. 3")


def _release_with_some_destinations_known() -> None:
    release = ReleaseFactory.create(
        published=True, slug="some-destinations-known", happened="2024-06", headcount=12,
        freed_by=ActorFactory.create(),
    )  # fmt: skip
    cite(release)
    cite(release, "freed_by")
    ReleaseDestinationFactory.create(published=True, release=release, country="NO", headcount=3)
    for destination in ("NO", "", "IS"):
        ended = {"end_kind": "released", "ended": "2024-06", "prisoner__published": True}
        detention = DetentionFactory.create(published=True, **ended)
        ReleaseOutcomeFactory.create(
            published=True, release=release, detention=detention, destination=destination
        )
    figures = {"release": release, "country": "AQ", "published": True}
    FigureFactory.create(**figures, relation="before", value=5)
    FigureFactory.create(**figures, relation="after", value=5)


@pytest.fixture(scope="module", autouse=True)
def _record(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, everything):
        yield


def fixed_paths() -> list[str]:
    """Return every public page that is at one address, from the URL configuration."""
    plain = [route for route in routes() if not route.startswith(ADMIN) and not arguments(route)]
    return [f"/{route}" for route in plain]


FIXED_PAGES = [
    "/", "/prisoners/", "/releases/", "/deals/", "/timeline/", "/figures/", "/sources/",
    "/methodology/", "/data/", "/safety/",
]  # fmt: skip
PAGES = [
    *FIXED_PAGES,
    "/prisoners/?status=held",
    "/prisoners/?status=held&country=AQ&gender=not_stated&on=2024-01-01",
    "/prisoners/?status=died",
    "/prisoners/?status=free&colour=red",
    "/timeline/?kind=arrest&year=2021",
    "/timeline/?year=soon",
    "/prisoners/ales-bialiatski/",
    "/prisoners/maria-kalesnikava/",
    RICH,
    f"/releases/{SLUG}/",
    SHARED_RELEASE,
    "/deals/belarus-united-states-potash-2025/",
    "/sources/belarus-releases-123-article/",
    "/actors/viasna/",
    "/actors/john-coale/",
    "/no/such/page/",
]
LEFTOVER = re.compile(r"\{[{%#]|[%#}]\}|: None\b|%\(\w+\)s|&\w+;|, ,|\(\)")
page_of_each = pytest.mark.parametrize("path", PAGES)


@cache
def page_at(path: str) -> Page:
    """Read a page, once: the record does not change in this module."""
    return Page(Client().get(path), path)


def _one_of_each() -> list[str]:
    """Return the page of one record of each kind that has pages; all of a kind are built alike."""
    return [published_paths(kind)[-1] for kind in ADDRESSED]


# Headers ----------------------------------------------------------------------------------


def test_no_public_page_sets_a_cookie_and_each_says_what_a_browser_may_do() -> None:
    paths = [*fixed_paths(), *_one_of_each(), *PAGES, "/prisoners/nobody-here/"]
    assert len(paths) > 40
    for path in paths:
        response = Client().get(path)
        assert not response.cookies, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
        assert response.headers["Referrer-Policy"] == "no-referrer", path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert response.headers["X-Frame-Options"] == "DENY", path
        assert "geolocation=()" in response.headers["Permissions-Policy"], path
        policy = dict(
            rule.strip().partition(" ")[::2]
            for rule in response.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["img-src"] == "'self'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
        assert "unsafe" not in response.headers["Content-Security-Policy"], path


def test_no_page_about_anybody_is_kept_by_a_browser() -> None:
    for path in [*FIXED_PAGES, *_one_of_each(), "/prisoners/?status=free", "/healthz"]:
        assert "no-store" in Client().get(path).headers["Cache-Control"], path


@page_of_each
def test_a_page_answers_head_as_get_and_refuses_post(path: str) -> None:
    client = Client()
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert {**got.headers, "ETag": ""} == {**head.headers, "ETag": ""}
    if got.status_code != 404:  # no view of ours is there to refuse
        assert client.post(path).status_code == 405


# Structure --------------------------------------------------------------------------------


@page_of_each
def test_a_page_holds_no_script_or_style_of_its_own(path: str) -> None:
    page = page_at(path)
    assert page.all("style") == []
    for script in page.all("script"):
        assert script.attrs.get("src", "").startswith("/static/")
        assert script.text == ""
    for one in page.walk():
        handlers = [name for name in one.attrs if name.startswith("on") or name == "style"]
        assert handlers == [], one
        assert not one.attrs.get("href", "").lower().startswith(("javascript:", "data:"))


@page_of_each
def test_nothing_on_a_page_is_loaded_from_another_host(path: str) -> None:
    loaded = page_at(path).all("link", "script", "img", "use", "source", "iframe", "form")
    assert loaded
    for one in loaded:
        if one.attrs.get("rel") == "alternate":  # says where else the page is, and loads nothing
            continue
        for name in ("src", "href", "action", "srcset"):
            assert is_ours(one.attrs.get(name, "")), one


@page_of_each
def test_a_link_to_another_site_tells_it_nothing(path: str) -> None:
    elsewhere = [
        link
        for link in page_at(path).all("a")
        if not is_ours(link.attrs["href"]) and not link.attrs["href"].startswith("mailto:")
    ]
    assert elsewhere  # at least the way out
    for link in elsewhere:
        assert urlsplit(link.attrs["href"]).scheme == "https"
        assert {"noreferrer", "noopener"} <= set(link.attrs["rel"].split())


@page_of_each
def test_every_id_is_there_once_and_every_link_within_a_page_has_its_target(path: str) -> None:
    page = page_at(path)
    ids = Counter(one.attrs["id"] for one in page.walk() if "id" in one.attrs)
    assert [name for name, times in ids.items() if times > 1] == []
    for one in page.walk():
        href = one.attrs.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids, one
        for name in ("aria-labelledby", "aria-describedby", "for"):
            for target in one.attrs.get(name, "").split():
                assert target in ids, (name, one)


@page_of_each
def test_every_footnote_leads_to_its_note_and_back(path: str) -> None:
    page = page_at(path)
    notes = [one for one in page.all("li") if one.attrs.get("id", "").startswith("note-")]
    places: dict[str, list[str]] = {one.attrs["id"]: [] for one in notes}
    for mark in page.all("sup"):
        link = mark.one("a")
        places[link.attrs["href"][1:]].append(link.attrs["id"])
        assert link.text == link.attrs["href"].removeprefix("#note-")
    for note in notes:
        back = [one.attrs["href"][1:] for one in note.all("a") if one.attrs["href"][0] == "#"]
        assert sorted(back) == sorted(places[note.attrs["id"]]), note
        assert back, note


def test_every_link_to_a_part_of_another_page_has_its_target() -> None:
    read_before: dict[str, Page] = {}
    followed = 0
    for path in PAGES:
        for link in page_at(path).links():
            address, _, part = link.partition("#")
            if not part or not is_ours(link) or address == path:
                continue
            page = read_before.setdefault(address, page_at(address))
            assert page.all(id=part), f"{link} on {path}"
            followed += 1
    assert followed > 5


@page_of_each
def test_a_page_has_one_heading_of_the_first_level_and_none_is_skipped(path: str) -> None:
    headings = page_at(path).all(*HEADINGS)
    assert [one.tag for one in headings].count("h1") == 1
    assert headings[0].tag == "h1"
    level = 1
    for one in headings:
        assert one.text, "an empty heading"
        assert int(one.tag[1]) <= level + 1, one
        level = int(one.tag[1])


@page_of_each
def test_a_page_has_a_language_a_title_a_description_and_its_landmarks(path: str) -> None:
    page = page_at(path)
    assert page.one("html").attrs["lang"] == "en"
    assert page.title
    description = page.one("meta", name="description").attrs["content"]
    assert len(description) >= 10
    assert page.main.text
    assert page.one("meta", name="referrer").attrs["content"] == "no-referrer"


def test_titles_differ_from_page_to_page_and_previews_stay_neutral() -> None:
    titles = [read(path).title for path in FIXED_PAGES[1:]]
    assert len(set(titles)) == len(titles)
    person = read("/prisoners/ales-bialiatski/")
    assert "Ales Bialiatski" in person.title
    preview = [one for one in person.all("meta") if one.attrs.get("property", "").startswith("og:")]
    assert preview
    for one in preview:
        assert "Bialiatski" not in one.attrs["content"]


def _label_of(control: Element, page: Page) -> str:
    if "aria-label" in control.attrs:
        return control.attrs["aria-label"]
    labels = page.all("label", **{"for": control.attrs.get("id", "?")})
    return labels[0].text if labels else ""


@page_of_each
def test_every_control_has_a_label_and_every_choice_a_name_of_its_group(path: str) -> None:
    page = page_at(path)
    for control in page.all("input", "select", "textarea"):
        if control.attrs.get("type") == "hidden":
            continue
        assert _label_of(control, page), control
        if control.attrs.get("type") in ("checkbox", "radio"):
            assert control.closest("fieldset").one("legend").text
    for button in page.all("button"):
        assert button.text
    for link in page.all("a"):
        assert link.text or link.attrs.get("aria-label"), link


@page_of_each
def test_every_table_has_a_caption_and_headings_with_a_scope(path: str) -> None:
    for table in page_at(path).all("table"):
        assert table.one("caption").text
        for heading in table.all("th"):
            assert heading.attrs["scope"] in ("col", "row")
        for row in table.one("tbody").all("tr"):
            assert row.all("th", "td")[0].tag == "th"


@page_of_each
def test_pictures_have_words_and_drawings_are_hidden_from_a_screen_reader(path: str) -> None:
    page = page_at(path)
    for picture in page.all("img"):
        assert picture.attrs["alt"]
    for drawing in page.all("svg"):
        hidden = any("aria-hidden" in one.attrs for one in _around(drawing))
        # A group of links, each with its words, is none: it is read through them.
        is_group = drawing.attrs.get("role") == "group" and drawing.attrs["aria-label"]
        assert hidden or is_group or drawing.attrs.get("role") == "img", drawing


def _around(element: Element) -> Iterator[Element]:
    yield element
    while element.parent is not None:
        element = element.parent
        yield element


@page_of_each
def test_every_page_has_a_way_past_its_head_and_a_quick_way_out(path: str) -> None:
    page = page_at(path)
    assert page.by_id("leave").attrs["href"].startswith("https://")
    if page.status != 404:
        assert page.all("a")[0].attrs["href"] == "#main"


def test_a_name_in_another_script_says_its_language() -> None:
    page = read(RICH)
    name = next(one for one in page.main.all("span", "li") if one.text == "Выдуманы Чалавек")
    assert any(one.attrs.get("lang") == "be" for one in [*name.walk()])


def test_pages_are_well_formed_and_hold_no_leftover_of_a_template() -> None:
    for path in [*PAGES, *_one_of_each()]:
        page = page_at(path)
        assert not LEFTOVER.search(page.main.text), path


def test_records_of_every_kind_are_among_the_pages() -> None:
    for model in (Prisoner, Release, Source, Actor, Facility, Figure, Detention):
        assert model._default_manager.published().exists()
    assert settings.DEBUG is False
