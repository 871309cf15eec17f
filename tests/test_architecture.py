"""The house keeps its shape: imports point one way, light names load nothing heavy, the public API is pinned."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qa

ROOT = Path(__file__).parents[1]
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "gradio",
    "numpy",
    "trafilatura",
    "sklearn",
    "openvino",
)
PRODUCT = sorted([*ROOT.glob("index/**/*.py"), *ROOT.glob("qa/**/*.py"), ROOT / "ui.py"])


def imported(path: Path, *, top_level_only: bool = False) -> set[str]:
    """Dotted names that a file imports, those for the type checker alone left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checking = [
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    ]
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if node in checking:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def files(pattern: str) -> list[Path]:
    found = sorted(ROOT.glob(pattern))
    assert found, f"no file matches {pattern}"
    return found


def test_index_has_never_heard_of_answers_or_chat() -> None:
    for path in files("index/**/*.py"):
        assert not {name for name in imported(path) if name.split(".")[0] in ("qa", "ui", "gradio")}, path


def test_only_the_page_knows_gradio() -> None:
    knowing = [path.name for path in PRODUCT if "gradio" in {name.split(".")[0] for name in imported(path)}]
    assert knowing == ["ui.py"]


def test_neither_the_assistant_nor_the_chat_knows_a_heavy_library() -> None:
    heavy_by_trade = {"reader.py", "app.py", "cli.py", "local.py"}
    for path in [*files("qa/*.py"), *files("qa/chat/*.py"), *files("qa/writing/*.py")]:
        heavy = {module.split(".")[0] for module in imported(path)} & set(HEAVY)
        assert not heavy or path.name in heavy_by_trade, f"{path} imports {heavy}"


def test_training_and_evaluation_do_not_import_each_other() -> None:
    for path in files("qa/training/*.py"):
        assert not {name for name in imported(path) if name.startswith("qa.evaluation")}, path
    for path in files("qa/evaluation/*.py"):
        assert not {name for name in imported(path) if name.startswith("qa.training")}, path


def test_only_the_commands_and_the_app_put_real_parts_together() -> None:
    joining = [
        path.relative_to(ROOT).as_posix()
        for path in PRODUCT
        if {"qa.reader.SpanReader", "index.library.Library"} <= imported(path)
    ]
    assert joining == ["qa/app.py"]


@pytest.mark.parametrize(
    "module",
    [
        "index",
        "index.library",
        "index.load",
        "qa",
        "qa.app",
        "qa.cli",
        "qa.chat.page",
        "qa.chat.desk",
        "qa.chat.archive",
        "qa.writing.local",
        "qa.writing.endpoint",
    ],
)
def test_importing_a_light_name_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""


def test_the_public_api_is_this() -> None:
    assert sorted(qa.__all__) == sorted(
        ["Answer", "Assistant", "Citation", "Config", "Document", "Refusal", "Turn", "UserError", "open_assistant"]
    )
    assert all(hasattr(qa, name) for name in qa.__all__)


def test_every_module_opens_with_its_boundary() -> None:
    for path in PRODUCT:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body:
            docstring = ast.get_docstring(tree)
            assert docstring, f"{path} has no docstring"
            assert len(docstring.splitlines()) <= 6, f"{path} opens with more than six lines"


def test_the_top_level_is_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    allowed = {"index", "qa", "tests", "articles", "bench", "docs", ".ci", "ui.py", "pyproject.toml", "constraints.txt"}
    allowed |= {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".gitignore"}
    assert {name.split("/")[0] for name in tracked} <= allowed
