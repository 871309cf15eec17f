"""The compared systems: what each is called, where its code and its pinned requirements are, and its environment.

An environment is made once below `.venvs/` and again when the requirements change. Footnote runs in the present one.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.types import InputError, ModelError

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".venvs"
_INSTALL_S = 1800

Role = Literal["own", "peer", "baseline"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One system. `code` is `module:Class`, `package` the one whose version is reported.

    Without `requirements` it runs in the environment of the comparison itself.
    """

    name: str
    title: str
    role: Role
    code: str
    package: str
    requirements: Path | None = None


def _peer(name: str, title: str, made: str, package: str, *, role: Role = "peer") -> Compared:
    return Compared(name, title, role, f"bench.peers.{name}:{made}", package, HERE / "requirements" / f"{name}.txt")


SYSTEMS = (
    Compared("footnote", "Footnote", "own", "bench.peers.footnote:Footnote", "footnote-qa"),
    _peer("langchain", "LangChain + FAISS", "LangChain", "langchain-community"),
    _peer("llamaindex", "LlamaIndex + FAISS", "LlamaIndex", "llama-index-core"),
    _peer("txtai", "txtai", "Txtai", "txtai"),
    _peer("haystack", "Haystack + FAISS", "Haystack", "haystack-ai"),
    _peer(
        "sentence_transformers",
        "sentence-transformers alone",
        "SentenceTransformers",
        "sentence-transformers",
        role="baseline",
    ),
)


def systems_named(names: list[str]) -> list[Compared]:
    """The systems of these names, in their own order; all for no names. Raises InputError for an unknown one."""
    known = [system.name for system in SYSTEMS]
    for name in names:
        if name not in known:
            raise InputError(f"there is no system {name!r} to compare", f"the systems are {', '.join(known)}")
    return [system for system in SYSTEMS if not names or system.name in names]


def python_of(system: Compared, *, environments: Path = ENVIRONMENTS, tell: Callable[[str], object] = print) -> Path:
    """The interpreter that runs it; its environment is made first. Raises ModelError when that does not succeed."""
    if system.requirements is None:
        return Path(sys.executable)
    folder = environments / system.name
    stamp, python = folder / "installed", folder / "bin" / "python"
    wanted = hashlib.sha256(system.requirements.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        tell(f"making the environment of {system.title} (about 1.6 GB, some minutes) ...")
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], system)
        _run([str(python), *"-m pip install --quiet --no-cache-dir --requirement".split(), system.requirements], system)
        stamp.write_text(wanted)
    return python


def _run(command: list[str | Path], system: Compared) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"the environment of {system.title} cannot be made: {error}") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise ModelError(
            f"the environment of {system.title} cannot be made: {said[-1] if said else 'pip said nothing'}",
            "a package registry is needed the first time",
        )
