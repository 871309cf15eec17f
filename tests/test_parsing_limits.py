"""Hostile files: each is a failure with a reason, none harms the program, the disk or the files beside it."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import HARBOUR, zipped

import index.formats.archive
import index.formats.content
import index.sandbox
from index.formats import read
from index.load import load
from index.sandbox import MAX_FRAME_BYTES, Sandbox, from_row, read_frame, to_row, write_frame
from index.types import Document, Failure, InputError

ROOT = Path(__file__).parents[1]
GOOD = f"# Quay opens\n\n{HARBOUR}".encode()
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def reason(content: bytes, name: str) -> str:
    """Why the file is not read, as a whole."""
    with pytest.raises(InputError) as caught:
        list(read(content, name, name))
    return str(caught.value)


def outcomes(content: bytes, name: str = "all.zip") -> dict[str, str]:
    """Of each member: "" when it was read, else why not."""
    return {item.source: getattr(item, "reason", "") for item in read(content, name, name)}


# --- archives --------------------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_named_and_the_member_beside_it_is_read() -> None:
    bomb = zipped({"bomb.txt": b"a" * 20_000_000, "quay.txt": HARBOUR})
    assert len(bomb) < 25_000
    assert outcomes(bomb) == {
        "all.zip#bomb.txt": "it unpacks to far more than its size, as no honest file does",
        "all.zip#quay.txt": "",
    }


def test_a_member_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.formats.archive, "MAX_MEMBER_BYTES", 2**20)
    found = outcomes(zipped({"a.txt": "a" * 3 * 2**20, "b.txt": HARBOUR}, stored=["a.txt"]))
    assert found == {"all.zip#a.txt": "it unpacks to 3.0 MB, more than 1 MB", "all.zip#b.txt": ""}


def test_what_all_members_unpack_to_is_limited_also_through_archives_inside() -> None:
    inner = zipped({"a.txt": HARBOUR * 10})
    allowance = index.formats.archive.Allowance(unpacked_bytes=len(inner) + 500)
    (found,) = read(zipped({"inner.zip": inner}, stored=["inner.zip"]), "all.zip", "all.zip", allowance=allowance)
    assert isinstance(found, Failure)
    assert found.source == "all.zip#inner.zip"
    assert "unpacks to more than" in found.reason


def test_an_archive_in_an_archive_in_an_archive_ends_somewhere() -> None:
    content = zipped({"quay.txt": HARBOUR})
    for _ in range(5):
        content = zipped({"inner.zip": content})
    (found,) = read(content, "all.zip", "all.zip")
    assert isinstance(found, Failure)
    assert found.reason == "it lies more than 3 archives deep"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/quay.txt",
        "a/../../quay.txt",
        "..\\..\\quay.txt",
        "C:\\quay.txt",
        "c:quay.txt",
        "\\\\server\\quay.txt",
        "quay.txt\0.png",
        "a" * 2000 + ".txt",
    ],
)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, HARBOUR)
        archive.writestr("quay.txt", HARBOUR)
    refused, good = outcomes(stream.getvalue()).values()
    assert (refused, good) == ("its name leads out of the archive", "")
    assert list(tmp_path.iterdir()) == []


def test_links_devices_and_twins_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, kind in (("link.txt", stat.S_IFLNK), ("pipe.txt", stat.S_IFIFO), ("file.txt", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, "/etc/passwd" if kind == stat.S_IFLNK else HARBOUR)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("file.txt", "another text")
    assert [item.reason if isinstance(item, Failure) else "" for item in read(stream.getvalue(), "a.zip", "a.zip")] == [
        "it is a link or a device, not a file",
        "it is a link or a device, not a file",
        "",
        "another member has the same name",
    ]


def test_a_members_name_cannot_write_on_the_terminal() -> None:
    (name,) = outcomes(zipped({"\x1b[2Jquay\n.txt": HARBOUR}))
    assert name == "all.zip#[2Jquay .txt"


def test_an_encrypted_member_is_named_and_so_is_an_archive_without_articles() -> None:
    content = bytearray(zipped({"quay.txt": HARBOUR}))
    content[6] |= 1  # the local header's flag, and that of the central directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert outcomes(bytes(content)) == {"all.zip#quay.txt": "it is encrypted; unpack the archive and index the file"}
    assert reason(zipped({"photo.png": b"x"}), "all.zip").startswith("no article is in it; it can hold .txt")


# --- documents that are archives inside, and XML ---------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(encoding: str) -> None:
    declared = ENTITIES.encode(encoding)
    for name, content in (("a.docx", samples.docx()), ("a.pptx", samples.pptx()), ("a.xlsx", samples.xlsx())):
        source = zipfile.ZipFile(io.BytesIO(content))
        members = {member: source.read(member) for member in source.namelist()}
        part = next(member for member in members if member.endswith(("document.xml", "slide1.xml", "sheet1.xml")))
        members[part] = declared + members[part]
        assert reason(zipped(members), name) == "it declares XML entities, as no honest document does"
    assert "XML entities" in reason(samples.odt(declarations=ENTITIES), "a.odt")
    assert "XML entities" in reason(samples.epub(opf_head=ENTITIES), "a.epub")


def test_an_entity_hidden_behind_a_long_comment_is_never_resolved() -> None:
    """The first look stops after 64 KB; the parser resolves nothing all the same."""
    hidden = f"<!--{'x' * 100_000}-->" + '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    (found,) = read(samples.odt(f"<text:p>{HARBOUR} &secret;</text:p>", declarations=hidden), "a.odt", "a.odt")
    assert isinstance(found, Document)
    assert found.text == HARBOUR


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.epub", "a.odt"])
def test_a_bomb_inside_a_document_is_refused(name: str) -> None:
    part = {"a.docx": "word/document.xml", "a.epub": "one.xhtml"}.get(name, "content.xml")
    assert "unpacks to far more than its size" in reason(zipped({part: b" " * 5_000_000}), name)


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx"])
def test_an_office_file_with_a_password_says_so(name: str) -> None:
    assert "it is encrypted" in reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name)


def test_a_sheet_as_large_as_sheets_can_be_costs_its_file_alone() -> None:
    """Two cells span seventeen thousand million: the workbook's reader cannot hold them."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "near")
        sheet.write(2**20 - 1, 2**14 - 1, "far")
    sandbox = Sandbox(memory_limit_bytes=2**29)
    (found,) = sandbox.read(stream.getvalue(), "a.xlsx", "a.xlsx")
    assert isinstance(found, Failure)
    assert "memory" in found.reason
    sandbox.close()


