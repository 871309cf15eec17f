"""The report: parts, reading ahead, result files, resuming, tables, drawings; on a tiny reader and made-up questions."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reader import tiny_reader

from index.chunk import chunk
from index.engine import cores
from index.load import load
from index.types import Document, Entry, Hit, InputError, ModelError, Passage
from qa.cli import main
from qa.config import WEIGHTS, Config
from qa.evaluation import attacks, speed
from qa.evaluation.judge import Row
from qa.evaluation.markdown import RESULTS
from qa.evaluation.measure import measure
from qa.evaluation.metrics import Bin
from qa.evaluation.parts import PARTS, SLICE, parts_named
from qa.evaluation.pictures import reliability, risk_coverage
from qa.evaluation.questions import Question
from qa.evaluation.read_ahead import ReadAhead, SearchedOnce, in_batches
from qa.evaluation.record import Result, newest, provenance_of, reader_digest, write
from qa.evaluation.report import Outcome, from_rows, run
from qa.evaluation.summary import summary
from qa.evaluation.tables import BEGIN, CARD, END, README, ROOT, WHOLE, files, tables
from qa.evaluation.timings import reader_alone
from qa.evidence import FEATURES
from qa.reader import Span, SpanReader

SHARED = ROOT.parent / "shared"
HARBOUR = "The harbour of Skerry will have 40 turbines by 2031. Portavel ordered 62 buses for its island line."


# ── Reading ahead ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_reading_many_questions_at_once_finds_what_reading_each_finds() -> None:
    passages = [p for item in load(str(ROOT / "articles")) if isinstance(item, Document) for p in chunk(item)]
    asked = [
        ("what is Beijing's 2025 target", passages[:4]),
        ("who?", []),
        ("How many turbines will the harbour have by the end of the decade, and who pays for them?", passages[3:]),
        ("what is Beijing's 2025 target", passages[2:3]),
    ]
    reader = SpanReader(WEIGHTS, reference=True)  # in fp32, which rounds less
    together = reader.read_many(asked)
    # three of each passage, but for a unit and its number, which are one
    assert all(2 * len(some) <= len(spans) <= 3 * len(some) for (_, some), spans in zip(asked, together, strict=True))
    for (question, some), spans in zip(asked, together, strict=True):
        alone = {(span.passage, span.start, span.end): span.score for span in reader.read(question, some)}
        # other neighbours in a pass, other rounding: fp32 keeps about six digits of logits around 10
        assert {(span.passage, span.start, span.end): span.score for span in spans} == pytest.approx(alone, abs=1e-3)
        assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)


class CountingReader:
    """Finds the question in every passage, and keeps what it was asked."""

    def __init__(self) -> None:
        self.one_by_one: list[str] = []
        self.together: list[list[str]] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.one_by_one.append(question)
        return self._spans(question, passages)

    def read_many(self, asked: Sequence[tuple[str, Sequence[Passage]]]) -> list[list[Span]]:
        self.together.append([question for question, _ in asked])
        return [self._spans(question, passages) for question, passages in asked]

    @staticmethod
    def _spans(question: str, passages: Sequence[Passage]) -> list[Span]:
        return [Span(passage, 0, 1, question, float(passage.id)) for passage in passages]


def passage(number: int) -> Passage:
    return Passage(number, "skerry", 0, len(HARBOUR), HARBOUR)


def test_what_is_noted_is_read_together_and_found_again() -> None:
    counting = CountingReader()
    reader = ReadAhead(counting)
    with reader.noting():
        assert reader.read("how many turbines", [passage(1)]) == []
        assert reader.read("how many turbines", [passage(1)]) == []
        assert reader.read("how many buses", [passage(1), passage(2)]) == []
    assert (counting.together, counting.one_by_one) == ([["how many turbines", "how many buses"]], [])
    assert reader.read("how many buses", [passage(1), passage(2)]) == counting._spans(
        "how many buses", [passage(1), passage(2)]
    )
    assert reader.read("how many turbines", [passage(1)]) == [Span(passage(1), 0, 1, "how many turbines", 1.0)]
    assert counting.one_by_one == []
    # another passage was not foreseen
    assert reader.read("how many turbines", [passage(2)]) == [Span(passage(2), 0, 1, "how many turbines", 2.0)]
    assert counting.one_by_one == ["how many turbines"]


def test_a_failure_while_noting_reads_nothing_and_leaves_a_reader_that_reads() -> None:
    counting = CountingReader()
    reader = ReadAhead(counting)
    with suppress(KeyboardInterrupt), reader.noting():
        reader.read("how many turbines", [passage(1)])
        raise KeyboardInterrupt
    assert counting.together == []
    assert len(reader.read("how many turbines", [passage(1)])) == 1


def test_batches_ask_every_question_once_in_order_over_what_was_read_ahead() -> None:
    counting = CountingReader()
    reader = ReadAhead(counting)
    questions = [Question(str(n), f"question {n}", (), unanswerable=True) for n in range(600)]
    made = list(in_batches(lambda some: [reader.read(q.question, [passage(7)]) for q in some], reader, questions))
    assert [question for some, _ in made for question in some] == questions
    assert [spans[0].text for _, found in made for spans in found] == [q.question for q in questions]
    assert [len(batch) for batch in counting.together] == [256, 256, 88]
    assert counting.one_by_one == []


class ScriptedLibrary:
    """One document; keeps what it was searched for."""

    def __init__(self) -> None:
        self.searched: list[tuple[str, int, object]] = []

    def __len__(self) -> int:
        return 1

    def search(self, query: str, *, limit: int, within: object = None, only: object = None) -> list[Hit]:
        self.searched.append((query, limit, within))
        return [Hit(passage(len(self.searched)), 1.0)]

    def document(self, document_id: str) -> Document:
        return Document(document_id, "Skerry", HARBOUR, "skerry.txt")

    def entries(self) -> list[Entry]:
        return [Entry("skerry", "Skerry", "skerry.txt", None, 1)]


def test_the_same_search_is_made_once_and_another_one_again() -> None:
    library = ScriptedLibrary()
    once = SearchedOnce(library)
    first = once.search("turbines", limit=6)
    assert once.search("turbines", limit=6) == first
    assert once.search("turbines", limit=20) != first
    assert once.search("turbines", limit=6, within=["skerry"]) != first
    assert library.searched == [("turbines", 6, None), ("turbines", 20, None), ("turbines", 6, ["skerry"])]
    assert (len(once), once.document("skerry").title, once.entries()[0].id) == (1, "Skerry", "skerry")


# ── Figures of a part ─────────────────────────────────────────────────────────────────────────────────────────────


def row(confidence: float, *, right: bool, refused: bool = False, answerable: bool = True) -> Row:
    expected = ("40",) if answerable else ()
    return Row("q", "how many", expected, confidence=confidence, refused=refused, right=right, exact_match=right)


def test_the_figures_of_a_part_by_hand() -> None:
    forced = [
        row(0.9, right=True),
        row(0.8, right=False, answerable=False),  # answered though there is no answer: wrong, however sure
        row(0.3, right=True),
        row(0.1, right=False, answerable=False),
    ]
    shown = [*forced[:2], row(0.3, right=False, refused=True), row(0.1, right=True, refused=True, answerable=False)]
    figures = from_rows(shown, forced)
    # forced, by confidence .9 right, .8 wrong, .3 right, .1 wrong: 1/1, 1/2, 2/3, 2/4 from 25, 50, 75 and 100 % on
    curve = figures["forced_curve"]
    assert len(curve) == 50
    assert [curve[at] for at in (0, 11, 12, 24, 25, 36, 37)] == [1, 1, 0.5, 0.5, 0.6667, 0.6667, 0.5]
    # decisions, by certainty: .9 right (given), .9 right (1 - .1, withheld), .8 wrong, .7 wrong (1 - .3, withheld)
    assert [figures["decisions_curve"][at] for at in (0, 24, 25, 49)] == [1, 1, 0.6667, 0.5]
    # each alone in its bin: [.0667, .1333) .1 wrong; [.2667, .3333) .3 right; [.8, .8667) .8 wrong; [.8667, .9333) right
    assert figures["reliability"] == (Bin(1, 0.1, 0), Bin(1, 0.3, 1), Bin(1, 0.8, 0), Bin(1, 0.9, 1))
    assert figures["forced"]["ece"] == pytest.approx((0.1 + 0.7 + 0.8 + 0.1) / 4)
    assert figures["metrics"]["ece"] == pytest.approx((0.1 + 0.8) / 2)  # of the two answers given
    assert (figures["metrics"]["false_refusals"], figures["forced"]["false_refusals"]) == (0.5, 0)
    assert (figures["metrics"]["right_at_50"], figures["metrics"]["accuracy_at_50"]) == (1, 1)
    assert figures["forced"]["accuracy_at_50"] == 0.5
    assert "seconds_p50" not in figures["metrics"]


@given(
    st.lists(
        st.tuples(st.integers(0, 1000), st.booleans(), st.booleans()), min_size=1, max_size=40, unique_by=lambda t: t[0]
    )
)
def test_the_curve_of_forced_answers_equals_counting_down_the_list(judged: list[tuple[int, bool, bool]]) -> None:
    rows = [row(c / 1000, right=right and answerable, answerable=answerable) for c, right, answerable in judged]
    surest = sorted(judged, reverse=True)
    slow = []
    for point in range(1, 51):
        taken = -(-point * len(surest) // 50)  # rounded up
        slow.append(sum(right and answerable for _, right, answerable in surest[:taken]) / taken)
    assert from_rows(rows, rows)["forced_curve"] == pytest.approx(slow, abs=5e-5)


def test_an_always_answering_run_that_found_nothing_is_not_taken_for_a_right_refusal() -> None:
    nothing = row(0.0, right=True, refused=True, answerable=False)
    figures = from_rows([nothing], [nothing])
    assert set(figures["forced_curve"]) == {0.0}
    assert set(figures["decisions_curve"]) == {1.0}
    assert figures["reliability"] == ()


# ── Parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def put(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(json.dumps(row) for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


def paragraph(number: int, question: str, answer: str = "") -> dict[str, object]:
    answers = [{"text": answer, "start": HARBOUR.index(answer)}] if answer else []
    return {"id": str(number), "question": question, "context": HARBOUR, "answers": answers, "no_answer": not answer}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three questions over a paragraph, one with an answer in another set, and a library of one article."""
    folder = tmp_path / "data"
    put(
        folder / "dev" / "squad2.dev.jsonl.gz",
        paragraph(1, "How many turbines will Skerry have by 2031?", "40"),
        paragraph(2, "How many turbines will Portavel have by 2031?"),
        paragraph(3, "Who ordered buses?", "Portavel"),
    )
    put(folder / "dev" / "squad11_extra13.dev.jsonl.gz", paragraph(4, "How many buses?", "62"))
    put(folder / "corpora" / "squad2_dev" / "corpus.jsonl", {"id": "skerry", "title": "Skerry", "text": HARBOUR})
    asked = {"id": "1", "question": "How many turbines?", "answers": ["40"], "unanswerable": False}
    put(folder / "corpora" / "squad2_dev" / "questions.jsonl", asked)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny_reader(tmp_path_factory.mktemp("reader"))
    calibration = {"features": list(FEATURES), "weights": [0.1] * len(FEATURES), "intercept": 0.0}
    calibration |= {"threshold": 0.5, "second_threshold": 0.9}
    (folder / "calibration.json").write_text(json.dumps(calibration))
    return folder


