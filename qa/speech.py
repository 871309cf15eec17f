"""Who says what in a document: the sentences that somebody is quoted with. Pure rules, English.

In: a document's sentences and a name, or another description ("the mayor"). Out: what that speaker says, said of them
by name ("Ann Lee said", "according to Lee") or by a pronoun that follows ("he added").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from index.chunk import chunk
from index.types import Document
from qa.orders import gives_orders
from qa.reader import Span
from qa.referents import NAME
from qa.sentences import may_miss, sentences_of
from qa.words import content_words, share_unnamed, words

_SAID = (  # the verbs that may stand before their subject, too: '"...", said Lee'
    r"(?:said|says|adds|added|notes|noted|explains|explained|argues|argued|warns|warned|insists|insisted|admits|admitted"
    r"|recalls|recalled|stresses|stressed|predicts|predicted|concludes|concluded|remarked|replied|wrote|writes)"
)
_TOLD = (
    rf"(?:{_SAID}|told|tells|asked|asks|answered|claims|claimed|states|stated|thinks|thought|believes|believed|hopes"
    r"|hoped|expects|expected|called|calls|described|describes|estimates|estimated|acknowledged|conceded|complained"
    r"|emphasi[sz]ed|pointed out|points out|announced|declared|promised|promises|suggested|suggests|denied|denies)"
)
_PRONOUN = r"(?:he|she|they)"
_OTHER = r"(?:(?:the|an?|some|many|several|most|other|its|his|her|their) (?:[\w-]+ ){0,3}?[\w-]+)"
_NAME = rf"(?-i:{NAME.pattern})"
_WHOSE = r"(?:['’]s?(?: [\w-]+){1,3}?)?"  # "the mayor's spokesman"
_WHO = rf"(?:, {_NAME}(?=[,.;]))?"  # "the chairwoman, Ann Lee,"
_SPEAKER = rf"(?:{_NAME}{_WHOSE}|\b{_PRONOUN}\b|\b{_OTHER}{_WHOSE}{_WHO})"
_ASIDE = r"(?:,[^,.;!?\"“”]{1,90},| (?:of|at|from|for|in|with) [^,.;!?\"“”]{1,60}| who [^,.;!?\"“”]{1,60},?){0,2}"
_SPEECH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<=[,.!?\"”’'…] ){_SAID} (?:(?:the|its|their|a|an) (?:[\w'’-]+ ){{0,5}}?[\w'’-]+,? )?(?P<who>{_SPEAKER})",
        rf"(?P<who>{_SPEAKER}){_ASIDE},?(?: (?:has|had|have|also|then|later|once|still))* {_TOLD}\b",
        rf"\baccording to (?:(?:the|its|their) (?:[\w'’-]+ ){{0,5}}?)?(?P<who>{_SPEAKER})",
        rf"\baccording to (?:the|its|their|an?) (?:[\w'’-]+ ){{0,5}}?[\w'’-]+, (?P<who>{_NAME})(?=[,.;!?]|$)",
        rf"\bin (?P<who>{_NAME}['’]s?|his|her|their) (?:view|opinion|eyes|words|judge?ment)\b",
        rf"^(?P<who>{_NAME})(?: \([^)\n]*\))?:\s",  # of an interview
    )
)
_QUOTATION = re.compile(r"[\"“'‘„«][^\"”»]*(?:[\"”’»][.!?…]?)?")  # a sentence of it, with nobody named
_OTHERS = frozenset("deputy former vice acting ex late".split())  # "the deputy mayor" is not the mayor
_SEXES = tuple(frozenset(pair.split()) for pair in ("he his", "she her", "they their"))
_PRONOUNS = frozenset().union(*_SEXES)
_OPENERS = frozenset(  # of a sentence, before a name
    "but and so yet still also then now later when while as if although though after before because since however here"
    " there no yes the a an".split()
)
_NO_NAMES = _OPENERS | frozenset(  # beside one
    "mr mrs ms miss dr prof professor sir dame lord lady mayor president minister secretary chancellor governor senator"
    " director chairman chairwoman chief captain general judge king queen".split()
)
_NAMED = re.compile(rf"{NAME.pattern}$")
_REMEMBERED = 3  # sentences after which "he said" may be somebody else


def said_by(speaker: str, documents: Iterable[Document], *, about: str = "", most: int = 5) -> list[Span]:
    """The sentences that the speaker says, in reading order, those of the first documents first.

    `about`: only those that hold these words, of three and more at least half.
    """
    wanted = frozenset(content_words(speaker) or words(speaker))
    found = (span for document in documents for span in _said(wanted, document))
    return list(islice((span for span in found if share_unnamed(about, span.text) <= may_miss(about)), most))


def speakers_of(document: Document, *, about: str = "") -> list[Span]:
    """The people and bodies that are quoted by name, in reading order: of each its fullest name, where it first speaks.

    `about`: only those who are quoted with these words, as in `said_by`.
    """
    found: list[Span] = []
    for sentence in (span for passage in chunk(document) for span in sentences_of(passage)):
        if share_unnamed(about, sentence.text) > may_miss(about) or gives_orders(sentence.text):
            continue
        for start, who in _spoken_by(sentence.text):
            name = _named(sentence, start, who)
            if name is None:
                continue
            same = next((n for n, other in enumerate(found) if _is(_words(name.text), _words(other.text))), None)
            if same is None:
                found.append(name)
            elif len(name.text) > len(found[same].text):
                found[same] = name
    return found


def _named(sentence: Span, start: int, who: str) -> Span | None:
    """The name that ends a speaker's description, without the word that opens the sentence."""
    found = _NAMED.search(who)
    if found is None or _words(found.group()) <= _NO_NAMES | _PRONOUNS:
        return None
    opener, _, rest = found.group().partition(" ")
    text = rest if rest and opener.lower() in _OPENERS else found.group()
    end = sentence.start + start + found.end()
    return replace(sentence, start=end - len(text), end=end, text=text)


