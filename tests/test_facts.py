"""Each fact of the article on the release of 123 prisoners is where a reader would look for it.

Every one of them with a footnote that leads to the paragraphs it was taken from; what the article
does not say is said to be not stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from prisoners.models import Citation, Prisoner
from prisoners.reading.gaps import uncited
from tests.kept import kept, load_article
from tests.reader import Page, read

pytestmark = pytest.mark.django_db

HOME = "/"
BIALIATSKI = "/prisoners/ales-bialiatski/"
KALESNIKAVA = "/prisoners/maria-kalesnikava/"
RELEASE = "/releases/belarus-2025-12-13/"
DEAL = "/deals/belarus-united-states-potash-2025/"
SOURCE = "/sources/belarus-releases-123-article/"
HEADLINES = "headlines beside the text"
POTASH = "Lifting of sanctions on Belarusian potash"
LARGEST = "The largest release by the government of Belarus since Washington began"
FREED_ON = "Freed on 13 December 2025 (inferred)"
CLOSE_TO_HIM = "Washington began its diplomatic contacts with him earlier in the year"

# Which fact, where, in which words, and the paragraphs that its footnotes lead to.
FACTS = [
    ("F01", RELEASE, "123 freed", "¶0 ¶1"),
    ("F01", HOME, "123 freed", "¶0 ¶1"),
    ("F01", RELEASE, "Freed by Alexander Lukashenko", "¶1"),
    ("F01", RELEASE, "Country Belarus", "¶0 ¶1"),
    ("F02", RELEASE, "Ales Bialiatski where to is not stated", "¶0 ¶1"),
    ("F02", BIALIATSKI, "Freed in Belarus frees 123 political prisoners", "¶0 ¶1"),
    ("F03", RELEASE, "Maria Kalesnikava where to is not stated", "¶3"),
    ("F03", KALESNIKAVA, "Freed in Belarus frees 123 political prisoners", "¶3"),
    ("F04", DEAL, "Brokering John Coale", "¶1 ¶5"),
    ("F04", DEAL, "on behalf of Donald Trump", "¶1 ¶5"),
    ("F04", DEAL, "An envoy of the President of the United States brokered", "¶1 ¶2"),
    ("F05", DEAL, POTASH, "¶1 ¶2"),
    ("F05", HOME, POTASH, "¶1 ¶2"),
    ("F05", DEAL, "“lift sanctions”", "¶1 ¶2"),
    ("F05", DEAL, "“easing sanctions”", "¶1 ¶2"),
    ("F05", DEAL, "Granting something for it United States", "¶2"),
    ("F06", DEAL, "among the exports that matter most to Belarus", "¶2"),
    ("F06", DEAL, "key ingredient of fertiliser", "¶2"),
    ("F07", RELEASE, LARGEST, "¶2"),
    ("F08", RELEASE, "9 to Lithuania", "¶3"),
    ("F08", RELEASE, "114 to Ukraine", "¶3"),
    ("F08", HOME, "9 to Lithuania", "¶3"),
    ("F08", HOME, "114 to Ukraine", "¶3"),
    ("F09", BIALIATSKI, "Co-recipient, Nobel Peace Prize 2022", "¶4"),
    ("F10", BIALIATSKI, "Founder, Viasna", "¶4"),
    ("F11", BIALIATSKI, "Since July 2021", "¶4"),
    ("F11", BIALIATSKI, f"{FREED_ON} after 4 years 4–5 months", f"¶1 ¶4 ¶7|{HEADLINES}"),
    ("F12", BIALIATSKI, "The struggle for human rights in Belarus is far from over", "¶4"),
    ("F12", BIALIATSKI, "many activists and supporters of the opposition are still behind", "¶4"),
    ("F12", RELEASE, "The struggle for human rights in Belarus is far from over", "¶4"),
    ("F13", KALESNIKAVA, "mass protests that followed the disputed presidential election", "¶3"),
    ("F14", HOME, "more than 1,000 political prisoners held in Belarus", "¶5"),
    ("F14", RELEASE, "more than 1,000 political prisoners held in Belarus", "¶5"),
    ("F14", "/figures/", "more than 1,000 political prisoners held in Belarus", "¶5"),
    ("F15", DEAL, "Talks go on to free the political prisoners who remain", "¶5"),
    ("F15", DEAL, "more easing of sanctions could follow", "¶5"),
    ("F16", DEAL, "make Belarus depend less on Vladimir Putin's Russia", "¶6"),
    ("F17", DEAL, "Western governments had for the most part isolated", "¶2 ¶6"),
    ("F17", DEAL, "his support for Russia's invasion of Ukraine", "¶2 ¶6"),
    ("F07", DEAL, CLOSE_TO_HIM, "¶2 ¶6"),
    ("F18", RELEASE, "warned against a wider rollback of the European Union's sanctions", "¶7"),
    ("F18", DEAL, "They welcomed the releases", "¶7"),
    ("F19", "/figures/", "more than 1,200 political prisoners held in Belarus", "¶7"),
    ("F19", RELEASE, "more than 1,200 political prisoners held in Belarus", "¶7"),
    ("F20", RELEASE, "There are no political prisoners in Belarus; those who are held", "¶8"),
    ("F21", RELEASE, "Sustained international pressure will be critical", "¶8"),
    ("F21", DEAL, "Sustained international pressure will be critical", "¶8"),
    ("F22", RELEASE, "on 13 December 2025 (inferred)", f"¶7|{HEADLINES}"),
    ("F22", RELEASE, "it was a Saturday and gives no date", f"¶7|{HEADLINES}"),
    ("F22", BIALIATSKI, "Ended 13 December 2025 (inferred)", f"¶1 ¶7|{HEADLINES}"),
    ("F22", KALESNIKAVA, "Ended 13 December 2025 (inferred)", f"¶3 ¶7|{HEADLINES}"),
]
ALL = {f"F{number:02}" for number in range(1, 24)}
# The article says nothing of these, so they have no footnote: see the tests on what is not stated.
WITHOUT_A_PARAGRAPH = {"F23"}


@pytest.fixture(scope="module", autouse=True)
def _article(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, load_article):
        yield


@cache
def read_once(path: str) -> Page:
    """Read a page of the article's record, which does not change in this module."""
    return read(path)


