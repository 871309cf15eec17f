"""PDF files: reading order, mended words, running heads, pages, titles, and what cannot be read said by name."""

from __future__ import annotations

import datetime as dt

import pytest
from samples import Placed, paragraph, pdf, pdf_of_streams, report

import index.formats.pdf
from index.formats.content import document
from index.formats.layout import Run
from index.formats.paragraphs import flow
from index.formats.pdf import read_pdf
from index.types import Document, InputError

LEFT = [
    "The council of Norrvik has voted for a new",
    "quay after a long and bitter debate about",
    "its price, which nobody had dared to name",
    "before the winter. The harbour master said",
    "that the old one would not last, and that",
    "every ship had to wait for the tide since",
]
RIGHT = [
    "the storm of 1998. Divers found three of the",
    "wrecks on the ground, one of them older than",
    "the town itself, and a bell without a name.",
    "The bell hangs in the chapel now, where it",
    "is rung on the first Sunday of every month",
    "by whoever has come in last from the sea.",
]
COLUMNS = " ".join(LEFT + RIGHT)


def text_of(*pages: list[Placed]) -> str:
    return read_pdf(pdf(pages)).text


def stored(content: bytes) -> Document:
    return document(read_pdf(content), "report.pdf", fallback="Report")


# --- a whole report --------------------------------------------------------------------------------------------------


def test_a_report_keeps_its_pages_and_loses_its_running_heads_and_page_numbers() -> None:
    found = stored(report())
    first = "The council of Norrvik has voted for a new quay after a long and bitter debate about its price."
    second = "Divers found three wrecks on the ground of the harbour, one of them older than the town itself."
    third = "The night ferry to Larch Bay will begin on 14 June and carry up to four hundred passengers."
    assert found.text == f"A quay for Norrvik\n\n{first}\n\n{second}\n\n{third}"
    assert [found.text[start:][:10] for start in found.pages] == ["A quay for", "Divers fou", "The night "]
    assert (found.title, found.author) == ("A quay for Norrvik", "Ada Moss")  # "report-final.pdf" is no title
    assert found.text[found.body_start :].startswith("The council")


def test_the_day_on_which_the_file_was_made_gives_way_to_a_date_in_the_text() -> None:
    assert stored(report()).published == dt.date(2024, 5, 4)
    dated = [
        (72.0, 760.0, 20.0, "A quay for Norrvik"),
        (72.0, 740.0, 11.0, "Published: 6 April 2023"),
        *paragraph(LEFT),
    ]
    assert stored(pdf([dated], info="/CreationDate (D:20240504101500Z)")).published == dt.date(2023, 4, 6)


def test_a_day_that_has_not_come_yet_is_no_date_of_a_file() -> None:
    assert stored(pdf([paragraph(LEFT)], info="/CreationDate (D:99991231101500Z)")).published is None


@pytest.mark.parametrize("content", [b"%PDF-1.4 and no more", b"Not even that."])
def test_a_damaged_file_is_named_so(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^it is damaged, or no PDF$"):
        read_pdf(content)


def test_a_stated_title_that_the_first_page_shows_is_the_title() -> None:
    page = [(72.0, 760.0, 20.0, "HARBOUR REVIEW"), *paragraph(["On quays and bells", *LEFT])]
    assert read_pdf(pdf([page], info="/Title (On quays and bells)")).title == "On quays and bells"
    assert read_pdf(pdf([page], info="/Title (Microsoft Word - x.doc)")).title == "HARBOUR REVIEW"


# --- words and paragraphs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["The author-", "ity said so."], "The authority said so."),
        (["Its well-known bells and the well-", "known sea."], "Its well-known bells and the well-known sea."),
        (["A state-of-the-", "art quay was built."], "A state-of-the-art quay was built."),
        (["It is the Anglo-", "Saxon name of it."], "It is the Anglo-Saxon name of it."),
        (["In the years 2019-", "2024 it was built."], "In the years 2019-2024 it was built."),
        (["The harbour and the har-", "bour master of it."], "The harbour and the harbour master of it."),
    ],
)
def test_a_word_that_a_line_parts_is_mended_and_a_compound_keeps_its_hyphen(lines: list[str], text: str) -> None:
    assert text_of(paragraph(lines)) == text


