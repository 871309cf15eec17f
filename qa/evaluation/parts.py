"""The parts of the report: which question sets are measured, and how each is asked. The only place that names them.

In: the folder with the sets. Out: the questions of a part, sampled, and where its articles are. Asks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.types import InputError
from qa.evaluation.questions import Question, read_questions, sample

How = Literal["paragraph", "library", "search", "reader", "pages", "attacks", "speed", "quality"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `files` hold its questions and `articles` what a library is made of, both relative to the data folder
    unless they lie beside this module.

    `how` it is asked: over the paragraph that a question brings, of a library, of a library's search alone, with the
    models in use and in fp32 (`quality`); or, without questions, the reader by itself or under attack, how clean web
    pages become, or everything for its speed. `answerable_only` leaves the other questions out. `most` bounds the
    sample.
    """

    name: str
    title: str
    how: How
    files: tuple[str, ...] = ()
    articles: str = ""
    answerable_only: bool = False
    most: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it comes with the project and needs no data folder."""
        return not self.files or Path(self.files[0]).is_absolute()

    def missing(self, data: Path) -> list[Path]:
        """What the folder lacks for this part."""
        return [data / name for name in (*self.files, self.articles) if name and not (data / name).exists()]

    def questions(self, data: Path, *, count: int) -> tuple[list[Question], int]:
        """At most `count` questions (0: all), spread evenly, and how many there are in all."""
        read = [question for name in self.files for question in read_questions(data / name)]
        if self.answerable_only:
            read = [question for question in read if not question.unanswerable]
        return sample(read, self.size(count) or len(read)), len(read)

    def size(self, count: int) -> int:
        """How many questions are meant to be asked when `count` are wanted of each set; 0 stands for all."""
        return min(count or self.most, self.most) if self.most else count


def _paragraphs(name: str, title: str, *files: str, answerable_only: bool = False, most: int | None = None) -> Part:
    return Part(name, title, "paragraph", files, answerable_only=answerable_only, most=most)


def _library(name: str, title: str, corpus: str, *, how: How = "library") -> Part:
    return Part(name, title, how, (f"corpora/{corpus}/questions.jsonl",), f"corpora/{corpus}/corpus.jsonl")


_SQUAD2, _SQUAD11 = "dev/squad2.dev.jsonl.gz", "dev/squad11_extra13.dev.jsonl.gz"
_OPEN = "corpora/squad2_dev"
_HERE = Path(__file__).parent
SLICE = _paragraphs("squad2-slice", "A slice of SQuAD 2.0, recomputed by a test", _SQUAD2, most=300)
PARTS = (
    Part("reader", "The reader by itself", "reader"),
    Part("speed", "Speed over 5,000 passages", "speed"),
    Part("quality", "Against fp32", "quality", (_SQUAD2, f"{_OPEN}/questions.jsonl"), f"{_OPEN}/corpus.jsonl"),
    Part("web-pages", "40 made-up web pages", "pages"),
    Part("attacks", "Attacks by articles, titles, file names and questions", "attacks"),
    SLICE,
    _paragraphs("squad11", "SQuAD 1.1, development set", _SQUAD2, _SQUAD11, answerable_only=True),
    _paragraphs("squad2", "SQuAD 2.0, development set", _SQUAD2),
    _paragraphs("new-wiki", "SQuADShifts, Wikipedia", "dev/squadshifts_new_wiki.dev.jsonl.gz"),
    _paragraphs("fairytaleqa", "FairytaleQA", "dev/fairytaleqa.dev.jsonl.gz"),
    _paragraphs("subjqa", "SubjQA", "dev/subjqa.dev.jsonl.gz"),
    _paragraphs("policyqa", "PolicyQA", "dev/policyqa.dev_testfile.jsonl.gz"),
    _library("open", "Open library: all SQuAD development articles", "squad2_dev"),
    _library("open-search", "All SQuAD development articles", "squad2_dev", how="search"),
    _library("nq-search", "Natural Questions", "nq_gold", how="search"),
    _library("covidqa-search", "CovidQA", "covidqa", how="search"),
    _library("multihop-search", "One of the two paragraphs needed", "multihop100", how="search"),
    _library("clapnq-search", "ClapNQ", "clapnq_dev", how="search"),
    _library("lihua-search", "LiHua-World, dated messages", "lihua_world", how="search"),
    _library("realtimeqa", "Open library: news of 2023, RealtimeQA", "realtimeqa_2023"),
    Part("sheets", "Cells of eight made-up tables", "library", (f"{_HERE}/sheets.jsonl",), f"{_HERE}/sheets"),
    Part("parallel", "Things told of side by side", "library", (f"{_HERE}/parallel.jsonl",), f"{_HERE}/parallel"),
    Part("everyday", "Sixteen made-up articles", "library", (f"{_HERE}/everyday.jsonl",), f"{_HERE}/everyday"),
    Part("china-ai", "The reference article", "library", ("../questions/china-ai.jsonl",), "../articles"),
)


def parts_named(names: Sequence[str]) -> list[Part]:
    """The parts of these names, in their own order; all of them for no names. Raises InputError for an unknown one."""
    known = {part.name for part in PARTS}
    for name in names:
        if name not in known:
            raise InputError(f"the report has no part {name!r}", f"its parts are {', '.join(sorted(known))}")
    return [part for part in PARTS if not names or part.name in names]
