"""How a process begins that helps another one. No model is imported: it is no Django yet."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading

import django

_begun = threading.Event()


def begin() -> None:
    """Leave Ctrl-C to the process that is helped, and end with it, even where it is killed.

    What a helper keeps are names taken apart, in which there are no cycles: by default, Python
    would look for some after every few rows.
    """
    _begun.set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    django.setup()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def has_begun() -> bool:
    """Return whether this process is one that helps."""
    return _begun.is_set()


def _end_with_the_other() -> None:
    helped = multiprocessing.parent_process()
    if helped is not None:
        helped.join()
    os._exit(1)
