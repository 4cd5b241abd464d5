"""Four languages: by address alone, with the same content, the same links and every filter kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import ngettext, override
from django.views.defaults import server_error
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright

from prisoners import dates
from prisoners.alphabets import sort_key
from prisoners.desk.workflow import publish
from prisoners.models import (
    TARGETS,
    TRANSLATED,
    Actor,
    Disclosure,
    Release,
    State,
    Translation,
)
from prisoners.public.languages import in_language
from prisoners.reading.snapshot import kept as snapshots
from prisoners.reading.translations import Original, translate
from tests.factories import (
    ActorFactory,
    FacilityFactory,
    ReleaseFactory,
    SourceFactory,
    TranslationFactory,
    cite,
)
from tests.kept import kept, load_article
from tests.reader import Element, Page, is_ours, read

pytestmark = pytest.mark.django_db

LANGUAGES: Final = ("en", "be", "ru", "uk")
OTHERS: Final = LANGUAGES[1:]
RELEASE: Final = "/releases/belarus-2025-12-13/"
PAGES: Final = [
    "/",
    "/prisoners/",
    "/prisoners/?status=released&country=BY",
    "/prisoners/ales-bialiatski/",
    "/prisoners/maria-kalesnikava/",
    "/releases/",
    RELEASE,
    "/deals/belarus-united-states-potash-2025/",
    "/timeline/?kind=statement",
    "/figures/",
    "/sources/",
    "/sources/belarus-releases-123-article/",
    "/actors/viasna/",
    "/actors/united-states/",
    "/methodology/",
    "/data/",
    "/safety/",
    "/timeline/",
]
of_each_page = pytest.mark.parametrize("path", PAGES)
in_each_language = pytest.mark.parametrize("language", LANGUAGES)
in_other_languages = pytest.mark.parametrize("language", OTHERS)


@pytest.fixture(scope="module", autouse=True)
def _article(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, load_article):
        yield


@cache
def page_in(language: str, path: str) -> Page:
    """Read a page of the article's record, which does not change in this module."""
    return read(in_language(path, language))


# By address ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/prisoners/", "/prisoners/ales-bialiatski/"])
def test_a_page_without_a_prefix_is_english_whatever_a_browser_asks_for(path: str) -> None:
    client = Client(headers={"accept-language": "be,ru;q=0.9"})
    client.cookies["django_language"] = "ru"
    page = read(path, client=client)
    assert page.one("html").attrs["lang"] == "en"
    assert "Accept-Language" not in page.response.headers.get("Vary", "")


@in_other_languages
def test_a_prefix_alone_decides_and_leaves_no_cookie(language: str) -> None:
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    page = read(f"/{language}/prisoners/", client=client)
    assert page.one("html").attrs == {"lang": language, "dir": "ltr"}
    assert "Set-Cookie" not in page.response.headers
    assert not page.response.cookies


def test_english_has_one_address_and_a_language_that_is_none_has_no_page() -> None:
    for path in ("/en/", "/en/prisoners/", "/fr/", "/be-tarask/prisoners/"):
        assert Client().get(path).status_code == 404, path


def test_an_address_of_another_language_keeps_it_where_it_leads_on() -> None:
    assert Client().get("/be/prisoners").headers["Location"] == "/be/prisoners/"
    release = Release.objects.get(slug="belarus-2025-12-13")
    release.slug = "renamed"
    release.save()
    response = Client().get(f"/uk{RELEASE}")
    assert (response.status_code, response.headers["Location"]) == (301, "/uk/releases/renamed/")


def test_what_machines_ask_for_has_one_address() -> None:
    for path in ("/healthz", "/robots.txt", "/sitemap.xml"):
        assert Client().get(path).status_code == 200
        assert Client().get(f"/be{path}").status_code == 404


