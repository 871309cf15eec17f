"""The commands: index, ask, chat, documents, remove, eval, feedback, report, bench, train. Words in, words or JSON out.

Exit code 0: done. 2: the person can mend it (`error:` and `hint:` on stderr). 1: a bug, with its traceback. 130: Ctrl-C
stopped it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import ANY, EmptyError, Entry, Failure, Filter, InputError, ModelError, UserError
from qa.config import Config, configure, share

if TYPE_CHECKING:
    from index.library import Library, Outcome


_AMPLE_BYTES, _LEAST_BYTES = 4 * 2**30, 1000 * 2**20
_M_ARENA_MAX = -8  # of glibc's malloc.h
_TWINS_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _quiet_libraries()
    try:
        _spare_memory()
        config = configure(
            home=options.home,
            encoder=options.encoder,
            reader=options.reader,
            threshold=options.threshold,
            model=getattr(options, "model", None),  # of the commands that take one
        )
        code = int(options.run(options, config))
        sys.stdout.flush()  # here, where a reader that has gone away is expected
        return code
    except UserError as error:
        return _trouble(error)
    except MemoryError:
        print("error: the memory that may be used here has run out", file=sys.stderr)
        print("hint: the models need about 1 GB; raise the limit (ulimit -v)", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output, `head` say, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nstopped; what was reported as done is kept", file=sys.stderr)
        return 130


def _trouble(error: UserError) -> int:
    print(f"error: {error}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    return 2


def _quiet_libraries() -> None:
    """Their progress bars and load reports would hide ours. A person's own setting of these variables wins."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def _spare_memory() -> None:
    """Under a limit on memory: threads share one arena, where each would reserve 64 MB, and BLAS keeps to one thread.

    Raises ModelError for less than the libraries need to be loaded at all, which would end them without a word.
    """
    if sys.platform != "linux":
        return
    import ctypes
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or limit > _AMPLE_BYTES:
        return
    allowed = f"{limit / 2**20:,.0f} MB of memory"
    if limit < _LEAST_BYTES:
        raise ModelError(f"only {allowed} may be used here; the models need 1 GB", "raise the limit: ulimit -v")
    print(f"note: {allowed} may be used here; sparing it where that is possible", file=sys.stderr)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(AttributeError, OSError):  # a C library without this call
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


# --- commands --------------------------------------------------------------------------------------------------------


