"""Questions asked otherwise: of another name, of a whole library, in haste; and the names in them."""

import random
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_training import EXAMPLES

from qa.training.data import Example
from qa.training.variants import as_typed, name_groups, names_in, near_miss, situated


def test_a_near_miss_asks_of_another_year_or_name_and_has_no_answer() -> None:
    rng = random.Random(1)
    missed = near_miss(replace(EXAMPLES[0], question="What does Beijing want by 2025?"), [], rng)
    assert missed is not None
    assert "2025" not in missed.question
    assert not missed.answerable
    named = near_miss(EXAMPLES[0], ["Guangdong", "Shanghai"], rng)  # Shanghai stands in the context
    assert named is not None
    assert (named.question, named.answers) == ("What does Guangdong want?", ())
    assert near_miss(EXAMPLES[1], ["Guangdong"], rng) is None


def test_a_situated_question_names_its_article_and_keeps_its_answer_or_names_another_and_has_none() -> None:
    text = (
        "However, the plan of Beijing is old. In 2023 Shanghai had one. Guangdong has none. Shenzhen builds two Zones."
    )
    example = Example("What does Shenzhen build?", text, "China's Plans", ((text.index("two"), text.index(".", 90)),))
    made = [situated(example, ["Guangdong", "Hangzhou"], random.Random(seed)) for seed in range(300)]
    asked = {one.question.lower(): one for one in made if one is not None}
    for question, one in asked.items():
        assert "shenzhen" in question
        assert ("hangzhou" in question) is not one.answerable, "the name of another article"
        if one.answerable:
            assert one == replace(example, question=one.question)
            assert re.search("china's plans|beijing|shanghai", question), "of the title or the first two sentences"
    assert {"china's plans: what does shenzhen build?", "what does shenzhen build in beijing?"} <= asked.keys()
    nameless = Example("What is new?", "Two Zones are new. However, one is old.", "", ((0, 9),))
    assert {situated(nameless, [], random.Random(seed)) for seed in range(30)} == {None}


@given(st.text(max_size=60), st.integers(0, 999))
def test_a_question_as_typed_keeps_its_letters(question: str, seed: int) -> None:
    typed = as_typed(question, random.Random(seed))
    assert set(typed) - {" "} <= set(question)


def test_names_are_without_the_word_that_opens_a_question() -> None:
    assert names_in("In Norway, did Ada Moss meet the King of Spain?") == ["Norway", "Ada Moss", "King of Spain"]
    assert names_in("Did Tesla pay?") == ["Tesla"]
    assert names_in("Who is it? What?") == []


def test_a_word_that_opens_a_question_is_no_name_of_its_article() -> None:
    asked = ["Along which river is Varn?", "Name the mayor of Holm.", "What's in Pell, Orsa and Tann?", "Does Ulm pay?"]
    (names,) = name_groups([Example(question, "", "Towns") for question in [*asked, "Is Varn's port open?"]])
    assert names == ["Holm", "Orsa", "Pell", "Tann", "Ulm", "Varn"]
    assert name_groups([Example(asked[0], "", "Towns")]) == [], "fewer than six"


def test_a_name_is_swapped_as_a_whole_word() -> None:
    example = Example("Was Ann seen in Annapolis?", "Ann was seen on Monday.", "")
    missed = near_miss(example, ["Askel"], random.Random(1))
    assert missed is not None
    assert missed.question == "Was Askel seen in Annapolis?"
