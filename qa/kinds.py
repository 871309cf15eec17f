"""What a question asks for: one fact, several, yes or no, reasons, a summary, the library itself. Pure rules, English.

Whatever no rule recognises is a question for one fact, which the reader answers; a wrong guess here costs a form,
never a footnote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.articles import ALL, AUTHORED, MODIFIER, NOUN, ORDER, PLACE, SURE, Articles, listed, named, ordered, told
from qa.message import ASKS, AUXILIARY, questions

Form = Literal[
    "fact", "several", "yes_no", "reason", "topic", "speech", "summary", "catalogue", "count", "date", "author"
]

_OPENER = r"^(?:(?:and|but|so|please|can you|could you|would you|i want to know|i['’]d like to know)[\s,]+)*"
_END = r"[\s?!.]*$"
_PRINTED = r"(?:published|updated|written|posted|printed)"
_COURTESY = re.compile(  # before a question that stands by itself
    r"^(?:please[\s,]+)?(?:(?:do|would) you (?:happen to )?know"
    r"|(?:(?:can|could|would|will) (?:you|anyone|someone|anybody|somebody) )?(?:please )?(?:tell me|check|find out)"
    r"|i(?:['’]d like| would like| want| need) to know"
    r"|(?:do|does) (?:it|(?:the|my|your|any|these) (?:articles?|documents?|texts?|sources?)) (?:say|tell|mention)"
    r"|(?:i(?:['’]m| am| was) )?(?:just )?(?:wondering|curious)|(?:do you have )?any idea"
    rf")[\s,:]+(?:please[\s,]+)?(?={ASKS}\b)",
    re.IGNORECASE,
)
_WANTED = re.compile(  # "give me the name of the mayor" asks what it is; a list, a summary, an article is none
    r"^(?:please[\s,]+)?(?:(?:(?:can|could|would) you )?(?:please )?(?:give|tell|get|find)(?: me)?|i (?:need|want))\s+"
    r"(?=(?:the (?:[\w-]+ ){1,3}of|(?-i:[A-Z])[\w-]*['’]s)\b)"
    r"(?!.*\b(?:list|summary|gist|overview|outline|articles?|documents?|stor(?:y|ies)|texts?|files?)\b)",
    re.IGNORECASE,
)


def _rule(text: str) -> re.Pattern[str]:
    return re.compile(_OPENER + text, re.IGNORECASE)


_IS = re.compile(rf"({_OPENER}(?:what|who))['’]?s\b", re.IGNORECASE)  # "what's"
# `what` names an article, or is the topic of one; `all` names those of a list; `topic` is what they are to speak of.
_HAVE = r"(?: do (?:you|we|i) have| are there| (?:is|are) in (?:the|your|my) library| have you(?: got)?)"
_WHEN = r"(?: first| last| originally)?"
_ANY_WORK = r"(?:story|document|report|text|paper|page|file)"  # "what document was written in 1297?"
_PERSON = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3})"
_BY_FORM: tuple[tuple[Form, re.Pattern[str]], ...] = (
    # "it" is an article only beside a word that little else takes: a model is released, a town is old
    ("date", _rule(rf"when was (?P<what>.+?){_WHEN} {_PRINTED}{_END}")),
    ("date", _rule(rf"when (?:was|were) (?!(?:it|this|that)\b)(?P<what>.+?){_WHEN} (?:released|modified){_END}")),
    ("date", _rule(rf"when did (?!it\b)(?P<what>.+?){_WHEN} (?:appear|come out){_END}")),
    ("date", _rule(rf"what is the (?:publication|publishing) date of (?P<what>.+?){_END}")),
    ("date", _rule(rf"(?:what is the date of|how old is) (?!it\b)(?P<what>.+?){_END}")),
    (
        "author",
        _rule(
            r"(?:who wrote|who (?:is|are|was|were) the (?:authors?|writers?) of|by whom was)"
            rf" (?P<what>it|{PLACE}|(?=(?:the|this|that|your|my) (?:{MODIFIER})?{AUTHORED}).+?)(?: written)?{_END}"
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
    ("catalogue", _rule(rf"what did (?P<author>{_PERSON}) write{_END}")),
    ("catalogue", _rule(rf"(?:any |all )?(?P<all>(?:{ORDER} )?(?:articles|documents|stories)\b .+?){_END}")),
    (
        "catalogue",
        _rule(rf"(?:do you have|have you got|are there|is there) (?:an? )?(?P<all>(?:any |some )?{SURE} .+?){_END}"),
    ),
    (
        "catalogue",
        _rule(rf"(?:what do you have|(?:do you have|is there) (?:any|some)thing) (?:on|about) (?P<on>.+?){_END}"),
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
            r"(?:what (?:is|are) |give me )?(?:the )?(?:main|key) (?:points?|ideas?|messages?|takeaways?)"
            rf"(?: (?:of|in|from) (?P<what>.+?))?{_END}"
        ),
    ),
    ("summary", _rule(rf"what (?:is|are|was) (?P<what>.+?) (?:all )?about{_END}")),
    ("topic", re.compile(rf"(?!(?i:{ASKS})\b)(?P<topic>[A-Z][^\W\d_]{{2,}}(?:-[^\W\d_]+)*){_END}")),  # a bare name
)
_SPEAKER, _ON = r"(?P<speaker>(?:[\w.'’-]+ ){0,5}?[\w.'’-]+?)", r"(?: (?:about|on|of|regarding) (?P<topic>.+?))?"
_SPEECH = (
    _rule(
        rf"what (?:do|does|did|has|have|had) {_SPEAKER} (?:ever |also |just |\w+ly )?"
        rf"(?:say|said|argued?|claim|think|warn|have to say|tell (?:us|me|reporters?|journalists?)){_ON}{_END}"
    ),
    _rule(rf"what (?=the |(?-i:[A-Z])){_SPEAKER} (?:says?|said|argue[sd]|claim(?:s|ed)|thinks?|thought){_ON}{_END}"),
    _rule(
        rf"what (?:is|are|was|were) {_SPEAKER}(?:['’]s|(?<=s)['’])"
        rf" (?:views?|opinions?|comments?|statements?){_ON}{_END}"
    ),
    _rule(rf"(?:(?:the )?(?:quot(?:e|ation)|statement|comment|remark)s? (?:by|from|of)|quote) {_SPEAKER}{_ON}{_END}"),
)
_NOBODY = re.compile(
    rf"(?:i|you|we|he|she|it|they|people|(?:the|this|that) {NOUN})\b|.*\b(?:{AUXILIARY}|{ASKS}|that|not|to)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:^|[\s,]+)(?:please|briefly|quickly|again|for me|in (?:short|brief)"
    r"|in (?:a |an )?(?:\w+ )?(?:sentences?|words?|lines?|bullet points?|points?|paragraphs?))$",
    re.IGNORECASE,
)
_ONE_ARTICLE = re.compile(r"(?:it|(?:the|this|that) (?:article|document|piece|story|text|report|paper|page))", re.I)
_PREPOSITION = r"(?:(?:by|since|until|for|from|at|in|to|with|on) )"
_AND = re.compile(rf",?\s+and\s+(?=(?!(?-i:WHO)\b){_PREPOSITION}?{ASKS}\b)", re.IGNORECASE)
_NO_QUESTION = re.compile(rf"{ASKS}(?: {AUXILIARY})?[\s?!.]*", re.IGNORECASE)
_NO_VERB = re.compile(rf"(?!.*\b{AUXILIARY}\b)(?:(?:how|what|which) [\w-]+|when|where)", re.IGNORECASE)
_MORE = re.compile(rf"{_PREPOSITION}?(?:who(?:m|se)?|when|where|why|how(?: much| many| long)?)[\s?!.]*", re.IGNORECASE)
_DETERMINER = r"(?:the|an?|this|that|these|those|his|her|its|their|our|my|your)"
_SUBJECT = rf"(?:{_DETERMINER}|he|she|it|they|we|you|i)"
_NO_OBJECT = re.compile(r"(?:who|what) \w+", re.IGNORECASE)  # "who designed", beside "who built the bridge"
_OBJECT = re.compile(
    rf"(?:who|what) (?!{AUXILIARY}\b)\w+ (?P<object>(?:(?:{_DETERMINER}|in|at|on|of|from|for|by|during|before|after) "
    r"|(?-i:[A-Z\d])).*)",
    re.IGNORECASE,
)
_OPEN = re.compile(rf"\bbetween\b(?!.*\band\b)|^.+\b{ASKS}\b", re.IGNORECASE)  # "how did he know who came"
_DIRECT = re.compile(  # its verb before its subject, as no clause has it: "when did he", and not "when he"
    rf"(?!who\b){ASKS}\b(?: (?!{_SUBJECT}\b)[\w-]+){{0,2}}?"
    rf" (?:is|are|was|were|do|does|did|can|could|will|would|should) (?:{_SUBJECT}\b|(?-i:[A-Z]))",
    re.IGNORECASE,
)
_YES_NO = re.compile(rf"^(?:{AUXILIARY}|won't|can't|(?:may|might)(?! \d))\s", re.IGNORECASE)
_GERMAN = re.compile(r"was .*\b(?:das|der|die|den|dem|ein|eine|einen|ist|hat|sind|und|kostet)\b", re.IGNORECASE)
_FEWEST_WORDS = 4  # of a yes/no question without its mark: "Will Smith age" is none
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_REASON = re.compile(
    r"^(?:but |and )?(?:why\b|how come\b|explain\b|how (?:do|does|did|is|are|was|were|can|could|will|would)\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `articles` are those that a summary, a list, a date is asked of, and `topic` is what they are to speak of, or the
    words for one at a place of a list, should there be none. `parts` are the questions within it ("several"), `labels`
    what tells them apart in a comparison; `speaker` is whose words are asked for.
    """

    form: Form
    topic: str = ""
    articles: Articles = ALL
    parts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    speaker: str = ""

    @property
    def of_articles(self) -> bool:
        """Whether it asks about articles themselves, or within one: there is nothing to complete."""
        return self.form in ("date", "author", "count", "catalogue", "summary") or self.articles != ALL

    @property
    def of_the_texts(self) -> Asked:
        """The same where "it" is no article, and "the first one" none of a list."""
        if self.topic and (self.articles.it or self.articles.place):
            return Asked("topic", self.topic)
        is_fact = self.form in ("date", "author") and (self.articles.it or self.articles.place)
        return Asked("fact") if is_fact else self


