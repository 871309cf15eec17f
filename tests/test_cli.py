"""The commands as a person or a script runs them, with the real models over the sample articles."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli import main

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "articles"
SHARED = ROOT.parent / "shared"
REFERENCE = SHARED / "articles" / "china-ai-innovation-center.txt"
needs_shared = pytest.mark.skipif(not REFERENCE.exists(), reason="the reference article is not beside the checkout")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library of the sample articles."""
    folder = str(tmp_path_factory.mktemp("home"))
    assert main(["index", "--home", folder, str(ARTICLES)]) == 0
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_reference_question_is_answered_with_its_sentence(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "--home", home, "--json", "what is Beijing's 2025 target")
    answer = json.loads(out)
    assert code == 0
    assert answer["answer"] == "300 billion yuan"
    assert (answer["refused"], answer["kind"]) == (False, "span")
    assert 0.0 < answer["confidence"] <= 1.0
    assert answer["seconds"] > 0
    (citation,) = answer["citations"]
    assert set(citation) == {"document", "title", "source", "start", "end", "quote", "page"}
    text = ARTICLES.joinpath("china-ai-plan.txt").read_text(encoding="utf-8")
    assert citation["quote"] in text
    assert "300 billion yuan" in citation["quote"]
    assert citation["end"] - citation["start"] == len(citation["quote"])
    assert answer["passages"]
    assert set(answer["passages"][0]) == {"document", "start", "end", "text", "score"}


def test_what_the_articles_do_not_say_is_refused(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "--home", home, "--json", "Who is the mayor of Beijing?")
    answer = json.loads(out)
    assert code == 0
    assert (answer["refused"], answer["kind"], answer["answer"], answer["citations"]) == (True, "refused", "", [])
    assert answer["passages"]


@pytest.mark.parametrize(
    ("option", "value", "found"),
    [
        ("--since", "2024-04-06", True),
        ("--since", "2024-04-07", False),
        ("--until", "2024-04-06", True),
        ("--source", "CHINA-ai", True),
        ("--source", "skerry", False),
    ],
)
def test_a_question_may_ask_some_articles_only(
    home: str, capsys: pytest.CaptureFixture[str], option: str, value: str, found: bool
) -> None:
    code, out, _ = run(capsys, "ask", "--home", home, "--json", "what is Beijing's 2025 target", option, value)
    answer = json.loads(out)
    assert code == 0
    assert (answer["answer"] == "300 billion yuan") is found
    assert any(citation["source"].endswith("china-ai-plan.txt") for citation in answer["citations"]) is found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "bcc.com"], "no article of 2 passes --source bcc.com\n"),
        (["--source", "the quay"], "no article of 2 passes --source 'the quay'\n"),
        (["--since", "2024-05-04"], "no article of 2 passes --since 2024-05-04; without a date: 1\n"),
        (["--until", "2024-05-02"], "no article of 2 passes --until 2024-05-02; without a date: 1\n"),
        (
            ["--since", "2024-05-03", "--until", "2024-05-03", "--source", "fish"],
            "no article of 2 passes --since 2024-05-03 --until 2024-05-03 --source fish; without a date: 1\n",
        ),
    ],
)
def test_a_choice_that_no_article_passes_is_told_apart_from_what_the_articles_do_not_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    home = str(tmp_path / "home")
    (tmp_path / "quay.md").write_text("---\ndate: 2024-05-03\n---\n\n# Quay opens\n\nThe quay opened on Monday.\n")
    (tmp_path / "fish.txt").write_text("Fish prices\n\nCod costs 40 kroner.")
    assert main(["index", "--home", home, str(tmp_path / "quay.md"), str(tmp_path / "fish.txt")]) == 0
    code, out, err = run(capsys, "ask", "--home", home, "--json", "When did the quay open?", *options)
    assert (code, err.startswith(f"error: {said}hint: ")) == (2, True), err
    assert "articles don't say" not in out


def test_a_range_that_ends_before_it_begins_is_refused(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "ask", "--home", home, "Who?", "--since", "2024-05-02", "--until", "2024-05-01")
    assert code == 2
    assert err == "error: --since 2024-05-02 is later than --until 2024-05-01\nhint: no day lies between; swap them\n"


def test_a_choice_made_of_an_empty_library_is_not_to_blame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "ask", "--home", str(tmp_path), "Who?", "--source", "bbc.com")
    assert (code, err.startswith("error: the library is empty")) == (2, True)


