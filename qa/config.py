"""One frozen Config of plain values. Defaults give way to the environment (FOOTNOTE_*), the environment to flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from index.encode import BUNDLED
from index.types import InputError

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Config:
    """`home` is the library's folder; None stands for the platform's user data folder."""

    home: str | None = None
    encoder: str = BUNDLED  # a sentence-transformers model: name on the hub or folder
    reader: str = str(WEIGHTS)  # the folder of an extractive question-answering model with a calibration.json
    passages_read: int = 6  # how many hits the reader reads; see qa/evaluation/LOG.md
    host: str = "127.0.0.1"
    port: int = 7860

    @property
    def home_folder(self) -> Path:
        if self.home is not None:
            return Path(self.home).expanduser()
        import platformdirs

        return Path(platformdirs.user_data_dir("footnote", appauthor=False))


def configure(environment: Mapping[str, str] = os.environ, **flags: str | int | None) -> Config:
    """The configuration in force. A flag of None was not given. Raises InputError for a number that is none."""
    config = Config()
    for field in fields(Config):
        given = environment.get(f"FOOTNOTE_{field.name.upper()}")
        if given:
            config = replace(config, **{field.name: _typed(given, getattr(config, field.name), field.name)})
    return replace(config, **{name: value for name, value in flags.items() if value is not None})


def _typed(given: str, default: str | int | None, name: str) -> str | int:
    if not isinstance(default, int):
        return given
    try:
        return int(given)
    except ValueError:
        message = f"FOOTNOTE_{name.upper()} is {given!r}, which is not a number"
        raise InputError(message, f"set it to a number such as {default}, or unset it") from None
