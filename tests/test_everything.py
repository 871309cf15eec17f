"""One of everything is indexed by the command, and questions are answered out of it, each cited with its place."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import samples

from index.library import Library
from qa.app import open_library
from qa.cli import main
from qa.config import configure

pytestmark = pytest.mark.slow

PAGE = (
    "<html><head><title>The observatory | Courier</title></head><body><nav><a>Home</a> <a>News</a></nav><article>"
    "<h1>The observatory</h1><p>The observatory on the hill above Tolmin was founded by Mira Castellan in 1902.</p>"
    "<p>Its dome was painted green during the war, and the paint has never quite come off again.</p></article>"
    "<footer>© 2024 Courier</footer></body></html>"
)
LETTER = (
    "Dear John,\n\nThe boathouse of Brenna opens again on 12 August after the repairs. Ring before you come.\n\nAda\n"
)


def word_file() -> bytes:
    import docx

    file = docx.Document()
    file.add_heading("Lighthouses of the coast", 0)
    file.add_paragraph("The lamps were lit by hand until the cable came.")
    table = file.add_table(rows=0, cols=3)
    for row in (
        ("Lighthouse", "Height", "Keeper"),
        ("Skerry Point", "41 metres", "Jonas Wrede"),
        ("Gull Rock", "28 metres", "Ines Halloran"),
    ):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("everything")
    files = samples.one_of_everything() | {
        "lights.docx": word_file(),
        "observatory.html": PAGE.encode(),
        "letter.eml": samples.eml(text=LETTER),
        "broken.odt": b"PK and no more",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    made = str(tmp_path_factory.mktemp("home"))
    code, printed = run("index", "--home", made, str(folder))
    assert code == 0
    assert printed.splitlines()[-1] == "20 added, 0 updated, 0 unchanged, 1 failed"
    return made


def run(*arguments: str) -> tuple[int, str]:
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = main([*arguments])
    return code, printed.getvalue()


@pytest.fixture(scope="module")
def library(home: str) -> Iterator[Library]:
    with open_library(configure(home=home)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "answer", "source", "page"),
    [
        ("How many passengers will the ferry to Larch Bay carry?", "four hundred", "report.pdf", 3),
        ("What is the height of Skerry Point?", "41 metres", "lights.docx", None),
        ("Who founded the observatory?", "Mira Castellan", "observatory.html", None),
        ("When does the boathouse of Brenna open again?", "12 August", "letter.eml", None),
    ],
)
def test_each_fact_is_answered_and_cited_with_its_place(
    home: str, library: Library, question: str, answer: str, source: str, page: int | None
) -> None:
    code, printed = run("ask", "--home", home, "--json", question)
    given: dict[str, Any] = json.loads(printed)
    assert code == 0
    assert answer in given["answer"]
    assert any(Path(c["source"]).name == source for c in given["citations"])
    for citation in given["citations"]:
        assert answer in citation["quote"]
        assert library.document(citation["document"]).text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["page"] == page


def test_the_copy_of_the_report_in_the_archive_has_a_footnote_and_counts_once(home: str) -> None:
    _, printed = run("ask", "--home", home, "--json", "How many passengers will the ferry to Larch Bay carry?")
    given = json.loads(printed)
    assert {Path(c["source"]).name for c in given["citations"]} == {"report.pdf", "all.zip#report.pdf"}
    texts = [passage["text"] for passage in given["passages"]]
    assert len(texts) == len(set(texts)) > 1
