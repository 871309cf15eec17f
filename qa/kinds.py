"""What a question asks for: one fact, several, yes or no, who said what, a summary, the library itself. Pure, English.

Whatever no rule recognises is a question for one fact, which the reader answers; a wrong guess here costs a form,
never a footnote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa.articles import (
    ALL,
    AUTHORED,
    MODIFIER,
    NOUN,
    ORDER,
    PLACE,
    PRINTED,
    SURE,
    Articles,
    listed,
    named,
    ordered,
    told,
)
from qa.message import ASKS, AUXILIARY, END, OPENER
from qa.parts import asked_twice, compared

Form = Literal[
    "fact",
    "several",
    "yes_no",
    "topic",
    "speech",
    "speakers",
    "summary",
    "catalogue",
    "count",
    "date",
    "author",
]

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
_NOUN_PHRASE = re.compile(  # "Beijing's 2025 target", "the name of the ship"; its verb would be here or nowhere
    rf"(?!.*(?:\b(?:{AUXILIARY}|{ASKS}|(?:it|he|she|that|there|what|here|let"
    r"|(?:every|some|any|no)(?:thing|one|body))['’]?s)\b|[,;:.!]\s))"
    r"(?!(?:describe|explain|find|give|list|name|show|tell|and|but|or)\b)"
    r"(?:(?:the|an?) (?:[\w-]+ ){1,4}(?:of|for|in) \S+|(?:\S+ ){0,3}\S*[^\W\d]['’]s \S+|(?:\S+ ){0,3}\w+s['’] \S+)"
    r"(?: \S+){0,5}[\s?!.]*$",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"(?:^(?:the|an?) (?:[\w-]+ )??|['’]s (?:[\w-]+ )??)"
    r"(?:mayor|president|chair(?:man|woman|person)?|ceo|cfo|coo|cto|head|director|minister|governor|chief"
    r"|founder|owner|author|editor|leader|king|queen|captain|coach|boss|spokes(?:man|woman|person)|successor|predecessor|wife|husband)"
    r"(?= (?:of|in|for|at)\b|[\s?!.]*$)",
    re.IGNORECASE,
)


def _rule(text: str) -> re.Pattern[str]:
    return re.compile(OPENER + text, re.IGNORECASE)


_IS = re.compile(rf"({OPENER}(?:what|who))['’]?s\b", re.IGNORECASE)  # "what's"
# `what` names an article, or is the topic of one; `all` names those of a list; `topic` is what they are to speak of.
_HAVE = r"(?: do (?:you|we|i) have| are there| (?:is|are) in (?:the|your|my) library| have you(?: got)?)"
_WHEN = r"(?: first| last| originally)?"
_ANY_WORK = r"(?:story|document|report|text|paper|page|file)"  # "what document was written in 1297?"
_PEOPLE = r"(?:people|persons?|experts?|sources?|officials?|politicians?)"
_WHO_IS = rf"(?:who|(?:which|what) {_PEOPLE}) (?:is|are|was|were|gets?)(?: being)?"
_PERSON = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3})"
_BY_FORM: tuple[tuple[Form, re.Pattern[str]], ...] = (
    # "it" is an article only beside a word that little else takes: a model is released, a town is old
    ("date", _rule(rf"when was (?P<what>.+?){_WHEN} (?:{PRINTED}|updated){END}")),
    ("date", _rule(rf"when (?:was|were) (?!(?:it|this|that)\b)(?P<what>.+?){_WHEN} (?:released|modified){END}")),
    ("date", _rule(rf"when did (?!it\b)(?P<what>.+?){_WHEN} (?:appear|come out){END}")),
    ("date", _rule(rf"what is the (?:publication|publishing) date of (?P<what>.+?){END}")),
    ("date", _rule(rf"(?:what is the date of|how old is) (?!it\b)(?P<what>.+?){END}")),
    (
        "author",
        _rule(
            r"(?:who wrote|who (?:is|are|was|were) the (?:authors?|writers?) of|by whom was)"
            rf" (?P<what>it|th(?:at|is)|{PLACE}|(?=(?:the|this|that|your|my) (?:{MODIFIER})?{AUTHORED}).+?)"
            rf"(?: written)?{END}"
        ),
    ),
    ("author", _rule(rf"who (?:is|was) (?P<what>(?:the|this|that) .+?)(?: written)? by{END}")),
    ("speakers", _rule(rf"{_WHO_IS} quoted(?: (?:on|about) (?P<topic>.+?))?(?: in (?P<what>.+?))?{END}")),
    ("speakers", _rule(rf"{_WHO_IS} (?:cited|interviewed) in (?P<what>.+?){END}")),
    (
        "speakers",
        _rule(
            rf"who (?:is|are|was|were) (?:the )?(?:{_PEOPLE} (?:quoted|cited)|quoted {_PEOPLE}|sources|interviewees)"
            rf" (?:in|of) (?P<what>.+?){END}"
        ),
    ),
    ("count", _rule(rf"how many (?P<all>(?:articles|documents)\b.*?){END}")),
    (
        "catalogue",
        _rule(
            rf"(?:what|which|list|show(?: me)?)\s+(?!{_ANY_WORK} (?:was|is)\b)"
            rf"(?P<all>(?:\w+ ){{0,4}}?{NOUN}\b.*?){END}"
        ),
    ),
    ("catalogue", _rule(rf"(?:what|which) is (?P<all>the {ORDER} (?:article|document|story)\b.*?){END}")),
    ("catalogue", _rule(rf"(?:what|which) (?:article|document|story) is (?:the )?(?P<order>{ORDER}){END}")),
    (
        "catalogue",
        _rule(rf"(?:what|which) (?:articles|documents) (?:did|has|have) (?P<author>.+?) (?:write|written){END}"),
    ),
    ("catalogue", _rule(rf"what did (?P<author>{_PERSON}) write{END}")),
    ("catalogue", _rule(rf"(?:any |all )?(?P<all>(?:{ORDER} )?(?:articles|documents|stories)\b .+?){END}")),
    (
        "catalogue",
        _rule(rf"(?:do you have|have you got|are there|is there) (?:an? )?(?P<all>(?:any |some )?{SURE} .+?){END}"),
    ),
    (
        "catalogue",
        _rule(rf"(?:what do you have|(?:do you have|is there) (?:any|some)thing) (?:on|about) (?P<on>.+?){END}"),
    ),
    ("catalogue", _rule(rf"what (?:is|do you have) in (?:the|your|my) library{END}")),
    ("topic", _rule(r"tell me (?:more |something )?about (?P<topic>.+)$")),
    (
        "topic",
        _rule(
            r"what (?:is|are|has been|have been) (?:(?:there|said|known|reported) (?:about|on|of)|written about)"
            r" (?P<topic>.+)$"
        ),
    ),
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
            r"(?:what (?:is|are) |(?:give|list|show)(?: me)? )?(?:the )?(?:(?:\d|two|three|four|five) )?"
            r"(?:(?:main|key|most important) (?:points?|ideas?|messages?|takeaways?|facts?)|bullet points?)"
            rf"(?: (?:of|in|from) (?P<what>.+?))?{END}"
        ),
    ),
    ("summary", _rule(rf"what (?:is|are|was) (?P<what>.+?) (?:all )?about{END}")),
    ("topic", re.compile(rf"(?!(?i:{ASKS})\b)(?P<topic>[A-Z][^\W\d_]{{2,}}(?:-[^\W\d_]+)*){END}")),  # a bare name
)
_SPEAKER, _ON = r"(?P<speaker>(?:[\w.'’-]+ ){0,5}?[\w.'’-]+?)", r"(?: (?:about|on|of|regarding) (?P<topic>.+?))?"
_HEARER = r"(?:us|me|(?:the )?(?:reporters?|journalists?|press|court|council|parliament)|(?:the )?(?-i:[A-Z])[\w.'’-]*)"
_TO = rf"(?: to {_HEARER})?"
_SPEECH = (
    _rule(
        rf"what (?:do|does|did|has|have|had) {_SPEAKER} (?:ever |also |just |\w+ly )?"
        rf"(?:say|said|argued?|claim|think|warn|have to say|tell {_HEARER}){_TO}{_ON}{END}"
    ),
    _rule(rf"what (?=the |(?-i:[A-Z])){_SPEAKER} (?:says?|said|argue[sd]|claim(?:s|ed)|thinks?|thought){_ON}{END}"),
    _rule(
        rf"what (?:is|are|was|were) {_SPEAKER}(?:['’]s|(?<=s)['’])"
        rf" (?:views?|opinions?|comments?|statements?){_ON}{END}"
    ),
    _rule(
        r"(?:(?:give|show) me )?(?:(?:the |some )?(?:quot(?:e|ation)|statement|comment|remark)s? (?:by|from|of)|quote)"
        rf" {_SPEAKER}{_ON}{END}"
    ),
)
_NOBODY = re.compile(
    rf"(?:i|you|we|he|she|it|they|people|(?:the|this|that) {NOUN})\b|been\b|.*\b(?-i:{AUXILIARY}|{ASKS}|that|not|to)\b",
    re.IGNORECASE,
)
_THIS = re.compile(r"\bth(?:at|is)\b", re.IGNORECASE)
_FILLER = re.compile(
    r"(?:^|[\s,]+)(?:please|briefly|quickly|again|for me|in (?:short|brief)"
    r"|in (?:a |an )?(?:\w+ )?(?:sentences?|words?|lines?|bullet points?|points?|paragraphs?))$",
    re.IGNORECASE,
)
_ONE_ARTICLE = re.compile(r"(?:it|(?:the|this|that) (?:article|document|piece|story|text|report|paper|page))", re.I)
_ASKS_ON = re.compile(rf",? and {ASKS} {AUXILIARY}\b", re.IGNORECASE)  # "on eels and when was it published?"
_AND = re.compile(r"^(?:and|but|so)[\s,]+", re.IGNORECASE)
_YES_NO = re.compile(rf"^(?:{AUXILIARY}|(?:may|might)(?! \d))\s", re.IGNORECASE)
_GERMAN = re.compile(r"was .*\b(?:das|der|die|den|dem|ein|eine|einen|ist|hat|sind|und|kostet)\b", re.IGNORECASE)
_FEWEST_WORDS = 4  # of a yes/no question without its mark: "Will Smith age" is none
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)


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
        forms: tuple[Form, ...] = ("date", "author", "count", "catalogue", "summary", "speakers")
        return self.form in forms or self.articles != ALL

    @property
    def of_the_texts(self) -> Asked:
        """The same where "it" is no article, and "the first one" none of a list."""
        if self.topic and (self.articles.it or self.articles.place):
            return Asked("topic", self.topic)
        is_fact = self.form in ("date", "author") and (self.articles.it or self.articles.place)
        return Asked("fact") if is_fact else self


def plainly(question: str) -> str:
    """Without its courtesy ("could you tell me who it was?"), and with a verb: "Bergen's mayor" asks who that is.

    Asked with one, what a phrase stands for is found more often (qa/evaluation/LOG.md).
    """
    plain = _WANTED.sub("what is ", _COURTESY.sub("", question.strip()))
    if not _NOUN_PHRASE.match(plain) or _of_articles(plain) or _of_parts(plain) or _spoken(plain):
        return plain
    return f"{'who' if _SOMEBODY.search(plain) else 'what'} is {plain}"


def asked_for(question: str) -> Asked:
    """The form of a question that stands alone."""
    plain = plainly(question)
    asked = _of_articles(plain)
    if asked is None or _ASKS_ON.search(f"{asked.topic} {asked.articles.topic}"):
        asked = _of_parts(plain) or asked
    return asked or _spoken(plain) or _single(plain)


def of_what_was_cited(question: str) -> bool:
    """Whether it may ask when or by whom the article was written that the answer before cites: "who wrote that?"."""
    asked = asked_for(question)
    return asked.form in ("date", "author") and asked.articles.it and bool(_THIS.search(question))


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


def _of_parts(question: str) -> Asked | None:
    labels, parts = compared(question) or ((), asked_twice(_AND.sub("", question)))
    return Asked("several", parts=parts, labels=labels) if parts else None


def _spoken(question: str) -> Asked | None:
    found = next(filter(None, (rule.match(_IS.sub(r"\1 is", question)) for rule in _SPEECH)), None)
    if found is None or _NOBODY.match(found["speaker"]):
        return None
    return Asked("speech", topic=found["topic"] or "", speaker=found["speaker"])


def _single(question: str) -> Asked:
    asks = question.endswith("?") or len(question.split()) >= _FEWEST_WORDS
    if _YES_NO.match(question) and asks and not _EITHER.search(question) and not _GERMAN.match(question):
        return Asked("yes_no")
    return Asked("fact")
