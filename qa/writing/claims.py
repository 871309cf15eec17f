"""What a sentence claims beside its numbers: whom it names, what it denies, who did what to whom. Pure rules, English.

Each question compares a written sentence (`text`) with what its sources say (`said`); doubts count against it.
"""

from __future__ import annotations

import itertools
import re

from index.language import FIGURES
from qa.words import content_words, share_missing, stands_in, words

_NAME = re.compile(r"\b[^\W\d_a-z][\w'’-]*[^\W_]|\b[A-Z]\b(?=\.)")
_OPENERS = frozenset(
    "according additionally after also although among as at because before besides between both by compared despite"
    " during each even finally first following for from further furthermore here however in instead it its like"
    " meanwhile moreover most nearly no one on only other others overall roughly second similarly since so some still"
    " such that the then there these they this those through thus to together total two under unlike until what when"
    " where whereas while with within yes he she his her their a an all and another but".split()
)
_DENIES = re.compile(r"\b(?:not|no|never|none|nobody|nothing|nor|neither|without|cannot|hardly)\b|n['’]t\b", re.I)
_OPPOSITES = [
    tuple(frozenset(side.split()) for side in pair.split("/"))
    for pair in (
        "rise rises rose risen rising grew grow grows/fall falls fell fallen falling shrank shrink shrinks",
        "increase increases increased increasing/decrease decreases decreased decreasing",
        "more/fewer less",
        "higher highest/lower lowest",
        "larger largest bigger biggest/smaller smallest",
        "most/least",
        "before/after",
        "above/below",
        "over/under",
        "for/against",
        "with/without",
        "first/last",
        "win wins won winning beat/lose loses lost losing",
        "gain gains gained/loss losses lost",
        "buy buys bought buying/sell sells sold selling",
        "import imports imported importing/export exports exported exporting",
        "open opens opened opening/close closes closed closing",
        "begin begins began begun start starts started/end ends ended stop stops stopped",
        "allow allows allowed permit permits permitted/ban bans banned forbid forbids forbade forbidden",
        "accept accepts accepted approve approves approved/reject rejects rejected refuse refuses refused",
        "support supports supported/oppose opposes opposed",
        "north northern/south southern",
        "east eastern/west western",
        "early earlier earliest/late later latest",
        "old older oldest/young younger youngest new newer newest",
        "cheap cheaper cheapest/expensive costlier dear",
        "safe safer safest/dangerous unsafe",
        "majority/minority",
        "maximum/minimum",
        "true/false untrue",
        "legal lawful/illegal unlawful",
    )
]
_CLAUSE = re.compile(r"[,;:]\s|\s(?:while|whereas|but)\s|\sand (?=[a-z])")
_PASSIVE = re.compile(r"\bby\b")
_OF = re.compile(r"([^\W\d_]{4,}) (?:of|in|for|from) (?:the |an? |its |their )?([^\W\d_]{3,})")
_HEDGES = re.compile(r"\b(?:could|may|might|would|(?:wants?|hopes?|plans?|aims?|expected|likely|proposed) to)\b")
_VAGUE = frozenset(
    "said says say according also article articles report reports text source sources company firm city town country"
    " region place person group organisation organization".split()
)
# Behind what two forms of a name share: "Chin-a" and "Chin-ese", "Russia" and "Russia-n".
_ENDINGS = frozenset(
    " s a o y k e t m um ium ce ine ay en n ns an ans ian ians nian nians egian ese ish i is ic ern er ers ist ists"
    " ism".split(" ")
)
_LEAST_OF_A_NAME = 4
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def names(text: str) -> set[str]:
    """Words with a capital, in lower case; the one that opens the text only where it is no common opener."""
    found = set()
    for match in _NAME.finditer(text):
        word = re.sub(r"['’]s?$", "", match[0])
        parts = words(word)
        if not word[:1].isupper() or (match.start() <= 1 and parts and parts[0] in _OPENERS):
            continue
        found |= {part for part in parts if not part.isdigit()}
    return found