def _said(wanted: frozenset[str], document: Document) -> list[Span]:
    if not wanted or wanted.isdisjoint(words(document.text)):
        return []
    spans = [span for passage in chunk(document) for span in sentences_of(passage)]
    theirs = [span for span, is_theirs in zip(spans, _theirs(spans, wanted), strict=True) if is_theirs]
    return [span for span in theirs if not gives_orders(span.text)]


def _theirs(spans: Sequence[Span], wanted: frozenset[str]) -> list[bool]:
    """For each sentence whether the speaker says it; a pronoun is whoever spoke last, a short while ago."""
    speakers = [_speakers(span.text) for span in spans]
    fuller = {each for who in speakers for each in who if wanted <= each}  # of "the mayor" that of Mayor Lindqvist
    names = [wanted, *(each for each in fuller if _is(wanted, each))]
    theirs: list[bool] = []
    speaking, since, pronoun = False, 0, frozenset[str]()
    for span, who in zip(spans, speakers, strict=True):
        named = [each for each in who if not each <= _PRONOUNS]
        other = pronoun and any(each <= _PRONOUNS and each.isdisjoint(pronoun) for each in who)  # he, not she
        since += 1
        if named or other:
            theirs.append(any(_is(name, each) for name in names for each in named))
            speaking = bool(named) and any(_is(name, named[-1]) for name in names)
        else:
            theirs.append(speaking and since <= _REMEMBERED and bool(who or _QUOTATION.fullmatch(span.text)))
            pronoun = next((sex for sex in _SEXES if theirs[-1] and who and not sex.isdisjoint(who[0])), pronoun)
        since = 0 if theirs[-1] or named else since
    return theirs


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


def _spoken_by(sentence: str) -> list[tuple[int, str]]:
    """Where each speaker stands in a sentence, and who it is: of "Lee's lawyer" the lawyer."""
    found = {match.start("who"): match["who"] for pattern in _SPEECH for match in pattern.finditer(sentence)}
    who = [(start, re.split(r"['’]s? ", found[start])[-1]) for start in sorted(found)]
    return [(start + len(found[start]) - len(last), last) for start, last in who]
