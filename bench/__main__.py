"""`python -m bench [DATA]`: compares the systems, prints the table and a last line of JSON, and keeps a full run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.figures import Row, rows_of, table
from bench.sets import Set, Sizes, from_folder, made_up
from bench.systems import HERE, systems_named
from bench.turns import Conditions, take_turns
from index.encode import BUNDLED, bundled_folder
from index.types import UserError
from qa.evaluation.record import provenance_of, this_machine

RESULTS = HERE / "results"
FULL, QUICK = Sizes(passages=1500, articles=6, questions=200), Sizes(passages=200, articles=2, questions=40)
FULL_ROUNDS, QUICK_ROUNDS, THREADS = 3, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison; 0, or 2 when no system was measured or the person can mend something."""
    options = _parser().parse_args(arguments)
    sizes, rounds = (QUICK, QUICK_ROUNDS) if options.quick else (FULL, FULL_ROUNDS)
    sizes = replace(sizes, passages=options.passages or sizes.passages, articles=options.articles or sizes.articles)
    try:
        systems = systems_named(options.only)
        sets = from_folder(Path(options.data), sizes) if options.data else made_up(sizes)
        conditions = Conditions(str(bundled_folder()), options.rounds or rounds, options.threads)
        with tempfile.TemporaryDirectory() as folder:
            turns = take_turns(systems, sets, conditions, Path(folder), tell=_tell)
        rows = rows_of(turns, sets)
        result = _result(rows, sets, conditions, options)
        print(table(rows, sets, k=conditions.k))
        in_part = options.quick or options.only
        if options.out or not in_part:
            kind = "part" if in_part else "peers" if options.data else "made-up"
            print(f"kept: {_keep(result, Path(options.out or RESULTS), kind)}")
    except UserError as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; nothing was kept", file=sys.stderr)
        return 130
    print(json.dumps(result, ensure_ascii=False))
    return 2 if all(row.reason for row in rows) else 0


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _result(
    rows: Sequence[Row], sets: Sequence[Set], conditions: Conditions, options: argparse.Namespace
) -> dict[str, Any]:
    made = asdict(provenance_of(_command(options), f"{this_machine()}, {_memory_gb():.0f} GB, {platform.system()}"))
    shown = replace(conditions, model=BUNDLED)  # no folder of anybody's disk
    return {
        **made,
        "conditions": {key: value for key, value in asdict(shown).items() if key != "limit_s"},
        "load_average": round(os.getloadavg()[0], 2),
        "sets": {
            one.name: {
                "documents": len(one.documents),
                "characters": one.characters,
                "questions": len(one.questions),
            }
            for one in sets
        },
        "systems": [_rounded(asdict(row)) for row in rows],
    }


def _command(options: argparse.Namespace) -> str:
    """The command without folders, which would say something of somebody's disk."""
    given = ["--quick"] if options.quick else []
    given += ["--only", *options.only] if options.only else []
    usual = {"passages": None, "articles": None, "rounds": None, "threads": THREADS}
    for name, value in usual.items():
        given += [f"--{name}", str(getattr(options, name))] if getattr(options, name) != value else []
    data = " DATA=corpora" if options.data else ""
    return f"make bench{data}" + (f' BENCH="{" ".join(given)}"' if given else "")


def _rounded(value: Any) -> Any:
    """Four figures that count, which is more than a second run repeats."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _keep(result: dict[str, Any], folder: Path, kind: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result['date']}-{kind}.json"
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    aside.replace(path)
    return path.name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Footnote beside other systems.")
    parser.add_argument("data", nargs="?", metavar="DATA", help="the folder of corpora (default: made-up text)")
    parser.add_argument("--quick", action="store_true", help="fewer passages, one round")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these systems")
    parser.add_argument("--passages", type=int, metavar="N", help=f"passages (default: {FULL.passages:,})")
    parser.add_argument("--articles", type=int, metavar="N", help=f"long articles (default: {FULL.articles})")
    parser.add_argument(
        "--threads", type=int, default=THREADS, metavar="N", help=f"for each system (default: {THREADS})"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help=f"rounds (default: {FULL_ROUNDS})")
    parser.add_argument(
        "--out", metavar="FOLDER", help="keep the result here (default: bench/results, a full run alone)"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
