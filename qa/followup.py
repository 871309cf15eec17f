"""A follow-up question and its history -> a question that stands alone. Pure rules, no model, English.

"And Shenzhen?" takes the place of the name in the question before; "by when?" is added to it; "and who pays for it?" is
a question of its own, in which "he", "it", "there" and "that company" become the name; "and who is the mayor?" means
the mayor of that name; "who said that?" asks for who said what was just answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.language import UPPER
from qa.articles import PLACE
from qa.message import ASKS, AUXILIARY
from qa.quantities import quantities
from qa.referents import (
    ABBREVIATIONS,
    HEAD,
    NAME,
    OFFICE,
    PERIOD,
    TIME,
    WEEKDAY,
    YEAR,
    last_name,
    meant_by,
    names,
    thing,
)
from qa.types import Turn, unmarked
from qa.words import with_verb_whole, words

# Verbs count in lower case alone, so that May, Will and Do stay names.
_VERB = rf"(?-i:{AUXILIARY}|may|might)"
_TELL = r"(?-i:tell|give|list|show|compare|explain|describe|summari[sz]e)"
_PREPOSITION = r"(?:by|since|until|in|for|at|from|to|on|with|of|about|after|before|per)"
_AT_ANOTHER_TIME = "before earlier previously formerly originally initially after afterwards later".split()
_ABOUT = (  # "no, I meant Shanghai"; "compare that with Shanghai"
    r"(?:what about|how about|what of|(?:(?:no|sorry)[\s,…]+)*i meant?(?: to say)?(?! (?:it|that|this|what)\b)"
    rf"|(?:no|sorry)(?=, (?!(?:I|My|It|That|This|The|You|We|They|He|She|Not|Please)\b)(?-i:{NAME.pattern})[\s?!.]*$)"
    r"|compare (?:that|this|it) (?:with|to|and)|versus|vs\.?)"
)
_SO = r"(?:(?:so|then|ok|okay)[\s,…]+)*"
_AND = r"(?:and|but|or)[\s,…]+"
_LEAD = rf"^{_SO}(?:{_AND}{_SO})?"

_BARE = re.compile(
    rf"{_LEAD}(?P<asked>(?:by |since |until )?(?:who|what|when|where|why|how|which)"
    r"(?: (?:many|much|long|else|exactly|not|come))?[\s?!.]*)$",
    re.I,
)
_PART = re.compile(  # of a question: "and in which city?", "for how many years?", "and now?"
    rf"^(?=(?:and|but|or|so|then|ok|okay|{_PREPOSITION}|{'|'.join(_AT_ANOTHER_TIME)})\b)"
    rf"{_LEAD}(?P<asked>(?:{_PREPOSITION} )?"
    rf"(?:(?:what|which|how)(?: (?!{_VERB}\b|\w+ed\b|about\b|of\b)\w+)?|how (?:many|much) \w+"
    r"|(?:who|whom|when|where|why)(?: (?:else|exactly|not))?"
    rf"|{'|'.join(_AT_ANOTHER_TIME)}|now|then|today|yesterday|tomorrow|tonight|recently|currently|usually|not|and|but|or"
    r"|(?:last|this|next) (?:year|month|week|time))[\s?!.]*)$",
    re.I,
)
_LEAD_OF_ITS_OWN = re.compile(  # what stands before a question that has a verb, or a pronoun to complete
    rf"{_LEAD}(?:(?:what|how) about )?(?=(?!{_ABOUT}\b|(?:that|those) of\b)"
    rf"(?:(?:{_PREPOSITION} )?{ASKS}\b|(?:{_VERB}|{_TELL}) \w"
    r"|(?:his|her|their|its|he|she|it|they|him|them|this|that|these|those)\b))",
    re.I,
)
_CAPITAL = rf"(?-i:{UPPER}|\d)"
_ANOTHER = re.compile(
    rf"^{_SO}(?:{_AND}{_SO}(?:{_ABOUT}\s+)?|{_ABOUT}[\s,]+|(?={_PREPOSITION} {_CAPITAL}))"
    rf"(?:(?:(?:that|those) of|(?P<where>{_PREPOSITION})) )?(?P<other>.*?[^\s?!.,])"
    r"(?:,? (?:not|instead of|rather than) [^?!.]*)?[\s?!.]*$",
    re.I,
)
_WHEN = rf" (?P<when>in|on|for|since|until|by|before|after) (?P<time>{TIME.pattern})"
_CAPITALISED = rf"(?-i:{ABBREVIATIONS}){_CAPITAL}[\w'’-]*"
_ANOTHER_OF_THEM = re.compile(  # "and how many in Shenzhen?"
    rf"{_LEAD}(?!{_ABOUT}\b)(?P<asks>how many|how much|{ASKS}) (?P<where>{_PREPOSITION}) "
    rf"(?P<other>(?:the )?{_CAPITALISED}(?: (?:of |the |& )?{_CAPITALISED})*(?-i:{_WHEN})?)[\s?!.]*$",
    re.I,
)
_AT_A_TIME = re.compile(rf"{_WHEN}$")  # "and Shenzhen in 2022?"
_HEADED = re.compile(rf"(?:the )?(?:[a-z -]+|{HEAD}) of ")  # "the population of India", not "the Isle of Man"
# "and the CFO?" is of the firm asked about; "and the UK?" is not
_PART_OF_IT = re.compile(rf"(?:the )?(?:{OFFICE}|(?:{UPPER}\w+ )+(?:Minister|Secretary|Director)|GDP|GNP|GNI|CPI)")
_OWNER = frozenset({"of", "by"})  # whose it is, or who did it: never where
_OTHER_WORDS = frozenset(("who", "whom", "when", "where", "why", "how", "else", *_AT_ANOTHER_TIME))
_SAME = frozenset({"in", "of", "for"})  # "the mayor of Bergen" and "in Bergen"; "at IBM in Norway" names two
_CLAUSE = re.compile(r"\b(?:who|what|when|where|why|how|is|are|was|were|does|did|has|had)\b")
_PRONOUN = re.compile(r"\b(?:he|she|him|they|them|it)\b|\b(?:his|her|their|its)\b", re.I)
_POSSESSIVE = frozenset({"his", "her", "their", "its"})
_HER = re.compile(rf"her(?=[\s?!.]*$| (?:{_PREPOSITION}|and|or|when|as|there|here|now)\b)", re.I)  # "who knows her?"
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )\bthere\b", re.I)
_THAT_ONE = re.compile(
    r"\b(?:this|that|the same) (?:company|firm|city|town|country|region|place|person|man|woman|university|school|bank"
    r"|group|ministry|organi[sz]ation|team|party|club|agency)\b"
)
_WHO_SAID = re.compile(
    r"^(?:and |but )?who (?:said|says|claims|claimed|argued|thinks|reported) (?:that|this|so|it)[\s?!.]*$", re.I
)
_AMOUNT = re.compile(  # "how much is that in dollars?"
    r"(?P<asks>(?:and |but )?(?:(?:how much|what) )?(?:is|was)) (?:that|this|it)(?= in (?:(?!(?:19|20)\d\d)\w+ ){0,2}"
    r"(?:dollars?|euros?|pounds?|yuan|yen|rupees?|francs?|crowns?|USD|EUR|GBP|CNY|miles?|kilomet(?:er|re)s?|feet|met(?:er|re)s?"
    r"|acres?|hectares?|tons?|tonnes?|kilos?|kilograms?|lit(?:er|re)s?|gallons?|hours?|days?|weeks?|months?|percent)\b)",
    re.I,
)
_AMOUNT_WORDS = 6
_ITS = re.compile(  # "and who is the mayor?": of what the question before spoke of
    rf"^{_SO}{_AND}{_SO}(?P<asked>{ASKS}(?: (?:big|large|high|long|old|tall))? (?:is|are|was|were) the (?:\w+ )?"
    r"(?!(?:same|first|second|last|next|best|worst|point|matter)\b)\w+)[\s?!.]*$",
    re.I,
)
_WHO_DID = re.compile(  # it, and so a name can stand there: "who built it?", not "who did Ann Lee marry?"
    rf"{_LEAD}(?:who\b|which [\w-]+(?= (?:{_VERB}|\w+ed|built|held|made|sold|won|lost|paid|found|led)\b))"
    rf"(?! (?:do|does|did)\b| {_VERB} (?!(?-i:{OFFICE})\b){_CAPITAL})",
    re.I,
)
_ANOTHER_WORD = re.compile(r"\b(?:when|where|why|how|(?:what|which) \w)", re.I)
_HOW_IT_IS = re.compile(r"^(?:where|when|why)\b(?= (?:is|are|was|were|do|does|did|has|have|had|will)\b)", re.I)
_ANOTHER_WAY = re.compile(r"(?:where|when|why)\b", re.I)
_OF_ITS = re.compile(rf"(?<=['’]s )(?!\d)[\w -]+?(?=(?:{_WHEN})?[\s?!.]*$)")  # "target" of "What is Beijing's target?"
_COUNTED = re.compile(rf"how (?P<how>much|many) (?!{_VERB}\b)(?P<noun>\w+(?: \w+)?(?= {_VERB}\b)|\w+)", re.I)
_PLURAL = re.compile(r"(?:s|people|men|children)$")
_PLACE = re.compile(rf"\b{PLACE}\b", re.I)
_MOST_WORDS = 6


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked by someone who has not heard the conversation."""
    before = answer = ""
    whole = Turn("")
    for turn in history:
        alone = with_verb_whole(_stand_alone(turn.question, before, answer, whole))
        whole = whole if before and _part(turn.question) else Turn(alone, turn.answer)
        before, answer = alone, turn.answer
    alone = _stand_alone(question, before, answer, whole)
    if (told := _one(whole.answer)) and _ANOTHER_WORD.search(_part(question)):
        return _WHO_DID.sub(lambda _: told, alone)  # it is known who
    return alone


