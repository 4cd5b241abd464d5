"""Making accounts, giving them roles, and taking access away. Each change is in their history."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from prisoners.models import Invitation, Role
from prisoners.models.accounts import GRANTS

VALID_FOR: Final = timedelta(days=3)


class LinkRefusedError(Exception):
    """The link was used before, is over, or never was. Which one is not said."""


def invite(*, role: str, for_whom: str, made_by: User | None, now: datetime) -> str:
    """Make an invitation to a new account; return its secret, which is kept nowhere."""
    return _link(now, role=Role(role), for_whom=for_whom, made_by=made_by)


def offer_new_password(*, account: User, made_by: User | None, now: datetime) -> str:
    """Make a link to a new password of an account; return its secret. Earlier ones are over."""
    with transaction.atomic():
        Invitation.objects.filter(account=account, used_at=None).delete()
        if made_by is not None:
            log(account=account, by=made_by, words=_("A link to a new password was made."))
        return _link(now, account=account, made_by=made_by)


def open_link(*, secret: str, now: datetime) -> Invitation:
    """Return what a secret is of; raise LinkRefusedError where it does not work (any more)."""
    links = Invitation.objects.select_related("account", "made_by")
    link = links.filter(token_hash=_hash(secret), used_at=None, expires_at__gt=now).first()
    if link is None or (link.account is not None and not link.account.is_active):
        raise LinkRefusedError
    return link


def accept(
    *, secret: str, username: str, name: str, email: str, password: str, now: datetime
) -> User:
    """Make the account that an invitation is to; raise LinkRefusedError where it does not work."""
    with transaction.atomic():
        link = _use(secret, now)
        if link.account is not None:
            raise LinkRefusedError
        account = User(username=username, first_name=name, email=email.lower(), is_staff=True)
        account.set_password(password)
        account.save()
        account.groups.add(group_of(Role(link.role)))
        words = _("Accepted an invitation made by %(who)s, as %(role)s.") % {
            "who": link.made_by or _("the command line"),
            "role": Role(link.role).label,
        }
        log(account=account, by=account, words=words, flag=ADDITION)
    return account


def set_new_password(*, secret: str, password: str, now: datetime) -> User:
    """Set the password that a link allows to set, and end all sessions of the account."""
    with transaction.atomic():
        link = _use(secret, now)
        if link.account is None:
            raise LinkRefusedError
        account = link.account
        account.set_password(password)
        account.save(update_fields=["password"])
        sign_out(account=account)
        log(account=account, by=account, words=_("Set a new password by a one-time link."))
    return account


def sign_out(*, account: User) -> int:
    """End every session of an account, known by its list or not; return how many there were."""
    ended = [
        session.pk
        for session in Session.objects.all()
        if session.get_decoded().get(SESSION_KEY) == str(account.pk)
    ]
    Session.objects.filter(pk__in=ended).delete()
    UserSession.objects.filter(user=account).delete()
    return len(ended)


def reset_factor(*, account: User, by: User | None) -> int:
    """Forget the second factors and recovery codes of an account, and sign it out.

    Return how many factors there were. The next sign-in, by password, has to set up a new one.
    """
    with transaction.atomic():
        _number, deleted = Authenticator.objects.filter(user=account).delete()
        sign_out(account=account)
        words = _("Second factor reset.") if by else _("Second factor reset from the command line.")
        log(account=account, by=by, words=words)
    return sum(deleted.values())


def make_administrator(*, name: str, now: datetime) -> tuple[User, str]:
    """Make an account an administrator, a new one if there is none of that name.

    Return it with the secret of a link to set its password.
    """
    with transaction.atomic():
        account, is_new = User.objects.get_or_create(username=name)
        if is_new:
            account.set_unusable_password()
        account.is_staff = account.is_active = True
        account.save()
        account.groups.add(group_of(Role.ADMINISTRATOR))
        words = _("Made an administrator from the command line.")
        log(account=account, by=None, words=words, flag=ADDITION if is_new else CHANGE)
        return account, offer_new_password(account=account, made_by=None, now=now)


def administrators() -> Any:
    """Return the accounts that can manage accounts now."""
    roles = [role for role, granted in GRANTS.items() if "manage_accounts" in granted]
    return User.objects.filter(is_active=True, is_staff=True, groups__name__in=roles).distinct()


def log(*, account: User, by: User | None, words: str, flag: int = CHANGE) -> None:
    """Write a line in the history of an account; ``by`` is None for the command line.

    A line needs somebody who did it: from the command line that is the account itself, and the
    words say from where.
    """
    LogEntry.objects.create(
        user=by or account,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(account.pk),
        object_repr=str(account),
        action_flag=flag,
        change_message=words,
    )


def group_of(role: Role) -> Group:
    """Return the group of a role; one that was lost is made anew, with what the role may do."""
    found, made = Group.objects.get_or_create(name=role)
    if made:
        found.permissions.set(Permission.objects.filter(codename__in=GRANTS[role]))
    return found


def _hash(secret: str) -> str:
    """A secret is 256 random bits: there is nothing to guess that a slow hash would protect."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _link(now: datetime, **values: Any) -> str:
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(token_hash=_hash(secret), expires_at=now + VALID_FOR, **values)
    return secret


def _use(secret: str, now: datetime) -> Invitation:
    """Mark a link as used; of two that use it at once, one is refused."""
    link = open_link(secret=secret, now=now)
    if not Invitation.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise LinkRefusedError
    return link
