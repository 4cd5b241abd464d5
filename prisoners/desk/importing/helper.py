"""How a process begins that helps another one. No model is imported: it is no Django yet."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import django


def begin() -> None:
    """Leave Ctrl-C to the process that is helped, and end with it, even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    django.setup()


def _end_with_the_other() -> None:
    helped = multiprocessing.parent_process()
    if helped is not None:
        helped.join()
    os._exit(1)
