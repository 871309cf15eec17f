"""What a question and its answer speak of: names, things, times. Pure rules, English.

Tells what "it", "she" and "there" mean in the question that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from index.language import FIGURES, UPPER
from index.language import YEAR as _YEAR

_MAY = "|".join(rf"(?<=\b(?i:{word}) )May" for word in "in since until by before after".split())  # else it is a name
_MONTH = rf"(?:January|February|March|April|{_MAY}|May(?= \d)|June|July|August|September|October|November|December)"
YEAR = re.compile(rf"{_YEAR.pattern}(?:[/–-]\d\d(?:\d\d)?\b)?")  # also "2023/24"
PERIOD = re.compile(rf"\b(?:Q[1-4]|H[12]|{_MONTH})\b")  # of a year
WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")
TIME = re.compile(rf"(?:{PERIOD.pattern}(?: {YEAR.pattern})?|{YEAR.pattern}|{WEEKDAY.pattern})")

ABBREVIATIONS = rf"(?:(?:Dr|Mr|Mrs|Ms|Prof|St|Mt|{UPPER})\. ?)*"  # before a capital: "St. Petersburg", "J. K. Rowling"
_AFTER = r"(?:Inc|Ltd|Co|Corp|Jr|Sr)\."
_NAME_WORD = (
    rf"(?!{_AFTER})(?:(?:{UPPER}\.){{2,}}(?! ?{UPPER})"  # "U.S."
    rf"|{ABBREVIATIONS}[a-z]?{UPPER}[\w-]*(?:&{UPPER}\w*)*(?:['’](?!s\b)\w+)?)"
)
_PARTICLE = r"(?:al|bin|da|de|del|den|der|di|du|la|le|ter|van|von)"
NAME = re.compile(rf"\b{_NAME_WORD}(?: (?:of |the |& |(?:{_PARTICLE} ){{1,2}})?{_NAME_WORD})*(?: {_AFTER})?")
OFFICE = (  # no Head, Minister or Director, for they have subjects: "Head of Marketing"
    rf"(?:{UPPER}\w+ ){{0,2}}(?:C[A-Z]O|VP|President|Prime Minister|Premier|Chancellor|Governor|Mayor|King|Queen"
    r"|Emperor|Ambassador|Speaker|Leader|Chair(?:man|woman|person)?|Chief Executive|Executive Officer|Founder)"
)
HEAD = rf"(?:{OFFICE}|[A-Z]{{2,}})"  # of another name: "President of France", "GDP of China", but not "Bank of England"
_ABBREVIATED = re.compile(r"C[A-Z]O|VP|MP|MEP|GDP|GNP|GNI|CPI")  # what somebody is, or has
_OFFICE_OF = re.compile(rf"^(?:the )?{OFFICE} of ")
_HEAD_OF = re.compile(rf"^(?:the )?{HEAD} of ")
_NO_NAMES = frozenset(  # first words of sentences: the name begins behind them
    "what who whom whose when where which why how is are was were did does do has have had can could would should"
    " in on at by for from to with of about after before since until during the i yes no if it he she they we you"
    " his her its their a an this that there and but or so then"
    " tell give list name show compare explain describe summarise summarize".split()
)
_NO_FIRMS = frozenset(("", "I", "R&D", "Q&A", "M&A", "B&B"))
_NUMBERS = frozenset(("one", *FIGURES))  # not "One Direction"
_SHORT_ANSWER_WORDS = 4  # "Beijing" is an answer and a name; the first word of a sentence need not be

_NOUN = r"(?!(?:be|been|being|have|has|had)\b)[\w'’-]+"
_NOUNS = rf"the (?:{_NOUN} ){{0,2}}?{_NOUN}"
_END = r"[\s?!.]*$"
_IN_A_PLACE = re.compile(  # it is no person: "come to England", "leave Trinity"
    r"\b(?:(?:in|at|near|from|into|leave|left|leaving|reach(?:ed)?|enter(?:ed)?|visit(?:ed)?)"
    r"|(?:come|came|coming|go|went|gone|going|move[ds]?|return(?:ed)?|travel(?:led)?|emigrated?|sail(?:ed)?|back) to)"
    r" (?:the )?$",
    re.I,
)
_IN_A_PLACE_CHARS = 24  # more than its longest match
_NEXT = rf"(?: (?:in|on|at|by|of|to|for|from|with|after|before|since|until|per)\b|{_END})"
_ACTS = (  # alone between its subject and a preposition: "when does the ferry sail to Vendry?"
    r"(?:cost|take|last|run|leave|sail|go|come|move|open|close|start|begin|carry|hold|weigh)"
)
_DONE = r"(?:\w+ed|built|held|made|sold|born|won|lost|paid|found|set|due)"
_PARTICIPLE = rf"(?: being)?(?: {_DONE} (?:by|in|on|at)\b| (?:{_DONE}|\w+en|\w+ing){_END})"
_DEGREE = (
    r"(?: (?:so|such|as|too|very|still|also|not|already|always|ever|only|really|fully|usually|finally|currently))?"
)
_SAID_OF_IT = (  # "safe" of "is the dam safe?", "dirty", "a danger", "open in March"
    r"(?: an? [\w -]+?| \w+)"
    rf"(?: now| today| yet| again| enough| (?:in|on|since|until|by|before|after) (?-i:{TIME.pattern}))?{_END}"
)
_THING_RULE = (  # after a verb and before the next, or at the end: "when does the ferry terminal open?"
    r"(?:(?:^|\bwhy )(?:is|are|was|were)(?:n['’]t)? "
    rf"(?P<so>{_NOUNS})(?={_DEGREE}(?:{_PARTICIPLE}|{_SAID_OF_IT}|{_NEXT}| about\b))"
    r"|\b(?:(?:do|does|did|has|have|had|can|could|will|would|should)(?:n['’]t)? "
    rf"(?P<acts>{_NOUNS})(?= \w+{_END}| {_ACTS}{_NEXT}| have to\b|{_NEXT})"
    rf"|(?:is|are|was|were)(?:n['’]t)?(?: there)? (?P<is>{_NOUNS})(?={_PARTICIPLE}|{_NEXT}| about\b)"
    rf"|(?P<object>{_NOUNS}){_END}))"
)
_THING = re.compile(_THING_RULE, re.I)
_A_THING = re.compile(_THING_RULE.replace("the ", "an? "), re.I)
_IN = r"(?:to|from|in|at|near|on|over|across|between)"
_PLACED = rf"(?:the|an?) (?:[\w'’-]+ ){{0,2}}?[\w'’-]+(?: {_IN} (?:the )?(?-i:{NAME.pattern}))+"
_THING_OF_A_PLACE = re.compile(  # "when does the ferry to Vendry sail?", not "when did the firm move to Vendry?"
    rf"^(?!who\b|what (?:is|was)\b).*?\b(?:(?:is|are|was|were)(?:n['’]t)? (?P<is>{_PLACED})"
    rf"|(?:do|does|did|has|have|had|can|could|will|would|should)(?:n['’]t)? (?P<acts>{_PLACED})(?!{_NEXT})(?= \w))",
    re.I,
)
_WHAT_IS = re.compile(r"^(?:what|who)(?:'s| is| are| was| were) ((?:the |an? )?[\w' -]*[\w'-])[\s?!.]*$", re.I)
_INTRODUCED = re.compile(  # "the café" of "is there a café?", "does the museum have a café?"
    r"^(?:(?:is|are|was|were) there|(?:do|does|did) .+ have|(?:has|have|had) .+ got) (?:an?|any|some)"
    rf" (?P<thing>(?:{_NOUN} ){{0,2}}?{_NOUN}){_NEXT}",
    re.I,
)
_OWNED = re.compile(
    rf"^what(?:['’]s| is| was) (?P<owned>(?-i:{NAME.pattern})['’]s (?:[\w-]+ ){{0,3}}[\w-]+)[\s?!.]*$", re.I
)
_KIN_OF = re.compile(  # "who is Liu Qingfeng's father?" asks for another person
    r"^who(?:['’]?s| is| was) (?P<kin>.*['’]s? (?:[\w-]+ )*?(?:(?P<he>husband|father|brother|son|uncle)"
    r"|(?P<she>wife|mother|sister|daughter|aunt)|[\w-]+))[\s?!.]*$",
    re.I,
)
# Not "who is Liu Qingfeng?", which names him.
_WHO = re.compile(rf"^whom?\b(?! (?:is|are|was|were) (?-i:{UPPER}))", re.I)
_WHICH = re.compile(
    r"^(?:what|which) (?:(?:is|was) the \w+ of"
    r"|(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|happened|about)\b)\w+)\b",
    re.I,
)
_MANY = re.compile(  # whom "them" means
    r"^how many (?:of the )?(?P<many>(?:(?!of\b)[\w-]+ ){0,2}?(?!(?:is|was|has|does)\b)"
    r"(?:\w[\w-]+(?<![sui])s|people|(?:wo)?men|children))\b",
    re.I,
)
_MANY_DID = re.compile(  # "took part in the trial"; of "did Nibe cut?" Nibe may be "they"
    r" (?!(?:do|does|did|that|of|in|at|on|from|with)\b"
    r"|(?:is|are|was|were|has|have|had|can|could|will|would|should)"
    rf" (?:(?:the|an?|he|she|it|they|we|you|there)\b|(?-i:{UPPER})))(?P<did>\w.*?){_END}",
    re.I,
)
_HE, _SHE = frozenset("he him his".split()), frozenset("she her".split())
_PEOPLE = frozenset("they them their".split())


def names(text: str) -> list[str]:
    """Capitalised runs, without the word that opens a sentence unless more capitals follow it, and without times."""
    return [text[start:end] for start, end in _spans_of_names(text)]


def people(text: str) -> list[str]:
    """The names that may be of people: not those of where somebody was, came or went."""
    found = _spans_of_names(text)
    return [text[a:b] for a, b in found if not _IN_A_PLACE.search(text[max(0, a - _IN_A_PLACE_CHARS) : a])]


def _spans_of_names(text: str) -> Iterator[tuple[int, int]]:
    for match in NAME.finditer(text):
        name, start = match.group(), match.start()
        first, _, rest = name.partition(" ")
        opens = not text[:start].strip() or text[:start].rstrip()[-1] in ".?!:"
        if first.lower() in _NO_NAMES or (opens and not rest and first.lower() in _NUMBERS):
            name, start = rest, match.end() - len(rest)
        elif opens and not rest and len(text.split()) > _SHORT_ANSWER_WORDS:
            continue
        if name not in _NO_FIRMS and not TIME.match(text, start):
            yield start, match.end()


def last_name(text: str) -> str:
    """The last name, without what is asked of it: "France" of "the President of France"; "" when nothing is named."""
    return _HEAD_OF.sub("", next(reversed(names(text)), ""))


def thing(question: str, article: Literal["the", "an?"] = "the") -> tuple[int, int] | None:
    """Where a question says "the ..." of what it asks about: "the ferry" in "When does the ferry leave?"."""
    found = (_THING if article == "the" else _A_THING).search(question)
    return found.span(found.lastgroup or 0) if found else None


def meant_by(pronoun: str, before: str, answer: str) -> str:
    """What a pronoun or "there" means after a question and its answer; "" when nothing was named."""
    if pronoun in _HE | _SHE:
        return _person(pronoun, before, next(iter(people(answer)), ""))
    if pronoun == "it" and (owned := _OWNED.match(before)):
        return owned["owned"]
    if pronoun in _PEOPLE | {"it"} and (introduced := _INTRODUCED.match(before)):
        return f"the {introduced['thing']}"
    if pronoun in _PEOPLE and (many := _many(before, pronoun)):
        return many
    said = next(iter(names(answer)), "")
    asked = _asked_about(before, _HEAD_OF if pronoun == "there" else _OFFICE_OF)
    said_first = bool((_WHO if pronoun in _PEOPLE else _WHICH).match(before))
    said_first = said_first or (pronoun == "it" and bool(_KIN_OF.match(before)))  # "who is her publisher?"
    said_first = said_first or (pronoun == "there" and before.lower().startswith("where"))
    found = (said or asked) if said_first else (asked or said)
    return found or next(iter(_WHAT_IS.findall(before)), "")


def _many(question: str, pronoun: str) -> str:
    """The many that were counted: "the patients that took part"; "they" only where these are who did something."""
    found = _MANY.match(question)
    did = found and _MANY_DID.match(question, found.end())
    if not found or not (did or pronoun == "them"):
        return ""
    return f"the {found['many']} that {did['did']}" if did and pronoun != "their" else f"the {found['many']}"


def _person(pronoun: str, before: str, said: str) -> str:
    """Whom "he" or "she" means: who was `said` when a person was asked for, else whom the question named."""
    asked = next(reversed(people(before)), "")
    if kin := _KIN_OF.match(before):
        is_other = kin["he"] if pronoun in _SHE else kin["she"]  # "who was her husband?" "When did she die?"
        return asked if is_other else said or kin["kin"]
    if _WHO.match(before):
        return said or asked or next(iter(_WHAT_IS.findall(before)), "")
    return asked or ("" if before.lower().startswith("where") else said)


def _asked_about(question: str, of: re.Pattern[str]) -> str:
    """The last name, without the part `of`, with the words around it where it is part of a thing; else the thing."""
    name = next((each for each in reversed(names(question)) if not _ABBREVIATED.fullmatch(each)), "")
    words = question[slice(*(thing(question) or (0, 0)))]
    if of is _OFFICE_OF and (found := _THING_OF_A_PLACE.match(question)):
        words = found["is"] or found["acts"]
    return of.sub("", name) if name and name not in words else words
