"""Suggested questions: made from the library's own sentences, kept only when the library answers them from there."""

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.load import load
from index.types import Document, EmptyError, Hit, Passage
from qa import open_assistant
from qa.chat.clauses import Words, clause_of, past_of, third_person, verb_form
from qa.chat.suggest import MIN_CONFIDENCE, next_questions, suggestions
from qa.chat.templates import candidates
from qa.types import Answer, Citation, Refusal, Turn

ARTICLES = Path(__file__).parents[1] / "articles"


def document(text: str, name: str = "tern") -> Document:
    return Document(name, f"The {name}", text, f"{name}.txt")


def made(text: str) -> list[tuple[str, str]]:
    return [(candidate.question, candidate.answer) for candidate in candidates(document(text))]


# ── A sentence becomes a question ─────────────────────────────────────────────────────────────────────────────────

# What stands behind the sentence tells the rules how its first word is written elsewhere.
RULES = [
    ("Two lighthouses were built on the island.", "How many lighthouses were built on the island?", "two"),
    ("The Tern Observatory employs 46 people.", "How many people does the Tern Observatory employ?", "46"),
    (
        "In 1931 the Tern Observatory bought six large telescopes.",
        "How many large telescopes did the Tern Observatory buy?",
        "six",
    ),
    ("Some 1,200 visitors have seen the comet.", "How many visitors have seen the comet?", "some 1,200"),
    ("The ferry will carry 90 cars to Ternholm.", "How many cars will the ferry carry to Ternholm?", "90"),
    ("The dome cost 3.5 million euros, twice as much as planned.", "How much did the dome cost?", "3.5 million euros"),
    ("The new mirrors cost 400 crowns each year.", "How much do the new mirrors cost each year?", "400 crowns"),
    ("The comet medal is worth 900 pounds.", "How much is the comet medal worth?", "900 pounds"),
    ("The tunnel will be 14 metres deep, four more than the old one.", "How deep will the tunnel be?", "14 metres"),
    ("Lake Ternholm is 30 kilometres from the coast.", "How far from the coast is Lake Ternholm?", "30 kilometres"),
    ("The Tern Observatory was founded on 3 May 1911.", "When was the Tern Observatory founded?", "3 May 1911"),
    ("The dome is to open in October 2027.", "When will the dome open?", "October 2027"),
    (
        "The islanders vote on the ferry before the end of June.",
        "By when do the islanders vote on the ferry?",
        "the end of June",
    ),
    ("The ferry has stopped at Ternholm since 1958.", "Since when has the ferry stopped at Ternholm?", "1958"),
    (
        "On March 4, 1977, the Tern Observatory lost the mirror.",
        "When did the Tern Observatory lose the mirror?",
        "March 4, 1977",
    ),
    ("The dome was designed by Ada Lindqvist in 1909.", "Who designed the dome?", "Ada Lindqvist"),
    ("The ferry is run by Tern Lines.", "Who runs the ferry?", "Tern Lines"),
    ("Ada Lindqvist was born in Ternholm.", "Where was Ada Lindqvist born?", "Ternholm"),
    (
        "Ada Lindqvist, who still — after thirty years — runs the ferry, was born in Ternholm.",
        "Where was Ada Lindqvist born?",
        "Ternholm",
    ),
    ("Ternholm is the largest town of Skerry.", "What is the largest town of Skerry?", "Ternholm"),
    (
        "Ada Lindqvist was the first director of the Tern Observatory.",
        "Who was the first director of the Tern Observatory?",
        "Ada Lindqvist",
    ),
    ("Ada Lindqvist, a lecturer from Skerry, found it.", "Who is Ada Lindqvist?", "a lecturer from Skerry"),
    ("They asked the Lake Forum, a research group, for help.", "What is the Lake Forum?", "a research group"),
    ("Jonas Holm, who led the crew for Ternholm, came home.", "Who led the crew for Ternholm?", "Jonas Holm"),
    ("Jonas Holm, a sailor who owns Tern Lines, came home.", "Who owns Tern Lines?", "Jonas Holm"),
    ("Tern Lines, which owns the ferry, pays for it.", "Who owns the ferry?", "Tern Lines"),
    (
        "Ada Lindqvist of the Lake Forum called the comet dull but useful.",
        "Who called the comet dull?",
        "Ada Lindqvist",
    ),
]
BACKGROUND = (
    " Nobody saw the ferry of Ternholm near the Skerry rocks, nor the islanders, the Tern boats or the Ada prize."
)


