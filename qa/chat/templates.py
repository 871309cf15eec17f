"""Sentences of a document -> questions that they answer. Plain rules for English; a sentence no rule fits gives none.

Knows nothing of models: whether the library really answers a question is found out by asking it (`qa.chat.suggest`).
In: a document. Out: candidates in reading order, each with the words that answer it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.chunk import sentences
from index.language import FIGURES, MONTH, YEAR
from index.types import Document
from qa.chat.clauses import (
    Clause,
    Words,
    clause_of,
    first_part,
    is_participle,
    past_of,
    third_person,
    verb_form,
    without_fillers,
)

_REACH_CHARS = 50_000
_MOST_SENTENCE_CHARS = 320
_FEWEST_WORDS, _MOST_WORDS = 3, 14  # of a question

_LARGE = r"(?:[A-Z][\w’'-]*|[a-z][A-Z]\w+)"
_NAME = rf"{_LARGE}(?: (?:(?:of|for|and|de|van|von|the|&) )*{_LARGE})*"
_YEAR = YEAR.pattern
_DATE = (
    rf"(?:\d{{1,2}} {MONTH}(?: {_YEAR})?|{MONTH} \d{{1,2}}(?:, {_YEAR})?"
    rf"|(?:the (?:end|start|middle|spring|summer|autumn|fall|winter) of )?(?:{MONTH} {_YEAR}|{MONTH}|{_YEAR}))"
)
_WHEN = re.compile(rf"(?:^|\s)(?P<by>[Ii]n|[Oo]n|[Bb]y|[Bb]efore|[Ss]ince) (?P<answer>{_DATE})$")
_WORDED = "|".join(FIGURES)
_NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|(?:{_WORDED})(?:-(?:one|{_WORDED}))?)"
_FIGURE = (
    r"(?:(?:about|around|some|roughly|nearly|almost|over|more than|only|at least|up to) )?"
    rf"{_NUMBER}(?![\w-])(?: (?:hundred|thousand|million|billion|trillion))?"
)
_MONEY = r"(?:(?:U\.S\. |US )?dollars|euros|pounds|yuan|yen|crowns|florins|francs|rupees)"
_AMOUNT = re.compile(rf"^(?P<answer>{_FIGURE} {_MONEY})\b ?(?P<tail>.*)$")
_MEASURES = (
    rf"percent|per|{_MONEY}|million|billion|trillion|years?|months?|weeks?|days?|hours?|minutes?|seconds?|kilomet\w+"
    r"|met(?:re|er)s|inches|miles|feet|lit(?:re|er)s|tonnes|tons|degrees|megawatts|times|points|others|more|thirds"
)
_THINGS = rf"(?!(?:{_MEASURES})\b)(?:[\w-]+ ){{0,2}}?(?:[A-Za-z-]{{2,}}[^\Ws]s|people|men|women|children)(?![\w-])"
_COUNTED = re.compile(rf"^(?!{_YEAR})(?P<answer>{_FIGURE}) (?P<things>{_THINGS}) ?(?P<tail>.*)$")
_SIZE = re.compile(r"^(?P<be>be )?(?P<answer>(?:\w|[.,]\d)+ [a-z]+) (?P<how>deep|long|wide|high|tall|thick|old)$")
_FAR = re.compile(r"^(?:(?:stand|lie|be) )?(?P<answer>[\d.,]+ (?:kilometres|kilometers|miles)) from (?P<where>.+)$")
_OPENING = re.compile(
    rf"^(?P<opening>(?:In|By|On|Since|Before) {_DATE}|(?:In|By|On|Since|Before|After|Under|At|From|For|During|With|Last"
    r"|This|Between|Among|According|As)\b[^,;]{1,70}(?=,)),? (?=\S)"
)
_RELATIVE = re.compile(
    rf"(?<!, )(?P<answer>{_NAME}), (?:an? [^,;]{{3,60}} )?who (?!(?:is|was) (?:an? |also |\d))(?P<did>[a-z][^;:]+)"
    rf"|(?P<owner>{_NAME}), which (?P<does>(?:owns|runs|operates|built|makes|publishes) [^;:]+)"
)
_BESIDE = re.compile(
    rf"(?<!, )(?P<the>\b[Tt]he )?(?P<name>(?!(?:The|A|An|In|On|At|By|As|For|Of|This|But|And|When) ){_NAME}),"
    r" (?P<answer>(?:an?|the) [a-z][^,;:]{3,80}?)(?:,| who |$)"
)
_APPOSITION_END = re.compile(r" (?:of|in|at|on|for|from|with|to|between|by|that|which|who|\w+ed|built|made|run) ")
_PERSONS = frozenset(
    "head chair chief mayor president secretary treasurer commander champion winner ruler emperor director manager"
    " minister senator governor judge official analyst student teacher lecturer professor researcher scholar engineer"
    " doctor nurse lawyer writer author editor reporter poet painter actor actress singer composer dancer player coach"
    " farmer baker builder designer architect founder owner leader captain officer soldier king queen prince princess"
    " bishop saint son daughter brother sister wife husband mother father".split()
)
_THINGS_WITH_NAMES = frozenset(
    "company firm group charity agency institute bank party union band club team school college university museum"
    " newspaper magazine film album song book novel city town village district region capital seat country county state"
    " province river lake island mountain peak port airport airline station stadium bridge ship church building"
    " hospital festival currency species language programme program model network laboratory".split()
)
_SPOKEN = frozenset("say call warn argue tell".split())
_WITHOUT_OBJECT = frozenset("open begin start close end die resign retire arrive finish happen fall rise".split())
_LASTING = frozenset("remain live contain employ exist know mean include stand want need seem total represent".split())
_PLACED = re.compile(rf"^(?P<did>born|held|based|located|built|buried|signed|published|made) in (?P<answer>{_NAME})$")
_BY = re.compile(rf"^(?P<did>[a-z]+) by (?P<answer>(?:the )?{_NAME})(?= (?:in|on|at|as)\b|$)")
_SPEAKER = re.compile(rf"^(?:[A-Z]\w+ )?(?P<answer>{_LARGE} {_LARGE})(?: of (?:the )?{_NAME})?$")
_UNCLEAR = re.compile(
    r"\b(?:he|she|it|they|we|you|i|him|her|them|us|me|his|their|our|my|your|its|this|that|these|those|there|here|such"
    r"|same|others?|another|ones?|not|no|today|yesterday|tomorrow|ago|next|previous|following|former|latter|above|below"
    r"|both|respectively|again|\w+sel(?:f|ves))\b|n['’]t\b|[\"“”()\[\]]"
    r"|(?<!By)(?<!Since) (?:what|which|who|where|when|how|whether|why)\b|, |,$|(?-i: and [a-z]+$)",
    re.IGNORECASE,
)
_DANGLING = frozenset("and of to the a for with at from shortly just only soon".split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the words of `document.text[start:end]` (one sentence) that answer it.

    `named` says that it speaks of something by name: it can be understood by who has not read the article.
    """

    question: str
    answer: str
    start: int
    end: int
    named: bool


