"""What a question asks for: one fact, several, yes or no, reasons, a summary, the library itself. Pure rules, English.

Whatever no rule recognises is a question for one fact, which the reader answers; a wrong guess here costs a form,
never a footnote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from qa.articles import ALL, AUTHORED, MODIFIER, NOUN, ORDER, Articles, listed, named, ordered

Form = Literal["fact", "several", "yes_no", "reason", "topic", "summary", "catalogue", "count", "date", "author"]

_OPENER = r"^(?:and |but |so |please |can you |could you |would you |i want to know |i'd like to know )*"
_END = r"[\s?!.]*$"
_PRINTED = r"(?:published|updated|written|posted|printed)"
_ASKS = r"(?:what|which|who|whom|whose|when|where|why|how)"
_COURTESY = re.compile(  # before a question that stands by itself
    r"^(?:please\s+)?(?:(?:do|would) you (?:happen to )?know|(?:(?:can|could|would|will) you )?(?:please )?tell me"
    rf"|i(?:'d like| would like| want) to know)[\s,:]+(?:please\s+)?(?={_ASKS}\b)",
    re.IGNORECASE,
)


def _rule(text: str) -> re.Pattern[str]:
    return re.compile(_OPENER + text, re.IGNORECASE)


# `what` names an article, or is the topic of one; `all` names those of a list; `topic` is what they are to speak of.
_HAVE = r"(?: do (?:you|we|i) have| are there| (?:is|are) in (?:the|your|my) library| have you(?: got)?)"
_WHEN = r"(?: first| last| originally)?"
_ANY_WORK = r"(?:story|document|report|text|paper|page|file)"  # "what document was written in 1297?"
_BY_FORM: tuple[tuple[Form, re.Pattern[str]], ...] = (
    # "it" is an article only beside a word that little else takes: a model is released, a town is old
    ("date", _rule(rf"when was (?P<what>.+?){_WHEN} {_PRINTED}{_END}")),
    ("date", _rule(rf"when (?:was|were) (?!(?:it|this|that)\b)(?P<what>.+?){_WHEN} released{_END}")),
    ("date", _rule(rf"when did (?!it\b)(?P<what>.+?){_WHEN} (?:appear|come out){_END}")),
    ("date", _rule(rf"what(?:'s| is) the (?:publication|publishing) date of (?P<what>.+?){_END}")),
    ("date", _rule(rf"(?:what(?:'s| is) the date of|how old is) (?!it\b)(?P<what>.+?){_END}")),
    (
        "author",
        _rule(
            r"(?:who wrote|who (?:is|are|was|were) the (?:authors?|writers?) of|by whom was)"
            rf" (?P<what>it|(?=(?:the|this|that|your|my) (?:{MODIFIER})?{AUTHORED}).+?)(?: written)?{_END}"
        ),
    ),
    ("count", _rule(rf"how many (?P<all>(?:articles|documents)\b.*?){_END}")),
    (
        "catalogue",
        _rule(
            rf"(?:what|which|list|show(?: me)?)\s+(?!{_ANY_WORK} (?:was|is)\b)"
            rf"(?P<all>(?:\w+ ){{0,4}}?{NOUN}\b.*?){_END}"
        ),
    ),
    ("catalogue", _rule(rf"(?:what|which) is (?P<all>the {ORDER} (?:article|document|story)\b.*?){_END}")),
    ("catalogue", _rule(rf"(?:what|which) (?:article|document|story) is (?:the )?(?P<order>{ORDER}){_END}")),
    (
        "catalogue",
        _rule(rf"(?:what|which) (?:articles|documents) (?:did|has|have) (?P<author>.+?) (?:write|written){_END}"),
    ),
    ("catalogue", _rule(rf"what (?:is|do you have) in (?:the|your|my) library{_END}")),
    ("topic", _rule(r"tell me (?:more |something )?about (?P<topic>.+)$")),
    ("topic", _rule(r"what (?:is|are) (?:there|said|known|reported|written) (?:about|on|of) (?P<topic>.+)$")),
    ("topic", _rule(r"what do (?:you|we) know (?:about|of) (?P<topic>.+)$")),
    (
        "topic",
        _rule(r"what do(?:es)? (?P<what>.+?) (?:say|tell|write|report)(?: us| me)? (?:about|on|of) (?P<topic>.+)$"),
    ),
    ("summary", _rule(r"(?:summari[sz]e|sum (?:it )?up|tl;?dr)\b[\s:]*(?P<about>.*)$")),
    (
        "summary",
        _rule(
            r"(?:give (?:me )?)?(?:(?:an?|the) )?(?:(?:short|brief|quick) )?"
            r"(?:summary|overview|gist)\b[\s:]*(?P<about>.*)$"
        ),
    ),
    (
        "summary",
        _rule(
            r"(?:what (?:is|are) )?(?:the )?(?:main|key) (?:points?|ideas?|messages?|takeaways?)"
            rf"(?: (?:of|in|from) (?P<what>.+?))?{_END}"
        ),
    ),
    ("summary", _rule(rf"what(?:'s| is| are| was) (?P<what>.+?) (?:all )?about{_END}")),
)
_FILLER = re.compile(
    r"(?:^|[\s,]+)(?:please|briefly|quickly|again|for me|in (?:short|brief)"
    r"|in (?:a |an )?(?:\w+ )?(?:sentences?|words?|lines?|bullet points?|points?|paragraphs?))$",
    re.IGNORECASE,
)
_ONE_ARTICLE = re.compile(r"(?:it|(?:the|this|that) (?:article|document|piece|story|text|report|paper|page))", re.I)
_AND = re.compile(rf",?\s+and\s+(?={_ASKS}\b)", re.IGNORECASE)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)(?:n't)?"
_NO_VERB = re.compile(rf"(?!.*\b{_AUXILIARY}\b)(?:how|what|which) [\w-]+", re.IGNORECASE)
_YES_NO = re.compile(rf"^(?:{_AUXILIARY}|won't|can't|(?:may|might)(?! \d))\s", re.IGNORECASE)
_GERMAN = re.compile(r"was .*\b(?:das|der|die|den|dem|ein|eine|einen|ist|hat|sind|und|kostet)\b", re.IGNORECASE)
_FEWEST_WORDS = 4  # of a yes/no question without its mark: "Will Smith age" is none
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_REASON = re.compile(
    r"^(?:but |and )?(?:why\b|how come\b|explain\b|how (?:do|does|did|is|are|was|were|can|could|will|would)\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `articles` are those that a summary, a list, a date is asked of, and `topic` is what they are to speak of. `parts`
    are the questions within it ("several"), `labels` what tells them apart in a comparison.
    """

    form: Form
    topic: str = ""
    articles: Articles = ALL
    parts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def of_articles(self) -> bool:
        """Whether it asks about articles themselves, or within one: there is nothing to complete."""
        return self.form in ("date", "author", "count", "catalogue", "summary") or self.articles != ALL

    @property
    def of_the_texts(self) -> Asked:
        """The same where "it" is no article, and "the first one" none of a list."""
        if self.form == "topic" and self.articles.it:
            return replace(self, articles=ALL)
        is_fact = self.form in ("date", "author") and (self.articles.it or self.articles.place)
        return Asked("fact") if is_fact else self