def test_a_table_that_promises_a_million_columns_is_not_believed() -> None:
    cell = '<table:table-cell table:number-columns-repeated="1000000000"><text:p>12</text:p></table:table-cell>'
    (found,) = read(samples.odt(f"<table:table><table:table-row>{cell}</table:table-row></table:table>"), "a.odt", "s")
    assert isinstance(found, Document)
    assert found.text.count("12") == 20


# --- long lines, endless pages, cut files ----------------------------------------------------------------------------


def test_a_line_of_a_hundred_megabytes_is_a_named_failure_and_the_next_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"word " * (99 * 2**20 // 5))
    (tmp_path / "b.txt").write_text(HARBOUR)
    long, good = load(str(tmp_path))
    assert isinstance(long, Failure)
    assert long.reason == "a line of it has more than 10,000,000 characters; it is no article"
    assert isinstance(good, Document)


@pytest.mark.parametrize("count", [2**31 - 1, 10**6])
def test_a_pdf_that_promises_endless_pages_ends(count: int) -> None:
    content = samples.pdf([samples.paragraph(["A page of the harbour."])], count=count)
    found = list(Sandbox(time_limit_s=30).read(content, "a.pdf", "a.pdf"))
    assert len(found) == 1
    assert isinstance(found[0], Failure) or found[0].text == "A page of the harbour."


@pytest.mark.parametrize("name", sorted(set(samples.one_of_everything()) - {"note.txt", "rows.jsonl"}))
def test_a_file_cut_in_the_middle_is_read_in_part_or_named(name: str, tmp_path: Path) -> None:
    content = samples.one_of_everything()[name]
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    (tmp_path / "zz.txt").write_text(HARBOUR)
    *found, last = load(str(tmp_path))
    assert found
    assert isinstance(last, Document)
    assert last.text == HARBOUR
    assert all(item.reason for item in found if isinstance(item, Failure))
    if name.endswith((".docx", ".odt", ".epub", ".pptx", ".xlsx", ".zip")):
        assert [type(item) for item in found] == [Failure]


# --- the child process -----------------------------------------------------------------------------------------------


def stand_in(tmp_path: Path, behaviour: str) -> list[str]:
    """A child that does as it should, but for what `behaviour` (Python, before a file is read) makes it do."""
    script = tmp_path / "child.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "import os, signal, time\nimport index.child, index.formats\n"
        "honest = index.formats.Part\n"
        "def read(content, name, source, **named):\n"
        f"{textwrap.indent(textwrap.dedent(behaviour), '    ')}\n"
        "    return index.formats.read(content, name, source, **named)\n"
        "index.child.read = read\n"
        "index.child.main(int(sys.argv[1]), float(sys.argv[2]))\n"
    )
    return [sys.executable, str(script)]


