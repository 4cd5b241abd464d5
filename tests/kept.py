"""Records that the tests of one module share, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection

from prisoners.desk.dossiers import load
from prisoners.models import Change, append_only

T = TypeVar("T")

ARTICLE: Final = settings.BASE_DIR / "prisoners" / "dossiers" / "belarus-2025-12-13.toml"


def load_article() -> None:
    """Load the facts of the article on the release of 123 prisoners by Belarus."""
    load(path=ARTICLE)


def dump() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of the record, but for the log of what was written."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("prisoners").get_models()
        if model is not Change
    }


@contextmanager
def kept(blocker: Any, make: Callable[[], T]) -> Iterator[T]:
    """Make records that stay for a whole module, and remove them after it.

    Every test still runs in a transaction of its own, so what one changes no other sees.
    """
    try:
        with blocker.unblock():
            made = make()
        yield made
    finally:
        with blocker.unblock():
            models = apps.get_app_config("prisoners").get_models()
            tables = [model._meta.db_table for model in models]
            flush = connection.ops.sql_flush(no_style(), tables, reset_sequences=True)
            append_only.drop_triggers(connection)
            connection.ops.execute_sql_flush(flush)
            append_only.make_triggers(connection.alias)
