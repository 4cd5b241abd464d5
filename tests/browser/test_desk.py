"""What researchers do at their desk, from the link that lets them in to the page that is public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import LOOKS, check
from tests.browser.codes import give_code
from tests.browser.conftest import Visit
from tests.browser.pages import LANGUAGES
from tests.desk import PASSWORD
from tests.lists import as_csv, viasna_row
from tests.serving import Site, served

ADMINISTRATOR = "test-administrator"
RESEARCHER = "test-researcher"
PERSON = "Test Personova"
RECORDS = "/admin/prisoners/"
# What researchers have open all day; of each list, the first record is looked at too.
LISTS = ("prisoner", "release", "deal", "source")
OTHERS = (
    "/admin/",
    f"{RECORDS}prisoner/add/",
    f"{RECORDS}prisoner/enter/",
    f"{RECORDS}citation/add/",
    "/admin/auth/user/",
    f"{RECORDS}invitation/add/",
    "/admin/account/sessions/",
)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Site]:
    """A site of our own: what is published on it, no other test may see."""
    del chromium
    with served(tmp_path_factory.mktemp("desk")) as one:
        yield one


def come_in(page: Page, link: str, name: str = "") -> str:
    """Follow a link that lets somebody in, and set up an app; return the app's key."""
    page.goto(link)
    if name:
        page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".account-secret").inner_text().replace(" ", "")
    give_code(page, secret, "Set up", "h1:text('Recovery codes')")
    return secret


def administrator(visit: Visit, site: Site) -> Page:
    page = visit(site)
    said = site.manage("make_administrator", ADMINISTRATOR)
    come_in(page, re.findall(r"http\S+", said)[0])
    return page


def invitation(chief: Page) -> str:
    """Invite a researcher, and return the link to be passed on."""
    chief.goto("/admin/prisoners/invitation/add/")
    chief.get_by_role("radio", name="researcher").check()
    chief.get_by_label("For whom").fill(RESEARCHER)
    chief.locator("input[name=_save]").click()
    return chief.locator(".account-secret").inner_text()


def sign_in(page: Page, name: str, secret: str) -> None:
    page.goto("/admin/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    give_code(page, secret, "Sign in", f"#user-tools >> text={name}")


def test_a_researcher_enters_and_publishes(visit: Visit, own_site: Site) -> None:
    """Invited, and signed in with a code; nobody sees the person until it is published."""
    chief = administrator(visit, own_site)
    page = visit(own_site)
    secret = come_in(page, invitation(chief), RESEARCHER)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, RESEARCHER, secret)

    # No key is spent on the way to the first thing that is asked for.
    page.goto("/admin/prisoners/prisoner/enter/")
    expect(page.locator("#id_source + .select2 [role=combobox]")).to_be_focused()

    page.goto("/admin/prisoners/prisoner/add/")
    page.locator("#id_names-0-text").fill(PERSON)
    page.locator("#detentions-group .add-row a").click()
    page.locator("#id_detentions-0-country").select_option("AQ")
    page.locator("#id_detentions-0-began").fill("2021-07")
    page.locator("#id_detentions-0-last_confirmed").fill("2021-09-01")
    expect(page.get_by_text("understood as July 2021")).to_be_visible()
    page.locator("input[name=_save]").click()
    standing = page.locator(".desk-standing")
    expect(standing).to_contain_text("Draft")
    standing.get_by_role("link", name="Cite a source for several facts").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Belarus Releases")
    page.locator(".select2-results__option", has_text="Belarus Releases").click()
    page.get_by_role("button", name="Choose all").click()
    page.get_by_role("button", name="Cite for the chosen facts").click()
    expect(standing).to_be_visible()
    expect(standing).not_to_contain_text("without a source")
    standing.get_by_role("button", name="Submit for review").click()
    expect(standing).to_contain_text("In review")
    expect(standing.get_by_role("button", name="Publish")).to_have_count(0)

    visitor = visit(own_site)
    visitor.goto(f"/prisoners/?q={PERSON}")
    people = visitor.locator("main tbody").get_by_role("row")
    expect(visitor.locator(".sentence-count")).to_have_text("0 people")
    expect(people).to_have_count(0)

    chief.goto(page.url)
    chief.get_by_role("button", name="Publish", exact=True).click()
    expect(chief.locator(".desk-standing")).to_contain_text("Published")

    visitor.reload()
    expect(people).to_have_count(1)
    people.get_by_role("link", name=PERSON).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(PERSON)
    expect(visitor.locator(".status-line")).to_contain_text("1 September 2021")
    visitor.locator("h1 .fn a").first.click()
    expect(visitor.locator(".notes :target")).to_contain_text("Belarus Releases 123 Political")


def test_the_columns_of_a_list_are_read_on_a_narrow_screen_without_scrolling_sideways(
    visit: Visit, own_site: Site
) -> None:
    page = visit(own_site, viewport={"width": 320, "height": 640}, has_touch=True)
    said = own_site.manage("make_administrator", "test-narrow")
    come_in(page, re.findall(r"http\S+", said)[0])
    page.goto(f"{RECORDS}import/add/")
    content = as_csv([viasna_row(1), viasna_row(2, status="released")])
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # as Playwright says
    page.locator("input[type=submit], button[type=submit]").last.click()
    box = page.locator(".import-scroll")
    expect(box).to_be_visible()
    wide = "one => [one.scrollWidth - one.clientWidth, document.documentElement.scrollWidth]"
    assert box.evaluate(wide) == [0, 320]
    heading = box.locator("tbody th", has_text="decision")
    field = box.get_by_label("Field of decision")
    expect(field).to_be_visible()
    above, below = heading.bounding_box(), field.bounding_box()
    assert above is not None
    assert below is not None
    # One under the other, each as wide as there is room.
    assert above["y"] + above["height"] <= below["y"]
    assert below["width"] > 200
    assert "Examples: " in box.evaluate(
        "one => getComputedStyle(one.querySelector('td[data-label]'), '::before').content"
    )
    assert check(page, []) == []


def wrong_on(page: Page, path: str, looks: Any) -> list[Any]:
    page.goto(path)
    return [[path, *one] for one in check(page, looks, at_end=True)]


def first_record(page: Page, kind: str) -> str:
    page.goto(f"{RECORDS}{kind}/")
    address = page.locator("#result_list tbody th a").first
    return str(address.get_attribute("href"))


def test_axe_finds_nothing_on_the_main_pages_of_the_desk(visit: Visit, own_site: Site) -> None:
    # A colour that is still turning into another is neither.
    page = visit(own_site, reduced_motion="reduce")
    said = own_site.manage("make_administrator", "test-axe")
    come_in(page, re.findall(r"http\S+", said)[0])
    paths = [*OTHERS, *(f"{RECORDS}{kind}/" for kind in LISTS)]
    paths += [first_record(page, kind) for kind in LISTS]
    wrong: list[Any] = []
    for number, path in enumerate(paths):
        # Colours know no page: all four looks on the first, a theme and a width on each other.
        looks = LOOKS if number == 0 else LOOKS[1:3]
        wrong += wrong_on(page, path, looks)
    for language in LANGUAGES[1:]:
        page.set_extra_http_headers({"Accept-Language": language})
        for path in (OTHERS[0], OTHERS[1], paths[-4]):
            wrong += wrong_on(page, path, [])
    assert wrong == []