@pytest.mark.parametrize(("sentence", "question", "answer"), RULES)
def test_a_sentence_becomes_the_question_that_it_answers(sentence: str, question: str, answer: str) -> None:
    assert (question, answer) in made(sentence + BACKGROUND)


@pytest.mark.parametrize(
    "sentence",
    [
        "He bought six telescopes in 1931.",  # who?
        "In 1931 she said that the observatory bought six telescopes.",
        "The observatory did not open in 1931.",
        "“The observatory opened in 1931.”",
        "Did the observatory open in 1931?",
        "THE OBSERVATORY",
        "The observatory has opened in 1931.",  # no English: "when has it opened"
        "The observatory stood there in 1931.",
        "The winter was cold in 1931.",
        "The share of the costs borne by the town rose in 1931 and again in 1940.",
        "The observatory saved 12 percent.",
        "The comet comes back after 76 years.",
        "Rebels led by Jonas Holm burned the ferry in 1931.",
        "Built in 1931, the observatory opened in 1935.",
        "However, a comet is a ball of ice.",
        "They live in Ternholm, Skerry, a town of boats.",
        "The Tern Group acquired all the outstanding shares of the ferry in 1995.",
    ],
)
def test_a_sentence_that_no_rule_fits_becomes_nothing(sentence: str) -> None:
    assert made(sentence + BACKGROUND) == []


def test_what_is_not_english_becomes_nothing() -> None:
    assert made("Ada Lindqvist was born in Ternholm. Der Fjord will 300 Boote.") == []
    assert made("") == []


def test_a_short_name_becomes_the_full_one_that_the_article_gives() -> None:
    text = "Nobody likes the rain. The Alder Valley Pact is old. The pact is worth 28 million euros."
    assert made(text) == [("How much is the Alder Valley Pact worth?", "28 million euros")]
    two = text + " The Birch Hill Pact is older."
    assert made(two) == [("How much is the pact worth?", "28 million euros")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The Tern Observatory employs the best. It has a dome. The Tern Observatory bought six telescopes.", True),
        ("The observatory bought six telescopes at the market.", False),
        ("The film was shown at the market on TV in May.", False),
    ],
)
def test_a_question_that_names_nothing_is_not_for_strangers(text: str, named: bool) -> None:
    found = candidates(document(text))
    assert found
    assert [candidate.named for candidate in found] == [named] * len(found)


def test_a_candidate_stands_where_it_says_in_a_long_text_too() -> None:
    filler = "Nothing happened on the island for a long time. " * 1500  # 72,000 characters
    text = f"The dome was opened in 1909. {filler}The ferry was sold in 1958. {filler}The mirror was broken in 1977."
    near = {c.question: text[c.start : c.end] for c in candidates(document(text), around=text.index("The ferry was"))}
    assert near == {"When was the ferry sold?": "The ferry was sold in 1958."}
    assert [c.question for c in candidates(document(text))] == ["When was the dome opened?"]


def test_a_heading_is_no_sentence() -> None:
    text = "The dome was opened in 1909.\n\nThe ferry was sold in 1958. Nobody likes the rain."
    headed = replace(document(text), body_start=30)
    assert [candidate.question for candidate in candidates(headed)] == ["When was the ferry sold?"]