def test_a_date_that_is_none_is_refused_with_how_to_write_one(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["ask", "--home", home, "What opened?", "--since", "last week"])
    said = capsys.readouterr().err
    assert "'last week' is not a date; write it like 2024-05-31" in said


@pytest.mark.parametrize("wrong", ["8", "-0.1", "nan", "some"])
def test_a_share_that_is_none_is_refused_before_anything_is_trained(
    capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["train", "data", "--out", "out", f"--dropout={wrong}"])
    assert f"{wrong!r} is not a share; write a number from 0 to 1" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["50", "-0.1", "nan", "some"])
def test_a_threshold_that_is_no_share_is_refused_wherever_it_is_given(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["ask", "--home", home, "Who?", "--threshold", wrong])
    assert f"--threshold: {wrong!r} is not a share; write a number from 0 to 1" in capsys.readouterr().err
    monkeypatch.setenv("FOOTNOTE_THRESHOLD", wrong)
    code, _, err = run(capsys, "ask", "--home", home, "Who?")
    assert code == 2
    assert err.startswith(f"error: FOOTNOTE_THRESHOLD is {wrong!r}, which is not a number from 0 to 1\nhint: ")


@pytest.mark.parametrize("name", ["FOOTNOTE_PASSAGES_READ", "FOOTNOTE_CHUNK_CHARS"])
@pytest.mark.parametrize("wrong", ["0", "-5", "2.5", "some"])
def test_a_number_that_would_leave_nothing_to_read_is_refused(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setenv(name, wrong)
    code, _, err = run(capsys, "ask", "--home", home, "Who?")
    assert code == 2
    assert err == (
        f"error: {name} is {wrong!r}, which is not a whole number of at least 1\n"
        "hint: set it to a whole number of at least 1, or unset it\n"
    )


def test_a_person_reads_the_quote_and_its_place(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "ask", "--home", home, "what is Beijing's 2025 target")
    assert out.startswith("300 billion yuan")
    assert "[1]" in out
    assert "china-ai-plan.txt" in out


def test_indexing_again_changes_nothing(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "index", "--home", home, str(ARTICLES))
    assert (code, out.strip()) == (0, "0 added, 0 updated, 5 unchanged")


def test_a_file_that_is_gone_is_named_and_taken_away_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = tmp_path / "my articles", str(tmp_path / "home")
    folder.mkdir()
    (folder / "quay.txt").write_text("Quay opens\n\nThe quay opened on Monday.")
    (folder / "fish.txt").write_text("Fish prices\n\nCod costs 40 kroner.")
    assert main(["index", "--home", home, str(folder)]) == 0
    (folder / "fish.txt").unlink()
    capsys.readouterr()
    assert main(["index", "--home", home, str(folder)]) == 0
    said, _, advised = capsys.readouterr().out.splitlines()[0].partition("; take 1 away with: footnote ")
    assert said == f"no longer in {folder}: Fish prices"
    assert advised == f"index --home {home} --prune '{folder}'"
    assert main(shlex.split(advised)) == 0
    assert "0 added, 0 updated, 1 unchanged, 1 removed" in capsys.readouterr().out
    assert main(["documents", "--home", home]) == 0
    assert "Fish" not in capsys.readouterr().out


def test_the_last_article_of_a_folder_and_a_row_of_a_file_are_taken_away_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, rows, home = tmp_path / "articles", tmp_path / "rows.jsonl", str(tmp_path / "home")
    folder.mkdir()
    (folder / "fish.txt").write_text("Fish prices\n\nCod costs 40 kroner.")
    written = [json.dumps({"id": name, "title": name, "text": f"{name} opened on Monday."}) for name in ("Quay", "Dam")]
    rows.write_text("\n".join(written))
    assert run(capsys, "index", "--home", home, str(folder), str(rows))[:2] == (0, "3 added, 0 updated, 0 unchanged\n")
    (folder / "fish.txt").unlink()
    rows.write_text(written[0])
    code, out, _ = run(capsys, "index", "--home", home, str(folder), str(rows))
    assert code == 2
    assert f"no longer in {folder}: Fish prices" in out
    assert f"no longer in {rows}: Dam" in out
    code, out, _ = run(capsys, "index", "--home", home, "--prune", str(folder), str(rows))
    assert (code, out) == (0, "0 added, 0 updated, 1 unchanged, 2 removed\n")


def test_every_source_that_cannot_be_used_is_named(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "index", "--home", home, "/nofile1", "/nofile2")
    assert code == 2
    assert "/nofile1" in err
    assert "/nofile2" in err


def test_an_article_whose_name_is_not_utf8_is_pruned_when_it_is_gone_and_not_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = tmp_path / os.fsdecode(b"men\xfc"), str(tmp_path / "home")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the names of files are UTF-8 here")
    article = folder / os.fsdecode(b"caf\xe9.txt")
    article.write_text("Fish prices\n\nCod costs 40 kroner.")
    (folder / "quay.txt").write_text("Quay opens\n\nThe quay opened on Monday.")
    arguments = ["index", "--home", home, str(folder)]
    assert run(capsys, *arguments)[:2] == (0, "2 added, 0 updated, 0 unchanged\n")
    assert run(capsys, *arguments, "--prune")[:2] == (0, "0 added, 0 updated, 2 unchanged\n")
    article.unlink()
    _, out, _ = run(capsys, *arguments)
    assert out.startswith(f"no longer in {tmp_path}/men\\xfc: Fish prices; take 1 away with: ")
    assert run(capsys, *arguments, "--prune")[:2] == (0, "0 added, 0 updated, 1 unchanged, 1 removed\n")


def test_documents_lists_what_is_there_and_remove_takes_it_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    run(capsys, "index", "--home", home, str(ARTICLES))
    _, out, _ = run(capsys, "documents", "--home", home, "--json")
    listed = json.loads(out)
    assert len(listed) == 5
    assert all(set(row) == {"id", "title", "source", "published", "passages"} for row in listed)
    assert all(row["passages"] > 0 for row in listed)
    china = next(row for row in listed if row["source"].endswith("china-ai-plan.txt"))
    assert china["published"] == "2024-04-06"
    code, out, _ = run(capsys, "remove", "--home", home, china["id"])
    assert (code, out.strip()) == (0, f"removed {china['id']}")
    code, _, err = run(capsys, "remove", "--home", home, china["id"])
    assert code == 2
    assert china["id"] in err
    _, out, _ = run(capsys, "ask", "--home", home, "--json", "what is Beijing's 2025 target")
    assert all("china" not in citation["source"] for citation in json.loads(out)["citations"])


def test_one_bad_file_does_not_stop_the_others_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ARTICLES / "china-ai-plan.txt", tmp_path / "good.txt")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)) * 40)
    code, out, err = run(capsys, "index", "--home", str(tmp_path / "home"), str(tmp_path))
    assert (code, out.strip()) == (0, "1 added, 0 updated, 0 unchanged, 2 failed")
    assert "empty.txt" in err
    assert "picture.txt" in err