def _index(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_library

    done = _Indexed()
    with open_library(config) as library:
        try:
            for name in options.sources:
                _index_one(library, name, config, done, prune=options.prune)
            if done.counts["added"] + done.counts["updated"] + done.counts["removed"]:
                library.refresh()
        except KeyboardInterrupt:
            print(f"\n{done}\nstopped; the same command goes on from here", file=sys.stderr)
            return 130
        for line in done.twins_lines(library):
            print(line)
    for failure in done.failures:
        print(f"failed: {failure.source}: {failure.reason}", file=sys.stderr)
    nothing = not done.counts.total()  # a key may stand there with 0
    if not (nothing and done.unusable):
        print(done)
    for error in done.unusable[:-1]:
        print(f"failed: {error}", file=sys.stderr)
    if done.unusable:
        raise done.unusable[-1]
    if done.failures and nothing:
        raise InputError("nothing could be indexed", "see the reason beside each source above")
    return 0


@dataclass(slots=True)
class _Indexed:
    """What has become of the sources so far; as text, the line that sums it up."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    unusable: list[UserError] = field(default_factory=list)
    twins: list[Outcome] = field(default_factory=list)

    def take(self, item: Outcome | Failure) -> None:
        if isinstance(item, Failure):
            self.failures.append(item)
            return
        self.counts[item.status] += 1
        if item.twin is not None:
            self.counts["copies" if item.twin.is_same else "near copies"] += 1
            self.twins = [*self.twins, item][:_TWINS_SHOWN]

    def __str__(self) -> str:
        counts = self.counts
        text = f"{counts['added']} added, {counts['updated']} updated, {counts['unchanged']} unchanged"
        text += f", {counts['removed']} removed" if counts["removed"] else ""
        failed = len(self.failures) + len(self.unusable)
        return text + (f", {failed} failed" if failed else "")

    def twins_lines(self, library: Library) -> Iterator[str]:
        """What repeats another article: the first few by name, and how many there are."""
        for outcome in self.twins:
            try:
                other = library.document(outcome.twin.document_id).source if outcome.twin else ""
            except KeyError:  # removed since
                continue
            how = "the same text as" if outcome.twin and outcome.twin.is_same else "nearly the same text as"
            yield f"{outcome.source}: {how} {other}"
        same, near = self.counts["copies"], self.counts["near copies"]
        if same or near:
            yield f"{same} of them the same text as another article, {near} nearly; each such story counts once"


def _index_one(library: Library, name: str, config: Config, done: _Indexed, *, prune: bool) -> None:
    """One source; what makes it unusable is noted, and the other sources are indexed all the same."""
    empty: EmptyError | None = None
    try:
        _take_in(library, name, config, done)
    except InputError as error:
        done.unusable.append(error)
        return
    except EmptyError as error:  # a folder from which the last article was deleted is one to prune
        empty = error
    removed = _prune(library, name, config, remove=prune)
    done.counts["removed"] += removed
    if empty and not removed:
        done.unusable.append(empty)


def _take_in(library: Library, name: str, config: Config, done: _Indexed) -> None:
    """Indexes one source, with a progress bar: bytes read, their rate, the time left, and passages."""
    from tqdm import tqdm

    from index.intake import size_of, take_in

    passages = 0
    size = size_of(name)
    scale = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if size is not None else {"unit": " passages"}
    with tqdm(total=size, desc=name, disable=None, leave=False, **scale) as bar:

        def embedded(count: int) -> None:
            nonlocal passages
            passages += count
            if size is None:
                bar.update(count)
            else:
                bar.set_postfix_str(f"{passages:,} passages")

        def read(count: int) -> None:
            bar.update(count)

        for item in take_in(library, name, private=config.private_addresses, embedded=embedded, read=read):
            done.take(item)


def _prune(library: Library, name: str, config: Config, *, remove: bool) -> int:
    """Takes away the documents that are gone from the folder or file, or says how to; returns how many were."""
    from index.gone import gone_from
    from index.load import address

    @functools.cache
    def members(path: str) -> frozenset[str] | None:
        read = library.file_read(path)
        return frozenset(source for source, _ in read.documents) if read else None

    gone = gone_from(name, library.entries(), members=members)
    if gone and not remove:
        titles = "; ".join(entry.title for entry in gone[:3]) + (" ..." if len(gone) > 3 else "")
        home = ["--home", config.home] if config.home is not None else []
        command = address(shlex.join(["footnote", "index", *home, "--prune", name]))
        print(f"no longer in {address(name)}: {titles}; take {len(gone)} away with: {command}")
        return 0
    return len(library.remove([entry.id for entry in gone])) if gone else 0


def _ask(options: argparse.Namespace, config: Config) -> int:
    from qa.app import assistant_over, open_library, open_reader
    from qa.show import answer_row, answer_text
    from qa.writing.terminal import write_lines, written_row

    only = _only(options)
    reader = open_reader(config)
    with ThreadPoolExecutor(1) as beside, open_library(config) as library:
        beside.submit(reader.load)  # while the library loads its own
        assistant = assistant_over(library, config, reader=reader)
        began = time.perf_counter()
        answer = assistant.ask(options.question, only=only)
        seconds = time.perf_counter() - began
        if answer.refused and only != ANY:
            _check_some_pass(only, library.entries())
        if options.json:
            written = written_row(assistant, answer, config.model) if config.model else None
            row = answer_row(answer, seconds) | ({"written": written} if config.model else {})
            print(json.dumps(row, ensure_ascii=False))
            return 2 if written and "error" in written else 0
        print(answer_text(answer), flush=True)
        failure = write_lines(assistant, answer, config.model) if config.model else None
        return _trouble(failure) if failure else 0


def _only(options: argparse.Namespace) -> Filter:
    """The articles that are asked. Raises InputError for a range of dates that holds no day."""
    only = Filter(options.since, options.until, options.source)
    if only.since and only.until and only.since > only.until:
        message = f"--since {only.since} is later than --until {only.until}"
        raise InputError(message, "no day lies between; swap them")
    return only


def _check_some_pass(only: Filter, entries: Sequence[Entry]) -> None:
    """Raises InputError where no article passes: nothing was asked then, so that "don't say" would mislead."""
    if not entries or any(only.passes(entry) for entry in entries):
        return
    given = {"--since": only.since, "--until": only.until, "--source": only.source}
    options = shlex.join(str(word) for name, value in given.items() if value for word in (name, value))
    undated = sum(entry.published is None for entry in entries)
    without = f"; without a date: {undated:,}" if (only.since or only.until) and undated else ""
    raise InputError(
        f"no article of {len(entries):,} passes {options}{without}",
        "footnote documents lists their dates, with --json their paths and addresses",
    )


def _chat(options: argparse.Namespace, config: Config) -> int:
    from qa.app import open_desk
    from qa.chat.stubs import no_stub_files

    print("loading the models ...", flush=True)
    desk = open_desk(config, examples=options.example)
    with ThreadPoolExecutor(1) as beside:
        warm = beside.submit(desk.warm_up)  # so that the first question does not wait for the models
        with no_stub_files():
            import ui
        warm.result()
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


def _train(options: argparse.Namespace, config: Config) -> int:
    from qa.training.run import run

    return run(options)


# --- arguments -------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import version

    from qa.evaluation.commands import commands_that_measure
    from qa.writing.terminal import add_model

    parser = argparse.ArgumentParser(prog="footnote", description="Ask your articles; get answers with footnotes.")
    parser.add_argument("--version", action="version", version=f"footnote {version('footnote-qa')}")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", help="the library's folder (default: the platform's user data folder)")
    shared.add_argument("--encoder", help="a sentence-transformers model, by name or folder")
    shared.add_argument("--reader", help="the folder of an extractive question-answering model")
    shared.add_argument("--threshold", type=_share, help="refuse below this confidence, 0 to 1 (default: calibrated)")
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
    ask.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="only articles published on this day or later")
    ask.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="only articles published on this day or earlier")
    ask.add_argument("--source", default="", metavar="TEXT", help="only articles whose path or address holds this text")
    add_model(ask, "writes the answer out")
    chat = command("chat", _chat, "open the chat in the browser")
    chat.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    chat.add_argument("--port", type=int, help="port to listen on (default: 7860)")
    chat.add_argument("--example", action="append", default=[], help="a question to offer at the start; repeatable")
    chat.add_argument("--open", action="store_true", help="open a browser window")
    add_model(chat, "writes the answers out")
    documents = command("documents", _documents, "list the articles of the library")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    remove = command("remove", _remove, "remove articles by id")
    remove.add_argument("ids", nargs="+", metavar="ID")
    commands_that_measure(command)
    feedback = command("feedback", _feedback, "the answers that were judged in the chat, as a list or a question set")
    feedback.add_argument("--export", metavar="FILE", help="write them as a question set for footnote eval")
    _train_arguments(command("train", _train, "rebuild the answering model's weights"))
    return parser


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it like 2024-05-31") from error


def _share(text: str) -> float:
    try:
        return share(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share; write a number from 0 to 1") from error


def _train_arguments(train: argparse.ArgumentParser) -> None:
    train.add_argument(
        "data", metavar="DATA", help="a folder with the recipe's question sets, or a set in SQuAD's format"
    )
    train.add_argument("--out", required=True, help="the folder for checkpoint, weights and calibration")
    train.add_argument("--examples", type=int, default=130_000, help="examples to see (default: 130000)")
    train.add_argument("--start-from", metavar="FOLDER", help="weights to train further (default: the packaged model)")
    train.add_argument("--average-with", nargs="+", metavar="FOLDER", help="export the mean of new weights and these")
    train.add_argument("--share", type=_share, default=0.5, help="of the new weights in that mean (default: 0.5)")
    train.add_argument("--learning-rate", type=float, help="at its highest (default: 1.3e-4, on cuda 3e-4)")
    train.add_argument("--dropout", type=_share, default=0.0, help="share of outputs set to zero (default: 0)")
    train.add_argument("--teacher", metavar="FOLDER", help="a reader whose scores are learned besides the answers")
    train.add_argument("--folds", type=int, default=0, help="teachers, each without a part of the articles")
    train.add_argument("--fold-examples", type=int, help="examples that each of them sees (default: as --examples)")
    train.add_argument("--taught", type=_share, default=0.5, help="most that teachers are of the loss (default: 0.5)")
    train.add_argument(
        "--averaged", type=_share, default=0.0, help="last share of the run whose weights are averaged (default: 0)"
    )
    train.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    train.add_argument("--seed", type=int, default=13)
    train.add_argument("--quick", action="store_true", help="about a minute: a check that the recipe learns")


if __name__ == "__main__":
    raise SystemExit(main())
