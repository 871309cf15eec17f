"""One frozen Config of plain values. Defaults give way to the environment (FOOTNOTE_*), the environment to flags."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from index.chunk import CHUNK_CHARS
from index.encode import BUNDLED
from index.types import InputError

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Config:
    """`home` is the library's folder; None stands for the platform's user data folder."""

    home: str | None = None
    encoder: str = BUNDLED  # a sentence-transformers model: name on the hub or folder
    reader: str = str(WEIGHTS)  # the folder of an extractive question-answering model with a calibration.json
    model: str | None = (
        None  # a language model that writes: folder, name on the hub, http://host:port/v1#name; None: none
    )
    passages_read: int = 6  # how many hits the reader reads; see qa/evaluation/LOG.md
    chunk_chars: int = CHUNK_CHARS  # how long a passage may be; counts when an article is indexed
    threshold: float | None = None  # refuse below this confidence; None: as calibrated; 0: always answer
    reference: bool = False  # run the models with torch in fp32, whatever else the machine could do
    private_addresses: bool = False  # whether `footnote index` reads web addresses of this machine and its network
    host: str = "127.0.0.1"
    port: int = 7860

    @property
    def home_folder(self) -> Path:
        """Raises InputError for the home of somebody who has none, and for no name at all."""
        if self.home == "":  # as a path it would be the folder that the command happens to run in
            raise InputError("the library's folder (home) has an empty name", "name a folder, or give none")
        if self.home is not None:
            try:
                return Path(self.home).expanduser()
            except RuntimeError:  # "~nobody" has no home
                message = f"the library's folder {self.home} cannot be found: there is no home of that name"
                raise InputError(message, "write the path in full, without ~") from None
        import platformdirs

        return Path(platformdirs.user_data_dir("footnote", appauthor=False))


def share(text: str) -> float:
    """A number from 0 to 1. Raises ValueError for anything else, "nan" too."""
    number = float(text)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{text!r} is not a number from 0 to 1")
    return number


def count(text: str) -> int:
    """A whole number of at least 1. Raises ValueError for anything else."""
    return _whole(text, 1)


def how_many(text: str) -> int:
    """A whole number, 0 for all. Raises ValueError for anything else."""
    return _whole(text, 0)


def port(text: str) -> int:
    """A number that a server can listen on, 0 for any that is free. Raises ValueError for anything else."""
    return _whole(text, 0, most=65_535)


def _whole(text: str, least: int, most: float = math.inf) -> int:
    number = int(text)
    if not least <= number <= most:
        raise ValueError(f"{text!r} is not from {least} to {most}")
    return number


def switch(text: str) -> bool:
    """1 or 0. Raises ValueError for anything else."""
    if text.strip() not in ("0", "1"):
        raise ValueError(f"{text!r} is neither 1 nor 0")
    return text.strip() == "1"


_WHAT: dict[str, tuple[Callable[[str], int | float], str]] = {  # field -> what reads it, and what is wanted
    "passages_read": (count, "a whole number of at least 1"),
    "chunk_chars": (count, "a whole number of at least 1"),
    "port": (port, "a whole number from 0 to 65535"),
    "threshold": (share, "a number from 0 to 1"),
    "reference": (switch, "1 or 0"),
    "private_addresses": (switch, "1 or 0"),
}


def configure(environment: Mapping[str, str] = os.environ, **flags: str | float | None) -> Config:
    """The configuration in force. A flag of None was not given. Raises InputError for a number that is none."""
    values: dict[str, Any] = {}
    for field in fields(Config):
        given = environment.get(f"FOOTNOTE_{field.name.upper()}")
        if given:
            values[field.name] = _typed(given, field.name)
    return Config(**values | {name: value for name, value in flags.items() if value is not None})


def _typed(given: str, name: str) -> str | float:
    if name not in _WHAT:
        return given
    read, wanted = _WHAT[name]
    try:
        return read(given)
    except ValueError:
        message = f"FOOTNOTE_{name.upper()} is {given!r}, which is not {wanted}"
        raise InputError(message, f"set it to {wanted}, or unset it") from None
