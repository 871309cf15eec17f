"""What a question asks for: one fact, several, yes or no, reasons, a summary, the library itself. Pure rules, English.

Whatever no rule recognises is a question for one fact, which the reader answers; a wrong guess here costs a form,
never a footnote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["fact", "several", "yes_no", "reason", "topic", "summary", "catalogue", "date"]

_OPENER = r"^(?:and |but |so |please |can you |could you |would you |i want to know |i'd like to know )*"
_END = r"[\s?!.]*$"
_NOUN = r"(?:articles?|documents?|texts?|reports?|stor(?:y|ies)|pages?|news|papers?|files?)"
_PRINTED = r"(?:published|updated|written|posted|printed)"
_NAMED_ARTICLE = rf"(?:the |this |that |these |your |my )?{_NOUN}\b"
_ARTICLE = rf"(?:{_NAMED_ARTICLE}|it\b)"


def _rule(*alternatives: str) -> re.Pattern[str]:
    return re.compile(_OPENER + "(?:" + "|".join(alternatives) + ")", re.IGNORECASE)


_SUMMARY = _rule(
    r"(?:summari[sz]e|sum (?:it )?up)\b[\s:]*(?P<topic>.*)$",
    r"(?:give (?:me )?)?(?:an? |the )?(?:short |brief )?(?:summary|overview|gist)\b[\s:]*(?P<topic_two>.*)$",
    r"(?:what (?:is|are) )?(?:the )?(?:main|key) (?:points?|ideas?|messages?|takeaways?)"
    rf"(?: (?:of|in|from) (?P<topic_three>{_ARTICLE}\b.*?))?{_END}",
    r"tl;?dr\b[\s:]*(?P<topic_four>.*)$",
    rf"what(?:'s| is| are| was) {_ARTICLE} (?:all )?about{_END}",
)
_TOPIC = _rule(
    r"tell me (?:more |something )?about (?P<topic>.+)$",
    rf"what do(?:es)? {_ARTICLE} (?:say|tell|write|report)(?: us| me)? (?:about|on|of) (?P<topic_two>.+)$",
    r"what (?:is|are) (?:there|said|known|reported|written) (?:about|on|of) (?P<topic_three>.+)$",
    r"what do (?:you|we) know (?:about|of) (?P<topic_four>.+)$",
)
_SPEAKING_OF = (
    r"(?:(?:that |which )?(?:mentions?|discuss(?:es)?|covers?|is about|are about|deals? with|speaks? of)"
    r"|on|about|concerning)"
)
_CATALOGUE = _rule(
    rf"(?:what|which|list(?: all)?|show(?: me)?)\s+(?:all )?(?:the |your |my |of the )*{_NOUN}"
    r"(?: do (?:you|we|i) have| are there| (?:is|are) in (?:the|your|my) library| have you(?: got)?)?"
    rf"(?:\s+{_SPEAKING_OF}\s+(?P<topic>.+?))?{_END}",
    rf"what (?:is|do you have) in (?:the|your|my) library{_END}",
)
_WHICH = r"(?: (?:about|on|of|from|in|by|with|that|which)\b.*?)?"  # not "the paper's editor", nor "the paper mill"
_DATE = _rule(  # "it" is an article only beside a word that little else takes: a model is released, a town is old
    rf"when was {_NAMED_ARTICLE}(?P<topic>{_WHICH})(?: first| last)? (?:{_PRINTED}|released){_END}",
    rf"when was it(?: first| last)? {_PRINTED}{_END}",
    rf"what(?:'s| is) the (?:publication|publishing) date of {_ARTICLE}(?P<topic_two>{_WHICH}){_END}",
    rf"what(?:'s| is) the date of {_NAMED_ARTICLE}(?P<topic_three>{_WHICH}){_END}",
    rf"how old is {_NAMED_ARTICLE}(?P<topic_four>{_WHICH}){_END}",
)
_COMPARE = _rule(
    rf"compare (?P<what>.*?(?:of|in|for|between) )?(?P<a>.+?) (?:and|with|to|vs\.?|versus) (?P<b>.+?){_END}"
)
_ASKS = r"(?:what|which|who|whom|whose|when|where|why|how)"
_AND = re.compile(rf",?\s+and\s+(?={_ASKS}\b)", re.IGNORECASE)
_YES_NO = re.compile(
    r"^(?:(?:is|are|was|were|do|does|did|has|have|had|would|could|should|must)(?:n't)?|will|won't|can|can't|may|might)\s",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_REASON = re.compile(
    r"^(?:but |and )?(?:why\b|how come\b|explain\b|how (?:do|does|did|is|are|was|were|can|could|will|would)\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `parts` are the questions within it ("several") and `labels` what tells them apart in a comparison; `topic` is what
    a summary, a catalogue or a date is asked about ("": whatever there is).
    """

    form: Form
    topic: str = ""
    parts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("date", _DATE),
    ("catalogue", _CATALOGUE),
    ("topic", _TOPIC),
    ("summary", _SUMMARY),
)


def asked_for(question: str) -> Asked:
    """The form of a question that stands alone."""
    plain = question.strip()
    for form, pattern in _FORMS:
        found = pattern.match(plain)
        if found:
            return Asked(form, topic=_topic(found))
    return _compared(plain) or _several(plain) or _single(plain)


def _single(question: str) -> Asked:
    if _YES_NO.match(question) and not _EITHER.search(question):
        return Asked("yes_no")
    return Asked("reason" if _REASON.match(question) else "fact")


def _topic(found: re.Match[str]) -> str:
    """The words after "about", without "the article on" before them; "" when no more than the article is named."""
    named = next((text for name, text in found.groupdict().items() if name.startswith("topic") and text), "")
    topic = named.strip(" ?!.:,")
    bare = re.sub(
        rf"^(?:(?:of|about|on|from|in) |{_ARTICLE}(?: (?:about|on|of))? )*", "", topic + " ", flags=re.IGNORECASE
    )
    return bare.strip()


def _several(question: str) -> Asked | None:
    """A question that asks twice: "how many are there, and what share is in Beijing?"."""
    parts = [part.strip(" ,;") for part in _AND.split(question)]
    if len(parts) < 2 or not re.match(_ASKS, parts[0], re.IGNORECASE) or any(len(part.split()) < 2 for part in parts):
        return None
    return Asked("several", parts=tuple(part.rstrip("?") + "?" for part in parts))


def _compared(question: str) -> Asked | None:
    """A comparison as one question for each side: "compare the targets of A and B"."""
    found = _COMPARE.match(question)
    if found is None:
        return None
    one, other, what = found["a"], found["b"], (found["what"] or "").strip()
    if not what and "'s " in other:  # "Beijing's and Shanghai's targets"
        other, what = other.split("'s ", 1)
        one = one.removesuffix("'s")
        what = f"the {what} of"
    elif not what:
        return Asked("several", parts=(f"tell me about {one}", f"tell me about {other}"), labels=(one, other))
    return Asked("several", parts=(f"{what} {one}", f"{what} {other}"), labels=(one, other))