def says_otherwise(question: str, before: str) -> bool:
    """Whether "and when?", "who else?" or "and earlier?" asks something else than the question before did."""
    return not _OTHER_WORDS.intersection(words(_part(question))) <= {*words(before)}


def _stand_alone(question: str, before: str, answer: str, whole: Turn) -> str:
    """The question as it would be asked without the one `before`, which stands alone itself, and its answer.

    `whole` is that one, or an earlier one to which "when?" was added: what is added next takes its place.
    """
    if not before:
        return question
    if _WHO_SAID.match(question):
        return f"who said {_one(answer) or before.rstrip(' ?!.')}?"
    if (asked := _AMOUNT.match(question)) and _is_amount(amount := _one(answer)):
        return f"{asked['asks']} {amount}{question[asked.end() :]}"
    if part := _part(question):
        return _added(whole.question, part)
    if (of := last_name(before)) and (its := _ITS.match(question)) and _names_none(its["asked"]):
        return f"{its['asked']} of {of}?"
    return _exchanged(question, before) or _named(
        _LEAD_OF_ITS_OWN.sub("", question), before, answer if names(answer) else whole.answer
    )


def in_its_list(question: str, history: Sequence[Turn]) -> str:
    """After "Summarise the first one", "And the second?" is to summarise that; any other question is as it was."""
    another = _another(question) if history else None
    return (another and _at_another_place(history[-1].question, another["other"])) or question