def sources(found: list[Document | Failure]) -> list[tuple[str, str]]:
    return [(item.source, getattr(item, "reason", "")) for item in found]


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("time.sleep(60)", "reading it took longer than 4 seconds"),
        ("while True: pass", "reading it took longer than 4 seconds"),
        ("bytearray(2**40)", "reading it takes more than 0.5 GB of memory"),
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "its reader crashed (SIGSEGV): it is damaged, or needs too much memory",
        ),
        ("os._exit(3)", "its reader crashed (exit code 3): it is damaged, or needs too much memory"),
    ],
)
def test_a_parser_that_hangs_eats_or_crashes_costs_its_file_alone(tmp_path: Path, behaviour: str, why: str) -> None:
    command = stand_in(tmp_path, f"if b'hostile' in content:\n    {behaviour}")
    sandbox = Sandbox(time_limit_s=4, memory_limit_bytes=2**29, command=command)
    assert sources(list(sandbox.read(b"hostile", "a.md", "a.md"))) == [("a.md", why)]
    assert sources(list(sandbox.read(GOOD, "b.md", "b.md"))) == [("b.md", "")]
    sandbox.close()


def test_a_member_that_kills_its_reader_leaves_the_others_of_the_archive(tmp_path: Path) -> None:
    command = stand_in(
        tmp_path,
        """
        real = index.formats.READERS[".md"]
        def hang(content):
            if b"hostile" in content:
                time.sleep(60)
            if b"crash" in content:
                os._exit(3)
            return real(content)
        index.formats.READERS[".md"] = hang
        """,
    )
    sandbox = Sandbox(time_limit_s=4, command=command)
    content = zipped({"a.md": GOOD, "b.md": b"hostile", "c.md": GOOD, "d.md": GOOD})
    late = "reading it took longer than 4 seconds"
    assert sources(list(sandbox.read(content, "all.zip", "all.zip"))) == [
        ("all.zip#a.md", ""),
        ("all.zip#b.md", late),
        ("all.zip#c.md", ""),
        ("all.zip#d.md", ""),
    ]
    many = zipped({f"{number}.md": b"crash" for number in range(9)})
    found = sources(list(sandbox.read(many, "all.zip", "all.zip")))
    assert len(found) == 4
    assert found[-1] == ("all.zip", "3 files in it could not be read; the rest was given up")
    sandbox.close()


