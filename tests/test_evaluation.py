"""Reading question sets, and turning scripted answers into rows, metrics and result files."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from index.types import Hit, InputError, Passage
from qa.evaluation.asking import evaluate, over_context
from qa.evaluation.judge import Row, is_right
from qa.evaluation.measure import measure
from qa.evaluation.questions import Question, near_misses, read_questions
from qa.evaluation.record import save, this_machine
from qa.evaluation.retrieval import retrieval
from qa.evaluation.show import table
from qa.types import Answer, Citation, Kind, Refusal, Turn

SHARED = Path(__file__).parents[2] / "shared"
ARTICLE = "The harbour will have 40 turbines. Portavel ordered 62 buses, not 60."


def cite(answer: str, marker: int = 1) -> Citation:
    start = ARTICLE.index(answer)
    quote = ARTICLE[start : start + len(answer)]
    return Citation(marker, "skerry", "Skerry", "skerry.txt", start, start + len(answer), quote, answer=answer)


def given(
    text: str, confidence: float = 0.9, *, kind: Kind = "span", cited: Sequence[str] = ("40 turbines",)
) -> Answer:
    footnotes = tuple(cite(answer, marker) for marker, answer in enumerate(cited, 1))
    return Answer("?", text, kind, confidence, footnotes)


def refused(confidence: float = 0.1) -> Answer:
    """A refusal whose text must not be taken for an answer."""
    return Answer("?", "Not said.", "refused", confidence, refusal=Refusal("not_found", "The articles do not say."))


@dataclass
class Script:
    """An `ask` that answers from a table and keeps what it was asked."""

    replies: dict[str, Answer | BaseException]
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    def __call__(self, question: str, history: Sequence[Turn]) -> Answer:
        self.asked.append((question, tuple(history)))
        reply = self.replies[question]
        if isinstance(reply, BaseException):
            raise reply
        return reply


def asking(*answers: str, text: str = "how many turbines", all_of: tuple[str, ...] = ()) -> Question:
    return Question(text, text, answers, unanswerable=not answers, all_of=all_of)


# ── What counts as right ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (asking(), refused(), True),
        (asking(), given("40 turbines"), False),
        (asking("40"), refused(), False),
        (asking("40"), given("The 40."), True),
        (asking("forty", "40 turbines"), given("40 turbines"), True),
        (asking("40"), given("40 turbines"), False),
        # a list or a disagreement offers its footnotes' answers beside its text; a span does not
        (asking("62"), given("60 [1] or 62 [2]", kind="disagreement", cited=("60", "62")), True),
        (asking("60 or 62"), given("60 [1] or 62 [2]", kind="list", cited=("60", "62")), True),
        (asking("61"), given("60 [1] or 62 [2]", kind="disagreement", cited=("60", "62")), False),
        # so does a sentence that is quoted whole for the words marked in it
        (asking("62 buses"), given("Portavel ordered 62 buses. [1]", kind="sentences", cited=("62 buses",)), True),
        (asking("60"), given("Portavel ordered 62 buses, not 60. [1]", kind="sentences", cited=("62 buses",)), False),
        (asking("62"), given("60", cited=("62",)), False),
        # markers are taken out of the kinds that have them, and only there
        (asking("62 buses"), given("62 buses [1]", kind="generated", cited=("62 buses",)), True),
        (asking("62 buses"), given("62 buses [1]", cited=("62 buses",)), False),
        # all_of: every value in the text, and then nothing else matters
        (asking("60", all_of=("60", "62")), given("62 buses, not 60"), True),
        (asking("60", all_of=("60", "62")), given("60"), False),
        (asking("60", all_of=("60", "62")), refused(), False),
        (asking("1", all_of=("1",)), given("60 [1]", kind="list", cited=("60",)), False),
        (asking("yes"), given("Yes, 40 turbines"), False),
    ],
)
def test_the_rule_by_which_an_answer_counts(question: Question, answer: Answer, right: bool) -> None:
    assert is_right(question, answer) is right


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_says_what_was_answered_and_how_well() -> None:
    ticks = itertools.count(0, 0.25)
    question = Question("q1", "how many turbines", ("40",), unanswerable=False)
    report = evaluate(Script({"how many turbines": given("40 turbines", 0.8)}), [question], clock=lambda: next(ticks))
    # "40 turbines" against "40": one of three tokens shared twice over, 2*1/(2+1)
    assert report.rows == (
        Row(
            id="q1",
            question="how many turbines",
            expected=("40",),
            answer="40 turbines",
            kind="span",
            confidence=0.8,
            f1=2 / 3,
            citations=(cite("40 turbines"),),
            seconds=0.25,
        ),
    )


def test_a_quoted_sentence_is_measured_by_the_words_marked_in_it() -> None:
    sentence = given("The harbour will have 40 turbines. [1]", kind="sentences", cited=("40 turbines",))
    (row,) = evaluate(Script({"why": sentence}), [asking("40 turbines", text="why")]).rows
    assert (row.exact_match, row.f1, row.right) == (True, 1.0, True)
    assert row.answer == "The harbour will have 40 turbines. [1]"
    # two sentences have no one answer: all nine words count. 2 of them expected; 2*2/(9+2)
    both = given(
        "The harbour will have 40 turbines. [1] 62 buses, not 60. [2]", kind="sentences", cited=("40 turbines", "62")
    )
    (row,) = evaluate(Script({"why": both}), [asking("40 turbines", text="why")]).rows
    assert (row.exact_match, row.right) == (False, True)
    assert row.f1 == pytest.approx(4 / 11)


def test_a_question_that_fails_is_a_row_with_its_error_and_the_rest_is_still_asked() -> None:
    script = Script({"a": ValueError("no such passage"), "b": given("40")})
    report = evaluate(script, [asking("40", text="a"), asking("40", text="b"), asking("40", text="gone")])
    assert [row.error for row in report.rows] == ["ValueError: no such passage", None, "KeyError: 'gone'"]
    failed = report.rows[0]
    assert (failed.answer, failed.kind, failed.confidence, failed.refused, failed.right) == (
        "",
        None,
        None,
        False,
        False,
    )
    assert (report.metrics.questions, report.metrics.errors, report.metrics.answered) == (3, 2, 1)
    assert report.metrics.right == 1 / 3


def test_a_failed_unanswerable_question_is_no_refusal() -> None:
    metrics = evaluate(Script({"a": RuntimeError("x")}), [asking(text="a")]).metrics
    assert (metrics.right, metrics.exact_match_all, metrics.f1_all, metrics.refused_when_unanswerable) == (0, 0, 0, 0)
    assert (metrics.auroc, metrics.seconds_p50, metrics.precision) == (None, None, None)


def test_an_answer_of_markers_alone_is_still_no_refusal() -> None:
    row = evaluate(Script({"a": given("[1]", kind="generated")}), [asking(text="a")]).rows[0]
    assert (row.right, row.exact_match, row.f1) == (False, False, 0.0)


def test_an_interrupt_is_not_an_error_of_the_question() -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(Script({"a": KeyboardInterrupt()}), [asking("40", text="a")])


def test_history_is_asked_first_and_handed_on_as_turns() -> None:
    question = Question(
        "q", "and Portavel?", ("62",), unanswerable=False, history=("who has turbines", "who has trams")
    )
    script = Script({"who has turbines": given("Skerry"), "who has trams": refused(), "and Portavel?": given("62")})
    report = evaluate(script, [question, question], clock=lambda: len(script.asked))  # each reply takes a second
    first, second = Turn("who has turbines", "Skerry", ("skerry",)), Turn("who has trams", "")
    one_conversation = [
        ("who has turbines", ()),
        ("who has trams", (first,)),
        ("and Portavel?", (first, second)),
    ]
    assert script.asked == one_conversation * 2  # the second conversation starts afresh
    assert [row.seconds for row in report.rows] == [1, 1]  # the history's time is not counted
    assert [row.right for row in report.rows] == [True, True]


def test_a_failure_in_the_history_is_the_questions_own() -> None:
    question = Question("q", "b", ("62",), unanswerable=False, history=("a",))
    script = Script({"a": RuntimeError("lost"), "b": given("62")})
    assert evaluate(script, [question]).rows[0].error == "RuntimeError: lost"
    assert [text for text, _ in script.asked] == ["a"]


def test_every_row_is_reported_as_it_is_made() -> None:
    seen: list[Row] = []
    report = evaluate(
        Script({"a": given("40"), "b": RuntimeError("x")}),
        [asking("40", text="a"), asking(text="b")],
        on_row=seen.append,
    )
    assert tuple(seen) == report.rows
    assert len(seen) == 2


def test_the_given_paragraph_is_the_only_evidence() -> None:
    def answer_over(question: str, passages: Sequence[str]) -> Answer:
        return given("40") if "turbines" in passages[0] and len(passages) == 1 else refused()

    told = Question("1", "how many?", ("40",), unanswerable=False, context=ARTICLE)
    untold = Question("2", "how many?", (), unanswerable=True, context="Larch Bay builds robots.")
    assert [row.right for row in over_context(answer_over, [told, untold]).rows] == [True, True]
    with pytest.raises(InputError, match="'how many turbines' has no context"):
        over_context(answer_over, [told, asking("40")])


# ── Metrics ───────────────────────────────────────────────────────────────────────────────────────────────────────


def scripted_report_rows() -> tuple[Row, ...]:
    """Seven questions, of which one fails: four answerable, three not."""
    script = Script(
        {
            "right": given("40", 1.0),
            "half": given("40 turbines", 0.8),
            "missed": refused(0.4),
            "failed": RuntimeError("x"),
            "silent": refused(0.2),
            "silent too": refused(0.4),
            "talkative": given("62", 0.6),
        }
    )
    answerable = [asking("40", text=text) for text in ("right", "half", "missed", "failed")]
    unanswerable = [asking(text=text) for text in ("silent", "silent too", "talkative")]
    return evaluate(script, answerable + unanswerable).rows


def test_metrics_by_hand() -> None:
    metrics = measure(scripted_report_rows())
    assert (metrics.questions, metrics.errors, metrics.answered) == (7, 1, 3)
    assert metrics.right == 3 / 7  # right, silent, silent too
    # surest first: 1 right, .8 = 1 - .2 right (silent) and .8 wrong (half), .6 wrong (talkative), .6 = 1 - .4 wrong
    # (missed) and right (silent too), 0 wrong (failed). A half is four rows
    assert metrics.right_at_50 == pytest.approx((1 + 1 + 1 / 3) / 4)
    assert metrics.exact_match == 1 / 4
    assert metrics.f1 == pytest.approx((1 + 2 / 3) / 4)
    assert metrics.exact_match_all == 3 / 7
    assert metrics.f1_all == pytest.approx((1 + 2 / 3 + 1 + 1) / 7)
    assert metrics.precision == 1 / 3
    assert metrics.refused_when_unanswerable == 2 / 3
    assert metrics.false_refusals == 1 / 4
    # answerable 1, .8, .4 against .2, .4, .6: 3 + 3 + (1 + .5 + 0) pairs of 9
    assert metrics.auroc == pytest.approx(7.5 / 9)
    # answered: 1.0 right, .8 wrong, .6 wrong; each alone in its bin: (0 + .8 + .6) / 3
    assert metrics.ece == pytest.approx(1.4 / 3)
    assert metrics.accuracy_at_50 == 1 / 2  # two of three answers reach a half


def test_times_are_of_the_questions_that_succeeded() -> None:
    rows = [Row("a", "a", (), refused=True, confidence=0.1, seconds=seconds) for seconds in (1.0, 2.0, 3.0)]
    metrics = measure([*rows, Row("b", "b", (), seconds=99.0, error="RuntimeError: x")])
    # percentile 95 of 3 rows lies at index 0.95 * 2 = 1.9: 2 + .9 * (3 - 2)
    assert metrics.seconds_p50 == 2.0
    assert metrics.seconds_p95 == pytest.approx(2.9)


def test_no_rows_give_no_figures() -> None:
    figures = asdict(measure([]))
    counts = {"questions", "errors", "answered", "near_misses"}
    assert {name for name, value in figures.items() if value is not None} == counts
    assert figures["questions"] == 0


@given_any(st.lists(st.tuples(st.integers(0, 16), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_right_at_half_equals_the_mean_over_every_order_of_equally_sure_decisions(
    decided: list[tuple[int, bool, bool]],
) -> None:
    rows = [
        Row("q", "q", ("40",), confidence=confidence / 16, refused=refused, right=right)
        for confidence, refused, right in decided
    ]
    sureness = [16 - confidence if refused else confidence for confidence, refused, _ in decided]
    taken = (len(rows) + 1) // 2
    least = sorted(sureness, reverse=True)[taken - 1]
    above = [right for sure, (_, _, right) in zip(sureness, decided, strict=True) if sure > least]
    tied = [right for sure, (_, _, right) in zip(sureness, decided, strict=True) if sure == least]
    expected = (sum(above) + (taken - len(above)) * sum(tied) / len(tied)) / taken
    assert measure(rows).right_at_50 == pytest.approx(expected)


def test_near_misses_are_counted_by_themselves() -> None:
    near = asking(text="near"), asking(text="near too"), asking(text="far")
    questions = [asking("40", text="told"), *(replace(q, near_miss=q.id != "far") for q in near)]
    script = Script({"told": given("40", 0.6), "near": given("40", 0.7), "near too": refused(0.2), "far": refused(0.1)})
    metrics = evaluate(script, questions).metrics
    assert (metrics.near_misses, metrics.near_misses_refused) == (2, 0.5)
    assert metrics.auroc == pytest.approx(2 / 3)  # .6 against .7, .2 and .1
    assert metrics.refused_when_unanswerable == pytest.approx(2 / 3)


# ── Retrieval ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_retrieval_finds_answers_in_the_text_or_evidence_by_document() -> None:
    texts = ["no robots", "It has 40, or forty, turbines.", "Yes, buses.", "The 62 buses"]
    hits = [Hit(Passage(i, f"d{i}", 0, len(text), text), 1 / (i + 1)) for i, text in enumerate(texts)]
    questions = [
        Question("text", "q", ("forty turbines", "the 40"), unanswerable=False),  # rank 2: "40"
        Question("document", "q", ("Yes",), unanswerable=False, evidence=("d3", "d9")),  # rank 4, not the "Yes" at 3
        Question("both", "q", ("62",), unanswerable=False, evidence=("d0",)),  # ranks 1 and 4
        Question("missing", "q", ("Larch Bay",), unanswerable=False),
        Question("yes without evidence", "q", ("yes",), unanswerable=False),
        Question("unanswerable", "q", (), unanswerable=True, evidence=("d0",)),
    ]
    asked: list[tuple[str, int]] = []

    def search(query: str, limit: int) -> list[Hit]:
        asked.append((query, limit))
        return hits

    metrics = retrieval(search, questions).metrics
    assert asked == [("q", 20)] * 4
    assert (metrics.questions, metrics.skipped) == (4, 2)
    assert (metrics.recall_at_1, metrics.recall_at_5, metrics.recall_at_20) == (1 / 4, 3 / 4, 3 / 4)
    assert metrics.mrr_at_10 == (1 / 2 + 1 / 4 + 1) / 4
    # 1/log2(3) = .63093; 1/log2(5) = .43068; (1 + .43068) / (1 + .63093) = .87722; 0
    assert metrics.ndcg_at_10 == pytest.approx((0.63093 + 0.43068 + 0.87722) / 4, abs=1e-5)


# ── Showing and keeping ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_json_keeps_its_contract_and_holds_no_nan() -> None:
    script = Script({"a": given("40 turbines", 0.5), "b": RuntimeError("x"), "c": refused()})
    report = evaluate(script, [asking("40", text="a"), asking("40", text="b"), asking("40", text="c")])
    printed = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert set(printed) == {"metrics", "rows"}
    promised = {"id", "question", "answer", "confidence", "refused", "right", "f1", "citations", "seconds"}
    assert [promised - set(row) for row in printed["rows"]] == [set(), set(), set()]
    answered, failed, _ = printed["rows"]
    assert answered["citations"] == [{"document": "skerry", "start": 22, "end": 33, "quote": "40 turbines"}]
    assert ARTICLE[22:33] == "40 turbines"
    assert (answered["kind"], answered["expected"], answered["error"]) == ("span", ["40"], None)
    assert (failed["confidence"], failed["error"]) == (None, "RuntimeError: x")
    assert printed["metrics"]["refused_when_unanswerable"] is None  # there was no unanswerable question


def test_the_table_shows_every_metric_once() -> None:
    report = evaluate(Script({"a": given("40")}), [asking("40", text="a")])
    lines = [line.split() for line in table(report).splitlines()]
    assert len(lines) == len(asdict(report.metrics))
    assert ["questions", "1"] in lines
    assert ["exact", "match", "1.000"] in lines
    assert ["auroc", "-"] in lines


def test_a_saved_result_holds_figures_and_no_texts(tmp_path: Path) -> None:
    report = evaluate(Script({"how many turbines": given("40 turbines")}), [asking("40")])
    saved = tmp_path / "results" / "skerry.json"
    save(
        report,
        saved,
        command=["footnote", "eval", "/home/A Reader/my sets/s.jsonl", "--home=/home/A Reader/l", "../b.jsonl", "~/c"],
        machine="Loom 3000, 2 cores",
        date=dt.date(2026, 1, 31),
    )
    text = saved.read_text(encoding="utf-8")
    result = json.loads(text)
    assert result["date"] == "2026-01-31"
    assert result["command"] == "footnote eval s.jsonl --home=l ../b.jsonl c"
    assert result["machine"] == "Loom 3000, 2 cores"
    assert result["metrics"] == asdict(report.metrics)
    assert result["metrics"]["questions"] == 1
    assert {"torch", "transformers"} <= set(result["versions"])
    assert "turbines" not in text
    assert "Reader" not in text


def test_the_machine_is_a_model_and_its_cores() -> None:
    model, cores = this_machine().rsplit(", ", 1)
    assert model
    assert int(cores.removesuffix(" cores")) >= 1


def test_importing_the_evaluation_loads_no_heavy_library() -> None:
    heavy = "{'torch', 'transformers', 'faiss', 'gradio', 'qa.training'}"
    program = f"import sys, qa.evaluation.report, qa.evaluation.tables; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = {"id": "1", "question": "how many turbines", "answers": ["40", "40"], "unanswerable": False}


def written(path: Path, *rows: object) -> Path:
    path.write_text("\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def read_one(folder: Path, **changes: object) -> Question:
    (question,) = read_questions(written(folder / "set.jsonl", PLAIN | changes))
    return question


def test_a_question_set_is_read_in_order(tmp_path: Path) -> None:
    full = PLAIN | {"history": ["a", "a"], "evidence": ["d1"], "all_of": ["40"], "title": "Skerry", "context": "ab"}
    path = written(tmp_path / "set.jsonl", full, {"id": "2", "question": " who ", "answers": [], "unanswerable": True})
    assert read_questions(path) == [
        Question("1", "how many turbines", ("40",), False, ("a", "a"), ("d1",), ("40",), "ab", "Skerry"),
        Question("2", "who", (), True),
    ]


def test_gzip_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    packed, marked = tmp_path / "set.jsonl.gz", tmp_path / "marked.jsonl"
    packed.write_bytes(gzip.compress(json.dumps(PLAIN).encode()))
    marked.write_bytes(b"\xef\xbb\xbf" + json.dumps(PLAIN).encode())
    assert read_questions(packed) == read_questions(marked) == [Question("1", "how many turbines", ("40",), False)]


def test_the_layouts_of_public_sets_are_read(tmp_path: Path) -> None:
    paragraph = {"id": "s", "question": "q", "context": "It has 40.", "title": "Skerry"}
    span = paragraph | {"answers": [{"text": "40", "start": 7}, {"text": "40", "start": 7}], "no_answer": False}
    none = paragraph | {"answers": [], "no_answer": True}
    yes = {"id": "y", "question": "q", "context": "It has 40.", "yesno": "yes"}
    rewrite = {"id": "r", "question": "and 60?", "history": ["who has 40?"], "rewrite": "who has 60?"}
    assert read_questions(written(tmp_path / "dev.jsonl", span, none, yes, rewrite)) == [
        Question("s", "q", ("40",), False, context="It has 40.", title="Skerry"),
        Question("s", "q", (), True, context="It has 40.", title="Skerry", near_miss=True),  # the same question
        Question("y", "q", ("yes",), False, context="It has 40."),
        Question("r", "and 60?", ("who has 60?",), False, history=("who has 40?",)),
    ]


def test_evidence_is_document_ids(tmp_path: Path) -> None:
    evidence = [{"doc": "c0", "text": "one"}, {"doc": "c0", "text": "two"}, {"doc": "c7"}]
    assert read_one(tmp_path, evidence=evidence).evidence == ("c0", "c7")


def about(text: str, answer: str = "", *, evidence: str = "", context: str = "") -> Question:
    answers = (answer,) if answer else ()
    return Question(text, text, answers, not answer, evidence=(evidence,) if evidence else (), context=context)


def test_near_misses_share_three_words_in_five_with_an_answerable_question() -> None:
    questions = [
        about("How many buses did Portavel order?", "62"),
        about("How many buses did Skerry order?"),  # 5 of the 7 words of either
        about("How many trams did Larch Bay order?"),  # 4 of 9
        about("how MANY buses, did Portavel order"),  # all 6, whatever the case and the marks
        about("How many buses did Portavel order in 2031?", "62"),
        about("How many trams?"),
    ]
    assert near_misses(questions) == {1, 3}
    assert near_misses(questions[1:4]) == frozenset()  # nothing answerable among them
    assert near_misses([]) == frozenset()


def test_a_near_miss_is_one_of_the_same_paragraph_or_evidence() -> None:
    told = about("How many buses are there?", "62", context="a")
    missed = about("How many trams are there?", context="a")  # 4 of 6
    assert near_misses([told, missed]) == {1}
    assert near_misses([told, replace(missed, context="b")]) == frozenset()
    by_evidence = [replace(question, context="", evidence=("skerry",)) for question in (told, missed)]
    assert near_misses(by_evidence) == {1}
    assert near_misses([by_evidence[0], replace(by_evidence[1], evidence=("portavel",))]) == frozenset()


WORDS = st.lists(st.sampled_from("how many buses trams are there".split()), min_size=1, max_size=5).map(" ".join)


@given_any(st.lists(st.tuples(WORDS, st.booleans(), st.sampled_from("ab")), max_size=8))
def test_near_misses_equal_comparing_every_pair(asked: list[tuple[str, bool, str]]) -> None:
    questions = [about(text, "62" if answerable else "", context=context) for text, answerable, context in asked]
    slow = set()
    for i, (text, answerable, context) in enumerate(asked):
        for other_text, other_answerable, other_context in asked:
            mine, others = set(text.split()), set(other_text.split())
            near = 5 * len(mine & others) >= 3 * len(mine | others)
            if near and not answerable and other_answerable and context == other_context:
                slow.add(i)
    assert near_misses(questions) == slow


def test_near_misses_are_marked_as_a_set_is_read(tmp_path: Path) -> None:
    none = PLAIN | {"id": "2", "question": "how many trams", "answers": [], "unanswerable": True}
    near = none | {"id": "3", "question": "how many turbines now"}
    questions = read_questions(written(tmp_path / "set.jsonl", PLAIN, none, near))
    assert [question.near_miss for question in questions] == [False, False, True]  # 2 of 4 words, 3 of 4


def test_history_keeps_the_users_questions_only(tmp_path: Path) -> None:
    turns = ["q1", "a1", "q2", "a2"]
    assert read_one(tmp_path, history=turns).history == ("q1", "a1", "q2", "a2")
    assert read_one(tmp_path, history=turns, answerability="ANSWERABLE").history == ("q1", "q2")
    assert read_one(tmp_path, history=["topic", "section", *turns], id="canard:1").history == ("q1", "q2")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"question": "  "}, "the question is empty"),
        ({"question": 7}, '"question" holds 7, which is not text'),
        ({"answers": "40"}, "\"answers\" is '40', not a list"),
        ({"answers": [40]}, '"answers" holds 40, which is not text'),
        ({"answers": [{"start": 3}]}, "the field 'text' is missing"),
        ({"answers": []}, "an answerable question needs at least one answer"),
        ({"unanswerable": True}, "an unanswerable question cannot have answers"),
        ({"unanswerable": "no"}, "\"unanswerable\" is 'no', not true or false"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_its_line(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    path = written(tmp_path / "set.jsonl", PLAIN, PLAIN | changes)
    with pytest.raises(InputError) as caught:
        read_questions(path)
    assert str(caught.value) == f"{path}, line 3: {complaint}"  # line 2 is blank
    assert "each line needs" in caught.value.hint


@pytest.mark.parametrize("absent", ["id", "question", "answers", "unanswerable"])
def test_a_missing_field_is_named(tmp_path: Path, absent: str) -> None:
    path = written(tmp_path / "set.jsonl", {name: value for name, value in PLAIN.items() if name != absent})
    with pytest.raises(InputError, match=f"line 1: the field '{absent}' is missing"):
        read_questions(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no questions"),
        (b"\n \n", "holds no questions"),
        (b'{"id": "1"', "line 1: not JSON"),
        (b"[1]", "line 1: not a JSON object"),
        (b"[" * 100_000, "line 1: not JSON"),
        (b"1" * 5000, "line 1: not JSON"),
        (b"\xff\xfe", "cannot read"),
    ],
)
@pytest.mark.parametrize("name", ["set.jsonl", "set.jsonl.gz"])
def test_a_damaged_file_is_an_input_error_with_a_hint(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(InputError, match=complaint) as caught:
        read_questions(path)
    assert caught.value.hint


def test_a_cut_gzip_and_a_missing_file_are_input_errors(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(PLAIN).encode())[:-12])
    for path in (cut, tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(InputError, match="cannot read"):
            read_questions(path)


@pytest.mark.parametrize(
    ("file", "count", "unanswerable"),
    [
        ("questions/china-ai.jsonl", 22, 5),
        ("data/corpora/squad2_dev/questions.jsonl", 11_873, 5_945),
        ("data/corpora/realtimeqa_2023/questions.jsonl", 308, 120),
        ("data/corpora/nq_gold/questions.jsonl", 2_465, 210),
        ("data/corpora/clapnq_dev/questions.jsonl", 600, 300),
        ("data/corpora/covidqa/questions.jsonl", 1_098, 0),
        ("data/corpora/mtrag_un/questions.jsonl", 507, 175),
        ("data/corpora/lihua_world/questions.jsonl", 637, 65),
        ("data/corpora/multihop100/questions.jsonl", 200, 0),
        ("data/dev/squad2.dev.jsonl.gz", 11_862, 5_939),
        ("data/dev/squad11_extra13.dev.jsonl.gz", 4_542, 0),
        ("data/dev/squadshifts_new_wiki.dev.jsonl.gz", 7_738, 0),
        ("data/dev/nq_qed.dev.jsonl.gz", 1_355, 0),
        ("data/dev/fairytaleqa.dev.jsonl.gz", 683, 0),
        ("data/dev/subjqa.dev.jsonl.gz", 2_362, 873),
        ("data/dev/policyqa.dev_testfile.jsonl.gz", 4_096, 0),
        ("data/dev/cmrc2018_zh.dev.jsonl.gz", 3_219, 0),
        ("data/dev/xquad_zh.dev.jsonl.gz", 1_181, 0),
        ("data/dev/xquad_de.dev.jsonl.gz", 1_181, 0),
        ("data/dev/xquad_es.dev.jsonl.gz", 1_184, 0),
        ("data/dev/xquad_ar.dev.jsonl.gz", 1_186, 0),
        ("data/dev/xquad_hi.dev.jsonl.gz", 1_183, 0),
        ("data/dev/boolq_devset.yesno.dev.jsonl.gz", 817, 0),
        ("data/dev/boolq_contrast.yesno.dev.jsonl.gz", 404, 0),
        ("data/dev/canard_devset.rewrite.dev.jsonl.gz", 550, 0),
        ("data/dev/mtrag.rewrite.dev.jsonl.gz", 777, 0),
    ],
)
def test_public_sets_are_read_whole(file: str, count: int, unanswerable: int) -> None:
    path = SHARED / file
    if not path.exists():
        pytest.skip(f"the question set {file} is not beside this checkout")
    questions = read_questions(path)
    assert (len(questions), sum(question.unanswerable for question in questions)) == (count, unanswerable)
    if path.parent.name == "dev" and ".rewrite." not in path.name:
        assert all(question.context for question in questions)
    if path.parent.name == "dev" and not any(kind in path.name for kind in (".rewrite.", ".yesno.")):
        assert all(answer in question.context for question in questions for answer in question.answers)


def test_mtrag_un_keeps_every_second_turn() -> None:
    path = SHARED / "data/corpora/mtrag_un/questions.jsonl"
    if not path.exists():
        pytest.skip("the question set mtrag_un is not beside this checkout")
    questions = read_questions(path)
    turns = [len(json.loads(line)["history"]) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum(bool(question.history) for question in questions) == 465
    assert [2 * len(question.history) for question in questions] == turns
