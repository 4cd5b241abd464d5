"""Who may do what at the desk, and how somebody new gets in."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is at the desk; a group of that name holds the permissions. Roles add up."""

    VIEWER = "viewer", _("viewer")
    RESEARCHER = "researcher", _("researcher")
    EDITOR = "editor", _("editor")
    ADMINISTRATOR = "administrator", _("administrator")


READ: Final = "read_records"
WRITE: Final = "write_records"
PUBLISH: Final = "publish_records"
RESTRICTED: Final = "view_restricted"
ACCOUNTS: Final = "manage_accounts"

# What each role may; the migration that makes the groups says the same, and a test compares.
GRANTS: Final[dict[Role, frozenset[str]]] = {
    Role.VIEWER: frozenset({READ, RESTRICTED}),
    Role.RESEARCHER: frozenset({READ, WRITE}),
    Role.EDITOR: frozenset({READ, WRITE, PUBLISH, RESTRICTED}),
    Role.ADMINISTRATOR: frozenset({READ, WRITE, PUBLISH, RESTRICTED, ACCOUNTS}),
}

# Facts that no visitor ever sees, and at the desk only who may read what is restricted.
RESTRICTED_FACTS: Final = (
    "risk",
    "special_risk",
    "shown_because",
    "basis",
    "contact",
    "disclosure_reason",
    "disclosure_asked_by",
    "disclosure_review_on",
    "note",
)


def may(user: Any, permission: str) -> bool:
    """Whether somebody has one of the desk's permissions, by any of their roles."""
    return bool(user.has_perm(f"prisoners.{permission}"))


class Invitation(models.Model):
    """A link that works once and until a day: to a new account, or to a new password of one.

    Only the hash of its secret is kept. ``account`` is whose password it sets; without one it
    makes a new account with the role. ``made_by`` is empty where the command line made it.
    """

    token_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=Role, blank=True)
    for_whom = models.CharField(
        _("for whom"),
        max_length=120,
        blank=True,
        help_text=_("So that you know later whom you gave it to. Seen by administrators only."),
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("account"),
        null=True,
        blank=True,
        editable=False,
        related_name="reset_links",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("made by"),
        null=True,
        blank=True,
        editable=False,
        related_name="invitations",
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("works until"), editable=False)
    used_at = models.DateTimeField(_("used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-made_at",)
        # The permissions of the whole desk stand here, with what gives people their roles.
        permissions = (
            (READ, "Can read all records, drafts included"),
            (WRITE, "Can write drafts"),
            (PUBLISH, "Can publish, withdraw and change what is public"),
            (RESTRICTED, "Can read facts that are restricted"),
            (ACCOUNTS, "Can manage accounts"),
        )
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(account__isnull=True) & ~Q(role=""))
                | (Q(account__isnull=False) & Q(role="")),
                name="invitation_new_account_has_a_role",
                violation_error_message=_("An invitation to a new account has a role."),
            )
        ]

    def __str__(self) -> str:
        if self.account:
            return _("new password for %(account)s") % {"account": self.account}
        return self.for_whom or str(self.get_role_display())


class Attempt(models.Model):
    """What is counted to limit attempts, in the columns that Django's cache in a database has.

    No row says who tried from where: addresses come here as keyed hashes only, and rows are gone
    after their window. See ``prisoners.accounts.cache``.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.cache_key