def candidates(document: Document, *, around: int = 0) -> list[Candidate]:
    """Those of the sentences up to 50,000 characters from `around`, in reading order; none of what is not English."""
    first = max(document.body_start, around - _REACH_CHARS)
    text = document.text[: max(around, first) + _REACH_CHARS]
    ranges = sentences(text, first)
    words = Words.of(text[start:end] for start, end in ranges)
    found = []
    for start, end in ranges if "the" in words.small else ():
        for asked, answer, about in _questions(text[start:end], words):
            question = _by_name(asked, text[first:])
            if _well_formed(question, answer):
                named = _is_named(_by_name(about, text[first:]))
                found.append(Candidate(f"{question}?", answer, start, end, named))
    return found


def _questions(sentence: str, words: Words) -> Iterator[tuple[str, str, str]]:
    """(question, the words that answer it, what it is about)."""
    text = re.sub(r"\s*\([^)]*\)", "", " ".join(sentence.split()))
    if len(text) > _MOST_SENTENCE_CHARS or not text[:1].isupper() or text[-1:] != "." or re.search('["“”]', text):
        return
    text = text.removesuffix(".")
    yield from ((question, answer, question.partition(" ")[2]) for question, answer in _who(text))
    opening = _OPENING.match(text)
    clause = clause_of(text[opening.end() :] if opening else text, words)
    if clause is not None:
        before = opening["opening"] if opening else ""
        for question, answer in (*_how_many(clause), *_how_big(clause), *_when(clause, before), *_names(clause)):
            yield question, answer, clause.rest if answer in clause.subject else clause.subject


