"""Files of every format with known content, made by the formats' own libraries or byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

HARBOUR = "The harbour of Norrvik opened a new quay on Monday after three years of work."
FERRIES = "Two ferries a day will use it, the port authority said."
PORTS = [["Port", "Berths", "Opened"], ["Norrvik", "12", "2024-05-03"], ["Larch Bay", "7", "1998-10-01"]]
ROWS = "Port: Norrvik; Berths: 12; Opened: 2024-05-03.\nPort: Larch Bay; Berths: 7; Opened: 1998-10-01."

Placed = tuple[float, float, float, str]  # x, y, size, text


def zipped(members: Mapping[str, bytes | str], *, stored: Sequence[str] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return stream.getvalue()


# --- PDF -------------------------------------------------------------------------------------------------------------


def pdf(
    pages: Sequence[Sequence[Placed]], *, info: str = "", rotate: int = 0, trailer: str = "", count: int = 0
) -> bytes:
    """One Helvetica, A4 pages, each text drawn where it is placed and in that order."""
    draw = ["".join(f"BT /F {size} Tf {x} {y} Td ({_escaped(text)}) Tj ET\n" for x, y, size, text in p) for p in pages]
    return pdf_of_streams(draw, info=info, rotate=rotate, trailer=trailer, count=count)


def pdf_of_streams(
    streams: Sequence[str], *, info: str = "", rotate: int = 0, trailer: str = "", count: int = 0
) -> bytes:
    first = 4  # 1: catalogue, 2: pages, 3: font; then for each page the page and its stream
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count or len(streams)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate}"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {first + 2 * number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< {info} >>")
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>\n"
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    return content + f"{head}{table}{end}startxref\n{len(content)}\n%%EOF\n".encode("cp1252")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def paragraph(lines: Sequence[str], *, x: float = 72, y: float = 700, size: float = 11) -> list[Placed]:
    """Lines one beneath the other."""
    return [(x, y - 1.25 * size * number, size, line) for number, line in enumerate(lines)]


def report() -> bytes:
    """Three pages with running heads; the third says when the ferry begins."""
    texts = [
        ["The council of Norrvik has voted for a new quay after a long and", "bitter debate about its price."],
        ["Divers found three wrecks on the ground of the harbour, one of them", "older than the town itself."],
        ["The night ferry to Larch Bay will begin on 14 June and carry up to", "four hundred passengers."],
    ]
    title = [(72.0, 760.0, 20.0, "A quay for Norrvik")]
    pages = [
        [
            (72.0, 810.0, 9.0, "Harbour Review 7"),
            *(title if number == 1 else []),
            *paragraph(lines),
            (290.0, 30.0, 9.0, str(number)),
        ]
        for number, lines in enumerate(texts, 1)
    ]
    return pdf(pages, info="/Title (report-final.pdf) /Author (Ada Moss) /CreationDate (D:20240504101500Z)")


# --- office ----------------------------------------------------------------------------------------------------------


def docx() -> bytes:
    import docx as python_docx

    file = python_docx.Document()
    file.core_properties.title, file.core_properties.author = "Word Document", "Ada Moss"
    file.add_heading("Quays of the coast", 0)
    file.add_paragraph(HARBOUR)
    table = file.add_table(rows=0, cols=3)
    for row in PORTS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    file.add_paragraph(FERRIES)
    return _saved(file)


def pptx() -> bytes:
    import pptx as python_pptx
    from pptx.util import Inches

    file = python_pptx.Presentation()
    file.core_properties.author = "Ada Moss"
    for title, body, notes in (("Quay opens", HARBOUR, ""), ("Ferries", FERRIES, "Speak of the price.")):
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, body
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    slide = file.slides.add_slide(file.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for number, row in enumerate(PORTS):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    return _saved(file)


def _saved(file: Any) -> bytes:
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def xlsx() -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Ports")
        sheet.write(0, 0, "Ports of the coast")
        for number, (port, berths, opened) in enumerate(PORTS, 2):
            sheet.write_row(number, 0, [port, berths if number == 2 else int(berths), opened])
        book.add_worksheet("Empty")
    return stream.getvalue()


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "meta")
)


def odt(body: str = "", *, declarations: str = "") -> bytes:
    cells = (
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{c}</text:p></table:table-cell>' for c in row)}</table:table-row>"
        for row in PORTS
    )
    body = body or (
        "<text:h>Quays of the coast</text:h>"
        f"<text:p>{HARBOUR[:11]}<text:span>{HARBOUR[11:]}</text:span>"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>It cost a fortune.</text:p>"
        f"</text:note-body></text:note></text:p><table:table>{''.join(cells)}</table:table>"
        f"<text:p>Two ferries<text:s/>a day<text:line-break/>will use it.</text:p>"
    )
    content = f"{declarations}<office:document-content {_ODF}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    meta = f'<office:document-meta {_ODF} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:initial-creator>Ada Moss</meta:initial-creator><meta:creation-date>2024-05-04T10:00:00</meta:creation-date></office:meta></office:document-meta>'
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta})


def rtf() -> bytes:
    rows = "".join(r"\trowd " + "".join(rf"{cell}\cell " for cell in row) + "\\row\n" for row in PORTS)
    info = r"{\info{\title Quays of the coast}{\author Ada Moss}{\creatim\yr2024\mo5\dy4}}"
    return rf"{{\rtf1\ansi\ansicpg1252{info} {HARBOUR}\par {rows}Gr\'fc\'dfe, said the captain \u8212?\par }}".encode()


def epub(chapters: Mapping[str, str] | None = None, *, opf_head: str = "") -> bytes:
    chapters = chapters or {
        "one.xhtml": f"<h1>Chapter one</h1><p>{HARBOUR}</p>",
        "two.xhtml": f"<h1>Chapter two</h1><p>The <b>b</b>oats &amp; <i>ships</i>.<br/>{FERRIES}</p><script>bad()</script>",
    }
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    opf = (
        f'{opf_head}<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>The book of quays</dc:title><dc:creator>Ada Moss</dc:creator><dc:creator>John Roe</dc:creator>"
        f"<dc:date>2024-04-06</dc:date></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    page = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    files = {f"OEBPS/{name}": page.format(body) for name, body in chapters.items()}
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OEBPS/book.opf": opf, **files}
    )


# --- mail ------------------------------------------------------------------------------------------------------------


def eml(attachments: Mapping[str, bytes] | None = None, *, html: str = "", text: str = "") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "The night ferry", "Ada Moss <ada@example.org>"
    message["To"], message["Date"] = "John Roe <john@example.org>", "Fri, 03 May 2024 10:15:00 +0200"
    if html:
        message.set_content(html, subtype="html")
    else:
        message.set_content(text or f"Dear John,\n\n{FERRIES} Größe matters.\n\n-- \nAda Moss\nHarbour Street 1\n")
    for name, content in (attachments or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)


CSV = "\n".join(",".join(row) for row in PORTS).encode()
TSV = "\n".join("\t".join(row) for row in PORTS).encode()
HTML = f"<html><head><title>Quay opens</title></head><body><article><h1>Quay opens</h1><p>{HARBOUR}</p><p>{FERRIES}</p></article></body></html>".encode()


def one_of_everything() -> dict[str, bytes]:
    """A small honest file of each format, by name."""
    return {
        "note.txt": f"Quay opens\n\n{HARBOUR}".encode(),
        "note.md": f"# Quay opens\n\n{HARBOUR}".encode(),
        "page.html": HTML,
        "report.pdf": report(),
        "paper.docx": docx(),
        "paper.odt": odt(),
        "paper.rtf": rtf(),
        "book.epub": epub(),
        "slides.pptx": pptx(),
        "ports.csv": CSV,
        "ports.tsv": TSV,
        "ports.xlsx": xlsx(),
        "mail.eml": eml({"ports.csv": CSV}),
        "rows.jsonl": b'{"id": "r1", "title": "Row", "text": "The lighthouse keeper retired in March."}',
        "all.zip": zipped({"inner/note.txt": HARBOUR, "report.pdf": report()}),
    }
