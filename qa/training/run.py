"""`footnote train`: data in; checkpoint, weights and calibration out. Resumes where it was stopped."""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.encode import SentenceEncoder, bundled_folder
from index.types import InputError
from qa.config import Config
from qa.reader import SpanReader
from qa.training import calibrate
from qa.training.data import Example, held_out, read_examples
from qa.training.recipe import calibration_from, examples_from
from qa.training.train import Plan, Progress, train

_CALIBRATION_QUESTIONS, _CALIBRATION_NEAR_MISSES = 2000, 500
_TEMPTING = 1000  # training examples whose paragraphs are in the second library, too


def run(options: argparse.Namespace) -> int:
    """Trains, exports, calibrates. Raises InputError for data or a checkpoint that cannot be used."""
    training, held = _data(Path(options.data), options.seed)
    if options.quick:
        training, held = training[:48], held[:40]
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    start = Path(options.start_from) if options.start_from else bundled_folder()
    trainer = train(
        training,
        _tokenizer(),
        start_from=start,
        checkpoint=out / "checkpoint.pt",
        plan=_plan(options),
        report=_Bar(),
    )
    if options.average_with:
        trainer.average_with([Path(folder) for folder in options.average_with], share=options.share)
    trainer.export(out / "weights", start)
    print(f"weights written to {out / 'weights'}; calibrating on {len(held):,} held-out questions")
    calibration = fit_calibration(out / "weights", held, training, seed=options.seed)
    calibrate.write(calibration, out / "weights" / "calibration.json")
    print(f"done; use them with: footnote ask --reader {out / 'weights'} QUESTION")
    return 0


def fit_calibration(
    weights: Path, held: Sequence[Example], training: Sequence[Example], *, seed: int
) -> dict[str, Any]:
    """The calibration of a reader, from questions over articles that it has never seen.

    What to choose and when to refuse is learned from a library of those articles alone; how sure that is, with
    paragraphs of `training` in it as well, which tempt.
    """
    rng = random.Random(seed)
    asked = calibrate.questions(held, rng, count=_CALIBRATION_QUESTIONS, near_misses=_CALIBRATION_NEAR_MISSES)
    others = rng.sample(list(training), min(_TEMPTING, len(training)))
    encoder, reader, read = SentenceEncoder(), SpanReader(weights), Config().passages_read
    few, many = (
        calibrate.observe(asked, encoder, reader, passages_read=read, others=among, report=_dots)
        for among in ((), others)
    )
    if len({observation.right[0] for observation in few}) < 2:
        raise InputError(
            f"{len(few)} held-out questions, all answered alike: nothing to calibrate on",
            "train on more data; the weights are kept",
        )
    return calibrate.tempered(calibrate.fit(few), [*few, *many])


def _data(path: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """Training examples and held-out examples: the recipe's for a folder, a split by article for one file."""
    if path.is_dir():
        return examples_from(path, seed=seed), calibration_from(path)
    examples = read_examples(path)
    held = [example for example in examples if held_out(example, one_in=10)]
    training = [example for example in examples if not held_out(example, one_in=10)]
    if not held or not training:
        raise InputError(f"{path} has too few articles to hold some out", "give at least some ten titles or contexts")
    return training, held


def _plan(options: argparse.Namespace) -> Plan:
    if options.quick:
        return Plan(examples=700, batch_tokens=1500, learning_rate=2e-4, seed=options.seed, device=options.device)
    return Plan(
        examples=options.examples,
        learning_rate=options.learning_rate,
        seed=options.seed,
        device=options.device,
        masked=options.mask,
        skipped=options.skip,
        dropout=options.dropout,
        teacher=Path(options.teacher) if options.teacher else None,
        taught=options.taught,
        averaged=options.averaged,
    )


def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class _Bar:
    """Progress on stderr: examples, rate, time left, loss."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, progress: Progress) -> None:
        from tqdm import tqdm

        if self._bar is None:  # not before: a resumed run begins where it was stopped
            self._bar = tqdm(
                total=progress.planned, initial=progress.examples, unit=" examples", desc="training", smoothing=0.05
            )
        self._bar.update(progress.examples - self._bar.n)
        self._bar.set_postfix(loss=f"{progress.loss:.3f}", refresh=False)


def _dots(done: int) -> None:
    if done % 100 == 0:
        print(f"  {done} questions read", flush=True)
