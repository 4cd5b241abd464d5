"""Looking at a page with axe-core."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Theme = Literal["light", "dark"]

# Without "preload", in which it writes style sheets into the page that the policy refuses.
WIDTHS: Final = (1440, 320)
LOOKS: Final[Sequence[tuple[Theme, int]]] = tuple(product(("light", "dark"), WIDTHS))
# Contrast as LOOK.md asks for it, 7:1, which holds the 4.5:1 of the other rule.
COLOURS: Final = ("color-contrast-enhanced", "link-in-text-block")
ALL_BUT_COLOURS: Final = {
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {
        "color-contrast": {"enabled": False},
        "link-in-text-block": {"enabled": False},
        "target-size": {"enabled": True},
    },
}
ONLY_COLOURS: Final = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": list(COLOURS)},
}
OPENED: Final = "document.querySelectorAll('details').forEach(one => { one.open = true })"
# Colours take axe seconds on a long page, and the fortieth row has those of the first.
SHORTENED: Final = """() => {
    for (const parent of document.querySelectorAll("main *")) {
        const seen = {};
        for (const one of [...parent.children]) {
            const kind = one.tagName + one.getAttribute("class");
            seen[kind] = (seen[kind] ?? 0) + 1;
            if (seen[kind] > 3) one.remove();
        }
    }
}"""
FOUND: Final = """options => axe.run(options).then(result => result.violations.flatMap(
    rule => rule.nodes.map(node => [rule.id, node.html.slice(0, 200), node.failureSummary])
))"""


def wide(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def check(
    page: Page, looks: Sequence[tuple[Theme, int]] = LOOKS, *, at_end: bool = False
) -> list[Any]:
    """Return what is wrong with a page at both widths, and with its colours in some looks.

    What is folded is opened first. Evaluated, and not put into the page, axe runs under the policy.
    ``at_end``: at the end of the page, where buttons that stay in sight at its foot cover nothing.
    """
    wrong: list[Any] = []
    page.evaluate(OPENED)
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        wide(page, width)
        if at_end:
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        wrong += [[width, *one] for one in page.evaluate(FOUND, ALL_BUT_COLOURS)]
    page.evaluate(SHORTENED)
    for theme, width in looks:
        wide(page, width)
        page.emulate_media(color_scheme=theme)
        wrong += [[theme, width, *one] for one in page.evaluate(FOUND, ONLY_COLOURS)]
    return wrong
