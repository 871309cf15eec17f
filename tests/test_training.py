"""The recipe: data that is checked, hard cases that are hard, a loop that learns, stops and goes on."""

import argparse
import gzip
import json
import math
import random
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reader import tiny_reader

from index.encode import bundled_folder
from index.types import InputError
from qa.cli import main
from qa.reader import Pair, SpanReader
from qa.training import run
from qa.training.data import (
    Example,
    fingerprint,
    fold_of,
    held_out,
    read_examples,
    read_rows,
    without_overlap,
)
from qa.training.features import to_feature
from qa.training.feed import Pools, batches, feed
from qa.training.parallel import parallels
from qa.training.recipe import calibration_from, examples_from
from qa.training.tables import tables
from qa.training.train import Plan, Progress, Trainer, _distance, _surprise, learning_rate, train

SHARED = Path(__file__).parents[2] / "shared" / "data"
CONTEXT = "Beijing wants 300 billion yuan by 2025. Shanghai has over 20 large models. Shenzhen builds two zones."
ASKED = [
    ("What does Beijing want?", "300 billion yuan"),
    ("By when?", "2025"),
    ("How many models has Shanghai?", "over 20"),
    ("What does Shenzhen build?", "two zones"),
]
EXAMPLES = [
    Example(question, CONTEXT, "Plans", ((CONTEXT.index(answer), CONTEXT.index(answer) + len(answer)),))
    for question, answer in ASKED
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def row(**changes: Any) -> dict[str, Any]:
    answers = [{"text": "Ada", "start": 0}]
    return {"id": "1", "question": "Who?", "context": "Ada left.", "answers": answers, "title": "T", **changes}


def test_rows_of_json_lines_and_of_squads_own_layout_read_alike(tmp_path: Path) -> None:
    lines = tmp_path / "set.jsonl.gz"
    lines.write_bytes(gzip.compress(json.dumps(row()).encode()))
    qas = [{"id": "1", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}]
    nested = tmp_path / "set.json"
    nested.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [{"context": "Ada left.", "qas": qas}]}]}))
    assert read_examples(lines) == read_examples(nested) == [Example("Who?", "Ada left.", "T", ((0, 3),))]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (json.dumps(row(answers=[{"text": "Ada", "start": 4}])), "'Ada' is not at character 4"),
        ('{"id": broken', "line 1: not JSON"),
        (json.dumps({"id": "7", "question": "Who?", "answers": []}), "row 7"),
        ("", "no examples"),
    ],
)
def test_a_broken_set_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(text)
    with pytest.raises(InputError, match=named):
        read_examples(file)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3), st.integers(8, 60))
def test_the_tokens_marked_are_the_answer(tokenizer: Any, seed: int, which: int, size: int) -> None:
    example = EXAMPLES[which]
    feature = to_feature(example, tokenizer, random.Random(seed), max_tokens=size)
    ((start, end),) = feature.answers
    assert tokenizer.decode(feature.pair.input_ids[start : end + 1]) == ASKED[which][1]
    assert feature.pair.passage_start <= start <= end < feature.length - 1


def test_an_answer_longer_than_the_window_is_cut_and_stays_inside(tokenizer: Any) -> None:
    whole = replace(EXAMPLES[0], answers=((0, len(CONTEXT)),))
    feature = to_feature(whole, tokenizer, random.Random(3), max_tokens=5)
    ((start, end),) = feature.answers
    assert feature.pair.passage_start <= start <= end == feature.length - 2


def test_what_stands_before_the_window_leads_in_as_where_a_library_cuts(tokenizer: Any) -> None:
    words = tokenizer.encode(CONTEXT, add_special_tokens=False).ids
    seen = set()
    for seed in range(60):
        feature = to_feature(EXAMPLES[3], tokenizer, random.Random(seed), max_tokens=8)
        pair = feature.pair
        window = pair.input_ids[pair.passage_start : -1]
        before = pair.input_ids[pair.segment_start : pair.passage_start]
        titled = tokenizer.decode(before).startswith("plans :")
        lead = before[2:] if titled else before
        assert len(window) == 8
        assert lead + window == words[: len(lead + window)] or not lead, "all that stands before, as it is short"
        seen.add((titled, bool(lead)))
    assert len(seen) == 4, "with and without each"


def test_without_an_answer_the_first_token_is_marked(tokenizer: Any) -> None:
    feature = to_feature(replace(EXAMPLES[0], answers=()), tokenizer, random.Random(0))
    assert feature.answers == ((0, 0),)