@pytest.fixture
def config(tiny: Path, tmp_path: Path) -> Config:
    return Config(home=str(tmp_path / "home"), reader=str(tiny))


def test_a_part_takes_its_files_and_a_sample_that_is_the_same_each_time(data: Path) -> None:
    (squad11,) = parts_named(["squad11"])
    assert [q.id for q in squad11.questions(data, count=0)[0]] == ["1", "3", "4"]  # the unanswerable one left out
    assert [q.id for q in squad11.questions(data, count=2)[0]] == ["1", "3"]
    assert squad11.questions(data, count=2)[1] == 3
    assert [SLICE.size(count) for count in (0, 40, 2000)] == [300, 40, 300]
    assert [squad11.size(count) for count in (0, 40)] == [0, 40]


def test_a_part_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(InputError, match="no part 'squad3'") as caught:
        parts_named(["squad2", "squad3"])
    assert "squad2, squad2-slice" in caught.value.hint
    assert parts_named([]) == list(PARTS)
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_every_part_finds_its_sets() -> None:
    if not (SHARED / "data").exists():
        pytest.skip("the question sets are not beside this checkout")
    assert [part.missing(SHARED / "data") for part in PARTS] == [[]] * len(PARTS)


def test_the_questions_about_tables_are_answered_by_cells() -> None:
    (sheets,) = parts_named(["sheets"])
    lines = [line for item in load(sheets.articles) if isinstance(item, Document) for line in item.text.splitlines()]
    cells = {cell.partition(": ")[2].rstrip(".") for line in lines for cell in line.split("; ")}
    questions, of = sheets.questions(Path("nowhere"), count=0)
    assert len(questions) == of == 58
    for question in questions:
        assert question.unanswerable or set(question.answers) <= cells


