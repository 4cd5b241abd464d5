"""What every test runs under: a database of its own, no network, nothing left behind."""

import atexit
import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis.configuration import set_hypothesis_home_dir

# What a developer's shell may hold and no test may see: every variable that the settings read.
SETTINGS = (
    "ALLOWED_HOSTS",
    "CONTACT_EMAIL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "ENV_FILE",
    "HOST",
    "HSTS_PRELOAD",
    "HSTS_SECONDS",
    "HSTS_SUBDOMAINS",
    "HTTPS",
    "LOG_LEVEL",
    "ONE_PERSON_TEAM",
    "PORT",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "SESSION_IDLE_MINUTES",
    "SITE_NAME",
    "SITE_URL",
    "TRUSTED_PROXY",
    "VAR_DIR",
    "WEB_CONCURRENCY",
    "WEB_THREADS",
)
SCRATCH = Path(tempfile.mkdtemp(prefix="tracker-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)


def pytest_configure() -> None:
    """Reads the settings under the tests' own environment, before pytest-django sets Django up."""
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests bring their own settings.")
    for name in SETTINGS:
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", f"sqlite:///{SCRATCH}/db.sqlite3"),
        "ENV_FILE": os.devnull,
        "LOG_LEVEL": "CRITICAL",
        "SECRET_KEY": "known to everybody, and good for nothing but these tests",
        "VAR_DIR": str(SCRATCH),
        "PYTHONDONTWRITEBYTECODE": "1",  # for the processes that tests start
    }
    sys.dont_write_bytecode = True

    database = settings.DATABASES["default"]
    # Set any longer, it would make the workers of pytest-xdist read the settings before this.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    # A pool would keep connections to the test database open while it is being dropped.
    database["OPTIONS"].pop("pool", None)
    if database["ENGINE"] == settings.SQLITE:
        # In a file, not in memory: locks and the write-ahead log work as they do in service.
        database["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The hashed names would need `collectstatic` first.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT):
        folder.mkdir()

    set_hypothesis_home_dir(SCRATCH / "hypothesis")
    hypothesis.settings.register_profile(
        "tracker", database=None, deadline=None, derandomize="CI" in os.environ
    )
    hypothesis.settings.load_profile("tracker")
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, details: tuple[object, ...]) -> None:
    """Lets a test reach this machine only; a socket of the file system has no tuple for address."""
    if event == "socket.getaddrinfo":
        host = details[0]
    elif event == "socket.connect" and isinstance(details[1], tuple):
        host = details[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        here = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        here = False
    if not here:
        raise RuntimeError(f"Tests have no network, and one asked for {name}.")


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Begins every test in English: a page that the last one asked for may have been in another."""
    translation.activate("en")


@pytest.fixture
def one_person_team(settings: Any) -> None:
    """Lets a test publish by the account that wrote, as where one person is the whole team."""
    settings.ONE_PERSON_TEAM = True


@pytest.fixture(autouse=True)
def _history_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets the tables be emptied after a test with real transactions: history refuses to be.

    What empties them makes the triggers anew.
    """
    marker = request.node.get_closest_marker("django_db")
    real = marker is not None and marker.kwargs.get("transaction")
    if real or {"transactional_db", "live_server"}.intersection(request.fixturenames):
        request.getfixturevalue("transactional_db")
        yield
        # Imported here: the settings are chosen before any model may be.
        from prisoners.models import append_only  # noqa: PLC0415  # once Django is set up

        append_only.drop_triggers(connection)
    else:
        yield


@pytest.fixture(scope="session")
def needs_system() -> Callable[[str, str], str]:
    """Gives the path of a program: `needs_system("chromium", "chromium")`.

    Without it the test is skipped with the name of the Debian package that brings it; under CI,
    where everything is meant to be installed, the test fails instead.
    """

    def find(program: str, package: str) -> str:
        path = shutil.which(program)
        if path is None:
            message = f"{program} was not found; Debian has it in the package {package}"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find