@pytest.mark.parametrize(
    ("language", "missing", "withdrawn", "broken", "unread"),
    [
        ("en", "nothing at this address", "has been withdrawn", "went wrong", "not be read"),
        ("be", "нічога няма", "адкліканая", "пайшло не так", "нельга прачытаць"),
        ("ru", "ничего нет", "отозвана", "пошло не так", "нельзя прочитать"),
        ("uk", "нічого немає", "відкликано", "пішло не так", "неможливо прочитати"),
    ],
)
def test_an_error_is_in_the_language_of_its_address(
    language: str, missing: str, withdrawn: str, broken: str, unread: str
) -> None:
    Release.objects.filter(slug="belarus-2025-12-13").update(state=State.WITHDRAWN)
    prefix = in_language("/", language)
    with override(language):
        failed: Any = server_error(RequestFactory().get(prefix))
    answers = [
        (404, missing, Client().get(f"{prefix}no/such/page/")),
        (410, withdrawn, Client().get(in_language(RELEASE, language))),
        (500, broken, failed),
        (400, unread, Client().get(prefix, headers={"host": "elsewhere.example"})),
    ]
    for status, words, response in answers:
        page = Page(response, prefix)
        assert page.status == status
        assert page.one("html").attrs["lang"] == language
        assert words in page.main.text
        assert prefix in [link.attrs["href"] for link in page.main.all("a")]


# From one language to another ---------------------------------------------------------------


@in_each_language
def test_the_switch_keeps_the_page_its_filters_and_its_number(language: str) -> None:
    query = "?status=released&country=BY&q=%D0%91%D1%8F%D0%BB&page=1"
    page = page_in(language, f"/prisoners/{query}")
    links = page.one("nav", class_="languages").all("a")
    assert [link.attrs["lang"] for link in links] == list(LANGUAGES)
    assert [link.text for link in links] == ["English", "Беларуская", "Русский", "Українська"]
    for link in links:
        code = link.attrs["lang"]
        assert link.attrs["href"] == in_language(f"/prisoners/{query}", code)
        assert link.attrs["hreflang"] == code
        assert ("aria-current" in link.attrs) == (code == language)
        assert read(link.attrs["href"]).one("html").attrs["lang"] == code


@of_each_page
def test_each_language_of_a_page_names_all_of_them_alike(path: str, settings: Any) -> None:
    expected = {code: f"{settings.SITE_URL}{in_language(path, code)}" for code in LANGUAGES}
    expected["x-default"] = expected["en"]
    for language in LANGUAGES:
        links = page_in(language, path).all("link", rel="alternate")
        assert {link.attrs["hreflang"]: link.attrs["href"] for link in links} == expected


def test_the_path_in_another_language_is_the_one_that_is_routed() -> None:
    for language in LANGUAGES:
        with override(language):
            routed = reverse("prisoner-detail", args=["some-one"])
        for other in LANGUAGES:
            assert in_language(routed, other) == in_language("/prisoners/some-one/", other)
        assert routed == in_language("/prisoners/some-one/", language)


def _without_prefix(address: str) -> str:
    path, question, query = address.partition("?")
    return in_language(path, "en") + question + query if is_ours(address) else address


