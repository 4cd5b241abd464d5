"""What people come for, from their first page to their last."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.serving import Site

PHONE = {"width": 360, "height": 740}


def test_a_relative_finds_a_person_typed_in_cyrillic_with_a_typo(visit: Visit, site: Site) -> None:
    page = visit(site, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/ru/")
    search = page.locator("main").get_by_role("searchbox")
    search.fill("Беляцикй Олесь")
    search.press("Enter")
    people = page.locator("main tbody").get_by_role("row")
    expect(people).to_have_count(1)
    people.get_by_role("link", name="Алесь Беляцкий").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Алесь Беляцкий")
    expect(page.locator(".status-line")).to_contain_text("13 декабря 2025")
    expect(page.locator(".names")).to_contain_text("Алесь Бяляцкі")


def test_a_journalist_filters_follows_a_number_to_its_proof_and_copies_the_link(
    visit: Visit, site: Site
) -> None:
    page = visit(site, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    card = page.locator(".figure-documented", has_text="people freed")
    freed = int(card.locator(".figure-value").inner_text())
    card.get_by_role("link", name="See who").click()
    people = page.locator("main tbody").get_by_role("rowheader")
    expect(people).to_have_count(freed)

    # Each choice says beforehand how many it leaves, and answers at once.
    choice = page.get_by_role("group", name="Released to").locator(".choice", has_text="Lithuania")
    count = int(choice.locator(".count").inner_text())
    assert 0 < count < freed
    choice.get_by_role("checkbox").check()
    expect(people).to_have_count(count)
    expect(page).to_have_url(re.compile("status=released.*released_to=LT"))
    names = people.all_inner_texts()

    # The link to this list says the same to somebody else.
    link = page.get_by_role("link", name="Link to this list").get_attribute("href")
    assert link is not None
    assert "released_to=LT" in link
    colleague = visit(site)
    colleague.goto(link)
    assert colleague.locator("main tbody").get_by_role("rowheader").all_inner_texts() == names

    # What others report is followed to its note and its source, and the page of that is quoted.
    page.goto("/")
    card = page.locator(".figure-reported", has_text="1,131")
    card.get_by_role("link", name="Its source").click()
    card = page.locator(":target")
    expect(card).to_contain_text("1,131")
    card.locator(".fn").first.get_by_role("link").click()
    note = page.locator(".notes :target")
    title = note.get_by_role("link").first.inner_text()
    note.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("main").get_by_role("row", name="It says: 1,131")).to_have_count(1)
    page.locator(".quotation").click()
    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert title in copied
    [address] = re.findall(r"http\S+/", copied)
    assert page.url == address
    colleague.goto(address)
    expect(colleague.get_by_role("heading", level=1)).to_have_text(title)


def test_a_reader_of_the_deal_reaches_the_people_it_freed(visit: Visit, site: Site) -> None:
    page = visit(site)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Deals").click()
    page.get_by_role("link", name="potash sanctions to be eased").click()
    expect(page.locator(".ledger")).to_contain_text("Lifting of sanctions on Belarusian potash")
    freed = page.get_by_role("region", name="Who was freed")
    expect(freed.locator("figcaption")).to_contain_text("123 freed")
    freed.get_by_role("link", name="Maria Kalesnikava").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria Kalesnikava")
    expect(page.locator(".status-line")).to_contain_text("Freed on 13 December 2025")
    page.get_by_role("link", name="Belarus frees 123 political prisoners").first.click()
    everybody = page.locator(".people").get_by_role("link")
    expect(everybody.filter(has_text="Maria Kalesnikava")).to_be_visible()
    expect(everybody.filter(has_text="Ales Bialiatski")).to_be_visible()
