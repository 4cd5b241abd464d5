"""Whether an account has a second factor, and whether this session has shown it."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

# Recovery codes come with one of these and are of no use alone.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(account: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=account.pk, type__in=FACTORS).exists())


def has_shown_factor(request: HttpRequest) -> bool:
    """Whether this session began with the second factor, or is the one that set it up.

    A session from before the account had one proves a password only.
    """
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