def _without_notes(element: Element) -> Iterator[Element | str]:
    """Yield what a page says itself: which spelling is shown decides which notes there are."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif not child.is_footnote and child.attrs.get("class") not in ("notes", "quotation"):
            yield child
            yield from _without_notes(child)


def _numbers(page: Page) -> Counter[str]:
    text = "".join(one if isinstance(one, str) else " " for one in _without_notes(page.main))
    return Counter(re.findall(r"\d+", re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3})", "", text)))


def _links(page: Page) -> Counter[str]:
    found = [one for one in _without_notes(page.main) if isinstance(one, Element)]
    links = [urljoin(page.path, one.attrs["href"]) for one in found if one.tag == "a"]
    return Counter(map(_without_prefix, links))


@in_other_languages
@of_each_page
def test_a_page_has_the_same_numbers_and_links_in_every_language(path: str, language: str) -> None:
    english, other = page_in("en", path), page_in(language, path)
    assert _numbers(other) == _numbers(english)
    assert _links(other) == _links(english)
    assert len(other.all("h2", "h3")) == len(english.all("h2", "h3"))


LATIN: Final = re.compile(r"[A-Za-z]{2,}")
# A person's permanent id, addresses, and names of things that are not translated.
KEPT: Final = re.compile(
    r"\b[0-9a-z]{8}\b|https?:\S+|/\S+|JavaScript|Tor Browser|Tor|cookie|https|EDTF|Esc"
)


def _own_words(element: Any, language: str) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.attrs.get("lang", language) == language and child.tag not in ("code", "cite"):
            yield from _own_words(child, language)


@in_other_languages
@pytest.mark.parametrize("path", [*PAGES, "/prisoners/?on=soon", "/timeline/?year=soon"])
def test_no_english_is_left_on_a_page_but_what_is_marked(path: str, language: str) -> None:
    response = Client().get(in_language(path, language))
    page = Page(response, path)
    sources = [one.text for one in page.all(lang="en")]
    text = KEPT.sub("", " ".join(_own_words(page.main, language)))
    for one in (*sources, *UNTRANSLATED):
        text = text.replace(one, "")
    assert LATIN.findall(text) == [], path


# How the one source puts things, and where in it; the latter in the words of who entered it.
UNTRANSLATED: Final = (
    "headlines beside the text", "lift sanctions", "easing sanctions", "soon",
    "Ales Bialiatski", "Maria Kalesnikava",
    "Belarus Releases 123 Political Prisoners Including Nobel Winner in US-Brokered Deal",
    "Belarus frees 123 political prisoners",
)  # fmt: skip


# Words, dates, numbers, order ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "day", "month", "days", "months", "span"),
    [
        ("en", "14 July 2021", "July 2021", "9–12 August 2020", "August\u2009–\u2009October 2020",
         "4 years 4–5 months"),
        ("be", "14 ліпеня 2021", "ліпень 2021", "9–12 жніўня 2020", "жнівень–кастрычнік 2020",
         "4 гады 4–5 месяцаў"),
        ("ru", "14 июля 2021", "июль 2021", "9–12 августа 2020", "август – октябрь 2020",
         "4 года 4–5 месяцев"),
        ("uk", "14 липня 2021", "липень 2021", "9–12 серпня 2020", "серпень – жовтень 2020",
         "4 роки 4–5 місяців"),
    ],
)  # fmt: skip
def test_dates_and_spans_are_as_the_language_writes_them(
    language: str, day: str, month: str, days: str, months: str, span: str
) -> None:
    with override(language):
        labels = [
            interval.label()
            for text in ("2021-07-14", "2021-07", "2020-08-09/2020-08-12", "2020-08/2020-10")
            if (interval := dates.parse(text))
        ]
        passed = dates.span(dates.parse("2021-07"), dates.parse("2025-12-13"))
        assert labels == [day, month, days, months]
        assert passed is not None
        assert passed.label() == span


@pytest.mark.parametrize(
    ("language", "one", "few", "many"),
    [
        ("be", "1 чалавек", "2 чалавекі", "5 чалавек"),
        ("ru", "21 человек", "3 человека", "11 человек"),
        ("uk", "1 людина", "4 людини", "12 людей"),
    ],
)
def test_a_count_takes_the_form_that_its_number_asks_for(
    language: str, one: str, few: str, many: str
) -> None:
    with override(language):
        from_template = [
            ngettext("%(count)s person", "%(count)s people", number) % {"count": number}
            for number in (int(words.split()[0]) for words in (one, few, many))
        ]
    assert from_template == [one, few, many]


@pytest.mark.parametrize(
    ("language", "name"), [("be", "Літва"), ("ru", "Литва"), ("uk", "Литва"), ("en", "Lithuania")]
)
def test_a_country_is_named_in_the_readers_language(language: str, name: str) -> None:
    assert f"9 {name}" in page_in(language, RELEASE).main.text or (
        f"9 to {name}" in page_in(language, RELEASE).main.text
    )


def test_names_are_in_the_readers_language() -> None:
    names = {code: page_in(code, "/prisoners/").main.one("tbody").text for code in LANGUAGES}
    assert "Алесь Бяляцкі" in names["be"]
    assert "Мария Колесникова" in names["ru"]
    assert "Алесь Біляцький" in names["uk"]
    assert "Ales Bialiatski" in names["en"]


@in_each_language
def test_countries_stand_in_the_order_of_the_readers_alphabet(language: str) -> None:
    for country in ("UA", "AT", "IS", "YE", "BE", "EE"):
        ReleaseFactory.create(published=True, country=country)
    page = read(in_language("/timeline/", language))
    legend = page.all("fieldset")[1]
    assert len(countries := [one.text for one in legend.all("label")]) == 7
    assert countries == sorted(countries, key=lambda name: sort_key(name, name))


# What records say ---------------------------------------------------------------------------


def translated(language: str = "be", **values: Any) -> Actor:
    """Make a public actor with a role; its name is translated, the role is not."""
    actor: Actor = ActorFactory.create(published=True, name="Test Group", role="Test role")
    TranslationFactory.create(
        actor=actor, language=language, text="Выдуманая група",
        **{"state": State.PUBLISHED, **values},
    )  # fmt: skip
    return actor


def test_what_is_translated_is_shown_and_what_is_not_is_marked() -> None:
    page = read(f"/be{translated().get_absolute_url()}")
    assert page.main.one("h1").text == "Выдуманая група"
    assert page.title.startswith("Выдуманая група · ")
    left = page.main.one(lang="en")
    assert left.text == "Test role"
    assert "Test role па-англійску" in page.main.text


def test_a_choice_of_a_filter_is_in_the_readers_language_or_marked() -> None:
    release = Release.objects.get(slug="belarus-2025-12-13")
    said = Translation.objects.get(release=release, field="title", language="be")
    for found, lang in ((said.text, None), (release.title, "en")):
        page = read("/be/prisoners/")
        choice = page.by_id(f"filter-release-{release.slug}")
        label = next(one for one in page.all("label") if one.attrs["for"] == choice.attrs["id"])
        words = label.all("span")[0]
        assert (words.text, words.attrs.get("lang")) == (found, lang)
        Translation.objects.filter(pk=said.pk).update(state=State.DRAFT)


def test_in_english_nothing_is_marked_and_nothing_is_asked_for() -> None:
    actor = translated()
    with CaptureQueriesContext(connection) as queries:
        page = read(actor.get_absolute_url())
    assert page.main.one("h1").text == "Test Group"
    assert page.main.all(lang="en") == []
    assert not [one for one in queries.captured_queries if "translation" in one["sql"]]


@of_each_page
def test_a_page_asks_for_its_translations_once(path: str) -> None:
    asked = []
    for language in ("en", "be"):
        read(in_language(path, language))
        with CaptureQueriesContext(connection) as queries:
            read(in_language(path, language))
        asked.append([one["sql"] for one in queries.captured_queries])
    english, belarusian = asked
    found = [sql for sql in belarusian if 'FROM "prisoners_translation"' in sql]
    assert len(found) <= 1
    assert len(belarusian) == len(english) + len(found)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.DRAFT},
        {"state": State.WITHDRAWN},
        {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"},
        {"language": "uk"},
    ],
)
def test_a_translation_that_is_not_public_or_for_others_is_not_shown(
    values: dict[str, str],
) -> None:
    page = read(f"/be{translated(**values).get_absolute_url()}")
    assert "Выдуманая група" not in page.main.text
    assert "Test Group па-англійску" in page.main.text


def test_an_original_stays_marked_where_a_page_can_mark_it_and_is_a_text_elsewhere() -> None:
    actor: Actor = ActorFactory.create(name="Test Group")
    with override("uk"):
        translate([actor])
    assert isinstance(str(actor), Original)
    assert f"{actor}, 2021" == "Test Group, 2021"
    assert not isinstance(f"{actor}, 2021", Original)


def test_every_field_that_is_translated_is_text_of_ours_and_a_fact_or_a_title() -> None:
    for model in TRANSLATED.values():
        for name in model.translated:
            field = model._meta.get_field(name)
            assert field.get_internal_type() in ("CharField", "TextField"), (model, name)
            assert not field.choices, (model, name)  # type: ignore[union-attr]  # a field of its own
    text_of_facts = {
        (model.__name__, name)
        for model in TARGETS.values()
        for name in model.facts
        if model._meta.get_field(name).get_internal_type() == "TextField"
    }
    assert text_of_facts <= {
        (model.__name__, name) for model in TRANSLATED.values() for name in model.translated
    }


def test_a_translation_of_what_is_not_translated_is_refused() -> None:
    facility: Any = FacilityFactory.create()
    for values, field in (
        ({"field": "country"}, "field"),
        ({"language": "fr"}, "language"),
        ({"language": "en"}, "language"),
        ({"text": ""}, "text"),
    ):
        right = {"facility": facility, "field": "name", "language": "be", "text": "Назва"}
        one = Translation(**{**right, **values})
        with pytest.raises(ValidationError) as refusal:
            one.full_clean()
        assert field in refusal.value.message_dict


def test_a_text_is_translated_once_into_each_language() -> None:
    actor = translated()
    again = Translation(actor=actor, field="name", language="be", text="Інакш")
    with pytest.raises(ValidationError, match="translated into this language already"):
        again.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_publishing_a_record_publishes_its_translations() -> None:
    actor: Actor = ActorFactory.create(name="Test Group")
    made = TranslationFactory.create(actor=actor)
    cite(actor, "name", SourceFactory.create(state="published"))
    publish(record=actor)
    made.refresh_from_db()
    assert made.state == State.PUBLISHED


# Right to left ------------------------------------------------------------------------------

# A language that is written from right to left, whose words are those of English: so that what
# is compared is the layout and nothing else.
MIRRORED: Final = "qq"
BOXES: Final = """() => {
    const width = document.documentElement.clientWidth;
    const blocks = ["block", "flex", "grid", "list-item", "table", "table-row", "table-cell"];
    const boxes = [];
    for (const one of document.querySelectorAll("header *, main, main *, footer *")) {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        if (one.closest("svg, .unseen, .languages, .quotation, .names")) continue;
        // On a small screen its words are hyphenated, as only a language with rules for it is.
        if (width < 672 && one.closest(".sums")) continue;
        if (!blocks.includes(style.display)) continue;
        if (box.width === 0 || style.position === "absolute") continue;
        boxes.push([`${one.tagName}.${one.className}`, box.left, box.right]);
    }
    return {width, scroll: document.documentElement.scrollWidth, boxes};
}"""


def say_as_it_is(language: str) -> None:
    """Translate what is public by itself, so that nothing is marked as being in English."""
    Translation.objects.bulk_create(
        Translation(
            **{name: record}, field=field, language=language, text=text, state=State.PUBLISHED
        )
        for name, model in TRANSLATED.items()
        for record in model._default_manager.published()
        for field in model.translated
        if (text := getattr(record, field))
    )


@contextmanager
def browser(chromium: str) -> Iterator[BrowserPage]:
    """Open a browser. Meanwhile the test itself has no database: Playwright's loop is running."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened.new_page()
        opened.close()


