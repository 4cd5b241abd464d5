"""Servers side by side, what asks them, and how many answers a second they give.

Requests a second of one address are wrk's where it is installed (Debian's `wrk`), which takes next
to no processor time from the servers; else, and for lists of addresses, threads of this process
with plain sockets ask, which have nothing else to do.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"
WRK: Final = shutil.which("wrk")
PATIENCE: Final = 300.0  # seconds, for one answer
MIB: Final = 1024

Headers = Mapping[str, str]


class ServerError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str, headers: Headers | None = None) -> Answer:
        """Ask once, and refuse an answer that is neither a page nor that it is unchanged."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, named, response.read())
        if answer.status not in (200, 304):
            raise ServerError(f"{self.name} answered {answer.status} to {path}.")
        return answer

    def workers(self) -> list[int]:
        """Return the numbers of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextlib.contextmanager
def running(name: str, command: Sequence[str], environment: Headers, log: Path) -> Iterator[Server]:
    """Start a server on the port that its environment names, and stop it in the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=ROOT, stdout=output, stderr=output
        )
    try:
        server = Server(name, int(environment["PORT"]), process)
        _wait_for(server, log)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((HOST, server.port), timeout=5).close()
        except OSError as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise ServerError(f"{server.name} did not start:\n{said}") from error
            time.sleep(0.05)
        else:
            return


def gunicorn(application: str) -> list[str]:
    """Return the command that serves an application as the site is served."""
    return [sys.executable, "-m", "gunicorn", "-c", "python:tracker.gunicorn", application]


@dataclass(slots=True)
class Connection:
    """A connection that is kept, and no more of HTTP than these servers speak to it."""

    server: Server
    socket: socket.socket = field(init=False)
    left: bytes = b""

    def __post_init__(self) -> None:
        self.socket = socket.create_connection((HOST, self.server.port), timeout=PATIENCE)

    def ask(self, request: bytes, expected: int) -> None:
        self.socket.sendall(request)
        head, left = self._until(b"\r\n\r\n", self.left)
        status = int(head[9:12])
        if status != expected:
            raise ServerError(f"{self.server.name} answered {status}, not {expected}.")
        if b"transfer-encoding: chunked" in head.lower():
            # All of these servers' chunked answers end so, and none has it inside.
            _body, self.left = self._until(b"\r\n0\r\n\r\n", left)
        else:
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            needed = int(length[1]) if length else 0
            while len(left) < needed:
                left += self._more()
            self.left = left[needed:]
        if b"\r\nconnection: close" in head.lower():
            self.socket.close()
            self.__post_init__()
            self.left = b""

    def _until(self, end: bytes, left: bytes) -> tuple[bytes, bytes]:
        while end not in left:
            left += self._more()
        before, _end, after = left.partition(end)
        return before, after

    def _more(self) -> bytes:
        part = self.socket.recv(1 << 18)
        if not part:
            raise ServerError(f"{self.server.name} closed a connection.")
        return part


def requests(paths: Sequence[str], headers: Headers) -> list[bytes]:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return [f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n".encode() for path in paths]


def asked_once(server: Server, paths: Sequence[str], connections: int) -> float:
    """Ask for each of some addresses; return how many were answered a second."""
    return len(paths) / _ask(server, iter(requests(paths, {})), connections, 200)


def _ask(server: Server, what: Iterator[bytes], connections: int, expected: int) -> float:
    """Ask by several connections until nothing is left; return the seconds that it took."""
    lock = threading.Lock()
    failures: list[Exception] = []

    def work() -> None:
        try:
            connection = Connection(server)
            with contextlib.closing(connection.socket):
                while True:
                    with lock:
                        request = next(what, None)
                    if request is None or failures:
                        return
                    connection.ask(request, expected)
        except Exception as error:  # told to whoever waits for the threads
            failures.append(error)

    threads = [threading.Thread(target=work) for _one in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - began


def a_second(
    server: Server, path: str, *, seconds: float, connections: int, headers: Headers, expected: int
) -> float:
    """Ask for one address for some seconds; return how many answers a second there were."""
    if server.get(path, headers).status != expected:
        raise ServerError(f"{server.name} did not answer {expected} to {path}.")
    if WRK is None:
        return _a_second_here(server, path, seconds, connections, headers, expected)
    command = [WRK, "-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--timeout=60s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(
        [*command, f"http://{HOST}:{server.port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx or 3xx" in said or re.search(r"Socket errors:.* (connect|read|write) [1-9]", said):
        raise ServerError(f"{server.name} did not answer all requests:\n{said}")
    rate = re.search(r"Requests/sec: *([\d.]+)", said)
    if rate is None:
        raise ServerError(f"wrk gave no figure:\n{said}")
    return float(rate[1])


def _a_second_here(
    server: Server, path: str, seconds: float, connections: int, headers: Headers, expected: int
) -> float:
    until = time.perf_counter() + seconds
    asked = 0

    def what() -> Iterator[bytes]:
        nonlocal asked
        (request,) = requests([path], headers)
        while time.perf_counter() < until:
            asked += 1
            yield request

    took = _ask(server, what(), connections, expected)
    return asked / took


def by_turns(sides: Mapping[str, Callable[[int], float]], rounds: int) -> list[dict[str, float]]:
    """Measure each side in each round, one after another, so that what else runs hits all alike.

    A round before these does not count: after it everything is loaded and kept that will be.
    """
    return [{name: side(turn) for name, side in sides.items()} for turn in range(rounds + 1)][1:]


def own_memory(process: int) -> float:
    """Return how many MiB a process has in memory that no other process shares."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    kept = re.findall(r"^Private_(?:Clean|Dirty): *(\d+) kB", rollup, re.MULTILINE)
    return sum(map(int, kept)) / MIB


def wrk_or_own() -> str:
    return "wrk" if WRK else "plain sockets in Python (wrk is not installed)"