def test_paragraphs_are_told_by_a_gap_an_indent_a_short_line_or_a_bullet() -> None:
    first, second = (
        [*LEFT[:-1], "every ship has to wait for the tide today."],
        ["Divers, though, warn of the old wrecks, and", *RIGHT],
    )
    both = f"{' '.join(first)}\n\n{' '.join(second)}"
    assert text_of([*paragraph(first), *paragraph(second, y=590)]) == both
    assert text_of([*paragraph(first), *paragraph(second[:1], x=90, y=617.5), *paragraph(second[1:], y=603.75)]) == both
    assert text_of(paragraph([*first, "It sank.", *second])) == both.replace("\n\n", " It sank.\n\n")
    bullets = paragraph(["• The first of them is long enough", "to need two lines, as it seems", "• The second."])
    assert text_of(bullets) == "• The first of them is long enough to need two lines, as it seems\n\n• The second."


def test_a_paragraph_goes_on_over_the_page_and_past_a_footnote() -> None:
    note = paragraph(["1 The note stands in small print."], y=80, size=8)
    text = text_of([*paragraph(LEFT), *note], paragraph(RIGHT))
    assert text == f"1 The note stands in small print.\n\n{COLUMNS}"
    found = read_pdf(pdf([[*paragraph(LEFT), *note], paragraph(RIGHT)]))
    assert found.text[found.pages[1] :].startswith("the storm of 1998")


def test_the_cells_of_a_row_stand_on_one_line_and_each_row_on_its_own() -> None:
    rows = [("Port", "Berths", "Opened"), ("Norrvik", "12", "2024"), ("Larch Bay", "7", "1998")]
    cells = [
        (72.0 + 150 * at, 700.0 - 14 * row, 11.0, text) for row, line in enumerate(rows) for at, text in enumerate(line)
    ]
    assert text_of(cells) == "Port  Berths  Opened\n\nNorrvik  12  2024\n\nLarch Bay  7  1998"


def test_old_tex_accents_and_raised_numbers_stay_in_their_words() -> None:
    raised = [(72.0, 700.0, 11.0, "The na\xa8ive bell rang"), (165.0, 704.0, 7.0, "2"), (172.0, 700.0, 11.0, "twice.")]
    assert text_of(raised) == "The naïve bell rang2 twice."


# --- columns ---------------------------------------------------------------------------------------------------------


def columns(top: float = 700, *, by_line: bool) -> list[Placed]:
    left, right = paragraph(LEFT, x=60, y=top, size=10), paragraph(RIGHT, x=320, y=top, size=10)
    return [run for pair in zip(left, right, strict=True) for run in pair] if by_line else [*left, *right]


@pytest.mark.parametrize("by_line", [True, False])
def test_two_columns_are_read_one_after_the_other_however_they_are_drawn(by_line: bool) -> None:
    assert text_of(columns(by_line=by_line)) == COLUMNS


def test_what_spans_the_columns_parts_what_is_above_from_what_is_below() -> None:
    banner = [(60.0, 600.0, 16.0, "What the divers found on the ground of the harbour")]
    text = text_of([*columns(by_line=True), *banner, *columns(top=570, by_line=True)])
    assert text == f"{COLUMNS}\n\nWhat the divers found on the ground of the harbour\n\n{COLUMNS}"


def test_lines_drawn_in_disorder_are_read_from_top_to_bottom() -> None:
    lines = paragraph([*LEFT, *RIGHT])
    assert text_of([lines[number] for number in (7, 2, 11, 5, 0, 9, 4, 1, 10, 3, 8, 6)]) == COLUMNS


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_page_that_lies_on_its_side_reads_as_one_that_stands(quarter: int) -> None:
    matrix = {90: "0 1 -1 0 500 0", 180: "-1 0 0 -1 595 842", 270: "0 -1 1 0 0 842"}[quarter]
    drawn = "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in paragraph(LEFT, y=400))
    assert read_pdf(pdf_of_streams([f"{matrix} cm\n{drawn}"], rotate=quarter)).text == " ".join(LEFT)


def test_a_stamp_along_the_margin_is_left_out() -> None:
    drawn = "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in paragraph(LEFT))
    stamp = "BT /F 9 Tf 0 1 -1 0 30 300 Tm (Preprint 1205) Tj ET\n"
    assert read_pdf(pdf_of_streams([stamp + drawn])).text == " ".join(LEFT)


# --- running heads ---------------------------------------------------------------------------------------------------


def test_a_chapters_heading_on_every_page_is_no_running_head_when_it_is_large() -> None:
    pages = [[(72.0, 800.0, 18.0, "Results"), *paragraph(lines)] for lines in (LEFT, RIGHT)]
    assert text_of(*pages).count("Results") == 2


def test_lines_that_differ_by_more_than_a_page_number_stay() -> None:
    pages = [
        [(72.0, 800.0, 11.0, f"Ship number {number} came in."), *paragraph(lines)]
        for number, lines in ((17, LEFT), (99, RIGHT))
    ]
    assert "Ship number 17 came in." in text_of(*pages)
    assert "Ship number 99 came in." in text_of(*pages)