def topic_of(question: str, history: Sequence[Turn]) -> str:
    """What a bare follow-up names ("Shenzhen" of "and Shenzhen?"); "" for a question of its own, a time, a place."""
    another = _another(question) if history and not _part(question) else None
    if another is None or another["where"]:
        return ""
    if _is_time(another["other"], "", standalone(history[-1].question, history[:-1])):
        return ""
    return _bare(_AT_A_TIME.sub("", another["other"]))


def _names_none(asked: str) -> bool:
    """Whether "who is the mayor", "who is the CEO" still has to be told whose; "what is the EU" has not."""
    return all(map(_PART_OF_IT.fullmatch, names(asked)))


def _part(question: str) -> str:
    """What is added to the question before, without its "and"; "" when nothing is."""
    found = _BARE.match(question) or _PART.match(question)
    return re.sub(r"^how come\b", "why", found["asked"], flags=re.I) if found else ""


def _added(before: str, part: str) -> str:
    """`before` with "by when?" added; asked "when" instead of "where" where that is all that changes."""
    if _HOW_IT_IS.match(before) and _ANOTHER_WAY.match(part) and len(part.split()) == 1:
        return _HOW_IT_IS.sub(part.rstrip(" ?!."), before)
    return f"{before.rstrip(' ?!.')} {part[:1].lower()}{part[1:]}"  # a capital would be read as a name