def test_nothing_that_could_be_indexed_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    code, out, err = run(capsys, "index", "--home", str(tmp_path / "home"), str(empty))
    assert (code, out.strip()) == (2, "0 added, 0 updated, 0 unchanged, 1 failed")
    assert err.startswith(f"failed: {empty}: it is empty\nerror: nothing could be indexed\nhint: ")


def test_a_source_that_is_not_there_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = str(ARTICLES / "china-ai-plan.txt")
    code, out, err = run(capsys, "index", "--home", str(tmp_path), "/no/such/place", good)
    assert (code, out.strip()) == (2, "1 added, 0 updated, 0 unchanged, 1 failed")
    assert "error: " in err
    assert "/no/such/place" in err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["index", "/no/such/place"], "/no/such/place"),
        (["ask", ""], "empty"),
        (["ask", "x" * 10_000], "10,000"),
        (["eval", "/no/such/questions.jsonl"], "questions.jsonl"),
        (["ask", "--reader", "/no/such/reader", "who?"], "/no/such/reader"),
        (["documents", "--encoder", "another-model"], "another-model"),
        (["documents", "--home", "~no-such-user/library"], "~no-such-user/library"),
        (["documents", "--home", ""], "home"),
        (["train", "/no/such/data", "--out", "/tmp/unused"], "/no/such/data"),
        (["train", "/no/such/data", "--out", "/tmp/unused", "--teacher", "/no/reader"], "/no/reader holds no reader"),
        (["train", "/no/such/data", "--out", "/tmp/unused", "--device", "abacus"], "cannot train on abacus"),
    ],
)
def test_what_a_person_can_mend_is_said_without_a_traceback(
    home: str, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    code, _, err = run(capsys, arguments[0], "--home", home, *arguments[1:])
    assert code == 2
    assert err.startswith("error: ")
    assert named in err
    assert "\nhint: " in err
    assert "Traceback" not in err


def test_an_empty_library_and_a_folder_without_articles_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    (tmp_path / "bare").mkdir()
    for arguments in (["ask", "who?"], ["index", str(tmp_path / "bare")], ["eval", str(questions(tmp_path))]):
        code, _, err = run(capsys, arguments[0], "--home", home, *arguments[1:])
        assert code == 2
        assert "error: " in err
        assert "hint: " in err
    assert run(capsys, "documents", "--home", home)[1].startswith("the library is empty")


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    code, _, err = run(capsys, "documents", "--home", str(tmp_path / "file" / "home"))
    assert code == 2
    assert "file/home" in err


def questions(folder: Path) -> Path:
    file = folder / "questions.jsonl"
    rows = [
        {
            "id": "a",
            "question": "what is Beijing's 2025 target",
            "answers": ["300 billion yuan"],
            "unanswerable": False,
        },
        {"id": "b", "question": "Who is the mayor of Beijing?", "answers": [], "unanswerable": True},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_eval_reports_metrics_and_a_row_per_question(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(
        capsys, "eval", "--home", home, "--json", "--save", str(tmp_path / "saved.json"), str(questions(tmp_path))
    )
    report = json.loads(out)
    assert code == 0
    assert report["metrics"]["right"] == 1.0
    assert [row["id"] for row in report["rows"]] == ["a", "b"]
    assert {"id", "question", "answer", "confidence", "refused", "right", "f1", "citations", "seconds"} <= set(
        report["rows"][0]
    )
    saved = json.loads((tmp_path / "saved.json").read_text())
    assert saved["metrics"]["right"] == 1.0
    assert "rows" not in saved
    assert str(tmp_path) not in json.dumps(saved)


def test_a_threshold_of_one_refuses_everything_and_zero_nothing(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    question = "Who is the mayor of Beijing?"
    _, out, _ = run(capsys, "ask", "--home", home, "--threshold", "0", "--json", question)
    assert json.loads(out)["refused"] is False
    _, out, _ = run(capsys, "ask", "--home", home, "--threshold", "1", "--json", "what is Beijing's 2025 target")
    assert json.loads(out)["refused"] is True


@needs_shared
def test_the_reference_article_answers_the_reference_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    assert run(capsys, "index", "--home", home, str(REFERENCE))[0] == 0
    _, out, _ = run(capsys, "ask", "--home", home, "--json", "what is Beijing's 2025 target")
    assert json.loads(out)["answer"] == "300 billion yuan"
    _, out, _ = run(capsys, "eval", "--home", home, "--json", str(SHARED / "questions" / "china-ai.jsonl"))
    report = json.loads(out)
    assert report["metrics"]["errors"] == 0
    assert report["metrics"]["right"] >= 0.6
    _, out, _ = run(capsys, "documents", "--home", home, "--json")
    (listed,) = json.loads(out)
    assert listed["published"] == "2024-04-06"


def test_python_dash_m_qa_is_footnote(home: str) -> None:
    command = [sys.executable, "-m", "qa", "documents", "--home", home, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) == 5


def test_it_works_with_the_cable_pulled(tmp_path: Path) -> None:
    """Index, ask and chat in a network namespace that has a loopback device and nothing else."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("network namespaces cannot be made here")
    script = f"""
        ip link set lo up 2>/dev/null
        set -e
        "{sys.executable}" -m qa index --home "{tmp_path}" "{ARTICLES}"
        "{sys.executable}" -m qa ask --home "{tmp_path}" --json "what is Beijing's 2025 target"
        "{sys.executable}" -m qa chat --home "{tmp_path}" --port 7999 & chat=$!
        "{sys.executable}" - <<'PYTHON'
import time, urllib.request
for attempt in range(300):
    try:
        page = urllib.request.urlopen("http://127.0.0.1:7999/", timeout=5).read()
        break
    except OSError:
        time.sleep(0.2)
print("PAGE", b"<html" in page)
PYTHON
        kill $chat
    """
    done = subprocess.run(
        ["unshare", "-rn", "bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )
    assert "5 added" in done.stdout, done.stderr
    assert '"answer": "300 billion yuan"' in done.stdout
    assert "PAGE True" in done.stdout, done.stderr
