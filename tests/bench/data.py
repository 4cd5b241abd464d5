"""The invented people that are asked for: built once for a seed and a size, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.bench.serving import HOST, ROOT
from tests.postgresql import cluster, programs

SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
# All else that a shell may hold is left out: it could be a setting of another site.
KEPT: Final = ("HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "VIRTUAL_ENV")
# What the data follow from, beside the seed and the number.
MADE_BY: Final = (
    "prisoners/migrations/*.py",
    "prisoners/desk/synthetic*.py",
    "prisoners/models/inserting.py",
    "prisoners/names/*.*",
)


class CommandFailedError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class DataSet:
    """A site full of invented people, and how long each step of building it took, in seconds."""

    database: str
    people: int
    folder: Path
    url: str
    took: dict[str, float]

    def environment(self, **settings: object) -> dict[str, str]:
        """Return the environment of a process of this site."""
        return surroundings(
            DATABASE_URL=self.url, VAR_DIR=self.folder, LOG_LEVEL="ERROR", HOST=HOST, **settings
        )

    def inside(self, *arguments: object) -> Any:
        """Run tests.bench.inside in a process of this site; return what it answers."""
        command = [sys.executable, "-m", "tests.bench.inside", *map(str, arguments)]
        return json.loads(run(command, self.environment()))


def surroundings(**settings: object) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "ENV_FILE": os.devnull, **{name: str(one) for name, one in settings.items()}}


def run(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, env=dict(environment), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandFailedError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def say(words: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def server(database: str) -> Iterator[str]:
    """Give the address of the server to fill; empty for SQLite, which has none."""
    if database == SQLITE:
        yield ""
    elif url := os.environ.get("TEST_DATABASE_URL"):
        yield url
    elif place := programs():
        with cluster(place) as url:
            yield url


def found(database: str) -> bool:
    return database == SQLITE or "TEST_DATABASE_URL" in os.environ or programs() is not None


@contextlib.contextmanager
def filled(
    database: str, url: str, *, people: int, seed: int, folder: Path, fresh: bool
) -> Iterator[DataSet]:
    """Give a site with so many people; on PostgreSQL in a database that is dropped afterwards."""
    folder = folder / f"{database.lower()}-{people}"
    if database == SQLITE:
        yield _kept(
            DataSet(database, people, folder, f"sqlite:///{folder}/db.sqlite3", {}), seed, fresh
        )
        return
    name = f"bench_{people}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            own = re.sub(r"(?<=[^/])/[^/?]*(?=\?|$)", f"/{name}", url, count=1)
            yield _built(DataSet(database, people, folder, own, {}), seed)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _kept(data: DataSet, seed: int, fresh: bool) -> DataSet:
    """Return a site as it was built before, if it would come out the same, else build it."""
    note = data.folder / "built.json"
    if not fresh and note.exists():
        before = json.loads(note.read_text())
        if before["made_by"] == made_by(seed):
            say(f"{data.people:,} people on {data.database}: kept from before")
            _manage(data, "prepare", "--make-secret-key")
            data.took.update(before["took"])
            return data
    _built(data, seed)
    note.write_text(json.dumps({"made_by": made_by(seed), "took": data.took}))
    return data


def made_by(seed: int) -> str:
    """Return a sum that differs where other people would come out."""
    files = sorted(path for pattern in MADE_BY for path in ROOT.glob(pattern))
    parts = [str(seed).encode(), *(path.read_bytes() for path in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _built(data: DataSet, seed: int) -> DataSet:
    say(f"{data.people:,} people on {data.database}: building …")
    shutil.rmtree(data.folder, ignore_errors=True)
    data.folder.mkdir(parents=True)
    # The key is there before anything is served; the people before a first dossier would be.
    _manage(data, "migrate", "--verbosity=0")
    _manage(data, "generate_prisoners", str(data.people), f"--seed={seed}")
    _manage(data, "prepare", "--make-secret-key")
    if data.database == POSTGRESQL:
        # As autovacuum does within a minute or so; nobody has to wait for it here.
        with psycopg.connect(data.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    return data


def _manage(data: DataSet, command: str, *arguments: str) -> None:
    began = time.monotonic()
    run([sys.executable, "manage.py", command, *arguments], data.environment())
    data.took[command] = time.monotonic() - began
