"""What is no question to the articles: greetings, thanks, "are you sure?", scorn, no word at all. Pure rules, English.

Each gets a short, kind word and no footnote, since no article is needed for it.
"""

from __future__ import annotations

import re

_TAIL = r"(?:[\s,]+(?:there|footnote|all|everyone|friend|again|you|so much|very much|a lot|today))*[\s!.?,:;)-]*$"


def _rule(*alternatives: str, tail: str = _TAIL) -> re.Pattern[str]:
    return re.compile("^(?:" + "|".join(alternatives) + ")" + tail, re.IGNORECASE)


_GREETING = _rule("hi", "hello", "hey", "hiya", "greetings", r"good (?:morning|afternoon|evening|day)", "how are you")
_PRAISE = r"ok(?:ay)?|great|perfect|nice|cool|good|wow"
_THANKS = _rule(rf"(?:(?:{_PRAISE}|many)[\s,!.]+)?(?:thanks?|thank you|thx|cheers)", _PRAISE)
_FAREWELL = _rule("bye", "good ?bye", "see you(?: later| soon)?", "good night", "farewell")
_HELP = _rule(
    r"help(?: me)?",
    r"what can you do",
    r"what can i ask(?: you)?",
    r"how does this work",
    r"how do i use (?:this|it)",
    r"(?:who|what) are you",
)
_MORE = _rule(
    "(?:please )?(?:go on|continue|carry on)",
    "(?:can you |could you |please )*(?:tell|show|give) me (?:some )?more",
    "more",
    "(?:and )?(?:what|anything|something) else",
    tail=r"(?:[\s,]+please)?[\s!.?]*$",
)
_SURE = _rule(
    "(?:but )?are you (?:really |quite |so )?(?:sure|certain)(?: (?:about|of) (?:that|this|it))?",
    "is (?:that|this) (?:really )?(?:true|right|correct)",
    "really",
    tail=r"[\s!.?]*$",
)
_SOURCE = _rule(
    "(?:please )?(?:(?:can|could) you )?(?:show|give|tell) me (?:the|your) (?:sources?|evidence|proof)",
    "(?:what|which) (?:is|are) (?:the|your) (?:sources?|evidence|proof)",
    "(?:where does it say|which article says) (?:that|this|so)",
    "how do you know(?: (?:that|this))?",
    tail=r"(?:[\s,]+please)?[\s!.?]*$",
)
_SCORN = r"(?:stupid|useless|idiot|dumb|terrible|rubbish|liar|moron|worthless|awful|fool)"
_SCORNED = rf"(?:so |such |an? |really |very )*{_SCORN}\b"
_INSULT = _rule(
    rf"(?:you(?: are|['’]re)|ur|you)\s+{_SCORNED}",
    rf"this is\s+{_SCORNED}(?!-|\s+\w)",  # and not "rubbish collection day"
    "shut up",
    "go to hell",
    "this sucks",
    tail="[^?]*$",
)
HELP = (
    "Ask a question about your articles, in a sentence: who, what, when, where, how many. The answer comes with the"
    ' sentence that it stands on. "Summarise the article on ..." and "which articles mention ..." work too.'
)


def reply_to(text: str) -> str | None:
    """A sentence for what is no question; None for everything else."""
    if not re.search(r"\w", text):
        return f"There is no word in that. {HELP}"
    for pattern, reply in (
        (_GREETING, "Hello. What would you like to know from your articles?"),
        (_THANKS, "You're welcome."),
        (_FAREWELL, "Goodbye. The conversation is kept on this machine."),
        (_HELP, HELP),
        (
            _MORE,
            "Open a footnote to read on in its article, or name what you want more of:"
            ' "tell me about ..." or "summarise the article on ...".',
        ),
        (
            _SURE,
            "The percentage beside an answer says how sure it is. Its footnote is the sentence that it stands on: read"
            " it before you rely on the answer.",
        ),
        (_SOURCE, "The source is the footnote under an answer: open it, and the article is shown at that sentence."),
        (
            _INSULT,
            "Sorry that this was no help. Another wording, or a name or a year in the question, often finds more.",
        ),
    ):
        if pattern.match(text):
            return reply
    return None
