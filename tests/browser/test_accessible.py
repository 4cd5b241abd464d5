"""What axe-core finds wrong with the pages: nothing, whoever reads them, and on whatever."""

from __future__ import annotations

from typing import Any

import pytest

from prisoners.public.languages import in_language
from tests.addresses import ADMIN, routes
from tests.browser.axe import LOOKS, check
from tests.browser.conftest import Visit
from tests.browser.pages import LANGUAGES, NOT_PAGES, PAGE_OF, PAGES
from tests.serving import Site


def test_each_kind_of_page_is_among_those_that_are_looked_at() -> None:
    public = {route for route in routes() if not route.startswith(ADMIN)}
    assert public == NOT_PAGES | set(PAGE_OF)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_public_page(visit: Visit, site: Site, language: str) -> None:
    # Colours know no language: all four looks in one, each theme and each width in the others.
    looks = LOOKS if language == LANGUAGES[0] else LOOKS[1:3]
    page = visit(site, fails=("status of 400", "status of 404"))
    wrong: dict[str, list[Any]] = {}
    for path in PAGES:
        page.goto(in_language(path, language))
        if found := check(page, looks):
            wrong[path] = found
    assert wrong == {}
