"""Follow-ups become questions that stand alone; first questions are left alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup import says_otherwise, standalone, topic_of
from qa.referents import names, thing
from qa.types import Turn


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What does Shanghai promote?", "And Shenzhen?", "What does Shenzhen promote?"),
        ("What does Shanghai promote?", "what about Shenzhen", "What does Shenzhen promote?"),
        ("what is Beijing's 2025 target", "And 2030?", "what is Beijing's 2030 target"),
        ("what is Beijing's 2025 target", "how about Shanghai?", "what is Shanghai's 2025 target"),
        ("What does Shanghai promote?", "By when?", "What does Shanghai promote by when?"),
        ("What does Shanghai promote?", "why?", "What does Shanghai promote why?"),
        ("What does Shanghai promote?", "But why?", "What does Shanghai promote why?"),
        ("What does Shanghai promote?", "And in which year?", "What does Shanghai promote in which year?"),
        ("What does Shanghai promote?", "For how many years?", "What does Shanghai promote for how many years?"),
        ("What does Shanghai promote?", "and now?", "What does Shanghai promote now?"),
        ("How many AI firms are in China?", "And Guangdong?", "How many AI firms are in Guangdong?"),
        ("How many buses run?", "And in Portavel?", "How many buses run in Portavel?"),
        ("What does iFlytek build?", "Where is its seat?", "Where is iFlytek's seat?"),
        ("What does iFlytek build?", "Where is that company based?", "Where is iFlytek based?"),
        ("What does Shanghai promote?", "How many firms are based there?", "How many firms are based in Shanghai?"),
        ("What does Shanghai promote?", "How many firms are there?", "How many firms are there?"),
        ("what are plasmodesmata", "what is their function", "what is plasmodesmata's function"),
        ("what is the basin?", "how deep is it?", "how deep is the basin?"),
        ("What happened that year?", "Who won that year?", "Who won that year?"),
    ],
)
def test_a_follow_up_is_completed_from_the_question_before(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("And who is the mayor?", "who is the mayor of Beijing?"),
        ("but what was the total cost", "what was the total cost of Beijing?"),
        ("And how high are the taxes?", "how high are the taxes of Beijing?"),
        ("Who is the mayor?", "Who is the mayor?"),
        ("And what is the point?", "what is the point?"),
        ("And what is the EU?", "what is the EU?"),
        ("But who pays for it?", "who pays for Beijing's 2025 target?"),
        ("And when does it open?", "when does Beijing's 2025 target open?"),
        ("And where is it built?", "where is Beijing's 2025 target built?"),
        ("and is it big?", "is Beijing's 2025 target big?"),
        ("Or isn't it late?", "isn't Beijing's 2025 target late?"),
        ("And in what year did it open?", "in what year did Beijing's 2025 target open?"),
        ("And what happened?", "what happened?"),
        ("And then who took over?", "who took over?"),
        ("and tell me about Shenzhen", "tell me about Shenzhen"),
        ("And its population?", "Beijing's population?"),
        ("What about its budget?", "Beijing's budget?"),
        ("And the mayor is who?", "And the mayor is who?"),
        ("And who is the mayor of the whole of Portavel?", "who is the mayor of the whole of Portavel?"),
    ],
)
def test_a_question_of_its_own_loses_its_and_and_its_pronoun(question: str, expected: str) -> None:
    history = [Turn("What is Beijing's 2025 target?")]
    assert standalone(question, history) == expected
    assert topic_of(question, history) == ""


@pytest.mark.parametrize(
    "question",
    [
        "And what about Shanghai's?",
        "And Shanghai’s?",
        "so what of Shanghai?",
        "And that of Shanghai?",
        "but, Shanghai?",
    ],
)
def test_another_name_may_be_possessive(question: str) -> None:
    history = [Turn("What is Beijing's 2025 target?")]
    assert standalone(question, history) == "What is Shanghai's 2025 target?"
    assert topic_of(question, history) == "Shanghai"


@pytest.mark.parametrize("name", ["May", "Will Smith", "Doctor Who"])
def test_a_name_that_looks_like_a_verb_stays_a_name(name: str) -> None:
    assert standalone(f"And {name}?", [Turn("What does Shanghai promote?")]) == f"What does {name} promote?"


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (
            "How many Indian firms are listed in India?",
            "and Brazil?",
            "How many Indian firms are listed in Brazil?",
        ),
        ("Which American companies left America?", "and Russia?", "Which American companies left Russia?"),
        ("Which banks of Oslo left Oslo?", "and Bergen?", "Which banks of Oslo left Bergen?"),
    ],
)
def test_the_last_whole_name_is_exchanged(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


def test_how_many_in_another_place_asks_for_the_same_only_after_how_many() -> None:
    question = "And how many in the Bay of Fundy?"
    counted = standalone(question, [Turn("How many AI firms are in China?")])
    assert counted == "How many AI firms are in the Bay of Fundy?"
    assert standalone(question, [Turn("What does Shanghai promote?")]) == "how many in the Bay of Fundy?"


def test_he_is_the_person_just_named() -> None:
    history = [Turn("Who is the chairman of iFlytek?", "Liu Qingfeng")]
    assert standalone("What did he say about medicine?", history) == "What did Liu Qingfeng say about medicine?"


@pytest.mark.parametrize(
    ("before", "answer", "question", "expected"),
    [
        (
            "When does the ferry terminal open?",
            "June 2025",
            "How much will it cost?",
            "How much will the ferry terminal cost?",
        ),
        ("How high is the Hollin dam?", "62 m", "Who owns it?", "Who owns the Hollin dam?"),
        (
            "Who wrote The Salt Ledger?",
            "Lucia Ferrante",
            "When was it published?",
            "When was The Salt Ledger published?",
        ),
        ("Who wrote The Salt Ledger?", "Lucia Ferrante", "Where does she live?", "Where does Lucia Ferrante live?"),
        ("Who is Liu Qingfeng?", "iFlytek chairman", "What did he say?", "What did Liu Qingfeng say?"),
        ("Who is Lars Tveit?", "the mayor of Ulvsund", "Where was he born?", "Where was Lars Tveit born?"),
        ("What is the capital of Norway?", "Oslo", "How big is it?", "How big is Oslo?"),
        ("Which company built the dam?", "Skanska", "Where is it based?", "Where is Skanska based?"),
        ("Where was Astrid Dahl born?", "Ulvsund", "Who lives there?", "Who lives in Ulvsund?"),
        ("Where was Astrid Dahl born?", "Ulvsund", "and when?", "when was Astrid Dahl born?"),
        ("Tell me about Astrid Dahl", "", "who married her?", "who married Astrid Dahl?"),
        ("Tell me about Astrid Dahl", "", "who was her father?", "who was Astrid Dahl's father?"),
        ("How many died?", "63 [1]; 41 [2]", "Who said that?", "who said How many died?"),
        ("How many died?", "63 [1]", "Who said that?", "who said 63?"),
        ("Who was Ann Lee's husband?", "Peter Lee", "When did he die?", "When did Peter Lee die?"),
        ("Who was Ann Lee's husband?", "Peter Lee", "When did she die?", "When did Ann Lee die?"),
        ("Who was Dr. Lee's editor?", "", "What did she say?", "What did Dr. Lee's editor say?"),
        ("When did she come to England?", "", "Who did she marry?", "Who did she marry?"),
        ("Where did she go?", "Trinity", "Who did she marry?", "Who did she marry?"),
        ("When did Oona Brennan leave Trinity?", "1920", "What did she do then?", "What did Oona Brennan do then?"),
        ("Which one dissented?", "Twelve publishers", "What was his reason?", "What was his reason?"),
        ("When does the ferry to Vendry sail?", "", "How much is it?", "How much is the ferry to Vendry?"),
        ("When does the ferry to Vendry sail?", "", "Who lives there?", "Who lives in Vendry?"),
        ("Is the tram in Vendry free?", "", "How long is it?", "How long is the tram in Vendry?"),
        ("What is the distance to the Sun?", "", "How big is it?", "How big is Sun?"),
        ("Should I sell Aldgate?", "", "How big is it?", "How big is Aldgate?"),
        ("Whom did Ada Moss marry?", "Otto Moore", "When did he die?", "When did Otto Moore die?"),
        ("How much is a ticket to Vendry?", "", "Where is it sold?", "Where is a ticket to Vendry sold?"),
        ("Who is Ann Lee's publisher?", "Faber", "Where is it based?", "Where is Faber based?"),
        ("When did the firm move to Vendry in May?", "", "How big is it?", "How big is Vendry?"),
        ("When did the firm move to Vendry?", "", "How big is it?", "How big is Vendry?"),
    ],
)
def test_a_pronoun_means_what_was_asked_about_or_who_was_named(
    before: str, answer: str, question: str, expected: str
) -> None:
    assert standalone(question, [Turn(before, answer)]) == expected


def test_what_a_bare_follow_up_adds_takes_the_place_of_what_the_last_one_added() -> None:
    history = [Turn(asked) for asked in ("Who designed the bridge?", "When?", "and where?")]
    assert [standalone("Why?", history[:count]) for count in (1, 2, 3)] == ["Who designed the bridge why?"] * 3
    assert standalone("When?", [Turn("Who said what?", "")]) == "Who said what when?"


@pytest.mark.parametrize(
    ("before", "answer", "question", "expected"),
    [
        ("Who chaired the meeting?", "Ada Moss", "why?", "Ada Moss chaired the meeting why?"),
        ("Who is the mayor of Oslo?", "Ann Lee [1]", "and since when?", "Ann Lee is the mayor of Oslo since when?"),
        ("Which firm built the dam?", "Skanska", "and in which year?", "Skanska built the dam in which year?"),
        ("And who paid?", "the Ek family", "How much?", "the Ek family paid how much?"),
        ("Who is CEO of Pelagia?", "Bo Ek", "since when?", "Bo Ek is CEO of Pelagia since when?"),
        ("Who chaired the meeting?", "", "why?", "Who chaired the meeting why?"),
        ("Who chaired the meeting?", "Ada Moss [1]; Bo Ek [2]", "why?", "Who chaired the meeting why?"),
        ("Who chaired the meeting?", "Ada Moss", "who else?", "Who chaired the meeting who else?"),
        ("Who chaired the meeting?", "Ada Moss", "and now?", "Who chaired the meeting now?"),
        ("Who did Ada Moss marry?", "Otto Moore", "when?", "Who did Ada Moss marry when?"),
        ("Which party is Ada Moss in?", "Labour", "since when?", "Which party is Ada Moss in since when?"),
    ],
)
def test_who_it_was_is_known_when_another_word_is_asked(before: str, answer: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before, answer)]) == expected


def test_she_is_who_was_told_before_the_last_word_was_asked() -> None:
    history = [Turn("Who will succeed Bo Ek?", "Ada Moss"), Turn("when?", "June 2025")]
    assert standalone("and why?", history) == "Ada Moss will succeed Bo Ek why?"
    assert standalone("and what does she do?", history) == "what does Ada Moss do?"
    assert standalone("and Ida Holm?", history) == "Who will succeed Ida Holm when?"


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("why?", "Who chaired the meeting?", True),
        ("and since when?", "Who chaired the meeting?", True),
        ("who else?", "Who chaired the meeting?", True),
        ("and earlier?", "How long is the crossing?", True),
        ("when exactly?", "When did it open?", False),
        ("in which year?", "When did it open?", False),
        ("and now?", "Who is the mayor?", False),
        ("When did she resign?", "Who is the mayor?", False),
    ],
)
def test_another_word_asks_for_something_else(question: str, before: str, *, expected: bool) -> None:
    assert says_otherwise(question, before) is expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How long does the ferry take?", "and before?", "How long does the ferry take before?"),
        ("How long does the ferry take?", "Earlier?", "How long does the ferry take earlier?"),
        ("How many firms are in Oslo?", "and afterwards?", "How many firms are in Oslo afterwards?"),
        ("How many firms are in Oslo?", "before 2020?", "How many firms are in Oslo before 2020?"),
        ("How long does the ferry take?", "how come?", "How long does the ferry take why?"),
    ],
)
def test_a_word_for_another_time_is_added_and_no_topic(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected
    assert topic_of(question, [Turn(before)]) == ""


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How many cars did Tesla sell?", "and in China?", "How many cars did Tesla sell in China?"),
        ("How many cars did Tesla sell?", "and how many in China?", "How many cars did Tesla sell in China?"),
        ("What did Ann Lee say?", "and about eels?", "What did Ann Lee say about eels?"),
        ("What did Ann Lee say?", "About Oslo?", "What did Ann Lee say about Oslo?"),
        ("What did Ann Lee say about eels?", "and about Oslo?", "What did Ann Lee say about Oslo?"),
        ("How many cars did Tesla sell in Norway?", "and in China?", "How many cars did Tesla sell in China?"),
        ("How many cars did Tesla sell?", "and by BYD?", "How many cars did BYD sell?"),
        ("What is Beijing's target?", "and in Shanghai?", "What is Shanghai's target?"),
    ],
)
def test_a_place_is_added_to_who_did_something_there(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How many patients joined the trial?", "how many of them died?", "the patients that joined the trial died?"),
        ("How many jobs did Nibe cut?", "how many of them are back?", "the jobs are back?"),
        ("How many cars can the ferry hold?", "how many of them paid?", "the cars paid?"),
        ("How many of the men swam?", "how many of them died?", "the men that swam died?"),
        ("How many died in Oresti?", "how many of them swam?", "Oresti swam?"),
    ],
)
def test_of_many_that_were_counted_they_are_the_many(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]).removeprefix("how many of ") == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("is there a shop?", "when is it open?", "when is the shop open?"),
        ("Is there a night ferry on Sunday?", "when does it leave?", "when does the night ferry leave?"),
        ("does the museum have a café?", "where is it?", "where is the café?"),
        ("Are there any lockers at the pool?", "what do they cost?", "what do the lockers cost?"),
        ("is the mill being closed?", "how much did it cost?", "how much did the mill cost?"),
        ("when does the ferry have to leave?", "how long is it?", "how long is the ferry?"),
    ],
)
def test_it_is_what_was_asked_for_where_there_may_be_one(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


def test_they_are_the_many_only_where_these_did_something() -> None:
    assert standalone("Where do they work?", [Turn("How many people live in Oslo?")]) == (
        "Where do the people that live in Oslo work?"
    )
    assert standalone("How high is their rent?", [Turn("How many people live in Oslo?")]) == (
        "How high is the people's rent?"
    )
    assert standalone("Who paid their fares?", [Turn("How many patients came?")]) == "Who paid the patients' fares?"
    assert standalone("Where are they based?", [Turn("How many jobs did Nibe cut?")]) == "Where are Nibe based?"


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (
            "Where is Harrow & Pike based?",
            "how many people does it employ?",
            "how many people does Harrow & Pike employ?",
        ),
        ("Who owns M&S?", "and H&M?", "Who owns H&M?"),
        ("How many people work at IBM?", "and how many at Harrow & Pike?", "How many people work at Harrow & Pike?"),
        ("How much did Bosch spend on R&D?", "and AT&T?", "How much did AT&T spend on R&D?"),
    ],
)
def test_a_name_may_hold_an_ampersand(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (
            "Who is the health minister of Marvania?",
            "And the prime minister?",
            "Who is the prime minister of Marvania?",
        ),
        ("Tell me about the tram", "and the ferry terminal?", "Tell me about the ferry terminal"),
        ("When does the tram open?", "What about the ferry?", "When does the ferry open?"),
        ("What is Beijing's target?", "And the budget?", "What is Beijing's budget?"),
        ("How old is Astrid Dahl?", "and the mayor?", "How old is the mayor?"),
        ("How many seats does the Labour Party have?", "and the Greens?", "How many seats does the Greens have?"),
        (
            "How many seats does the Labour Party have?",
            "and Liberal Party?",
            "How many seats does the Liberal Party have?",
        ),
        ("What was the revenue in Q3 2023?", "And in Q3 2022?", "What was the revenue in Q3 2022?"),
        ("What was the revenue in Q3 2023?", "And in Q4?", "What was the revenue in Q4 2023?"),
        ("What was the revenue in Q3 2023?", "And in 2022?", "What was the revenue in Q3 2022?"),
        ("What was the revenue in 2023?", "And in March 2022?", "What was the revenue in March 2022?"),
        ("How many died in Oresti on 19 July 2023?", "and in Valdan?", "How many died in Valdan on 19 July 2023?"),
        ("How many died in Oresti?", "in Valdan?", "How many died in Valdan?"),
        ("Who won in Bergen in the spring?", "And in Oslo?", "Who won in Oslo in the spring?"),
        ("What is the price of bread in Oslo?", "And of Bergen?", "What is the price of bread in Bergen?"),
        ("How much does Ostley spend on parks?", "and on the library?", "How much does Ostley spend on the library?"),
        (
            "What does Ostley spend on its parks in 2023/24?",
            "and in 2024/25?",
            "What does Ostley spend on its parks in 2024/25?",
        ),
        ("What did it cost in 2023/24?", "and in 2022?", "What did it cost in 2022?"),
        (
            "How many berths does Norrvik have?",
            "and in the spring?",
            "How many berths does Norrvik have in the spring?",
        ),
        (
            "What's the revenue of Norvane in Q3 2023?",
            "and net profit?",
            "What is the net profit of Norvane in Q3 2023?",
        ),
        ("What's the capital of France?", "and the population?", "What is the population of France?"),
        ("What's been built in Oslo?", "and in Bergen?", "What's been built in Bergen?"),
        ("What did Hugo van Laar say?", "and Amelie de la Cruz?", "What did Amelie de la Cruz say?"),
        ("What does Pelagia do?", "who is its CEO?", "who is Pelagia's CEO?"),
        ("who is Pelagia's CEO?", "What is its revenue?", "What is Pelagia's revenue?"),
        ("How many died in Oresti?", "Since 2020?", "How many died in Oresti since 2020?"),
        ("Did Aldgate pay a dividend?", "why not?", "Did Aldgate pay a dividend why not?"),
        ("Did it rain?", "and tomorrow?", "Did it rain tomorrow?"),
    ],
)
def test_a_time_takes_the_place_of_a_time_and_a_thing_of_a_thing(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Who is the President of France?", "and Germany?", "Who is the President of Germany?"),
        ("Who is the President of France?", "and of Germany?", "Who is the President of Germany?"),
        ("Who is the President of France?", "and the Isle of Man?", "Who is the President of the Isle of Man?"),
        ("Who is the President of France?", "and the King of Spain?", "Who is the King of Spain?"),
        ("Who is the President of France?", "and the Prime Minister?", "Who is the Prime Minister of France?"),
        ("Who is the President of France?", "and who is the mayor?", "who is the mayor of France?"),
        ("Did the Mayor of London resign?", "and Paris?", "Did the Mayor of Paris resign?"),
        ("What is the GDP of China?", "and India?", "What is the GDP of India?"),
        ("What is the GDP of China?", "and the UK?", "What is the GDP of the UK?"),
        ("What is the GDP of China?", "and the population of India?", "What is the population of India?"),
        ("What is the population of China?", "and the GDP?", "What is the GDP of China?"),
        ("Who is the CEO of OpenAI?", "and the CFO?", "Who is the CFO of OpenAI?"),
        ("Who is the CEO of OpenAI?", "and who is the CFO?", "who is the CFO of OpenAI?"),
        ("Who is the mayor of Oslo?", "and the mayor of Bergen?", "Who is the mayor of Bergen?"),
        ("Who runs the Bank of England?", "and the Bank of Japan?", "Who runs the Bank of Japan?"),
        ("Who runs the Bank of England?", "and of Japan?", "Who runs the Bank of Japan?"),
        ("What is the Isle of Man?", "and Jersey?", "What is Jersey?"),
        ("What is the population of the UK?", "and France?", "What is the population of France?"),
    ],
)
def test_what_is_asked_of_a_name_stays_when_the_name_changes(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Who is the CEO of OpenAI?", "where is it based?", "where is OpenAI based?"),
        ("Who is the CEO of OpenAI?", "how old is he?", "how old is Sam Altman?"),
        ("What is the GDP of China?", "who lives there?", "who lives in China?"),
        ("What is the GDP of China?", "is it growing?", "is GDP of China growing?"),
        ("Who runs the Bank of England?", "where is it?", "where is the Bank of England?"),
    ],
)
def test_it_is_what_the_office_belongs_to(before: str, question: str, expected: str) -> None:
    answer = "Sam Altman" if "CEO" in before else ""
    assert standalone(question, [Turn(before, answer)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What does Dr. Smith think?", "when did he say so?", "when did Dr. Smith say so?"),
        ("What does Dr. Smith think?", "and Dr. Jones?", "What does Dr. Jones think?"),
        ("When was J. K. Rowling born?", "and J. R. R. Tolkien?", "When was J. R. R. Tolkien born?"),
        ("Where is St. Petersburg?", "and Moscow?", "Where is Moscow?"),
        ("How many live in Oslo?", "and how many in St. Petersburg?", "How many live in St. Petersburg?"),
        ("What is the GDP of the U.S.?", "and China?", "What is the GDP of China?"),
        ("Where is Apple Inc. based?", "and Microsoft?", "Where is Microsoft based?"),
        ("Where is Århus?", "and Oslo?", "Where is Oslo?"),
        ("How many live in Oslo?", "in Århus?", "How many live in Århus?"),
        ("How many live in Oslo?", "and how many in Århus?", "How many live in Århus?"),
        ("Who is the mayor of Ålesund?", "How many people live there?", "How many people live in Ålesund?"),
        ("Who is Örjan Berg?", "how old is he?", "how old is Örjan Berg?"),
    ],
)
def test_a_name_may_be_abbreviated_or_begin_with_any_capital(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before, "a painter from Visby" if "Berg" in before else "")]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What does Dr. Smith think?", ["Dr. Smith"]),
        ("When was J. K. Rowling born?", ["J. K. Rowling"]),
        ("Who leads the U.S. Army?", ["U.S. Army"]),
        ("Who owns Apple Inc. now?", ["Apple Inc."]),
        ("What is Łódź known for?", ["Łódź"]),
        ("Is it free on Sundays?", []),
        ("In May, who won?", []),
        ("Twelve publishers", []),
        ("One Direction", ["One Direction"]),
        ("Summarise Ann Lee's report", ["Ann Lee"]),
        ("Has Ann Lee resigned?", ["Ann Lee"]),
        ("For City or Rovers?", ["City", "Rovers"]),
        ("What did Theresa May say in May?", ["Theresa May"]),
    ],
)
def test_names_are_found_whole_and_times_are_none(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is the dam safe?", "the dam"),
        ("Is the tram expensive?", "the tram"),
        ("Was the election fair?", "the election"),
        ("Isn't the new ferry terminal open yet?", "the new ferry terminal"),
        ("Why is the river so dirty?", "the river"),
        ("Is the mayor a doctor?", "the mayor"),
        ("Is the tram free on Sundays?", "the tram"),
        ("Was the dam already built by Skanska?", "the dam"),
        ("Is the royal family rich?", "the royal family"),
        ("Is the ferry terminal in Oslo?", "the ferry terminal"),
        ("What is the ferry terminal?", "the ferry terminal"),
        ("What is the film about?", "the film"),
        ("How much does the cabin cost per night?", "the cabin"),
        ("How much is the cabin per night?", "the cabin"),
        ("When does the night ferry leave for Vendry?", "the night ferry"),
        ("Does the ferry terminal at Vendry open?", "the ferry terminal"),
    ],
)
def test_what_is_said_of_a_thing_is_no_part_of_it(question: str, expected: str) -> None:
    found = thing(question)
    assert found is not None
    assert question[slice(*found)] == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("Is the dam safe?", "and the bridge?", "Is the bridge safe?"),
        ("Is the dam safe?", "when was it built?", "when was the dam built?"),
        ("Why is the river so dirty?", "and the lake?", "Why is the lake so dirty?"),
        ("What is Tesla's revenue?", "What about profit?", "What is Tesla's profit?"),
        ("What was Tesla's revenue in 2023?", "and profit?", "What was Tesla's profit in 2023?"),
        ("What is Tesla's revenue?", "What about Ford's?", "What is Ford's revenue?"),
        ("What is Tesla's revenue?", "What about ford's?", "What is ford's revenue?"),
        ("what is tesla's revenue?", "and ford?", "tell me about ford"),
        ("How much does a single ride cost?", "And a day pass?", "How much does a day pass cost?"),
        ("How much does a cabin cost per night?", "and a dog?", "How much does a dog cost per night?"),
        ("How much does a cabin cost per night?", "and per week?", "How much does a cabin cost per week?"),
        ("Is there a museum in Vendry?", "and a library?", "Is there a library in Vendry?"),
        ("Does she have a sister?", "and a brother?", "Does she have a brother?"),
        ("How much revenue did Corvane report?", "and profit?", "How much profit did Corvane report?"),
        ("How many people live in Oslo?", "and dogs?", "How many dogs live in Oslo?"),
        ("How many people live in Oslo?", "and bergen?", "How many people live in bergen?"),
        ("Who decided it?", "What about support engineers?", "tell me about support engineers"),
        ("What is the U.S.led coalition?", "and France?", "tell me about France"),
        ("Summarise the second one", "And the first?", "Summarise the first one"),
        ("What does the first article say about eels?", "the second?", "the second?"),
        ("What does the first article say about eels?", "And the last?", "What does the last article say about eels?"),
        ("Who is the mayor of Oslo?", "and deputy mayor?", "Who is the deputy mayor of Oslo?"),
    ],
)
def test_the_same_is_asked_of_another_thing(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What happened in March?", "And in May?", "What happened in May?"),
        ("What happened in March?", "And May?", "What happened in May?"),
        ("What happened in May?", "And in March?", "What happened in March?"),
        ("What happened in 2019?", "Since 2020?", "What happened since 2020?"),
        ("When did Theresa May resign?", "and Cameron?", "When did Cameron resign?"),
        ("Is the tram free on Sundays?", "and on Mondays?", "Is the tram free on Mondays?"),
        ("What opened in March on Monday?", "and in April?", "What opened in April on Monday?"),
        ("When does the tram run?", "Is it free on Sundays?", "Is the tram free on Sundays?"),
        ("How much did Apple earn in 2023?", "and Microsoft in 2022?", "How much did Microsoft earn in 2022?"),
        ("How much did Apple earn?", "and Microsoft in 2022?", "How much did Microsoft earn in 2022?"),
        ("What is Tesla's revenue?", "and Ford's in 2022?", "What is Ford's revenue in 2022?"),
    ],
)
def test_a_month_a_day_and_a_name_with_its_time_are_told_apart(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How many people work at IBM?", "and how many in Norway?", "How many people work at IBM in Norway?"),
        (
            "How many people work at IBM?",
            "and how many in Norway in 2022?",
            "How many people work at IBM in Norway in 2022?",
        ),
        ("How many people work at IBM?", "and how many at Dell?", "How many people work at Dell?"),
        ("Who is the mayor of Oslo?", "and in Bergen?", "Who is the mayor of Bergen?"),
        ("What is made in Norway?", "what about Sweden?", "What is made in Sweden?"),
    ],
)
def test_a_name_with_another_preposition_is_one_more(before: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(before)]) == expected


def test_a_long_run_of_small_words_or_marks_is_read_at_once() -> None:
    started = time.process_time()
    for question in ("is the a in B " * 1_000, "so " * 3_000, f"and {'?' * 10_000}x", f"what is{' ' * 10_000}#"):
        assert standalone(question, [Turn(question)])
        assert standalone("did she?", [Turn(question, question)])
        assert topic_of("and it?", [Turn(question, question)]) == ""
    assert time.process_time() - started < 2  # 25 s when "so" may count for what stands before "and" and after it


def test_who_said_that_asks_for_what_was_answered() -> None:
    assert standalone("who said that?", [Turn("How many models passed?", "over 20")]) == "who said over 20?"
    assert standalone("Who says so?", [Turn("How many models passed?")]) == "who said How many models passed?"


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("And Shenzhen?", "Shenzhen"),
        ("what about the basin", "the basin"),
        ("Who owns it?", ""),
        ("why?", ""),
        ("and by when?", ""),
        ("And in 2022?", ""),
        ("And Q3 2022?", ""),
        ("And Sundays?", ""),
        ("And Oslo in 2022?", "Oslo"),
        ("and tomorrow?", ""),
        ("And in France?", ""),
    ],
)
def test_a_bare_follow_up_names_a_topic(question: str, topic: str) -> None:
    assert topic_of(question, [Turn("What does Shanghai promote?")]) == topic
    assert topic_of(question, ()) == ""


def test_a_month_that_may_be_a_name_is_a_topic_only_where_no_month_was_asked_for() -> None:
    assert topic_of("And May?", [Turn("What does Shanghai promote?")]) == "May"
    assert topic_of("And May?", [Turn("What happened in March?")]) == ""


def test_follow_ups_chain() -> None:
    history = [Turn("What is Beijing's 2025 target?"), Turn("And Shanghai?")]
    assert standalone("And 2030?", history) == "What is Shanghai's 2030 target?"


def test_a_topic_of_its_own_is_not_glued_to_the_turns_after_it() -> None:
    history = [Turn("Who decided it?"), Turn("What about a day pass?")]
    assert standalone("And a week pass?", history) == "tell me about a week pass"
    assert standalone("When does the tram run?", history) == "When does the tram run?"


def test_what_was_added_is_no_name_in_the_next_turn() -> None:
    history = [Turn("Who scored for City?"), Turn("Who else?"), Turn("When?")]
    assert standalone("and who was the referee?", history) == "who was the referee of City?"
    history = [Turn("What did Ann Lee do?"), Turn("For how long?")]
    assert standalone("Why did she leave?", history) == "Why did Ann Lee leave?"


@pytest.mark.parametrize(
    "question",
    ["Who is the mayor of Beijing?", "How many AI enterprises are there in China?", "What did Ada say about it?"],
)
def test_a_question_that_stands_alone_does_not_drag_the_old_topic_along(question: str) -> None:
    assert standalone(question, [Turn("What does Shanghai promote?", "large models")]) == question


@given(st.text())
def test_without_history_nothing_changes(question: str) -> None:
    assert standalone(question, ()) == question


@given(st.text(), st.text(), st.text())
def test_no_conversation_breaks_it(before: str, answer: str, question: str) -> None:
    assert isinstance(standalone(question, [Turn(before, answer)]), str)


def test_the_opening_question_word_is_no_name() -> None:
    assert names("What does Shanghai Tower hold?") == ["Shanghai Tower"]


@pytest.mark.parametrize(
    ("question", "before", "answer", "expected"),
    [
        (
            "When was it set?",
            "What is Beijing's 2025 target?",
            "300 billion yuan",
            "When was Beijing's 2025 target set?",
        ),
        ("Who runs it?", "What does Beijing plan?", "a yard", "Who runs Beijing?"),
        ("How much is that in dollars?", "What is the toll?", "5 florins [1]", "How much is 5 florins in dollars?"),
        ("and what is it worth?", "What is the toll?", "a coin", "what is the toll worth?"),
        ("No, I meant Shanghai.", "What is Beijing's 2025 target?", "", "What is Shanghai's 2025 target?"),
        ("I mean 2030", "What is Beijing's 2025 target?", "", "What is Beijing's 2030 target?"),
        ("Sorry, Shanghai", "What is Beijing's 2025 target?", "", "What is Shanghai's 2025 target?"),
        ("Compare that with Shanghai", "What is Beijing's 2025 target?", "", "What is Shanghai's 2025 target?"),
        ("I meant Oslo, not Bergen", "Who is the mayor of Bergen?", "", "Who is the mayor of Oslo?"),
        ("Is that in dollars?", "What is the toll?", "a coin", "Is that in dollars?"),
        ("What is it worth?", "When was the dam built?", "in 1998", "What is the dam worth?"),
        ("What was it in 2020?", "What is the toll?", "5 florins", "What was the toll in 2020?"),
        ("No, I asked about Oslo", "Who is the mayor of Bergen?", "", "No, I asked about Oslo"),
        ("Sorry, My mistake", "Who is the mayor of Bergen?", "", "Sorry, My mistake"),
        ("I meant it", "Who is the mayor of Bergen?", "", "I meant Bergen"),
        ("No, it's mine.", "What is Beijing's 2025 target?", "", "No, Beijing's 2025 target's mine."),
    ],
)
def test_a_correction_and_an_amount_go_on_from_what_was_asked(
    question: str, before: str, answer: str, expected: str
) -> None:
    assert standalone(question, [Turn(before, answer)]) == expected


def test_a_long_question_full_of_small_words_costs_little() -> None:
    of = " of the".join([" size", " share", " market", " largest", " firms", " towns", " region"])
    started = time.process_time()
    standalone("When did it open?", [Turn(f"What was the{of} in 2020?")])
    assert time.process_time() - started < 1
