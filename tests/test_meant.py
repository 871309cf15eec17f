"""Which documents of a library are meant: by somebody on a topic, however many articles speak of it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from fakes import HashEncoder

from index.library import Library
from index.types import Document
from qa.kinds import asked_for
from qa.meant import MOST_LISTED, Scope, meant, those

BY_LEE = [f"d{number:03}" for number in range(0, 200, 4)]  # every fourth of 200
DAY_ONE = dt.date(2024, 1, 1)


@pytest.fixture(scope="module")
def trams() -> Iterator[Library]:
    with Library(None, HashEncoder()) as made:
        list(
            made.add(
                Document(
                    f"d{number:03}",
                    f"Line {number}",
                    f"Trams of line {number} run at night." + " It rains." * number,
                    f"{number}.txt",
                    DAY_ONE + dt.timedelta(days=number),
                    "Ann Lee" if number % 4 == 0 else "Ben Rowe",
                )
                for number in range(200)
            )
        )
        yield made


def ids(library: Library, question: str, within: list[str] | None = None) -> list[str]:
    return those(library, asked_for(question).articles, Scope(within))


@pytest.mark.parametrize(
    ("order", "author", "expected"),
    [
        ("newest", "Ann Lee", "d196"),
        ("oldest", "Ann Lee", "d000"),
        ("newest", "Ben Rowe", "d199"),
        ("oldest", "Ben Rowe", "d001"),
    ],
)
def test_the_newest_by_somebody_on_a_topic_is_the_newest_of_all_of_them(
    trams: Library, order: str, author: str, expected: str
) -> None:
    assert ids(trams, f"What is the {order} article by {author} about trams?") == [expected]


def test_articles_by_somebody_on_a_topic_are_all_found_or_more_than_are_listed(trams: Library) -> None:
    found = ids(trams, "How many articles by Ann Lee about trams?")
    assert len(found) > MOST_LISTED
    assert set(found) <= set(BY_LEE)
    in_march = "How many articles by Ann Lee about trams published in March 2024?"
    assert sorted(ids(trams, in_march)) == [f"d{number:03}" for number in range(60, 91, 4)]  # 1 March is day 60


def test_articles_by_somebody_are_looked_for_where_one_looks(trams: Library) -> None:
    some = ["d000", "d001", "d100"]
    assert sorted(ids(trams, "Which articles by Ann Lee mention trams?", some)) == ["d000", "d100"]
    assert ids(trams, "Which articles by Nobody mention trams?") == []
    assert sorted(ids(trams, "Which articles are there by Ann Lee?")) == BY_LEE


@pytest.mark.parametrize(
    ("notes", "nearest"),
    [("Press release: the dam is open.", "n"), ("The dam is open.", None)],
)
def test_a_press_release_is_the_article_that_says_so_or_the_only_one(notes: str, nearest: str | None) -> None:
    which = asked_for("Summarise the press release").articles
    with Library(None, HashEncoder()) as made:
        list(made.add([Document("n", "The dam", notes, "n.txt")]))
        assert (only := meant(made, which, Scope())) is not None
        assert only.id == "n"
        list(made.add([Document("m", "The eel", "Eels were caught.", "m.txt")]))
        found = meant(made, which, Scope())
        assert (found and found.id) == nearest
