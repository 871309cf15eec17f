"""`footnote train`: data in; checkpoint, weights and calibration out. Resumes where it was stopped.

With folds it first trains a teacher for each; given weights to start from, it goes on from their mean.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.encode import SentenceEncoder, bundled_folder
from index.engine import first_line, read_tokenizer
from index.types import InputError
from qa.config import Config
from qa.reader import SpanReader
from qa.training import calibrate
from qa.training.data import Example, fold_of, parted, read_examples, some
from qa.training.recipe import calibration_from, examples_from
from qa.training.train import Plan, Progress, Teachers, Trainer, train
from qa.training.variants import names_in

_CALIBRATION_QUESTIONS, _CALIBRATION_NEAR_MISSES = 3000, 500
_TEMPTING = 9000  # training examples whose paragraphs are in the second library, too


def run(options: argparse.Namespace) -> int:
    """Trains, exports, calibrates. Raises InputError for what cannot be used: data, checkpoint, reader, device."""
    _check(options)
    training, held = _data(Path(options.data), options.seed)
    if options.quick:
        training, held = training[:48], held[:40]
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    start = Path(options.start_from) if options.start_from else bundled_folder()
    plan = _plan(options)
    teachers = _teachers(options, training, out, plan, start)
    if options.folds and options.start_from:  # readers that began with heads of their own have no useful mean
        start = _mean_of(teachers, out / "mean-of-teachers", plan, start)
    trainer = train(
        training,
        read_tokenizer(start),
        start_from=start,
        checkpoint=out / "checkpoint.pt",
        plan=replace(plan, teachers=teachers),
        report=_Bar("training"),
    )
    if options.average_with:
        trainer.average_with([Path(folder) for folder in options.average_with], share=options.share)
    trainer.export(out / "weights", start)
    print(f"weights written to {out / 'weights'}; calibrating on {len(held):,} held-out questions")
    calibration = fit_calibration(out / "weights", held, training, seed=options.seed)
    calibrate.write(calibration, out / "weights" / "calibration.json")
    print(f"done; use them with: footnote ask --reader {out / 'weights'} QUESTION")
    return 0


def _check(options: argparse.Namespace) -> None:
    """Fails at once on what would otherwise fail after hours of training."""
    for folder in filter(None, (options.start_from, options.teacher, *(options.average_with or ()))):
        if not Path(folder, "config.json").exists():
            raise InputError(f"{folder} holds no reader", "name the folder that has its config.json and weights")
        try:
            read_tokenizer(Path(folder))
        except ValueError as error:
            raise InputError(
                f"{folder} cannot be used: {error}", "copy the model's own tokenizer.json there"
            ) from error
    if options.folds < 0 or options.folds == 1:
        raise InputError(
            f"--folds {options.folds} leaves nothing to train a teacher on", "give 2 or more, or leave it out"
        )
    try:
        import torch

        torch.zeros(1, device=options.device)
    except (RuntimeError, AssertionError) as error:
        why = first_line(error)
        raise InputError(f"cannot train on {options.device}: {why}", "leave --device out to train on cpu") from error


def fit_calibration(
    weights: Path, held: Sequence[Example], training: Sequence[Example], *, seed: int
) -> dict[str, Any]:
    """The calibration of a reader, from questions over articles that it has never seen.

    They are asked of a library of those articles alone, and of a large one with paragraphs of `training` as well, where
    more of them tempt and fewer answers are right.
    """
    rng = random.Random(seed)
    inside, outside = parted(training, one_in=2)
    elsewhere = sorted({name for example in outside for name in names_in(example.question)})
    asked = calibrate.questions(
        held, elsewhere, rng, count=_CALIBRATION_QUESTIONS, near_misses=_CALIBRATION_NEAR_MISSES
    )
    others = some(inside, _TEMPTING, rng)
    encoder, reader, read = SentenceEncoder(), SpanReader(weights), Config().passages_read
    few, many = (
        calibrate.observe(asked, encoder, reader, passages_read=read, others=among, report=_say_how_many)
        for among in ((), others)
    )
    if len({observation.right[0] for observation in few}) < 2:
        raise InputError(
            f"{len(few)} held-out questions, all answered alike: nothing to calibrate on",
            "train on more data; the weights are kept",
        )
    return calibrate.fit([*few, *many])


def _data(path: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """Training examples and held-out examples: the recipe's for a folder, a split by article for one file."""
    if path.is_dir():
        return examples_from(path, seed=seed), calibration_from(path, seed=seed)
    training, held = parted(read_examples(path), one_in=10)
    if not held or not training:
        raise InputError(f"{path} has too few articles to hold some out", "give at least some ten titles or contexts")
    return training, held


