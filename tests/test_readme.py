"""README tells the truth: its blocks run, its figures are those of the result files, its layout is what is there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIGURES = {  # file -> the least number of rows with figures, and how its links lead to the top
    "README.md": (10, ""),
    "docs/results.md": (20, "../"),
    "qa/weights/README.md": (10, "../../"),
}


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no {language} block"
    return found


def console() -> list[tuple[str, list[str]]]:
    """(command, the lines that it prints) of the console block."""
    (block,) = blocks("console")
    sessions = [part.splitlines() for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part.strip()]
    return [(lines[0], lines[1:]) for lines in sessions]


_SURE = re.compile(r"\((\d+)% sure\)")


def _percentages(lines: list[str]) -> list[int]:
    return [int(found) for line in lines for found in _SURE.findall(line)]


def test_the_console_block_prints_what_it_shows(tmp_path: Path) -> None:
    environment = {**os.environ, "FOOTNOTE_HOME": str(tmp_path)}
    shown = console()
    assert len(shown) == 3
    for command, lines in shown:
        program, *arguments = shlex.split(command)
        assert program == "footnote"
        done = subprocess.run(
            [sys.executable, "-m", "qa", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        printed = done.stdout.splitlines()
        expected = lines[: lines.index("...")] if "..." in lines else lines
        if expected != lines:
            assert len(printed) > len(expected)
        shown_lines = printed[: len(expected)]
        assert [_SURE.sub("", line) for line in shown_lines] == [_SURE.sub("", line) for line in expected]
        # processors with and without bf16 round differently
        assert _percentages(shown_lines) == pytest.approx(_percentages(expected), abs=2)


def test_the_python_block_runs(tmp_path: Path) -> None:
    (block,) = blocks("python")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4,300")


def test_the_commands_named_exist() -> None:
    named = set(re.findall(r"^footnote (\w+)", "\n".join(blocks("sh")), re.MULTILINE))
    assert named == {"index", "chat", "ask", "documents", "eval", "feedback", "bench", "report", "train"}
    for command in named:
        subprocess.run([sys.executable, "-m", "qa", command, "--help"], cwd=ROOT, capture_output=True, check=True)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize("file", FIGURES)
def test_every_figure_stands_in_the_result_file_that_its_row_names(file: str) -> None:
    least, above = FIGURES[file]
    rows = [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if "/evaluation/results/" in line]
    assert len(rows) >= least
    for row in rows:
        name = re.search(rf"\({above}qa/evaluation/results/([\w.-]+)\)", row)
        assert name is not None
        result = json.loads((ROOT / "qa/evaluation/results" / name.group(1)).read_text(encoding="utf-8"))
        known = _spellings(result)
        figures = re.findall(r"\*\*([\d.,]+)\*\*", row)
        assert figures, f"no figure in {row}"
        for figure in figures:
            assert figure in known, f"{figure} of {row} is not in {name.group(1)}"


def _spellings(value: object) -> set[str]:
    """Every way in which the table may write the numbers of a result file."""
    if isinstance(value, dict):
        return set().union(*(_spellings(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_spellings(inner) for inner in value)) if value else set()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return set()
    percent = {f"{value * 100:.1f}", f"{value * 100:.0f}"}
    return {
        f"{value:,}",
        f"{value:,.0f}",
        f"{value:.0f}",
        f"{value:.1f}",
        f"{value:.2f}",
        f"{value:.3f}",
        f"{value * 1000:.0f}",
    } | percent


def test_the_layout_names_every_module_and_nothing_else() -> None:
    layout = re.search(r"^## Layout\n+```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert layout is not None
    folder, named = "", set()
    for line in layout.group(1).splitlines():
        entry = line.split()[0]
        if not line.startswith(" "):
            folder = entry if entry.endswith("/") else ""
        named.add(entry if not line.startswith(" ") else folder + entry)
    folders = ("index", "index/formats", "qa", "qa/chat", "qa/writing", "qa/training", "qa/evaluation")
    modules = [ROOT / "ui.py", *(path for folder in folders for path in ROOT.glob(f"{folder}/*.py"))]
    there = {path.relative_to(ROOT).as_posix() for path in modules}
    there = {name for name in there if not Path(name).name.startswith("__")}
    assert {name for name in named if name.endswith(".py")} == there
    for name in named:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("name", ["CHANGELOG.md", "CONTRIBUTING.md", "bench/README.md", "docs/models.md", *FIGURES])
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert ((ROOT / name).parent / target).exists(), target
