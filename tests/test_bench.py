"""The comparison with other systems: turns, figures, recall, sets, what is kept and shown. No other system is needed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_architecture import PRODUCT, imported

from bench import __main__ as command
from bench.figures import Row, is_evidence, longest_run, quantile, recall, rows_of, table
from bench.protocol import Document
from bench.sets import Evidence, Question, Set, Sizes, from_folder, made_up, spread
from bench.systems import SYSTEMS, Compared, Role, python_of, systems_named
from bench.turns import Conditions, Turns, take_turns
from index.types import InputError, ModelError
from qa.evaluation.peers import newest_comparison, peers_row, peers_tables
from qa.evaluation.tables import README, WHOLE

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data" / "corpora"


def fake(name: str, made: str, role: Role = "peer") -> Compared:
    return Compared(name, name.title(), role, f"tests.fake_systems:{made}", "numpy")


OWN, WORDS, BROKEN = fake("own", "WordSearch", "own"), fake("words", "WordSearch"), fake("broken", "BrokenSearch")
HARBOUR = Set(
    "passages",
    (
        Document("skerry", "Skerry", "The harbour of Skerry will have 40 turbines by 2031."),
        Document("portavel", "Portavel", "Portavel ordered 62 buses for its island line."),
    ),
    (
        Question("How many turbines will the harbour have?", (Evidence("skerry"),)),
        Question("Who pays for the buses?", (Evidence("nowhere"),)),
    ),
)


def turns_of(tmp_path: Path, *systems: Compared, rounds: int = 2, limit_s: float = 60) -> tuple[list[Turns], list[str]]:
    told: list[str] = []
    conditions = Conditions("no model", rounds=rounds, k=1, limit_s=limit_s)
    return take_turns(systems, [HARBOUR], conditions, tmp_path, tell=told.append), told


# ── Turns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_systems_take_turns_and_one_that_fails_is_a_row_with_its_reason(tmp_path: Path) -> None:
    turns, told = turns_of(tmp_path, OWN, BROKEN, WORDS)
    jobs = [re.sub(r", \d+ s, .*", "", line) for line in told if line.startswith("round")]
    reason = "search: RuntimeError: no index of 'How m'"
    assert jobs == [
        "round 1 of 2, Own: index",
        "round 1 of 2, Own: search",
        "round 1 of 2, Broken: index",
        f"round 1 of 2, Broken: search, {reason}",
        "round 1 of 2, Words: index",
        "round 1 of 2, Words: search",
        "round 2 of 2, Own: index",
        "round 2 of 2, Own: search",
        "round 2 of 2, Words: index",
        "round 2 of 2, Words: search",
    ]
    assert [len(one.measured["search"]) for one in turns] == [2, 0, 2]
    rows = rows_of(turns, [HARBOUR])
    assert [row.reason for row in rows] == ["", reason, ""]
    found = rows[0].figures["passages"]
    assert (found["pieces"], found["recall_at_k"]) == (2, 0.5)
    assert 0 < found["search_ms_p50"] <= found["search_ms_p95"]
    assert found["ready_s"] > found["search_ms_p50"] / 1000
    assert found["index_mb"] > 5
    shown = table(rows, [HARBOUR], k=1)
    assert "passages: 2 documents, 98 characters, 2 questions, recall at 1" in shown
    assert shown.endswith(f"Broken: left out, {reason}")
    assert not list(tmp_path.glob("own*"))  # what a system wrote is gone before it writes again


def test_a_system_that_cannot_be_made_or_takes_too_long_is_given_up(tmp_path: Path) -> None:
    nowhere = fake("nowhere", "NoSuchSearch")
    unmade = Compared("unmade", "Unmade", "peer", "tests.fake_systems:WordSearch", "numpy", tmp_path / "none.txt")
    (tmp_path / "none.txt").write_text("")
    (tmp_path / "unmade").write_text("not a folder")
    with pytest.raises(ModelError, match="environment of Unmade cannot be made"):
        python_of(unmade, environments=tmp_path)
    (turns,), _ = turns_of(tmp_path, nowhere, rounds=1)
    assert turns.reason.startswith("index: AttributeError: module 'tests.fake_systems' has no attribute 'NoSuchSearch'")
    (turns,), _ = turns_of(tmp_path, fake("slow", "SlowSearch"), rounds=1, limit_s=1)
    assert turns.reason == "index: over 1 s"


def test_an_environment_is_made_once_and_again_when_the_requirements_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr("bench.systems._run", lambda command, system: ran.append([str(word) for word in command]))
    requirements = tmp_path / "loom.txt"
    loom = Compared("loom", "Loom", "peer", "tests.fake_systems:WordSearch", "numpy", requirements)
    (tmp_path / "loom").mkdir()
    told: list[str] = []
    for text in ("loom==1\n", "loom==1\n", "loom==2\n"):
        requirements.write_text(text)
        assert python_of(loom, environments=tmp_path, tell=told.append) == tmp_path / "loom" / "bin" / "python"
    assert [command[-1] for command in ran] == [str(tmp_path / "loom"), str(requirements)] * 2
    assert len(told) == 2
    assert python_of(OWN) == Path(sys.executable)


def test_every_peer_has_a_file_and_pinned_requirements() -> None:
    for system in SYSTEMS:
        module = system.code.partition(":")[0].replace(".", "/")
        assert f"class {system.code.partition(':')[2]}:" in (ROOT / f"{module}.py").read_text()
        if system.requirements is not None:
            lines = [line for line in system.requirements.read_text().splitlines() if not line.startswith("#")]
            assert "torch==2.13.0" in lines
            assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert [system.name for system in systems_named(["txtai", "footnote"])] == ["footnote", "txtai"]
    with pytest.raises(InputError, match="no system 'lucene'") as caught:
        systems_named(["lucene"])
    assert "footnote, langchain" in caught.value.hint


def test_the_product_does_not_know_the_comparison() -> None:
    for path in PRODUCT:
        assert not {name for name in imported(path) if name.split(".")[0] == "bench"}, path


# ── Figures ───────────────────────────────────────────────────────────────────────────────────────────────────────

SECONDS = st.floats(0.001, 100)
ROUNDS = st.lists(st.tuples(SECONDS, st.lists(SECONDS, min_size=2, max_size=2)), min_size=1, max_size=5)


def measured(system: Compared, rounds: Sequence[tuple[float, list[float]]]) -> Turns:
    turns = Turns(system)
    for index_s, search_s in rounds:
        indexed = {"index_s": index_s, "index_processor_s": 2 * index_s, "pieces": 3, "index_mb": index_s}
        found = {"search_s": search_s, "found": [[], []], "ready_s": index_s, "search_mb": index_s}
        found["search_processor_s"] = 3 * index_s
        turns.measured["index"].append({"version": "1", "sets": {"passages": indexed}})
        turns.measured["search"].append({"version": "1", "sets": {"passages": found}})
    return turns


def middle(values: list[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


@given(ROUNDS, ROUNDS, ROUNDS)
def test_figures_are_medians_and_ratios_are_to_the_fastest_peer(
    own: list[tuple[float, list[float]]], one: list[tuple[float, list[float]]], other: list[tuple[float, list[float]]]
) -> None:
    given_up = Turns(BROKEN, reason="search: it broke")
    baseline = measured(fake("plain", "WordSearch", "baseline"), [(1e-6, [1e-6, 1e-6])])  # the fastest, and no peer
    turns = [measured(OWN, own), measured(WORDS, one), measured(fake("more", "WordSearch"), other), given_up, baseline]
    rows = rows_of(turns, [HARBOUR])
    assert rows[3] == Row("broken", "Broken", "peer", reason="search: it broke")
    for row, rounds in zip(rows[:3], (own, one, other), strict=True):
        its = row.figures["passages"]
        index_s = middle([seconds for seconds, _ in rounds])
        assert its["index_s"] == its["ready_s"] == its["index_mb"] == its["search_mb"] == pytest.approx(index_s)
        assert its["index_processor_s"] == pytest.approx(2 * index_s)
        assert its["documents_per_s"] == pytest.approx(2 / index_s)
        assert its["characters_per_s"] == pytest.approx(98 / index_s)
        assert its["search_ms_p50"] == pytest.approx(1000 * middle([min(pair) for _, pair in rounds]))
        assert its["search_ms_p95"] == pytest.approx(1000 * middle([max(pair) for _, pair in rounds]))
        fastest = max(2 / middle([seconds for seconds, _ in rounds]) for rounds in (one, other))
        assert its["documents_per_s_times_fastest_peer"] == pytest.approx(2 / index_s / fastest)
        quickest = 1000 * min(middle([min(pair) for _, pair in rounds]) for rounds in (one, other))
        assert its["search_ms_p50_times_fastest_peer"] == pytest.approx(its["search_ms_p50"] / quickest)


def test_without_a_peer_there_is_no_ratio() -> None:
    (row,) = rows_of([measured(OWN, [(2.0, [0.1, 0.3])])], [HARBOUR])
    assert not [name for name in row.figures["passages"] if "peer" in name]
    assert "Own            1.00       –" in table([row], [HARBOUR], k=5)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 100))
def test_a_quantile_is_the_smallest_value_that_enough_do_not_exceed(values: list[int], percent: int) -> None:
    enough = [value for value in values if 100 * sum(other <= value for other in values) >= percent * len(values)]
    assert quantile(values, percent / 100) == min(enough)


FEW_WORDS = st.lists(st.sampled_from("abc"), max_size=7)


@given(FEW_WORDS, FEW_WORDS)
def test_the_longest_run_equals_trying_every_run(wanted: list[str], words: list[str]) -> None:
    def runs(of: list[str]) -> set[tuple[str, ...]]:
        return {tuple(of[start:end]) for start in range(len(of)) for end in range(start, len(of) + 1)}

    assert longest_run(wanted, words) == max((len(run) for run in runs(wanted) & runs(words)), default=0)


def test_evidence_is_the_right_document_and_half_of_its_words_in_a_row() -> None:
    wanted = Evidence("skerry", "40 turbines\nby 2031")
    assert is_evidence("skerry", "will have 40 turbines", wanted)  # 2 of 4
    assert not is_evidence("skerry", "40 of the turbines soon by then", wanted)  # 2 of 4, and not in a row: 1
    assert not is_evidence("portavel", "40 turbines by 2031", wanted)
    assert is_evidence("skerry", "anything", Evidence("skerry"))
    asked = [Question("how many?", (Evidence("portavel"), wanted)), Question("when?", (wanted,))]
    nothing: list[tuple[str, str]] = []
    assert recall([[("x", ""), ("skerry", "turbines by 2031")], nothing], asked) == 0.5


# ── Sets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def put(folder: Path, name: str, documents: dict[str, str], *questions: dict[str, Any]) -> None:
    (folder / name).mkdir(parents=True)
    rows = [{"id": key, "title": key.title(), "text": text} for key, text in documents.items()]
    for file, lines in (("corpus", rows), ("questions", questions)):
        (folder / name / f"{file}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_sets_of_a_folder_hold_passages_of_the_right_length_and_questions_that_they_answer(tmp_path: Path) -> None:
    fits, short, long = "f" * 150, "s" * 149, "l" * 901
    about = {"question": " which? ", "evidence": [{"doc": "a"}, {"doc": "b"}], "unanswerable": False}
    hopeless = {"question": "what?", "evidence": [{"doc": "a"}], "unanswerable": True}
    lost = {"question": "who?", "evidence": [{"doc": "b", "text": "s"}], "unanswerable": False}
    put(tmp_path, "squad2_dev", {"a": fits, "b": short, "c": long}, about, hopeless, lost)
    put(tmp_path, "nq_gold", {"a": fits})
    put(tmp_path, "multihop100", {})
    put(tmp_path, "covidqa", {"a": long}, {**about, "evidence": [{"doc": "a", "text": "l"}]})
    passages, articles = from_folder(tmp_path, Sizes(9, 9, 9))
    assert [one.id for one in passages.documents] == ["squad2_dev/a", "nq_gold/a"]
    assert passages.questions == (Question("which?", (Evidence("squad2_dev/a"), Evidence("squad2_dev/b"))),)
    assert (passages.characters, articles.characters) == (300, 901)
    assert articles.questions == (Question("which?", (Evidence("covidqa/a", "l"),)),)
    assert len(from_folder(tmp_path, Sizes(1, 1, 1))[0].documents) == 1
    with pytest.raises(InputError, match=r"questions\.jsonl") as caught:
        from_folder(tmp_path / "nowhere", Sizes(1, 1, 1))
    assert "none for made-up text" in caught.value.hint
    assert spread("abcdefgh", 3) == ["a", "c", "f"]


def test_the_real_sets_have_the_sizes_that_are_compared() -> None:
    if not SHARED.exists():
        pytest.skip("the corpora are not beside this checkout")
    passages, articles = from_folder(SHARED, Sizes(5000, 24, 200))
    assert (len(passages.documents), len(articles.documents)) == (5000, 24)
    assert (len(passages.questions), len(articles.questions)) == (200, 200)
    for one in (passages, articles):
        ids = {document.id for document in one.documents}
        assert all(ids & {evidence.document for evidence in question.evidence} for question in one.questions)


def test_made_up_sets_are_the_same_each_time_and_every_question_has_its_sentence() -> None:
    sizes = Sizes(passages=30, articles=2, questions=10)
    assert made_up(sizes) == made_up(sizes) != made_up(sizes, seed=8)
    for one in made_up(sizes):
        texts = {document.id: document.text for document in one.documents}
        assert len(one.questions) == 10
        for question in one.questions:
            (evidence,) = question.evidence
            assert evidence.text in texts[evidence.document]
            words = re.findall(r"\w+", question.text)[2:]
            assert len(words) == 5
            assert all(word in evidence.text.lower() for word in words)
    assert [len(one.documents) for one in made_up(sizes)] == [30, 2]


# ── The command, and what is kept and shown ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.systems.SYSTEMS", (OWN, WORDS, BROKEN))
    for name in ("FULL", "QUICK"):
        monkeypatch.setattr(command, name, Sizes(passages=4, articles=1, questions=2))
    monkeypatch.setattr(command, "FULL_ROUNDS", 1)


@pytest.mark.usefixtures("small")
def test_a_full_run_is_kept_and_shown_and_a_part_only_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    part = ["--only", "words", "--passages", "3", "--articles", "2", "--threads", "1"]
    assert command.main([*part, "--out", str(tmp_path / "part")]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [result["sets"][name]["documents"] for name in ("passages", "articles")] == [3, 2]
    assert result["command"] == 'make bench BENCH="--only words --passages 3 --articles 2 --threads 1"'
    assert result["conditions"]["threads"] == 1
    assert [path.name for path in (tmp_path / "part").iterdir()] == [f"{result['date']}-part.json"]
    monkeypatch.setattr(command, "RESULTS", tmp_path / "full")
    assert command.main(["--quick", "--only", "broken"]) == 2
    assert not (tmp_path / "full").exists()
    assert command.main(["--only", "lucene"]) == 2
    assert "hint: the systems are own, words, broken" in capsys.readouterr().err
    assert command.main([]) == 0
    (kept,) = (tmp_path / "full").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-made-up\.json", kept.name)
    printed = capsys.readouterr().out.splitlines()
    result = json.loads(kept.read_text())
    assert json.loads(printed[-1]) == result
    assert printed[-2] == f"kept: {kept.name}"
    assert [system["name"] for system in result["systems"]] == ["own", "words", "broken"]
    assert result["systems"][1]["figures"]["passages"]["documents_per_s_times_fastest_peer"] == 1
    assert result["systems"][2]["reason"].startswith("search: RuntimeError")
    assert result["conditions"] == {"model": "all-MiniLM-L6-v2", "rounds": 1, "threads": 2, "k": 5}
    assert str(Path.home()) not in kept.read_text()
    assert newest_comparison(tmp_path) is None  # made-up text is no figure for README


@pytest.mark.slow
def test_quick_mode_measures_footnote_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "QUICK", Sizes(passages=20, articles=1, questions=5))
    assert command.main(["--quick", "--only", "footnote"]) == 0
    (own,) = json.loads(capsys.readouterr().out.splitlines()[-1])["systems"]
    its = own["figures"]["passages"]
    assert its["pieces"] >= 20
    assert its["recall_at_k"] >= 0.8  # five words of the passage itself
    assert 0 < its["search_ms_p50"] < its["ready_s"] * 1000


RESULT: dict[str, Any] = {
    "machine": "Loom 3000",
    "conditions": {"rounds": 3},
    "sets": {"passages": {"documents": 5000, "characters": 2000000, "questions": 200}},
    "systems": [
        {
            "title": "Own",
            "role": "own",
            "version": "1.0",
            "reason": "",
            "figures": {
                "passages": {
                    "documents_per_s": 412.34,
                    "documents_per_s_times_fastest_peer": 2.804,
                    "characters_per_s": 181432.0,
                    "search_ms_p50": 4.84,
                    "search_ms_p50_times_fastest_peer": 0.498,
                    "search_ms_p95": 6.0,
                    "ready_s": 2.46,
                    "search_mb": 412.4,
                    "recall_at_k": 0.955,
                }
            },
        },
        *(
            {"title": name, "role": role, "version": "", "reason": "search: it broke", "figures": {}}
            for name, role in (("Words + FAISS", "peer"), ("Broken", "peer"), ("Last", "peer"), ("Plain", "baseline"))
        ),
    ],
}


def test_the_tables_of_the_newest_comparison_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "bench" / "results"
    assert (peers_tables(tmp_path), peers_row(tmp_path)) == ("", None)
    folder.mkdir(parents=True)
    for date in ("2026-01-31", "2026-02-01"):
        (folder / f"{date}-peers.json").write_text(json.dumps(RESULT))
    (folder / "2026-03-01-made-up.json").write_text("{}")
    lines = peers_tables(tmp_path).splitlines()
    assert "| system | passages/s | characters/s | a question: p50 | p95 | ready after | memory | recall@5 |" in lines
    title = "[Passages of 35 to 200 tokens: 5,000 documents, 2,000,000 characters, 200 questions]"
    assert f"{title}(bench/results/2026-02-01-peers.json)" in lines
    rate, asked = "**412.3** (**2.80**×) | **181,432**", "**4.8** ms (**0.50**×) | **6.0** ms"
    assert f"| Own 1.0 | {rate} | {asked} | **2.5** s | **412** MB | **95.5** |" in lines
    assert "| Broken | failed | – | – | – | – | – | – |" in lines
    assert lines[-1].endswith("Machine: Loom 3000.")
    assert peers_row(tmp_path) == (
        "[Beside Words, Broken and Last](bench/results/2026-02-01-peers.json)",
        "indexes **2.80** times as fast as the fastest of them, and finds in **0.50** of its time",
        "`make bench DATA=DATA/corpora`",
    )
    (folder / "2026-02-02-peers.json").write_text('{"sets": {"passages": {}}}')
    with pytest.raises(InputError, match=r"2026-02-02-peers\.json") as caught:
        peers_tables(tmp_path)
    assert "make bench" in caught.value.hint
    with pytest.raises(InputError, match=r"2026-02-02-peers\.json"):
        peers_row(tmp_path)


def test_the_project_shows_the_newest_comparison() -> None:
    readme, whole = ((ROOT / name).read_text(encoding="utf-8") for name in (README, WHOLE))
    path, row = newest_comparison(ROOT), peers_row(ROOT)
    if path is None or row is None:
        assert "](bench/results/" not in readme, "README shows a comparison that is not kept"
        return
    assert all(cell in readme for cell in row), "not up to date: footnote report --write"
    assert peers_tables(ROOT, above="../") in whole, "not up to date: footnote report --write"
    names = {system["name"] for system in json.loads(path.read_text(encoding="utf-8"))["systems"]}
    assert names == {system.name for system in SYSTEMS}
