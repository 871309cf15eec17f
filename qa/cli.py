"""The commands: index, ask, chat, documents, remove, eval, feedback, report, bench, train. Words in, words or JSON out.

Exit code 0: done. 2: the person can mend it (`error:` and `hint:` on stderr). 1: a bug, with its traceback.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import Document, EmptyError, Failure, Filter, InputError, UserError
from qa.config import Config, configure

if TYPE_CHECKING:
    from index.library import Library
    from qa.assistant import Assistant
    from qa.evaluation.measure import Report
    from qa.evaluation.retrieval import RetrievalReport
    from qa.types import Answer, Turn


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _quiet_libraries()
    try:
        config = configure(
            home=options.home, encoder=options.encoder, reader=options.reader, threshold=options.threshold
        )
        return int(options.run(options, config))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output, `head` say, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nstopped; what was reported as done is kept", file=sys.stderr)
        return 130


def _quiet_libraries() -> None:
    """Their progress bars and load reports would hide ours. A person's own setting of these variables wins."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


# --- commands --------------------------------------------------------------------------------------------------------


def _index(options: argparse.Namespace, config: Config) -> int:
    from tqdm import tqdm

    from index.load import load
    from qa.app import open_library

    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    unusable: list[UserError] = []
    with open_library(config) as library, tqdm(unit=" passages", disable=None, leave=False) as bar:
        for name in options.sources:
            bar.set_description(name)
            try:
                found = load(name, private=config.private_addresses)
                for outcome in library.add(_without_failures(found, failures), embedded=bar.update):
                    counts[outcome.status] += 1
                counts["removed"] += _prune(library, name, remove=options.prune)
            except (InputError, EmptyError) as error:  # the other sources are indexed all the same
                unusable.append(error)
        if counts["added"] + counts["updated"] + counts["removed"]:
            bar.set_description("making the indexes")
            library.refresh()
    for failure in failures:
        print(f"failed: {failure.source}: {failure.reason}", file=sys.stderr)
    failed = f", {len(failures) + len(unusable)} failed" if failures or unusable else ""
    if counts or not unusable:
        removed = f", {counts['removed']} removed" if counts["removed"] else ""
        print(f"{counts['added']} added, {counts['updated']} updated, {counts['unchanged']} unchanged{removed}{failed}")
    if unusable:
        raise unusable[0]
    if failures and not counts:
        raise InputError("nothing could be indexed", "see the reason beside each source above")
    return 0


def _prune(library: Library, name: str, *, remove: bool) -> int:
    """Takes away the documents whose files are gone from the folder, or says how to; returns how many were."""
    from index.gone import gone_from

    gone = gone_from(name, library.entries())
    if gone and not remove:
        titles = "; ".join(entry.title for entry in gone[:3]) + (" ..." if len(gone) > 3 else "")
        print(f"no longer in {name}: {titles}; take {len(gone)} away with: footnote index --prune {name}")
        return 0
    return len(library.remove([entry.id for entry in gone])) if gone else 0


def _without_failures(loaded: Iterator[Document | Failure], failures: list[Failure]) -> Iterator[Document]:
    for item in loaded:
        if isinstance(item, Document):
            yield item
        else:
            failures.append(item)


