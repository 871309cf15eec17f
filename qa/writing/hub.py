"""Where the files of a model are: in a folder, in the hub's local cache, or to be fetched, with their size said first.

In: a folder or a name on the hub. Out: a folder; a ModelError that says what to do when there is none. Loads nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from index.engine import first_line
from index.types import ModelError
from qa.writing.memory import available_bytes, check_room, gigabytes

Tell: TypeAlias = Callable[[str], object]  # hears in words how far a download is

_WANTED = ("*.json", "*.safetensors", "*.model", "*.jinja", "tokenizer*", "merges.txt", "vocab.txt")
_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_LOOK_EVERY_S = 1.0
_BY_HAND = "on a machine with a network run: hf download NAME --local-dir FOLDER; copy FOLDER here; --model FOLDER"


@dataclass(frozen=True, slots=True)
class Cached:
    """A model in the hub's cache on this machine."""

    name: str
    bytes: int


def cached_models() -> list[Cached]:
    """Those in the hub's cache that say they are chat models, by name."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repos = scan_cache_dir().repos
    except (CacheNotFound, OSError):
        return []
    found = []
    for repo in repos:
        files = {file.file_name: file.file_path for revision in repo.revisions for file in revision.files}
        if repo.repo_type == "model" and _is_chat_model(files):
            found.append(Cached(repo.repo_id, repo.size_on_disk))
    return sorted(found, key=lambda model: model.name.lower())


def _is_chat_model(files: dict[str, Path]) -> bool:
    if not any(name.endswith(".safetensors") for name in files) or "config.json" not in files:
        return False
    if "chat_template.jinja" in files:
        return True
    try:
        return "chat_template" in files["tokenizer_config.json"].read_text(encoding="utf-8")
    except (KeyError, OSError, UnicodeDecodeError):
        return False


def folder_of(name: str, *, tell: Tell) -> Path:
    """The folder with the model's files; what is not there is fetched, `tell` hears how large it is and how far.

    Raises ModelError for a name that is none, a hub that cannot be reached, a download that breaks.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").exists():
            raise ModelError(f"{name} is a folder without a config.json", "name the folder of a transformers model")
        return folder
    if not _NAME.fullmatch(name):
        raise ModelError(f"there is no folder {name}", "name a folder, a model on the hub (owner/name) or a server")
    return _in_cache(name) or _fetched(name, tell)


def _in_cache(name: str) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        found = Path(snapshot_download(name, local_files_only=True, allow_patterns=list(_WANTED)))
    except (OSError, ValueError):  # not there, or not whole
        return None
    whole = (found / "config.json").exists() and any(found.glob("*.safetensors"))
    return found if whole else None


def _fetched(name: str, tell: Tell) -> Path:
    from huggingface_hub import snapshot_download

    with _plain_words(name):
        files = snapshot_download(name, allow_patterns=list(_WANTED), dry_run=True)
        size = sum(file.file_size or 0 for file in files if file.will_download)
        weights = sum(file.file_size or 0 for file in files if file.filename.endswith(".safetensors"))
        check_room(name, weights, available_bytes())  # better known before than after
        tell(f"fetching {name}: {gigabytes(size)}")
        with _progress(name, size, tell):
            return Path(snapshot_download(name, allow_patterns=list(_WANTED)))


@contextmanager
def _plain_words(name: str) -> Iterator[None]:
    """What goes wrong with the hub, as a ModelError."""
    from huggingface_hub.errors import DryRunError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    of_the_client: Any = HfHubHTTPError.__mro__[1]  # what the hub's own HTTP client raises, whichever it uses
    try:
        with _its_cause(DryRunError):
            yield
    except GatedRepoError as error:
        raise ModelError(
            f"{name} is given out only on request", "ask for it on the hub, then: hf auth login"
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelError(f"the hub knows no model {name!r}", "check the spelling: owner/name") from error
    except (FileNotFoundError, of_the_client, ConnectionError, TimeoutError) as error:
        raise ModelError(f"{name} is not on this machine, and the hub cannot be reached", _by_hand(name)) from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{name} cannot be fetched: {first_line(error)}", _by_hand(name)) from error


@contextmanager
def _its_cause(wrapper: type[Exception]) -> Iterator[None]:
    """Raises what the wrapper was raised for; it is raised by itself when there is no network."""
    try:
        yield
    except wrapper as error:
        raise error.__cause__ or ConnectionError(str(error)) from None


def _by_hand(name: str) -> str:
    return _BY_HAND.replace("NAME", name)


@contextmanager
def _progress(name: str, size: int, tell: Tell) -> Iterator[None]:
    """Tells every second how much of the download has arrived on the disk."""
    from huggingface_hub.constants import HF_HUB_CACHE

    blobs = Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "blobs"
    before, done = _bytes_in(blobs), threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            come = min(size, _bytes_in(blobs) - before)
            tell(f"fetching {name}: {gigabytes(come)} of {gigabytes(size)}")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _bytes_in(folder: Path) -> int:
    """On the disk: files that are being written are as long as they will be, and fill up."""
    sizes = 0
    for path in folder.glob("*"):
        try:
            sizes += path.stat().st_blocks * 512
        except (OSError, AttributeError):  # gone in the meantime
            continue
    return sizes
