"""Where django-allauth asks how this site does it."""

from __future__ import annotations

import base64
import ipaddress
import secrets
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from prisoners.accounts.factors import has_factor

NO_ADDRESS = "::"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # comes without types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return a keyed hash of the visitor's address in the form of an address.

        It is all that is ever kept of it, and only as long as attempts are counted.
        """
        seen = ipaddress.ip_network(super().get_client_ip(request))
        if seen.version == 6:
            # Whoever has one has all of these.
            seen = seen.supernet(new_prefix=64)
        key = salted_hmac("prisoners.accounts.address", str(seen), algorithm="sha256").digest()
        # What differs stands in the first half: attempts are counted by that.
        return str(ipaddress.IPv6Address(b"\xfd" + key[:7] + bytes(8)))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count by account, however it is named, and not by the host as allauth does.

        Whoever tries chooses the host, port and all.
        """
        login = str(credentials.get("username") or credentials.get("email") or "")
        named = User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login))
        account = named.order_by("pk").values_list("pk", flat=True).first()
        return f"account {account}" if account else f"login {login.lower()}"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A first factor is set up right after the password was given or chosen."""
        return has_factor(context.request.user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        UserSession.objects.filter(session_key=request.session.session_key).update(ip=NO_ADDRESS)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # comes without types
    def _get_site_name(self) -> str:
        """Authenticators and browsers show the site's name, and not the host that was asked."""
        return settings.SITE_NAME

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def build_totp_svg(self, url: str) -> str:
        image = qrcode.make(url, image_factory=SvgPathImage)
        return str(image.to_string(encoding="unicode"))

    def encrypt(self, text: str) -> str:
        """Keep secrets so that a copy of the database alone is no second factor."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # Kept under another SECRET_KEY: no code may be right, so the answer is a guess that
            # nobody can make. An empty one would be a secret that everybody knows.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  # named so by its base
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}


def _cipher() -> Fernet:
    key = salted_hmac("prisoners.accounts.factor", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
