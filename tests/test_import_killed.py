"""What is left of an import that is killed in the middle, and of two at once."""

from __future__ import annotations

import fcntl
import io
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from prisoners.desk.importing import process, running
from prisoners.desk.importing.profile import find
from prisoners.desk.importing.reading import open_listing
from prisoners.models import (
    Citation,
    Detention,
    Facility,
    Import,
    ImportFile,
    ImportRow,
    Operation,
    Prisoner,
    PrisonerName,
    Role,
    Source,
)
from tests.desk import account, sign_in
from tests.lists import as_csv, viasna_row, written
from tests.reader import read
from tests.serving import bare_environment

pytestmark = pytest.mark.django_db(transaction=True)

WRITTEN = (
    Prisoner, PrisonerName, Detention, Facility, Source, Citation, Import, ImportRow, Operation,
)  # fmt: skip


def environment() -> dict[str, str]:
    """Return what lets another process work on the database of this test."""
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{quote(name)}"
    if connection.vendor == "postgresql":
        server = os.environ["TEST_DATABASE_URL"]
        url = re.sub(r"(?<=[^/])/[^/?]*(?=\?|$)", f"/{name}", server, count=1)
    return bare_environment(
        DATABASE_URL=url, VAR_DIR=str(settings.VAR_DIR), SECRET_KEY=str(settings.SECRET_KEY)
    )


def command(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_prisoners", str(path), "--profile", "viasna"],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(number: int) -> list[dict[str, str]]:
    return [viasna_row(one) for one in range(number)]


def left() -> list[int]:
    return [model._default_manager.count() for model in WRITTEN]


def test_nothing_is_left_of_an_import_that_is_killed_in_the_middle(tmp_path: Path) -> None:
    path = written(tmp_path, rows(3000))
    with command(path) as killed:
        assert killed.stderr is not None
        line = killed.stderr.readline()  # some hundreds are written by now, and not all
        killed.kill()
    assert re.match(r"(500|1,000|1,500|2,000) of 3,000 rows", line), line
    assert killed.returncode < 0
    assert left() == [0] * len(WRITTEN)
    few = written(tmp_path, rows(20), "few.csv")
    with command(few) as again:
        words = again.communicate()[0]
    assert "20 rows, 20 created" in words
    assert Prisoner.objects.count() == 20


def test_two_imports_of_one_file_at_once_bring_everybody_once(tmp_path: Path) -> None:
    path = written(tmp_path, rows(200))
    with command(path) as one, command(path) as other:
        words = [one.communicate()[0], other.communicate()[0]]
    assert [one.returncode, other.returncode] == [0, 0], words
    assert sorted(re.findall(r"200 (\w+);", " ".join(words))) == ["created", "unchanged"]
    assert Prisoner.objects.count() == 200


def test_one_import_that_two_people_run_at_once_runs_once() -> None:
    content = as_csv(rows(40))
    one = running.receive(content=content, file_name="list.csv")
    running.choose(one=one, layout=find("viasna"))
    running.preview(one=one)
    refused: list[str] = []

    def work() -> None:
        try:
            running.run(one=one)
        except running.NotImportedError as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    at_once(work, work)
    assert len(refused) == 1
    assert Prisoner.objects.count() == 40


def at_once(*work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_long_list_is_worked_on_by_a_process_that_outlives_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    one = running.receive(content=as_csv(rows(process.AT_ONCE + 1)), file_name="list.csv")
    running.choose(one=one, layout=find("viasna"))
    for action, stage in ((process.PREVIEW, "planned"), (process.RUN, "done")):
        process.start(one=one, action=action, by=None)
        deadline = threading.Event()
        for _ in range(600):
            one.refresh_from_db()
            if one.stage == stage:
                break
            deadline.wait(0.1)
        assert (one.stage, one.error) == (stage, "")
    assert Prisoner.objects.count() == process.AT_ONCE + 1
    assert not ImportFile.objects.exists()


def test_a_run_that_fails_writes_nothing_and_says_why() -> None:
    one = running.receive(content=as_csv(rows(3)), file_name="list.csv")
    running.choose(one=one, layout=find("viasna"))
    running.preview(one=one)
    ImportFile.objects.update(content=b"id,name\n1,2,3\n")
    process.work(one=one, action=process.RUN, by=None)
    one.refresh_from_db()
    assert one.stage == Import.Stage.FAILED
    assert "3 cells" in one.error
    assert not Prisoner.objects.exists()


def test_the_command_and_the_desk_do_the_same() -> None:
    content = as_csv([*rows(3), viasna_row(9, name="???")])
    one = running.receive(content=content, file_name="list.csv")
    running.choose(one=one, layout=find("viasna"))
    running.preview(one=one)
    said = running.run(one=one)
    dry = running.try_file(listing=open_listing(io.BytesIO(content)), layout=find("viasna"))
    assert said.rows == dry.rows == 4
    assert said.counts["refused"] == dry.counts["refused"] == 1


def test_the_page_of_a_long_import_tells_one_that_begins_from_one_that_was_interrupted(
    client: Client,
) -> None:
    researcher = account(Role.RESEARCHER)
    sign_in(client, researcher)
    content = as_csv(rows(process.AT_ONCE + 1))
    one = running.receive(content=content, file_name="list.csv", by=researcher)
    Import.objects.filter(pk=one.pk).update(stage=Import.Stage.RUNNING)
    page = reverse("admin:prisoners_import_change", args=[one.pk])
    begun = Path(settings.VAR_DIR) / "imports" / f"{one.pk}.progress"

    def said() -> str:
        return read(page, client=client).one("div", id="content").text

    interrupted = "it was interrupted, and nothing was written"
    assert interrupted in said()
    begun.parent.mkdir(exist_ok=True)
    begun.touch()
    try:
        assert "It is beginning." in said()
        assert interrupted not in said()
        assert "worked on already" in again(client, one)
        long_ago = time.time() - process.BEGINNING - 1
        os.utime(begun, (long_ago, long_ago))
        assert interrupted in said()
        with begun.open("r+b") as held:
            held.write(b"120")
            held.flush()
            assert interrupted in said()
            fcntl.flock(held, fcntl.LOCK_EX)
            assert "Running: 120 of 301 rows." in said()
            assert interrupted not in said()
            assert "worked on already" in again(client, one)
    finally:
        begun.unlink()


def again(client: Client, one: Import) -> str:
    page = client.post(reverse("admin:prisoners_import_run", args=[one.pk]), follow=True)
    return page.content.decode()
