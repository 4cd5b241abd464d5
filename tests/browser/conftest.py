"""A real site, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.serving import Site, served

# Each feature that the policy names and this browser does not know is complained of.
NOT_OURS = "Permissions-Policy"

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium(needs_system: Callable[[str, str], str]) -> str:
    return needs_system("chromium", "chromium")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Site]:
    """The record as both dossiers make it, for tests that change nothing of it."""
    del chromium  # without it there is nobody to serve
    with served(tmp_path_factory.mktemp("site"), "belarus-2025-2026") as one:
        yield one


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One for a module and no longer: while Playwright's loop runs, tests have no database."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a site as somebody who has never been there; what goes wrong in a page is a failure."""
    contexts = []
    wrong: list[str] = []

    def note(page: Page, words: str) -> None:
        if NOT_OURS not in words:
            wrong.append(f"{page.url}: {words}")

    def open_page(site: Site, **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: note(page, message.text))
        page.on("pageerror", lambda error: note(page, str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