def _ask(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_assistant
    from qa.show import answer_row, answer_text

    assistant = open_assistant(config=config)
    began = time.perf_counter()
    only = Filter(options.since, options.until, options.source)
    answer = assistant.ask(options.question, only=only)
    seconds = time.perf_counter() - began
    print(json.dumps(answer_row(answer, seconds), ensure_ascii=False) if options.json else answer_text(answer))
    return 0


def _chat(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_desk

    print("loading the models ...", flush=True)
    desk = open_desk(config, examples=options.example)
    desk.warm_up()  # so that the first question does not wait for the models
    import ui

    host, port = options.host or config.host, options.port if options.port is not None else config.port
    try:
        ui.serve(desk, host=host, port=port, open_browser=options.open)
    finally:
        desk.close()
    return 0


def _documents(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_library

    with open_library(config) as library:
        entries = library.entries()
    if options.json:
        rows = [
            {
                "id": e.id,
                "title": e.title,
                "source": e.source,
                "published": e.published.isoformat() if e.published else None,
                "passages": e.passages,
            }
            for e in entries
        ]
        print(json.dumps(rows, ensure_ascii=False))
    elif not entries:
        print("the library is empty; add articles with: footnote index PATH_OR_URL")
    else:
        for entry in entries:
            print(f"{entry.id}  {entry.published or '          '}  {entry.passages:4d} passages  {entry.title}")
    return 0


def _remove(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_library

    with open_library(config) as library:
        removed = library.remove(options.ids)
    missing = [document_id for document_id in options.ids if document_id not in removed]
    if removed:
        print(f"removed {', '.join(removed)}")
    if missing:
        raise InputError(f"no document has the id {', '.join(missing)}", "footnote documents lists the ids")
    return 0


def _eval(options: argparse.Namespace, config: Config) -> int:
    from tqdm import tqdm

    from qa.app import assistant_over, open_assistant
    from qa.evaluation.asking import evaluate, over_context
    from qa.evaluation.questions import read_questions, sample
    from qa.evaluation.record import save, this_machine
    from qa.evaluation.retrieval import retrieval
    from qa.evaluation.show import table

    read = [question for name in options.questions for question in read_questions(Path(name))]
    questions = sample(read, options.sample) if options.sample else read
    report: Report | RetrievalReport
    with tqdm(total=len(questions), unit=" questions", disable=None, leave=False) as bar:
        if options.retrieval:
            library = _filled_library(config)
            report = retrieval(lambda question, limit: library.search(question, limit=limit), questions)
        elif any(question.context for question in questions):  # a reading set: its paragraphs are the evidence
            reader = open_assistant(documents=(), config=config)
            report = over_context(reader.answer_over, questions, on_row=lambda _row: bar.update())
        else:
            assistant = assistant_over(_filled_library(config), config)
            ask = partial(_ask_in_conversation, assistant)
            report = evaluate(ask, questions, on_row=lambda _row: bar.update())
    if options.save:
        save(report, Path(options.save), command="footnote " + " ".join(sys.argv[1:]), machine=this_machine())
    print(json.dumps(report.to_json(), ensure_ascii=False) if options.json else table(report))
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


def _feedback(options: argparse.Namespace, config: Config) -> int:
    from qa.chat.feedback import FeedbackLog, question_set, write_question_set

    given = FeedbackLog(config.home_folder).read()
    if options.export:
        rows, left_out = question_set(given)
        write_question_set(rows, Path(options.export))
        without = f"; {left_out} left out: wrong, and the right answer was not given" if left_out else ""
        print(f"{len(rows)} question{'' if len(rows) == 1 else 's'} written to {options.export}{without}")
    elif not given:
        print("no answer has been judged yet; the thumbs beside an answer in the chat do that")
    for item in [] if options.export else given:
        why = f"  ({item.reason})" if item.reason else ""
        print(f"{item.verdict:4}  {item.question}  ->  {item.correction or item.answer or 'no answer'}{why}")
    return 0


def _bench(options: argparse.Namespace, config: Config) -> int:
    from qa.evaluation.timings import measure, timings_table

    if options.passages:
        return _bench_sizes(options)
    timings = measure(config)
    print(json.dumps(timings) if options.json else timings_table(timings))
    return 0


def _bench_sizes(options: argparse.Namespace) -> int:
    from qa.evaluation.record import save_costs, this_machine
    from qa.evaluation.sizes import measure, shown

    for passages in options.passages:
        costs = measure(passages, say=lambda step: print(step, file=sys.stderr, flush=True))
        print(json.dumps(asdict(costs)) if options.json else shown(costs), flush=True)
        if options.out:
            save_costs(costs, Path(options.out), machine=this_machine())
    return 0


def _train(options: argparse.Namespace, config: Config) -> int:
    from qa.training.run import run

    return run(options)


# --- arguments -------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="footnote", description="Ask your articles; get answers with footnotes.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", help="the library's folder (default: the platform's user data folder)")
    shared.add_argument("--encoder", help="a sentence-transformers model, by name or folder")
    shared.add_argument("--reader", help="the folder of an extractive question-answering model")
    shared.add_argument("--threshold", type=float, help="refuse below this confidence, 0 to 1 (default: as calibrated)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, summary: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary, parents=[shared])
        made.set_defaults(run=run)
        return made

    index = command("index", _index, "add or update articles: files, folders, web addresses, JSON Lines")
    index.add_argument("sources", nargs="+", metavar="PATH_OR_URL")
    index.add_argument("--prune", action="store_true", help="remove articles whose files are gone from a folder")
    ask = command("ask", _ask, "answer one question")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    day = dt.date.fromisoformat
    ask.add_argument("--since", type=day, metavar="YYYY-MM-DD", help="only articles published on this day or later")
    ask.add_argument("--until", type=day, metavar="YYYY-MM-DD", help="only articles published on this day or earlier")
    ask.add_argument("--source", default="", metavar="TEXT", help="only articles whose path or address holds this text")
    chat = command("chat", _chat, "open the chat in the browser")
    chat.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    chat.add_argument("--port", type=int, help="port to listen on (default: 7860)")
    chat.add_argument("--example", action="append", default=[], help="a question to offer at the start; repeatable")
    chat.add_argument("--open", action="store_true", help="open a browser window")
    documents = command("documents", _documents, "list the articles of the library")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    remove = command("remove", _remove, "remove articles by id")
    remove.add_argument("ids", nargs="+", metavar="ID")
    evaluate = command("eval", _eval, "measure answers over a question set")
    evaluate.add_argument("questions", nargs="+", metavar="QUESTIONS.jsonl")
    evaluate.add_argument("--retrieval", action="store_true", help="measure only whether the passages are found")
    evaluate.add_argument("--sample", type=int, help="ask only so many, spread evenly over the set")
    evaluate.add_argument("--save", help="also write the metrics, dated, to this JSON file")
    evaluate.add_argument("--json", action="store_true", help="print metrics and one row per question as JSON")
    report = command("report", _report, "measure every part of the results table; show what has been measured")
    report.add_argument("data", nargs="?", metavar="DATA", help="the folder of question sets; none: measure nothing")
    report.add_argument("--out", metavar="FOLDER", help="where the dated results are (default: qa/evaluation/results)")
    report.add_argument("--sample", type=int, default=2000, help="questions of each set, 0 for all (default: 2000)")
    report.add_argument("--only", nargs="+", default=[], metavar="NAME", help="measure only these parts")
    report.add_argument("--write", action="store_true", help="write the tables and drawings into the project's files")
    feedback = command("feedback", _feedback, "the answers that were judged in the chat, as a list or a question set")
    feedback.add_argument("--export", metavar="FILE", help="write them as a question set for footnote eval")
    bench = command("bench", _bench, "time every stage on this machine")
    bench.add_argument("--json", action="store_true", help="print the timings as JSON")
    bench.add_argument("--passages", type=int, nargs="+", default=[], metavar="N", help="time libraries of these sizes")
    bench.add_argument("--out", metavar="FOLDER", help="with --passages: also write the figures, dated, to this folder")
    _train_arguments(command("train", _train, "rebuild the answering model's weights"))
    return parser


def _train_arguments(train: argparse.ArgumentParser) -> None:
    train.add_argument(
        "data", metavar="DATA", help="a folder with the recipe's question sets, or a set in SQuAD's format"
    )
    train.add_argument("--out", required=True, help="the folder for checkpoint, weights and calibration")
    train.add_argument("--examples", type=int, default=130_000, help="examples to see (default: 130000)")
    train.add_argument("--start-from", metavar="FOLDER", help="weights to train further (default: the packaged model)")
    train.add_argument("--learning-rate", type=float, default=1.3e-4, help="at its highest (default: 1.3e-4)")
    train.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    train.add_argument("--seed", type=int, default=13)
    train.add_argument("--quick", action="store_true", help="about a minute: a check that the recipe learns")


if __name__ == "__main__":
    raise SystemExit(main())
