"""`--model` on the command line, with a tiny model and a small server: what is printed, and every trouble beside the
answer that stands.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_model
from chat_server import Script, chat_server, names, status, well
from fakes import ScriptedWriter

from index.types import ModelError
from qa.cli import main
from qa.evaluation.judge import is_right
from qa.evaluation.questions import Question
from qa.evaluation.written import evaluate_written
from qa.types import Answer, Citation, Turn
from qa.writing.types import Written

ARTICLES = Path(__file__).parents[1] / "articles"
TARGET = "what is Beijing's 2025 target"
TRUE = (
    "A detailed plan issued in 2023 gives Beijing a target of 300 billion yuan for the scale of its AI core industry"
    " by 2025."
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("home"))
    assert main(["index", "--home", folder, str(ARTICLES / "china-ai-plan.txt")]) == 0
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_server_writes_below_the_readers_answer(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(well(f"{TRUE} The moon is made of cheese.")) as server:
        code, out, _ = run(capsys, "ask", "--home", home, TARGET, "--model", f"{server.url}#tiny")
    short, written = out.split("\n\n")
    assert code == 0
    assert short.startswith("300 billion yuan")
    assert written.startswith(f'{TRUE} [1]\n  [1] "')
    assert "1 sentence left out" in written
    assert "cheese" not in out
    prompt = server.requests[0][2]["messages"][1]["content"]
    assert "300 billion yuan" in prompt
    assert TARGET in prompt


def test_as_json_the_written_answer_stands_beside_the_short_one(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(well(TRUE)) as server:
        code, out, _ = run(capsys, "ask", "--home", home, "--json", TARGET, "--model", f"{server.url}#tiny")
    answer = json.loads(out)
    assert (code, answer["answer"], answer["kind"]) == (0, "300 billion yuan", "span")
    written = answer["written"]
    assert (written["answer"], written["kind"], written["supported"]) == (f"{TRUE} [1]", "generated", 1)
    text = ARTICLES.joinpath("china-ai-plan.txt").read_text(encoding="utf-8")
    assert all(citation["quote"] in text for citation in written["citations"])
    assert written["citations"]


def test_a_tiny_model_of_this_machine_is_loaded_read_and_checked(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tiny_model.save(tmp_path))
    code, out, err = run(capsys, "ask", "--home", home, "--json", TARGET, "--model", folder)
    written = json.loads(out)["written"]
    assert code == 0
    assert written["kind"] in ("generated", "refused")  # random numbers write nonsense, which is left out
    assert written["supported"] <= written["sentences"]
    assert "million parameters" in err
    code, out, err = run(capsys, "bench", "--json", "--model", folder, "--save", str(tmp_path / "kept"))
    (kept,) = (tmp_path / "kept").iterdir()
    assert (code, err.splitlines()[-1]) == (0, f"written: {kept}")
    assert json.loads(kept.read_text(encoding="utf-8")) == json.loads(out)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (status(401, "{}"), "rejects the key"),
        (status(500, "{}"), "error"),
        (status(200, "<html>", "text/html"), "does not speak"),
    ],
)
def test_trouble_with_the_model_is_told_and_the_readers_answer_is_still_shown(
    home: str, capsys: pytest.CaptureFixture[str], script: Script, message: str
) -> None:
    with chat_server(script) as server:
        model = f"{server.url}#tiny"
        code, out, err = run(capsys, "ask", "--home", home, TARGET, "--model", model)
        assert (code, out.startswith("300 billion yuan")) == (2, True)
        assert message in err
        assert "hint:" in err
        code, out, _ = run(capsys, "ask", "--home", home, "--json", TARGET, "--model", model)
        assert (code, json.loads(out)["answer"]) == (2, "300 billion yuan")
        assert message in json.loads(out)["written"]["error"]


def test_what_the_articles_do_not_say_is_not_asked_of_the_model(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(well("Nobody knows.")) as server:
        model = f"{server.url}#tiny"
        code, out, _ = run(capsys, "ask", "--home", home, "--json", "Who is the mayor of Beijing?", "--model", model)
    assert (code, json.loads(out)["refused"], json.loads(out)["written"]) == (0, True, None)
    assert server.requests == []


def test_eval_shows_the_models_figures_beside_the_readers(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"id": "a", "question": TARGET, "answers": ["300 billion yuan"], "unanswerable": False},
        {"id": "b", "question": "Who is the mayor of Beijing?", "answers": [], "unanswerable": True},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with chat_server(well(f"{TRUE} The moon is made of cheese.")) as server:
        model = f"{server.url}#tiny"
        code, out, _ = run(capsys, "eval", "--home", home, str(file), "--json", "--model", model)
        report = json.loads(out)
        code_of_table, table, _ = run(capsys, "eval", "--home", home, str(file), "--model", model)
    assert (code, code_of_table) == (0, 0)
    figures = report["metrics"]
    assert (figures["right"], figures["reader"]["right"]) == (1.0, 1.0)
    assert (figures["sentences"], figures["supported"], figures["nothing_left"]) == (2, 0.5, 0)
    assert [row["kind"] for row in report["rows"]] == ["generated", "refused"]
    assert table.splitlines()[0].split() == ["reader", "written"]


def test_eval_names_a_model_that_the_server_does_not_have(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"id": "a", "question": "x?", "answers": ["y"], "unanswerable": False}))
    with chat_server(well("Yes."), listing=names("big", "small")) as server:
        code, _, err = run(capsys, "eval", "--home", home, str(file), "--model", f"{server.url}#none")
    assert code == 2
    assert "it lists: big, small" in err


def test_a_written_answer_is_right_when_it_names_an_expected_one() -> None:
    question = Question("q", "How many?", ("12",), unanswerable=False)
    cited = (Citation(1, "d", "t", "s", 0, 3, "abc"),)
    assert is_right(question, Answer("How many?", "There are 12 berths. [1]", "generated", 0.5, cited))
    assert not is_right(question, Answer("How many?", "There are 120 berths. [1]", "generated", 0.5, cited))


def test_a_model_that_fails_is_a_counted_row_and_the_readers_row_stands() -> None:
    cited = (Citation(1, "d", "t", "s", 0, 2, "12"),)
    short = Answer("How many?", "12", "span", 0.5, cited)
    written = Answer("How many?", "There are 12. [1]", "generated", 0.5, cited)
    script = ScriptedWriter([ModelError("down"), "12"])

    def ask(_question: str, _history: tuple[Turn, ...] | object) -> Answer:
        return short

    def write(_answer: Answer) -> Written:
        list(script.write([], stopped=lambda: False))
        return Written(written, 2, 1)

    questions = [Question(name, "How many?", ("12",), unanswerable=False) for name in ("a", "b")]
    report = evaluate_written(ask, write, questions, model="m", clock=lambda: 0.0)
    assert [row.error for row in report.rows] == ["ModelError: down", None]
    assert (report.metrics.metrics.right, report.metrics.reader.right) == (0.5, 1.0)
    assert (report.metrics.sentences, report.metrics.supported) == (2, 0.5)
