"""The spans that say who wrote an article and when it was changed: in its heading, at their exact range."""

import pytest

from index.types import Document
from qa.catalogue import asks_for_update, byline, date_line


def headed(heading: str, *, author: str = "Lee") -> Document:
    head = f"{heading}\n\n"
    text = f"{head}The market grew on 9 May 2024, says Lee."
    return Document("d", "Leeds market grows", text, "d.txt", author=author, body_start=len(head))


@pytest.mark.parametrize(
    ("heading", "start"),
    [
        ("Leeds market grows\nBy Lee", 22),
        ("Lee on markets\nBy Lee", 18),
        ("What Lee saw", 5),
        ("Leeds market grows", None),
        ("Flee\nLee-Ann Moss", 5),
    ],
)
def test_the_author_is_cited_as_a_word_where_the_heading_last_has_it(heading: str, start: int | None) -> None:
    found = byline(headed(heading))
    assert (found and found.start) == start
    assert found is None or found.text == "Lee"


def test_an_article_without_an_author_has_no_byline() -> None:
    assert byline(headed("By Lee", author="")) is None


@pytest.mark.parametrize("label", ["Updated", "Modified", "Last modified"])
@pytest.mark.parametrize("question", ["When was it updated?", "When was the market article last modified?"])
def test_an_update_is_one_under_either_label(label: str, question: str) -> None:
    found = date_line(headed(f"Published: 1 May 2024\n{label}: 5 May 2024"), question)
    assert found is not None
    assert found.text == "5 May 2024"


def test_a_date_under_another_label_is_no_update() -> None:
    assert date_line(headed("Published: 1 May 2024"), "When was it modified?") is None


@pytest.mark.parametrize(
    ("question", "is_update"),
    [
        ("When was the article on modified crops published?", False),
        ("When was the article on crops published by Rey modified?", True),
        ("When did it appear?", False),
    ],
)
def test_the_last_label_is_what_is_asked_for(question: str, is_update: bool) -> None:
    assert asks_for_update(question) == is_update