@pytest.mark.parametrize(("name", "articles", "asked", "silent"), [("parallel", 12, 90, 30), ("everyday", 16, 192, 64)])
def test_the_questions_about_made_up_texts_have_their_answers_there(
    name: str, articles: int, asked: int, silent: int
) -> None:
    (part,) = parts_named([name])
    texts = [item.text for item in load(part.articles) if isinstance(item, Document)]
    questions, of = part.questions(Path("nowhere"), count=0)
    assert (len(texts), len(questions), of) == (articles, asked, asked)
    assert sum(question.unanswerable for question in questions) == silent
    for question in questions:
        assert question.unanswerable or any(answer in text for answer in question.answers for text in texts)


def test_the_questions_about_things_side_by_side_have_their_answers_in_one_text_alone() -> None:
    (part,) = parts_named(["parallel"])
    texts = [item.text for item in load(part.articles) if isinstance(item, Document)]
    for question in part.questions(Path("nowhere"), count=0)[0]:
        for answer in question.answers:
            assert sum(bool(re.search(rf"(?<![\w.,:]){re.escape(answer)}(?!\w|[.,:]\d)", text)) for text in texts) == 1


# ── Measuring, and going on ───────────────────────────────────────────────────────────────────────────────────────


def test_parts_are_measured_once_and_kept(data: Path, config: Config, tmp_path: Path) -> None:
    out = tmp_path / "results"
    names = ["squad11", "squad2", "squad2-slice", "open", "open-search", "reader"]
    measured = {outcome.part.name: outcome for outcome in run(data, out, config, names=names, count=3)}
    assert set(measured) == set(names)
    assert not any(outcome.kept for outcome in measured.values())
    squad2 = measured["squad2"].result
    assert squad2 is not None
    assert (squad2.asked, squad2.of, squad2.metrics["questions"], squad2.metrics["errors"]) == (3, 3, 3, 0)
    assert squad2.forced is not None
    assert squad2.forced["answered"] == 3
    assert squad2.metrics["near_misses"] == 1  # of the nine words, eight are shared: Portavel stands for Skerry
    assert sum(one.count for one in squad2.reliability) == 3
    assert len(squad2.forced_curve) == len(squad2.decisions_curve) == 50
    library = measured["open"].result
    assert library is not None
    assert (library.metrics["documents"], library.metrics["errors"], library.metrics["timed"]) == (1, 0, 1)
    assert library.metrics["seconds_p50"]
    search = measured["open-search"].result
    assert search is not None
    assert (search.metrics["recall_at_1"], search.forced) == (1.0, None)
    alone = measured["reader"].result
    assert alone is not None
    assert (alone.metrics["passages"], alone.metrics["cores"]) == (5, cores())
    assert alone.metrics["tokens_per_passage"] == 110
    assert 0 < (alone.metrics["ms_p50"] or 0) <= (alone.metrics["ms_p95"] or 0)
    text = "".join(path.read_text() for path in out.iterdir())
    assert "turbines" not in text
    assert str(tmp_path) not in text
    kept = list(run(data, out, config, names=names, count=3))
    assert all(outcome.kept for outcome in kept)
    assert {outcome.part.name: outcome.result for outcome in kept} == {n: o.result for n, o in measured.items()}


