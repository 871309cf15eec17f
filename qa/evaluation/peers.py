"""The newest comparison with other systems -> its tables, and a row for README. Reads what `make bench` kept alone.

In: the folder of results. Out: Markdown, a row for each system; "" when nothing was compared yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.types import InputError
from qa.evaluation.markdown import table

PEERS = "bench/results"

_SETS = {"passages": "Passages of 35 to 200 tokens", "articles": "Long articles"}
_HEAD = "characters/s", "a question: p50", "p95", "ready after", "memory", "recall@5"
_LEGEND = """\
Side by side in one run ([how]({above}bench/README.md)): the same embedding model, texts and questions, pieces of like
size, two threads; medians of {rounds} rounds in turn. In brackets: times the fastest of the peers, to which the
baseline, plain sentence-transformers, does not belong. Reading, splitting, embedding, storing and every index are in
the rate. *Ready*: from the start of the process to the first passages found. Machine: {machine}."""


def newest_comparison(root: Path) -> Path | None:
    """The latest full comparison over the corpora; names begin with the date."""
    return max((root / PEERS).glob("*-peers.json"), default=None)


def peers_tables(root: Path, *, above: str = "") -> str:
    """`above` leads from the file that shows them to the top of the project. Raises InputError for a damaged file."""
    path = newest_comparison(root)
    if path is None:
        return ""
    with _read(path) as result:
        pieces = [_table(result, name, f"{above}{PEERS}/{path.name}") for name in result["sets"]]
        legend = _LEGEND.format(above=above, rounds=result["conditions"]["rounds"], machine=result["machine"])
    return "".join(f"\n{piece}\n" for piece in (*pieces, legend))


def peers_row(root: Path) -> tuple[str, str, str] | None:
    """What was compared, Footnote beside the fastest of the others, and the command; None when nothing was."""
    path = newest_comparison(root)
    if path is None:
        return None
    with _read(path) as result:
        others = [system["title"].removesuffix(" + FAISS") for system in result["systems"] if system["role"] == "peer"]
        its = next(system for system in result["systems"] if system["role"] == "own")["figures"]["passages"]
        fast, found = its["documents_per_s_times_fastest_peer"], its["search_ms_p50_times_fastest_peer"]
        name = f"[Beside {', '.join(others[:-1])} and {others[-1]}]({PEERS}/{path.name})"
    figures = f"indexes **{fast:.2f}** times as fast as the fastest of them, and finds in **{found:.2f}** of its time"
    return name, figures, "`make bench DATA=DATA/corpora`"


@contextmanager
def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    """What the file holds; within, what it lacks is an InputError as well."""
    try:
        yield json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, StopIteration, IndexError) as error:
        raise InputError(f"the comparison {path} cannot be read: {error!r}", "delete it and run: make bench") from error


def _table(result: Mapping[str, Any], name: str, file: str) -> str:
    given = result["sets"][name]
    title = f"{_SETS[name]}: {given['documents']:,} documents, {given['characters']:,} characters"
    rows = [_row(system, name) for system in result["systems"]]
    return f"[{title}, {given['questions']:,} questions]({file})\n\n" + table(("system", f"{name}/s", *_HEAD), rows)


def _row(system: Mapping[str, Any], name: str) -> tuple[str, ...]:
    title = f"{system['title']} {system['version']}".strip()
    if system["reason"]:
        return (title, "failed", *("–" for _ in _HEAD))
    its = system["figures"][name]
    return (
        title,
        f"**{its['documents_per_s']:,.{1 if name == 'passages' else 2}f}**{_times(its, 'documents_per_s')}",
        f"**{its['characters_per_s']:,.0f}**",
        f"**{its['search_ms_p50']:.1f}** ms{_times(its, 'search_ms_p50')}",
        f"**{its['search_ms_p95']:.1f}** ms",
        f"**{its['ready_s']:.1f}** s",
        f"**{its['search_mb']:,.0f}** MB",
        f"**{its['recall_at_k'] * 100:.1f}**",
    )


def _times(its: Mapping[str, float], measure: str) -> str:
    ratio = its.get(f"{measure}_times_fastest_peer")
    return "" if ratio is None else f" (**{ratio:.2f}**×)"