def plainly(question: str) -> str:
    """Without the courtesy before it: "could you tell me who it was?" asks "who it was?"."""
    return _WANTED.sub("what is ", _COURTESY.sub("", question.strip()))


def asked_for(question: str) -> Asked:
    """The form of a question that stands alone."""
    plain = plainly(question)
    return _of_articles(plain) or _compared(plain) or _several(plain) or _spoken(plain) or _single(plain)


def _of_articles(question: str) -> Asked | None:
    plain = _IS.sub(r"\1 is", question)
    for form, pattern in _BY_FORM:
        found = pattern.match(plain)
        asked = found and _asked(form, {name: text or "" for name, text in found.groupdict().items()})
        if asked:
            return asked
    return None


def _asked(form: Form, parts: dict[str, str]) -> Asked | None:
    """None when what should name articles names something else."""
    which: Articles | None = Articles(parts.get("on", ""), parts.get("author", ""))
    if "about" in parts:
        which = _summed_up(parts["about"])
    elif parts.get("order"):
        which = Articles(order=ordered(parts["order"]))
    elif parts.get("all"):
        which = listed(re.sub(_HAVE, "", parts["all"], flags=re.IGNORECASE))
    elif parts.get("what"):
        which = told(parts["what"]) if form == "summary" else named(parts["what"])
    if which is None:
        return None
    if form == "summary" and which.it:
        which = ALL
    topic = parts.get("topic", "").strip(" ?!.:,")
    if topic and _ONE_ARTICLE.fullmatch(parts.get("what", "")):
        which = Articles(it=True)
    inner = named(topic)  # "tell me about the article on eels"
    if inner and not parts.get("what") and (inner.place or (inner.order and re.search(rf"\b{SURE}\b", topic))):
        return Asked("summary", topic if inner.place else "", inner)  # of one: "the newest article on eels"
    return Asked(form, topic=inner.topic if inner and inner.topic else topic, articles=which)


