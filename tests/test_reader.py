"""The reader on a tiny model that the tests build and save: the real loading, batching and decoding code."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import ModelError, Passage
from qa.config import WEIGHTS
from qa.reader import COLON, MAX_ANSWER_TOKENS, SEP, Pair, Span, SpanReader, _best_spans, _whole, _windows, join_pair

TEXT = "Beijing wants 300 billion yuan by 2025. Shanghai has over 20 large models."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_reader(tmp_path_factory.mktemp("reader"))


def tiny_reader(folder: Path) -> Path:
    """A one-layer BERT with random weights and the bundled vocabulary."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    from index.encode import bundled_folder

    torch.manual_seed(7)
    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertForQuestionAnswering(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((bundled_folder() / "tokenizer.json").read_bytes())
    return folder


def passage(text: str, *, number: int = 1, start: int = 0, title: str = "", lead: str = "") -> Passage:
    return Passage(number, "d", start, start + len(text), text, title, lead)


def test_the_layout_is_question_title_lead_passage() -> None:
    pair = join_pair([7, 8], [9], [20, 21], lead=[30])
    assert pair.input_ids == [101, 7, 8, SEP, 9, COLON, 30, 20, 21, SEP]
    assert pair.segment_start == 4
    assert pair.passage_start == 7


def test_without_title_and_lead_the_passage_follows_the_question() -> None:
    pair = join_pair([7], [], [20])
    assert pair.input_ids == [101, 7, SEP, 20, SEP]
    assert pair.passage_start == pair.segment_start == 3


def test_a_question_is_read_alike_with_and_without_its_mark_its_capitals_and_its_verb_cut_short(folder: Path) -> None:
    reader, passages = SpanReader(folder), [passage(TEXT)]
    plain = reader.read("what is Beijing's 2025 target", passages)
    for asked in (
        "What is Beijing's 2025 target?",
        "what is Beijing's 2025 target ??",
        "WHAT IS BEIJING'S 2025 TARGET？",
        "What's Beijing's 2025 target?",
    ):
        assert reader.read(asked, passages) == plain
    assert reader.read("???", passages)


def test_a_long_passage_is_read_to_its_end_in_the_place_of_its_lead(folder: Path) -> None:
    reader = SpanReader(folder)
    reader.load()
    for count, kept in ((300, 64), (440, 19), (459, 0)):
        text = " ".join(["port"] * count)
        ((pair, offsets),) = _windows(reader._tokenizer, [7] * 54, passage(text, title="Port", lead="quay " * 99))
        assert len(pair.input_ids) == 48 + 1 + 4 + kept + count
        assert (len(offsets), pair.input_ids.count(reader._tokenizer.token_to_id("quay"))) == (count, kept)


@pytest.mark.parametrize("count", [460, 500, 888, 889, 1300])
def test_a_passage_beyond_the_models_room_is_read_in_windows_and_no_answer_is_cut(folder: Path, count: int) -> None:
    reader = SpanReader(folder)
    reader.load()
    made = list(_windows(reader._tokenizer, [7] * 54, passage("人" * count, title="Port")))
    assert all(len(pair.input_ids) <= 512 for pair, _ in made)
    ranges = [(offsets[0][0], offsets[-1][1]) for _, offsets in made]
    assert (ranges[0][0], ranges[-1][1]) == (0, count)
    wanted = {(at, at + MAX_ANSWER_TOKENS) for at in range(count - MAX_ANSWER_TOKENS + 1)}
    assert wanted == {(a, b) for a, b in wanted if any(first <= a and b <= last for first, last in ranges)}


def test_of_windows_the_best_spans_that_do_not_overlap_are_given(folder: Path) -> None:
    spans = SpanReader(folder).read("谁?", [passage("人口二百万。" * 200), passage(TEXT, number=2)])
    first = sorted((span.start, span.end) for span in spans if span.passage.id == 1)
    assert len(first) == 3 < len(spans)
    assert all(one[1] <= other[0] for one, other in pairwise(first))


def test_every_span_is_where_it_says_it_is(folder: Path) -> None:
    passages = [passage(TEXT, start=100, title="A title", lead="Before it."), passage("Ein 中文 text.", number=2)]
    spans = SpanReader(folder).read("what is the target", passages)
    assert len(spans) == 6
    for span in spans:
        assert span.passage.text[span.start - span.passage.start : span.end - span.passage.start] == span.text
        assert span.text
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)


def test_passages_in_one_batch_score_as_they_do_alone(folder: Path) -> None:
    reader = SpanReader(folder)
    passages = [passage(TEXT), passage("Short one.", number=2), passage(TEXT * 3, number=3)]
    together = {(s.passage.id, s.start, s.end): s.score for s in reader.read("how many?", passages)}
    alone = {(s.passage.id, s.start, s.end): s.score for p in passages for s in reader.read("how many?", [p])}
    assert together.keys() == alone.keys()
    for key, score in together.items():
        assert score == pytest.approx(alone[key], abs=1e-4)