def test_where_the_place_of_an_answer_was_guessed_every_place_is_one(tmp_path: Path, tokenizer: Any) -> None:
    context = "Ada wrote. Adaline read. Then Ada left for the Ada works."
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps(row(context=context, offset_guessed=True)))
    (example,) = read_examples(file)
    assert [context[start - 1 : end + 1] for start, end in example.answers] == ["", " Ada ", " Ada "]
    assert [start for start, _ in example.answers] == [0, 30, 47]
    feature = to_feature(example, tokenizer, random.Random(1))
    ids = feature.pair.input_ids
    assert [tokenizer.decode(ids[start : end + 1]) for start, end in feature.answers] == ["ada"] * 3
    for seed in range(20):  # in a window those that it holds
        feature = to_feature(example, tokenizer, random.Random(seed), max_tokens=5)
        places = [at for at, token in enumerate(feature.pair.input_ids) if tokenizer.decode([token]) == "ada"]
        held = [at for at in places if tokenizer.decode(feature.pair.input_ids[at + 1 : at + 2]) != "##line"]
        assert [start for start, _ in feature.answers] == [at for at in held if at >= feature.pair.passage_start]


def test_other_answers_than_the_one_drawn_are_not_marked(tokenizer: Any) -> None:
    two = replace(EXAMPLES[0], answers=EXAMPLES[0].answers + EXAMPLES[1].answers)
    assert all(len(to_feature(two, tokenizer, random.Random(seed)).answers) == 1 for seed in range(10))


def test_the_loss_asks_for_any_of_the_places() -> None:
    import torch

    logits = torch.tensor([[1.0, 2.0, 0.5, -1.0], [0.0, 3.0, 1.0, 2.0]])
    wrong = torch.tensor([[-1e4, 0.0, -1e4, -1e4], [0.0, -1e4, -1e4, 0.0]])
    shares = [[math.exp(x) / sum(math.exp(y) for y in row) for x in row] for row in logits.tolist()]
    expected = (-math.log(shares[0][1]) - math.log(shares[1][0] + shares[1][3])) / 2
    assert _surprise(logits, wrong).mean().item() == pytest.approx(expected, rel=1e-5)
    one = torch.nn.functional.cross_entropy(logits[:1], torch.tensor([1]))
    assert _surprise(logits[:1], wrong[:1]).item() == pytest.approx(one.item(), rel=1e-5)


@given(st.integers(0, 10**6))
@hypothesis.example(7853)  # drew "Country" for the keys and for a column
@hypothesis.example(10549)  # asked "when does it start" for a time beside a column "Start"
@settings(max_examples=60)
def test_a_question_about_a_cell_has_its_answer_in_that_row_and_column_or_none(seed: int) -> None:
    names = ["Ada Byron", "Grace Hopper", "Alan Turing", "Mary Kenneth", "Edsger", "Barbara", "Donald", "Radia"]
    for example in tables([names], random.Random(seed), 12):
        lines = [line for line in example.context.split("\n") if ": " in line]  # a name alone has no cells
        table = [[cell.split(": ") for cell in line.split("; ")] for line in lines]
        asked = [row for row in table if row[0][1].rstrip(".") in example.question]
        if example.answerable:
            ((start, end),) = example.answers
            column = example.context[:start].removesuffix(": ").rpartition("; ")[2]
            assert [column, example.context[start:end]] in [
                [head, cell.rstrip(".")] for row in asked for head, cell in row
            ]
        else:
            told = {head.lower() for row in asked for head, _ in row[1:]}
            assert not any(re.search(rf"\b{head}\b", example.question) for head in told)


THINGS = ["Brecka", "Solund", "Norrvik", "Tarvik", "Ostling", "Grenholm", "Fjeldby", "Velden"]


