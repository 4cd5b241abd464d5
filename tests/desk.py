"""Accounts of the researchers' desk, and signing in to it."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client

from prisoners.accounts.gate import LAST_SEEN
from prisoners.desk.accounts import group_of
from prisoners.models import Role

PASSWORD = "a long test password"


def account(*roles: Role, name: str = "tester", **values: Any) -> User:
    """Make an account with roles and a password, and without a second factor."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **values)
    # A test with real transactions has emptied the table of groups before.
    user.groups.set([group_of(role) for role in roles])
    return user


def with_factor(user: User, *, secret: str | None = None) -> User:
    """Give an account an authenticator app and recovery codes."""
    TOTP.activate(user, secret or generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def code_of(secret: str) -> str:
    """Return what an authenticator app shows, and will for some seconds: waits for a new one."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in(client: Client, user: User, *, confirmed: bool = False) -> Client:
    """Sign in as somebody who has shown their second factor; ``confirmed``: just now, again."""
    if not Authenticator.objects.filter(user=user).exists():
        with_factor(user)
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    with request_context(request):
        record_authentication(request, user, "mfa", reauthenticated=confirmed)
    request.session[LAST_SEEN] = int(time.time())
    request.session.save()
    return client


def at_desk(client: Client, *roles: Role) -> Client:
    """Sign in to the desk with roles; without any as an administrator."""
    return sign_in(client, account(*(roles or (Role.ADMINISTRATOR,))))