@pytest.mark.parametrize(
    ("said", "amount", "question", "whole"),
    [
        ("It fell by 62 percent.", "62", "What percent?", "62 percent"),
        ("It fell by 6.2% a year.", "6.2", "by how much?", "6.2%"),
        ("Some forty-nine per cent went.", "forty-nine", "how many went?", "forty-nine per cent"),
        ("It cost 140.9 billion U.S. dollars.", "140.9", "what did it cost?", "140.9 billion U.S. dollars"),
        ("It cost 140.9 billion U.S. dollars.", "140.9 billion", "what did it cost?", "140.9 billion U.S. dollars"),
        ("The sum is 300 crowns.", "300", "what is the sum?", "300 crowns"),
        ("Winds of 15.1 mph blew.", "15.1", "how fast?", "15.1 mph"),
        ("It lasted 30 months.", "30", "How long did it last?", "30 months"),
        ("It lasted 30 months.", "30", "How many months did it last?", "30"),
        ("The 30-month war ended.", "30", "How long was the war?", "30"),
        ("There are 620 buses.", "620", "how many?", "620"),
        ("In 2019 percentages fell.", "2019", "when?", "2019"),
        ("In 1914 pounds were gold.", "1914", "when?", "1914"),
        ("Apollo 11 hours later landed.", "11", "which?", "11"),
        ("The Million Dollar bridge", "Million", "what?", "Million"),
        ("It has 5.", "5", "how many?", "5"),
        ("The kiosk opens at 7:30 a.m. on Sundays.", "7:30", "when does it open?", "7:30 a.m."),
        ("Boats leave by 11 a.m., carts by 4 p.m.", "by 11 a.m", "when?", "by 11 a.m."),
        ("Open from 9 to 5 pm.", "5", "until when?", "5 pm"),
        ("It rang at 7 o'clock.", "7", "when?", "7 o'clock"),
        ("It owns 5 AM stations.", "5", "How many stations?", "5"),
        ("The 7 amateurs won.", "7", "who?", "7"),
        ("In 1990 a.m. began.", "1990", "when?", "1990"),
    ],
)
def test_an_amount_takes_its_unit_with_it_unless_the_question_names_it(
    said: str, amount: str, question: str, whole: str
) -> None:
    its, at = whole_of(said, amount, question), 100 + said.index(amount)
    assert (its.text, its.start, its.end) == (whole, at, at + len(whole))


@pytest.mark.parametrize(
    ("said", "end", "question", "whole"),
    [
        ("It makes between 2 million and 3 million yen.", "3", "how much?", "between 2 million and 3 million yen"),
        ("A profit of between 2 and 3 million.", "of between 2", "what profit?", "of between 2 and 3 million"),
        ("Prices range from $5 to $9 a head.", "$9", "What is the price?", "from $5 to $9"),
        ("It takes between five and six hours.", "six", "How many hours?", "between five and six"),
        ("Between 20% and 30% of them left.", "30%", "what share left?", "Between 20% and 30%"),
        ("A profit of between 2 and 3 million.", "3 million", "what is the highest profit?", "3 million"),
        ("Guests between 5 and 16 pay half.", "5", "from what age?", "5"),
        ("She was there between 1951 and 1983.", "1951", "since which year?", "1951"),
        ("It moved between 1951 and 1983.", "1983", "How long?", "1983"),
        ("Free between 4 and 6 p.m. only.", "6 p.m.", "When does it end?", "6 p.m."),
        ("The ticket went from 98 to 121 kroner.", "121 kroner", "What does it cost?", "121 kroner"),
        ("Between 2 and 3 million pounds.", "pounds", "in what currency?", "pounds"),
        ("It cost between 2 and 3 million.", "between 2 and 3 million", "how much?", "between 2 and 3 million"),
    ],
)
def test_half_a_range_takes_the_other_half_with_it_unless_one_end_is_asked_for(
    said: str, end: str, question: str, whole: str
) -> None:
    assert whole_of(said, end, question).text == whole


@pytest.mark.parametrize(
    ("said", "part", "whole"),
    [
        ("Write to press@stbrannocs.example.", "brannocs", "press@stbrannocs.example"),
        ("Write to Bo, press@lark.example.", "Bo, press@", "Bo, press@lark.example"),
        ("See https://lark.example/a-b?c=1, please.", "lark", "https://lark.example/a-b?c=1"),
        ("See (www.lark.example/boats).", "lark", "www.lark.example/boats"),
        ("Look at lark.example for it.", "lark", "lark.example"),
        ("The fisherman came.", "fisher", "fisherman"),
        ("It is 62km away.", "62", "62km"),
        ("A well-known man.", "known", "known"),
        ("Anna's boat, _Lark_.", "Lark", "Lark"),
        ("Anna's boat.", "Anna", "Anna"),
        ("人口200万。", "口200", "口200"),
        ("It ended. Then it began.", "ended", "ended"),
    ],
)
def test_no_answer_begins_or_ends_inside_a_word_or_an_address(said: str, part: str, whole: str) -> None:
    assert whole_of(said, part, "which?").text == whole


