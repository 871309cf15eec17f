"""A model that is fetched: its size is said first, then how far it is; what cannot be fetched says why."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import huggingface_hub.constants
import pytest

from index.types import ModelError
from qa.writing import hub

HALF = "fetching a/chat: 4.0 MB of 8.0 MB"


def a_hub(folder: Path, *, weights: int, told: list[str]) -> Any:
    """A hub with one model; fetching it takes until it was told that half is there."""

    def snapshot_download(name: str, *, local_files_only: bool = False, dry_run: bool = False, **_given: object) -> Any:
        if local_files_only:
            raise FileNotFoundError(name)
        if dry_run:
            files = (("config.json", 1000), ("model.safetensors", weights))
            return [SimpleNamespace(filename=file, file_size=size, will_download=True) for file, size in files]
        blobs = folder / f"models--{name.replace('/', '--')}" / "blobs"
        blobs.mkdir(parents=True)
        (blobs / "half").write_bytes(b"x" * (weights // 2))
        until = time.monotonic() + 20
        while told[-1] != HALF and time.monotonic() < until:
            time.sleep(0.01)
        return str(folder)

    return snapshot_download


def test_the_size_comes_first_and_then_the_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(huggingface_hub, "snapshot_download", a_hub(tmp_path, weights=8_000_000, told=told))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "_LOOK_EVERY_S", 0.05)
    assert hub.folder_of("a/chat", tell=told.append) == tmp_path
    assert told[0] == "fetching a/chat: 8.0 MB"
    assert told[-1] == HALF


def test_what_will_not_fit_into_memory_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(huggingface_hub, "snapshot_download", a_hub(tmp_path, weights=10**15, told=told))
    with pytest.raises(ModelError, match=r"needs about 1000000\.0 GB of memory"):
        hub.folder_of("a/giant", tell=told.append)
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_the_hub_does_not_know_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import DryRunError, RepositoryNotFoundError

    def snapshot_download(name: str, *, local_files_only: bool = False, **_given: object) -> Any:
        if local_files_only:
            raise FileNotFoundError(name)
        unknown = RepositoryNotFoundError.__new__(RepositoryNotFoundError)
        raise DryRunError("cannot be accessed") from unknown

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(ModelError, match="knows no model 'a/chta'"):
        hub.folder_of("a/chta", tell=lambda words: None)