def share_unsaid(text: str, everywhere: str, said: str) -> float:
    """The share of the meaning of `text` that is not in `said`; a name may stand anywhere around it."""
    named = names(text)
    wanted = [piece for piece in _pieces(text) if piece not in named and not piece[0].isdigit()]
    there = f"{said} {' '.join(_pieces(said))}"
    return share_missing(wanted, there) if wanted else share_missing(named, everywhere)


def _pieces(text: str) -> list[str]:
    """Words that carry meaning; of scripts that are written without spaces, pairs of characters."""
    pairs = [run[i : i + 2] for run in _CJK.findall(text) for i in range(max(1, len(run) - 1))]
    return [*(content_words(_CJK.sub(" ", text)) - _VAGUE - FIGURES.keys()), *pairs]


def opposes(text: str, said: str) -> bool:
    """Whether the sources have the opposite of a word, "fell" for "rose", in what speaks of the same."""
    spoken = [set(words(clause)) for clause in _CLAUSE.split(said)]
    for clause in _CLAUSE.split(text):
        mine = set(words(clause))
        for one, other in (*_OPPOSITES, *((b, a) for a, b in _OPPOSITES)):
            if one & mine and not other & mine:
                alike = [len(content_words(" ".join((theirs - one - other) & mine))) for theirs in spoken]
                same = [theirs for theirs, likeness in zip(spoken, alike, strict=True) if likeness == max(alike)]
                if all(other & theirs and not one & theirs for theirs in same):
                    return True
    return False


def exchanged(text: str, said: str) -> bool:
    """Whether who did and whom it was done to, or what belongs to what, have changed places."""
    passive = (_PASSIVE.search(text) is None) != (_PASSIVE.search(said) is None)
    mine, theirs = words(text), words(said)
    shared = [word for word in content_words(text) - names(text) if mine.count(word) == theirs.count(word) == 1]
    named = [word for word in names(text) if mine.count(word) == theirs.count(word) == 1]
    for word in shared if not passive else ():
        at, its = mine.index(word), theirs.index(word)
        before = {name for name in named if mine.index(name) < at}
        behind = set(named) - before
        if any(theirs.index(a) > its > theirs.index(b) for a in before for b in behind):
            return True
    pairs = set(_OF.findall(said.lower()))
    return any(
        (whole, part) not in pairs and any(w == whole for w, _ in pairs) and any(p == part for _, p in pairs)
        for whole, part in _OF.findall(text.lower())
    )


def surer(text: str, said: str) -> bool:
    """Whether the sources say that something could be, and the sentence that it is."""
    if _HEDGES.search(text):
        return False
    mine = set(words(text))
    behind = (
        next((word for word in words(said[f.end() :]) if content_words(word)), "") for f in _HEDGES.finditer(said)
    )
    return any(word and any(other.startswith(word[: max(4, len(word) - 2)]) for other in mine) for word in behind)


def names_others(text: str, there: str) -> bool:
    """Whether it names somebody or something that does not occur there."""
    known = set(words(there))
    return any(not _is_one_of(name, known) for name in names(text))


def _is_one_of(name: str, known: set[str]) -> bool:
    """Whether the name, or a form of it, is known: "China" and "Chinese"; not "Austria" and "Australia"."""
    return name in known or any(_is_form(name, other) for other in known if other[:3] == name[:3])


def _is_form(name: str, other: str) -> bool:
    shared = sum(itertools.takewhile(bool, (a == b for a, b in zip(name, other, strict=False))))
    return shared >= _LEAST_OF_A_NAME and {name[shared:], other[shared:]} <= _ENDINGS


def denied_otherwise(text: str, said: str) -> bool:
    """Whether only one of the two denies what the sentence speaks of."""
    mine = set(words(text))
    about = [[stands_in(word, mine) for word in denied] for denied in _denied(said)]
    if _DENIES.search(text):
        return not any(any(of_it) for of_it in about)
    return any(of_it and all(of_it) for of_it in about)


def _denied(text: str) -> list[list[str]]:
    """The two words of meaning behind each denial."""
    behind = [words(text[found.end() :])[:8] for found in _DENIES.finditer(text)]
    return [[word for word in after if word in content_words(word)][:2] for after in behind]
