"""The commands that measure: eval, report, bench. Words in, figures out; what they need is loaded when they run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import EmptyError, InputError
from qa.config import Config, how_many

if TYPE_CHECKING:
    from index.library import Library
    from index.types import Hit
    from qa.assistant import Assistant
    from qa.evaluation.measure import Report
    from qa.evaluation.retrieval import RetrievalReport
    from qa.evaluation.written import WrittenReport
    from qa.types import Answer, Turn


def commands_that_measure(command: Callable[[str, Any, str], argparse.ArgumentParser]) -> None:
    """Adds them; `command` makes one of a name, what runs it, and a summary."""
    from qa.writing.terminal import add_model

    evaluate = command("eval", _eval, "measure answers over a question set")
    evaluate.add_argument("questions", nargs="+", metavar="QUESTIONS.jsonl")
    evaluate.add_argument("--retrieval", action="store_true", help="measure only whether the passages are found")
    evaluate.add_argument("--sample", type=how_many, help="ask only so many, spread evenly over the set; 0 for all")
    evaluate.add_argument("--save", help="also write the metrics, dated, to this JSON file")
    evaluate.add_argument("--json", action="store_true", help="print metrics and one row per question as JSON")
    add_model(evaluate, "is measured against the reader")
    report = command("report", _report, "measure every part of the results table; show what has been measured")
    report.add_argument("data", nargs="?", metavar="DATA", help="the folder of question sets; none: measure nothing")
    report.add_argument("--out", metavar="FOLDER", help="where the dated results are (default: qa/evaluation/results)")
    report.add_argument(
        "--sample", type=how_many, default=2000, help="questions of each set, 0 for all (default: 2000)"
    )
    report.add_argument("--only", nargs="+", default=[], metavar="NAME", help="measure only these parts")
    report.add_argument("--write", action="store_true", help="write the tables and drawings into the project's files")
    bench = command("bench", _bench, "measure speed and memory on this machine, stage by stage")
    bench.add_argument("--json", action="store_true", help="print the figures as JSON")
    bench.add_argument("--quality", metavar="DATA", help="instead: what speed costs in quality, against fp32")
    bench.add_argument(
        "--sample", type=how_many, default=2000, help="questions of each set for --quality (default: 2000)"
    )
    bench.add_argument(
        "--passages", type=int, nargs="+", default=[], metavar="N", help="instead: libraries of N passages"
    )
    bench.add_argument("--save", metavar="FOLDER", help="also write the figures, dated, into this folder")
    add_model(bench, "is timed instead (of this machine, not of a server)")


def _eval(options: argparse.Namespace, config: Config) -> int:
    from tqdm import tqdm

    from qa.app import assistant_over, open_assistant, open_reader
    from qa.evaluation.asking import evaluate, over_context
    from qa.evaluation.questions import read_questions, sample
    from qa.evaluation.record import save, this_machine
    from qa.evaluation.retrieval import retrieval
    from qa.evaluation.show import table
    from qa.evaluation.written import evaluate_written
    from qa.writing.terminal import finished, ready_writer

    read = [question for name in options.questions for question in read_questions(Path(name))]
    questions = sample(read, options.sample) if options.sample else read
    report: Report | RetrievalReport | WrittenReport
    with tqdm(total=len(questions), unit=" questions", disable=None, leave=False) as bar:
        if options.retrieval:
            library = _filled_library(config)

            def search(question: str, limit: int) -> list[Hit]:
                bar.update()
                return library.search(question, limit=limit)

            report = retrieval(search, questions)
        elif any(question.context for question in questions):  # a reading set: its paragraphs are the evidence
            if config.model:
                raise InputError("a set that brings its paragraphs cannot be written out", "leave --model out")
            assistant = open_assistant(documents=(), config=config)
            report = over_context(assistant.answer_over, questions, on_row=lambda _row: bar.update())
        else:
            reader = open_reader(config)
            reader.load()  # an unusable one is said once, and loading counts for no question
            assistant = assistant_over(_filled_library(config), config, reader=reader)
            ask = partial(_ask_in_conversation, assistant)
            if config.model:
                write = partial(finished, assistant, writer=ready_writer(config.model))
                report = evaluate_written(ask, write, questions, model=config.model, on_row=lambda _row: bar.update())
            else:
                report = evaluate(ask, questions, on_row=lambda _row: bar.update())
    print(json.dumps(report.to_json(), ensure_ascii=False) if options.json else table(report))
    if options.save:  # last: a full disk does not cost the figures
        save(report, Path(options.save), command=["footnote", *sys.argv[1:]], machine=this_machine())
    return 0


def _ask_in_conversation(assistant: Assistant, question: str, history: Sequence[Turn]) -> Answer:
    return assistant.ask(question, history=history)


def _filled_library(config: Config) -> Library:
    from qa.app import open_library

    library = open_library(config)
    if not len(library):
        raise EmptyError("the library is empty", "index the articles that the questions are about first")
    return library


def _report(options: argparse.Namespace, config: Config) -> int:
    from qa.evaluation.record import newest, reader_digest
    from qa.evaluation.report import run
    from qa.evaluation.tables import ROOT, files, tables

    out = Path(options.out) if options.out else ROOT / "qa" / "evaluation" / "results"
    if options.data:
        for outcome in run(Path(options.data), out, config, names=options.only, count=options.sample):
            print(outcome, flush=True)
    results = newest(out, reader=reader_digest(Path(config.reader)))
    if not results:
        raise EmptyError(f"{out} holds no figures of this reader", "measure it: footnote report DATA")
    if options.write:
        for path, text in files(ROOT, results).items():
            path.write_text(text, encoding="utf-8")
            print(f"written: {path}")
    elif shown := tables(results):
        print(shown)
    return 0


def _bench(options: argparse.Namespace, config: Config) -> int:
    from qa.evaluation.parts import parts_named
    from qa.evaluation.record import keep, write
    from qa.evaluation.report import measured
    from qa.evaluation.show import quality_table
    from qa.evaluation.speed import speed_table

    if options.passages:
        return _bench_sizes(options)
    if config.model:
        from qa.evaluation.pace import measure_model, pace_table

        pace = measure_model(config.model)
        if options.save:
            print(f"written: {keep('pace', pace, Path(options.save), command=pace['command'])}", file=sys.stderr)
        print(json.dumps(pace) if options.json else pace_table(pace))
        return 0
    part = parts_named(["quality" if options.quality else "speed"])[0]
    result = measured(part, Path(options.quality or "."), config, count=options.sample)
    if options.save:
        print(f"written: {write(result, Path(options.save))}", file=sys.stderr)
    if options.json:
        print(json.dumps({"machine": result.provenance.machine, "metrics": result.metrics}))
    else:
        print((quality_table if options.quality else speed_table)(result.metrics))
    return 0


def _bench_sizes(options: argparse.Namespace) -> int:
    from qa.evaluation.record import save_costs, this_machine
    from qa.evaluation.sizes import measure, shown

    for passages in options.passages:
        costs = measure(passages, say=lambda step: print(step, file=sys.stderr, flush=True))
        print(json.dumps(asdict(costs)) if options.json else shown(costs), flush=True)
        if options.save:
            save_costs(costs, Path(options.save), machine=this_machine())
    return 0