def plainly(question: str) -> str:
    """Without the courtesy before it: "could you tell me who it was?" asks "who it was?"."""
    return _COURTESY.sub("", question.strip())


def asked_for(question: str) -> Asked:
    """The form of a question that stands alone."""
    plain = plainly(question)
    return _of_articles(plain) or _compared(plain) or _several(plain) or _single(plain)


def _of_articles(question: str) -> Asked | None:
    for form, pattern in _BY_FORM:
        found = pattern.match(question)
        asked = found and _asked(form, {name: text or "" for name, text in found.groupdict().items()})
        if asked:
            return asked
    return None


def _asked(form: Form, parts: dict[str, str]) -> Asked | None:
    """None when what should name articles names something else."""
    which: Articles | None = Articles(author=parts.get("author", ""))
    if "about" in parts:
        which = _summed_up(parts["about"])
    elif parts.get("order"):
        which = Articles(order=ordered(parts["order"]))
    elif parts.get("all"):
        which = listed(re.sub(_HAVE, "", parts["all"], flags=re.IGNORECASE))
    elif parts.get("what"):
        which = named(parts["what"])
    if which is None:
        return None
    if form == "summary" and which.it:
        which = ALL
    topic = parts.get("topic", "").strip(" ?!.:,")
    if topic and _ONE_ARTICLE.fullmatch(parts.get("what", "")):
        which = Articles(it=True)
    inner = named(topic)  # "tell me about the article on eels"
    return Asked(form, topic=inner.topic if inner and inner.topic else topic, articles=which)