def named_there(page: Page) -> str:
    return page.section("Named here").text


@pytest.mark.parametrize(("fact", "path", "words", "places"), FACTS)
def test_a_fact_is_on_its_page_with_the_paragraphs_it_rests_on(
    fact: str, path: str, words: str, places: str
) -> None:
    paragraphs, _, elsewhere = places.partition("|")
    expected = {*paragraphs.split(), *([elsewhere] if elsewhere else [])}
    assert read_once(path).paragraphs_after(words) == expected, fact


def test_every_fact_of_the_article_is_looked_for() -> None:
    assert {fact for fact, _path, _words, _places in FACTS} | WITHOUT_A_PARAGRAPH == ALL


def test_every_note_leads_to_the_article_and_says_what_is_not_known_of_it() -> None:
    for path in (HOME, BIALIATSKI, KALESNIKAVA, RELEASE, DEAL, "/figures/", "/timeline/"):
        page = read_once(path)
        notes = [one for one in page.main.all("li") if one.attrs.get("id", "").startswith("note-")]
        assert notes, path
        for note in notes:
            assert note.all("a")[0].attrs["href"] == SOURCE
            assert "Author, publisher and date not stated" in note.text


@pytest.mark.parametrize("path", [BIALIATSKI, KALESNIKAVA])
def test_neither_named_person_has_a_destination(path: str) -> None:
    page = read_once(path)
    assert page.facts()["Taken to"] == "not stated in our sources"
    assert "Lithuania" not in page.main.text
    assert "Ukraine" not in page.main.text.replace("invasion of Ukraine", "")


@pytest.mark.parametrize("path", [HOME, RELEASE, DEAL, "/releases/"])
def test_nobody_is_drawn_in_a_destination(path: str) -> None:
    page = read_once(path)
    figure = page.main.one("figure", class_="people")
    for name in ("Ales Bialiatski", "Maria Kalesnikava"):
        mark = next(link for link in figure.all("a") if name in link.text)
        assert "where to is not stated" in mark.text
    assert "Who went where is not stated for those named here." in figure.text
    assert "123 freed · 2 named here · 121 yet to be named" in figure.text


def test_the_release_lists_both_people_and_where_to_is_not_stated_for_either() -> None:
    words = named_there(read_once(RELEASE))
    assert words.count("where to is not stated") == 2
    assert words.index("Ales Bialiatski") < words.index("Maria Kalesnikava")


def not_stated(page: Page) -> str:
    """Return what the facts of a page say to be not stated, label and value."""
    facts = [f"{label} {value}".lower() for label, value in page.facts().items()]
    return " ".join(one for one in facts if "not stated in our sources" in one)