PROSE = st.lists(
    st.sampled_from(
        "The the Ada Lindqvist Tern Observatory ferry , . bought opened was by in 1931 6 six boats people who which an a"
        " lecturer said that cost million euros and of On May (old) “ ’s is to will be deep metres — ; had worth".split()
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(PROSE | st.text(max_size=200))
def test_any_text_makes_only_questions_of_good_form_with_their_answer_in_the_sentence(text: str) -> None:
    whole = document(f"{text}. Nothing else happened on the island.")
    for candidate in candidates(whole):
        sentence = whole.text[candidate.start : candidate.end]
        assert re.fullmatch(r"(Who|What|When|Where|How|By when|Since when) [^\s?]+( [^\s?]+)*\?", candidate.question)
        assert 3 <= len(candidate.question.split()) <= 14
        assert set(re.findall(r"\w+", candidate.answer.lower())) <= set(re.findall(r"\w+", sentence.lower()))


@pytest.mark.parametrize(
    ("base", "third", "past"),
    [("carry", "carries", "carried"), ("stay", "stays", "stayed"), ("plan", "plans", "planned"),
     ("publish", "publishes", "published"), ("move", "moves", "moved"), ("buy", "buys", "bought"), ("go", "goes", "went")],
)  # fmt: skip
def test_a_verb_has_its_forms(base: str, third: str, past: str) -> None:
    assert (third_person(base), past_of(base)) == (third, past)
    assert (verb_form(third), verb_form(past)) == ((base, "s"), (base, "past"))


def test_a_word_that_is_two_verbs_is_the_common_one() -> None:
    assert verb_form("found") == ("find", "past")
    assert verb_form("founded") == ("found", "past")
    assert verb_form("table") == ("", "")


def test_a_clause_is_cut_where_another_begins() -> None:
    written = Words.of(["the ferry"])
    clause = clause_of("The old ferry, 40 metres long, carried cars and left the island in 1931", written)
    assert clause
    assert (clause.subject, clause.verb, clause.form, clause.rest) == ("the old ferry", "carry", "past", "cars")
    assert clause.asked("How often", clause.rest) == "How often did the old ferry carry cars"


# ── The library has to answer it ──────────────────────────────────────────────────────────────────────────────────

TERN = document(
    "The Tern Observatory bought six telescopes. Ada Lindqvist was born in Ternholm. The Tern Observatory was founded"
    " in 1911. The Tern Ferry was designed by Jonas Holm. The garden was planted in 1950. Nobody saw the Ada prize.",
)
QUESTIONS = [candidate.question for candidate in candidates(TERN)]


@dataclass
class Knowing:
    """Answers each question with the sentence it was made from; `change` may spoil the answer."""

    documents: dict[str, Document]
    change: Callable[[Answer], Answer] = lambda answer: answer
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        for found in self.documents.values():
            for each in candidates(found):
                if each.question == question:
                    quote = found.text[each.start : each.end]
                    cited = Citation(1, found.id, "", "", each.start, each.end, quote, answer=each.answer)
                    return self.change(Answer(question, each.answer, "span", 0.9, (cited,), understood=question))
        raise AssertionError(question)

    def document(self, document_id: str) -> Document:
        return self.documents[document_id]


def offered(asker: Knowing, *, count: int = 9, seed: int = 1) -> list[str]:
    return list(suggestions(list(asker.documents), asker, count=count, rng=random.Random(seed), deadline_s=math.inf))


def test_questions_that_the_library_answers_are_offered() -> None:
    found = offered(Knowing({"tern": TERN}))
    assert len(found) == 4
    assert set(found) == {question for question in QUESTIONS if "garden" not in question}


def moved(answer: Answer, by: int) -> Answer:
    (cited,) = answer.citations
    return replace(answer, citations=(replace(cited, start=cited.start + by, end=cited.end + by),))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answer: replace(answer, confidence=MIN_CONFIDENCE - 0.01),
        lambda answer: moved(answer, 400),
        lambda answer: replace(answer, citations=(replace(answer.citations[0], document_id="other"),)),
        lambda answer: replace(answer, citations=(replace(answer.citations[0], answer="seven"),)),
        lambda answer: replace(answer, kind="disagreement"),
        lambda answer: replace(answer, understood=answer.question + " In Ternholm?"),
        lambda answer: Answer(answer.question, "", "refused", 0.1, refusal=Refusal("not_found", "No.")),
    ],
    ids=[
        "unsure",
        "from elsewhere",
        "other document",
        "other words",
        "disagreement",
        "understood otherwise",
        "refused",
    ],
)
def test_an_answer_that_is_not_the_expected_one_keeps_its_question_back(spoil: Callable[[Answer], Answer]) -> None:
    asker = Knowing({"tern": TERN}, change=spoil)
    assert offered(asker) == []
    assert len(asker.asked) == 4


def test_an_answer_may_say_less_or_more_than_the_expected_words() -> None:
    def shorter(answer: Answer) -> Answer:
        return replace(answer, citations=(replace(answer.citations[0], answer=answer.text.split()[-1]),))

    assert len(offered(Knowing({"tern": TERN}, change=shorter))) == 4


def test_suggestions_come_from_as_many_documents_as_possible() -> None:
    others = {name: document(TERN.text.replace("Tern", name), name) for name in ("Alder", "Birch", "Cedar")}
    found = offered(Knowing(others), count=3, seed=4)
    assert all(any(name in question for question in found) for name in others)


def test_two_questions_that_are_nearly_one_are_not_both_offered() -> None:
    text = "The Tern Observatory bought six telescopes. The Tern Observatory bought nine telescopes at the market."
    asker = Knowing({"tern": document(text)})
    assert len(candidates(asker.documents["tern"])) == 2
    assert len(offered(asker)) == 1
    assert len(asker.asked) == 2