def _teachers(options: argparse.Namespace, training: Sequence[Example], out: Path, plan: Plan, start: Path) -> Teachers:
    """For each fold of the examples the given teacher and one trained from `start` on the other folds alone.

    Where `start` has seen the fold, training on the others makes it forget some of what it memorised. Raises
    InputError for a fold that leaves none to train on.

    Source: Dao et al., Knowledge distillation as semiparametric inference, ICLR 2021 (cross-fitting).
    """
    given = [Path(options.teacher)] if options.teacher else []
    if not options.folds:
        return [given] if given else []
    teachers = []
    for fold in range(options.folds):
        folder = out / f"fold-{fold}-of-{options.folds}"
        folder.mkdir(parents=True, exist_ok=True)
        others = [example for example in training if fold_of(example, options.folds) != fold]
        if not others:
            raise InputError(
                f"fold {fold + 1} of {options.folds} leaves no examples", "give more articles, or fewer --folds"
            )
        trainer = train(  # nothing but a look at its checkpoint where it is done
            others,
            read_tokenizer(start),
            start_from=start,
            checkpoint=folder / "checkpoint.pt",
            plan=replace(plan, examples=options.fold_examples or plan.examples, seed=plan.seed + 1 + fold),
            report=_Bar(f"teacher {fold + 1} of {options.folds}"),
        )
        trainer.export(folder / "weights", start)
        teachers.append([*given, folder / "weights"])
    return teachers


def _mean_of(teachers: Teachers, folder: Path, plan: Plan, start: Path) -> Path:
    """The mean of the folds' own teachers' weights, to start from: of what each has not seen, the others have."""
    trainer = Trainer(start, replace(plan, device="cpu"))  # the same bits wherever the run is gone on with
    trainer.average_with([fold[-1] for fold in teachers], share=0.0)
    trainer.export(folder, start)
    return folder


def _plan(options: argparse.Namespace) -> Plan:
    plan = Plan(
        examples=options.examples,
        seed=options.seed,
        device=options.device,
        dropout=options.dropout,
        teacher_share=options.taught,
        averaged=options.averaged,
    )
    if options.device != "cpu":  # a graphics card waits for the processor rather than the other way round
        plan = replace(plan, pool=12_000, batch_tokens=24_000, learning_rate=3e-4)
        plan = replace(plan, workers=max(1, (os.cpu_count() or 2) // 2))
    if options.quick:
        plan = replace(plan, examples=700, batch_tokens=1500, learning_rate=2e-4)
    return replace(plan, learning_rate=options.learning_rate) if options.learning_rate else plan


class _Bar:
    """Progress on stderr: examples, rate, time left, loss."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None

    def __call__(self, progress: Progress) -> None:
        from tqdm import tqdm

        if self._bar is None:  # not before: a resumed run begins where it was stopped
            self._bar = tqdm(
                total=progress.planned, initial=progress.examples, unit=" examples", desc=self._what, smoothing=0.05
            )
        self._bar.update(progress.examples - self._bar.n)
        self._bar.set_postfix(loss=f"{progress.loss:.3f}", refresh=False)


def _say_how_many(done: int) -> None:
    if done % 100 == 0:
        print(f"  {done} questions read", flush=True)
