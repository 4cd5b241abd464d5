"""Pages that were made before, for as long as the record they were made from is the same.

A page is kept under the record's version and the day, so that what is published or withdrawn is
seen in the next request of every process, and nothing of the version before it ever again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from prisoners.models import version

CACHE: Final = "pages"
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
            request.method != "GET"
            or request.path.startswith(never)
            or "q" in request.GET
            or len(path) > LONGEST
        ):
            return get_response(request)
        request.get_host()  # refuses a name that is not ours, as every page does
        asked = f"{version()} {timezone.localdate()} {path}"
        key = hashlib.sha256(asked.encode()).hexdigest()
        kept = caches[CACHE].get(key)
        if kept is not None:
            body, headers = kept
            response: HttpResponseBase = HttpResponse(body, headers=headers)
            return get_conditional_response(request, headers["ETag"], response=response)
        # The whole page is made, so that it can be kept; what is sent is decided after.
        wanted = request.META.pop("HTTP_IF_NONE_MATCH", None)
        response = get_response(request)
        if not isinstance(response, HttpResponse) or response.status_code != 200:
            return response
        response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if not response.cookies:
            caches[CACHE].set(key, (response.content, dict(response.headers)))
        if wanted is not None:
            request.META["HTTP_IF_NONE_MATCH"] = wanted
        return get_conditional_response(request, response.headers["ETag"], response=response)

    return middleware