def _who(text: str) -> Iterator[tuple[str, str]]:
    """What stands beside a name: "Ines Calloway, an editor", "Ines Calloway, who runs the paper"."""
    for found in _RELATIVE.finditer(text):
        did = first_part(without_fillers(found["did"] or found["does"]))
        verb = did.partition(" ")[0]
        finite = verb in ("was", "has", "had", "will") or verb_form(verb)[1] in ("s", "past")
        if finite and not did.startswith(f"{verb} of "):
            yield f"Who {did}", found["answer"] or found["owner"]
    for found in _BESIDE.finditer(text):
        name = found["name"]
        if " of the " in name or " for the " in name or (" and " in name and " of " not in name):
            continue  # of "Jo Ray of the Lake Forum, a ..." nobody can tell which is meant
        noun = _APPOSITION_END.split(found["answer"], maxsplit=1)[0].split()[-1]
        if (what := _asks_for(noun)) and (" " in name or found["the"]):
            yield f"{what} is {'the ' if found['the'] else ''}{name}", found["answer"]


def _asks_for(noun: str) -> str:
    """Who, What, or "" when it is not known which."""
    if noun in _PERSONS or noun.endswith(("ist", "ician", "man", "woman")):
        return "Who"
    return "What" if noun in _THINGS_WITH_NAMES else ""


def _how_many(clause: Clause) -> Iterator[tuple[str, str]]:
    """Things that are counted, as the subject or behind the verb."""
    if counted := _COUNTED.match(clause.subject):
        if not counted["tail"]:
            yield f"How many {counted['things']} {clause.predicate}", counted["answer"]
        return
    verb, behind = clause.main_verb
    if verb and (counted := _COUNTED.match(behind)):
        tail = counted["tail"]
        if not re.search(r"^of |^and |\d", re.sub(rf"{_DATE}$", "", tail)):
            rest = f"{verb} {tail}" if clause.auxiliary else tail
            yield clause.asked(f"How many {counted['things']}", rest), counted["answer"]


def _how_big(clause: Clause) -> Iterator[tuple[str, str]]:
    """Money, size, distance."""
    verb, behind = clause.main_verb
    if verb in ("cost", "spend", "borrow", "pay", "raise", "invest", "earn") and (amount := _AMOUNT.match(behind)):
        rest = f"{verb} {amount['tail']}" if clause.auxiliary else amount["tail"]
        yield clause.asked("How much", rest), amount["answer"]
    if clause.rest.startswith("worth ") and (amount := _AMOUNT.match(clause.rest.removeprefix("worth "))):
        yield clause.asked("How much", "worth"), amount["answer"]
    if clause.auxiliary and (size := _SIZE.match(clause.rest)):
        yield clause.asked(f"How {size['how']}", size["be"] or ""), size["answer"]
    if clause.auxiliary and (far := _FAR.match(clause.rest)):
        yield clause.asked(f"How far from {far['where']}", "be" if clause.auxiliary == "will" else ""), far["answer"]


