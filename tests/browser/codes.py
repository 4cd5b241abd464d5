"""The code of an authenticator app, typed in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.desk import code_of


def give_code(page: Page, secret: str, button: str, then: str) -> None:
    """Type what the app shows, and the next one where that changed on its way to the site."""
    refused, done = page.locator("#id_code[aria-invalid]"), page.locator(then)
    for _attempt in range(2):
        page.locator("#id_code").fill(code_of(secret))
        page.get_by_role("button", name=button).click()
        expect(done.or_(refused)).to_be_visible(timeout=30_000)
        if done.is_visible():
            return
    pytest.fail(f"No code was taken at {page.url}")