def test_one_child_reads_many_files_and_threads_get_their_own() -> None:
    sandbox = Sandbox()
    assert [len(list(sandbox.read(GOOD, "a.md", "a.md"))) for _ in range(5)] == [1] * 5
    (only,) = sandbox._idle
    assert only.files == 5
    first, second = (
        sandbox.read(zipped({"a.md": GOOD, "b.md": GOOD}), "x.zip", "x.zip"),
        sandbox.read(GOOD, "b.md", "b.md"),
    )
    assert [next(first).source, next(second).source, next(first).source] == ["x.zip#a.md", "b.md", "x.zip#b.md"]
    found: list[Document | Failure] = []
    threads = [threading.Thread(target=lambda: found.extend(sandbox.read(GOOD, "a.md", "a.md"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(item) for item in found] == [Document] * 2
    sandbox.close()
    assert sandbox._idle == []


def test_a_reader_that_is_not_read_to_its_end_is_replaced() -> None:
    sandbox = Sandbox()
    half = sandbox.read(zipped({"a.md": GOOD, "b.md": GOOD}), "x.zip", "x.zip")
    assert next(half).source == "x.zip#a.md"
    half.close()  # type: ignore[attr-defined]
    assert sandbox._idle == []
    assert sources(list(sandbox.read(GOOD, "b.md", "b.md"))) == [("b.md", "")]
    sandbox.close()


def test_a_slow_listener_does_not_make_the_reader_late(tmp_path: Path) -> None:
    sandbox = Sandbox(time_limit_s=5)
    large = GOOD + b"\n\n" + HARBOUR.encode() * 2_000  # more than a pipe holds
    reading = sandbox.read(zipped({"a.md": large, "b.md": large}, stored=["a.md", "b.md"]), "x.zip", "x.zip")
    found = [next(reading)]
    time.sleep(5.5)
    found += reading
    assert [type(item) for item in found] == [Document, Document]
    sandbox.close()


def test_a_child_ends_when_its_parent_does() -> None:
    code = (
        "from index.sandbox import Sandbox; s = Sandbox(); list(s.read(b'# A\\n\\nText of it.', 'a.md', 'a.md'));"
        "print(s._idle[0]._process.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    child = Path(f"/proc/{done.stdout.strip()}/cmdline")
    deadline = time.monotonic() + 10
    while child.exists() and b"index.child" in child.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not (child.exists() and b"index.child" in child.read_bytes())


def test_the_child_can_write_no_file_and_reads_on_where_the_platform_knows_no_limits(tmp_path: Path) -> None:
    target = tmp_path / "written"
    writing = stand_in(tmp_path, f"with open({str(target)!r}, 'wb', 0) as file:\n    file.write(b'x')")
    (found,) = Sandbox(command=writing).read(GOOD, "a.md", "a.md")
    assert isinstance(found, Failure)
    assert not target.exists() or target.stat().st_size == 0
    unlimited = stand_in(tmp_path, "assert 'resource' not in sys.modules or sys.modules['resource'] is None")
    Path(unlimited[1]).write_text("import sys\nsys.modules['resource'] = None\n" + Path(unlimited[1]).read_text())
    assert sources(list(Sandbox(command=unlimited).read(GOOD, "a.md", "a.md"))) == [("a.md", "")]


def test_a_module_in_the_folder_we_stand_in_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "markdown_it.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit")
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox()
    assert sources(list(sandbox.read(GOOD, "a.md", "a.md"))) == [("a.md", "")]
    assert not (tmp_path / "ran").exists()
    sandbox.close()


# --- what goes between the processes ---------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_frames_come_back_as_they_were_sent(frames: list[bytes]) -> None:
    stream = io.BytesIO()
    for frame in frames:
        write_frame(stream, frame)
    stream.seek(0)
    assert [read_frame(stream) for _ in frames] == frames
    assert read_frame(stream) is None


def test_a_frame_that_promises_too_much_or_ends_early_is_no_frame() -> None:
    assert read_frame(io.BytesIO((MAX_FRAME_BYTES + 1).to_bytes(8, "big") + b"x")) is None
    assert read_frame(io.BytesIO((5).to_bytes(8, "big") + b"abc")) is None
    assert read_frame(io.BytesIO(b"abc")) is None


@given(
    st.builds(
        Document,
        *[st.text()] * 4,
        published=st.none() | st.dates(),
        author=st.none() | st.text(),
        pages=st.lists(st.integers(0)).map(tuple),
        body_start=st.integers(0),
    )
    | st.builds(Failure, st.text(), st.text())
)
def test_what_a_child_answers_comes_back_whole(item: Document | Failure) -> None:
    assert from_row(json.loads(json.dumps(to_row(item)))) == item


def test_nothing_is_pickled() -> None:
    for path in ROOT.glob("index/*.py"):
        assert "pickle" not in path.read_text(encoding="utf-8"), path
