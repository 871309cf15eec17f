"""What is asked for: the form of a question, the questions within it, and what is no question at all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Filter
from qa.articles import ALL, Articles
from qa.kinds import Asked, Form, asked_for, plainly
from qa.manners import HELP, reply_to


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is Beijing's 2025 target", Asked("fact")),
        ("Which ferries run at night?", Asked("fact")),
        ("Is it 300 or 200 billion?", Asked("fact")),
        ("What is the main point of being early?", Asked("fact")),
        ("Which article of the treaty names the harbour?", Asked("fact")),
        ("What reports does the ministry publish?", Asked("fact")),
        ("Does the quay open on Monday?", Asked("yes_no")),
        ("isn't the basin deep?", Asked("yes_no")),
        ("Why were trips cancelled?", Asked("fact")),
        ("how does the trust pay", Asked("fact")),
        ("how many buses run", Asked("fact")),
        ("summarise the article", Asked("summary")),
        ("Please summarize the article on the chip pact.", Asked("summary", articles=Articles("the chip pact"))),
        ("What is the article about?", Asked("summary")),
        ("tl;dr", Asked("summary")),
        ("What are the main points of the report on buses?", Asked("summary", articles=Articles("buses"))),
        ("What does the article say about Shenzhen?", Asked("topic", "Shenzhen", Articles(it=True))),
        ("tell me more about Larch Bay", Asked("topic", topic="Larch Bay")),
        ("what articles do you have on Shanghai?", Asked("catalogue", articles=Articles("Shanghai"))),
        ("Which documents mention ferries?", Asked("catalogue", articles=Articles("ferries"))),
        ("list all articles", Asked("catalogue")),
        ("When was the article updated?", Asked("date")),
        ("when was the story about Larch Bay published", Asked("date", articles=Articles("Larch Bay"))),
        ("when was it written?", Asked("date", articles=Articles(it=True))),
        ("When was it published?", Asked("date", articles=Articles(it=True))),
        ("And when was it last updated?", Asked("date", articles=Articles(it=True))),
        ("When was the piece on buses published?", Asked("date", articles=Articles("buses"))),
        ("When was the report on buses released?", Asked("date", articles=Articles("buses"))),
        ("How old is the article?", Asked("date")),
        ("What is the publication date of it?", Asked("date", articles=Articles(it=True))),
        ("and summarise it", Asked("summary")),
        ("Do you know who the mayor of Larch Bay is?", Asked("fact")),
        ("Could you tell me how many berths the quay will have?", Asked("fact")),
        ("Please tell me why trips were cancelled.", Asked("fact")),
        ("Could you tell me whether it rains?", Asked("yes_no")),
        ("Was kostet das neue Schwimmbad?", Asked("fact")),
        ("Was the quay dear?", Asked("yes_no")),
        ("Will Smith age", Asked("fact")),
        ("Will the quay open on Monday", Asked("yes_no")),
        ("may 2024 news from Larch Bay", Asked("fact")),
        ("What is written on the plaque?", Asked("fact")),
        (
            "Which articles are about what the council did?",
            Asked("catalogue", articles=Articles("what the council did")),
        ),
        ("When was the piece of music written?", Asked("fact")),
        ("Who is the obituary by?", Asked("author", articles=Articles("obituary"))),
        ("Who was the bridge designed by?", Asked("fact")),
        ("What did Ann Lee say to Askwith?", Asked("speech", speaker="Ann Lee")),
        ("What did Ann Lee tell the BBC about the tax?", Asked("speech", "the tax", speaker="Ann Lee")),
        ("When was the report published?", Asked("fact")),  # perhaps the council's
        ("What papers on relativity did Einstein publish in 1905?", Asked("fact")),
    ],
)
def test_a_question_has_a_form_and_perhaps_a_topic(question: str, expected: Asked) -> None:
    assert asked_for(question) == expected


YEAR = Filter(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.parametrize(
    ("question", "form", "articles"),
    [
        ("When was the interview published?", "date", Articles("interview")),
        ("When was the ferry article published?", "date", Articles("ferry")),
        ("When was the night ferry story first published?", "date", Articles("night ferry")),
        ("When was the article by Ada Moss published?", "date", Articles(author="Ada Moss")),
        ("When did the story on buses appear?", "date", Articles("buses")),
        ("When was the ferry article modified?", "date", Articles("ferry")),
        ("When was this article published?", "date", Articles()),
        ("Who wrote the article on eels?", "author", Articles("eels")),
        ("Who are the authors of the ferry article?", "author", Articles("ferry")),
        ("By whom was the profile of Ada Moss written?", "author", Articles("profile Ada Moss")),
        ("And who wrote it?", "author", Articles(it=True)),
        ("Who wrote the second article?", "author", Articles(place=2)),
        ("Who wrote the first article?", "author", Articles(place=1)),
        ("Who wrote the last one?", "author", Articles(place=-1)),
        ("Who's the author of the ferry article?", "author", Articles("ferry")),
        ("How many articles do you have?", "count", Articles()),
        ("how many articles are there about Larch Bay", "count", Articles("Larch Bay")),
        ("Which article is the newest?", "catalogue", Articles(order="newest")),
        ("What is the oldest article on ferries?", "catalogue", Articles("ferries", order="oldest")),
        ("what's the newest article", "catalogue", Articles(order="newest")),
        ("What’s the newest article on ferries?", "catalogue", Articles("ferries", order="newest")),
        ("whats in the library", "catalogue", Articles()),
        ("What articles do you have by Ada Moss?", "catalogue", Articles(author="Ada Moss")),
        ("Which articles did Ada Moss write?", "catalogue", Articles(author="Ada Moss")),
        ("Which articles were published in 2024?", "catalogue", Articles(only=YEAR)),
        ("Show me the articles on ferries published in 2024", "catalogue", Articles("ferries", only=YEAR)),
        ("Which articles mention 2024?", "catalogue", Articles("2024")),
        ("Which articles are from 2024?", "catalogue", Articles(only=YEAR)),
        ("articles from 2024", "catalogue", Articles(only=YEAR)),
        ("Articles about wind power", "catalogue", Articles("wind power")),
        ("Any stories by Ada Moss?", "catalogue", Articles(author="Ada Moss")),
        ("What did Ada Moss write?", "catalogue", Articles(author="Ada Moss")),
        ("Do you have anything on ferries?", "catalogue", Articles("ferries")),
        ("What do you have about ferries?", "catalogue", Articles("ferries")),
        ("Do you have an article on ferries?", "catalogue", Articles("ferries")),
        ("Are there any articles about ferries?", "catalogue", Articles("ferries")),
        ("Give me a summary of the ferry article", "summary", Articles("ferry")),
        ("Summarise the heatwave story, please", "summary", Articles("heatwave")),
        ("Summarise the latest article", "summary", Articles(order="newest")),
        ("Summarise the latest ferry article", "summary", Articles("ferry", order="newest")),
        ("Please, summarise the ferry article", "summary", Articles("ferry")),
        ("So, could you, please, summarise the ferry article?", "summary", Articles("ferry")),
        ("What's the main point of the ferry article?", "summary", Articles("ferry")),
        ("Tell me about the newest article", "summary", Articles(order="newest")),
        ("Tell me more about the newest article on eels", "summary", Articles("eels", order="newest")),
        ("What is the first one about?", "summary", Articles(place=1)),
        ("Brief summary please", "summary", Articles()),
        ("Please summarise it briefly", "summary", Articles()),
        ("Summarise the ferry in three bullet points", "summary", Articles("the ferry")),
        ("Summarise the first", "summary", Articles(place=1)),
        ("summarise the last one", "summary", Articles(place=-1)),
        ("What is the eel article about?", "summary", Articles("eel")),
        ("What is the article on eels about?", "summary", Articles("eels")),
        ("What is the memo about?", "summary", Articles("memo")),
        ("What's the letter about", "summary", Articles("letter")),
        ("What is the ferry letter from Ada Moss about?", "summary", Articles("ferry letter Ada Moss")),
        ("Give me the main points of the earnings story", "summary", Articles("earnings")),
        ("What are the main points of the council report?", "summary", Articles("council report")),
        ("When was the memo written?", "date", Articles("memo")),
        ("Who wrote the plum recipe", "author", Articles("plum recipe")),
        ("Summarise the Moss & Ek article", "summary", Articles("Moss & Ek")),
        ("What is the Moss & Ek article about?", "summary", Articles("Moss & Ek")),
        ("Who wrote the 9/11 article?", "author", Articles("9/11")),
        ("When was the £5 toll story published?", "date", Articles("£5 toll")),
        ("Who is quoted in the R&D article?", "speakers", Articles("R&D")),
        ("Summarise the press release", "summary", Articles("press release")),
        ("When was the press release published?", "date", Articles("press release")),
        ("When was the press release on eels published?", "date", Articles("eels")),
        ("Who is quoted in the eel press release?", "speakers", Articles("eel")),
        ("What is the night ferry blog post about?", "summary", Articles("night ferry")),
        ("Summarise the blog post", "summary", Articles()),
        ("Summarise the latest press release", "summary", Articles(order="newest")),
        ("Who wrote the eel overview?", "author", Articles("eel overview")),
        ("Overview of the eel article", "summary", Articles("eel")),
        ("What is the harbour notice about?", "summary", Articles("harbour notice")),
    ],
)
def test_a_question_names_the_articles_that_it_is_about(question: str, form: Form, articles: Articles) -> None:
    assert asked_for(question) == Asked(form, articles=articles)


@pytest.mark.parametrize(
    ("when", "since", "until"),
    [
        ("in March 2024", (2024, 3, 1), (2024, 3, 31)),
        ("in December 2023", (2023, 12, 1), (2023, 12, 31)),
        ("on 5 May 2024", (2024, 5, 5), (2024, 5, 5)),
        ("since 2023", (2023, 1, 1), None),
        ("after 2023", (2024, 1, 1), None),
        ("before May 2024", None, (2024, 4, 30)),
        ("until 2023", None, (2023, 12, 31)),
    ],
)
def test_a_time_is_all_of_its_days(
    when: str, since: tuple[int, int, int] | None, until: tuple[int, int, int] | None
) -> None:
    only = Filter(since and dt.date(*since), until and dt.date(*until))
    assert asked_for(f"Which articles were published {when}?").articles == Articles(only=only)


@pytest.mark.parametrize(
    "day", ["2024-02-30", "2024-13-01", "31 April 2024", "0 May 2024", "February 30, 2024", "29 February 2023"]
)
@pytest.mark.parametrize("question", ["Which articles were published in {}?", "How many articles are there since {}?"])
def test_a_day_that_no_calendar_has_is_no_time_of_articles(question: str, day: str) -> None:
    assert asked_for(question.format(day)) == Asked("fact")


def test_one_at_a_place_is_an_article_after_a_list_and_else_a_topic() -> None:
    asked = asked_for("Tell me about the first one")
    assert asked == Asked("summary", "the first one", Articles(place=1))
    assert asked.of_the_texts == Asked("topic", "the first one")
    assert asked_for("Who wrote the first one?").of_the_texts == Asked("fact")


@pytest.mark.parametrize(
    ("question", "topic", "articles"),
    [
        ("What does it say about Larch Bay?", "Larch Bay", Articles(it=True)),
        ("What does the ferry article say about Larch Bay?", "Larch Bay", Articles("ferry")),
        ("What do the articles say about Larch Bay?", "Larch Bay", Articles()),
        ("Tell me about the article on eels", "eels", Articles()),
        ("Tell me about the latest news on eels", "eels", Articles()),
        ("What's known about eels?", "eels", Articles()),
        ("Solberg", "Solberg", Articles()),
    ],
)
def test_what_is_said_is_said_in_one_article_or_in_all(question: str, topic: str, articles: Articles) -> None:
    assert asked_for(question) == Asked("topic", topic, articles)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote The Salt Ledger?",
        "What document was written by Edward I in 1297?",
        "Who wrote the Articles of Confederation?",
        "Who wrote the report on climate change?",
        "Who wrote the story of Sinuhe?",
        "Who wrote the first article of the constitution?",
        "Who wrote the first article on DNA?",
        "Who wrote the first chapter?",
        "Who wrote the letter?",
        "When was the letter written?",
        "When was the council report published?",
        "What did the report say about the ferry?",
        "What is the report's title?",
        "What is the law about?",
        "What did he write?",
        "What did Ada Moss write in 2024?",
        "Articles of Confederation",
        "What's the latest news on the ferry?",
        "When was it modified?",
        "How many articles did the constitution have?",
        "How many articles are in the constitution?",
        "How many stories does the tower have?",
        "How many papers did Einstein publish in 1905?",
        "When was the bridge opened?",
        "When was the Warren Report published?",
        "When was the panel's first report published?",
        "When was the paper on eels by the Institute read?",
        "Which article of the treaty covers defence?",
        "What is the first article of the constitution?",
        "What is the oldest document in the archive?",
        "What is the latest news on the ferry?",
        "Which newspaper published the story?",
        "What did the committee summarise?",
    ],
)
def test_a_question_about_papers_in_the_world_is_not_about_the_library(question: str) -> None:
    assert asked_for(question) == Asked("fact")


@pytest.mark.parametrize(
    "question",
    [
        "When was it released?",
        "How old is it?",
        "And how old is it?",
        "What is the date of it?",
        "How old is Italy?",
        "When was Italy's constitution written?",
        "How old is the paper's editor?",
        "When was the paper mill updated?",
        "How old is the storyteller?",
    ],
)
def test_the_age_of_what_need_not_be_an_article_is_a_fact(question: str) -> None:
    """The date of an article is answered with confidence 1.0: it must not be the answer to another question."""
    assert asked_for(question) == Asked("fact")


@pytest.mark.parametrize(
    ("phrase", "asked"),
    [
        ("Bergen's 2025 target", "what is Bergen's 2025 target"),
        ("the price of a ticket?", "what is the price of a ticket?"),
        ("the workers' demand", "what is the workers' demand"),
        ("Could you tell me what it is", "what it is"),
        ("the mayor of Bergen", "who is the mayor of Bergen"),
        ("Bergen's new mayor", "who is Bergen's new mayor"),
        ("the king's price", "what is the king's price"),
        ("the head office of Tesla", "what is the head office of Tesla"),
        ("Beijing's chief exports", "what is Beijing's chief exports"),
    ],
)
def test_a_phrase_asks_what_it_stands_for(phrase: str, asked: str) -> None:
    assert plainly(phrase) == asked


@pytest.mark.parametrize(
    "said",
    [
        "bergen 2025 target",
        "Bergen",
        "What's Bergen's target?",
        "Describe Bergen's history",
        "Let's talk about eels",
        "here's my question",
        "Everything’s fine",
        "it's the target of Bergen",
        "and the price of a ticket?",
        "the newest article on eels",
        "compare the targets of A and B",
        "quotes from the head of the union",
        "a summary of the article on eels",
        "The dam is for the town of Ulvsund",
    ],
)
def test_what_is_no_phrase_stays_as_it_was(said: str) -> None:
    assert plainly(said) == said


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("What did Ada Moss say?", "Ada Moss", ""),
        ("what did ada moss say about the delay", "ada moss", "the delay"),
        ("What does the mayor say about the delay?", "the mayor", "the delay"),
        ("What has Dr. Ek repeatedly said?", "Dr. Ek", ""),
        ("What does Moss think of the ferry?", "Moss", "the ferry"),
        ("What is Ada Moss's view on tolls?", "Ada Moss", "tolls"),
        ("Quotes from Ada Moss about tolls", "Ada Moss", "tolls"),
        ("Could you tell me what Ada Moss said about tolls?", "Ada Moss", "tolls"),
        ("What did the WHO say about masks?", "the WHO", "masks"),
        ("What did Will Smith say?", "Will Smith", ""),
        ("What's Ada Moss's opinion on tolls?", "Ada Moss", "tolls"),
        ("give me quotes from the mayor", "the mayor", ""),
        ("What has been said about the tax?", "", "the tax"),
        ("What did he say?", "", ""),
        ("What did the report say about the ferry?", "", ""),
        ("What did Moss claim that Ek said?", "", ""),
        ("What did the sister forget to say?", "", ""),
        ("What is Ada Moss's title?", "", ""),
    ],
)
def test_whose_words_are_asked_for(question: str, speaker: str, topic: str) -> None:
    asked = asked_for(question)
    assert (asked.speaker, asked.topic) == (speaker, topic)
    assert (asked.form == "speech") == bool(speaker)


@pytest.mark.parametrize("question", ["Isn’t Bergen in Norway?", "Won't it rain?", "Doesn’t the ferry run on Sundays?"])
def test_a_verb_is_denied_with_either_apostrophe(question: str) -> None:
    assert asked_for(question) == Asked("yes_no")


def test_two_questions_joined_by_and_are_two_parts() -> None:
    asked = asked_for("How many firms are there, and what share is in Beijing?")
    assert asked == Asked("several", parts=("How many firms are there?", "what share is in Beijing?"))


def test_the_first_of_two_questions_has_the_verb_of_the_second() -> None:
    asked = asked_for("How high and how old is the dam?")
    assert asked.parts == ("How high is the dam?", "how old is the dam?")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who designed and who built the bridge?", ("Who designed the bridge?", "who built the bridge?")),
        ("What caused and what ended Ada's strike?", ("What caused Ada's strike?", "what ended Ada's strike?")),
        ("Who won and who lost in 2019?", ("Who won in 2019?", "who lost in 2019?")),
        ("Who won and who came second?", ("Who won?", "who came second?")),
        ("Who died and who is in charge?", ("Who died?", "who is in charge?")),
    ],
)
def test_the_first_of_two_questions_has_the_object_of_the_second(question: str, parts: tuple[str, str]) -> None:
    assert asked_for(question) == Asked("several", parts=parts)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When and where did the strike begin?", ("When did the strike begin?", "where did the strike begin?")),
        ("Who runs the ferry, and since when?", ("Who runs the ferry?", "since when?")),
        ("What is the target, and why?", ("What is the target?", "why?")),
        ("Who built the dam and in what year?", ("Who built the dam?", "in what year?")),
        ("When and with whom did he sail?", ("When did he sail?", "with whom did he sail?")),
    ],
)
def test_the_second_question_may_be_two_words(question: str, parts: tuple[str, str]) -> None:
    assert asked_for(question) == Asked("several", parts=parts)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What is the toll between A and B, and what is the fare?",
            ("What is the toll between A and B?", "what is the fare?"),
        ),
        ("Who is the man who built it and when did he die?", ("Who is the man who built it?", "when did he die?")),
        (
            "Where is the inn where Ada slept and how much does it cost?",
            ("Where is the inn where Ada slept?", "how much does it cost?"),
        ),
        (
            "What is the toll and how did he know who came and who left?",
            ("What is the toll?", "how did he know who came and who left?"),
        ),
    ],
)
def test_a_question_with_a_clause_may_have_a_second_behind_it(question: str, parts: tuple[str, str]) -> None:
    assert asked_for(question) == Asked("several", parts=parts)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Is there a quay and when is it open?", ("Is there a quay?", "when is it open?")),
        ("can I bring my eel, and how much does it cost?", ("can I bring my eel?", "how much does it cost?")),
        ("Has the ferry sunk and where did Ada go?", ("Has the ferry sunk?", "where did Ada go?")),
        ("Are fires lit and at what hour do they end?", ("Are fires lit?", "at what hour do they end?")),
        ("Did the strike end, and when?", ("Did the strike end?", "when?")),
    ],
)
def test_a_yes_or_no_may_have_a_second_question_behind_it(question: str, parts: tuple[str, str]) -> None:
    assert asked_for(question) == Asked("several", parts=parts)


@pytest.mark.parametrize(
    "question",
    [
        "Did he explain the plan and why it failed?",
        "Does the rule say when, and by whom?",
        "Did Ada know who came and when they left?",
        "Is Larch Bay and where to find it a book?",
        "Do they tell how the dam was built and how old it is?",
    ],
)
def test_a_clause_of_a_yes_or_no_is_no_second_question(question: str) -> None:
    assert asked_for(question) == Asked("yes_no")


@pytest.mark.parametrize(
    "question",
    [
        "When food was secured, who was able to rest?",
        "Who is rock and roll's king?",
        "How and why did it fail?",
        "What is the difference between what he said and what he did?",
        "How long is the time between when it rains and when it floods?",
        "How did he know who came and who left?",
        "What determines which half is wet and which is dry?",
        "What did the ministry and WHO ask the towns?",
        "Who was and who is the mayor?",
        "Which towns and which firms joined?",
        "What is the largest and what is the smallest town?",
        "Compare how Bergen and Oslo voted",
    ],
)
def test_a_clause_or_a_pair_of_words_is_no_second_question(question: str) -> None:
    assert asked_for(question).form != "several"


@pytest.mark.parametrize(
    ("question", "parts", "labels"),
    [
        ("compare the targets of A and B", ("the targets of A", "the targets of B"), ("A", "B")),
        ("Compare A's and B's targets?", ("the targets of A", "the targets of B"), ("A", "B")),
        ("compare A with B", ("tell me about A", "tell me about B"), ("A", "B")),
        (
            "compare the target of A in 2023 and 2024",
            ("the target of A in 2023", "the target of A in 2024"),
            ("2023", "2024"),
        ),
        (
            "compare the targets of A and B in 2023",
            ("the targets of A in 2023", "the targets of B in 2023"),
            ("A", "B"),
        ),
        ("Compare A's target and B's target", ("the target of A", "the target of B"), ("A", "B")),
        ("Compare A's target and B's debt", ("A's target", "B's debt"), ("A's target", "B's debt")),
        ("Compare A's target with that of B", ("A's target", "the target of B"), ("A", "B")),
        ("compare the cost of A with that of B", ("the cost of A", "the cost of B"), ("A", "B")),
        ("compare the cost of A with the cost of B", ("the cost of A", "the cost of B"), ("A", "B")),
        (
            "compare the dead of the storm according to A and B",
            ("the dead of the storm according to A", "the dead of the storm according to B"),
            ("A", "B"),
        ),
        (
            "compare the tram to A and the ferry to B",
            ("tell me about the tram to A", "tell me about the ferry to B"),
            ("the tram to A", "the ferry to B"),
        ),
        ("compare the cost of A, B and C", ("the cost of A", "the cost of B", "the cost of C"), ("A", "B", "C")),
        (
            "compare the cost of A, B, and C in 2023?",
            ("the cost of A in 2023", "the cost of B in 2023", "the cost of C in 2023"),
            ("A", "B", "C"),
        ),
        ("Compare A's, B's and C's debts", ("the debts of A", "the debts of B", "the debts of C"), ("A", "B", "C")),
        (
            "compare trams, ferries and buses",
            ("tell me about trams", "tell me about ferries", "tell me about buses"),
            ("trams", "ferries", "buses"),
        ),
        (
            "compare the rain in Lund, Sweden and Oslo, Norway",
            ("the rain in Lund, Sweden", "the rain in Oslo, Norway"),
            ("Lund, Sweden", "Oslo, Norway"),
        ),
        (
            "compare the old, slow tram and the ferry",
            ("tell me about the old, slow tram", "tell me about the ferry"),
            ("the old, slow tram", "the ferry"),
        ),
        (
            "compare Larch Bay, which grew, and Norrvik",
            ("tell me about Larch Bay, which grew", "tell me about Norrvik"),
            ("Larch Bay, which grew", "Norrvik"),
        ),
        ("compare the cost of A, B with C", ("the cost of A, B", "the cost of C"), ("A, B", "C")),
        (
            "Compare the revenue of Norvane with that of Pelagia in the third quarter of 2023",
            (
                "the revenue of Norvane in the third quarter of 2023",
                "the revenue of Pelagia in the third quarter of 2023",
            ),
            ("Norvane", "Pelagia"),
        ),
        (
            "compare A's target with that of B last year",
            ("A's target last year", "the target of B last year"),
            ("A", "B"),
        ),
        ("compare A's plan for X and for Y", ("A's plan for X", "A's plan for Y"), ("X", "Y")),
        ("compare the rain in A and in B", ("the rain in A", "the rain in B"), ("A", "B")),
        (
            "compare the rain in A in 2023 and 2024",
            ("the rain in A in 2023", "the rain in A in 2024"),
            ("2023", "2024"),
        ),
    ],
)
def test_a_comparison_asks_the_same_of_each_side(
    question: str, parts: tuple[str, ...], labels: tuple[str, ...]
) -> None:
    assert asked_for(question) == Asked("several", parts=parts, labels=labels)


@pytest.mark.parametrize(
    "when",
    [
        *(
            "in 2023",
            "since 2020",
            "last year",
            "for 2025",
            "in March",
            "on 5 May 2024",
            "in the 1990s",
            "by early 2024",
        ),
        *("in the first quarter of 2024", "between 2019 and 2021", "from 2019 to 2021", "in the last two years"),
    ],
)
def test_the_sides_of_a_comparison_are_asked_of_the_same_time(when: str) -> None:
    parts = (f"the rain in Norrvik {when}", f"the rain in Larch Bay {when}")
    assert asked_for(f"compare the rain in Norrvik and Larch Bay {when}?") == Asked(
        "several", parts=parts, labels=("Norrvik", "Larch Bay")
    )


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("compare the rain in A in 2021 and B in 2022", ("the rain in A in 2021", "B in 2022")),
        ("compare A in summer with B in winter", ("A in summer", "B in winter")),
        ("compare the plan of A and B to cut costs by half", ("the plan of A", "the plan of B to cut costs by half")),
        ("compare sales with last year", ("tell me about sales", "tell me about last year")),
        ("compare the cost of A and B with last year", ("the cost of A and B", "the cost of last year")),
        ("compare the rain between 2019 and 2021", ("the rain between 2019", "the rain between 2021")),
    ],
)
def test_a_side_with_a_time_of_its_own_keeps_it(question: str, parts: tuple[str, str]) -> None:
    assert asked_for(question).parts == parts


@given(st.text(max_size=200))
def test_every_text_has_one_form_and_parts_exactly_when_it_asks_several_things(text: str) -> None:
    asked = asked_for(text)
    assert (asked.form == "several") == (len(asked.parts) > 1)
    assert not asked.labels or len(asked.labels) == len(asked.parts)


@pytest.mark.parametrize(
    "text",
    [
        *("Hello!", "hi there", "good morning", "hello my friend", "nice to meet you", "bye", "help", "?!", "2+2"),
        *("Thanks a lot!", "ok thanks", "thanks, that helps!", "thanks for your help", "ok thanks, bye", "good job"),
        *("Hello, how are you?", "that was very helpful, thanks", "Thanks, very helpful", "That's great!"),
        *("yes", "no", "No thanks", "sorry", "never mind", "lol", "test"),
        *("what is your name?", "who made you?", "are you a robot?", "what can you help me with?"),
    ],
)
def test_manners_get_a_kind_word(text: str) -> None:
    assert reply_to(text)


@pytest.mark.parametrize(
    "text",
    [
        *("You are so stupid", "You’re useless", "this is rubbish", "this is rubbish, all of it", "shut up"),
        *("this app is shit", "you suck", "that's wrong", "No, this is not right."),
    ],
)
def test_scorn_gets_advice_and_no_scorn(text: str) -> None:
    reply = reply_to(text)
    assert reply is not None
    assert "Another wording" in reply


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("go on", "footnote"),
        ("Tell me more", "footnote"),
        ("What else?", "footnote"),
        ("Are you sure?", "percentage"),
        ("Is that true?", "percentage"),
        ("Show me the source", "footnote"),
        ("Where does it say that?", "footnote"),
        ("What's your source?", "footnote"),
        ("Which article is that from?", "footnote"),
        ("Says who?", "footnote"),
        ("Can you elaborate?", "tell me about"),
    ],
)
def test_what_is_asked_of_an_answer_is_told_where_to_look(text: str, word: str) -> None:
    assert word in (reply_to(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "Tell me more about the quay",
        "Are you sure that the quay is open?",
        "Show me the source of the river",
        "What else did he say?",
        "Who said that?",
        "Who said hello to the mayor?",
        "help wanted in which towns?",
        "Thanks to whom was it built?",
        "why is it useless?",
        "This is rubbish collection day",
        "this is terrible news for Larch Bay",
        "what is your name policy?",
        "who made you-know-what?",
        "yes or no votes",
        "test results",
        "this is wrong with the quay",
        "this app is useful",
        "that was a great storm",
        "good jobs in Larch Bay",
        "2024?",
        "asdfghjkl",
        "ok"[:1],
    ],
)
def test_a_question_is_never_taken_for_manners(text: str) -> None:
    assert reply_to(text) is None


@pytest.mark.parametrize("text", ["How can I delete an article?", "how do I add articles"])
def test_how_articles_come_and_go_is_told(text: str) -> None:
    assert "footnote remove ID" in (reply_to(text) or "")


def test_help_says_what_can_be_asked() -> None:
    assert reply_to("what can you do?") == HELP


@pytest.mark.parametrize(
    ("question", "articles", "topic"),
    [
        ("Who is quoted?", ALL, ""),
        ("Which experts are quoted on the tax?", ALL, "the tax"),
        ("Who was interviewed in the article on eels?", Articles("eels"), ""),
        ("Who is quoted in the article on Larch Bay?", Articles("Larch Bay"), ""),
        ("Who are the sources of the article on eels?", Articles("eels"), ""),
        ("Who is quoted about eels in it?", Articles(it=True), "eels"),
    ],
)
def test_a_question_may_ask_who_is_quoted(question: str, articles: Articles, topic: str) -> None:
    assert asked_for(question) == Asked("speakers", topic=topic, articles=articles)
    assert asked_for(question).of_articles


@pytest.mark.parametrize(
    "question",
    [
        "Who was interviewed?",
        "Who was cited on Tuesday?",
        "Who are the sources?",
        "Who is quoted in Hamlet?",
        "Who quoted him?",
        "Who is quoted as the winner?",
        "Who are the speakers?",
    ],
)
def test_who_is_quoted_elsewhere_is_a_fact(question: str) -> None:
    assert asked_for(question).form == "fact"
