"""A PostgreSQL that is started for one run and thrown away: for the suite and the benchmark."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg

# Fast and forgetful: nothing in this cluster is kept.
SERVER = """
cluster=$1 programs=$2
"$programs/initdb" -D "$cluster/data" -U tracker --auth=trust --encoding=UTF8 --locale=C \
    --no-sync || exit
"$programs/postgres" -D "$cluster/data" -k "$cluster" -c listen_addresses= -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off &
# Ends when its user closes its end or is gone, however it went.
read -r _
kill -INT $!
wait $!
rm -rf "$cluster"
"""


class CannotStartError(Exception):
    pass


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian keeps them off the PATH."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda place: float(place.parent.name),
        reverse=True,
    )
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return None


@contextlib.contextmanager
def cluster(place: Path) -> Iterator[str]:
    """A PostgreSQL of our own, reached by a socket in its folder only."""
    # Not TMPDIR: the path of a socket may have 107 bytes at most, and a folder inside root's home
    # is closed to the user below.
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgresql-", dir="/tmp"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        user = known.get("postgres") or known["nobody"]
        os.chown(folder, user.pw_uid, user.pw_gid)
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["/bin/sh", "-c", SERVER, "sh", str(folder), str(place)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=folder,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=None if user is None else [],
            # Ctrl-C reaches the whole session; those who use it still need the server to finish.
            start_new_session=True,
        )
    try:
        url = f"postgresql://tracker@/postgres?host={folder}"
        wait_for(server, url, log)
        yield url
    finally:
        if server.stdin:
            server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise CannotStartError(log.read_text(errors="replace")) from error
            time.sleep(0.1)
        else:
            return


def clean_up_when_stopped() -> None:
    """Let a signal to stop raise, so that what was begun is ended; Ctrl-C does so by itself."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
