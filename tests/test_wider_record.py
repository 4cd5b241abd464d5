"""The wider record of 2025 and 2026: on top of the article's, each claim with the page it is from.

Where reports contradict each other a reader sees both; loading it undoes nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.apps import apps

from prisoners.desk.dossiers import load, shipped
from prisoners.models import Deal, Figure, Prisoner, Record, Release, Source, Status
from prisoners.reading.gaps import uncited
from tests.kept import ARTICLE, dump, kept, load_article
from tests.reader import Page, read
from tests.test_facts import FACTS

pytestmark = pytest.mark.django_db

WIDER = shipped()["belarus-2025-2026"]
DEC = "/releases/belarus-2025-12-13/"
SEP = "/releases/belarus-2025-09-11/"
JUN = "/releases/belarus-2025-06-21/"
MAR = "/releases/belarus-2026-03-19/"
POTASH = "/deals/belarus-united-states-potash-2025/"
BANKS = "/deals/belarus-united-states-banks-potash-2026/"
FIGURES = "/figures/"


def who(slug: str) -> str:
    return f"/prisoners/{slug}/"


# Where a reader looks, what is said there, and the page that it is from.
CLAIMS = [
    (who("anastasia-nuhfer"), "Freed in January – February 2025 (inferred)", "abc30"),
    (who("anastasia-nuhfer"), "Since 2024", "abc30"),
    ("/releases/belarus-2025-02-12/", "3 to Lithuania", "delfi"),
    (who("andrei-kuznechyk"), "Freed on 12 February 2025", "delfi"),
    (who("alena-maushuk"), "Taken to Lithuania", "delfi"),
    (FIGURES, "The source says: nearly 1,300", "jurist"),
    (who("yuras-ziankovich"), "Freed in April 2025", "rp-pl"),
    (who("yuras-ziankovich"), "at the request of the United States", "rp-pl"),
    ("/releases/belarus-2025-05/", "18 women and 24 men", "alanba"),
    ("/releases/belarus-2025-05/", "1,177", "alanba"),
    (JUN, "14 to Lithuania", "dunyanews"),
    (who("siarhei-tsikhanouski"), "Freed on 21 June 2025", "dunyanews"),
    (who("ihar-karnei"), "Freed on 21 June 2025", "dunyanews"),
    ("/deals/belarus-united-states-june-2025/", "Brokering Keith Kellogg", "dunyanews"),
    (JUN, "5 of Belarus, 3 of Poland, 2 of Latvia", "marketnewsboard"),
    (JUN, "leaves out Estonia: 13 people", "stratnewsglobal"),
    (JUN, "that leaves 4 of Belarus", "menafn"),
    (JUN, "The source says: 1,150, on X", "dunyanews"),
    (JUN, "The source says: over 1,100", "menafn"),
    (who("siarhei-tsikhanouski"), "22 June 1978 – 21 June 1979 (inferred)", "newsukraine-rbc"),
    (who("siarhei-tsikhanouski"), "43 years old at his release", "stratnewsglobal"),
    ("/releases/belarus-2025-07/", "16 freed", "rp-pl"),
    (SEP, "52 freed", "lincolndailynews"),
    ("/deals/belarus-united-states-belavia-2025/", "Easing of sanctions on Be", "lincolndailynews"),
    (SEP, "6 of Lithuania, 2 of Latvia, 2 of Poland", "standardmedia"),
    (SEP, "8 Belarusians who had worked with Polish media", "dorzeczy"),
    (SEP, "52 to Lithuania", "charter97"),
    (SEP, "at most 51 crossed", "rferl"),
    (SEP, "four refused", "babel-refusals"),
    (SEP, "The source says: around 1,000", "ogreszinas"),
    (SEP, "The source says: nearly 1,200", "devdiscourse"),
    ("/releases/belarus-2025-09-16/", "25 freed", "anews"),
    (who("henryk-akalatovich"), "pardon", "news-by"),
    (who("andrzej-yukhnevich"), "Catholic priest", "news-by"),
    ("/releases/belarus-2025-11-22/", "31 to Ukraine", "babel-31"),
    ("/releases/belarus-2025-11-22/", "terms of 2 to 11 years", "babel-31"),
    (DEC, "on 13 December 2025", "eurointegration"),
    (DEC, "9 to Lithuania", "agooka"),
    (DEC, "114 to Ukraine", "wpolityce"),
    (DEC, "Ales Bialiatski seen arriving: 8", "shmews"),
    (DEC, "Two of the nine are citizens of Lithuania", "eurointegration"),
    (DEC, "one of nine who entered the embassy", "tvn24"),
    (who("ales-bialiatski"), "Taken to Lithuania", "eurointegration"),
    (DEC, "109 Belarusians and 5 Ukrainians", "novyny-live"),
    (DEC, "leaves 5 of the 114 unexplained", "rbc"),
    (DEC, "Latvia, Australia and Japan", "polsatnews"),
    (who("roman-haluza"), "Citizenship Poland", "polsatnews"),
    (who("masatoshi-nakanishi"), "Citizenship Japan", "polsatnews"),
    (DEC, "123 foreign citizens", "haqqin"),
    (DEC, "jailed for the peaceful exercise of their rights", "hrw"),
    *[
        (who(slug), "Freed on 13 December 2025", source)
        for slug in [
            "viktar-babaryka",
            "maksim-znak",
            "uladzimir-labkovich",
            "maryna-zolatava",
            "aliaksandr-fiaduta",
            "pavel-seviarynets",
            "aliaksandr-syrytsa",
            "roman-haluza",
            "masatoshi-nakanishi",
        ]
        for source in ("hrw", "kommersant")
    ],
    (DEC, "His son Eduard stayed in prison", "statement-com"),
    (who("eduard-babaryka"), "Last confirmed as held 13 December 2025", "statement-com"),
    (who("andrzej-poczobut"), "Was not on the list of those freed", "tvn24"),
    (who("andrzej-poczobut"), "he refused to leave", "canberrainsider"),
    (who("ales-bialiatski"), "14 July 2021", "bloomberg"),
    (who("ales-bialiatski"), "10 years imprisonment", "bloomberg"),
    (who("ales-bialiatski"), "convicted in 2021", "fakti-bg"),
    (who("maria-kalesnikava"), "Since 7 September 2020", "radiosvoboda"),
    (who("maria-kalesnikava"), "11 years imprisonment", "radiosvoboda"),
    (who("viktar-babaryka"), "14 years imprisonment", "kommersant"),
    ("/actors/john-coale/", "talked for two days in Minsk", "gayaone"),
    ("/actors/john-coale/", "John Cole", "gayaone"),
    (POTASH, "“lifting sanctions on potash”", "mondaq"),
    (POTASH, "General License 13 of OFAC", "mondaq"),
    (POTASH, "captured Belarusians and wounded Russians", "canberrainsider"),
    (DEC, "about 1,000", "agooka"),
    (DEC, "The source says: More than 1,000 (headline)", "hrw"),
    (DEC, "about 1,110", "tid-1"),
    (FIGURES, "968 men and 168 women: 1,136", "ua-news"),
    (FIGURES, "The source says: 1,131, 167 of them women", "poland-co-pl"),
    (FIGURES, "The source says: pardoned in 2025 with US mediation", "ua-news"),
    (FIGURES, "The source says: expelled in 2025", "ua-news"),
    (FIGURES, "The source says: newly recognised in 2025", "ua-news"),
    (FIGURES, "The source says: two deaths in 2025", "ua-news"),
    (FIGURES, "The source says: pardoned since July 2024", "ua-news"),
    (FIGURES, "surpassed 430 since July 2024", "gayaone"),
    (DEC, "Another 20 of the 114 went on from Ukraine to Lithuania", "ukrinform"),
    ("/releases/belarus-2026-pardons/", "18 freed", "reform-605"),
    (FIGURES, "The source says: 605 pardoned", "reform-605"),
    (FIGURES, "4,499", "reform-605"),
    (who("mikalai-statkevich"), "Freed on 19 February 2026", "rferl"),
    (who("mikalai-statkevich"), "after a stroke. He stays in Belarus.", "rferl"),
    (MAR, "235 inside Belarus", "reform-250"),
    (MAR, "15 to Lithuania", "reform-250"),
    *[
        (who(slug), "Taken to Lithuania", "reform-250")
        for slug in [
            "katsiaryna-bakhvalava",
            "kiryl-kazei",
            "aliaksandr-kazlianka",
            "dzmitry-kubarau",
            "mikalai-kuliashou",
            "anastasiya-loika",
            "siarhei-maushuk",
            "aliaksei-melnikau",
            "eduard-palchys",
            "maria-rabkova",
            "kim-samusenka",
            "pavel-shpetny",
            "valiantsin-stefanovic",
            "dzianis-zhaliazko",
        ]
    ],
    (who("katsiaryna-bakhvalava"), "Katsiaryna Andreyeva", "reform-250"),
    (BANKS, "Belinvestbank, the Development Bank and the Ministry of Finance", "naslovi"),
    (BANKS, "all remaining sanctions on Belaruskali, BPC and Agrorozkvit", "reform-250"),
    (MAR, "20 March", "pronews"),
]
# What the wider record knows better than the article: a destination, and dates that it infers.
KNOWN_BETTER = re.compile(
    r"inferred|gives no date|Since July 2021|Bialiatski where to is not stated|ended on a day"
)


def load_both() -> None:
    load_article()
    load(path=WIDER)


@pytest.fixture(scope="module", autouse=True)
def _both(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, load_both):
        yield


@cache
def read_once(path: str) -> Page:
    return read(path)


def notes_after(page: Page, words: str) -> set[str]:
    """Return the notes that the footnotes after some words lead to, wherever the words stand."""
    assert words in page.main.text, f"“{words}” is not on {page.path}"
    around = [one for one in page.main.with_words(words) if one.footnotes]
    within = {id(one.parent) for one in around}
    return {note for one in around if id(one) not in within for note in one.footnotes}


def sources_after(page: Page, words: str) -> set[str]:
    """Return the addresses of the sources that the footnotes after some words lead to."""
    notes = notes_after(page, words)
    return {page.by_id(note).all("a")[0].attrs["href"] for note in notes}


def boxes(path: str) -> list[str]:
    """Return what each box of a page says on which sources disagree."""
    return [one.text for one in read_once(path).main.all("aside", class_="disagree")]


# Claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "words", "source"), CLAIMS)
def test_a_claim_is_on_its_page_with_its_source(path: str, words: str, source: str) -> None:
    assert f"/sources/{source}/" in sources_after(read_once(path), words)


def test_every_page_that_was_taken_is_cited_and_looked_for() -> None:
    taken = set(Source.objects.values_list("key", flat=True)) - {"article"}
    unseen = {"eutoday", "obozrevatel", "tnnews"}  # beside others, for one thing each
    assert {source for _path, _words, source in CLAIMS} == taken - unseen
    for key in unseen:
        assert "citation" in read_once(f"/sources/{key}/").main.text


def test_everything_in_it_is_public_and_has_a_source() -> None:
    for model in apps.get_app_config("prisoners").get_models():
        if issubclass(model, Record):
            everything = model._default_manager.all()
            assert everything.count() == everything.published().count(), model
            if not model.owner_field:
                assert [gap for record in everything for gap in uncited(record)] == []


def test_an_address_that_is_cut_off_is_not_completed() -> None:
    for source in Source.objects.exclude(key="article"):
        assert "..." not in source.address
        assert bool(source.address) != ("known" in source.note or "Recorded" in source.note), source
        assert source.title.startswith("[")


def test_what_was_left_out_is_named_in_the_dossier_with_the_reason() -> None:
    comments = " ".join(
        line[1:].strip() for line in WIDER.read_text("utf-8").splitlines() if line.startswith("#")
    )
    for words in (
        "third person freed on 12 February 2025, a citizen of the United States: not named",
        'taken to Lithuania on 19 March 2026: the name is cut off ("Miki...")',
        "two who died in 2025: private persons",
        '"Pope Francis"',
        "six spellings",
    ):
        assert words in comments
    said = str(tomllib.loads(WIDER.read_text("utf-8")))
    for name in ("Shtermer", "Padniabenny", "Francis", "Miki."):
        assert name not in said


# Contradictions ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (who("valiantsin-stefanovic"), ("19 March 2026 (inferred)", "freed on 13 December 2025")),
        (who("siarhei-tsikhanouski"), ("21 June 1979", "43 years old")),
        (who("ales-bialiatski"), ("March 2023", "convicted in 2021")),
        (who("andrzej-poczobut"), ("misunderstanding", "he refused to leave")),
        (JUN, ("5 of Belarus", "13 people", "4 of Belarus")),
        (SEP, ("2 of Poland", "3 citizens of Poland")),
        (SEP, ("52", "at most 51", "four refused")),
        (DEC, ("9", "seen arriving: 8")),
        (DEC, ("109 Belarusians", "104 Belarusians")),
        (DEC, ("citizens of various countries", "123 foreign citizens")),
        (MAR, ("19 March 2026", "20 March")),
        (FIGURES, ("1,135", "1,136")),
        (FIGURES, ("569", "surpassed 430")),
        ("/actors/john-coale/", ("John Coale", "John Cole")),
    ],
)
def test_where_reports_contradict_each_other_both_stand(path: str, values: tuple[str, ...]) -> None:
    assert any(all(value in box for value in values) for box in boxes(path)), boxes(path)


def test_those_who_say_the_same_stand_beside_one_value() -> None:
    (box,) = boxes(who("valiantsin-stefanovic"))
    assert box.count("freed on 13 December 2025") == 1
    for publisher in ("tnnews.ai", "kommersant.ru", "tvn24.pl", "wpolityce.pl"):
        assert publisher in box


def custody(slug: str, day: str) -> str:
    person = Prisoner.objects.published().status(date.fromisoformat(day)).get(slug=slug)
    return str(person.custody)


def test_who_was_reported_freed_and_listed_as_held_has_the_status_of_each_day() -> None:
    days = {
        "2025-12-14": Status.UNKNOWN,
        "2025-12-15": Status.HELD,
        "2026-03-18": Status.HELD,
        "2026-03-19": Status.RELEASED,
    }
    assert {day: custody("valiantsin-stefanovic", day) for day in days} == days
    page = read_once(who("valiantsin-stefanovic"))
    assert page.facts()["Last confirmed as held"] == "15 December 2025"
    assert sources_after(page, "15 December 2025") == {"/sources/hrw/"}


def test_who_refused_to_leave_was_held_until_sent_home() -> None:
    days = {
        "2025-09-11": Status.HELD,
        "2026-02-18": Status.HELD,
        "2026-02-19": Status.RELEASED,
    }
    assert {day: custody("mikalai-statkevich", day) for day in days} == days
    page = read_once(who("mikalai-statkevich"))
    assert page.main.one("p", class_="status-line").text == (
        "Freed on 19 February 2026 Held again since the return to custody, "
        "11 September 2025 (inferred)."
    )
    happened = [one.text.lower() for one in page.section("What happened").all("li")]
    assert [one.split()[0] for one in happened] == ["arrest", "release", "arrest", "release"]
    assert "Mikalai Statkevich did not leave; refused to leave the country" in (
        read_once(SEP).section("Named here").text
    )


def test_who_is_still_held_is_listed_with_the_day_it_was_last_said() -> None:
    (table,) = read_once("/prisoners/?status=held").tables()
    assert [row["Name"] for row in table] == ["Eduard Babaryka", "Andrzej Poczobut"]
    for row in table:
        assert "last confirmed on 13 December 2025 (inferred)" in row["Status"]


# Together with the article ------------------------------------------------------------------


@pytest.mark.parametrize(("fact", "path", "words", "places"), FACTS)
def test_a_fact_of_the_article_still_stands_with_its_paragraphs(
    fact: str, path: str, words: str, places: str
) -> None:
    # The first page is about a later release now.
    if path == "/" or KNOWN_BETTER.search(words):
        path, words, places = DEC, "Belarus, on 13 December 2025", "¶7"
    page = read_once(path)
    found = {place for note in notes_after(page, words) for place in page.place_in_source(note)}
    assert set(places.partition("|")[0].split()) <= found, fact


def test_it_joins_the_records_of_the_article_and_doubles_none() -> None:
    assert Prisoner.objects.filter(slug__contains="bialiatski").count() == 1
    assert Release.objects.filter(headcount=123).count() == 1
    assert Release.objects.get(headcount=123).outcomes.count() == 11
    assert Deal.objects.get(key="potash-2025-12").concessions.count() == 2
    names = list(Prisoner.objects.values_list("names__text", flat=True))
    assert len(names) == len(set(names))


def test_loading_either_again_changes_nothing() -> None:
    before = dump()
    for path in (ARTICLE, WIDER, ARTICLE):
        report = load(path=path)
        assert report.created + report.updated + report.kept + report.removed == []
        assert report.unchanged
        assert not report.published
        assert dump() == before


# How it reads -------------------------------------------------------------------------------


def test_the_first_page_shows_the_latest_release_and_what_was_given_for_it() -> None:
    page = read_once("/")
    assert "Belarus frees 250 political prisoners" in page.section("The latest release").text
    assert "Belaruskali" in page.section("What was given for it").text
    assert "1,131" in page.section("Reported by others").text


def test_the_page_of_a_source_says_what_of_it_was_taken() -> None:
    page = read_once("/sources/hrw/")
    rows = [(row["Fact"], row["Value here"]) for table in page.tables() for row in table]
    assert ("Detention", "until 13 December 2025") in rows
    assert ("Detention: last confirmed as held on", "15 December 2025") in rows
    assert any(
        value.endswith("jailed for the peaceful exercise of their rights.") for _, value in rows
    )
    assert "It says: More than 1,000 (headline)" in page.main.text


def test_deals_stand_in_the_order_of_their_releases() -> None:
    titles = [one.text for one in read_once("/deals/").main.all("h2")]
    subjects = ["sanctions on banks", "potash sanctions", "sanctions on Belavia", "Fourteen"]
    for title, subject in zip(titles, subjects, strict=False):
        assert subject in title


def test_figures_of_different_days_are_not_held_against_each_other() -> None:
    assert Figure.objects.published().count() == 22
    text = read_once(FIGURES).main.text
    assert "These cannot both hold." not in text
    assert "One says nothing about the other." not in text
    assert "leaves more than 1,077" in text


def test_what_may_be_of_several_months_stands_under_none() -> None:
    page = read_once("/timeline/?year=2026")
    assert "Belarus pardons 18 by decree" in page.main.text
    months = [one.text for one in page.main.all("p", class_="month-label")]
    assert months[:2] == ["March 2026", "February 2026"]
    assert "January 2026" not in months
