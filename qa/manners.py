"""What is no question to the articles: greetings, thanks, "yes", scorn, no word at all. Pure rules, English.

Each gets a short, kind word and no footnote, since no article is needed for it.
"""

from __future__ import annotations

import re

from qa.words import years

_TAIL = (
    r"(?:[\s,!.]+(?:there|footnote|all|everyone|my friend|friend|mate|again|you|so much|very much|a lot|today|bye"
    r"|thanks|how are you|(?:that|this|it) (?:helps|helped)|(?:very |really )?helpful"
    r"|for (?:your|the|all your) (?:help|answers?)))*[\s!.?,:;)-]*$"
)


def _rule(*alternatives: str, tail: str = _TAIL) -> re.Pattern[str]:
    return re.compile("^(?:" + "|".join(alternatives) + ")" + tail, re.IGNORECASE)


_GREETING = _rule(
    "hi",
    "hello",
    "hey",
    "hiya",
    "greetings",
    r"good (?:morning|afternoon|evening|day)",
    "how are you",
    "(?:nice|pleased) to meet",
)
_PRAISE = (
    r"ok(?:ay)?|great|perfect|nice|cool|good|wow|awesome|excellent|well done|(?:good|great|nice) (?:job|work|answer)"
)
_THANKS = _rule(
    rf"(?:(?:{_PRAISE}|many|yes|no)[\s,!.]+)?(?:thanks?|thank you|thx|cheers)",
    rf"(?:(?:that|this)(?:['’]s| is| was) )?(?:very |really |so )?(?:{_PRAISE}|helpful)",
)
_FAREWELL = _rule("bye", "good ?bye", "see you(?: later| soon)?", "good night", "farewell")
_HELP = _rule(
    r"help(?: me)?",
    r"what can you (?:do|help)(?: me)?(?: with)?",
    r"what can i ask(?: you)?",
    r"how does this work",
    r"how do i use (?:this|it)",
)
_SELF = _rule(
    r"(?:who|what) are you",
    r"what(?:['’]s| is) your name",
    r"who (?:made|built|created|wrote|programmed) you",
    r"are you (?:an? )?(?:robot|bot|machine|human|person|real|ai|chatgpt)",
)
_LIBRARY = _rule(
    r"how (?:can|do|could|should) (?:i|we|you) (?:add|upload|import|load|delete|remove)"
    r" (?:(?:an?|the|my|some|more|new) )*(?:articles?|documents?)"  # files are what manuals of programs speak of
)
_REMARK = _rule(
    "(?:yes|no|yeah|yep|nope)(?: please)?", "sorry", "never ?mind", "forget it", "lol", "haha+", "test(?:ing)?"
)
_MORE = _rule(
    "(?:please )?(?:go on|continue|carry on)",
    "(?:can you |could you |please )*(?:tell|show|give) me (?:some )?more",
    "more",
    "(?:and )?(?:what|anything|something) else",
    "(?:please )?(?:(?:can|could) you )?(?:elaborate|explain)(?: (?:that|this|it|more|further))?",
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
    "(?:what|which)(?:['’]?s| is| are) (?:the|your) (?:sources?|evidence|proof)",
    "(?:where does it say|which article says) (?:that|this|so)",
    "(?:please )?show me (?:the|that) (?:sentence|quote|passage|footnote|article)",
    "(?:what|which) (?:article|document|file|source|page) (?:is|was|does) (?:that|this|it)(?: come)? from",
    "where did you (?:get|find|read|see) (?:that|this|it)",
    "says who",
    "how do you know(?: (?:that|this))?",
    tail=r"(?:[\s,]+please)?[\s!.?]*$",
)
_WRONG = _rule(
    r"(?:no[\s,]+)?(?:that|this|it|you|the answer)(?:['’]s|['’]re| is| are|s| was)"
    r" (?:all |completely |totally |just )?(?:wrong|incorrect|false|not (?:right|true|correct|what i asked))",
    "wrong(?: answer)?",
)
_SCORN = r"(?:stupid|useless|idiot|dumb|terrible|rubbish|liar|moron|worthless|awful|fool|shit|crap|garbage)"
_SCORNED = rf"(?:so |such |an? |really |very )*{_SCORN}\b"
_INSULT = _rule(
    rf"(?:you(?: are|['’]re)|ur|you)\s+{_SCORNED}",
    rf"th(?:is|e) (?:(?:app|program|tool|site|thing|answer) )?is\s+{_SCORNED}(?!-|\s+\w)",  # no "rubbish collection"
    "shut up",
    "go to hell",
    "(?:you|this(?: (?:app|program|tool|site|thing))?) sucks?",
    tail="[^?]*$",
)
HELP = (
    "Ask a question about your articles, in a sentence: who, what, when, where, how many. The answer comes with the"
    ' sentence that it stands on. "Summarise the article on ..." and "which articles mention ..." work too.'
)
_NO_HELP = (
    "Sorry that this was no help. Another wording, or a name or a year in the question, often finds more; the footnote"
    " shows what an answer stands on."
)


_REPLIES = (
    (_GREETING, "Hello. What would you like to know from your articles?"),
    (_THANKS, "You're welcome."),
    (_FAREWELL, "Goodbye. The conversation is kept on this machine."),
    (_HELP, HELP),
    (_SELF, f"Footnote is a program that answers from your articles alone. {HELP}"),
    (
        _LIBRARY,
        "Articles are added and removed in the list of articles beside the conversation, or in a terminal:"
        " footnote index PATH_OR_URL, footnote remove ID.",
    ),
    (_REMARK, "All right. What would you like to know from your articles?"),
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
    (_WRONG, _NO_HELP),
    (_INSULT, _NO_HELP),
)


def reply_to(text: str) -> str | None:
    """A sentence for what is no question; None for everything else. A year alone may go on from a question before."""
    if not re.search(r"[^\W\d_]", text) and not years(text):
        return f"There is no word in that. {HELP}"
    return next((reply for pattern, reply in _REPLIES if pattern.match(text)), None)
