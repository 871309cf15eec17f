"""A message of several sentences -> what it asks. Pure rules, English.

People say hello, tell what they are working on, ask twice, and add how they want it. Only what asks is read and
searched for; what stands before it may tell where to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from index.chunk import sentences
from qa.manners import reply_to
from qa.referents import names

ASKS = r"(?:what|which|who|whom|whose|when|where|why|how)"
AUXILIARY = (
    r"(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|must)(?:n['’]t)?"
    r"|(?:won|can)['’]t)"
)
OPENER = r"^(?:(?:and|but|so|please|can you|could you|would you|i want to know|i['’]d like to know)[\s,]+)*"
END = r"[\s?!.]*$"
_LEAD = r"(?:(?:and|but|so|then|also|please|ok|okay)[\s,]+)*"
_INNER = re.compile(r"[.!?…;][\"'”’)\]]*\s+\S")  # an end of a sentence with something behind it
_CUT = re.compile(  # "Hello. what is it", not "D.C. what"; "(1) Who? (2) When?"; "who is it; when is it"
    rf"(?:(?<=[a-z]{{3}}[.!…])|(?<=;))\s+(?={ASKS}\b)|(?<=\?)\s+", re.IGNORECASE
)
# "What did Compute!", which goes on
_OPEN = re.compile(rf"(?:(?:\w+\s+)?{ASKS}|{AUXILIARY})\b.*[^?]$", re.IGNORECASE)
_GOES_ON = re.compile(rf"(?!{_LEAD}{ASKS}\b|(?:thanks|thank you|thx|cheers|please)\b)[a-z]")
_MARKED = re.compile(r"\?[\s\"'”’)\].!?]*$")
_ASKING = re.compile(  # without a mark; "What a day." and "When I was there, it rained." end otherwise
    rf"{_LEAD}(?:{ASKS}\b.*[^.!…\s]|(?:tell me (?:more )?about|summari[sz]e|compare|explain|describe|list)\b.+)\s*$",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|them|his|her|its|their|there|then|this|these|other|others|else)\b|^(?:that|those)\b"
    r"|\b(?:that|those) (?:company|firm|city|town|country|person|man|woman|people)\b",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"\bthe((?:\s+\w+){1,3})")
_BEGINS = rf"(?={ASKS}\b|{AUXILIARY}\b|please\b|(?:tell|list|show|give|summari[sz]e|compare|explain|describe)\b)"
_AROUND = tuple(  # the sentence that asks, taken away one after the other
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:[-*•–]|\(?\d{1,2}[.)])\s+(?=\S)|^@\w+[\s,:]+",  # of a list; to whom it is said
        r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day))(?: there| all| everyone| team)?[\s,!:–—-]+"
        r"|(?:(?:sorry|excuse me|pardon|thanks|thank you)\b[^,.:?]{0,40}|ok|okay|well|q)[,:]\s+(?:(?:but|and|so)\s+)?)+"
        rf"{_BEGINS}",
        r"^(?:based on|according to|judging by|in|from|within|using)(?: only)? (?:(?:the|my|your|these|this|all) )*"
        r"(?:articles?|documents?|texts?|files?|sources?|library|what you have read)"
        rf"(?: provided| given| above| you have)?[,:]?\s+{_BEGINS}",
        r"(?<!say)(?<!said)[\s,]+(?:please|pls|plz|thx)(?=[\s?!.]*$)|,\s*(?:thanks|thank you|cheers)(?=[\s?!.]*$)",
        r",\s*(?:exactly|precisely|actually|in fact|if an(?:y|ything)|again|then|by the way),",
        r"(?:\s*[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F]|\s+[:;]-?[)(D])+$",
    )
)
_PREFACE = re.compile(  # "My boss asked: what is it?"; "Beijing: what is its target?" has none
    rf"^(?:.*\b(?:ask(?:s|ed|ing)?|questions?|wonder(?:s|ed|ing)?|know|tell|says?|answer)\b[^:]*|(?:\S+\s+){{7,}}\S+):\s+{_BEGINS}",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[\"“„«'‘]++(?P<said>[^\"“”„«»]+?)[\"”»'’]++[\s.]*$")  # all of it
_QUOTES = '"“„«'
_SMALL = frozenset("a an and for from i in is of on or the to was were with".split())
_MARKS = re.compile(r"[?!…]*\?[?!…]*")


@dataclass(frozen=True, slots=True)
class Message:
    """`question`: what is asked, where it is asked twice one question behind the other. `context`: said before it."""

    question: str
    context: str = ""


def read_message(message: str) -> Message:
    """What the message asks, without what else it says; all of it where nothing tells the two apart."""
    plain = _MARKS.sub("?", _QUOTED.sub(r"\g<said>", message))
    said = _sentences(plain)
    asking = [at for at, sentence in enumerate(said) if _asks(sentence)]
    if not asking:
        return Message(_alone(plain))
    before = " ".join(sentence for sentence in said[: asking[0]] if not reply_to(sentence))
    first, *others = (_alone(said[at]) for at in asking)
    if _is_about(before, first) or said[-1].startswith(tuple(_QUOTES)):
        return Message(plain)  # the reader knows better than a rule whom "he" means
    return Message(" ".join([first, *others]), before if names(before) else "")


def questions(message: str) -> list[str]:
    """The questions of a message that asks nothing but questions; itself alone where it says more, or is one."""
    said = _sentences(message)
    return said if all(map(_asks, said)) else [message]


def _alone(sentence: str) -> str:
    """The question of a sentence that asks, without the greeting, the preface or the thanks around it."""
    for around in (*_AROUND, _PREFACE):
        sentence = around.sub("", sentence)
    return re.sub(r";$", "?", sentence)


def _is_about(before: str, question: str) -> bool:
    """Whether the question cannot do without what was said: "We saw a bridge. When was the bridge built?"."""
    said = {_stem(word) for word in re.findall(r"\w+", before)}
    meant = (_stem(word) for phrase in _DEFINITE.findall(question) for word in phrase.split())
    named = names(before) or re.search(r"\d", before)
    return bool((named and _LEANS.search(question)) or said.intersection(meant) - _SMALL)


def _stem(word: str) -> str:
    return word.lower().removesuffix("s")


def _sentences(message: str) -> list[str]:
    if not _INNER.search(message):
        return [message]
    starts = {start for start, _ in sentences(message)} | {found.end() for found in _CUT.finditer(message)}
    said: list[tuple[int, int]] = []
    for start, end in pairwise([*sorted(starts), len(message)]):
        goes_on = said and (_is_open(message[slice(*said[-1])].rstrip()) or _GOES_ON.match(message, start))
        said.append((said.pop()[0] if goes_on else start, end))
    return [message[start:end].strip() for start, end in said]


def _is_open(sentence: str) -> bool:
    """Whether it was cut at what is no end: of a name with a mark, within quotation marks, at "A; what is B?"."""
    quotes = sentence.count("“") - sentence.count("”") + sentence.count('"') % 2
    if sentence.endswith(";"):
        return not _asks(sentence)
    return bool(quotes or _OPEN.match(sentence))


def _asks(sentence: str) -> bool:
    return bool(_MARKED.search(sentence) or _ASKING.match(sentence))
