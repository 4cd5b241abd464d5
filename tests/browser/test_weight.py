"""How much is sent over the wire, compressed, as LOOK.md bounds it."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any, Final
from urllib.parse import urlsplit

from prisoners.public.languages import in_language
from tests.browser.conftest import Visit
from tests.browser.pages import DEAL, HOME, LANGUAGES, LIST, PAGE_OF, PERSON, RELEASE, TIMELINE
from tests.serving import Site

FIRST_VISIT: Final = 100_000
HTML: Final = 30_000
STYLES: Final = 15_000
SCRIPTS: Final = 3_000
FONT_FILES: Final = 2


def sent(visit: Visit, site: Site, path: str) -> tuple[Counter[str], Counter[str]]:
    """Return the bytes, headers and all, and the files of each kind in a first visit."""
    page = visit(site)
    network = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    weight: Counter[str] = Counter()
    files: Counter[str] = Counter()

    def answered(event: Any) -> None:
        assert urlsplit(event["response"]["url"]).netloc == urlsplit(site.url).netloc
        kinds[event["requestId"]] = event["type"]

    def finished(event: Any) -> None:
        kind = kinds[event["requestId"]]
        weight[kind] += int(event["encodedDataLength"])
        files[kind] += 1

    network.on("Network.responseReceived", answered)
    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    page.goto(path, wait_until="networkidle")
    page.context.close()
    return weight, files


def test_a_first_visit_stays_within_its_weight(visit: Visit, site: Site) -> None:
    for language, path in product(LANGUAGES, (HOME, LIST, PERSON, RELEASE, DEAL, TIMELINE)):
        weight, files = sent(visit, site, in_language(path, language))
        where = (language, path, dict(weight))
        assert weight.total() <= FIRST_VISIT, where
        assert 0 < weight["Document"] <= HTML, where
        assert 0 < weight["Stylesheet"] <= STYLES, where
        assert 0 < weight["Script"] <= SCRIPTS, where
        assert files["Font"] <= FONT_FILES, where


def test_the_html_of_no_page_is_heavier_than_that_of_a_list_may_be(
    visit: Visit, site: Site
) -> None:
    page = visit(site)
    for language, path in product(LANGUAGES, PAGE_OF.values()):
        response = page.goto(in_language(path, language))
        assert response is not None
        assert response.headers["content-encoding"] == "gzip"
        assert response.request.sizes()["responseBodySize"] <= HTML, (language, path)