def whole_of(said: str, part: str, question: str) -> Span:
    at = said.index(part)
    its = _whole(Span(passage(said, start=100), 100 + at, 100 + at + len(part), part, 1.0), question)
    assert said[its.start - 100 : its.end - 100] == its.text
    return its


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_the_best_span_equals_a_search_over_all_spans(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end = rng.normal(size=(2, count + 5)).astype(np.float32)
    pair = Pair([0] * (count + 5), 3, 4)
    text = "".join(chr(97 + i % 26) for i in range(count))
    if seed % 2 and count > 3:  # a blank line somewhere, over which no answer goes
        at = seed % (count - 2)
        text = f"{text[:at]}\n\n{text[at + 2 :]}"
    offsets = [(i, i + 1) for i in range(count)]
    best = _best_spans(pair, offsets, passage(text), np.stack((start, end), axis=1))
    every = {
        (i, j): start[4 + i] + end[4 + j] - start[0] - end[0]
        for i in range(count)
        for j in range(i, min(count, i + MAX_ANSWER_TOKENS))
        if "\n\n" not in text[i : j + 1]
    }
    (i, j), score = max(every.items(), key=lambda item: item[1] - 0.1 * (item[0][1] - item[0][0]))
    assert (best[0].start, best[0].end) == (i, j + 1)
    assert best[0].score == pytest.approx(float(score), abs=1e-5)
    covered = [position for span in best for position in range(span.start, span.end)]
    assert len(covered) == len(set(covered)), "the spans of a passage overlap"


@pytest.mark.parametrize("reference", [True, False])
def test_every_token_has_its_two_logits(folder: Path, reference: bool) -> None:
    pairs = [join_pair([7], [], [20, 21, 22]), join_pair([7], [], [20])]
    assert [row.shape for row in SpanReader(folder, reference=reference)._logits(pairs)] == [(7, 2), (5, 2)]


def test_the_engine_reads_as_torch_does(folder: Path) -> None:
    pairs = [join_pair([7, 9], [30, 31], list(range(2000, 2000 + count))) for count in (1, 5, 40, 300)]
    fast, torch = (SpanReader(folder, reference=reference)._logits(pairs) for reference in (False, True))
    for one, other in zip(fast, torch, strict=True):
        assert np.abs(other).max() > 0.05
        np.testing.assert_allclose(one, other, atol=0.02)  # bf16 keeps three digits


def test_the_shipped_reader_scores_spans_as_torch_does() -> None:
    passages = [passage(TEXT, title="Larch Bay"), passage("Ein 中文 text.", number=2), passage(TEXT * 9, number=3)]
    fast, torch = (
        SpanReader(WEIGHTS, reference=reference).read("What does Beijing want?", passages)
        for reference in (False, True)
    )
    assert fast[0].text == torch[0].text == "300 billion yuan"
    scores = {(span.passage.id, span.start, span.end): span.score for span in torch}
    shared = [(span.score, scores[key]) for span in fast if (key := (span.passage.id, span.start, span.end)) in scores]
    assert len(shared) >= 6
    for one, other in shared:
        assert one == pytest.approx(other, abs=0.15)


def test_what_was_read_is_remembered_by_value(folder: Path) -> None:
    reader = SpanReader(folder)
    first = reader.read("who?", [passage(TEXT)])
    again = reader.read("who?", [passage(TEXT)])
    assert again == first
    again.clear()  # what is remembered is not what was handed out
    assert reader.read("who?", [passage(TEXT)]) == first
    assert reader.read("who?", [passage(TEXT + " More.")]) != first


def test_nothing_to_read_is_no_spans(folder: Path) -> None:
    assert SpanReader(folder).read("who?", []) == []


def test_an_endless_passage_and_question_are_cut_and_answered(folder: Path) -> None:
    spans = SpanReader(folder).read("why " * 2000, [passage("word " * 5000)])
    assert spans
    assert all(span.end <= 25_000 for span in spans)


def test_title_lead_and_passage_share_the_positions_that_the_model_has(folder: Path) -> None:
    full = passage("7 " * 600, title="title " * 100, lead="before " * 200)
    spans = SpanReader(folder).read("why " * 100, [full])
    assert spans
    assert all(full.text[span.start : span.end] == span.text for span in spans)


def test_a_missing_or_damaged_model_is_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        SpanReader(tmp_path / "nowhere").read("who?", [passage(TEXT)])
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text("{broken")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SpanReader(tmp_path).read("who?", [passage(TEXT)])
    for wrong, why in (("{", "is damaged"), (words_alone(), "vocabulary is not that of BERT")):
        (tmp_path / "tokenizer.json").write_text(wrong)
        with pytest.raises(ModelError, match=rf"cannot be loaded: its .*{why}"):
            SpanReader(tmp_path).read("who?", [passage(TEXT)])


def words_alone() -> str:
    """A tokenizer as other architectures have: no [CLS], another order."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    return str(Tokenizer(WordLevel({"<s>": 0, "</s>": 1, "who": 2}, unk_token="<s>")).to_str())