def test_no_more_are_asked_than_are_wanted() -> None:
    asker = Knowing({"tern": TERN})
    assert len(offered(asker, count=2)) == 2
    assert len(asker.asked) == 2
    assert offered(asker, count=0) == []


def test_the_same_chance_gives_the_same_questions_and_another_gives_others() -> None:
    asker = Knowing({"tern": TERN})
    assert offered(asker, count=2, seed=1) == offered(asker, count=2, seed=1)
    assert len({tuple(offered(asker, count=2, seed=seed)) for seed in range(8)}) > 1


def test_the_search_ends_in_time() -> None:
    ticks = iter(range(100))
    asker = Knowing({"tern": TERN}, change=lambda answer: replace(answer, confidence=0.0))

    def clock() -> float:
        return float(next(ticks))

    assert list(suggestions(["tern"], asker, count=9, rng=random.Random(1), deadline_s=2, clock=clock)) == []
    assert len(asker.asked) == 1  # asked at second 1; at second 2 it was over


def test_a_document_removed_in_the_meantime_is_passed_over() -> None:
    asker = Knowing({"tern": TERN})
    ids = ["gone", "tern", "gone too"]
    assert len(list(suggestions(ids, asker, count=9, rng=random.Random(1), deadline_s=math.inf))) == 4


def test_a_library_that_was_emptied_offers_nothing_more() -> None:
    def empty(answer: Answer) -> Answer:
        raise EmptyError("the library is empty")

    assert offered(Knowing({"tern": TERN}, change=empty)) == []
    assert offered(Knowing({})) == []


# ── After an answer ───────────────────────────────────────────────────────────────────────────────────────────────


def following(asker: Knowing, answer: Answer, *before: str, count: int = 3) -> list[str]:
    history = [*(Turn(question, "yes") for question in before), Turn(answer.question, answer.text)]
    return list(next_questions(answer, asker, history=history, count=count, deadline_s=math.inf))


def test_after_an_answer_its_neighbours_are_offered_nearest_first_and_without_names_too() -> None:
    asker = Knowing({"tern": TERN})
    answer = asker.ask("Who designed the Tern Ferry?")
    assert following(asker, answer, count=9) == [
        "When was the Tern Observatory founded?",
        "When was the garden planted?",
        "Where was Ada Lindqvist born?",
        "How many telescopes did the Tern Observatory buy?",
    ]
    assert following(asker, answer, count=1) == ["When was the Tern Observatory founded?"]


def test_what_was_asked_before_is_not_offered_again() -> None:
    asker = Knowing({"tern": TERN})
    answer = asker.ask("Who designed the Tern Ferry?")
    found = following(asker, answer, "when was the garden planted", "Where was Lindqvist born?", count=9)
    assert found == ["When was the Tern Observatory founded?", "How many telescopes did the Tern Observatory buy?"]


def test_a_question_whose_answer_was_just_given_is_not_offered() -> None:
    asker = Knowing({"tern": TERN})
    answer = replace(asker.ask("Who designed the Tern Ferry?"), text="It was planted in 1950")
    assert "When was the garden planted?" not in following(asker, answer, count=9)


def test_each_is_tried_as_it_would_be_asked_after_the_conversation() -> None:
    asker = Knowing({"tern": TERN})
    answer = asker.ask("Who designed the Tern Ferry?")
    following(asker, answer, "First?")
    assert {history for _, history in asker.asked[1:]} == {(Turn("First?", "yes"), Turn(answer.question, "Jonas Holm"))}


def test_after_a_refusal_the_nearest_passage_says_what_can_be_asked() -> None:
    asker = Knowing({"tern": TERN})
    hit = Hit(Passage(0, "tern", 40, 80, TERN.text[40:80]), 0.1)
    refused = Answer("Who is the mayor?", "", "refused", 0.1, (), (hit,), Refusal("not_found", "No."))
    assert len(following(asker, refused)) == 3
    greeting = Answer("Hello!", "", "refused", 0.0, refusal=Refusal("not_found", "Hello."))
    assert following(asker, greeting) == []


@pytest.mark.slow
def test_the_sample_articles_offer_questions_that_they_answer() -> None:
    articles = [article for article in load(str(ARTICLES)) if isinstance(article, Document)]
    assistant = open_assistant(documents=articles)
    ids = [article.id for article in articles]
    found = list(suggestions(ids, assistant, count=4, rng=random.Random(1), deadline_s=math.inf))
    answers = [assistant.ask(question) for question in found]
    assert all(answer.confidence >= MIN_CONFIDENCE for answer in answers)
    assert len({answer.citations[0].document_id for answer in answers}) == 4