def _summed_up(words: str) -> Articles:
    """What is left of the words behind "summarise" without "please" and "in two sentences": an article, or a topic."""
    bare = words.strip(" ?!.:,")
    while (shorter := _FILLER.sub("", bare)) != bare:
        bare = shorter.strip(" ,")
    bare = re.sub(r"^(?:of|about|on|from|in) ", "", bare, flags=re.IGNORECASE)
    return named(bare) or Articles(topic=bare)


def _spoken(question: str) -> Asked | None:
    found = next(filter(None, (rule.match(question) for rule in _SPEECH)), None)
    if found is None or _NOBODY.match(found["speaker"]):
        return None
    return Asked("speech", topic=found["topic"] or "", speaker=found["speaker"])


def _single(question: str) -> Asked:
    asks = question.endswith("?") or len(question.split()) >= _FEWEST_WORDS
    if _YES_NO.match(question) and asks and not _EITHER.search(question) and not _GERMAN.match(question):
        return Asked("yes_no")
    return Asked("reason" if _REASON.match(question) else "fact")


def _several(question: str) -> Asked | None:
    """A question that asks twice: "how many are there, and what share is in Beijing?", or two, each with its mark."""
    if len(marked := questions(question)) > 1:
        return Asked("several", parts=tuple(marked))
    parts = _cut(question)
    if len(parts) < 2 or not re.match(ASKS, parts[0], re.IGNORECASE):
        return None
    parts[0] = f"{parts[0]} {_left_to_the_next(parts[0], parts[1])}".rstrip()
    if any(_NO_QUESTION.fullmatch(part) and not (at and _MORE.fullmatch(part)) for at, part in enumerate(parts)):
        return None
    return Asked("several", parts=tuple(part.rstrip("?") + "?" for part in parts))


