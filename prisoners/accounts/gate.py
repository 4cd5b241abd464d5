"""The one door to the desk: every address under it is passed here before its view is called."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from prisoners.accounts.factors import has_factor, has_shown_factor

# Open to whoever has not signed in yet.
ENTRANCES: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "accept_invitation",
        "admin:login",
    }
)
# Open to whoever has signed in with a password and has no second factor yet.
SETTING_UP: Final = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"})
LAST_SEEN: Final = "last_seen"


class Gate:
    """Lets nobody to the desk without a second factor, and ends sessions that nobody uses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not is_desk(request):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ENTRANCES:
            return None
        user = request.user
        if not user.is_authenticated:
            return to_login(request)
        if not user.is_staff:
            logout(request)
            return to_login(request)
        if has_factor(user):
            if not has_shown_factor(request):
                logout(request)
                return to_login(request)
            request.is_let_in = True  # type: ignore[attr-defined]  # read by DeskSite
        elif name not in SETTING_UP:
            return HttpResponseRedirect(reverse("mfa_index"))
        stay(request)
        return None


def is_desk(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/")


def to_login(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))


def stay(request: HttpRequest) -> None:
    """Let the session last its whole time again, written at most thirty times in that time.

    Writing it at every request would let two that run at once undo what the other one kept.
    """
    now = int(time.time())
    if now - request.session.get(LAST_SEEN, 0) >= settings.SESSION_COOKIE_AGE // 30:
        request.session[LAST_SEEN] = now
        sessions = UserSession.objects.filter(session_key=request.session.session_key)
        sessions.update(last_seen_at=timezone.now())
