"""The list of prisoners: its filters, its pages, and what it says to what it cannot answer."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

import pytest
from django.test import Client

from tests.factories import DetentionFactory, PrisonerFactory, cite
from tests.kept import kept
from tests.reader import Page, read

pytestmark = pytest.mark.django_db

FREED = {"end_kind": "released", "ended": "2023-03-04"}
HELD = {"last_confirmed": "2026-01-05"}
NOT_SHOWN = "No list and no number is shown, so that none is wrong."


def people() -> None:
    """Make people who differ in status, country and gender, named for what they are."""
    for country in ("AQ", "BV"):
        for gender in ("female", "male", ""):
            for status, values in (("held", HELD), ("freed", FREED)):
                name = " ".join(["Test", country.title(), gender or "unstated", status]).title()
                person = PrisonerFactory.create(published=True, gender=gender, name__text=name)
                DetentionFactory.create(
                    published=True, prisoner=person, country=country, began="2021-07-14", **values
                )
    vague = PrisonerFactory.create(published=True, name__text="Test Vague", gender="female")
    DetentionFactory.create(published=True, prisoner=vague, country="AQ", began="2021-07", **HELD)
    silent = PrisonerFactory.create(published=True, name__text="Test Silent", gender="male")
    DetentionFactory.create(published=True, prisoner=silent, country="AQ", began="2021-05")


@pytest.fixture(scope="module", autouse=True)
def _record(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, people):
        yield


def names(page: Page) -> set[str]:
    return {row["Name"] for table in page.tables() for row in table}


def asked(**values: Any) -> Page:
    return read(f"/prisoners/?{urlencode(values, doseq=True)}")


# Filters ----------------------------------------------------------------------------------


def test_filters_narrow_each_other() -> None:
    assert names(asked(status="held", country="AQ", gender="female")) == {
        "Test Aq Female Held",
        "Test Vague",
    }
    assert names(asked(status="released", country="BV", gender="male")) == {"Test Bv Male Freed"}
    assert names(asked(country="BV", gender="not_stated")) == {
        "Test Bv Unstated Held",
        "Test Bv Unstated Freed",
    }


def test_several_values_of_one_filter_widen_it() -> None:
    both = names(asked(country=["AQ", "BV"], gender=["female", "male"], status="released"))
    assert both == {
        f"Test {country} {gender} Freed"
        for country in ("Aq", "Bv")
        for gender in ("Female", "Male")
    }
    every = names(asked(status=["held", "released", "died", "unknown"]))
    assert len(every) == 14


def test_a_status_is_asked_as_of_a_day() -> None:
    assert names(asked(status="held", on="2023-03-03", country="BV", gender="male")) == {
        "Test Bv Male Held",
        "Test Bv Male Freed",
    }
    assert names(asked(status="held", on="2023-03-04", country="BV", gender="male")) == {
        "Test Bv Male Held"
    }
    assert names(asked(status="held", on="2021-07-13", country="BV")) == set()


def test_a_day_alone_asks_who_was_held_and_says_so() -> None:
    page = asked(on="2021-07-14", gender="female")
    assert names(page) == {
        "Test Aq Female Held",
        "Test Aq Female Freed",
        "Test Bv Female Held",
        "Test Bv Female Freed",
        "Test Vague",
    }
    sentence = next(one for one in page.main.all() if one.attrs.get("role") == "status").text
    words = sentence.replace(", remove this filter", "")
    assert words.startswith("Women held on 14 July 2021: 4–5 people")


def test_who_is_only_possibly_held_is_listed_and_marked() -> None:
    rows = {row["Name"]: row for table in asked(on="2021-07-14").tables() for row in table}
    assert rows["Test Vague"]["Status"].startswith("Possibly held")
    assert not rows["Test Aq Female Held"]["Status"].startswith("Possibly")
    today = {row["Name"]: row for table in asked(status="held").tables() for row in table}
    assert today["Test Silent"]["Status"].startswith("Possibly held")
    assert "no later confirmation is in this record" in today["Test Silent"]["Status"]
    assert "last confirmed on 5 January 2026" in today["Test Aq Male Held"]["Status"]


def test_people_without_a_confirmation_are_of_unknown_status_without_a_filter() -> None:
    rows = {row["Name"]: row for table in asked().tables() for row in table}
    assert rows["Test Silent"]["Status"].startswith("Not known")


def test_the_choices_made_stay_ticked() -> None:
    page = asked(status="held", gender=["female", "not_stated"], on="2023-01-01")
    ticked = {
        (one.attrs["name"], one.attrs["value"])
        for one in page.main.all("input", type="checkbox")
        if "checked" in one.attrs
    }
    assert ticked == {("status", "held"), ("gender", "female"), ("gender", "not_stated")}
    assert page.main.one("input", name="on").attrs["value"] == "2023-01-01"


def test_removing_a_filter_removes_only_it() -> None:
    question = {"status": ["held", "released"], "country": ["AQ"], "on": ["2023-01-01"]}
    page = asked(**question, page=1)
    chips = [link for link in page.main.all("a") if "remove this filter" in link.text]
    assert len(chips) == 4
    left = [parse_qs(urlsplit(urljoin(page.path, one.attrs["href"])).query) for one in chips]
    for rest in left:
        assert "page" not in rest
        removed = [
            (name, value)
            for name, values in question.items()
            for value in values
            if value not in rest.get(name, [])
        ]
        assert len(removed) == 1
        assert sum(map(len, rest.values())) == 3
    assert len({str(rest) for rest in left}) == 4
    clear = next(link for link in page.main.all("a") if link.text == "Clear all")
    assert clear.attrs["href"] == "/prisoners/"


def test_removing_the_word_held_of_a_day_asked_alone_leaves_the_other_filters() -> None:
    page = asked(on="2023-01-01", country="BV")
    for chip in (link for link in page.main.all("a") if "remove this filter" in link.text):
        rest = parse_qs(urlsplit(urljoin(page.path, chip.attrs["href"])).query)
        if "detained by" not in chip.text:
            assert rest.get("country") == ["BV"], chip.text


def test_a_choice_that_would_list_nobody_is_not_offered_unless_it_is_made() -> None:
    offered = {one.attrs["value"] for one in asked().main.all("input", name="country")}
    assert offered == {"AQ", "BV"}
    made = {one.attrs["value"] for one in asked(country="NO").main.all("input", name="country")}
    assert "NO" in made


def test_nobody_found_says_what_to_try() -> None:
    page = asked(status="died")
    assert "Nobody is documented here under these filters." in page.main.text
    assert "/prisoners/" in page.links()
    assert "/figures/" in page.links()


# What cannot be answered ------------------------------------------------------------------

UNANSWERABLE = [
    ("status=free", "“free”"),
    ("status=held&status=gone", "“gone”"),
    ("status=not_yet", "“not_yet”"),
    ("country=XX", "“XX”"),
    ("country=by", "“by”"),
    ("country=AQ&country=Antarctica", "“Antarctica”"),
    ("gender=f", "“f”"),
    ("on=2021-13", "“2021-13” is not a day"),
    ("on=2021-07", "“2021-07” is not a day"),
    ("on=2021-02-30", "“2021-02-30” is not a day"),
    ("on=yesterday", "“yesterday” is not a day"),
    ("on=2021-07-15/..", "“2021-07-15/..” is not a day"),
    ("page=0", "“0”"),
    ("page=-1", "“-1”"),
    ("page=abc", "“abc”"),
    ("page=99", "“99”"),
    ("page=1.5", "“1.5”"),
    ("page=99999999999999999999999", "99999999"),
]


@pytest.mark.parametrize(("question", "named"), UNANSWERABLE)
def test_what_cannot_be_answered_is_named_and_neither_list_nor_number_is_shown(
    question: str, named: str
) -> None:
    page = read(f"/prisoners/?{question}", 400)
    alert = next(one for one in page.main.all() if one.attrs.get("role") == "alert")
    assert named in alert.text
    assert NOT_SHOWN in alert.text
    assert not page.main.all("table")
    assert not any(one.attrs.get("role") == "status" for one in page.main.all())
    assert not any("Test Aq" in one.text for one in page.main.all("a"))


def test_nothing_is_counted_beside_the_choices_where_a_filter_cannot_be_read() -> None:
    page = read("/prisoners/?on=2021-13&status=held", 400)
    labels = [one.text for one in page.main.all("label")]
    assert "held" in labels
    assert not any(character.isdigit() for label in labels for character in label)


@pytest.mark.parametrize("path", ["/prisoners/", "/timeline/"])
def test_a_filter_that_is_not_there_is_named_and_not_used(path: str) -> None:
    page = read(f"{path}?colour=red")
    assert "There is no filter called “colour” here; it was not used." in page.main.text
    plain = read(path)
    assert page.tables() == plain.tables()
    for tag in ("article", "h3"):
        assert [one.text for one in page.main.all(tag)] == [one.text for one in plain.main.all(tag)]
    assert "red" not in {one.attrs.get("value") for one in page.main.all("input")}


NASTY = [
    "\0", "a\0b", "🕊", "\u202eאב", "\u200b", "x" * 10_000, "' OR 1=1 --", "%", "\\", "\ud7ff",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "%(page)s",
    "-1", "1e9", "9" * 400, "../../etc/passwd", "\r\nX-Injected: 1",
]  # fmt: skip


ASKED = {
    "/prisoners/": ["status", "country", "gender", "on", "page", "sort", "<i>"],
    "/timeline/": ["kind", "country", "year", "page", "<i>"],
    "/releases/": ["page"],
    "/figures/": ["page"],
}


def refused_or_answered(path: str, text: str) -> str:
    response = Client().get(path)
    assert response.status_code in (200, 400), path
    body = response.content.decode()
    for markup in ("<script>alert", "<img src=x", "<i>"):
        assert markup not in body
    assert "X-Injected" not in response.headers
    assert len(body) < 60_000 + 7 * len(text)
    return body


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("path", list(ASKED))
def test_any_text_is_answered_and_written_out_as_text(path: str, text: str) -> None:
    asked = "&".join(f"{quote(name)}={quote(text)}" for name in ASKED[path])
    refused_or_answered(f"{path}?{asked}", text)


@pytest.mark.parametrize("text", ["\0", "<script>alert(1)", "9" * 400])
@pytest.mark.parametrize("path", ["/prisoners/", "/timeline/"])
def test_any_text_in_any_one_filter_is_answered(path: str, text: str) -> None:
    for name in ASKED[path]:
        body = refused_or_answered(f"{path}?{quote(name)}={quote(text)}", text)
        if text[0] == "<" and name in ("status", "on", "kind"):
            assert html.escape(text) in body


def test_bytes_that_are_no_text_are_answered() -> None:
    for name in ("status", "on", "page", "country"):
        assert Client().get(f"/prisoners/?{name}=%FF%FE").status_code == 400


def test_an_empty_filter_asks_nothing() -> None:
    everybody = names(asked())
    for question in ("status=", "on=", "gender=&country=", "on=%20", "status=&on=&country="):
        response = Client().get(f"/prisoners/?{question}")
        assert response.status_code == 200, question
        assert names(Page(response, question)) == everybody


# Pages ------------------------------------------------------------------------------------


def test_fifty_are_on_a_page_and_the_last_has_the_rest() -> None:
    DetentionFactory.create_batch(53, published=True, country="NO", began="2022-01-01", **HELD)
    first = asked(country="NO", status="held")
    last = asked(country="NO", status="held", page=2)
    assert (len(names(first)), len(names(last))) == (50, 3)
    assert not names(first) & names(last)
    sentences = [
        next(one for one in page.main.all() if one.attrs.get("role") == "status").text
        for page in (first, last)
    ]
    assert sentences[0] == sentences[1]
    assert "53 people" in sentences[0]
    read("/prisoners/?country=NO&status=held&page=3", 400)


def test_the_links_to_other_pages_keep_what_was_asked() -> None:
    DetentionFactory.create_batch(101, published=True, country="NO", began="2022-01-01", **HELD)
    page = asked(country="NO", status=["held", "released"], on="2023-01-01", page=2)
    numbers = page.one("nav", aria_label="Pages").all("a")
    leads = [parse_qs(urlsplit(urljoin(page.path, one.attrs["href"])).query) for one in numbers]
    assert {one["page"][0] for one in leads} == {"1", "2", "3"}
    for lead in leads:
        assert lead["status"] == ["held", "released"]
        assert (lead["country"], lead["on"]) == (["NO"], ["2023-01-01"])
    current = [one for one in numbers if one.attrs.get("aria-current") == "page"]
    assert [parse_qs(urlsplit(one.attrs["href"]).query)["page"] for one in current] == [["2"]]
    relations = [one.attrs["rel"] for one in numbers if "rel" in one.attrs]
    assert relations == ["prev", "next"]


def test_people_are_in_the_order_of_their_family_names() -> None:
    for filed in ("Zed, Anna", "Abel, Zoe", "Ödegård, Mia"):
        family, given = filed.split(", ")
        person = PrisonerFactory.create(
            published=True, name__text=f"{given} {family}", name__filed_as=filed
        )
        DetentionFactory.create(published=True, prisoner=person, country="NO")
    found = [row["Name"] for row in asked(country="NO").tables()[0]]
    assert found == ["Zoe Abel", "Mia Ödegård", "Anna Zed"]


def test_notes_are_numbered_as_they_stand_on_the_page() -> None:
    for _person in range(2):
        person = PrisonerFactory.create(published=True)
        detention = DetentionFactory.create(
            published=True, prisoner=person, country="NO", began="2021-07-14", **HELD
        )
        for field in ("country", "last_confirmed", "began"):
            cite(detention, field)
        cite(person.names.get(), "text")
    links = asked(country="NO").one("table").all("a")
    numbers = [one.text for one in links if one.attrs["href"].startswith("#note-")]
    assert numbers == [str(number) for number in range(1, 9)]
