"""The record's version, as often as a page is asked for.

On PostgreSQL, to take a connection from the pool, to see whether it is alive and to give it back
takes several times as long as the one question. So each process keeps a connection for it alone.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Any, Final

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus

from prisoners.models.changes import LATEST, Version, version

NAME: Final = b"latest"
# How long nothing is tried after something went wrong, in seconds.
REST: Final = 10.0
# Of Django's parameters, those that are its own.
DJANGOS: Final = ("pool", "cursor_factory", "context", "prepare_threshold")


class Watch:
    """Asks for the version: what was committed when it is asked, as ``version`` does.

    Where its own connection fails, Django's is asked, and the own one is let alone for a while: it
    may be that what lies between keeps no statements, or that the server has no place left.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._own: psycopg.Connection[Any] | None = None
        self._rests_until = 0.0

    def __call__(self) -> Version:
        """Raise ``DatabaseError`` where no connection answers."""
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "postgresql" and time.monotonic() >= self._rests_until:
            try:
                with self._lock:
                    return self._ask(database)
            except psycopg.Error:
                self._rests_until = time.monotonic() + REST
                self.close()
        try:
            return version()
        finally:
            # As Django does when it has answered: without it, a connection would not go back to
            # its pool.
            database.close_if_unusable_or_obsolete()

    @property
    def has_connection(self) -> bool:
        return self._own is not None

    def close(self) -> None:
        with self._lock:
            own, self._own = self._own, None
            if own is not None:
                own.close()

    def _ask(self, database: Any) -> Version:
        if self._own is None:
            self._own = _connected(database)
        result = self._own.pgconn.exec_prepared(NAME, [])
        if result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        if not result.ntuples:
            return Version(0, 0)
        number, stamp = result.get_value(0, 0), result.get_value(0, 1)
        return Version(int(number or 0), int(stamp or 0))


def _connected(database: Any) -> psycopg.Connection[Any]:
    """Return a connection as Django's are; each of its questions is a transaction of its own."""
    given = database.get_connection_params()
    own = psycopg.connect(
        **{name: value for name, value in given.items() if name not in DJANGOS}, autocommit=True
    )
    prepared = own.pgconn.prepare(NAME, LATEST.encode())
    if prepared.status != ExecStatus.COMMAND_OK:
        own.close()
        raise psycopg.OperationalError(prepared.error_message.decode(errors="replace"))
    return own