def _when(clause: Clause, opening: str) -> Iterator[tuple[str, str]]:
    """A date at the end of the clause or before it."""
    at_end = _WHEN.search(clause.rest)
    found = at_end or _WHEN.search(opening)
    if not found or clause.verb in _LASTING or _COUNTED.match(clause.subject) or clause.subject[0].isdigit():
        return
    rest = clause.rest[: at_end.start()] if at_end else clause.rest
    if not rest and clause.verb not in _WITHOUT_OBJECT:
        return
    by, auxiliary = found["by"].lower(), clause.auxiliary
    happening = is_participle(rest.split(" ")[0])
    if by == "since":
        what = "Since when" if auxiliary in ("has", "have") else ""
    elif auxiliary in ("is", "are", "was", "were"):
        what = "When" if happening else ""
    elif auxiliary in ("has", "have", "had"):
        what = ""
    else:
        what = "When" if by in ("in", "on") else "By when" if clause.form != "past" else ""
    if what and not YEAR.search(rest):
        yield clause.asked(what, rest), found["answer"]


def _names(clause: Clause) -> Iterator[tuple[str, str]]:
    """A name that the clause gives: who built or said it, where it was held, what or who is the capital of Y."""
    be = clause.auxiliary in ("is", "was", "are", "were")
    if be and (by := _BY.match(clause.rest)) and is_participle(by["did"]):
        verb = verb_form(by["did"])[0]
        did = past_of(verb) if clause.auxiliary in ("was", "were") else third_person(verb)
        yield f"Who {did} {clause.subject}", by["answer"]
    if be and (placed := _PLACED.match(clause.rest)):
        yield clause.asked("Where", placed["did"]), placed["answer"]
    office = re.match(rf"the [a-z][^A-Z]*?(?P<noun>[a-z]+) (?:of|in) (?:the )?{_LARGE}", clause.rest)
    if be and office and re.fullmatch(_NAME, clause.subject) and (what := _asks_for(office["noun"])):
        yield f"{what} {clause.auxiliary} {clause.rest}", clause.subject
    if (speaker := _SPEAKER.match(clause.subject)) and clause.verb in _SPOKEN and clause.form == "past":
        yield f"Who {past_of(clause.verb)} {clause.rest}", speaker["answer"]


# ── What an editor would pass ─────────────────────────────────────────────────────────────────────────────────────


def _by_name(question: str, text: str) -> str:
    """In single spaces, and with "the Alpine Semiconductor Pact" for "the pact" when the text has one such name."""
    asked = " ".join(question.split())
    for noun in re.findall(r"\bthe ((?:[a-z-]+ )?[a-z-]+)\b", asked):
        for short in dict.fromkeys((noun, noun.split()[0])):
            names = set(re.findall(rf"\b[Tt]he ((?:[A-Z][\w’'-]* )+(?:{short}|{short.title()}))\b", text))
            if len(names) == 1:
                return asked.replace(f"the {short}", f"the {names.pop()}", 1)
    return asked


def _well_formed(question: str, answer: str) -> bool:
    words = question.lower().split()
    doubled = any(one == other for one, other in pairwise(words))
    flawed = doubled or words[-1] in _DANGLING or answer.lower() in question.lower() or _UNCLEAR.search(question)
    return _FEWEST_WORDS <= len(words) <= _MOST_WORDS and not flawed


def _is_named(about: str) -> bool:
    """Whether it is said by name: "the film" and "the song with Ray" are clear only to who reads the article."""
    vague = re.match(r"\w+ (?:the|an?) [a-z-]+(?: (?:with|in|at|on)\b|$)", about)
    return not vague and bool(re.search(rf"(?!{MONTH}|(?:TV|VHS|DVD|CD|CEO|US|UK|EU)\b)\b\w*[A-Z]", about))