def _one(answer: str) -> str:
    """The answer without its markers; "" when it is more than one."""
    return "" if "\n" in answer or ";" in answer else unmarked(answer)


def _is_amount(answer: str) -> bool:
    return len(quantities(answer)) == 1 and len(answer.split()) <= _AMOUNT_WORDS


def _another(question: str) -> re.Match[str] | None:
    """The name in "and Shenzhen?", "what about Shenzhen's?", "in Shenzhen?"; None for a question of its own."""
    found = None if _LEAD_OF_ITS_OWN.match(question) else _ANOTHER.match(question)
    if found is None or len(question.split()) > _MOST_WORDS or _CLAUSE.search(found["other"]):
        return None
    return found


def _other_of_them(question: str, before: str) -> re.Match[str] | None:
    """The name in "and how many in Shenzhen?" when the question before, too, began with "how many"."""
    found = _ANOTHER_OF_THEM.match(question)
    return found if found and before.lower().startswith(found["asks"].lower()) else None


def _bare(name: str) -> str:
    """Without the "'s" of "what about Shanghai's?": the question before has its own."""
    return re.sub(r"['’]s?$", "", name)


def _is_time(other: str, where: str, before: str) -> bool:
    """Whether it is "Q3", "2022", "Sundays"; "May", which may be a name, after "in" or a question about a month."""
    return bool(TIME.fullmatch(f"{where} {other}", len(where) + 1) or (other == "May" and PERIOD.search(before)))


def _is_thing(other: str) -> bool:
    """Whether it is "the harbour master", "profit", "the CFO"; "shanghai's" is not: its own target is asked for."""
    named = other.islower() and (other.startswith("the ") or _bare(other) == other)
    return named or bool(_PART_OF_IT.fullmatch(other))


def _exchanged(question: str, before: str) -> str:
    """`before`, asked of what a bare follow-up names; "" for a question of its own."""
    another = _other_of_them(question, before) or _another(question)
    return _instead(before, another["other"], another["where"] or "") if another else ""


def _instead(before: str, other: str, where: str) -> str:
    """`before` with its time, its thing or its name exchanged for `other`; with `other` added when it has none."""
    if both := _AT_A_TIME.search(other):
        return _instead(_instead(before, other[: both.start()], where), both["time"], both["when"])
    name, exchanged = _bare(other), ""
    if _is_time(name, where, before):
        exchanged = _at_another_time(before, name, where)
    elif not where and (in_list := _at_another_place(before, other)):
        exchanged = in_list
    elif _is_thing(other) and not where:
        exchanged = _another_thing(before, name) or _another_name(before, name, where)
    elif where and (other[:1].islower() or where.lower() == "about") and (found := _in_words(before, where)):
        exchanged = before[: found.start("noun")] + other + before[found.end("noun") :]
    else:
        exchanged = _another_name(before, name, where)
    if exchanged:
        return exchanged
    is_added = where or _is_time(name, where, before)
    return f"{' '.join(filter(None, [before.rstrip(' ?!.'), where.lower(), name]))}?" if is_added else _topic(name)


def _in_words(before: str, where: str) -> re.Match[str] | None:
    """The "parks" of "spend on parks?", for "and on the library?": what stands there without a name."""
    noun = r"(?P<noun>(?:the |an? )?(?!(?:the|an?)\b)[a-z][\w-]*(?: [a-z][\w-]*){0,2}?)"
    return re.search(rf"\b(?i:{where}) {noun}(?=[\s?!.]*$| {_PREPOSITION} )", before)


def _topic(name: str) -> str:
    """For a name in whose place nothing stands: glued to the question before, that would be answered instead."""
    return f"tell me about {name}"


def _at_another_place(before: str, other: str) -> str:
    """What does the first one say, "and the second?"; "" when either names no place in a list."""
    found, wanted = _PLACE.search(before), _PLACE.fullmatch(other)
    return before[: found.start("place")] + wanted["place"] + before[found.end("place") :] if found and wanted else ""


