"""Reading ahead: every result, in order, so many at once, and nothing more once nobody wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.ahead import read_ahead


def counted(number: int) -> Iterator[str]:
    yield from (f"{number}.{part}" for part in range(number))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 4))
def test_every_result_comes_in_the_order_of_the_sources(numbers: list[int], workers: int) -> None:
    expected = [result for number in numbers for result in counted(number)]
    assert list(read_ahead(numbers, counted, workers=workers)) == expected


def test_several_sources_are_read_at_once() -> None:
    both = threading.Barrier(2, timeout=20)

    def read(number: int) -> Iterator[int]:
        both.wait()  # passes only when the other is read at the same time
        yield number

    assert list(read_ahead([1, 2, 3, 4], read, workers=2)) == [1, 2, 3, 4]


def test_an_error_is_raised_at_its_place() -> None:
    def read(number: int) -> Iterator[int]:
        yield number
        if number == 2:
            raise ValueError("torn")

    taken = read_ahead([1, 2, 3], read, workers=2)
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(ValueError, match="torn"):
        next(taken)


def test_only_so_much_is_ahead_and_what_is_not_wanted_is_closed() -> None:
    begun: list[int] = []
    given_out = [0]
    closed = threading.Event()

    def endless(number: int) -> Iterator[int]:
        begun.append(number)
        try:
            while True:
                given_out[0] += 1
                yield number
        finally:
            closed.set()

    taken = read_ahead(range(1000), endless, workers=2)
    assert [next(taken) for _ in range(50)] == [0] * 50
    taken.close()  # type: ignore[attr-defined]  # it is a generator
    assert closed.wait(20)
    assert len(begun) <= 2
    assert given_out[0] < 50 + 2 * 20