@given(st.integers(0, 10**6))
@hypothesis.example(18478)  # asked whose start is at 11:20, which was not told
@settings(max_examples=60)
def test_a_question_about_one_of_several_things_has_its_answer_where_that_one_is_told_of(seed: int) -> None:
    for example in parallels([THINGS], ["It rained on the coast. It was cold."], random.Random(seed), 12):
        assert not re.search("[\2\3]", example.context)
        asked = [thing for thing in THINGS if thing in example.question]
        if not example.answerable:
            continue
        ((start, end),) = example.answers
        answer = example.context[start:end]
        line = example.context[example.context.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        assert "" != answer == answer.strip()
        assert any(thing in line for thing in asked) or answer in THINGS  # asked back: which of them has this?
        if not asked:
            assert any(word in line for word in example.question.split()[3:])


def test_what_is_made_up_is_in_a_fold_of_its_own_that_has_no_teacher(tmp_path: Path, tokenizer: Any) -> None:
    made_up = [replace(example, teacher_share=0.0) for example in EXAMPLES]
    pools = Pools([*EXAMPLES, *made_up], tokenizer, seed=1, size=100, batch_tokens=4000, folds=2)
    folds = [batch.fold for batch in pools[0] for _ in batch.ids]
    assert folds.count(2) == len(EXAMPLES)
    start = tiny_reader(tmp_path)
    trainer = Trainer(start, Plan(examples=1, teachers=[[start], [start]], teacher_share=1.0))
    for batch in pools[0]:
        trainer.step(batch)
    assert trainer.seen == 2 * len(EXAMPLES)


def test_an_example_takes_as_much_of_the_teachers_as_it_says(tmp_path: Path, tokenizer: Any) -> None:
    start = tiny_reader(tmp_path)
    losses = []
    for teacher_share in (0.0, 0.5, 1.0):
        trainer = Trainer(start, Plan(examples=1, teachers=[[start]], teacher_share=1.0))
        (batch,) = Pools(
            [replace(EXAMPLES[0], teacher_share=teacher_share)], tokenizer, seed=1, size=1, batch_tokens=4000
        )[0]
        trainer.step(batch)
        losses.append(trainer.loss)
    assert losses[1] == pytest.approx((losses[0] + losses[2]) / 2, rel=1e-4)
    assert abs(losses[0] - losses[2]) > 0.01


def test_batches_hold_every_feature_once_and_stay_in_their_budget(tokenizer: Any) -> None:
    features = [to_feature(e, tokenizer, random.Random(i), max_tokens=10 + i) for i in range(20) for e in EXAMPLES]
    made = list(batches(features, 200))
    assert sorted(map(id, features)) == sorted(id(f) for batch in made for f in batch)
    assert all(len(batch) * max(f.length for f in batch) <= 200 for batch in made)


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    plan = Plan(examples=1000, learning_rate=1.0, warmup=0.1, decay=0.5)
    # 50 of 1000 is half of the warm-up; at 750 half of the decay is left; at 1000 nothing.
    assert [learning_rate(plan, seen) for seen in (50, 100, 400, 750, 1000)] == [0.5, 1.0, 1.0, 0.5, 0.0]


def test_pools_are_the_same_under_a_seed_and_differ_between_passes(tokenizer: Any) -> None:
    many = [replace(EXAMPLES[0], question=str(number)) for number in range(50)]
    first, second = (Pools(many, tokenizer, seed=13, size=20, batch_tokens=400) for _ in range(2))
    passes = [[e for pool in range(3 * n, 3 * n + 3) for e in first.examples(pool)] for n in range(2)]
    assert [len(first.examples(pool)) for pool in range(4)] == [20, 20, 10, 20]
    assert passes[0] == [e for pool in range(3) for e in second.examples(pool)]
    assert passes[0] != passes[1]
    assert all(sorted(e.question for e in each) == sorted(e.question for e in many) for each in passes)


def test_a_batch_holds_what_its_features_say_and_examples_of_one_fold(tokenizer: Any) -> None:
    articles = [replace(example, title=f"article {n}") for n in range(12) for example in EXAMPLES]
    pools = Pools(articles, tokenizer, seed=1, size=100, batch_tokens=500, folds=3)
    made = pools[0]
    assert sorted({batch.fold for batch in made}) == [0, 1, 2]
    assert sum(len(batch.ids) for batch in made) == len(articles)
    found = [
        (tokenizer.decode(batch.ids[row, start : end + 1].tolist()), batch.fold)
        for batch in made
        for row, start, end in batch.answers
    ]
    assert sorted(found) == sorted((ASKED[n % 4][1], fold_of(e, 3)) for n, e in enumerate(articles))
    for batch in made:  # [CLS] question [SEP] before the second segment, and nothing but padding after the last [SEP]
        for ids, start in zip(batch.ids.tolist(), batch.segment_starts, strict=True):
            assert (ids[0], ids[start - 1]) == (101, 102)
            assert [token for token in ids if token][-1] == 102


def test_pools_made_by_other_processes_are_the_same(tokenizer: Any) -> None:
    pools = Pools(EXAMPLES * 20, tokenizer, seed=5, size=30, batch_tokens=300)
    here, there = (feed(pools, first=1, workers=workers) for workers in (0, 2))
    for _ in range(4):
        assert [batch.ids.tolist() for batch in next(here)] == [batch.ids.tolist() for batch in next(there)]


@given(st.text(max_size=20), st.text(min_size=1, max_size=20), st.integers(1, 9))
def test_all_questions_written_for_an_article_are_in_one_fold(question: str, title: str, folds: int) -> None:
    here = Example(question, "Some paragraph.", title)
    elsewhere = Example(question, "Another one, that tempts.", "Another article", asked_of=title)
    assert 0 <= fold_of(here, folds) == fold_of(elsewhere, folds) < folds


def test_training_learns_a_tiny_set_and_resumes_after_a_stop(tmp_path: Path, tokenizer: Any) -> None:
    start = tiny_reader(tmp_path)
    (start / "tokenizer_config.json").write_text("{}")
    losses: list[float] = []
    plan = Plan(examples=600, batch_tokens=400, learning_rate=5e-3, checkpoint_every_s=0.0)
    many = [replace(example, context=CONTEXT) for example in EXAMPLES] * 10
    half = train(many, tokenizer, start_from=start, checkpoint=tmp_path / "c.pt", plan=replace(plan, examples=300))
    assert half.seen >= 300
    done = train(
        many,
        tokenizer,
        start_from=start,
        checkpoint=tmp_path / "c.pt",
        plan=plan,
        report=lambda p: losses.append(p.loss),
    )
    assert done.seen >= 600
    assert len(losses) < 600 / 2, "the second run started again"
    assert losses[-1] < 2.5, "a uniform guess over some 30 tokens loses about 3.4"


def test_a_broken_checkpoint_is_named_and_a_full_disk_keeps_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = tiny_reader(tmp_path)
    trainer = Trainer(start, Plan(examples=10))
    good = tmp_path / "good.pt"
    trainer.save(good)
    before = good.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            trainer.save(good)
    assert good.read_bytes() == before
    trainer.load(good)
    good.write_bytes(before[: len(before) // 2])
    with pytest.raises(InputError, match=r"good\.pt"):
        trainer.load(good)


def test_the_loss_of_a_teacher_is_least_where_it_is_followed() -> None:
    import torch

    taught = torch.tensor([[1.0, 2.0, -1e4]])
    share = math.exp(1) / (math.exp(1) + math.exp(2))
    entropy = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    assert _distance(taught + 3.0, taught).item() == pytest.approx(entropy, rel=1e-5)
    assert _distance(torch.tensor([[2.0, 1.0, 0.0]]), taught).item() > entropy + 0.1


def _said(folder: Path, example: Example, tokenizer: Any) -> Any:
    feature = to_feature(example, tokenizer, random.Random(0))
    return SpanReader(folder, reference=True).logits([feature.pair])[0]


def test_a_teacher_is_followed_though_the_answers_say_otherwise(tmp_path: Path, tokenizer: Any) -> None:
    start = tiny_reader(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled_folder() / name, start)
    plan = Plan(examples=400, batch_tokens=400, learning_rate=5e-3, teachers=[[start]], teacher_share=1.0)
    wrong = [replace(example, answers=()) for example in EXAMPLES] * 8
    for name, teachers in (("taught", [[start]]), ("alone", [])):
        trained = train(
            wrong,
            tokenizer,
            start_from=start,
            checkpoint=tmp_path / f"{name}.pt",
            plan=replace(plan, teachers=teachers),
        )
        trained.export(tmp_path / name, start)
    before, after, alone = (_said(f, EXAMPLES[0], tokenizer) for f in (start, tmp_path / "taught", tmp_path / "alone"))
    assert abs(after - before).mean() < abs(alone - before).mean() / 3


def test_each_fold_has_teachers_of_its_own_and_their_mean_teaches(tmp_path: Path, tokenizer: Any) -> None:
    import torch

    (tmp_path / "a").mkdir()
    start = tiny_reader(tmp_path / "a")
    other = Trainer(start, Plan(examples=1))
    other.weights.mul_(-3.0)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled_folder() / name, start)
    other.export(tmp_path / "b", start)
    trainer = Trainer(start, Plan(examples=1, teachers=[[start], [start, tmp_path / "b"]], teacher_share=1.0))
    articles = [replace(example, title=f"article {n}") for n in range(6) for example in EXAMPLES]
    made = Pools(articles, tokenizer, seed=1, size=100, batch_tokens=4000, folds=2)[0]
    for batch in made:
        feature = {name: tensor[:1] for name, tensor in trainer._inputs(batch).items()}
        with torch.no_grad():
            said = trainer._teachers_say(batch.fold, feature)[:, 0]
        folders = (start, tmp_path / "b") if batch.fold else (start,)
        pair = Pair([token for token in batch.ids[0].tolist() if token], int(batch.segment_starts[0]), 0)
        expected = sum(SpanReader(f, reference=True).logits([pair])[0] for f in folders) / len(folders)
        assert abs(said[:, : len(pair.input_ids)].T.numpy() - expected).max() < 0.05  # bf16
    assert {batch.fold for batch in made} == {0, 1}


def test_no_teacher_has_seen_the_articles_of_its_fold_and_none_is_trained_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = tiny_reader(tmp_path)
    (start / "tokenizer_config.json").write_text("{}")
    seen: list[set[str]] = []

    def recorded(examples: Sequence[Example], *positional: Any, **named: Any) -> Trainer:
        seen.append({example.title for example in examples})
        return train(examples, *positional, **named)

    monkeypatch.setattr(run, "train", recorded)
    articles = [replace(example, title=f"article {n}") for n in range(9) for example in EXAMPLES]
    options = argparse.Namespace(teacher=str(start), folds=3, fold_examples=20)
    plan = Plan(examples=10**9, batch_tokens=400, learning_rate=5e-3)
    teachers = run._teachers(options, articles, tmp_path / "out", plan, start)
    for fold, ((first, its_own), titles) in enumerate(zip(teachers, seen, strict=True)):
        assert first == start
        assert (its_own / "model.safetensors").exists()
        assert titles == {e.title for e in articles} - {e.title for e in articles if fold_of(e, 3) == fold}
    assert len({(fold[1] / "model.safetensors").read_bytes() for fold in teachers}) == 3
    made = [(fold[1] / "model.safetensors").read_bytes() for fold in teachers]
    (teachers[2][1] / "model.safetensors").unlink()  # stopped while it was written
    assert run._teachers(options, articles, tmp_path / "out", plan, start) == teachers
    assert [(fold[1] / "model.safetensors").read_bytes() for fold in teachers] == made
    with pytest.raises(InputError, match="other weights to start from"):
        run._teachers(options, articles, tmp_path / "out", plan, teachers[0][1])
    with pytest.raises(InputError, match="of 3 leaves no examples"):
        run._teachers(options, articles[:1], tmp_path / "few", plan, start)


def test_a_start_without_its_tokenizer_is_named_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = tiny_reader(tmp_path)
    (start / "tokenizer.json").unlink(missing_ok=True)
    assert main(["train", "set.json", "--out", str(tmp_path / "out"), "--start-from", str(start)]) == 2
    assert f"{start} cannot be used: no tokenizer.json" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("given", [True, False])
def test_a_run_with_folds_goes_on_from_the_mean_of_their_teachers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    import torch

    start = tiny_reader(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled_folder() / name, start)
    begun: list[Path] = []

    def recorded(*positional: Any, start_from: Path, **named: Any) -> Trainer:
        begun.append(start_from)
        return train(*positional, start_from=start_from, **named)

    monkeypatch.setattr(run, "train", recorded)
    monkeypatch.setattr(run, "bundled_folder", lambda: start)
    monkeypatch.setattr(run, "fit_calibration", lambda *_positional, **_named: {})
    monkeypatch.setattr(run, "_data", lambda *_: ([replace(e, title=f"{n}") for n in range(9) for e in EXAMPLES], []))
    out = tmp_path / "out"
    asked = ["train", "set.json", "--out", str(out), "--folds", "2", "--examples", "40", "--learning-rate", "0.01"]
    assert main([*asked, *(["--start-from", str(start)] if given else [])]) == 0
    assert begun[:2] == [start, start]
    if not given:
        assert begun[2] == start  # the heads of the two were drawn apart
        return
    folders = [out / f"fold-{fold}-of-2" / "weights" for fold in range(2)]
    one, other, mean = (Trainer(folder, Plan(examples=1)).weights for folder in (*folders, begun[2]))
    assert not torch.equal(one, other)
    assert torch.allclose(mean, (one + other) / 2, rtol=2e-3, atol=1e-6)  # fp16


def test_the_weights_of_the_last_part_are_averaged_and_a_stop_does_not_lose_them(
    tmp_path: Path, tokenizer: Any
) -> None:
    start, many = tiny_reader(tmp_path), EXAMPLES * 10
    plan = Plan(examples=160, batch_tokens=400, learning_rate=5e-3, averaged=0.75, checkpoint_every_s=0.0)
    assert learning_rate(plan, 159) == plan.learning_rate
    whole = train(many, tokenizer, start_from=start, checkpoint=tmp_path / "whole.pt", plan=plan)
    assert whole.averaged_over == 3  # pools of 40, the first is left out
    stop = tmp_path / "parts.pt"
    with pytest.raises(KeyboardInterrupt):
        train(many, tokenizer, start_from=start, checkpoint=stop, plan=plan, report=_stops_at(100))
    again = train(many, tokenizer, start_from=start, checkpoint=stop, plan=plan)
    assert again.averaged_over == 3
    last = Trainer(start, plan)
    last.load(tmp_path / "whole.pt")
    assert (whole.weights == last.mean).all()
    assert (last.mean != last.weights).any()


def _stops_at(examples: int) -> Callable[[Progress], None]:
    def report(progress: Progress) -> None:
        if progress.examples >= examples:
            raise KeyboardInterrupt

    return report


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, tokenizer: Any) -> None:
    start = tiny_reader(tmp_path)
    plan = Plan(examples=8, batch_tokens=400)
    train(EXAMPLES, tokenizer, start_from=start, checkpoint=tmp_path / "c.pt", plan=plan)
    with pytest.raises(InputError, match="another seed"):
        train(EXAMPLES, tokenizer, start_from=start, checkpoint=tmp_path / "c.pt", plan=replace(plan, seed=99))


def test_averaged_weights_lie_between_by_their_share(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForQuestionAnswering

    start = tiny_reader(tmp_path)
    trainer = Trainer(start, Plan(examples=1))
    trainer.weights.add_(1.0)
    trainer.average_with([start, start], share=0.25)
    before = torch.nn.utils.parameters_to_vector(AutoModelForQuestionAnswering.from_pretrained(start).parameters())
    assert torch.allclose(trainer.weights, before + 0.25, atol=1e-6)
    assert len(before) > 1000


def test_a_plan_says_how_much_of_the_outputs_is_set_to_zero(tmp_path: Path) -> None:
    import torch

    trainer = Trainer(tiny_reader(tmp_path), Plan(examples=1, dropout=0.25))
    assert {layer.p for layer in trainer.model.modules() if isinstance(layer, torch.nn.Dropout)} == {0.25, 0.0}


@pytest.mark.parametrize("text", [CONTEXT.upper() + " !", EXAMPLES[0].question.lower() + "?"])
def test_a_question_or_context_that_is_measured_on_is_not_trained_on(text: str) -> None:
    other = replace(EXAMPLES[0], question="Another?", context="Another text.", answers=())
    assert without_overlap([EXAMPLES[0], other], frozenset({fingerprint(text)})) == [other]


@pytest.mark.skipif(not SHARED.exists(), reason="the question sets are not beside the checkout")
def test_no_measured_context_is_among_the_training_examples() -> None:
    read = [
        example
        for name in ("squad2.dev", "squad11_extra13.dev", "squadshifts_new_wiki.dev", "fairytaleqa.dev", "nq_qed.dev")
        for example in read_examples(SHARED / "dev" / f"{name}.jsonl.gz")
    ]
    measured = {fingerprint(text) for example in read for text in (example.question, example.context)}
    measured |= {fingerprint(row["text"]) for row in read_rows(SHARED / "corpora" / "nq_gold" / "corpus.jsonl")}
    assert len(measured) > 25_000
    examples = examples_from(SHARED / "train", seed=13)
    assert len(examples) > 150_000
    assert not [e for e in examples if {fingerprint(e.context), fingerprint(e.question)} & measured]
    held = calibration_from(SHARED / "train", seed=13)
    assert len(held) > 1000
    assert not {fingerprint(e.context) for e in held} & {fingerprint(e.context) for e in examples}
    assert not {fingerprint(e.context) for e in held} & measured


def test_whole_articles_are_held_out() -> None:
    titles = [f"article {number}" for number in range(4000)]
    held = [title for title in titles if held_out(Example("q", "c", title))]
    assert 60 <= len(held) <= 140, "about one in forty"
    assert held_out(Example("another", "other", held[0]))
