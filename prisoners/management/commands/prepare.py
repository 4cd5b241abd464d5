import hashlib
import os
import secrets
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.name_index import is_empty

FIRST_DOSSIER = "belarus-2025-12-13"


def has_secret_key() -> bool:
    try:
        return bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return False


def keep_new_secret_key(path: Path) -> None:
    """Writes a new key that only the owner can read; a key that is there already stays.

    The key appears under its name only when it is whole: of two that start at once, one wins
    and both go on to read the same key.
    """
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def fingerprint_of_static_files() -> str:
    """Changes when a file to be collected does: hashing and compressing them takes seconds."""
    files = sorted(
        (name, (file := Path(storage.path(name)).stat()).st_size, file.st_mtime_ns)
        for finder in get_finders()
        for name, storage in finder.list([])
    )
    return hashlib.sha256(repr((settings.STATIC_ROOT, files)).encode()).hexdigest()


class Command(BaseCommand):
    help = (
        "Makes everything ready to serve: the database's tables, a first dossier where the "
        "database is empty, and the collected static files. Doing it again changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--make-secret-key",
            action="store_true",
            help="keep a secret key of our own in VAR_DIR/secret_key where none is set; "
            "for one machine, as every machine of a site must have the same",
        )

    def handle(self, *, make_secret_key: bool, **_options: Any) -> None:
        try:
            # What is withheld from the public lies in here too.
            settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            settings.MEDIA_ROOT.mkdir(exist_ok=True)
            if make_secret_key and not has_secret_key():
                self.say("Making a secret key …")
                keep_new_secret_key(settings.VAR_DIR / "secret_key")
        except OSError as error:
            raise CommandError(
                f"Cannot write to {settings.VAR_DIR}: {error.strerror}. "
                "Set VAR_DIR to a folder that this user may write to."
            ) from error

        if not (make_secret_key or has_secret_key()):
            raise CommandError(settings.KEY_MISSING)

        self.say("Bringing the database up to date …")
        call_command("wait_for_database", stdout=self.stdout)
        call_command("migrate", interactive=False, verbosity=0)
        if is_empty():
            self.say("Making the index of names …")
            call_command("rebuild_name_index", stdout=self.stdout)
        call_command("load_dossier", FIRST_DOSSIER, if_empty=True, stdout=self.stdout)
        call_command("keep_snapshot", stdout=self.stdout)

        collected = settings.VAR_DIR / "collected"
        wanted = fingerprint_of_static_files()
        if not collected.exists() or collected.read_text(encoding="utf-8") != wanted:
            self.say("Collecting static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
            collected.write_text(wanted, encoding="utf-8")

    def say(self, message: str) -> None:
        self.stdout.write(message)
        self.stdout.flush()
