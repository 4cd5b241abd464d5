"""What somebody may do to records at the desk, by their roles."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest

from prisoners.desk.workflow import UNPUBLISHED
from prisoners.models import Record
from prisoners.models.accounts import PUBLISH, READ, RESTRICTED, RESTRICTED_FACTS, WRITE, may

# Where a dossier keeps what it said of all facts; nobody searches in it.
NEVER_LOOKED_FOR: Final = "values"


class ByRole:
    """Permissions that are the same for every kind of record, in place of Django's four for each.

    Drafts are written by whoever may write; what was ever public, and what is a part of it on its
    page, is changed by whoever may publish.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, READ)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, WRITE) and self._is_free(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes_at_once(request, obj)

    def changes_at_once(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether somebody's change takes effect by itself; see ``prisoners.admin.proposing``."""
        return may(request.user, WRITE) and self._is_free(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, WRITE) and self._is_free(request, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return may(request.user, PUBLISH)

    def reads_restricted(self, request: HttpRequest) -> bool:
        return may(request.user, RESTRICTED)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse to look for what may not be read: finding it letter by letter is reading it."""
        names = set(lookup.split("__"))
        if NEVER_LOOKED_FOR in names:
            return False
        if names.intersection(RESTRICTED_FACTS) and not self.reads_restricted(request):
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]  # a mixin

    def _is_free(self, request: HttpRequest, record: Any) -> bool:
        is_draft = not isinstance(record, Record) or record.state in UNPUBLISHED
        return is_draft or self.has_publish_permission(request)
