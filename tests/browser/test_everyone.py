"""Without script or mouse, magnified, in the reader's own colours, in stillness, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.pages import (
    DEAL,
    HOME,
    LIST,
    MISUNDERSTOOD,
    NO_PAGE,
    PAGES,
    PERSON,
    RELEASE,
    TIMELINE,
)
from tests.serving import Site

MAIN_PAGES: Final = (HOME, LIST, PERSON, RELEASE, DEAL, TIMELINE)
OK: Final = tuple(path for path in PAGES if path not in (MISUNDERSTOOD, NO_PAGE))
FOR_A_SCREEN: Final = ".leave, .skip, .main-nav, .find, .find-large, .filters, .foot nav"
# How large letters are in a window of 1280 px at 400%: 320 px of the page's own.
MAGNIFIED: Final[Any] = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}

FOCUSED: Final = """() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const drawn = one.querySelector?.(".chart-hit");
    return {
        tag: one.tagName,
        text: (one.getAttribute("aria-label") || one.innerText || one.name || "").trim(),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        drawn: drawn ? getComputedStyle(drawn).stroke !== "none" : false,
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        at: [...document.querySelectorAll("*")].indexOf(one),
    };
}"""
# What is cut off by its own box or by the window, but for what only a screen reader reads.
CUT_OFF: Final = """() => [...document.querySelectorAll("body *")].filter(one => {
    if (one.closest("svg, .unseen, .skip, [hidden], caption, thead, .mark-name")) return false;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || style.display === "contents" || style.display === "none") return false;
    const clips = style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1
        && one.tagName !== "INPUT";
    return clips || box.right > innerWidth + 1 || box.left < -1;
}).map(one => `${one.tagName}.${one.className}`)"""


# Without script


def test_without_script_a_person_is_found_and_a_list_narrowed(visit: Visit, site: Site) -> None:
    page = visit(site, java_script_enabled=False)
    page.goto(HOME)
    expect(page.locator("#leave")).to_be_visible()
    expect(page.locator("#leave-key")).to_be_hidden()
    page.locator("main").get_by_role("searchbox").fill("Kolesnikova")
    page.locator("main").get_by_role("button", name="Search").click()
    page.get_by_role("rowheader").get_by_role("link", name="Maria Kalesnikava").click()
    expect(page.locator(".status-line")).to_contain_text("Freed on 13 December 2025")

    page.goto(LIST)
    page.get_by_text("Narrow the list").click()
    held = page.get_by_role("group", name="Status").locator(".choice", has_text="held")
    count = int(held.locator(".count").inner_text())
    held.get_by_role("checkbox").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main tbody").get_by_role("row")).to_have_count(count)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("main tbody").get_by_role("row")).not_to_have_count(count)

    page.goto(TIMELINE)
    page.get_by_text("The numbers as a table").first.click()
    expect(page.locator(".chart-data table").first).to_be_visible()


def test_script_adds_nothing_to_read(visit: Visit, site: Site) -> None:
    """Each page says the same without it, but for the key that only works with it."""
    plain, scripted = visit(site, java_script_enabled=False), visit(site)
    for path in OK:
        said = []
        for page in (plain, scripted):
            page.goto(path)
            page.evaluate("document.getElementById('leave-key').remove()")
            said.append(page.locator("body").inner_text())
        assert said[0] == said[1], path


# By keyboard alone


def test_a_person_is_found_and_a_list_narrowed_by_keyboard_alone(visit: Visit, site: Site) -> None:
    page = visit(site)
    page.goto(LIST)
    held = int(page.locator("[for=filter-status-held] .count").text_content() or "")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#filter-q")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("main tbody").get_by_role("row")).to_have_count(held)
    expect(page.locator("#filter-status-held")).to_be_focused()

    page.locator("#filter-q").focus()
    page.keyboard.type("Bialiatski")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence-count")).to_have_text("0 people")


@pytest.mark.parametrize("path", MAIN_PAGES)
def test_the_focus_goes_through_a_page_in_order_is_seen_and_not_trapped(
    visit: Visit, site: Site, path: str
) -> None:
    # In stillness, where a page is at once where the focus takes it.
    page = visit(site, viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    stops: list[dict[str, Any]] = []
    for _press in range(1200):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        if one["tag"] == "BODY":
            break
        stops.append(one)
    else:
        pytest.fail(f"The focus never comes to the end of {path}")
    assert [one["at"] for one in stops] == sorted({one["at"] for one in stops})
    assert [one for one in stops if not (one["seen"] and (one["outlined"] or one["drawn"]))] == []
    words = [one["text"] for one in stops]
    assert words[0] == "Skip to the content"
    assert words[-1] == "Reading this safely"


def test_one_key_leaves_every_page(visit: Visit, site: Site) -> None:
    page = visit(site)
    page.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    for path in (*OK, NO_PAGE)[:: len(OK) // 3]:
        page.goto(path)
        page.keyboard.press("Escape")
        expect(page).to_have_title("Weather")


# At 400%


def test_at_400_percent_nothing_is_cut_off_or_scrolls_sideways(visit: Visit, site: Site) -> None:
    page = visit(site, fails=("status of 400", "status of 404"), **MAGNIFIED)
    for path in PAGES:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        assert page.evaluate(CUT_OFF) == [], path


def test_a_table_that_becomes_cards_stays_a_table_for_a_screen_reader(
    visit: Visit, site: Site
) -> None:
    page = visit(site, **MAGNIFIED)
    page.goto(LIST)
    expect(page.locator("main tbody tr").first).to_have_css("display", "block")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [one["role"]["value"] for one in tree if not one["ignored"]]
    people = page.locator("main tbody tr").count()
    assert roles.count("table") == 1
    assert roles.count("columnheader") == 4
    assert roles.count("rowheader") == people
    assert roles.count("cell") == 3 * people


# In the reader's own colours


def test_in_forced_colours_states_and_charts_are_told_apart(visit: Visit, site: Site) -> None:
    page = visit(site, forced_colors="active")
    page.goto(RELEASE)
    marks = page.locator(".people .marks")
    named, unnamed = marks.locator("a svg").first, marks.locator(".marks-open svg").first
    shapes = [one.locator("use").get_attribute("href") for one in (named, unnamed)]
    assert shapes == ["#mark-held", "#mark-released"]
    for shape in shapes:
        drawn = page.locator(f"{shape} > *").first.evaluate(
            "one => [getComputedStyle(one).fill, getComputedStyle(one).stroke]"
        )
        assert drawn != ["none", "none"], shape

    page.goto(HOME)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    line, grid, dot = (
        page.locator(f".chart {one}").first.evaluate("one => getComputedStyle(one).stroke")
        for one in (".chart-line", ".chart-grid", ".chart-dot")
    )
    assert len({line, grid, dot}) == 3
    assert paper not in (line, grid, dot)
    expect(page.locator("main button").first).to_have_css("border-top-style", "solid")


# In stillness


def test_nothing_moves_where_motion_is_to_be_reduced(visit: Visit, site: Site) -> None:
    page = visit(site, reduced_motion="reduce")
    for path in OK:
        page.goto(path)
        moving = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(one => {
                const style = getComputedStyle(one);
                return parseFloat(style.transitionDuration) > 0
                    || parseFloat(style.animationDuration) > 0
                    || style.scrollBehavior === "smooth";
            }).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert moving == [], path
        assert page.evaluate("document.getAnimations().length") == 0, path


# On paper


def test_on_paper_what_is_for_a_screen_is_left_out_and_sources_have_their_address(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    page = visit(site, color_scheme="dark")
    page.emulate_media(media="print")
    for path in MAIN_PAGES:
        page.goto(path)
        for left_out in (
            ".leave",
            ".skip",
            ".main-nav",
            ".find",
            ".find-large",
            ".filters",
            ".foot nav",
        ):
            for one in page.locator(left_out).all():
                expect(one).to_be_hidden()
        assert dark(page) == [], path
        expect(page.locator("main h1, main h2").first).to_be_attached()
    page.goto("/prisoners/test-nobody/")
    for name, address in (
        ("Archived copy", "https://archive.example/test-source"),
        ("Original", "https://news.example/test-source"),
    ):
        link = page.locator(".notes").get_by_role("link", name=name).first
        said = link.evaluate("one => getComputedStyle(one, '::after').content")
        assert address in said
    page.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True)
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def dark(page: Page) -> list[str]:
    """Return what has a background that is not white, or no background of its own, on paper."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("html, body, body *")].filter(one => {
            if (one.closest("svg") || !one.getClientRects().length) return false;
            if (one.closest("button, .unseen, .mark-name, foreignObject")) return false;
            const colour = getComputedStyle(one).backgroundColor;
            return !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(colour);
        }).map(one => `${one.tagName}.${one.className}`)"""
    )
    return found