@pytest.mark.django_db(transaction=True)
def test_a_language_from_right_to_left_mirrors_every_page_and_none_scrolls_sideways(
    live_server: Any,
    needs_system: Callable[[str, str], str],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    load_article()
    say_as_it_is(MIRRORED)
    (folder := tmp_path / MIRRORED / "LC_MESSAGES").mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, Catalog())
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, tmp_path]
    monkeypatch.setitem(dates.CLDR_LOCALES, MIRRORED, "en_GB")
    settings.LANGUAGES = [*settings.LANGUAGES, (MIRRORED, "Mirrored")]
    settings.LANGUAGES_BIDI = [MIRRORED]
    # One that another test left has no order of names in this language.
    monkeypatch.setattr(snapshots, "_kept", [])
    with browser(needs_system("chromium", "chromium")) as page:
        for width, path in product((320, 1440), (*PAGES[:4], *PAGES[6:9])):
            page.set_viewport_size({"width": width, "height": 900})
            seen = []
            for language in ("en", MIRRORED):
                page.goto(f"{live_server.url}{in_language(path, language)}")
                seen.append(page.evaluate(BOXES))
            left, right = seen
            assert left["scroll"] == right["scroll"] == width, (path, width)
            assert page.evaluate("document.documentElement.dir") == "rtl"
            assert len(left["boxes"]) == len(right["boxes"]) > 50
            # By where they begin: where a line of words breaks is not the same both ways.
            moved = [
                (one, other)
                for one, other in zip(left["boxes"], right["boxes"], strict=True)
                if abs(one[1] - (width - other[2])) > 2
            ]
            assert moved == [], (path, width)


@pytest.mark.django_db(transaction=True)
def test_no_page_scrolls_sideways_on_a_small_telephone_in_any_language(
    live_server: Any, needs_system: Callable[[str, str], str]
) -> None:
    load_article()
    with browser(needs_system("chromium", "chromium")) as page:
        page.set_viewport_size({"width": 320, "height": 900})
        for language, path in product(OTHERS, (*PAGES, "/no/such/page/")):
            page.goto(f"{live_server.url}{in_language(path, language)}")
            scroll = page.evaluate("document.documentElement.scrollWidth")
            assert scroll == 320, (language, path)
