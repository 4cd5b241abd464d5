"""Columns as files: every process of a machine maps the same ones, and holds no copy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, overload

import numpy as np
from django.conf import settings

from prisoners.models import Version
from prisoners.reading.snapshot.columns import (
    GENDERS,
    GROUPS,
    NUMBERED,
    Array,
    Columns,
    Numbering,
    Several,
)
from prisoners.reading.snapshot.people import Names

# Goes up when the columns mean something else than before.
FORMAT: Final = 4
# Bytes of the head of a file of numbers.
EMPTY: Final = 128
# What is in a folder: each array, and what is numbered in them.
CONTENTS: Final = "contents.json"
FOLDER: Final = Path(settings.VAR_DIR) / "snapshot"


class Texts(Sequence[str]):
    """Many texts, one after the other in a file."""

    def __init__(self, letters: Array, ends: Array) -> None:
        self.letters = letters
        self.ends = ends

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        begin = int(self.ends[place - 1]) if place else 0
        return self.letters[begin : int(self.ends[place])].tobytes().decode()


def signature(languages: Sequence[str]) -> str:
    """Return what files must have been written under to be read: the same choices and languages."""
    told = repr((FORMAT, GENDERS, GROUPS, sorted(languages)))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def folders(languages: Sequence[str]) -> Iterator[tuple[Version, Path]]:
    """Yield the folders that can be read, the newest version first."""
    found = []
    for path in FOLDER.glob(f"*_{signature(languages)}"):
        number, stamp, _rest = path.name.split("_")
        found.append((Version(int(number), int(stamp)), path))
    yield from sorted(found, reverse=True)


def write(
    version: Version,
    columns: Columns,
    names: dict[str, Names],
    numbering: dict[str, Numbering],
    withheld: frozenset[int],
) -> None:
    """Write columns into a folder of their version, which is there only when it is whole.

    What is older goes: a process that still has it mapped keeps it until it lets go. One process
    at a time may write.
    """
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = FOLDER / f"{version.number}_{version.stamp}_{signature(list(names))}"
    draft = Path(tempfile.mkdtemp(dir=FOLDER, prefix="."))
    try:
        arrays = {
            "numbers": columns.numbers,
            "withheld": np.array(sorted(withheld), dtype=np.int64),
            **columns.arrays,
        }
        for name, several in columns.several.items():
            arrays |= {
                f"{name}.values": several.values,
                f"{name}.owner": several.owner,
                f"{name}.begins": several.begins,
            }
            if several.gate is not None:
                arrays[f"{name}.gate"] = several.gate
        for language, order in names.items():
            letters, ends = _as_letters(order.keys)
            arrays |= {
                f"{language}.order": order.order,
                f"{language}.places": order.places,
                f"{language}.letters": letters,
                f"{language}.ends": ends,
            }
        for name, array in arrays.items():
            with (draft / f"{name}.npy").open("wb") as file:
                np.save(file, array)
                _on_disk(file)
        contents = {
            "arrays": {name: _is(array) for name, array in arrays.items()},
            "numbered": {name: numbering[name].names[1:] for name in NUMBERED},
        }
        with (draft / CONTENTS).open("w", encoding="utf-8") as file:
            json.dump(contents, file)
            _on_disk(file)
        # Drafts among them, of processes that were ended.
        older = [one for one in FOLDER.iterdir() if one != draft and one.is_dir()]
        if path in older:
            # Of the same version and not taken: not whole, or of a record without a log.
            older.remove(path)
            shutil.rmtree(path)
        draft.rename(path)
        for one in older:
            shutil.rmtree(one, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _on_disk(file: IO[Any]) -> None:
    """Wait until a file is there even after a power cut: its folder is trusted to be whole."""
    file.flush()
    os.fsync(file.fileno())


def _is(array: Array) -> list[Any]:
    """Return how long an array is, and of what."""
    return [len(array), array.dtype.str]


def _as_letters(texts: Sequence[str]) -> tuple[Array, Array]:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum(np.array([len(text) for text in encoded], dtype=np.int64))
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def _map(file: Path) -> Array:
    # A file that holds nothing after its head cannot be mapped.
    if file.stat().st_size <= EMPTY:
        return np.load(file)  # type: ignore[no-any-return]  # untyped in numpy
    mapped: Array = np.load(file, mmap_mode="r")
    return mapped.view(np.ndarray)


def load(
    path: Path, languages: Sequence[str]
) -> tuple[Columns, dict[str, Names], dict[str, Numbering], frozenset[int]]:
    """Map the files of a folder; raise OSError where it is not whole or not there any more."""
    try:
        return _load(path, languages)
    except (EOFError, KeyError, ValueError) as error:
        raise OSError(f"{path} is not whole: {error!r}") from error


def _load(
    path: Path, languages: Sequence[str]
) -> tuple[Columns, dict[str, Names], dict[str, Numbering], frozenset[int]]:
    contents = json.loads((path / CONTENTS).read_text(encoding="utf-8"))
    numbered = contents["numbered"]
    arrays = {name: _map(path / f"{name}.npy") for name in contents["arrays"]}
    for name, array in arrays.items():
        if _is(array) != contents["arrays"][name]:
            raise ValueError(name)
    several = {
        name.removesuffix(".values"): Several(
            arrays.pop(name),
            arrays.pop(name.replace(".values", ".owner")),
            arrays.pop(name.replace(".values", ".begins")),
            arrays.pop(name.replace(".values", ".gate"), None),
        )
        for name in [one for one in arrays if one.endswith(".values")]
    }
    numbers = arrays.pop("numbers")
    names = {
        language: Names.in_order(
            numbers,
            Texts(arrays.pop(f"{language}.letters"), arrays.pop(f"{language}.ends")),
            arrays.pop(f"{language}.order"),
            arrays.pop(f"{language}.places"),
        )
        for language in languages
    }
    withheld = frozenset(arrays.pop("withheld").tolist())
    return (
        Columns(numbers, arrays, several, {}),
        names,
        {name: Numbering(numbered[name]) for name in NUMBERED},
        withheld,
    )
