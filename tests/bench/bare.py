"""A bare Django: one view without middleware that returns the bytes of a file. Its settings too.

gunicorn serves it with the site's own configuration, which reads the address, the processes and
the threads from these settings.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
HOST = "127.0.0.1"
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
PORT = int(os.environ["PORT"])
ROOT_URLCONF = "tests.bench.bare"
SECRET_KEY = "of nothing"
USE_I18N = False
WEB_CONCURRENCY = int(os.environ["WEB_CONCURRENCY"])
WEB_THREADS = int(os.environ["WEB_THREADS"])

PAGE = Path(os.environ["BENCH_PAGE"]).read_bytes()
CONTENT_TYPE = os.environ["BENCH_CONTENT_TYPE"]


def page(_request: HttpRequest) -> HttpResponse:
    # Without a length gunicorn would send it in chunks, which costs a little more.
    return HttpResponse(PAGE, content_type=CONTENT_TYPE, headers={"Content-Length": len(PAGE)})


urlpatterns = [re_path("", page)]
