"""The pages of one's own account: mostly allauth's, in the desk's clothes."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from prisoners.accounts.factors import has_factor
from prisoners.accounts.forms import NewAccountForm, NewPasswordForm
from prisoners.desk import accounts
from prisoners.models import Invitation, Role


class AccountView(IndexView):  # type: ignore[misc]  # comes without types
    """What belongs to an account; without a second factor, the choice of one."""

    template_name = "accounts/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        held = context["authenticators"]
        codes = held.get(Authenticator.Type.RECOVERY_CODES)
        names = self.request.user.groups.values_list("name", flat=True)
        return {
            **context,
            "has_factor": has_factor(self.request.user),
            "authenticator_app": held.get(Authenticator.Type.TOTP),
            "passkeys": [one.instance for one in held.get(Authenticator.Type.WEBAUTHN, [])],
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "roles": [role.label for role in Role if role in names],
        }


class ShowsFactor:
    """Setting a factor up shows it: this session is as good as one that signed in with it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # a mixin
        request: HttpRequest = self.request  # type: ignore[attr-defined]  # a mixin: its base has it
        record_authentication(request, request.user, "mfa", reauthenticated=True)
        return response


class SetUpAuthenticatorView(ShowsFactor, ActivateTOTPView):  # type: ignore[misc]  # comes without types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return {
            **context,
            # Drawn by a library from letters and digits that this site chose.
            "drawing": mark_safe(context["totp_svg"]),  # noqa: S308  # drawn by the library
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        }


class AddPasskeyView(ShowsFactor, AddWebAuthnView):  # type: ignore[misc]  # comes without types
    pass


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    found = UserSession.objects.purge_and_list(request.user)
    context = {
        "sessions": sorted(found, key=lambda one: one.last_seen_at, reverse=True),
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out of one's own account at one place."""
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    end_sessions(request, [session])
    messages.success(request, _("Signed out there."))
    return HttpResponseRedirect(reverse("usersessions_list"))


@require_POST
def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out of one's own account everywhere, here too."""
    accounts.sign_out(account=cast(User, request.user))
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))


@sensitive_post_parameters("password1", "password2")
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Follow a one-time link, to a new account or to a new password."""
    if limited := ratelimit.consume_or_429(request, action="reset_password_from_key"):
        return limited  # type: ignore[no-any-return]  # comes without types
    now = timezone.now()
    try:
        link = accounts.open_link(secret=secret, now=now)
        form = form_for(link, request)
        if request.method == "POST" and form.is_valid():
            account = taken_up(secret, form)
            logout(request)
            record_authentication(request, account, "password")
            return perform_login(request, Login(user=account))  # type: ignore[no-any-return]  # comes without types
    except accounts.LinkRefusedError:
        return render(request, "accounts/link_refused.html", status=410)
    context = {"link": link, "form": form}
    return render(request, "accounts/accept.html", context)


def form_for(link: Invitation, request: HttpRequest) -> NewPasswordForm:
    if link.account is not None:
        return NewPasswordForm(link.account, request.POST or None)
    return NewAccountForm(User(), request.POST or None)


def taken_up(secret: str, form: NewPasswordForm) -> User:
    """Do what the link allows, with what was entered."""
    given = form.cleaned_data
    password, now = given["password1"], timezone.now()
    if isinstance(form, NewAccountForm):
        return accounts.accept(
            secret=secret,
            username=given["username"],
            name=given["name"],
            email=given["email"],
            password=password,
            now=now,
        )
    return accounts.set_new_password(secret=secret, password=password, now=now)
