"""A real site, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.serving import Site, served

# Each feature that the policy names and this browser does not know is complained of.
NOT_OURS = "Permissions-Policy"

# Conditions are waited for as long as an action is, on a machine that is busy with other tests too.
expect.set_options(timeout=30_000)

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium(needs_system: Callable[[str, str], str]) -> str:
    return needs_system("chromium", "chromium")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Site]:
    """The record as both dossiers and a made-up one make it, for tests that change nothing."""
    del chromium  # without it there is nobody to serve
    made_up = Path(__file__).with_name("made_up.toml")
    with served(tmp_path_factory.mktemp("site"), "belarus-2025-2026", str(made_up)) as one:
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
    """Open a site as somebody who has never been there; what goes wrong in a page is a failure.

    ``fails`` are words of what is meant to go wrong.
    """
    contexts = []
    wrong: list[str] = []

    def open_page(site: Site, fails: Sequence[str] = (), **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()

        def note(words: str) -> None:
            if not any(one in words for one in (NOT_OURS, *fails)):
                wrong.append(f"{page.url}: {words}")

        page.on("console", lambda message: note(message.text))
        page.on("pageerror", lambda error: note(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
