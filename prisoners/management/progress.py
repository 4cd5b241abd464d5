"""How far a long command is."""

import time
from typing import TextIO

BAR = 30  # characters


class Progress:
    """How far it is, on a line that is written over; a line every tenth where there is no screen.

    >>> 120,000 of 1,000,000 people [###...] 5,400 a second, 2:43 left
    """

    def __init__(self, count: int, things: str, stream: TextIO) -> None:
        self.count = count
        self.things = things
        self.stream = stream
        self.began = time.monotonic()
        self.tenths = 0

    def __call__(self, done: int) -> None:
        rate = done / max(time.monotonic() - self.began, 0.001)
        minutes, seconds = divmod(round((self.count - done) / rate), 60)
        filled = BAR * done // self.count
        bar = f"[{'#' * filled}{'.' * (BAR - filled)}] " if self.stream.isatty() else ""
        line = (
            f"{done:,} of {self.count:,} {self.things} {bar}{rate:,.0f} a second, "
            f"{minutes}:{seconds:02d} left"
        )
        if self.stream.isatty():
            end = "\n" if done == self.count else ""
            self.stream.write(f"\r{line}\x1b[K{end}")
        elif (tenths := 10 * done // self.count) > self.tenths:
            self.tenths = tenths
            self.stream.write(f"{line}\n")
        self.stream.flush()
