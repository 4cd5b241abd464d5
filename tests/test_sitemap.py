"""The sitemap names every public page and no other, under the name that the settings give."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client

from prisoners.models import Deal, Source, State
from prisoners.public.languages import in_language
from tests.addresses import ADMIN, arguments, published_paths, routes
from tests.factories import FACTORIES
from tests.test_canary import Planted

pytestmark = pytest.mark.django_db

NOT_PAGES = {"/healthz", "/robots.txt", "/sitemap.xml"}
NAMESPACE = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
LANGUAGES = ("en", "be", "ru", "uk")


def addresses(client: Client, **extra: Any) -> list[str]:
    response = client.get("/sitemap.xml", **extra)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(response.content)  # noqa: S314  # our own answer
    return [str(one.text) for one in root.findall("map:url/map:loc", NAMESPACE)]


def alternates(client: Client, **extra: Any) -> dict[str, dict[str, str]]:
    """Return, for each address, the same page's addresses by language."""
    root = ElementTree.fromstring(client.get("/sitemap.xml", **extra).content)  # noqa: S314  # our own answer
    return {
        str(one.findtext("map:loc", "", NAMESPACE)): {
            link.attrib["hreflang"]: link.attrib["href"]
            for link in one.findall("xhtml:link", NAMESPACE)
        }
        for one in root.findall("map:url", NAMESPACE)
    }


def fixed_pages() -> set[str]:
    plain = [route for route in routes() if not route.startswith(ADMIN) and not arguments(route)]
    return {f"/{route}" for route in plain} - NOT_PAGES


def test_every_public_page_is_in_the_sitemap_once_and_each_answers(settings: Any) -> None:
    Planted()
    for model in FACTORIES:
        # A source's own date is called published, as the factories' word for public is.
        public = {"state": State.PUBLISHED} if model is Source else {"published": True}
        FACTORIES[model].create(**public)
    found = addresses(Client())
    assert len(found) == len(set(found))
    paths = [one.removeprefix(settings.SITE_URL) for one in found]
    pages = fixed_pages() | set(published_paths())
    assert set(paths) == {in_language(page, code) for page in pages for code in LANGUAGES}
    for path in paths[:20] + paths[-20:]:
        assert Client().get(path).status_code == 200, path


def test_the_sitemap_is_of_the_host_in_the_settings_and_never_of_the_one_asked(
    settings: Any,
) -> None:
    settings.SITE_URL = "https://record.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    found = addresses(Client(), headers={"host": "evil.example"})
    for address in [*found, *alternates(Client(), headers={"host": "evil.example"})]:
        assert urlsplit(address).netloc == "record.example.org"


def test_each_page_names_itself_in_every_language_and_english_for_all_others(settings: Any) -> None:
    record = FACTORIES[Deal].create(published=True)
    path, named = record.get_absolute_url(), alternates(Client())
    versions = {code: f"{settings.SITE_URL}{in_language(path, code)}" for code in LANGUAGES}
    for address in versions.values():
        assert named[address] == {**versions, "x-default": versions["en"]}


def test_robots_are_told_of_the_sitemap_and_kept_from_the_desk(settings: Any) -> None:
    settings.SITE_URL = "https://record.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    response = Client().get("/robots.txt", headers={"host": "evil.example"})
    lines = response.content.decode().splitlines()
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Sitemap: https://record.example.org/sitemap.xml" in lines
    assert "Disallow: /admin/" in lines
    assert "evil.example" not in response.content.decode()
