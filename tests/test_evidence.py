"""The decision: features by hand, thresholds, disagreement."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Hit, ModelError, Passage
from qa.evidence import FEATURES, Calibration, Decision, decide, features, found_behind
from qa.reader import Span
from qa.same import same_answer

# Only the span score counts: probability = 1 / (1 + e^-score).
PLAIN = Calibration((1.0, 0.0, 0.0, 0.0, 0.0, 0.0), intercept=0.0, threshold=0.5, second_threshold=0.7)


def span(text: str, score: float, *, passage: int = 1, document: str = "d", around: str = "", title: str = "") -> Span:
    whole = around or text
    start = whole.index(text)
    return Span(Passage(passage, document, 0, len(whole), whole, title), start, start + len(text), text, score)


def decided(question: str, spans: Sequence[Span], calibration: Calibration) -> Decision:
    """Of passages that were found equally near."""
    return decide(question, spans, calibration, [Hit(each.passage, 1.0) for each in spans])


def test_the_probability_is_the_logistic_of_the_weighted_features() -> None:
    calibration = Calibration((0.5, -2.0), intercept=0.25, threshold=0.5, second_threshold=0.7)
    # 0.25 + 0.5 * 3 - 2 * 0.5 = 0.75; 1 / (1 + e^-0.75) = 0.679178...
    assert calibration.probability((3.0, 0.5)) == pytest.approx(1 / (1 + math.exp(-0.75)))


def test_features_of_a_small_case_worked_by_hand() -> None:
    best = span("300 billion yuan", 4.0, around="Beijing wants 300 billion yuan by 2025.")
    # of beijing, 2025 and goal, goal is missing
    assert list(features("What is Beijing's 2025 goal?", best, 0.0)) == pytest.approx([4.0, 1 / 3, 0, 0, 0, 0])
    assert features("What?", span("x", 99.0), 0.0) == (12.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_that_most_words_are_missing_is_seen() -> None:
    best = span("300 billion yuan", 4.0, around="Beijing wants 300 billion yuan by 2025.")
    assert features("What about Beijing in 2025?", best, 0.0)[1:3] == (0.0, 0.0)
    assert features("Does Shanghai build new ports?", best, 0.0)[1:3] == (1.0, 1.0)
    assert features("What does Shanghai plan for 2025?", best, 0.0)[1:3] == (2 / 3, 0.0)


def test_what_the_title_or_the_lead_says_is_not_missing() -> None:
    passage = Passage(1, "d", 0, 16, "300 billion yuan", "A goal", "Beijing plans for 2025.")
    assert features("What is Beijing's 2025 goal?", Span(passage, 0, 16, passage.text, 1.0), 0.0)[1:] == (0.0,) * 5


def test_names_and_years_that_the_passage_lacks_are_seen() -> None:
    best = span("300 billion yuan", 4.0, around="Beijing wants 300 billion yuan by 2025.")
    # of the names Shanghai and Tower neither stands there, nor does 2030
    assert features("What is Shanghai Tower for in 2030?", best, 0.0)[3:5] == (1.0, 1.0)
    # Beijing does, Tower does not; of 2025 and 2030 one year is enough
    assert features("What is Beijing Tower for in 2025 or 2030?", best, 0.0)[3:5] == (0.5, 0.0)


def test_only_the_sentence_of_the_answer_and_the_one_before_it_are_nearby() -> None:
    text = "Shanghai is large. Beijing has a plan. It wants 300 billion yuan. Shenzhen builds."
    best = span("300 billion yuan", 1.0, around=text)
    missing = {
        city: features(f"How much does {city} want?", best, 0.0)[3] for city in ("Shanghai", "Beijing", "Shenzhen")
    }
    assert missing == {"Shanghai": 1.0, "Beijing": 0.0, "Shenzhen": 1.0}


def test_the_sentence_before_may_stand_before_the_passage() -> None:
    text = "It wants 300 billion yuan."
    passage = Passage(1, "d", 50, 76, text, "", "Shanghai is large. Beijing has a plan.")
    best = Span(passage, 59, 75, "300 billion yuan", 1.0)
    assert text[9:25] == best.text
    missing = {city: features(f"How much does {city} want?", best, 0.0)[3] for city in ("Shanghai", "Beijing")}
    assert missing == {"Shanghai": 1.0, "Beijing": 0.0}


@pytest.mark.parametrize("mark", ["-", "•", "2."])
def test_of_an_item_of_a_list_what_introduces_the_list_is_nearby(mark: str) -> None:
    text = f"Shanghai is large.\n\nBeijing plans:\n\n{mark} a bridge of Oslo\n{mark} a tower\n{mark} a dam"
    third = span("a dam", 1.0, around=text)
    missing = {city: features(f"What does {city} plan?", third, 0.0)[3] for city in ("Shanghai", "Beijing", "Oslo")}
    assert missing == {"Shanghai": 1.0, "Beijing": 0.0, "Oslo": 1.0}


def test_a_name_with_a_hyphen_is_looked_for_in_its_halves() -> None:
    best = span("engines", 4.0, around="Rolls-Royce makes engines.")
    assert features("What does Rolls-Royce make?", best, 0.0)[3] == 0.0
    assert features("What does Rolls-Nacelle make?", best, 0.0)[3] == 0.5


def test_a_word_of_the_same_stem_is_not_missing() -> None:
    assert features("Who developed it?", span("Developers in Oslo", 1.0), 0.0)[1] == 0.0
    assert features("Who is the mayor?", span("Developers in Oslo", 1.0), 0.0)[1] == 1.0


def test_no_spans_is_a_refusal_without_confidence() -> None:
    decision = decided("Who?", [], PLAIN)
    assert decision.spans == ()
    assert decision.confidence == 0.0


def test_below_the_threshold_it_refuses_and_at_it_it_answers() -> None:
    assert decided("Who?", [span("Ada", -0.01)], PLAIN).spans == ()
    assert [s.text for s in decided("Who?", [span("Ada", 0.0)], PLAIN).spans] == ["Ada"]


def test_a_refusal_still_reports_how_sure_it_was() -> None:
    assert decided("Who?", [span("Ada", -1.0)], PLAIN).confidence == pytest.approx(1 / (1 + math.e))


def test_the_most_probable_span_is_given_though_the_reader_prefers_another() -> None:
    looks = Calibration((1.0, -4.0, 0.0, 0.0, 0.0, 0.0), intercept=0.0, threshold=0.5, second_threshold=0.7)
    other = span("a layout", 3.0, passage=1, around="Beijing is speeding up a layout of theory.")
    best = span("300 billion", 2.5, passage=2, around="By 2025 the target of Beijing is 300 billion yuan.")
    decision = decided("What is Beijing's 2025 target?", [other, best], looks)
    assert decision.spans == (best,)
    assert decision.confidence == pytest.approx(
        looks.probability(features("What is Beijing's 2025 target?", best, 0.0))
    )


def test_how_far_behind_the_nearest_its_passage_was_found_counts_in_the_choice() -> None:
    nearest, second = (Passage(number, f"d{number}", 0, 3, "Oslo") for number in (1, 2))
    hits = [Hit(second, 0.4), Hit(nearest, 0.7)]
    assert found_behind(hits) == {1: 0.0, 2: pytest.approx(0.3)}
    assert features("Where?", Span(second, 0, 4, "Oslo", 1.0), 0.3)[-1] == 0.03
    steep = Calibration((1.0, 0.0, 0.0, 0.0, 0.0, -100.0), intercept=0.0, threshold=0.5, second_threshold=0.7)
    near, far = Span(nearest, 0, 4, "Oslo", 1.0), Span(second, 0, 4, "Oslo", 3.0)
    assert decide("Where?", [far, near], steep, hits).spans == (near,)
    assert decide("Where?", [far, near], PLAIN, hits).spans == (far,)


def test_two_confident_figures_from_two_passages_disagree() -> None:
    spans = [span("2,200", 5.0, passage=1), span("4,300", 4.0, passage=2, document="e")]
    assert [s.text for s in decided("How many firms are there?", spans, PLAIN).spans] == ["2,200", "4,300"]
    spelled = [span("Three people", 5.0, passage=1), span("seven people", 4.0, passage=2, document="e")]
    assert decided("How many people died?", spelled, PLAIN).spans == tuple(spelled)
    same = [span("Seven people", 5.0, passage=1), span("7 people", 4.0, passage=2, document="e")]
    assert decided("How many people died?", same, PLAIN).spans == (same[0],)


VALUES = (("Ann Lee", 0.3), ("Bo Ek", 0.1), ("Ida Holm", -0.05))


def test_another_value_nearly_as_sure_disagrees_though_neither_is_very_sure() -> None:
    best, near, far = (span(text, score, passage=n, document=text) for n, (text, score) in enumerate(VALUES))
    assert decided("Who is the mayor of Oslo?", [best, near], PLAIN).spans == (best, near)  # 0.57 and 0.52
    surer = span("Ann Lee", 1.0, document="surer")  # 0.73
    assert decided("Who is the mayor of Oslo?", [surer, near], PLAIN).spans == (surer,)
    assert decided("Who is the mayor of Oslo?", [best, far], PLAIN).spans == (best,)  # under the threshold


@pytest.mark.parametrize(
    ("question", "second"),
    [
        (
            "How many firms are there?",
            span("4,300", 0.5, passage=2, document="e"),
        ),  # 0.62 is under the second threshold
        ("How many firms are there?", span("4,300", 4.0, passage=2)),  # the same article
        ("How many firms are there?", span("about 2,200", 4.0, passage=2, document="e")),  # the same figure
        ("How many firms are there?", span("Beijing", 4.0, passage=2, document="e")),  # not a figure
        ("Where are the firms?", span("4,300", 4.0, passage=2, document="e")),  # no figure was asked for
        ("How many firms are there?", span("4,300 litres", 4.0, passage=2, document="e")),  # of something else
    ],
)
def test_these_do_not_disagree(question: str, second: Span) -> None:
    best = span("2,200", 5.0, passage=1)
    assert decided(question, [best, second], PLAIN).spans == (best,)


STORY = "The ministry counts 4,300 firms in all of China. Of these, 2,200 have their seat in Beijing."


def in_document(document: str, text: str, score: float, *, around: str, passage: int) -> Span:
    start = around.index(text)
    return Span(Passage(passage, document, 0, len(around), around), start, start + len(text), text, score)


def test_a_story_does_not_disagree_with_its_own_copy() -> None:
    best = in_document("a", "4,300", 5.0, around=STORY, passage=1)
    copy = in_document("b", "2,200", 4.0, around=STORY.replace(" all of", ""), passage=2)
    assert decided("How many firms are there?", [best, copy], PLAIN).spans == (best,)
    corrected = in_document("b", "4,500", 4.0, around=STORY.replace("4,300", "4,500"), passage=2)
    assert decided("How many firms are there?", [best, corrected], PLAIN).spans == (best, corrected)


def test_copies_count_once_and_never_in_the_place_of_another_source() -> None:
    best = in_document("a", "4,300", 9.0, around=STORY, passage=1)
    copies = [in_document(f"copy{n}", "4,300", 8.0, around=f"{STORY} It rained.", passage=2 + n) for n in range(4)]
    other = in_document("other", "4,300", 3.0, around="A census found 4,300 companies.", passage=9)
    decision = decided("How many firms are there?", [best, *copies, other], PLAIN)
    assert decision.spans == (best,)
    assert decision.agreeing == (other,)
    assert [span.passage.document_id for span in decision.copies] == ["copy0", "copy1"]


def test_copies_of_another_source_count_once_too() -> None:
    best = in_document("a", "4,300", 9.0, around="A census found 4,300 companies.", passage=1)
    copies = [in_document(f"copy{n}", "4,300", 8.0, around=STORY, passage=2 + n) for n in range(3)]
    decision = decided("How many firms are there?", [best, *copies], PLAIN)
    assert (decision.agreeing, decision.copies) == ((copies[0],), ())


def test_an_answer_is_found_at_its_own_place_in_a_copy_that_was_not_read() -> None:
    text = "In 2019 there were 12 boats. Now the harbour of Norrvik holds 12 ferries and a crane."
    start = text.rindex("12")
    best = Span(Passage(1, "a", 10, 10 + len(text), text), 10 + start, 12 + start, "12", 5.0)
    longer = f"Norrvik, Monday. {text.replace('and a crane', 'and two cranes')}"
    copy, without = Passage(2, "b", 0, len(longer), longer), Passage(3, "c", 0, 12, "Dozens came.")
    decision = decide("How many ferries?", [best], PLAIN, [Hit(best.passage, 1.0, (copy, without))])
    (found,) = decision.copies
    assert (found.passage, found.start, found.text) == (copy, longer.rindex("12"), "12")


def test_the_same_answer_with_more_words_around_it_is_the_same() -> None:
    assert same_answer("300 billion yuan", "about 300 billion yuan")
    assert same_answer("the Ministry", "Ministry")
    assert not same_answer("300 billion yuan", "500 billion yuan")
    assert same_answer("4,300", "4300 people")
    assert same_answer("three ferries", "3")
    assert same_answer("4.3 million", "4,300,000 people")
    assert same_answer("seventy-five", "75 boats")
    assert same_answer("$5 million", "5 million dollars")
    assert same_answer("14 May 2020", "May 2020")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20", "2,200"),
        ("1.5 million", "5 million"),
        ("4,300", "300"),
        ("2.5%", "5%"),
        ("A", "B12"),
        ("5", "5 million"),
        ("5", "5%"),
        ("70", "seventy-five"),
        ("guilty", "not guilty"),
        ("2020", "before 2020"),
        ("Oslo", "12"),
    ],
)
def test_another_figure_or_its_contrary_is_not_the_same(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6))
def test_a_probability_stays_between_0_and_1(values: list[float]) -> None:
    assert 0.0 <= PLAIN.probability(values) <= 1.0


def test_a_calibration_made_for_other_features_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    good = {"features": list(FEATURES), "weights": [1, 2], "intercept": 0.5, "threshold": 0.4, "second_threshold": 0.7}
    file.write_text(json.dumps(good))
    assert Calibration.load(file) == Calibration((1, 2), 0.5, 0.4, 0.7)
    file.write_text(json.dumps({**good, "features": ["score"]}))
    with pytest.raises(ModelError, match="score"):
        Calibration.load(file)
    with pytest.raises(ModelError, match="absent"):
        Calibration.load(tmp_path / "absent.json")