@pytest.mark.parametrize("reference", [False, True])
def test_the_reader_that_is_timed_is_run_as_it_is_configured(
    config: Config, monkeypatch: pytest.MonkeyPatch, reference: bool
) -> None:
    made: list[bool] = []

    class NotedReader(CountingReader):
        def __init__(self, _folder: Path, *, reference: bool) -> None:
            super().__init__()
            made.append(reference)

    monkeypatch.setattr("qa.app.SpanReader", NotedReader)
    assert reader_alone(replace(config, reference=reference))["passages"] == 5
    assert made == [reference]


def outcome_of(data: Path, out: Path, config: Config, *, count: int = 2) -> Outcome:
    (outcome,) = run(data, out, config, names=["squad2"], count=count)
    return outcome


def test_a_part_is_measured_again_when_anything_it_hangs_on_has_changed(
    data: Path, config: Config, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    assert not outcome_of(data, out, config).kept
    assert outcome_of(data, out, config, count=1).kept  # it was asked more than that
    assert not outcome_of(data, out, config, count=3).kept
    assert outcome_of(data, out, config, count=0).kept  # those were all
    assert not outcome_of(data, out, replace(config, reference=True)).kept
    assert not outcome_of(data, out, replace(config, threshold=0.9)).kept
    other = tiny_reader(tmp_path / "other")
    (other / "calibration.json").write_bytes((Path(config.reader) / "calibration.json").read_bytes())
    assert outcome_of(data, out, replace(config, threshold=0.9, reader=str(other))).kept  # a copy is the same reader
    (other / "config.json").write_text((other / "config.json").read_text() + "\n")
    assert not outcome_of(data, out, replace(config, threshold=0.9, reader=str(other))).kept


def test_sets_that_are_not_there_are_left_out_or_named(
    data: Path, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, few in (("PASSAGES", 20), ("QUESTIONS", 3), ("_STARTS", 1)):
        monkeypatch.setattr(speed, name, few)
    some = attacks.attacks()[:2]
    monkeypatch.setattr(attacks, "attacks", lambda: some)
    out = tmp_path / "results"
    outcomes = {outcome.part.name: outcome for outcome in run(data, out, config, count=1)}
    assert set(outcomes) == {part.name for part in PARTS}
    assert {name for name, outcome in outcomes.items() if outcome.result} == {
        *(
            "reader",
            "speed",
            "quality",
            "attacks",
            "web-pages",
            "squad2-slice",
            "squad11",
            "squad2",
            "open",
            "open-search",
            "sheets",
            "parallel",
            "everyday",
        )
    }
    quality = outcomes["quality"].result
    assert quality is not None
    assert quality.metrics["in_use_ndcg_at_10"] == quality.metrics["reference_ndcg_at_10"] == 1.0
    assert quality.metrics["reference_f1_all"] is not None
    assert str(outcomes["policyqa"]).startswith("policyqa: left out, there is no ")
    assert "policyqa.dev_testfile" in str(outcomes["policyqa"])
    with pytest.raises(InputError, match="policyqa"):
        list(run(data, out, config, names=["policyqa", "squad2"], count=1))
    with pytest.raises(InputError, match="there is no "):
        list(run(tmp_path / "nowhere", out, config, count=1))
    with pytest.raises(InputError, match="-1 questions"):
        list(run(data, out, config, count=-1))


def test_the_command_measures_then_shows_and_says_what_is_wrong(
    data: Path, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--out", str(tmp_path / "results"), "--home", str(config.home), "--reader", config.reader]
    assert main(["report", *flags]) == 2
    assert "footnote report DATA" in capsys.readouterr().err
    assert main(["report", str(data), *flags, "--only", "squad2"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("squad2: measured, 3 of 3 questions, ")
    assert "| [SQuAD 2.0, development set](" in printed
    assert main(["report", str(data), *flags, "--only", "squad2"]) == 0
    assert capsys.readouterr().out.startswith("squad2: kept as it was, ")
    assert main(["report", str(data), *flags, "--only", "squad3"]) == 2
    assert "hint: its parts are " in capsys.readouterr().err


# ── Result files ──────────────────────────────────────────────────────────────────────────────────────────────────


def result(part: str, *, date: str = "2026-01-31", reader: str = "a1", asked: int = 4, of: int = 9) -> Result:
    forced = [
        row(0.9, right=True),
        row(0.8, right=False, answerable=False),
        row(0.3, right=True),
        row(0.1, right=False, answerable=False),
    ]
    shown = [*forced[:2], row(0.3, right=False, refused=True), row(0.1, right=True, refused=True, answerable=False)]
    made = replace(provenance_of("footnote report DATA", "Loom 3000, 2 cores"), date=date)
    settings: dict[str, str | float] = {"threshold": 0.5, "encoder": "hash"}
    return Result(part, made, reader, settings, asked, of, **from_rows(shown, forced))


def test_results_are_read_back_as_they_were_and_the_latest_counts(tmp_path: Path) -> None:
    early, late = result("squad2", date="2026-01-31"), result("squad2", date="2026-02-01", asked=3)
    others, elsewhere = result("open", date="2025-12-31"), result("squad2", date="2027-01-01", reader="b2")
    for one in (late, early, others, elsewhere):
        assert write(one, tmp_path).name == one.file_name
    (tmp_path / "2026-03-01-eval.json").write_text('{"date": "2026-03-01", "metrics": {}}')  # by footnote eval --save
    assert newest(tmp_path, reader="a1") == {"squad2": late, "open": others}
    assert newest(tmp_path, reader="c3") == {}
    assert newest(tmp_path / "nowhere", reader="a1") == {}
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("text", ["{", '{"reader": "a1", "part": "squad2"}'])
def test_a_damaged_result_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "2026-01-31-squad2.json").write_text(text)
    with pytest.raises(InputError, match=r"2026-01-31-squad2\.json") as caught:
        newest(tmp_path, reader="a1")
    assert "delete it" in caught.value.hint


def test_a_reader_is_told_by_its_files_but_not_by_its_card(tiny: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tiny.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "README.md").write_text("a card")
    assert reader_digest(copy) == reader_digest(tiny)
    (copy / "calibration.json").write_text("{}")
    assert reader_digest(copy) != reader_digest(tiny)
    with pytest.raises(ModelError, match="nowhere"):
        reader_digest(tmp_path / "nowhere")


# ── Tables and drawings ───────────────────────────────────────────────────────────────────────────────────────────


def measured_parts() -> dict[str, Result]:
    recall: dict[str, float | None] = {"questions": 5}
    for stage, less in (("", 0.0), ("dense_", 0.25), ("bm25_", 0.125)):
        found_at = {"recall_at_1": 0.5, "recall_at_5": 0.75, "recall_at_20": 1.0, "mrr_at_10": 0.6, "ndcg_at_10": 0.7}
        recall |= {f"{stage}{name}": value - less for name, value in found_at.items()}
    search = Result("open-search", result("x").provenance, "a1", {}, 9, 9, recall)
    times: dict[str, float | None] = {"megabytes": 45.6, "passages": 5, "tokens_per_passage": 110, "cores": 2}
    times |= {"ms_p50": 61.4, "ms_p95": 70.2, "in_use_ms_p50": 93.7}
    reader = Result("reader", result("x").provenance, "a1", {}, 0, 0, times)
    library = result("open", asked=9)
    library = replace(
        library, metrics={**library.metrics, "seconds_p50": 0.1342, "seconds_p95": 0.2, "documents": 1204}
    )
    always = result("squad11")
    forced = measure([row(0.9, right=True), row(0.5, right=False)])
    shown = {"refused_when_unanswerable": None, "exact_match_all": 0.5, "f1_all": 0.25, "near_misses": 0}
    always = replace(
        always, metrics={**always.metrics, **shown}, forced={"exact_match": forced.exact_match, "f1": None}
    )
    slices = result("squad2-slice")
    found = (search, reader, library, always, slices, result("squad2"))
    return {one.part: one for one in found}


def test_the_tables_by_hand() -> None:
    lines = tables(measured_parts(), above="../").splitlines()
    at = f"../{RESULTS}/2026-01-31-"
    # of the four: two right decisions; two answerable, of which one answered and right, both right when forced
    squad2 = f"[SQuAD 2.0, development set]({at}squad2.json)"
    assert f"| {squad2} | 4 of 9 | **50.0** | **0.0** | **100.0** | **0.0** |" in lines
    # AUROC: .9 and .3 against .8 and .1: .9 beats both, .3 one: 3/4. Calibration: (.1 + .8) / 2; (.1 + .7 + .8 + .1) / 4
    assert f"| {squad2} | **50.0** | **50.0** | – | **0.750** | **0.450**, **0.425** | **100.0**, **100.0** |" in lines
    squad11 = f"[SQuAD 1.1, development set]({at}squad11.json)"
    assert f"| {squad11} | 4 of 9 | **50.0** | **25.0** | **50.0** | – |" in lines
    assert f"| {squad11} | – | **50.0** | – | **0.750** | **0.450**, – | **100.0**, **100.0** |" in lines
    search = f"| [All SQuAD development articles]({at}open-search.json) | 5"
    dense = "**25.0**, **50.0**, **75.0**; **0.350**, **0.450**"
    bm25 = "**37.5**, **62.5**, **87.5**; **0.475**, **0.575**"
    assert f"{search} | {dense} | {bm25} | **50.0**, **75.0**, **100.0**; **0.600**, **0.700** |" in lines
    assert any("**45.6** MB on disk; median **61** ms, 95th percentile **70** ms to read 5" in line for line in lines)
    assert any("| median **134** ms, 95th percentile **200** ms; documents: 1,204 |" in line for line in lines)
    assert not any("slice" in line for line in lines)
    assert tables({}) == ""


def test_every_figure_of_the_tables_stands_in_the_file_that_its_row_names(tmp_path: Path) -> None:
    for one in measured_parts().values():
        write(one, tmp_path)
    rows = [line for line in tables(measured_parts()).splitlines() if RESULTS in line]
    assert len(rows) == 9
    for line in rows:
        (name,) = re.findall(rf"\({RESULTS}/([\w.-]+)\)", line)
        values = json.loads((tmp_path / name).read_text())
        numbers = [n for group in ("metrics", "forced") for n in (values[group] or {}).values() if n is not None]
        spelled = {
            spelling
            for n in numbers
            for spelling in (f"{n}", f"{n * 100:.1f}", f"{n:.3f}", f"{n:.0f}", f"{n * 1000:.0f}")
        }
        figures = re.findall(r"\*\*([\d.,]+)\*\*", line)
        assert figures
        assert set(figures) <= spelled


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (README, WHOLE, CARD):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# Footnote\n\n{BEGIN}\nold **1.0**\n{END}\n\n## After\n")
    return tmp_path


def test_only_what_stands_between_the_marks_is_written(checkout: Path) -> None:
    shown = files(checkout, measured_parts())
    assert {path.relative_to(checkout).as_posix() for path in shown} == {
        *(README, WHOLE, CARD, "docs/reliability.svg", "docs/risk-coverage.svg")
    }
    for name, above, head in ((README, "", "In words: "), (WHOLE, "../", "| set |"), (CARD, "../../", "| set |")):
        text = shown[checkout / name]
        assert text.startswith(f"# Footnote\n\n{BEGIN}\n\n{head}")
        assert text.endswith(f"\n{END}\n\n## After\n")
        assert "old **1.0**" not in text
        assert f"]({above}{RESULTS}/2026-01-31-squad2.json)" in text
        (checkout / name).write_text(text)
    assert "![Reliability: confidence against the share right](../docs/reliability.svg)" in shown[checkout / WHOLE]
    assert files(checkout, measured_parts()) == shown  # once more changes nothing


def test_the_short_table_by_hand() -> None:
    parts = measured_parts()
    lines = summary(parts, [], ("[Beside]", "as fast", "`make`")).splitlines()
    at = f"{RESULTS}/2026-01-31-"
    squad2 = (
        f"| [A paragraph given, half of them silent: SQuAD 2.0]({at}squad2.json) | 4 | F1 **0.0**; refused: **50.0**"
    )
    squad2 += (
        " of what has no answer, **50.0** of what has one; AUROC **0.750**, calibration error **0.450**, surest half"
    )
    assert f"{squad2} **100.0** | `{parts['squad2'].provenance.command}` |" in lines
    squad11 = f"| [A paragraph given: SQuAD 1.1]({at}squad11.json) | 4 | always answering: F1 –, exact match **50.0** |"
    assert any(line.startswith(squad11) for line in lines)
    assert any("the right one comes first for **50.0**, among the first five for **75.0**" in line for line in lines)
    assert any("**45.6** MB; reads 5 passages of 110 tokens on 2 cores in **61** ms" in line for line in lines)
    assert "| [Beside] |  | as fast | `make` |" in lines
    assert lines[1].startswith(
        f"In words: asked **9** questions of [a library of 1,204 encyclopaedia paragraphs]({at}open.json)"
    )
    assert (
        "refuses **50** of 100 that have none, and **50** of 100 that have one. Of 100 answers that it gives **50**"
        in lines[1]
    )
    assert summary({}, []) == ""


@pytest.mark.parametrize("text", ["# Footnote\n", f"{BEGIN}\n", f"{END}\n{BEGIN}\n"])
def test_a_readme_without_a_place_for_figures_is_named(checkout: Path, text: str) -> None:
    (checkout / README).write_text(text)
    with pytest.raises(InputError, match="no place for the figures"):
        files(checkout, measured_parts())


def test_outside_of_a_checkout_there_is_nothing_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"README\.md"):
        files(tmp_path, measured_parts())


def test_a_result_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match=r"2026-01-31-squad2\.json cannot be written"):
        write(result("squad2"), tmp_path / "file")


SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title") is not None
    return list(root.iter(f"{SVG}{kind}"))


def test_the_reliability_drawing_puts_each_bin_where_it_belongs() -> None:
    picture = reliability(measured_parts())
    # a side of 300 pixels, downwards: confidence .9 and share right 1 at (270, 0); .8 and 0 at (240, 300)
    places = {(dot.get("cx"), dot.get("cy")) for dot in drawn(picture, "circle")}
    assert places == {("30.0", "300.0"), ("90.0", "0.0"), ("240.0", "300.0"), ("270.0", "0.0")}
    assert len(drawn(picture, "circle")) == 8  # in each of two panels
    assert {dot.get("r") for dot in drawn(picture, "circle")} == {"18.0"}  # 3 + 30 * sqrt(1/4)
    words = [text.text for text in drawn(picture, "text")]
    assert {"SQuAD 2.0, paragraph given", "4 questions, calibration error 0.425", "confidence"} <= set(words)
    assert "prefers-color-scheme: dark" in picture


def test_the_risk_coverage_drawing_follows_the_curves_and_marks_the_threshold() -> None:
    picture = risk_coverage(measured_parts())
    lines = [line.get("points", "").split() for line in drawn(picture, "polyline")]
    assert [len(points) for points in lines] == [50] * 4  # two parts, of answers and of decisions
    # of the answers: 2 % at a share of 1, half at 1/2, all at 1/2; of the decisions: half at 1, all at 1/2
    assert [lines[0][at] for at in (0, 24, 49)] == ["6.0,0.0", "150.0,150.0", "300.0,150.0"]
    assert [lines[2][at] for at in (24, 49)] == ["150.0,0.0", "300.0,150.0"]
    # two of four answered, one of the two right; the library's two of nine
    dots = [(dot.get("cx"), dot.get("cy")) for dot in drawn(picture, "circle")]
    assert dots == [("150.0", "150.0"), ("66.7", "150.0")]


def test_what_the_project_shows_is_what_was_measured_with_its_weights() -> None:
    results = newest(ROOT / RESULTS, reader=reader_digest(WEIGHTS))
    if not tables(results):
        assert BEGIN not in (ROOT / README).read_text(encoding="utf-8"), "README shows figures of other weights"
        return
    for path, text in files(ROOT, results).items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is not up to date: footnote report --write"
