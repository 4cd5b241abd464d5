"""A cache in the database that forgets: what is over is deleted, not only passed over."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, transaction
from django.utils import timezone

from prisoners.models import Attempt


class ForgettingCache(DatabaseCache):
    """Django's cache in a database, on a table that a migration makes.

    Django leaves a row that has expired until somebody asks for it. These rows say, in hashes,
    that somebody tried to get in, so each new one clears out those whose window is over.
    """

    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self.forget()
        super().set(key, value, timeout, version)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        self.forget()
        return super().add(key, value, timeout, version)

    def forget(self) -> None:
        try:
            with transaction.atomic():
                Attempt.objects.filter(expires__lt=timezone.now()).delete()
        except DatabaseError:
            # Somebody else is clearing out the same rows.
            return
