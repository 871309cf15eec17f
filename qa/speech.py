"""Who says what in a document: the sentences that somebody is quoted with, the names of all who are. Pure, English.

In: documents and a name, or another description ("the mayor"). Out: what that speaker says, said of them by name ("Ann
Lee said", "according to Lee") or by a pronoun that follows ("he added"); or, of no speaker in particular, the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from index.chunk import chunk
from index.types import Document
from qa.orders import gives_orders
from qa.reader import Span
from qa.referents import NAME, TIME, people
from qa.sentences import may_miss, sentences_of
from qa.words import content_words, share_unnamed, words

_SAYS = (
    r"said|says|adds|added|notes|noted|explains|explained|argues|argued|warns|warned|insists|insisted|admits|admitted"
    r"|recalls|recalled|stresses|stressed|predicts|predicted|concludes|concluded|remarked|replied"
)
_SAID = rf"(?:{_SAYS}|wrote|writes)"  # the verbs that may stand before their subject, too: '"...", said Lee'
_CLAIMED = (  # only with what is said: who "called the police" said nothing
    r"(?:asked|asks|answered|called|calls|announced|declared|describe[sd]|expects|expected|promise[sd]|wrote|writes)"
)
_WHEN = rf"(?: (?:(?:on|in|late|early|last) )*(?-i:{TIME.pattern}))?"
_CLAUSE = (
    rf"(?:{_WHEN} (?:he|I|it|she|there|they|this|we)\b"
    r"|(?: in an? [\w-]+| (?!an? )[\w'’-]+){0,6}? (?:how|if|that|whether|why|will|would)\b"
    r"|[^.;!?\"“„«]{0,99}(?:[,:] ?['‘\"“„«]|\w [\"“„«]))"
)
_JUDGED = (  # "called the plan a waste", but not "the fire brigade"
    r"(?: (?!(?:at|back|by|for|from|in|off|on|out|to|up|with)\b)[\w'’-]+){1,3}? (?:an? (?:[\w-]+ )?[\w-]+"
    r"|(?:\w+ly )?(?:\w+(?:[ai]ble|ary|ate|ed|ful|ic|ive|less|ous)|dear|fair|right|unfair|wrong))"
    r"(?=[.,:;!?]|$| (?:and|because|but|for|of|that|to)\b)"
)
_TOLD = (
    r"(?!added (?:the|an?|his|her) (?:first|second|third|fourth|fifth|equali[sz]er|winner|goal|penalty|try)\b)"
    rf"(?:(?:{_SAYS}|told|tells|claims|claimed|states|stated|thinks|thought|believes|believed|hopes|hoped|estimates"
    r"|estimated|acknowledged|conceded|complained|emphasi[sz]ed|pointed out|points out|suggested|suggests|denied"
    rf"|denies)\b|{_CLAIMED}(?={_CLAUSE})|(?:called|calls|declared)(?={_JUDGED})|describe[sd](?= [^.,;!?]{{1,60}} as\b)"
    r"|(?:asked|asks)(?= (?:[\w'’-]+ ){0,5}?(?:about|for)\b)"
    r"|(?:asked|asks|call(?:ed|s) (?:for|on)|expects|promise[sd])(?= (?:[\w'’-]+ ){0,4}?to (?!an?\b|the\b)(?-i:[a-z])))"
)
_PRONOUN = r"(?:he|she|they)"
_OTHER = r"(?:(?:the|an?|some|many|several|most|other|its|his|her|their) (?:[\w-]+ ){0,3}?[\w-]+)"
_NAME = rf"(?-i:{NAME.pattern})"
_WHOSE = r"(?:['’]s?(?: [\w-]+){1,3}?)?"  # "the mayor's spokesman"
_SPEAKER = rf"(?:{_NAME}{_WHOSE}|\b{_PRONOUN}\b|\b{_OTHER}{_WHOSE})"
_ASIDE = (
    r"(?: \([^()]{1,40}\)|,[^,.;!?\"“”]{1,90},| (?:of|at|from|for|in|with) [^,.;!?\"“”]{1,60}"
    r"| who [^,.;!?\"“”]{1,60},?){0,2}"
)
_OFFICE = rf"(?:(?:\b{_OTHER}{_WHOSE}|{_NAME}['’]s? [\w-]+)(?: (?:of|for|at) [^,.;]{{1,60}})?)"  # before a name
_TITLE = r"(?:the|its|their|an?) (?:[\w'’-]+ ){0,5}?(?!(?:of|for|at|from|in)\b)[\w'’-]+"
_ADVERBS = r"(?: (?:has|had|have|also|then|later|once|still))*"
_TURN = rf"^(?P<who>{_NAME})(?: \([^)\n]*\))?:\s"  # of an interview
_SPEECH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<=[,.!?\"”’'…] ){_SAID} (?:{_TITLE},? )?(?P<who>{_SPEAKER})",
        rf"(?P<who>{_SPEAKER}){_ASIDE}{_ADVERBS} {_TOLD}",
        rf"(?:[,.!?…][\"”’'»] (?:[^,;:!?\"“”]{{1,40}}? )??|\bwhat )"
        rf"(?P<who>{_OFFICE}, {_NAME}(?=,)|{_SPEAKER}){_ASIDE},?{_ADVERBS} {_CLAIMED}\b",
        rf"(?:^|(?<=, )|(?<=\bas ))(?P<who>{_SPEAKER}){_ADVERBS} (?!call|answer){_CLAIMED}(?={_WHEN}(?:[.,:;!?]|$))",
        rf"(?P<who>{_OFFICE}, {_NAME}),{_ADVERBS} {_TOLD}",
        rf"\baccording to (?:(?:the|its|their) (?:[\w'’-]+ ){{0,5}}?)?(?P<who>{_SPEAKER})",
        rf"\baccording to {_TITLE}, (?P<who>{_NAME})(?=[,.;!?]|$)",
        rf"\bin (?P<who>{_NAME}['’]s?|his|her|their) (?:view|opinion|eyes|words|judge?ment)\b",
        _TURN,
    )
)
_QUOTATION = re.compile(r"[\"“'‘„«][^\"”»]*(?:[\"”’»][.!?…]?)?")  # a sentence of it, with nobody named
_LABELLED = re.compile(_TURN, re.MULTILINE)
_ASKS = re.compile(r"\?\W*$|\byou\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"(?:{_OFFICE}, (?={_NAME},))?(?P<who>{_NAME}{_WHOSE}){_ASIDE}", re.IGNORECASE)
_WITHIN = re.compile(  # quotation marks: who speaks in there is spoken of
    r"^[^\"“”„«»]*[^\s\"“”„«»(][\"”»](?!\w)|(?<![^\s(\[—–-])[\"“„«](?=\S)[^\"”»]*(?:[\"”»]|$)"
    r"|(?<![^\s(\[—–-])['‘](?=\S)[^\"“”]*?[,.!?…]['’](?!\w)"
)
_QUOTED = re.compile(r"[\"“„«][^\"”»]*[\"”»]")
_OTHERS = frozenset("deputy former vice acting ex late".split())  # "the deputy mayor" is not the mayor
_SEXES = tuple(frozenset(pair.split()) for pair in ("he his", "she her", "they their"))
_USED = _SEXES[0] | _SEXES[1] | {"its"}
_PRONOUNS = frozenset().union(*_SEXES)
_OPENERS = frozenset(  # of a sentence, before a name
    "but and so yet still also then now later when while as if although though after before because since however here"
    " there no yes the a an on in at by to from for last this that next only even perhaps today yesterday tomorrow what"
    " meanwhile monday tuesday wednesday thursday friday saturday sunday january february march april may june july"
    " august september october november december".split()
)
_NO_NAMES = _OPENERS | frozenset(  # beside one
    "mr mrs ms miss dr prof professor sir dame lord lady mayor president minister secretary chancellor governor"
    " senator director chairman chairwoman chief captain general judge king queen i we you nobody everybody"
    " everyone somebody most others having q a resolved agreed noted".split()
)
_OF = re.compile(r" (?:of|for|at) [^,]*(?=,)")  # of "the mayor of Oslo, Ann Lee"
_NAMED = re.compile(NAME.pattern)
_DESCRIBED = re.compile(rf"(?:.*, |the |an? )(?P<name>{NAME.pattern})", re.DOTALL)
_LABEL = re.compile(r"(?: \([^)\n]*\))?:")
_TURNS = 2  # of somebody in an interview; a label stands once
_MOST_QUOTED = 5  # sentences of one speaker
_ABOVE_CHARS = 400  # of a paragraph before a sentence
_REMEMBERED = 3  # sentences after which "he said" may be somebody else


def said_by(speaker: str, documents: Iterable[Document], *, about: str = "") -> list[Span]:
    """The sentences that the speaker says, in reading order, those of the first documents first.

    `about`: only those that hold these words, of three and more at least half.
    """
    wanted = frozenset(content_words(speaker) or words(speaker))
    found = ((span, document.text) for document in documents for span in _said(wanted, document))
    told = (span for span, text in found if share_unnamed(about, _with_question(span, text)) <= may_miss(about))
    return list(islice(told, _MOST_QUOTED))


def speakers_of(documents: Iterable[Document], *, about: str = "") -> list[Span]:
    """The names of those who are quoted, in reading order: of each the fullest one, in a sentence that they say.

    `about`: only those who are quoted with these words, as in `said_by`.
    """
    found: list[Span] = []
    known: dict[str, list[int]] = {}  # last word of a name -> where it is found
    for document in documents:
        for sentence in (span for passage in chunk(document) for span in sentences_of(passage)):
            if share_unnamed(about, sentence.text) <= may_miss(about) and not gives_orders(sentence.text):
                for name in _names_in(sentence, document.text):
                    _remember(name, found, known)
    return found


def reports_speech(sentence: str) -> bool:
    """Whether somebody says something in it, or it is a quotation."""
    return bool(_spoken_by(sentence) or _QUOTED.search(sentence))


def _names_in(sentence: Span, text: str) -> Iterator[Span]:
    """The speakers of a sentence who have a name."""
    for end, who in _spoken_by(sentence.text):
        name = _name_of(who)
        label = _LABEL.match(sentence.text, end)
        if name and _is_name(name, text) and not (label and text.count(f"{name}{label[0]}") < _TURNS):
            stop = sentence.start + end
            yield replace(sentence, start=stop - len(name), end=stop, text=name)


def _name_of(who: str) -> str:
    """The name that a description is, or that follows it, without what opens the sentence: "Ann Lee"."""
    described = _DESCRIBED.fullmatch(who)
    rest = described["name"] if described else who
    while (first := rest.partition(" "))[0].lower() in _OPENERS:
        rest = first[2]
    return rest if _NAMED.fullmatch(rest) else ""


def _is_name(name: str, text: str) -> bool:
    """Two words with a capital, an abbreviation, or a word that has its capital within a sentence, too."""
    if _own_words(name) <= _PRONOUNS:  # or no words at all: "Q" and "RESOLVED" name nobody
        return False
    return " " in name or name.isupper() or bool(re.search(rf"[a-z,;] {re.escape(name)}\b", text))


def _remember(name: Span, found: list[Span], known: dict[str, list[int]]) -> None:
    """Of a name that is there already the fuller one: "Lee" is Ann Lee, and "Chen" is Chen Wei."""
    own = _own_words(name.text)
    *_, last = words(name.text.partition(" of ")[0])
    ends = {last, next((word for word in words(name.text) if word in own), last)}
    for at in (at for end in ends for at in known.get(end, ())):
        other = _own_words(found[at].text)
        if own <= other or other <= own:
            if len(name.text) > len(found[at].text):
                found[at] = name
            return
    for end in ends:
        known.setdefault(end, []).append(len(found))
    found.append(name)


def _own_words(name: str) -> frozenset[str]:
    return frozenset(words(name)) - _NO_NAMES - _OTHERS


def _said(wanted: frozenset[str], document: Document) -> list[Span]:
    if not wanted or wanted.isdisjoint(words(document.text)):
        return []
    spans = [span for passage in chunk(document) for span in sentences_of(passage)]
    theirs = [span for span, is_theirs in zip(spans, _theirs(spans, wanted, document.text), strict=True) if is_theirs]
    return [span for span in theirs if not gives_orders(span.text)]


def _with_question(span: Span, text: str) -> str:
    """A sentence of an interview behind the question that it answers."""
    start = text.rfind("\n", 0, span.start) + 1
    above = text[:start].rstrip().rpartition("\n")[2] if _LABELLED.match(text, start) else ""
    return f"{above} {span.text}" if _ASKS.search(above) else span.text


def _theirs(spans: Sequence[Span], wanted: frozenset[str], text: str) -> list[bool]:
    """For each sentence whether the speaker says it: all of their turn in an interview.

    A pronoun is whoever spoke last, a short while ago, or whom the sentence before is about.
    """
    speakers = [_speakers(span.text) for span in spans]
    fuller = {each for who in speakers for each in who if wanted <= each}  # of "the mayor" that of Mayor Lindqvist
    names = [wanted, *(each for each in fuller if _is(wanted, each))]
    theirs: list[bool] = []
    speaking, since, pronoun = False, 0, frozenset[str]()
    about = ""  # the sentence before, if they are its subject
    for span, who, in_turn in zip(spans, speakers, _in_turns(spans, names, text), strict=True):
        if in_turn:
            theirs.append(True)
            speaking, since, about = True, 0, ""
            continue
        named = [each for each in who if not each <= _PRONOUNS]
        other = pronoun and any(each <= _PRONOUNS and each.isdisjoint(pronoun) for each in who)  # he, not she
        since += 1
        if named or other:
            theirs.append(any(_is(name, each) for name in names for each in named))
            speaking = bool(named) and any(_is(name, named[-1]) for name in names)
        else:
            if not who and _names_another(span.text, names):
                speaking = False  # "he said" may be that one's from here on
            goes_on = speaking and since <= _REMEMBERED and bool(who or _QUOTATION.fullmatch(span.text))
            theirs.append(goes_on or (_agrees(who, about) and not _names_another(span.text, names)))
            speaking = speaking or theirs[-1]
            pronoun = next((sex for sex in _SEXES if theirs[-1] and who and not sex.isdisjoint(who[0])), pronoun)
        since = 0 if theirs[-1] or named else since
        about = span.text if not who and _is_about(span, text, names) else ""
    return theirs


def _in_turns(spans: Iterable[Span], names: Sequence[frozenset[str]], text: str) -> Iterator[bool]:
    """For each sentence whether one of the names, as in an interview, stands before its paragraph."""
    end, turn = -1, False
    for span in spans:
        if end < 0 or "\n" in text[end : span.start]:
            label = _LABELLED.match(span.text)
            turn = label is not None and any(_is(name, _words(label["who"])) for name in names)
        end = span.end
        yield turn


def _is_about(span: Span, text: str, names: Sequence[frozenset[str]]) -> bool:
    """Whether they are the subject of the sentence, and neither it nor its paragraph up to there names anybody else."""
    subject = _SUBJECT.match(span.text)
    who = _words(re.split(r"['’]s? ", subject["who"])[-1]) if subject else frozenset[str]()
    if subject is None or not any(_is(name, who) for name in names):
        return False
    above = text[max(text.rfind("\n", 0, span.start) + 1, span.start - _ABOVE_CHARS) : span.start]
    return not _names_another(f"{above}{span.text[subject.end() :]}", names)


def _agrees(who: Iterable[frozenset[str]], about: str) -> bool:
    """Whether a pronoun may be the subject of the sentence before: who has "its" office is no "he"."""
    used = _USED.intersection(words(_QUOTED.sub("", about)))
    sexes = [sex for sex in _SEXES if not used or not sex.isdisjoint(used)]
    return bool(about) and any(not sex.isdisjoint(each) for sex in sexes for each in who)


def _names_another(sentence: str, known: Iterable[frozenset[str]]) -> bool:
    """Whether it speaks of somebody else, by a first and a last name, outside of quotations."""
    outside = _QUOTED.sub("", sentence)
    named = (
        name
        for name in people(outside)
        if " " in name and not re.search(rf"\b(?:the|an?) (?:[\w-]+ )?{re.escape(name)}", outside, re.I)
    )
    return any(not any(_is(one, _words(name)) for one in known) for name in named)


def _is(wanted: frozenset[str], said: frozenset[str]) -> bool:
    """Whether both may be one: "Lindqvist" and "Oskar Lindqvist", "the mayor" and "Mayor Lindqvist"."""
    name, other = wanted - _NO_NAMES, said - _NO_NAMES
    if not (said - wanted).isdisjoint(_OTHERS):
        return False
    return wanted <= said or bool(name and other and (name <= other or other <= name))


def _speakers(sentence: str) -> list[frozenset[str]]:
    """The words of each speaker that a sentence names, in its order; pronouns too."""
    return [_words(who) for _, who in _spoken_by(sentence)]


def _words(who: str) -> frozenset[str]:
    return frozenset(content_words(who) or words(who))


def _hidden(quoted: str) -> str:
    """As long, without its words: with its marks and the comma before the last."""
    return f"{quoted[0]}{'·' * (len(quoted) - 3)}{quoted[1:][-2:]}"


def _spoken_by(sentence: str) -> list[tuple[int, str]]:
    """Where the description of each speaker ends in a sentence, and what it is: of "Lee's lawyer" the lawyer."""
    outside = _WITHIN.sub(lambda quoted: _hidden(quoted[0]), sentence)
    found = {match.start("who"): match for pattern in _SPEECH for match in pattern.finditer(outside)}
    ordered = [found[start] for start in sorted(found)]
    return [(match.end("who"), _OF.sub("", re.split(r"['’]s? ", match["who"])[-1])) for match in ordered]
