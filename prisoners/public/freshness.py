"""Pages that were made before, for as long as the record they were made from is the same.

A page is kept under the record's version and the day, so that what is published or withdrawn is
seen in the next request of every process, and nothing of the version before it ever again.

The middleware keeps pages and is the outermost, so that a page is kept as it is sent. What stands
in front of Django answers from them, at a fifth of what a request through all of Django costs.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.http import parse_etags

from prisoners.models import Version, version
from prisoners.models.looking import by_a_visitor, today
from prisoners.models.watching import Watch
from prisoners.reading.snapshot.kept import one_answer

CACHE: Final = "pages"
ACCEPTS_GZIP: Final = re.compile(r"\bgzip\b")
# What was looked for, under both spellings of its name in an address.
SEARCH: Final = re.compile(r"(?:^|&)(?:q|%71)(?:=|&|$)")
WORTH_ZIPPING: Final = 500  # bytes
# Longer addresses are not asked twice.
LONGEST: Final = 1_000  # characters
# What an answer without a body does not say of one.
OF_A_BODY: Final = {"Content-Type", "Content-Length", "Content-Encoding"}

Environ = dict[str, Any]
Headers = dict[str, str]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Asked:
    """What a request asks for, as far as an answer may be kept for it."""

    def __init__(self, environ: Environ) -> None:
        self.environ = environ

    @cached_property
    def may_be_kept(self) -> bool:
        """Whether it is for a page that is the same for whoever asks, and for no name.

        A name that somebody looked for is kept nowhere, not even for a moment.
        """
        path = self.environ.get("SCRIPT_NAME", "") + self.environ["PATH_INFO"]
        query = self.environ.get("QUERY_STRING", "")
        return (
            self.environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and len(path) + len(query) <= LONGEST
            and not path.startswith(_never())
            and not SEARCH.search(query)
        )

    @cached_property
    def zipped(self) -> bool:
        return bool(ACCEPTS_GZIP.search(self.environ.get("HTTP_ACCEPT_ENCODING", "")))

    def key(self, began: Version) -> str:
        """Return what the answer of a version is kept under, on this day."""
        ask = self.environ.get
        proxy = settings.SECURE_PROXY_SSL_HEADER
        parts = (
            began,
            today(),
            ask("wsgi.url_scheme"),
            ask(proxy[0]) if proxy else "",
            # A name that is not ours is refused, and so never kept.
            ask("HTTP_HOST") or f"{ask('SERVER_NAME')}:{ask('SERVER_PORT')}",
            ask("SCRIPT_NAME", ""),
            ask("PATH_INFO"),
            ask("QUERY_STRING"),
            self.zipped,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def has(self, tag: str) -> bool:
        """Return whether whoever asks says that they have the page of this tag already."""
        named = self.environ.get("HTTP_IF_NONE_MATCH")
        if named is None or named == tag:
            return bool(named)
        return any(one in ("*", tag, f"W/{tag}") for one in parse_etags(named))


_prefixes: list[str] = []


def _never() -> tuple[str, ...]:
    """Return how addresses begin of which nothing is kept."""
    if not _prefixes:
        # The desk, what is told to machines of this moment, and files that are kept by themselves.
        _prefixes.extend([reverse("admin:index"), reverse("healthz"), settings.STATIC_URL])
    return tuple(_prefixes)


def kept_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Keep pages that are made, answer from them, and 304 where whoever asks has the same already.

    The tag of a page is made from what it says and not from the version: that goes up with
    drafts too, of which nobody is to learn that there are any.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_never()[0]):
            return get_response(request)
        # The day is that of the clock now and of no later moment: at midnight, a page of the day
        # before is not kept as one of the new day.
        with by_a_visitor(timezone.localdate()):
            return answer(request)

    def answer(request: HttpRequest) -> HttpResponseBase:
        asked = Asked(request.META)
        if not asked.may_be_kept:
            return get_response(request)
        began = version()
        key = asked.key(began)
        kept = caches[CACHE].get(key)
        if kept is not None:
            return _to_send(asked, HttpResponse(kept[0], headers=kept[1]))
        # The whole page is made, so that it can be kept; what is sent is decided after.
        wanted = request.META.pop("HTTP_IF_NONE_MATCH", None)
        with one_answer(began):
            response = get_response(request)
        if wanted is not None:
            request.META["HTTP_IF_NONE_MATCH"] = wanted
        if not isinstance(response, HttpResponse) or response.status_code != HTTPStatus.OK:
            return response
        _finish(response, zipped=asked.zipped)
        if not response.cookies:
            caches[CACHE].set(key, (response.content, dict(response.headers)))
        return _to_send(asked, response)

    return middleware


def _finish(response: HttpResponse, *, zipped: bool) -> None:
    """Give a page its tag, and compress it where whoever asks can read that."""
    tag = hashlib.sha256(response.content).hexdigest()[:32]
    patch_vary_headers(response, ["Accept-Encoding"])
    if zipped and len(response.content) > WORTH_ZIPPING:
        # Nothing secret is on these pages, whose length could tell of it.
        response.content = gzip.compress(response.content, compresslevel=5, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        tag += "-gzip"
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["ETag"] = f'"{tag}"'


def _to_send(asked: Asked, whole: HttpResponse) -> HttpResponse:
    """Return a page, or that it is the one which whoever asks has already."""
    if not asked.has(whole.headers["ETag"]):
        return whole
    unchanged = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    unchanged.cookies = whole.cookies
    del unchanged.headers["Content-Type"]
    for name, value in whole.headers.items():
        if name not in OF_A_BODY:
            unchanged.headers[name] = value
    return unchanged


class InFront:
    """Answers from the pages that are kept, and asks Django for all others.

    Whatever goes wrong here is for Django to answer.
    """

    def __init__(self, django: Application, latest: Callable[[], Version] | None = None) -> None:
        """``latest`` gives the record's version, or raises ``DatabaseError``."""
        self._django = django
        self._latest = latest or Watch()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = Asked(environ)
        kept = self._kept_for(asked) if asked.may_be_kept else None
        if kept is None:
            return self._django(environ, start_response)
        body, headers = kept
        if asked.has(headers["ETag"]):
            some = [pair for pair in headers.items() if pair[0] not in OF_A_BODY]
            start_response("304 Not Modified", some)
            return []
        start_response("200 OK", list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _kept_for(self, asked: Asked) -> tuple[bytes, Headers] | None:
        """Return the body and the headers kept for a request; None where there are none."""
        try:
            kept: tuple[bytes, Headers] | None = caches[CACHE].get(asked.key(self._latest()))
        except DatabaseError:
            connection.close()
            return None
        return kept
