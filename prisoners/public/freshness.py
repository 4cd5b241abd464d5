"""Pages that were made before, for as long as the record they were made from is the same.

A page is kept under the record's version and the day, so that what is published or withdrawn is
seen in the next request of every process, and nothing of the version before it ever again.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from typing import Final

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from prisoners.models import version
from prisoners.reading.snapshot.kept import one_answer

CACHE: Final = "pages"
ACCEPTS_GZIP: Final = re.compile(r"\bgzip\b")
WORTH_ZIPPING: Final = 500  # bytes
# Longer addresses are not asked twice.
LONGEST: Final = 1_000  # characters


def kept_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer from what was made before, and 304 where whoever asks has the same already.

    The tag of a page is made from what it says and not from the version: that goes up with
    drafts too, of which nobody is to learn that there are any.
    """
    # The desk, and what is told to machines of this moment.
    never = (reverse("admin:index"), reverse("healthz"))

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.get_full_path()
        # A name that somebody looked for is kept nowhere, not even for a moment.
        if (
            request.method not in ("GET", "HEAD")
            or request.path.startswith(never)
            or "q" in request.GET
            or len(path) > LONGEST
        ):
            return get_response(request)
        # A name that is not ours is refused here, as every page does.
        site = f"{request.scheme}://{request.get_host()}"
        zipped = bool(ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")))
        began = version()
        asked = f"{began} {timezone.localdate()} {site}{path} {zipped}"
        key = hashlib.sha256(asked.encode()).hexdigest()
        kept = caches[CACHE].get(key)
        if kept is not None:
            body, headers = kept
            return _to_send(request, HttpResponse(body, headers=headers))
        # The whole page is made, so that it can be kept; what is sent is decided after.
        wanted = request.META.pop("HTTP_IF_NONE_MATCH", None)
        with one_answer(began):
            response = get_response(request)
        if not isinstance(response, HttpResponse) or response.status_code != 200:
            return response
        tag = hashlib.sha256(response.content).hexdigest()[:32]
        patch_vary_headers(response, ["Accept-Encoding"])
        if zipped and len(response.content) > WORTH_ZIPPING:
            # Nothing secret is on these pages, whose length could tell of it.
            response.content = gzip.compress(response.content, compresslevel=5, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
            tag += "-gzip"
        response.headers["ETag"] = f'"{tag}"'
        if not response.cookies:
            caches[CACHE].set(key, (response.content, dict(response.headers)))
        if wanted is not None:
            request.META["HTTP_IF_NONE_MATCH"] = wanted
        return _to_send(request, response)

    return middleware


def _to_send(request: HttpRequest, whole: HttpResponse) -> HttpResponse:
    """Return a page, or that it is the one which whoever asks has already."""
    return get_conditional_response(request, whole.headers["ETag"], response=whole) or whole