def test_bare_numbers_go_from_the_edge_and_stay_in_the_text() -> None:
    assert text_of([*paragraph(LEFT), (290.0, 30.0, 9.0, "- 4 -")]) == " ".join(LEFT)
    assert text_of([*paragraph(LEFT), (290.0, 30.0, 9.0, "xii")]) == " ".join(LEFT)
    assert text_of(paragraph([*LEFT, "12"])) == f"{' '.join(LEFT)} 12"


TOWNS = [
    *([("Norrvik", "4,310", "4,402"), ("Larch Bay", "987", "1,015"), ("Velden", "12,600", "12,588")],),
    *([("Brenna", "760", "774"), ("Sundal", "3,051", "3,120"), ("Halsund", "25,400", "25,911")],),
    *([("Quenby", "88", "91"), ("Tolmin", "6,900", "6,850"), ("Marrow", "540", "533")],),
]


def table_page(towns: list[tuple[str, str, str]], *, head: str = "") -> list[Placed]:
    """A page of a table under its header."""
    rows = [("Town", "People 2023", "People 2024"), *towns]
    cells = [
        (72.0 + 150 * at, 780.0 - 14 * row, 11.0, text) for row, line in enumerate(rows) for at, text in enumerate(line)
    ]
    return [(72.0, 820.0, 9.0, head), *cells] if head else cells


@pytest.mark.parametrize("head", ["", "Harbour Review 7"])
def test_a_table_over_pages_keeps_its_header_once_and_each_row_on_its_own(head: str) -> None:
    found = stored(pdf([table_page(towns, head=head) for towns in TOWNS]))
    rows = ["  ".join(row) for towns in TOWNS for row in towns]
    assert found.text == "\n\n".join(["Town  People 2023  People 2024", *rows])
    assert [found.text[start:][:6] for start in found.pages] == ["Town  ", "Brenna", "Quenby"]
    assert (found.title, found.body_start) == ("Report", 0)  # no row is a title, which would be in no passage


def test_a_running_head_in_two_parts_is_no_header_of_a_table() -> None:
    heads = [(72.0, 810.0, 9.0, "Harbour Review"), (480.0, 810.0, 9.0, "Spring 2024")]
    assert text_of([*heads, *paragraph(LEFT)], [*heads, *paragraph(RIGHT)]) == COLUMNS


# --- what cannot be read ---------------------------------------------------------------------------------------------


def test_a_scan_says_that_it_is_one() -> None:
    picture = "q 500 0 0 700 50 50 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"
    with pytest.raises(InputError, match=r"it is a scan, 2 pages of pictures without text; .*OCR"):
        read_pdf(pdf_of_streams([picture, picture]))


def test_an_empty_page_holds_no_text() -> None:
    with pytest.raises(InputError, match="it holds no text"):
        read_pdf(pdf([[]]))


def test_an_encrypted_file_says_so() -> None:
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    with pytest.raises(InputError, match="it is encrypted; save a copy of it without the password"):
        read_pdf(pdf([paragraph(LEFT)], trailer=lock))


def test_too_many_pages_are_a_named_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.formats.pdf, "MAX_PAGES", 2)
    with pytest.raises(InputError, match="it has 3 pages, more than the 2 a PDF may have; split it"):
        read_pdf(report())


def test_too_many_characters_on_a_page_are_a_named_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.formats.pdf, "MAX_PAGE_CHARS", 100)
    with pytest.raises(InputError, match=r"page 1 holds \d+ characters, more than the 100 it may hold"):
        read_pdf(report())


# --- the flow, without a file ----------------------------------------------------------------------------------------


def test_no_pages_and_empty_pages_flow() -> None:
    assert (flow([]).text, flow([]).pages) == ("", ())
    assert (flow([[], []]).text, flow([[], []]).pages) == ("", (0, 0))
    first, second = Run("A line.", 0, 0, 30, 10, 10), Run("More of it.", 0, 0, 30, 10, 10)
    assert flow([[], [first], [], [second], []]).pages == (0, 0, 9, 9, 20)


def test_lines_of_a_script_without_spaces_are_joined_without_one() -> None:
    lines = [
        Run(text, 0, 100 - 12 * at, 200, 110 - 12 * at, 10)
        for at, text in enumerate(["北京计划在二零二五年", "达到三千亿元"])
    ]
    assert flow([lines]).text == "北京计划在二零二五年达到三千亿元"