def _at_another_time(before: str, other: str, where: str) -> str:
    """A year for a year, a quarter for a quarter, both for both or for a year; "" when `before` has none."""
    kinds = (YEAR, PERIOD, WEEKDAY, TIME)
    kind = next(kind for kind in kinds if kind.fullmatch(f"in {other}", 3))  # "May" is a month after "in" alone
    found = [*re.finditer(rf"(?:\b(?P<own>(?i:{_PREPOSITION}) ))?{kind.pattern}", before)]
    if not found:
        return ""
    own = found[-1]["own"] or ""
    preposition = f"{where.lower()} " if where and own else own
    return before[: found[-1].start()] + preposition + other + before[found[-1].end() :]


def _another_thing(before: str, other: str) -> str:
    """Who is the mayor of Oslo, "and the harbour master?"; what is Tesla's revenue, "and profit?"; "" for neither."""
    noun = re.sub(r"^(?:the|an?) ", "", other, flags=re.I)
    if re.match(r"an? ", other) and (one := thing(before, "an?")):
        return before[: one[0]] + other + before[one[1] :]
    counted = _COUNTED.match(before) if noun == other and names(before) else None
    if counted and (counted["how"].lower() == "much" or _PLURAL.search(noun)):  # not the "bergen" of "how many"
        return before[: counted.start("noun")] + noun + before[counted.end("noun") :]
    found = thing(before)
    if found and (noun != other or before.startswith(" of ", found[1])):
        return before[: found[0]] + (other if noun != other else f"the {noun}") + before[found[1] :]
    has_noun = _OF_ITS.search(before) and (noun != other or names(before))
    return _OF_ITS.sub(noun, before) if has_noun else ""


def _another_name(before: str, other: str, where: str) -> str:
    """The last name of `before` exchanged; "" when it has none, or `where` tells that `other` is one more."""
    name = last_name(before)
    if not name:
        return ""
    if where.lower() == "of":
        name = name.rpartition(" of ")[2]
    head = r"(?:\bthe (?:[\w-]+ ){0,2}?[\w-]+ of )?" if _HEADED.match(other) else ""
    # "AI firms in China" and "Shenzhen?": the last one is the place. India is not in "Indian".
    pattern = rf"(?:\b(?P<own>{_PREPOSITION}) )?(?P<name>{head}(?:\bthe )?(?<!\w){re.escape(name)}(?!\w))"
    *_, last = [None, *re.finditer(pattern, before)]
    if last is None:  # a name with no blank around it: "U.S.led"
        return ""
    if where and last["own"] and not _alike(where.lower(), last["own"]):
        return ""
    is_owner = where.lower() in _OWNER or before.startswith(("'", "’"), last.end())
    if where and not last["own"] and (other[:1].islower() or not is_owner):  # "in China" takes no firm's place
        return ""
    article = "the " if last["name"].startswith("the ") and not _is_whole(other, last) else ""
    return before[: last.start("name")] + article + other + before[last.end() :]


def _is_whole(other: str, last: re.Match[str]) -> bool:
    """Whether it takes no "the": "France" after "of the US", "Jersey" after "the Isle of Man"; "Labour Party" does."""
    is_place = last["own"] or " of " in last["name"]
    return other.lower().startswith("the ") or bool(is_place and " " not in other and not other.endswith("s"))


def _alike(where: str, own: str) -> bool:
    """Whether "and in Norway?" may stand for "of Sweden": "at IBM" and "in Norway" go together."""
    return where == own or {where, own} <= _SAME


def _named(question: str, before: str, answer: str) -> str:
    """Pronouns exchanged for whom the conversation speaks of: the person just named, or the question's name."""
    pronoun = _PRONOUN.search(question) or _THAT_ONE.search(question) or _THERE.search(question)
    if pronoun is None or not _names_none(question):
        return question
    word = pronoun.group().lower()
    name = meant_by(word, before, _one(answer))
    if not name:
        return question
    if word == "there":
        name = f"in {name}"
    elif word in _POSSESSIVE and not _HER.match(question, pronoun.start()):
        name += "'" if name.startswith("the ") and name.endswith("s") else "'s"
    return question[: pronoun.start()] + name + question[pronoun.end() :]
