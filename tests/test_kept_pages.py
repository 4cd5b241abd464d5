"""Pages that are kept are answered before Django is asked, as they were sent, and never stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.cache import caches
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.models import version
from prisoners.public.freshness import InFront
from tests.factories import PrisonerFactory

pytestmark = pytest.mark.django_db

LIST = "/prisoners/"
Answer = tuple[str, dict[str, str], bytes]


def never(_environ: Any, _start_response: Any) -> list[bytes]:
    raise AssertionError("Django was asked.")


# The connection of the test is asked: its transaction is seen by no other one.
in_front_of_nothing = InFront(never, version)
application = InFront(get_wsgi_application(), version)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The transaction of a test is not ended between requests, which a connection is looked at."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def ask(path: str = LIST, query: str = "", server: Any = application, **more: str) -> Answer:
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "testserver", **more}
    setup_testing_defaults(environ)
    said: list[Any] = []
    answer = server(environ, lambda status, headers, _error=None: said.append((status, headers)))
    body = b"".join(answer)
    status, headers = said[0]
    return status, dict(headers), body


@pytest.mark.parametrize("encoding", ["", "gzip, br"])
@pytest.mark.parametrize("path", ["/", LIST, "/be/timeline/", "/safety/"])
def test_what_is_kept_is_what_was_sent(path: str, encoding: str) -> None:
    made = ask(path, HTTP_ACCEPT_ENCODING=encoding)
    assert made[0] == "200 OK"
    assert "Content-Security-Policy" in made[1]
    assert ask(path, server=in_front_of_nothing, HTTP_ACCEPT_ENCODING=encoding) == made
    assert ("Content-Encoding" in made[1]) == bool(encoding)


def test_a_kept_page_asks_the_database_only_for_the_version() -> None:
    ask()
    with CaptureQueriesContext(connection) as queries:
        ask(server=in_front_of_nothing)
    assert len(queries) == 1
    assert "prisoners_change" in queries[0]["sql"]


def test_whoever_has_the_page_already_is_told_so_with_the_same_policy() -> None:
    tag = ask()[1]["ETag"]
    for named in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        for server in (application, in_front_of_nothing):
            status, headers, body = ask(server=server, HTTP_IF_NONE_MATCH=named)
            assert (status, body) == ("304 Not Modified", b"")
            assert headers["ETag"] == tag
            assert "Content-Security-Policy" in headers
            assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(headers)
    assert ask(server=in_front_of_nothing, HTTP_IF_NONE_MATCH='"another"')[0] == "200 OK"


def test_head_has_the_headers_of_get_and_no_body() -> None:
    _status, headers, body = ask()
    assert ask(server=in_front_of_nothing, REQUEST_METHOD="HEAD") == ("200 OK", headers, b"")
    assert body


@pytest.mark.parametrize("query", ["q=Test", "q", "country=AQ&q=Test", "%71=Test", "&q=Test"])
def test_a_name_that_somebody_looks_for_is_never_kept(query: str) -> None:
    assert ask(query=query)[0] == "200 OK"
    with pytest.raises(AssertionError, match="Django was asked"):
        ask(query=query, server=in_front_of_nothing)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (LIST, {"REQUEST_METHOD": "POST"}),
        (LIST, {"HTTP_HOST": "elsewhere.example"}),
        (LIST, {"HTTP_ACCEPT_ENCODING": "gzip"}),
        (LIST, {"QUERY_STRING": "page=1"}),
        ("/be/prisoners/", {}),
        ("/prisoners/nobody-here/", {}),
        ("/admin/", {}),
        ("/healthz", {}),
    ],
)
def test_anything_else_is_for_django_to_answer(path: str, more: dict[str, str]) -> None:
    ask()
    ask(path, **more)  # what is refused is not kept either
    if more.get("HTTP_ACCEPT_ENCODING") or "QUERY_STRING" in more or path.startswith("/be/"):
        caches["pages"].clear()
        ask()
    with pytest.raises(AssertionError, match="Django was asked"):
        ask(path, server=in_front_of_nothing, **more)


def test_a_host_that_is_not_ours_is_refused_whatever_is_kept() -> None:
    ask()
    assert ask(HTTP_HOST="elsewhere.example")[0] == "400 Bad Request"


def test_what_is_published_or_withdrawn_shows_in_the_next_answer() -> None:
    person = PrisonerFactory.create(published=True)
    address = person.get_absolute_url().encode()
    assert address in ask()[2]
    assert address in ask(server=in_front_of_nothing)[2]
    workflow.withdraw(record=person, reason="Test")
    with pytest.raises(AssertionError, match="Django was asked"):
        ask(server=in_front_of_nothing)
    assert address not in ask()[2]


def test_what_cannot_be_read_as_an_address_is_for_django_to_answer() -> None:
    for path in (quote("/prisoners/Ў/"), "/prisoners/\xff/", "//", "/\x00"):
        assert ask(path)[0][:3] in {"404", "400", "301"}


def test_a_database_that_cannot_be_asked_is_for_django_to_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask()
    monkeypatch.setattr("prisoners.models.changes.LATEST", "SELECT nothing FROM nowhere")
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction is in it
    with pytest.raises(AssertionError, match="Django was asked"):
        ask(server=in_front_of_nothing)