def _cut(question: str) -> list[str]:
    """The questions that "and" joins, and not the clauses: "how did he know who came and who left?" is one."""
    parts, start = [], 0
    for found in _AND.finditer(question):
        part = question[start : found.start()]
        if not _OPEN.search(part) or _DIRECT.match(question, found.end()):
            parts.append(part)
            start = found.end()
    return [part.strip(" ,;") for part in (*parts, question[start:])]


def _left_to_the_next(first: str, second: str) -> str:
    """The end that both share: of "how high and how old is the dam?", of "who designed and who built the bridge?"."""
    if _NO_VERB.fullmatch(first) and (rest := re.search(rf"\b{AUXILIARY}\b.*", second, re.IGNORECASE)):
        return rest.group()
    shared = _OBJECT.fullmatch(second) if _NO_OBJECT.fullmatch(first) else None
    return shared["object"] if shared else ""


# --- comparisons -----------------------------------------------------------------------------------------------------

_COMPARE = _rule(rf"compare (?P<both>.+?){_END}")
_BETWEEN = (r"(?:with|versus|vs\.?)", "and", "to")  # the surer first: "the tram to Ulvsund and the ferry to Tarva"
_OF = r"(?:of|in|for|between|according to)"
_SHARED = re.compile(rf"(?P<what>.+\b(?P<of>{_OF})) (?P<one>.+)", re.IGNORECASE)  # up to the last preposition
_THAT_OF = re.compile(rf"(?:that|those) {_OF} ", re.IGNORECASE)
_OWN = re.compile(r"(?P<owner>.+?)['’]s (?P<what>.+)")
_DETERMINED = re.compile(rf"{_DETERMINER}\b", re.IGNORECASE)
_NO_CLAUSE = re.compile(rf"(?!{ASKS}\b)", re.IGNORECASE)
_TAIL = re.compile(rf"(?P<other>.+?) (?P<tail>{_OF} .+)", re.IGNORECASE)


def _compared(question: str) -> Asked | None:
    """A comparison as one question for each side: "compare the targets of A, B and C"."""
    found = _COMPARE.match(question)
    sides = _sides(found["both"]) if found else ()
    if len(sides) < 2:
        return None
    labels, parts = _owned(sides) or _shared(sides)
    return Asked("several", parts=parts, labels=labels)


def _sides(both: str) -> tuple[str, ...]:
    """Two, or more where commas part them, as they do not in "the old, slow tram and the ferry"."""
    split = next(filter(None, (re.fullmatch(rf"(.+)\s({by})\s(.+)", both, re.IGNORECASE) for by in _BETWEEN)), None)
    if split is None:
        return ()
    before, by, last = split.groups()
    items = re.split(r",\s+", before.rstrip(" ,"))
    alike = _DETERMINED if _DETERMINED.match(last) else _NO_CLAUSE
    if by.lower() != "and" or "," in last or not all(map(alike.match, items[1:])):
        items = [before]
    return tuple(side for each in (*items, last) if (side := each.strip(" ,")))


_Sides = tuple[tuple[str, ...], tuple[str, ...]]  # labels, parts


def _owned(sides: Sequence[str]) -> _Sides | None:
    """For "A's and B's targets", "A's targets and B's revenue", "A's targets with those of B"."""
    owned = [_OWN.fullmatch(side) for side in sides]
    first, last = owned[0], owned[-1]
    if last and any(each and each["what"] != last["what"] for each in owned):
        return tuple(sides), tuple(sides)
    if last:
        owners = [
            each["owner"] if each else re.sub(r"['’]s$", "", side) for each, side in zip(owned, sides, strict=True)
        ]
        return tuple(owners), tuple(f"the {last['what']} of {owner}" for owner in owners)
    if first and all(map(_THAT_OF.match, sides[1:])):
        owners = [_THAT_OF.sub("", side) for side in sides[1:]]
        return (first["owner"], *owners), (sides[0], *(f"the {first['what']} of {owner}" for owner in owners))
    return None


def _shared(sides: Sequence[str]) -> _Sides:
    """What stands before the first side is asked of the others too, and what stands behind the last of all."""
    found, bare = _SHARED.fullmatch(sides[0]), [_THAT_OF.sub("", side) for side in sides[1:]]
    if found is None:
        labels = (sides[0], *bare)
        return labels, tuple(f"tell me about {label}" for label in labels)
    what, others = found["what"], [side.removeprefix(f"{found['what']} ") for side in bare]
    if any(re.search(rf"\b{found['of']} ", side, re.IGNORECASE) for side in others):  # wholes of their own
        return (sides[0], *others), (sides[0], *others)
    behind = _TAIL.fullmatch(others[-1])
    tail = f" {behind['tail']}" if behind else ""
    labels = (found["one"], *others[:-1], behind["other"] if behind else others[-1])
    return labels, tuple(f"{what} {label}{tail}" for label in labels)
