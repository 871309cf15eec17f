"""Answers to paste elsewhere: what stands on the page stands there too, and nothing in an article becomes markup."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.types import Document
from qa.chat.article import article_html
from qa.chat.conversations import Conversation, Exchange, Summary
from qa.chat.page import answer_html
from qa.chat.quote import (
    bibtex,
    bibtex_text,
    conversation_markdown,
    markdown,
    markdown_parts,
    markdown_text,
    plain,
)
from qa.show import answer_text, is_web_address, place
from qa.types import Answer, Citation, Kind, Refusal

SENTENCE = "Portavel bought 450 new vehicles and fitted electric drives to 142 older ones."
WEB = "https://tramline.example/2024/last_bus?id=7&page=2#end"
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)
NASTY = st.text(st.sampled_from("\\`*_{}[]<>()#+-.!|~&@:/$^%=1 aw\n\"'"), max_size=30)
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def cited(marker: int = 1, **changed: Any) -> Citation:
    given: dict[str, Any] = {
        "document_id": "buses",
        "title": "The last diesel bus",
        "source": "/home/noor/articles/buses.txt",
        "start": 0,
        "end": len(SENTENCE),
        "quote": SENTENCE,
        "answer": "450",
        "published": "2024-11-14",
    }
    return Citation(marker=marker, **given | changed)


def answered(text: str = "450", *citations: Citation, kind: Kind = "span") -> Answer:
    return Answer("How many?", text, kind, 0.8, citations or (cited(),))


def shown(markdown_source: str) -> str:
    """The words that a reader sees, provided they are one paragraph of nothing but text."""
    tokens = GITHUB.parse(markdown_source)
    if not tokens:
        return ""
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text"}, markdown_source
    return "".join(child.content for child in children)


# ── Plain text ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_plain_text_gives_the_answer_and_where_it_stands() -> None:
    assert plain(answered("450", cited(page=3))) == (
        f"450 [1]\n\n[1] “{SENTENCE}”\n    The last diesel bus, 2024-11-14, p. 3, buses.txt"
    )


def test_a_web_address_is_quoted_whole_and_what_is_not_known_is_left_out() -> None:
    text = plain(answered("450", cited(source=WEB, published=None, title="")))
    assert text.splitlines()[-1] == f"    {WEB}"


def test_a_list_keeps_its_own_markers() -> None:
    both = answered("450 new [1]; 142 older [2]", cited(1), cited(2), kind="list")
    assert plain(both).splitlines()[0] == "450 new [1]; 142 older [2]"
    assert plain(both).count("[2]") == 2


def test_a_disagreement_says_that_it_is_one() -> None:
    both = answered("450 [1]; 430 [2]", cited(1), cited(2, document_id="b"), kind="disagreement")
    assert plain(both).startswith("The articles disagree: 450 [1]; 430 [2]\n")
    assert markdown(both).startswith("The articles disagree: 450[^1]; 430[^2]\n")


def test_what_a_language_model_wrote_is_called_so_and_its_footnotes_count_on() -> None:
    short = answered("450", cited())
    written = answered("It bought 450 [1]. It fitted 142 [2].", cited(1), cited(2, page=3), kind="generated")
    assert plain(short, written) == (
        "450 [1]\n\nWritten out by a language model: It bought 450 [2]. It fitted 142 [3].\n\n"
        f"[1] “{SENTENCE}”\n    The last diesel bus, 2024-11-14, buses.txt\n"
        f"[2] “{SENTENCE}”\n    The last diesel bus, 2024-11-14, buses.txt\n"
        f"[3] “{SENTENCE}”\n    The last diesel bus, 2024-11-14, p. 3, buses.txt"
    )
    note = f"“{SENTENCE}” *The last diesel bus*, 2024-11-14, "
    assert markdown(short, written) == (
        "450[^1]\n\nWritten out by a language model: It bought 450[^2]. It fitted 142[^3].\n\n"
        f"[^1]: {note}buses.txt\n\n[^2]: {note}buses.txt\n\n[^3]: {note}p. 3, buses.txt"
    )


def test_a_refusal_is_its_sentence_without_footnotes() -> None:
    refused = Answer("Who?", "", "refused", 0.1, refusal=Refusal("not_found", "The articles don't say."))
    assert (plain(refused), markdown_parts(refused)) == ("The articles don't say.", ("The articles don't say.", []))


def test_a_pasted_text_is_called_so_and_not_by_the_mark_that_it_is_kept_under() -> None:
    answer = answered("450", cited(source="pasted:3fa2b1c0d9e8"))
    copied = (plain(answer), markdown(answer), bibtex(answer.citations), answer_text(answer))
    assert all("pasted text" in text and "3fa2b1c0d9e8" not in text for text in copied)
    article = article_html(Document("buses", "Buses", SENTENCE, "pasted:3fa2b1c0d9e8"), 0, 0)
    page = answer_html(answer, titles={})
    assert 'data-word="pasted"' in article
    assert "3fa2b1c0d9e8" not in article + page


def test_a_place_names_no_folder_of_this_machine() -> None:
    assert place("/home/noor/private/buses.txt") == place(r"C:\Users\noor\buses.txt") == "buses.txt"
    assert [is_web_address(text) for text in (WEB, "http://[", "file:///etc/passwd", "javascript://x", "")] == [
        True,
        False,
        False,
        False,
        False,
    ]


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_markdown_gives_the_answer_with_references_and_their_footnotes() -> None:
    assert markdown(answered("450", cited(source=WEB))) == (
        f"450[^1]\n\n[^1]: “{SENTENCE}” *The last diesel bus*, 2024-11-14, <{WEB}>"
    )


def test_footnotes_count_on_from_where_the_answer_before_left_off() -> None:
    text, notes = markdown_parts(answered("450 [1]; 142 [2]", cited(1), cited(2), kind="list"), first=5)
    assert text == "450[^5]; 142[^6]"
    assert [note[:5] for note in notes] == ["[^5]:", "[^6]:"]


def test_lines_of_an_answer_become_paragraphs() -> None:
    text, _ = markdown_parts(answered("- new: 450 [1]\n- old: 142 [2]", cited(1), cited(2), kind="summary"))
    assert text == "\\- new: 450[^1]\n\n\\- old: 142[^2]"


def test_an_articles_own_bracket_is_no_reference() -> None:
    assert markdown_parts(answered("note [1] of 3"))[0] == "note \\[1\\] of 3[^1]"


def test_what_follows_a_reference_makes_neither_a_link_nor_a_footnote_of_it() -> None:
    text, _ = markdown_parts(answered("[1](https://evil.example) and [1]: x", kind="list"))
    assert text == "[^1]\\(https\\://evil.example) and[^1]\\: x"
    assert "link_open" not in str(GITHUB.parse(text))


def test_a_picture_or_markup_in_an_article_is_only_words_in_the_footnote() -> None:
    hostile = "![x](https://evil.example/p.png) <script>alert(1)</script> www.evil.example **now**"
    note = markdown(answered("450", cited(quote=hostile, title=hostile, source=hostile)))
    html = GITHUB.render(note.replace("[^1]", ""))
    assert not re.search(r"<(?!/?(p|em)>)", html)
    assert not re.search(r"(?<!\\):(?=//)|www\.", note)


@given(PRINTABLE | NASTY)
def test_markdown_shows_exactly_the_words_that_were_given(text: str) -> None:
    assert shown(markdown_text(text)) == re.sub(r"\s+", " ", text).strip()


@given(NASTY)
def test_github_finds_no_link_of_its_own(text: str) -> None:
    assert not re.search(r"(?<!\\):(?=//)|www\.|(?<!\\)@", markdown_text(text), re.IGNORECASE)


@given(st.lists(PRINTABLE | NASTY, min_size=1, max_size=4))
def test_every_reference_has_its_footnote_and_no_other_reference_appears(pieces: list[str]) -> None:
    pieces = [re.sub(r"\[\d+\]", "", piece) for piece in pieces]
    text = "".join(f"{piece} [{number}]" for number, piece in enumerate(pieces, 1))
    if re.findall(r"\[(\d+)\]", text) != [str(number) for number in range(1, len(pieces) + 1)]:
        return  # two pieces made a marker together
    made, notes = markdown_parts(answered(text, *(cited(n) for n in range(1, len(pieces) + 1)), kind="list"), first=3)
    unescaped = re.sub(r"\\.", "", made, flags=re.DOTALL)
    assert re.findall(r"\[\^(\d+)\]", unescaped) == [str(n + 2) for n in range(1, len(pieces) + 1)]
    assert len(notes) == len(pieces)


@pytest.mark.parametrize(
    ("kind", "confidence", "said"),
    [
        ("span", 0.81, "81% sure"),
        ("span", 0.996, "99% sure"),  # no estimate can promise all
        ("span", 0.001, "1% sure"),  # or none
        ("summary", 1.0, ""),  # quoted: nothing was estimated
        ("disagreement", 0.81, ""),  # the estimate is for one of its answers
    ],
)
def test_an_export_and_the_terminal_say_how_sure_an_answer_is_and_never_that_it_is_certain(
    kind: Kind, confidence: float, said: str
) -> None:
    answer = replace(answered("450 [1]", kind=kind), confidence=confidence)
    day = dt.datetime(2024, 11, 14, tzinfo=dt.UTC)
    kept = Conversation(Summary("c1", "Buses", day, 1), (Exchange(answer, day),))
    exported = conversation_markdown(kept, document_of=lambda _id: None)
    for text in (exported, answer_text(answer)):
        assert re.findall(r"\((.*? sure)\)", text) == ([said] if said else [])


# ── BibTeX ────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}
PRINTED = re.compile(r"\\(?P<name>text[a-z]+)\{\}|\\(?P<sign>[$&#%_])|(?P<plain>[^\\{}$&#%_~^])")


def printed_by_latex(source: str) -> str:
    """What LaTeX prints of text that uses only the commands above. Fails for anything else."""
    out, at = "", 0
    while at < len(source):
        match = PRINTED.match(source, at)
        assert match, f"LaTeX would choke on {source[at:]!r}"
        out += COMMANDS[match["name"]] if match["name"] else match["sign"] or match["plain"]
        at = match.end()
    return out


def entries(source: str) -> list[tuple[str, str, dict[str, str]]]:
    """(type, key, fields) of every entry, read by counting braces as BibTeX does."""
    found = []
    for part in re.split(r"(?m)^(?=@)", source)[1:]:
        head = re.match(r"@(\w+)\{([^,\s]+),\n", part)
        assert head
        fields, at = {}, head.end()
        while name := re.compile(r"  (\w+) = \{").match(part, at):
            depth, end = 1, name.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(part[end], 0)
                end += 1
            fields[name[1]] = part[name.end() : end - 1]
            assert part[end : end + 2] == ",\n"
            at = end + 2
        assert part[at:].strip() == "}"
        found.append((head[1], head[2], fields))
    return found


def test_a_web_page_is_online_and_a_file_is_misc() -> None:
    (web,) = entries(bibtex([cited(source=WEB)]))
    assert (web[0], web[2]) == (
        "online",
        {"title": "{The last diesel bus}", "url": WEB, "date": "2024-11-14", "note": f"``{SENTENCE}''"},
    )
    (file,) = entries(bibtex([cited(page=3, published=None)]))
    assert (file[0], file[2]) == (
        "misc",
        {"title": "{The last diesel bus}", "howpublished": "buses.txt", "note": f"``{SENTENCE}'' (p. 3)"},
    )
    assert re.fullmatch(r"last2024-[0-9a-f]{8}", web[1])
    assert re.fullmatch(r"last-[0-9a-f]{8}", file[1])


def test_two_sentences_of_one_document_are_one_entry_with_both() -> None:
    (entry,) = entries(bibtex([cited(1), cited(2, quote="It was cold."), cited(3)]))
    assert entry[2]["note"] == f"``{SENTENCE}''; ``It was cold.''"


def test_a_key_stays_when_copied_again_and_differs_between_documents_of_one_title() -> None:
    (alone,) = entries(bibtex([cited()]))
    both = entries(bibtex([cited(document_id="other"), cited()]))
    assert both[1][1] == alone[1] != both[0][1]


def test_a_title_without_latin_letters_has_a_key_all_the_same() -> None:
    ((_, key, fields),) = entries(bibtex([cited(title="中国人工智能")]))
    assert key.startswith("article2024-")
    assert fields["title"] == "{中国人工智能}"


@given(st.lists(st.builds(cited, st.just(1), title=PRINTABLE, document_id=PRINTABLE), min_size=1, max_size=6))
def test_keys_are_unique_and_plain(citations: list[Citation]) -> None:
    keys = [key for _, key, _ in entries(bibtex(citations))]
    assert len(set(keys)) == len(keys) == len({citation.document_id for citation in citations})
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


@given(PRINTABLE | NASTY)
def test_latex_prints_exactly_the_characters_that_were_given(text: str) -> None:
    assert printed_by_latex(bibtex_text(text)) == " ".join(text.split())


@given(PRINTABLE | NASTY, PRINTABLE | NASTY, PRINTABLE | NASTY)
def test_no_text_of_an_article_breaks_out_of_its_entry(title: str, quote: str, tail: str) -> None:
    for source in (f"https://tramline.example/{tail}", f"/home/noor/{tail}"):
        ((kind, _, fields),) = entries(bibtex([cited(title=title, quote=quote, source=source)]))
        assert printed_by_latex(fields["note"]) == f"``{' '.join(quote.split())}''"
        assert fields["title"] == "{" + bibtex_text(title) + "}"
        assert set(fields) == {"title", "url" if kind == "online" else "howpublished", "date", "note"}
        assert not set(fields.get("url", "")) & set('{}\\ "<>')
