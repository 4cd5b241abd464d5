"""How gunicorn serves the site: `python -m gunicorn -c python:tracker.gunicorn tracker.wsgi`."""

import ctypes
import logging
import os
import platform
import signal
import socket
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
try:
    _ = settings.DEBUG
except ImproperlyConfigured as error:
    sys.exit(str(error))


# From <malloc.h>
M_ARENA_MAX = -8


class WithoutVisitors(logging.Filter):
    """Leaves out the visitor's address, and the query, which holds the name they looked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = str(record.msg)
        if message.startswith("Error handling request"):
            record.msg, record.args = "A request could not be handled", ()
        return not message.startswith("Invalid request from")


logging.getLogger("gunicorn.error").addFilter(WithoutVisitors())
# Warns at each HEAD request: Django leaves it to the server to drop the body, as WSGI allows.
logging.getLogger("gunicorn.http.wsgi").setLevel(logging.ERROR)


def on_starting(_server: object) -> None:
    """Says at once that the port is taken; gunicorn would try for five seconds and not say how."""
    if "GUNICORN_FD" in os.environ:  # a new gunicorn takes the old one's sockets over
        return
    where = socket.getaddrinfo(settings.HOST, settings.PORT, type=socket.SOCK_STREAM)[0]
    try:
        with socket.socket(where[0], where[1]) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(where[4])
    except OSError as error:
        sys.exit(
            f"Cannot listen on {settings.HOST}, port {settings.PORT}: {error.strerror}. "
            "Set HOST and PORT to what is free here, for example: make run PORT=8001"
        )


def post_fork(_server: object, _worker: object) -> None:
    """Has the threads of a worker take memory from one place, where the C library is glibc.

    It would give each of them one of its own, and none gives back what its thread took once.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def post_worker_init(_worker: object) -> None:
    """Leaves Ctrl-C, which a terminal sends to every process, to the one that started the workers.

    It passes a signal of its own on. A worker that gets both at once can run the handler within
    the handler, wait for a lock that it holds itself, and keep the stop waiting for 30 seconds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def when_ready(_server: object) -> None:
    shown = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    address = f"http://{shown}:{settings.PORT}/"
    print(  # noqa: T201  # it is read by whoever starts it
        f"\n  The site         {address}"
        f"\n  The desk         {address}admin/"
        f"\n  First account    {os.path.relpath(sys.executable)} manage.py make_administrator NAME"
        "\n  Stop             Ctrl-C\n",
        flush=True,
    )


bind = (
    f"[{settings.HOST}]:{settings.PORT}"
    if ":" in settings.HOST
    else (f"{settings.HOST}:{settings.PORT}")
)
workers = settings.WEB_CONCURRENCY
worker_class = "gthread"
threads = settings.WEB_THREADS
graceful_timeout = 30  # seconds for running requests to end after a stop or a reload
# Heartbeats are written to a file; on a slow disk they stall and healthy workers get killed.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # a folder in memory, as gunicorn advises
# Would be made in the home folder, which a service account may not have.
control_socket_disable = True
accesslog = None
loglevel = "warning"
