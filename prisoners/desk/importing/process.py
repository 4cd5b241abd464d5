"""Work on an import that takes longer than a request may: a process of its own, and how far it is.

A short list is worked on at once. A longer one goes to a process that outlives the request, and
the worker that answered it. How far it is stands in a file that the process holds a lock on: the
kernel takes the lock from a process that is killed, so a page can tell that from one at work.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from prisoners.desk.importing import running
from prisoners.desk.importing.profile import LayoutError
from prisoners.desk.importing.reading import FileError
from prisoners.models import Import

# Rows that are worked on while the request waits: about a second.
AT_ONCE: Final = 300
# Seconds in which a process that was started is at work, even on a busy machine.
BEGINNING: Final = 60
PREVIEW: Final = "preview"
RUN: Final = "run"
UNDO: Final = "undo"
ACTIONS: Final = (PREVIEW, RUN, UNDO)
_STAGES: Final = {
    PREVIEW: Import.Stage.PLANNING,
    RUN: Import.Stage.RUNNING,
    UNDO: Import.Stage.UNDOING,
}
WORKING: Final = tuple(_STAGES.values())


@dataclass(frozen=True, slots=True)
class Working:
    """How many rows are done, and whether a process of this machine is at it, or about to be."""

    done: int
    is_alive: bool
    is_beginning: bool = False


def start(*, one: Import, action: str, by: Any, reason: str = "") -> None:
    """Work on an import: at once, or in a process of its own where it is long."""
    if one.rows_in_file <= AT_ONCE:
        work(one=one, action=action, by=by, reason=reason)
        return
    Import.objects.filter(pk=one.pk).update(stage=_STAGES[action], error="")
    with _opened(one) as file:
        file.truncate(0)
        os.utime(file.fileno())
    command = [
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "work_on_import",
        str(one.pk),
        action,
        f"--by={by.pk if by else ''}",
        f"--reason={reason}",
        f"--language={translation.get_language() or 'en'}",
    ]
    subprocess.Popen(  # noqa: S603  # our own command, and numbers
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **_database()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _database() -> dict[str, str]:
    """Return what names the database that this process works on, where it is a file."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] != settings.SQLITE:
        return {}
    return {"DATABASE_URL": f"sqlite:///{quote(str(database['NAME']))}"}


def work(*, one: Import, action: str, by: Any, reason: str = "") -> None:
    """Work on an import here and now; why it failed is kept with it."""
    try:
        with _telling(one) as tell:
            if action == PREVIEW:
                running.preview(one=one, progress=tell)
            elif action == RUN:
                running.run(one=one, by=by, progress=tell)
            else:
                running.undo(one=one, by=by, reason=reason)
    except (running.NotImportedError, FileError, LayoutError, ValidationError) as error:
        words = "\n".join(error.messages) if isinstance(error, ValidationError) else str(error)
        stage = Import.Stage.DONE if action == UNDO else Import.Stage.FAILED
        if action == PREVIEW:
            stage = Import.Stage.UPLOADED
        Import.objects.filter(pk=one.pk, stage__in=(*WORKING, stage)).update(
            stage=stage, error=words
        )


def working(one: Import) -> Working:
    """Return how far the process is that works on an import."""
    try:
        with _path(one).open("rb") as file:
            text = file.read().decode()
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Working(int(text or 0), is_alive=True)
            if not text:
                since = time.time() - os.fstat(file.fileno()).st_mtime
                return Working(0, is_alive=False, is_beginning=since < BEGINNING)
            return Working(int(text), is_alive=False)
    except (OSError, ValueError):
        return Working(0, is_alive=False)


def _path(one: Import) -> Path:
    return Path(settings.VAR_DIR) / "imports" / f"{one.pk}.progress"


def _opened(one: Import) -> FileIO:
    """Return the file that says how far it is; it holds a number, or nothing before the first."""
    path = _path(one)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


@contextmanager
def _telling(one: Import) -> Iterator[Callable[[int], None]]:
    """Hold the file that says how far it is."""
    with _opened(one) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise running.NotImportedError(_("It is being worked on already.")) from None

        def tell(done: int) -> None:
            file.seek(0)
            file.write(b"%d" % done)
            file.truncate()

        tell(0)
        yield tell
    _path(one).unlink(missing_ok=True)
