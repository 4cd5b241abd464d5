"""The site as it is served: by gunicorn, on a port, in a folder and on a database of its own."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from django.conf import settings

from tests.bench.serving import HOST, Server, free_port, gunicorn, running
from tests.conftest import SETTINGS


def bare_environment(**settled: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**kept, "ENV_FILE": os.devnull, **settled}


@contextlib.contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Make an empty database of the kind that the suite runs on; give its address."""
    if settings.DATABASES["default"]["ENGINE"] == settings.SQLITE:
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"served_{os.getpid()}_{folder.name}".replace("-", "_")
    url = os.environ["TEST_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield re.sub(r"(?<=[^/])/[^/?]*(?=\?|$)", f"/{name}", url, count=1)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    environment: dict[str, str]
    server: Server | None = None

    def manage(self, *arguments: str) -> str:
        """Run a command of the site beside it, and return what it says."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@contextlib.contextmanager
def served(folder: Path, *dossiers: str) -> Iterator[Site]:
    """Serve a site with the first dossier, and with others on top of it, until it is left."""
    port = str(free_port())
    with empty_database(folder) as database:
        environment = bare_environment(
            VAR_DIR=str(folder / "var"), DATABASE_URL=database, PORT=port
        )
        site = Site(f"http://{HOST}:{port}", environment)
        site.manage("prepare", "--make-secret-key")
        for dossier in dossiers:
            site.manage("load_dossier", dossier)
        with running("The site", gunicorn("tracker.wsgi"), environment, folder / "log") as server:
            yield replace(site, server=server)
