"""`make run` and the commands under it, as somebody on a fresh machine meets them."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from prisoners.management.commands import prepare, wait_for_database
from tests.bench.serving import free_port
from tests.serving import bare_environment, empty_database

VISITOR = "Zmitser-Nobody"  # what somebody looks for, and no log may hold


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


class Site:
    """A `make run` on a port and in a folder of its own, with this Python as its environment."""

    def __init__(self, make: str, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.log = folder / "log"
        self.port = free_port()
        self.environment = bare_environment(
            VAR_DIR=str(self.var), DATABASE_URL=database_url, PORT=str(self.port)
        )
        venv = folder / "venv"
        script(venv / "bin" / "python", f'exec "{sys.executable}" "$@"')
        shutil.copy(settings.BASE_DIR / "requirements.txt", venv)  # as after an installation
        self.command = [make, "-C", str(settings.BASE_DIR), "run", f"VENV={venv}"]

    def __enter__(self) -> "Site":
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 180  # a busy machine with two cores
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(URLError, ConnectionError):
                if self.get("/healthz") == 200:
                    return self
            time.sleep(0.1)
        self.stop()
        pytest.fail(f"The site did not start:\n{self.output()}")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)  # as Ctrl-C does
        self.process.wait(timeout=25)  # gunicorn kills a worker that hangs after 30

    def get(self, path: str) -> int:
        address = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                status: int = response.status
        except urllib.error.HTTPError as error:
            return error.code
        return status

    def output(self) -> str:
        return self.log.read_text("utf-8")

    def everything(self) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", "dumpdata"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return result.stdout


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with empty_database(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="module")
def first_run(
    tmp_path_factory: pytest.TempPathFactory,
    database_url: str,
    needs_system: Callable[[str, str], str],
) -> Iterator[Site]:
    site = Site(needs_system("make", "make"), tmp_path_factory.mktemp("site"), database_url)
    with site:
        yield site


def test_the_first_run_serves_the_dossier_and_says_where_and_what_next(first_run: Site) -> None:
    assert first_run.get("/") == 200
    assert first_run.get("/admin/login/") == 200
    output = first_run.output()
    assert "belarus-2025-12-13.toml" in output
    assert f"http://127.0.0.1:{first_run.port}/" in output
    assert "manage.py make_administrator NAME" in output


def test_nobody_else_can_read_the_key_or_the_folder(first_run: Site) -> None:
    key = first_run.var / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(first_run.var.stat().st_mode) == 0o700
    assert len(key.read_text().strip()) >= 50


def test_what_visitors_ask_for_is_not_written_down(first_run: Site) -> None:
    before = len(first_run.output())
    assert first_run.get(f"/?q={quote(VISITOR)}") in (200, 400)
    assert first_run.get(f"/nowhere/{VISITOR}/?q={VISITOR}") == 404
    with socket.create_connection(("127.0.0.1", first_run.port), timeout=10) as connection:
        connection.sendall(f"GET /?q={VISITOR} NOT-HTTP\r\n\r\n".encode())
        assert b"400" in connection.recv(1000)
    with socket.create_connection(("127.0.0.1", first_run.port), timeout=10) as connection:
        connection.sendall(f"GET /?q={VISITOR} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
        assert b"400" in connection.recv(1000)
    written = first_run.output()[before:]
    # An operator has to learn which host was refused, of a visitor nothing.
    assert "evil.example" in written
    assert VISITOR not in written
    assert "127.0.0.1" not in written


def test_a_port_that_is_taken_is_said_with_the_way_to_choose_another(first_run: Site) -> None:
    result = subprocess.run(
        first_run.command, env=first_run.environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert f"port {first_run.port}: Address already in use" in result.stderr
    assert "make run PORT=" in result.stderr


def test_a_second_run_changes_no_data_keeps_the_key_and_collects_nothing(first_run: Site) -> None:
    key = (first_run.var / "secret_key").read_text()
    records = first_run.everything()
    assert "prisoners." in records
    first_run.stop()
    with first_run:
        output = first_run.output()
        assert "Collecting" not in output
        assert "Installing" not in output
        assert (first_run.var / "secret_key").read_text() == key
        assert first_run.everything() == records


@pytest.fixture
def make_run(
    tmp_path: Path, needs_system: Callable[[str, str], str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    make = needs_system("make", "make")

    def run(**variables: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                make,
                "-C",
                str(settings.BASE_DIR),
                "run",
                *(f"{name}={value}" for name, value in variables.items()),
            ],
            env=bare_environment(VAR_DIR=str(tmp_path / "var")),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_missing_python_is_named_with_debians_package(make_run: Run, tmp_path: Path) -> None:
    result = make_run(VENV=tmp_path / "venv", PYTHON="no-such-python")
    assert result.returncode != 0
    assert "apt-get install python3 python3-venv" in result.stderr


def test_an_old_python_is_named_with_the_way_to_choose_another(
    make_run: Run, tmp_path: Path
) -> None:
    old = script(
        tmp_path / "python", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi'
    )
    result = make_run(VENV=tmp_path / "venv", PYTHON=old)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed" in result.stderr
    assert "Python 3.9.2" in result.stderr
    assert "make run PYTHON=" in result.stderr


def test_a_python_without_venv_is_named_with_debians_package(make_run: Run, tmp_path: Path) -> None:
    bare = script(tmp_path / "python", 'case "$2" in *ensurepip*) exit 1;; esac')
    result = make_run(VENV=tmp_path / "venv", PYTHON=bare)
    assert result.returncode != 0
    assert "apt-get install python3-venv" in result.stderr


def test_an_installation_that_fails_says_so_and_is_tried_again_the_next_time(
    make_run: Run, tmp_path: Path
) -> None:
    venv = tmp_path / "venv"
    script(venv / "bin" / "python", 'if [ "$3" = install ]; then echo no network >&2; exit 1; fi')
    for _ in range(2):
        result = make_run(VENV=venv)
        assert result.returncode != 0
        assert "Installing the packages of requirements.txt" in result.stdout
        assert "no network" in result.stderr
        assert "run the same command again" in result.stderr


def test_a_changed_lock_is_installed_with_its_hashes_checked(make_run: Run, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    calls = tmp_path / "calls"
    script(venv / "bin" / "python", f'echo "$@" >> "{calls}"; [ "$1" = -m ] || exit 1')
    (venv / "requirements.txt").write_text("another lock\n")
    make_run(VENV=venv)
    [install] = [line for line in calls.read_text().splitlines() if "pip install" in line]
    assert "--require-hashes" in install
    assert "-r requirements.txt" in install
    locked = (settings.BASE_DIR / "requirements.txt").read_text()
    assert (venv / "requirements.txt").read_text() == locked


def test_a_key_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    prepare.keep_new_secret_key(path)
    first = path.read_text()
    prepare.keep_new_secret_key(path)
    assert path.read_text() == first
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_starts_at_once_both_keep_one_key(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    seen: list[str] = []

    def start() -> None:
        prepare.keep_new_secret_key(path)
        seen.append(path.read_text())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert set(seen) == {path.read_text()}


def test_preparing_without_a_key_is_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    monkeypatch.setattr(settings, "SECRET_KEY", "")
    with pytest.raises(CommandError, match="SECRET_KEY is not set"):
        call_command("prepare")
    assert not (tmp_path / "secret_key").exists()


def test_a_folder_that_cannot_be_made_is_named_with_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setattr(settings, "VAR_DIR", in_the_way)
    with pytest.raises(CommandError, match=f"Cannot write to {in_the_way}.*Set VAR_DIR"):
        call_command("prepare")


@pytest.mark.django_db
def test_a_database_that_answers_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("wait_for_database", seconds=0.0)
    assert capsys.readouterr().out == ""


class LateDatabase:
    vendor = "postgresql"

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    @contextlib.contextmanager
    def temporary_connection(self) -> Iterator["LateDatabase"]:
        if self.refusals:
            self.refusals -= 1
            raise OperationalError("connection refused")
        yield self

    def execute(self, statement: str) -> None:
        assert statement == "SELECT 1"


def test_a_database_that_starts_late_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wait_for_database, "connection", LateDatabase(refusals=2))
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    call_command("wait_for_database", seconds=60.0)
    assert capsys.readouterr().out.count("Waiting for the database") == 2


def test_a_database_that_never_starts_is_given_up_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wait_for_database, "connection", LateDatabase(refusals=100))
    with pytest.raises(CommandError, match=r"within 0\.2 seconds: connection refused"):
        call_command("wait_for_database", seconds=0.2)


def test_a_sqlite_file_that_cannot_be_opened_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = LateDatabase(refusals=1)
    database.vendor = "sqlite"
    monkeypatch.setattr(wait_for_database, "connection", database)
    with pytest.raises(CommandError, match="within 0 seconds"):
        call_command("wait_for_database", seconds=60.0)
