"""Each format becomes exactly the text that a person reads in it, under its title, with its author and its date."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from email.message import EmailMessage
from pathlib import Path

import pytest
import samples
from fakes import HashEncoder
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import FERRIES, HARBOUR, PORTS, ROWS

import qa.app
from index.formats import MEDIA_TYPES, SUFFIXES, read
from index.formats.content import Content, document
from index.formats.html import read_html, shown_text
from index.formats.markdown import plain_markdown
from index.formats.tables import readable
from index.library import Library
from index.load import load
from index.text import decode, decode_as, normalise
from index.types import Document, Failure, InputError
from qa.cli import main


def one(content: bytes, name: str) -> Document:
    (found,) = read(content, name, f"/shelf/{name}")
    assert isinstance(found, Document)
    return found


def body(document: Document) -> str:
    return document.text[document.body_start :]


# --- office ----------------------------------------------------------------------------------------------------------


def test_a_word_file_keeps_paragraphs_and_tables_in_order_under_its_heading() -> None:
    found = one(samples.docx(), "paper.docx")
    assert found.text == f"Quays of the coast\n\n{HARBOUR}\n\n{ROWS}\n\n{FERRIES}"
    assert (found.title, found.author, found.pages) == ("Quays of the coast", "Ada Moss", ())
    assert body(found).startswith("The harbour")


def test_what_was_inserted_with_changes_tracked_is_read_and_what_was_deleted_is_not() -> None:
    body_xml = (
        '<w:p><w:r><w:t xml:space="preserve">The quay is </w:t></w:r><w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins>'
        '<w:del w:id="2"><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:t>.</w:t><w:br/><w:t>It</w:t><w:tab/>'
        "<w:t>floats.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>It stands in a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert one(_docx_with(body_xml), "a.docx").text == "The quay is new.\nIt floats.\n\nIt stands in a control."


@pytest.mark.parametrize(
    ("stated", "styles", "title"),
    [
        ("Quays", ["Heading 1", "Title"], "In Title"),
        ("Quays", ["Heading 1"], "Quays"),
        ("", ["Heading 1"], "In Heading 1"),
        ("Word Document", ["Heading 1"], "In Heading 1"),
    ],
)
def test_the_title_of_a_word_file_is_the_one_that_was_meant_to_be(stated: str, styles: list[str], title: str) -> None:
    import docx

    file, stream = docx.Document(), io.BytesIO()
    file.core_properties.title = stated
    for style in styles:
        file.add_paragraph(f"In {style}", style)
    file.add_paragraph(HARBOUR)
    file.save(stream)
    assert one(stream.getvalue(), "a.docx").title == title


def test_the_day_on_which_a_template_was_made_is_no_date_of_a_file() -> None:
    assert one(samples.docx(), "paper.docx").published is None
    assert one(samples.pptx(), "slides.pptx").published is None


@pytest.mark.parametrize("stated", ["python-docx", "Microsoft Office User", "openpyxl", "Unknown", "unknown author"])
def test_a_name_that_programs_give_is_no_author(stated: str) -> None:
    assert document(Content(HARBOUR, author=stated), "a.docx", fallback="A").author is None
    assert (
        document(Content(f"Quay opens\n\nBy Ada Moss\n\n{HARBOUR}", author=stated), "a.docx", fallback="A").author
        == "Ada Moss"
    )


def test_a_title_set_by_hand_in_an_open_document_is_found_before_a_heading() -> None:
    style = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    body_xml = f'<text:h>Part one</text:h><text:p text:style-name="P1">Quays</text:p><text:p>{HARBOUR}</text:p>'
    source = zipfile.ZipFile(io.BytesIO(samples.odt(body_xml)))
    members = {name: source.read(name) for name in source.namelist()}
    made = f'<office:automatic-styles {style}><style:style style:name="P1" style:parent-style-name="Title"/></office:automatic-styles><office:body>'
    members["content.xml"] = members["content.xml"].replace(b"<office:body>", made.encode())
    assert one(samples.zipped(members), "paper.odt").title == "Quays"


def test_a_merged_cell_counts_for_every_row_and_a_single_cell_is_only_a_frame() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    rows = [
        cell("Coast") + cell("Port") + cell("Berths"),
        cell("North", '<w:vMerge w:val="restart"/>') + cell("Norrvik") + cell("12"),
        cell("", "<w:vMerge/>") + cell("Larch Bay") + cell("7"),
        cell("All together", '<w:gridSpan w:val="2"/>') + cell("19"),
    ]
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    frame = f"<w:tbl><w:tr>{cell('A framed sentence.')}</w:tr></w:tbl>"
    assert one(_docx_with(table + frame), "a.docx").text == (
        "Coast: North; Port: Norrvik; Berths: 12.\nCoast: North; Port: Larch Bay; Berths: 7.\n"
        "Coast: All together; Berths: 19.\n\nA framed sentence."
    )


def _docx_with(body_xml: str) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(samples.docx()))
    members = {name: source.read(name) for name in source.namelist()}
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    members["word/document.xml"] = f"<w:document {namespace}><w:body>{body_xml}</w:body></w:document>".encode()
    return samples.zipped(members)


def test_a_row_that_begins_further_right_has_its_values_under_their_names() -> None:
    def row(*cells: str, free: int = 0) -> str:
        before = f'<w:trPr><w:gridBefore w:val="{free}"/></w:trPr>' if free else ""
        return f"<w:tr>{before}{''.join(f'<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>' for c in cells)}</w:tr>"

    table = f"<w:tbl>{row('Port', 'Berths', 'Ferries')}{row('Norrvik', '12', '2')}{row('19', '3', free=1)}</w:tbl>"
    assert one(_docx_with(table), "a.docx").text == "Port: Norrvik; Berths: 12; Ferries: 2.\nBerths: 19; Ferries: 3."


def test_the_rows_of_a_table_in_a_cell_are_told_once() -> None:
    def table(*rows: list[str]) -> str:
        cells = ("".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row) for row in rows)
        return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"

    def words(*row: str) -> list[str]:
        return [f"<text:p>{value}</text:p>" for value in row]

    ferries = table(words("Ferry", "Knots"), words("Vega", "18"))
    ports = table(words("Port", "Berths", "Fleet"), [*words("Norrvik", "12"), ferries], words("Larch Bay", "7", "None"))
    assert one(samples.odt(ports), "a.odt").text == (
        "Port: Norrvik; Berths: 12; Fleet: Ferry: Vega; Knots: 18.\nPort: Larch Bay; Berths: 7; Fleet: None."
    )


def test_slides_are_pages_with_their_notes_and_tables() -> None:
    found = one(samples.pptx(), "slides.pptx")
    first, second = f"Quay opens\n\n{HARBOUR}", f"Ferries\n\n{FERRIES}\n\nSpeak of the price."
    assert found.text == f"{first}\n\n{second}\n\n{ROWS}"
    assert found.pages == (0, len(first) + 2, len(first) + len(second) + 4)
    assert (found.title, found.author) == ("Quay opens", "Ada Moss")
    assert found.page_of(found.text.index("Larch Bay")) == 3


def test_an_open_document_text_keeps_headings_notes_tables_and_spaces() -> None:
    found = one(samples.odt(), "paper.odt")
    assert found.text == (
        f"Quays of the coast\n\n{HARBOUR}\n\nIt cost a fortune.\n\n{ROWS}\n\nTwo ferries a day\nwill use it."
    )
    assert (found.title, found.author, found.published) == ("Quays of the coast", "Ada Moss", dt.date(2024, 5, 4))


def test_rich_text_keeps_its_table_and_its_letters() -> None:
    found = one(samples.rtf(), "paper.rtf")
    assert found.text == f"Quays of the coast\n\n{HARBOUR}\n\n{ROWS}\n\nGrüße, said the captain —"
    assert (found.title, found.author, found.published) == ("Quays of the coast", "Ada Moss", dt.date(2024, 5, 4))


def test_an_old_office_format_is_named_with_the_new_one() -> None:
    with pytest.raises(InputError, match=r"save it as \.docx"):
        one(b"\xd0\xcf\x11\xe0", "letter.doc")


# --- books, mails, tables --------------------------------------------------------------------------------------------


def test_a_book_is_read_chapter_after_chapter() -> None:
    found = one(samples.epub(), "book.epub")
    assert found.text == (
        f"The book of quays\n\nChapter one\n\n{HARBOUR}\n\nChapter two\n\nThe boats & ships.\n{FERRIES}"
    )
    assert (found.title, found.author) == ("The book of quays", "Ada Moss, John Roe")
    assert found.published == dt.date(2024, 4, 6)


def test_a_book_is_read_although_its_fonts_are_hidden_but_not_when_its_chapters_are() -> None:
    source = zipfile.ZipFile(io.BytesIO(samples.epub()))
    members: dict[str, bytes | str] = {name: source.read(name) for name in source.namelist()}
    listed = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        '<e:CipherData><e:CipherReference URI="OEBPS/{}"/></e:CipherData></e:EncryptedData></encryption>'
    )
    fonts = samples.zipped({**members, "META-INF/encryption.xml": listed.format("fonts/Quay.otf")})
    assert one(fonts, "book.epub").text == one(samples.epub(), "book.epub").text
    for name in ("one.xhtml", "two.HTML", "book.opf"):
        with pytest.raises(InputError, match="it is encrypted"):
            one(samples.zipped({**members, "META-INF/encryption.xml": listed.format(name)}), "book.epub")


def test_an_empty_chapter_does_not_keep_a_book_from_being_read() -> None:
    source = zipfile.ZipFile(io.BytesIO(samples.epub()))
    members = {name: source.read(name) for name in source.namelist()}
    members["OEBPS/one.xhtml"] = b""
    assert one(samples.zipped(members), "book.epub").text.endswith(f"Chapter two\n\nThe boats & ships.\n{FERRIES}")


def test_a_mail_has_subject_sender_and_date_and_its_attachments_are_documents_of_their_own() -> None:
    attached = {"ports.csv": samples.CSV, "photo.png": b"\x89PNG", "../../etc/quay.txt": HARBOUR.encode()}
    mail, ports, quay = read(samples.eml(attached), "mail.eml", "/shelf/mail.eml")
    assert isinstance(mail, Document)
    assert mail.text == f"The night ferry\n\nDear John,\n\n{FERRIES} Größe matters."
    assert (mail.title, mail.author, mail.published) == ("The night ferry", "Ada Moss", dt.date(2024, 5, 3))
    assert isinstance(ports, Document)
    assert (ports.text, ports.title, ports.source) == (ROWS, "Ports", "/shelf/mail.eml#1/ports.csv")
    assert isinstance(quay, Document)
    assert (quay.text, quay.source) == (HARBOUR, "/shelf/mail.eml#3/quay.txt")


def test_a_mail_in_html_shows_what_its_reader_sees() -> None:
    html = f"<style>p {{}}</style><p>{HARBOUR}</p><table><tr><td>Price</td><td>12 crowns</td></tr></table>"
    assert body(one(samples.eml(html=html), "mail.eml")) == f"{HARBOUR}\n\n  Price  12 crowns".replace("\n\n  ", "\n\n")


@pytest.mark.parametrize("blank", ["\n", " \u200b\n\n"])
def test_a_mail_whose_plain_text_is_blank_shows_its_html(blank: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "The night ferry", "Ada Moss <ada@example.org>"
    mail.set_content(blank)
    mail.add_alternative(f"<p>{HARBOUR}</p>", subtype="html")
    assert body(one(bytes(mail), "mail.eml")) == HARBOUR


def test_a_mail_keeps_what_is_written_below_a_picture_and_a_named_text_stays_an_attachment() -> None:
    parts = [
        f"Content-Type: text/plain\n\n{HARBOUR}",
        "Content-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nx",
        'Content-Type: text/plain\nContent-Disposition: attachment; filename="a.txt"\n\nAn older quay.',
        f"Content-Type: text/html\n\n<p>{FERRIES}</p>",
    ]
    head = "Subject: The quay\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n\n"
    content = head + "".join(f"--cut\n{part}\n" for part in parts) + "--cut--\n"
    mail, attached = read(content.encode(), "mail.eml", "mail.eml")
    assert isinstance(mail, Document)
    assert isinstance(attached, Document)
    assert body(mail) == f"{HARBOUR}\n\n{FERRIES}"
    assert attached.text == "An older quay."


PORTS_FILE = (
    "Content-Type: text/csv; name=ports.csv\nContent-Disposition: attachment\n\nPort,Berths,Built\nNorrvik,12,1998\n"
)


def _multipart(kind: str, *parts: str) -> str:
    inside = "".join(f"--{kind}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={kind}\n\n{inside}--{kind}--\n"


PLAIN, SHOWN = f"Content-Type: text/plain\n\n{HARBOUR}", f"Content-Type: text/html\n\n<p>{HARBOUR}</p>"
SIGNATURE = "Content-Type: application/pgp-signature; name=signature.asc\n\nx"


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (_multipart("signed", _multipart("mixed", PLAIN, PORTS_FILE), SIGNATURE), [HARBOUR]),
        (_multipart("alternative", PLAIN, _multipart("mixed", SHOWN, PORTS_FILE)), [HARBOUR]),
        (PORTS_FILE, []),
    ],
)
def test_what_is_attached_to_a_part_of_a_mail_or_is_all_of_it_is_read(content: str, written: list[str]) -> None:
    *mail, ports = read(f"Subject: The quay\nMIME-Version: 1.0\n{content}".encode(), "mail.eml", "mail.eml")
    assert [body(found) for found in mail if isinstance(found, Document)] == written
    assert isinstance(ports, Document)
    assert ports.text == "Port: Norrvik; Berths: 12; Built: 1998."
    assert ports.source.endswith("/ports.csv")


def test_a_mail_keeps_the_lines_of_listed_text_and_shows_nothing_that_is_hidden() -> None:
    html = (
        f"<div style='color: red; DISPLAY : none'><p>Preview.</p></div><p>{HARBOUR}<span hidden>Never.</span> Now.</p>"
        "<pre>Norrvik  12\n  Larch Bay  7\n</pre>"
    )
    assert body(one(samples.eml(html=html), "mail.eml")) == f"{HARBOUR} Now.\n\nNorrvik 12\nLarch Bay 7"


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("Your program does not show HTML.", f"{HARBOUR} {FERRIES}"),
        (f"{HARBOUR}", HARBOUR),
    ],
)
def test_a_newsletter_whose_plain_text_says_nothing_shows_its_html(plain: str, shown: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "The night ferry", "Ada Moss <ada@example.org>"
    mail.set_content(plain)
    mail.add_alternative(f"<p>{HARBOUR} {FERRIES}</p>", subtype="html")
    assert body(one(bytes(mail), "mail.eml")) == shown


@pytest.mark.parametrize("quoted", ["> What will use it?", "Ada Moss wrote:\n> What will use it?"])
def test_a_signature_ends_where_the_mail_goes_on_with_the_one_it_answers(quoted: str) -> None:
    text = f"{FERRIES}\n\n-- \nJohn Roe\nHarbour Street 2\n\n{quoted}\n"
    assert body(one(samples.eml(text=text), "mail.eml")) == f"{FERRIES}\n\n{quoted}"


def test_a_file_that_is_no_mail_is_named_so() -> None:
    with pytest.raises(InputError, match="no e-mail"):
        list(read(b"just some text", "mail.eml", "s"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_file_becomes_a_line_for_each_row_whatever_parts_its_values(delimiter: str) -> None:
    content = "\n".join(delimiter.join(row) for row in PORTS).encode()
    found = one(content, "ports.csv")
    assert (found.text, found.title, found.body_start) == (ROWS, "Ports", 0)
    assert one(samples.TSV, "ports.tsv").text == ROWS


def test_a_quoted_value_keeps_its_commas_and_loses_its_line_break() -> None:
    content = b'Port,Note\nNorrvik,"old, but\nsafe"\n\nLarch Bay,\n'
    assert one(content, "a.csv").text == "Port: Norrvik; Note: old, but safe.\nPort: Larch Bay."


def test_rows_that_repeat_or_look_like_a_footer_stay() -> None:
    content = b"Kind,Text\nlegal,All rights reserved\nlegal,All rights reserved\n"
    assert one(content, "a.csv").text.count("Text: All rights reserved.") == 2


def test_a_workbook_names_its_columns_below_its_title_and_skips_empty_sheets() -> None:
    found = one(samples.xlsx(), "ports.xlsx")
    assert found.text == f"Ports of the coast.\n{ROWS}"
    assert found.title == "Ports"


def test_a_large_number_of_a_sheet_has_no_decimal_places() -> None:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write_row(0, 0, ["Grains of sand", 1234567890123450])
    assert one(stream.getvalue(), "sand.xlsx").text == "Grains of sand: 1234567890123450."


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            [["Name", "Norrvik"], ["Built", "2024"], ["Style", "plain"]],
            ["Name: Norrvik.", "Built: 2024.", "Style: plain."],
        ),
        (
            [["Port", "Berths"], ["Norrvik", "12"], ["Larch Bay", "7"]],
            ["Port: Norrvik; Berths: 12.", "Port: Larch Bay; Berths: 7."],
        ),
        ([["Land", "2019", "2020"], ["North", "4", "5"]], ["Land: North; 2019: 4; 2020: 5."]),
        ([["3", "4", "5"], ["6", "7", "8"]], ["3; 4; 5.", "6; 7; 8."]),
        ([["Port", "Berths", "Note"], ["Norrvik", "", "It is old."]], ["Port: Norrvik; Note: It is old."]),
        ([["a", "b"], ["1", "2", "3"]], ["a: 1; b: 2; 3."]),
        ([["Port", "Berths", "Note"]], ["Port; Berths; Note."]),
        ([["", ""], []], []),
    ],
)
def test_rows_can_be_read_on_their_own(rows: list[list[str]], lines: list[str]) -> None:
    assert readable(rows) == lines


NORTH = ["North", "1", "2", "3", "4"]
EACH = ["Exports", "Imports", "Exports", "Imports"]
BY_YEAR = "Region: North; 2023 Exports: 1; 2023 Imports: 2; 2024 Exports: 3; 2024 Imports: 4."


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([["", "2023", "", "2024", ""], ["Region", *EACH], NORTH], [BY_YEAR]),
        ([["Region", "2023", "", "2024", ""], ["", *EACH], NORTH], [BY_YEAR]),
        ([["Region", "2023", "", "2024", ""], ["Region", *EACH], NORTH], [BY_YEAR]),
        ([["Trade"], ["", "2023", "", "2024", ""], ["Region", *EACH], NORTH], ["Trade.", BY_YEAR]),
        (
            [["Country", "Area", "People"], ["", "km²", "million"], ["Norway", "385", "5"]],
            ["Country: Norway; Area km²: 385; People million: 5."],
        ),
        (
            [["Port", "Note", "Berths"], ["Norrvik", "old", "12"], ["", "closed", "new"]],
            ["Port: Norrvik; Note: old; Berths: 12.", "Note: closed; Berths: new."],
        ),
        (
            [["Port", "Berths", "Built"], ["North"], ["Norrvik", "12", "1998"], ["", "7"], ["Source: FAO, 2024."]],
            ["North.", "Port: Norrvik; Berths: 12; Built: 1998.", "Berths: 7.", "Source: FAO, 2024."],
        ),
        ([["Port", "Berths"], ["Norrvik", "12"], ["Note: 2024"]], ["Port: Norrvik; Berths: 12.", "Note: 2024."]),
        (
            [["Port", "Berths"], ["Norrvik", "12"], [], ["Ship", "Crew"], ["Kelp", "3"]],
            ["Port: Norrvik; Berths: 12.", "Ship: Kelp; Crew: 3."],
        ),
        (
            [["Port", "Opened", "Closed"], ["Norrvik", "1990", ""], [], ["Larch Bay", "1998", "2003"]],
            ["Port: Norrvik; Opened: 1990.", "Port: Larch Bay; Opened: 1998; Closed: 2003."],
        ),
    ],
)
def test_every_figure_has_all_its_names_and_no_note_has_one(rows: list[list[str]], lines: list[str]) -> None:
    assert readable(rows) == lines
    wide = max(map(len, rows))
    content = "\n".join(",".join(f'"{cell}"' for cell in [*row, *[""] * (wide - len(row))]) for row in rows)
    assert one(content.encode(), "a.csv").text == "\n".join(lines)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("Paris,2.1\nLyon,0.5\n", "Paris: 2.1.\nLyon: 0.5."),
        ("3 May 2024,Norrvik,open\n12 June 2024,Larch Bay,shut\n", "3 May 2024; Norrvik; open.\n12 June 2024; Larch Bay; shut."),
        ("Country,2022/23,2023/24\nNorway,1,2\n", "Country: Norway; 2022/23: 1; 2023/24: 2."),
        ("Country,1/22/20,1/23/20\nNorway,1,2\n", "Country: Norway; 1/22/20: 1; 1/23/20: 2."),
        ("Country,Area,0-14,65+\nNorway,385,17,19\n", "Country: Norway; Area: 385; 0-14: 17; 65+: 19."),
        ("sep=;\nPort;Berths, new\nNorrvik;12\n", "Port: Norrvik; Berths, new: 12."),
    ],
)  # fmt: skip
def test_the_first_row_of_a_csv_file_is_a_row_like_others_when_it_looks_like_them(content: str, shown: str) -> None:
    assert one(content.encode(), "a.csv").text == shown


def test_a_quote_in_a_file_of_tabs_swallows_no_rows() -> None:
    content = b'Port\tNote\nNorrvik\t"old\nLarch Bay\t5" pipe\nKelp\tno" "end\n'
    assert (
        one(content, "a.tsv").text
        == 'Port: Norrvik; Note: "old.\nPort: Larch Bay; Note: 5" pipe.\nPort: Kelp; Note: no" "end.'
    )
    assert one(b'Port\tNote\nNorrvik\t"old, but\nsafe"\n', "a.tsv").text == "Port: Norrvik; Note: old, but safe."


COASTS = "Coast: North; Port: Norrvik; Berths: 12.\nCoast: North; Port: Larch Bay; Berths: 7.\nCoast: South; Port: Kelp; Berths: 3."


def test_a_label_over_several_rows_of_a_sheet_is_that_of_each() -> None:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        rows = [["Coast", "Port", "Berths"], ["", "Norrvik", 12], ["", "Larch Bay", 7], ["South", "Kelp", 3]]
        for number, row in enumerate(rows, 2):
            sheet.write_row(number, 1, row)
        sheet.merge_range(3, 1, 4, 1, "North")
        sheet.merge_range(7, 1, 8, 3, "Counted by hand.")
    assert one(stream.getvalue(), "a.xlsx").text == f"{COASTS}\nCounted by hand."


def test_a_label_over_several_rows_of_an_open_document_is_that_of_each() -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text: str, spans: str = "") -> str:
        return f"<table:table-cell {spans}><text:p>{text}</text:p></table:table-cell>"

    rows = [
        row(cell("Coast"), cell("Port"), cell("Berths")),
        row(cell("North", 'table:number-rows-spanned="2"'), cell("Norrvik"), cell("12")),
        row("<table:covered-table-cell/>", cell("Larch Bay"), cell("7")),
        row(cell("South"), cell("Kelp"), cell("3")),
    ]
    assert one(samples.odt(f"<table:table>{''.join(rows)}</table:table>"), "a.odt").text == COASTS


def test_a_label_over_several_rows_of_a_web_page_or_a_mail_is_that_of_each() -> None:
    rows = (
        "<tr><th>Coast</th><th>Port</th><th>Berths</th></tr><tr><td rowspan=2>North</td><td>Norrvik</td><td>12</td></tr>"
        "<tr><td>Larch Bay</td><td>7</td></tr><tr><td>South</td><td>Kelp</td><td>3</td></tr>"
    )
    years = (
        "<tr><th></th><th colspan=2>2023</th><th colspan=2>2024</th></tr>"
        f"<tr>{''.join(f'<th>{name}</th>' for name in ['Region', *EACH])}</tr>"
        f"<tr>{''.join(f'<td>{value}</td>' for value in NORTH)}</tr>"
    )
    for table, shown in ((rows, COASTS), (years, BY_YEAR)):
        page = f"<html><body><article><h1>Quays</h1><p>{HARBOUR}</p><table>{table}</table></article></body></html>"
        assert read_html(page.encode()).text.endswith(f"{HARBOUR}\n\n{shown}")
        assert shown_text(page).endswith(f"{HARBOUR}\n\n{shown}")


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        ("|Port|Berths|\n|-|-|\n|**Norrvik**|12|\n|Larch Bay||", "Port: Norrvik; Berths: 12.\nPort: Larch Bay."),
        ("||2023|2024|\n|-|-|-|\n|North|4|5|", "North; 2023: 4; 2024: 5."),
        ("|||\n|-|-|\n|On the left.|On the right.|", "On the left. On the right."),
        ("|Ports|\n|-|\n|Norrvik|\n|Larch Bay|", "Ports\nNorrvik\nLarch Bay"),
    ],
)
def test_rows_of_a_table_in_markdown_have_the_names_of_its_columns(table: str, shown: str) -> None:
    assert plain_markdown(f"{HARBOUR}\n\n{table}\n\n{FERRIES}\n")[1] == f"{HARBOUR}\n\n{shown}\n\n{FERRIES}\n\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada<br>Moss  \nopened<br/>it.", "Ada\nMoss\nopened\nit."),
        ("|Port|Owner|\n|-|-|\n|Norrvik|Ada<br>Moss|", "Port: Norrvik; Owner: Ada Moss."),
        ("<table><tr><td>Berlin</td><td>3645</td></tr><tr><td>Rome</td><td>2800</td></tr></table>",
         "Berlin  3645\nRome  2800"),
        ("<!-- a remark -->\n\n<div>\n\nA *quay*.\n\n</div>", "A quay."),
    ],
)  # fmt: skip
def test_words_apart_in_the_html_of_a_markdown_file_stay_apart(text: str, shown: str) -> None:
    assert plain_markdown(text)[1].strip() == shown


@pytest.mark.parametrize(
    ("front", "about"),
    [
        ("title: >-\n  A quay\n  opens\ndate: 2024-05-03\n", {"title": "A quay opens", "date": "2024-05-03"}),
        ("title: |\n  A quay\n\n  opens\nauthor: [Ada Moss]\n", {"title": "A quay opens", "author": "Ada Moss"}),
        ("title: 'A quay'\nseries:\n  title: Harbours\n", {"title": "A quay"}),
        ('title: Mayor calls tax "a mistake"\n', {"title": 'Mayor calls tax "a mistake"'}),
        ("title: 'Norrvik''s ferries'\n", {"title": "Norrvik's ferries"}),
        ('title: "The \\\\"Vasa\\\\" sails"\n'.replace("\\\\", "\\"), {"title": 'The "Vasa" sails'}),
        ("author: ['Ada Moss', \"Bo Ek\"]\n", {"author": "Ada Moss, Bo Ek"}),
    ],
)
def test_a_front_matter_says_its_title_on_one_line_or_on_several(front: str, about: dict[str, str]) -> None:
    assert plain_markdown(f"---\n{front}---\n{HARBOUR}\n") == (about, f"{HARBOUR}\n\n")


NAMED = "<tr><th>Port</th><th>Berths</th><th>Built</th></tr><tr><td>Norrvik</td><td>12</td><td></td></tr>"


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (f"{NAMED}<tr><th>Larch|Bay</th><td>7</td><td>1998</td></tr>", "{0}\nPort: Larch|Bay; Berths: 7; Built: 1998."),
        (f"<caption>Ports</caption>{NAMED}", "Ports\n{0}"),
        (f"{NAMED}</table><table>{NAMED.replace('12', '7')}", "{0}\nPort: Norrvik; Berths: 7."),
        (
            "<tr><th>Name</th><td>Norrvik</td></tr><tr><th>Style</th><td>plain</td></tr>",
            "Name; Norrvik\nStyle; plain",
        ),
        ("<tr><th>Port</th><th>Berths</th></tr><tr><td>Norrvik</td><td>12</td></tr>", "Port: Norrvik; Berths: 12."),
        ("<tr><td>Port</td><td>Berths</td></tr><tr><td>-</td><td>---</td></tr>", "Port; Berths\n-; ---"),
        ("<tr><th>Ports</th></tr><tr><td>Norrvik</td></tr>", "Ports\nNorrvik"),
    ],
)
def test_rows_of_a_table_in_a_web_page_have_the_names_of_its_columns(rows: str, shown: str) -> None:
    page = f"<article><h1>Quays</h1><p>{HARBOUR}</p><table>{rows}</table><p>{FERRIES}</p></article>"
    table = shown.format("Port: Norrvik; Berths: 12.")
    assert read_html(page.encode()).text.endswith(f"{HARBOUR}\n\n{table}\n\n{FERRIES}")


def test_a_page_of_cells_that_claim_to_be_over_all_others_is_read_at_once() -> None:
    began = time.process_time()
    shown = shown_text("<table>" + "<tr><th rowspan=999 colspan=999>x</th></tr>" * 2000 + "</table>")
    assert shown.count("x") >= 2000
    assert time.process_time() - began < 8


def test_rows_of_a_table_in_a_mail_have_the_names_of_its_columns_unless_it_is_a_frame() -> None:
    assert (
        shown_text(f"<table><caption>Ports</caption>{NAMED}</table><p>x</p>")
        == "Ports\nPort: Norrvik; Berths: 12.\n\nx"
    )
    broken = "<tr><th>Port</th><th>Owner</th></tr><tr><td>Norrvik</td><td>Ann<br>Lee<style>b {}</style></td></tr>"
    assert shown_text(f"<table>{broken}</table>") == "Port: Norrvik; Owner: Ann Lee."
    frame = f"<table><tr><th>Left</th><th><table>{NAMED}</table></th></tr><tr><td>below</td></tr></table>"
    assert "Port: Norrvik; Berths: 12." in shown_text(frame)
    assert "Left\n" in shown_text(frame)


# --- encodings -------------------------------------------------------------------------------------------------------

FIGURES = "The port grew in 1990–2000 … it’s worth €5 million now, they said."


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "us-ascii", "windows-1252", "no-such-name"])
def test_a_page_shows_the_characters_that_browsers_show_whatever_it_calls_its_encoding(label: str) -> None:
    page = f"<html><head><meta charset={label}></head><body><article><p>{FIGURES}</p></article></body></html>"
    assert body(one(page.encode("cp1252"), "a.html")) == FIGURES


@pytest.mark.parametrize(
    ("text", "label", "truth"),
    [
        (FIGURES, "iso-8859-1", "utf-8"),  # a server's stock setting
        ("Günaydın İstanbul – €5", "iso-8859-9", "cp1254"),
        ("镕 is a name", "gb2312", "gb18030"),
        ("東京①", "x-sjis", "cp932"),
        ("똠방각하", "euc-kr", "cp949"),
        ("Grüße aus Zürich", "utf-8", "cp1252"),
        ("Grüße aus Zürich", "base64", "cp1252"),
        ("Grüße", "iso-8859-1", "utf-16"),
        (FIGURES, "utf-16", "utf-8"),
        (FIGURES, "utf-16le", "utf-16le"),
    ],
)
def test_the_name_of_an_encoding_is_taken_as_it_is_meant(text: str, label: str, truth: str) -> None:
    assert decode_as(text.encode(truth), label) == text


@pytest.mark.parametrize(
    "text",
    [
        "Résumé of the meeting with Mr Müller of Zürich.",
        "41 °C",
        "Grüße",
        "5 m² – €7",
        FIGURES,
        f"{HARBOUR} “Now!” " * 9,
    ],
)
def test_a_short_western_text_is_read_as_one(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(("charset", "truth"), [("us-ascii", "utf-8"), ("iso-8859-1", "cp1252"), ("utf-8", "utf-8")])
def test_a_mail_shows_the_characters_that_were_typed_whatever_it_calls_its_encoding(charset: str, truth: str) -> None:
    head = f"Subject: Figures\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert body(one(head.encode() + FIGURES.encode(truth), "a.eml")) == FIGURES


# --- archives --------------------------------------------------------------------------------------------------------


def test_an_archive_holds_documents_named_after_their_place_in_it() -> None:
    content = samples.zipped(
        {"a/quay.txt": HARBOUR, "b.png": b"\x89PNG", "__MACOSX/a/._quay.txt": "x", "ports.csv": samples.CSV}
    )
    quay, ports = read(content, "all.zip", "/shelf/all.zip")
    assert isinstance(quay, Document)
    assert isinstance(ports, Document)
    assert (quay.source, quay.title, quay.text) == ("/shelf/all.zip#a/quay.txt", "Quay", HARBOUR)
    assert (ports.source, ports.text) == ("/shelf/all.zip#ports.csv", ROWS)


def test_archives_in_archives_and_mails_in_them_are_read() -> None:
    inner = samples.zipped({"mail.eml": samples.eml({"ports.csv": samples.CSV})})
    found = list(read(samples.zipped({"inner.zip": inner}), "all.zip", "all.zip"))
    assert [item.source for item in found] == ["all.zip#inner.zip#mail.eml", "all.zip#inner.zip#mail.eml#1/ports.csv"]
    assert all(isinstance(item, Document) for item in found)


# --- pages through the cleaning --------------------------------------------------------------------------------------


def test_pages_move_along_when_a_title_comes_before_and_clutter_goes() -> None:
    parts = [f"Share this article\n\n{HARBOUR}\n\nAdvertisement\n\n", f"{FERRIES} It", " grew."]
    starts = (0, len(parts[0]), len(parts[0]) + len(parts[1]))
    found = document(Content("".join(parts), title="Quay opens", pages=starts), "s", fallback="f")
    assert found.text == f"Quay opens\n\n{HARBOUR}\n\n{FERRIES} It grew."
    assert [found.text[start:][:5] for start in found.pages] == ["Quay ", "Two f", " grew"]
    assert body(found).startswith("The harbour")


CLUTTER = ("Share this article", "Advertisement", "Read more: An older quay")


@given(st.lists(st.lists(st.sampled_from(["sentence", *CLUTTER]), max_size=4), min_size=1, max_size=6), st.booleans())
def test_every_sentence_is_on_the_page_it_was_on_before_the_cleaning(pages: list[list[str]], with_title: bool) -> None:
    text, starts, number_of = "", [], {}
    for number, blocks in enumerate(pages, 1):
        starts.append(len(text))
        for kind in ("sentence", *blocks) if blocks else ():  # clutter at the very start of a page stays
            block = f"In {len(text)} hours the ship came in." if kind == "sentence" else kind
            if kind == "sentence":
                number_of[block] = number
            text += block + "\n\n"
    assume(number_of)
    found = document(Content(text, "Quay opens" if with_title else None, pages=tuple(starts)), "s", fallback="f")
    assert len(found.pages) == len(pages)
    assert {block: found.page_of(found.text.index(block)) for block in number_of} == number_of
    assert found.text == normalise(found.text)


def test_a_page_without_text_begins_where_the_next_one_does() -> None:
    found = document(Content("One.\n\nThree.", pages=(0, 6, 6, 12)), "s", fallback="f")
    assert found.pages == (0, 6, 6, 12)
    assert [found.page_of(at) for at in (0, 5, 6, 11)] == [1, 1, 3, 3]
    behind_a_cover = document(Content("Quay opens\n\nOne.", title="Quay opens", pages=(0, 0, 16)), "s", fallback="f")
    assert (behind_a_cover.text, behind_a_cover.pages) == ("Quay opens\n\nOne.", (0, 0, 16))


# --- all of them -----------------------------------------------------------------------------------------------------


def test_there_is_a_sample_of_every_format_and_each_is_read(tmp_path: Path) -> None:
    files = samples.one_of_everything()
    twins = {".text", ".markdown", ".htm", ".xhtml", ".xls", ".ods"}
    assert {Path(name).suffix for name in files} == set(SUFFIXES) - twins
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = list(load(str(tmp_path)))
    assert [item for item in found if isinstance(item, Failure)] == []
    assert len(found) == len(files) + 2  # the mail's attachment, and two files in the archive


def test_every_media_type_leads_to_a_format_that_is_read() -> None:
    assert set(MEDIA_TYPES.values()) <= set(SUFFIXES)


@pytest.mark.parametrize(
    ("query", "source", "words", "page"),
    [
        ("night ferry Larch Bay 14 June", "report.pdf", "will begin on 14 June", 3),
        ("Ferries a day", "slides.pptx", "Two ferries a day", 2),
        ("Berths of Norrvik", "paper.docx", "Port: Norrvik; Berths: 12;", None),
        ("Opened Larch Bay", "ports.xlsx", "Berths: 7; Opened: 1998-10-01.", None),
        ("harbour new quay", "page.html", "The harbour of Norrvik opened a new quay", None),
        ("Dear John ferries", "mail.eml", "Two ferries a day will use it", None),
        ("Berths of Larch Bay", "mail.eml#1/ports.csv", "Port: Larch Bay; Berths: 7;", None),
        ("boats ships", "book.epub", "The boats & ships.", None),
    ],
)
def test_after_indexing_a_folder_of_everything_each_fact_is_found_in_its_place(
    everything: Library, query: str, source: str, words: str, page: int | None
) -> None:
    hits = [passage for hit in everything.search(query, limit=50) for passage in (hit.passage, *hit.copies)]
    (hit,) = {
        hit
        for hit in hits
        if everything.document(hit.document_id).source.endswith(f"files/{source}") and words in hit.text
    }
    stored = everything.document(hit.document_id)
    assert stored.text[hit.start : hit.end] == hit.text
    assert stored.page_of(hit.start + hit.text.index(words)) == page


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of one file of each format and a broken one, made by the command."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("shelf") / "files"
    folder.mkdir()
    for name, content in samples.one_of_everything().items():
        (folder / name).write_bytes(content)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    printed, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(complained):
        patch.setattr(qa.app, "open_encoder", lambda _config: HashEncoder())
        assert main(["index", "--home", str(home), str(folder)]) == 0
    assert printed.getvalue().splitlines()[-1] == "17 added, 0 updated, 0 unchanged, 1 failed"
    assert "broken.pdf: it is damaged" in complained.getvalue()
    with Library(home, HashEncoder()) as library:
        yield library


# --- lists -----------------------------------------------------------------------------------------------------------


ITEMS = "- a long rope\n- tar and oil"
LISTED = f"<p>{HARBOUR}</p><p>The quay needs:</p><ul><li>a long rope</li><li><p>tar and <b>oil</b></p></li><li> </li></ul><p>{FERRIES}</p>"
NESTED = (
    "<p>The quay needs:</p><ul><li>a long rope<ul><li>of hemp</li><li>or steel</li></ul></li><li>tar and oil</li></ul>"
)


def test_the_items_of_a_list_in_a_page_a_mail_or_a_book_begin_with_a_bullet() -> None:
    for text in (
        shown_text(LISTED),
        one(samples.eml(html=LISTED), "mail.eml").text,
        one(samples.epub({"one.xhtml": LISTED}), "book.epub").text,
    ):
        assert f"The quay needs:\n\n{ITEMS}\n\n{FERRIES}" in text
    page = f"<html><body><article><h1>Quays</h1>{LISTED}<h2>News</h2><ul><li>A bridge fell.</li></ul></article></body></html>"
    text = read_html(page.encode()).text
    assert f"The quay needs:\n\n{ITEMS}\n\n{FERRIES}" in text
    assert text.endswith("News\n\n- A bridge fell.")


def test_terms_and_what_is_said_of_them_are_items_of_a_list_and_headings_stay() -> None:
    terms = "<h2>Votes</h2><dl><dt>Harbour Alliance</dt><dd>14,208 votes</dd><dt>Open:</dt><dd>9 to 5</dd><dd>all year</dd></dl>"
    items = "Votes\n\n- Harbour Alliance: 14,208 votes\n- Open: 9 to 5\n- Open: all year"
    story = "<p>Counting went on until the small hours at the old corn exchange, where tea ran out after midnight.</p>"
    assert items in shown_text(f"{story}{terms}{story}")
    page = f"<html><head><title>Port Ellery</title></head><body><h1>Port Ellery</h1>{story}{terms}{story}</body></html>"
    assert items in read_html(page.encode()).text


@pytest.mark.parametrize(
    "terms",
    [
        "<dt>Berth</dt><dd>It is: <ul><li>alpha</li></ul></dd>",
        "<dt>Berth</dt><dd><p>One is alpha.</p><p>It is long.</p></dd>",
        "<div><dt>Berth</dt><dd>alpha</dd></div>",
        "<dt>Colour</dt><dt>Berth</dt><dd>alpha</dd>",
        "<dt>Port</dt><dd>alpha</dd><dt>Berth</dt>",
    ],
)
def test_of_any_other_list_of_terms_nothing_is_lost(terms: str) -> None:
    text = shown_text(f"<p>The harbour.</p><dl>{terms}</dl>")
    assert all(word.strip() in text for word in re.findall(r">(\w[^<]*)<", terms))


def test_a_list_within_an_item_has_bullets_of_its_own() -> None:
    nested = "- a long rope\n◦ of hemp\n◦ or steel\n- tar and oil"
    page = f"<html><body><article><h1>Quays</h1><p>{HARBOUR}</p>{NESTED}<p>{FERRIES}</p></article></body></html>"
    assert f"The quay needs:\n\n{nested}\n\n{FERRIES}" in read_html(page.encode()).text
    shown = [line for line in shown_text(NESTED).split("\n") if line]
    assert shown == ["The quay needs:", *nested.split("\n")]
    marked = "The quay needs:\n\n- a long rope\n  - of hemp\n  - or steel\n- tar and oil\n"
    assert [line for line in plain_markdown(marked)[1].split("\n") if line] == shown


def test_a_dash_alone_is_no_bullet_and_a_cell_has_none() -> None:
    assert shown_text("<p>-</p><p>The quay opened.</p>") == "-\n\nThe quay opened."
    table = "<table><tr><th>Needs</th><th>Of</th></tr><tr><td><ul><li>rope</li><li>tar</li></ul></td><td>Quay</td></tr></table>"
    assert shown_text(table) == "Needs: rope tar; Of: Quay."


def test_the_items_of_a_list_in_word_and_open_document_begin_with_a_bullet() -> None:
    import docx

    file = docx.Document()
    file.add_paragraph("The quay needs:")
    for style, text in (
        ("List Bullet", "a long rope"),
        ("List Number", "tar and oil"),
        ("List Paragraph", "Ferries"),
        ("List Continue", "and more"),
    ):
        file.add_paragraph(text, style=style)
    saved = io.BytesIO()
    file.save(saved)
    body = (
        "<text:h>Quays</text:h><text:p>The quay needs:</text:p><text:list><text:list-item><text:p>a long rope</text:p></text:list-item>"
        "<text:list-item><text:p>tar and oil</text:p><text:p>Ferries</text:p></text:list-item><text:list-item>"
        "<text:h>and more</text:h></text:list-item></text:list>"
    )
    for content, name in ((saved.getvalue(), "a.docx"), (samples.odt(body), "a.odt")):
        assert one(content, name).text.endswith(
            "The quay needs:\n\n- a long rope\n\n- tar and oil\n\nFerries\n\nand more"
        )
