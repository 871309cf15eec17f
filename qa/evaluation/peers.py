"""The newest comparison with other systems -> its tables in README. Reads what `make bench` kept, none of its code.

In: the folder of results. Out: Markdown, a row for each system; "" when nothing was compared yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.types import InputError

PEERS = "bench/results"

_SETS = {"passages": "Passages of 35 to 200 tokens", "articles": "Long articles"}
_HEAD = "characters/s", "a question: p50", "p95", "ready after", "memory", "recall@5"
_LEGEND = """\
Side by side in one run ([how](bench/README.md)): the same embedding model, texts and questions, pieces of like size,
two threads; medians of {rounds} rounds in turn. In brackets: times the fastest of the peers, to which the baseline,
plain sentence-transformers, does not belong. Reading, splitting, embedding, storing and every index are in the rate.
*Ready*: from the start of the process to the first passages found. Machine: {machine}."""


def newest_comparison(root: Path) -> Path | None:
    """The latest full comparison over the corpora; names begin with the date."""
    return max((root / PEERS).glob("*-peers.json"), default=None)


def peers_tables(root: Path) -> str:
    """Raises InputError for a damaged file."""
    path = newest_comparison(root)
    if path is None:
        return ""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        pieces = [_table(result, name, path.name) for name in result["sets"]]
        legend = _LEGEND.format(rounds=result["conditions"]["rounds"], machine=result["machine"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the comparison {path} cannot be read: {error!r}", "delete it and run: make bench") from error
    return "".join(f"\n{piece}\n" for piece in (*pieces, legend))


def _table(result: Mapping[str, Any], name: str, file: str) -> str:
    given = result["sets"][name]
    title = f"{_SETS[name]}: {given['documents']:,} documents, {given['characters']:,} characters"
    about = f"[{title}, {given['questions']:,} questions]({PEERS}/{file})"
    head = "system", f"{name}/s", *_HEAD
    ruler = "---", *("--:" for _ in head[1:])
    rows = [_row(system, name) for system in result["systems"]]
    return about + "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in (head, ruler, *rows))


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