def _summed_up(words: str) -> Articles:
    """What is left of the words behind "summarise" without "please" and "in two sentences": an article, or a topic."""
    bare = words.strip(" ?!.:,")
    while (shorter := _FILLER.sub("", bare)) != bare:
        bare = shorter.strip(" ,")
    bare = re.sub(r"^(?:of|about|on|from|in) ", "", bare, flags=re.IGNORECASE)
    return named(bare) or Articles(topic=bare)


def _single(question: str) -> Asked:
    asks = question.endswith("?") or len(question.split()) >= _FEWEST_WORDS
    if _YES_NO.match(question) and asks and not _EITHER.search(question) and not _GERMAN.match(question):
        return Asked("yes_no")
    return Asked("reason" if _REASON.match(question) else "fact")


def _several(question: str) -> Asked | None:
    """A question that asks twice: "how many are there, and what share is in Beijing?"."""
    parts = [part.strip(" ,;") for part in _AND.split(question)]
    if len(parts) < 2 or not re.match(_ASKS, parts[0], re.IGNORECASE) or any(len(part.split()) < 2 for part in parts):
        return None
    rest = re.search(rf"\b{_AUXILIARY}\b.*", parts[1], re.IGNORECASE)
    if rest and _NO_VERB.fullmatch(parts[0]):  # "how high and how old is the dam?"
        parts[0] = f"{parts[0]} {rest.group()}"
    return Asked("several", parts=tuple(part.rstrip("?") + "?" for part in parts))


# --- comparisons -----------------------------------------------------------------------------------------------------

_COMPARE = _rule(rf"compare (?P<both>.+?){_END}")
_BETWEEN = (r"(?:with|versus|vs\.?)", "and", "to")  # the surer first: "the tram to Ulvsund and the ferry to Tarva"
_OF = r"(?:of|in|for|between|according to)"
_SHARED = re.compile(rf"(?P<what>.+\b(?P<of>{_OF})) (?P<one>.+)", re.IGNORECASE)  # up to the last preposition
_THAT_OF = re.compile(rf"(?:that|those) {_OF} ", re.IGNORECASE)
_OWN = re.compile(r"(?P<owner>.+?)['’]s (?P<what>.+)")
_TAIL = re.compile(rf"(?P<other>.+?) (?P<tail>{_OF} .+)", re.IGNORECASE)


def _compared(question: str) -> Asked | None:
    """A comparison as one question for each side: "compare the targets of A and B"."""
    found = _COMPARE.match(question)
    splits = [re.fullmatch(rf"(.+)\s{by}\s(.+)", found["both"], re.IGNORECASE) for by in _BETWEEN] if found else []
    sides = next((split for split in splits if split), None)
    one, other = (sides[1].strip(), sides[2].strip()) if sides else ("", "")
    if not one or not other:
        return None
    labels, parts = _owned(one, other) or _shared(one, other)
    return Asked("several", parts=parts, labels=labels)


_Sides = tuple[tuple[str, str], tuple[str, str]]  # labels, parts


def _owned(one: str, other: str) -> _Sides | None:
    """For "A's and B's targets", "A's targets and B's revenue", "A's targets with those of B"."""
    first, second = _OWN.fullmatch(one), _OWN.fullmatch(other)
    if first and second and first["what"] != second["what"]:
        return (one, other), (one, other)
    if second:
        owner, what = first["owner"] if first else re.sub(r"['’]s$", "", one), second["what"]
        return (owner, second["owner"]), (f"the {what} of {owner}", f"the {what} of {second['owner']}")
    if first and _THAT_OF.match(other):
        owner = _THAT_OF.sub("", other)
        return (first["owner"], owner), (one, f"the {first['what']} of {owner}")
    return None


def _shared(one: str, other: str) -> _Sides:
    """What stands before the first side is asked of the second too, and what stands behind the second of the first."""
    found, bare = _SHARED.fullmatch(one), _THAT_OF.sub("", other)
    if found is None:
        return (one, bare), (f"tell me about {one}", f"tell me about {bare}")
    what, first, second = found["what"], found["one"], bare.removeprefix(f"{found['what']} ")
    if re.search(rf"\b{found['of']} ", second, re.IGNORECASE):  # a whole of its own
        return (one, second), (one, second)
    if behind := _TAIL.fullmatch(second):
        tail, second = behind["tail"], behind["other"]
        return (first, second), (f"{what} {first} {tail}", f"{what} {second} {tail}")
    return (first, second), (f"{what} {first}", f"{what} {second}")
