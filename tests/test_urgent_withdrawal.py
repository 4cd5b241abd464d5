"""A published person is withdrawn: nothing of the name remains, in any process, at any address."""

from __future__ import annotations

import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from prisoners.public import urls
from tests.bench.serving import HOST
from tests.serving import Site, served

PERSON = "/prisoners/test-nobody/"
FORMER = "/prisoners/test-former/"
# Every one of them says the name, or leads to the person.
TELLING = (
    PERSON,
    "/be" + PERSON,
    "/prisoners/",
    "/ru/prisoners/",
    "/prisoners/?country=AQ",
    "/timeline/",
    "/timeline/?country=AQ",
    "/sources/test-source/",
    "/sitemap.xml",
    "/releases/test-freed/",
    "/be/releases/test-freed/",
    "/facilities/test-prison/",
    "/actors/test-actor/",
    f"/prisoners/?q={quote('Nobody')}",
    f"/be/prisoners/?q={quote('Ніхто')}",
)
# Asked too when the person is gone.
QUIET = ("/", "/be/", "/releases/", "/deals/", "/figures/", "/sources/", "/data/")
PORTRAIT = f"{PERSON}portrait"
# The public addresses that are asked above, by their names, and those that name nobody or, such as
# a deal, name people by the pages above only. A new one has to be put to one of them.
ASKED = {
    "home",
    "prisoner-list",
    "prisoner-detail",
    "portrait",
    "release-detail",
    "timeline",
    "source-detail",
    "actor-detail",
    "facility-detail",
}
NAMES_NOBODY = {
    "release-list",
    "deal-list",
    "deal-detail",
    "figure-list",
    "source-list",
    "methodology",
    "data",
    "safety",
}
WORDS = ("Test Nobody", "test-nobody", "Тэст Ніхто", "test-former", "a person for tests")
# By whom the list can be narrowed to a country.
FACET = "Antarctica"
WITHDRAW = """
from prisoners.desk import workflow
from prisoners.models import Prisoner
workflow.withdraw(record=Prisoner.objects.get(slug="test-nobody"), reason="Threatened")
"""
PREPARE = """
import io
from django.core.files.base import ContentFile
from PIL import Image
from prisoners.models import (
    Actor, Affiliation, Prisoner, PrisonerName, Release, ReleaseOutcome
)
person = Prisoner.objects.get(slug="test-nobody")
person.slug = "test-former"
person.save()
person.slug = "test-nobody"
person.save()
PrisonerName.objects.create(
    prisoner=person, text="Тэст Ніхто", language="be", script="Cyrl", state="published"
)
picture = io.BytesIO()
Image.new("RGB", (4, 4)).save(picture, "PNG")
person.portrait_rights = "Made up"
person.portrait.save("test.png", ContentFile(picture.getvalue()))
release = Release.objects.create(
    slug="test-freed", title="Test release", country="AQ", happened="2021-12-13", state="published"
)
ReleaseOutcome.objects.create(
    release=release, detention=person.detentions.get(), state="published"
)
actor = Actor.objects.create(
    slug="test-actor", name="Test actor", kind="organisation", state="published"
)
Affiliation.objects.create(
    prisoner=person, actor=actor, kind="membership", role="Member", state="published"
)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made_up = Path(__file__).parent / "browser" / "made_up.toml"
    with served(tmp_path_factory.mktemp("withdrawal"), str(made_up)) as one:
        yield one


@contextmanager
def only(site: Site, worker: int) -> Iterator[None]:
    """Let one process answer: the others stand still."""
    assert site.server is not None
    others = [one for one in site.server.workers() if one != worker]
    assert others
    for one in others:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in others:
            os.kill(one, signal.SIGCONT)


def status_of(site: Site, path: str) -> int:
    port = int(site.url.rpartition(":")[2])
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


def ask(site: Site, path: str) -> tuple[int, str]:
    port = int(site.url.rpartition(":")[2])
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_nothing_of_a_withdrawn_person_remains_in_any_process(site: Site) -> None:
    site.manage("shell", "-c", PREPARE)
    assert site.server is not None
    workers = site.server.workers()
    assert len(workers) == 2
    homes = set()
    for worker in workers:
        with only(site, worker):
            for path in TELLING:
                for _again in range(2):  # the second time as it is kept
                    status, page = ask(site, path)
                    assert status == 200, path
                    assert any(word in page for word in WORDS), path
            assert ask(site, FORMER)[0] == 301
            assert status_of(site, PORTRAIT) == 200
            assert FACET in ask(site, "/prisoners/")[1]
            homes.add(ask(site, "/")[1])

    site.manage("shell", "-c", WITHDRAW)

    for worker in workers:
        with only(site, worker):
            for path in (PERSON, "/be" + PERSON, FORMER, "/uk" + FORMER):
                status, page = ask(site, path)
                assert status == 410, path
                assert not any(word in page for word in WORDS), path
            assert status_of(site, PORTRAIT) == 410
            for path in (*TELLING[2:], *QUIET):
                status, page = ask(site, path)
                assert status == 200, path
                assert not any(word in page for word in WORDS), path
            assert FACET not in ask(site, "/prisoners/")[1]
            assert ask(site, "/")[1] not in homes


def test_every_public_address_is_asked_or_names_nobody() -> None:
    """A feed, a download or an answer for machines that is new has to be told of here."""
    assert {one.name for one in urls.urlpatterns} == ASKED | NAMES_NOBODY
