"""Raw text of a model -> sentences and the keys they cite: every way in which a marker can be wrong, at any cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.writing.markers import Sentence, parse

KEYS = ("k1", "k2", "k3")
A, B = "Norrvik opened a quay.", "Two ferries use it."

TABLE = {
    "before the full stop": ("Norrvik opened a quay [k1].", [(A, "k1")]),
    "behind the full stop": ("Norrvik opened a quay. [k1] Two ferries use it. [k2]", [(A, "k1"), (B, "k2")]),
    "without a space": ("Norrvik opened a quay[k1]. Two ferries use it[k2].", [(A, "k1"), (B, "k2")]),
    "in the middle": ("Norrvik [k1] opened a quay. Two ferries use it [k2].", [(A, "k1"), (B, "k2")]),
    "before the sentence": ("[k1] Norrvik opened a quay.", [(A, "k1")]),
    "two in one": ("Norrvik opened a quay [k1, k2].", [(A, "k1 k2")]),
    "two with and": ("Norrvik opened a quay [k1 and k3].", [(A, "k1 k3")]),
    "two side by side": ("Norrvik opened a quay [k1][k2].", [(A, "k1 k2")]),
    "repeated": ("Norrvik [k1] opened a quay [k1] [k1].", [(A, "k1")]),
    "in capitals": ("Norrvik opened a quay [K1].", [(A, "k1")]),
    "with spaces": ("Norrvik opened a quay [ k1 ].", [(A, "k1")]),
    "nested": ("Norrvik opened a quay [[k1]].", [(A, "k1")]),
    "nested within another": ("Norrvik opened a quay [k1 [k2]].", [(A, "k1 k2")]),
    "as a footnote": ("Norrvik opened a quay [^k1].", [(A, "k1")]),
    "in round brackets": ("Norrvik opened a quay (k1).", [(A, "k1")]),
    "in Chinese brackets": ("Norrvik opened a quay【k1】.", [(A, "k1")]),
    "missing": ("Norrvik opened a quay.", [(A, "")]),
    "invented": ("Norrvik opened a quay [k9].", [(A, "")]),
    "invented beside a given one": ("Norrvik opened a quay [k9, k2].", [(A, "k2")]),
    "a number": ("Norrvik opened a quay [1].", [(A, "")]),
    "a word and a number": ("Norrvik opened a quay [source 3].", [(A, "")]),
    "a long name": ("Norrvik opened a quay [Doc-12].", [(A, "")]),
    "never closed": ("Norrvik opened a quay. [k1", [(A, "")]),
    "cut off after the bracket": ("Norrvik opened a quay [k1]. Two ferries use it [", [(A, "k1")]),
    "cut off within the key": ("Norrvik opened a quay [k1]. Two ferries use it. [k", [(A, "k1"), (B, "")]),
    "never opened": ("Norrvik opened a quay k1].", [("Norrvik opened a quay k1.", "")]),
    "no marker but brackets": ("Norrvik [a town] opened a quay [k1].", [("Norrvik a town opened a quay.", "k1")]),
    "a year in brackets": ("Norrvik opened a quay (2024) [k1].", [("Norrvik opened a quay (2024).", "k1")]),
    "a list": ("- Norrvik opened a quay. [k1]\n- Two ferries use it. [k2]", [(A, "k1"), (B, "k2")]),
    "a numbered list": ("1. Norrvik opened a quay. [k1]\n2) Two ferries use it. [k2]", [(A, "k1"), (B, "k2")]),
    "headings and emphasis": ("## Answer\n**Norrvik** opened a _quay_. [k1]", [("Answer", ""), (A, "k1")]),
    "a fence of code": ("```\nNorrvik opened a quay. [k1]\n```", [(A, "k1")]),
    "thinking aloud": ("<think>Two ferries use it. [k2]</think>\nNorrvik opened a quay. [k1]", [(A, "k1")]),
    "thinking that was opened in the prompt": ("Hm. [k2]</think>Norrvik opened a quay. [k1]", [(A, "k1")]),
    "thinking that never ends": ("Norrvik opened a quay. [k1]\n<think>Two ferries use it. [k2]", [(A, "k1")]),
    "letters that cannot be seen": ("Nor\u200brvik opened\u202e a quay. [k1]\ue000", [(A, "k1")]),
    "no full stop but a marker": ("Norrvik opened a quay [k1]", [("Norrvik opened a quay", "k1")]),
    "cut off in the middle": ("Norrvik opened a quay [k1]. Two ferries u", [(A, "k1")]),
    "nothing but markers": ("[k1] [k2]", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize("name", TABLE)
def test_raw_text_becomes_clean_sentences(name: str) -> None:
    raw, expected = TABLE[name]
    assert parse(raw, KEYS, finished=True) == [Sentence(text, tuple(keys.split())) for text, keys in expected]


@pytest.mark.parametrize("name", TABLE)
def test_what_is_shown_of_a_beginning_never_changes_as_more_arrives(name: str) -> None:
    raw, _ = TABLE[name]
    if "think" in name:
        pytest.skip("what was thought is taken away when it turns out to be that")
    before: list[Sentence] = []
    for end in range(len(raw) + 1):
        now = parse(raw[:end], KEYS, finished=False)
        assert now[: len(before)] == before, raw[:end]
        before = now


@given(st.text(alphabet="k129[](){}., \n*_`<>/【】^#-aé\ue000", max_size=60), st.booleans())
@settings(deadline=None, max_examples=300)
def test_no_bracket_no_invented_key_and_no_control_letter_survives(raw: str, finished: bool) -> None:
    for sentence in parse(raw, KEYS, finished=finished):
        assert not set("[]【】`\ue000\n") & set(sentence.text)
        assert set(sentence.keys) <= set(KEYS)
        assert len(set(sentence.keys)) == len(sentence.keys)
        assert sentence.text.strip() == sentence.text != ""