def test_what_is_not_known_of_kalesnikava_is_said() -> None:
    page = read_once(KALESNIKAVA)
    assert f"{FREED_ON} Since when is not stated in our sources." in page.main.text
    assert page.facts()["Since"] == "not stated in our sources"
    unknown = not_stated(page)
    for words in ("birth", "gender", "citizenship", "arrest", "authority", "charges", "sentence"):
        assert words in unknown
    assert "is not stated in our sources" in page.section("Recognised").text
    assert "0 days" not in page.main.text


def test_what_is_not_known_of_bialiatski_is_said() -> None:
    page = read_once(BIALIATSKI)
    unknown = not_stated(page)
    for words in ("birth", "gender", "citizenship", "occupation", "charges", "sentence", "held at"):
        assert words in unknown
    assert page.facts()["How it ended"] == "released, how is not stated"


def test_the_date_of_the_release_says_that_it_is_inferred_and_from_what() -> None:
    page = read_once(RELEASE)
    assert "Saturday 13 December 2025 is inferred" in page.main.text
    for path in (HOME, "/releases/", "/timeline/", DEAL, BIALIATSKI, KALESNIKAVA, "/prisoners/"):
        # A day on which people are counted, in a chart's table, is not the date of the release.
        words = read_once(path).main.text.replace("13 December 2025 0 ", "")
        assert words.count("13 December 2025") == words.count("13 December 2025 (inferred)") + (
            words.count("13 December 2025 or later (inferred)")
        ), path


def test_the_concession_is_agreed_and_not_said_to_be_in_force() -> None:
    entry = next(one for one in read_once(DEAL).main.all("li") if one.text.startswith(POTASH))
    assert "agreed" in entry.text
    assert "date not stated" in entry.text
    assert "in force" not in entry.text


def test_the_two_figures_agree_with_the_release_between_them() -> None:
    for path in (RELEASE, "/figures/"):
        words = read_once(path).main.text
        assert "These agree." in words
        assert "leaves more than 1,077" in words


def test_a_figure_says_who_reports_it_and_that_it_is_an_estimate() -> None:
    words = read_once("/figures/").main.text
    before, after = words.index("more than 1,200"), words.index("more than 1,000")
    assert "Viasna" in words[:before]
    assert "before the release of 13 December 2025 (inferred)" in words[before:after]
    assert "Rights groups" in words[before:after]
    assert "after the release of 13 December 2025 (inferred)" in words[after:]
    assert "The source calls it an estimate." in words[after:]


def test_each_statement_says_who_made_it() -> None:
    page = read_once(RELEASE)
    for said, who in (
        ("The struggle for human rights", "Ales Bialiatski"),
        ("Talks go on", "John Coale"),
        ("They welcomed the releases", "Belarusian opposition leaders"),
        ("There are no political prisoners", "Alexander Lukashenko"),
        ("Sustained international pressure", "Rights groups"),
    ):
        paragraph = next(one for one in page.main.all("p") if one.text.startswith(said))
        assert paragraph.parent is not None
        assert who in paragraph.parent.text


def test_the_source_says_what_of_it_is_not_stated() -> None:
    facts = read_once(SOURCE).facts()
    assert facts["Author"] == facts["Publisher"] == facts["Published"] == "not stated"
    assert facts["Address"] == "not stated"
    assert facts["Archived copy"] == "none is known"


def test_the_source_page_counts_and_shows_every_citation_of_it() -> None:
    page = read_once(SOURCE)
    number = Citation.objects.published().count()
    assert f"{number} citations of this source" in page.main.text
    places = [row["Where in the source"] for table in page.tables() for row in table]
    assert sum(len(one.split(", ")) for one in places) == number


def test_nobody_but_the_two_whom_the_article_names_is_documented() -> None:
    assert {person.name for person in Prisoner.objects.published()} == {
        "Ales Bialiatski",
        "Maria Kalesnikava",
    }


def test_no_fact_of_the_dossier_is_without_a_source() -> None:
    cited = {type(one.target): one.target for one in Citation.objects.all()}
    assert len(cited) > 10
    owners = [one.target for one in Citation.objects.all()]
    assert [gap for one in owners if one and not one.owner_field for gap in uncited(one)] == []


def test_no_documented_person_is_still_held_and_the_reported_number_stands_beside() -> None:
    page = read_once("/prisoners/?status=held")
    assert "Nobody is documented here under these filters." in page.main.text
    assert "not what there is" in page.main.text
    assert not page.main.all("table")
    reported = page.section("What others report").text
    assert "more than 1,000 political prisoners held in Belarus" in reported
    assert "Rights groups" in reported
    assert "never added" in reported
    assert page.paragraphs_after("more than 1,000 political prisoners held in Belarus") == {"¶5"}
