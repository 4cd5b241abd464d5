"""Who is at the desk, for whatever is written there."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from prisoners.accounts.gate import is_desk
from prisoners.models import recorded

View = Callable[[HttpRequest], HttpResponse]


def signed(get_response: View) -> View:
    """Let each change that a request of the desk makes say whose it is.

    The account is looked at only when something is written, and nowhere but at the desk.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not is_desk(request):
            return get_response(request)
        with recorded(by=request.user):
            return get_response(request)

    return middleware
