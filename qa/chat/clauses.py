"""An English sentence -> its first clause: subject, verb, rest. Plain rules and a list of the verbs of the news.

Knows nothing of questions. Where subject and verb cannot be told apart with some certainty there is no clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.language import FIGURES, YEAR

Form = Literal["base", "s", "past", "participle", ""]

AUXILIARIES = frozenset("is are was were has have had will would can could should must may might".split())

_REGULAR = (
    "accept add admit adopt agree aim announce answer appoint approve argue arrive ask attract award ban believe"
    " borrow call carry cause chair change charge claim close collect complete contain count cover create cross"
    " decide deepen defend deliver demand describe design develop die discover earn elect employ end enter establish"
    " estimate exist expand expect explain export face fear finance finish follow form found fund gain handle happen"
    " harvest head help hire hope host house import improve include increase inspect install intend introduce invent"
    " invest issue join kill land last launch learn limit live manage measure merge move name need obtain occupy"
    " offer open operate oppose order own pass permit plan plant play plug predict prefer prepare prevent produce"
    " promise propose protect prove provide publish pull push raise reach receive recommend record recover recycle"
    " reduce refuse reject release remain remove rent repair replace represent require resign retire return reveal"
    " review save score seem serve settle share sign start stay stop store study suggest supply support suspect test"
    " total train travel treat turn unveil urge use visit vote wait want warn welcome work worry yield"
)
_IRREGULAR = (  # base/past/participle
    "become/became/become begin/began/begun break/broke/broken bring/brought/brought build/built/built"
    " buy/bought/bought choose/chose/chosen come/came/come cost/cost/cost cut/cut/cut draw/drew/drawn"
    " drive/drove/driven fall/fell/fallen feed/fed/fed fight/fought/fought find/found/found fly/flew/flown"
    " get/got/got give/gave/given go/went/gone grow/grew/grown hear/heard/heard hold/held/held keep/kept/kept"
    " know/knew/known lead/led/led leave/left/left lend/lent/lent lose/lost/lost make/made/made mean/meant/meant"
    " meet/met/met pay/paid/paid put/put/put rise/rose/risen run/ran/run say/said/said see/saw/seen sell/sold/sold"
    " send/sent/sent set/set/set show/showed/shown sink/sank/sunk speak/spoke/spoken spend/spent/spent"
    " stand/stood/stood take/took/taken teach/taught/taught tell/told/told think/thought/thought win/won/won"
    " write/wrote/written"
)
_DOUBLED = frozenset("admit ban permit plan plug stop".split())


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in _DOUBLED else "") + "ed"


def third_person(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


_VERBS = [(base, _past(base), _past(base)) for base in _REGULAR.split()]
_VERBS += [(base, past, participle) for base, past, participle in (verb.split("/") for verb in _IRREGULAR.split())]
_PAST = {base: past for base, past, _ in _VERBS}
_PARTICIPLES = frozenset(participle for _, _, participle in _VERBS)
_FORMS: dict[str, tuple[str, Form]] = (  # a word that can be several is the one listed last: "found" the past of "find"
    {participle: (base, "participle") for base, _, participle in _VERBS}
    | {third_person(base): (base, "s") for base, _, _ in _VERBS}
    | {base: (base, "base") for base, _, _ in _VERBS}
    | {past: (base, "past") for base, past, _ in _VERBS}
)


def verb_form(word: str) -> tuple[str, Form]:
    """(the verb's base, which form of it the word is); ("", "") for what is no verb, or none that is known."""
    return _FORMS.get(word, ("", ""))


def is_participle(word: str) -> bool:
    """Whether it can follow "was": "built", "run"."""
    return word in _PARTICIPLES


def past_of(base: str) -> str:
    return _PAST[base]


# ── Sentence to clause ────────────────────────────────────────────────────────────────────────────────────────────

_MOST_SUBJECT_WORDS = 8
_ARTICLES = frozenset(("the", "a", "an"))
_CONNECTIVES = frozenset("that which who when where if because while than whether what how to".split())
_NUMBER_WORD = re.compile(rf"(?:{'|'.join(FIGURES)})\b|about$|some$")
_ASIDE = re.compile(r"^([^,;]{2,60}), ([^,;]{3,90}), (?=([a-z]+)\b)")
_FILLERS = re.compile(r"\b(?:also|already|still|now|alone|together|then|therefore|however|finally|later|subsequently) ")
_END = re.compile(
    r"[;:—]| -- | – | (?:with|from|against) (?=\d)"
    r"| (?:but|because|while|when|where|which|who|if|although|so|as well|than|or|after) "
)
_COMMA = re.compile(r", (?=(\S+))")
_OPENS_A_PART = frozenset(  # behind a comma; any other word may be the second of two adjectives
    "and but or a an the which who whom where when while with as after before because so including his her its their on"
    " in at by for from to of against most some many each not if though one two three four five six seven eight"
    " twice almost nearly according".split()
)


@dataclass(frozen=True, slots=True)
class Words:
    """How the words of a document are written where a large letter says something: within its sentences."""

    small: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        text = "\n".join(texts)
        small = frozenset(re.findall(r"\b[a-z][\w’'-]*", text))
        large = re.findall(r"(?<=[a-z,] )[A-Z][\w’'-]*", text)
        return cls(small, frozenset(word for word in large if word.lower() not in small))


@dataclass(frozen=True, slots=True)
class Clause:
    """`subject` and either an `auxiliary` or a `verb` (its base) in its `form`, then `rest`."""

    subject: str
    auxiliary: str
    verb: str
    form: Form
    rest: str

    def asked(self, what: str, rest: str) -> str:
        """Turned round behind a question word, with another rest."""
        if self.auxiliary:
            return f"{what} {self.auxiliary} {self.subject} {rest}"
        do = {"past": "did", "s": "does"}.get(self.form, "do")
        return f"{what} {do} {self.subject} {self.verb} {rest}"

    @property
    def predicate(self) -> str:
        """What is said of a subject in the plural."""
        said = self.auxiliary or (past_of(self.verb) if self.form == "past" else self.verb)
        return f"{said} {self.rest}"

    @property
    def main_verb(self) -> tuple[str, str]:
        """(the verb that has the object, what stands behind it); ("", "") when it is no known verb."""
        verb, _, behind = (self.rest if self.auxiliary else f"{self.verb} {self.rest}").partition(" ")
        return (verb, behind) if verb_form(verb)[0] or verb == "have" else ("", "")


def clause_of(body: str, words: Words) -> Clause | None:
    """The first clause of a sentence without its full stop and without what stands before the subject."""
    tokens = without_fillers(_without_aside(body)).split()
    at = _verb_at(tokens)
    if at is None:
        return None
    rest = first_part(" ".join(tokens[at + 1 :]))
    auxiliary = tokens[at] if tokens[at] in AUXILIARIES else ""
    verb, form = verb_form("" if auxiliary else tokens[at])
    plural = _is_plural(tokens[:at])
    if form == "past" and plural and past_of(verb) == verb:
        form = "base"
    second = re.search(r"\b(?:is|was|are|were|has|had)\b", rest)  # then the first was none
    surely_plural = _wants_plural(auxiliary, form)
    if second or form == "participle" or (surely_plural and not plural):
        return None
    subject = _subject(tokens[:at], words, surely_plural=surely_plural)
    if auxiliary in ("is", "are") and rest.startswith("to "):  # "is to stand" -> "will stand"
        auxiliary, rest = "will", rest.removeprefix("to ")
    return Clause(subject, auxiliary, verb, form, rest) if subject else None


def without_fillers(text: str) -> str:
    return _FILLERS.sub("", text)


def first_part(rest: str) -> str:
    """Up to the first comma, conjunction, figure in passing, or "and" with another verb behind it."""
    rest = _END.split(rest, maxsplit=1)[0].strip(" ,")
    for comma in _COMMA.finditer(rest):
        if not YEAR.match(comma[1]) and _opens_a_part(comma[1]):
            rest = rest[: comma.start()]
            break
    for joint in re.finditer(r" and ", rest):
        behind = rest[joint.end() :].split()[:6]
        if verb_form(behind[0])[0] or any(w in AUXILIARIES or verb_form(w)[1] in ("past", "s") for w in behind):
            return rest[: joint.start()]
    return rest


def _opens_a_part(word: str) -> bool:
    known = word in _OPENS_A_PART or word in AUXILIARIES or bool(verb_form(word)[0])
    return known or not word[0].islower() or word.endswith("ing")


def _without_aside(body: str) -> str:
    """Without what stands between commas behind the subject: "A ship, 108 metres long, is expected"."""
    aside = _ASIDE.match(body)
    if aside and (aside[3] in AUXILIARIES or verb_form(aside[3])[0]):
        return f"{aside[1]} {body[aside.end() :]}"
    return body


def _verb_at(tokens: list[str]) -> int | None:
    """Which word is the verb: the first that can be one, or the one after it ("the harbour works cost")."""
    for at, token in enumerate(tokens[: _MOST_SUBJECT_WORDS + 1]):
        unknown = token.endswith("ed") and not verb_form(token)[0] and tokens[at - 1].lower() not in _ARTICLES
        if token.lower() in _CONNECTIVES or token[-1] in ",;:" or unknown:
            return None
        if token in AUXILIARIES and at:
            return at
        if at and verb_form(token)[0] and tokens[at - 1].lower() not in _ARTICLES:
            following = tokens[at + 1] if at + 1 < len(tokens) else ""
            if following == "by":  # "rebels led by a peasant": a participle
                return None
            return at + 1 if following in AUXILIARIES or verb_form(following)[0] else at
    return None


def _wants_plural(auxiliary: str, form: Form) -> bool:
    return auxiliary in ("are", "were", "have") or form == "base"


def _is_plural(tokens: list[str]) -> bool:
    head = re.split(r" (?:of|in|at|on|for|from|with|to|between) ", " ".join(tokens), maxsplit=1)[0]
    return " and " in head or bool(re.search(r"(?:[^\Wsui]s|people|men|women|children)$", head))


def _subject(tokens: list[str], words: Words, *, surely_plural: bool) -> str:
    """The first word written small unless it is a name; "" when that cannot be told, or when it is no noun."""
    first, small = tokens[0], tokens[0].lower()
    inside = first[1:] + " ".join(tokens[1:2])  # a large letter there: "iFlytek", "Lake Forum"
    if small not in _ARTICLES and (first in words.names or inside != inside.lower()):
        return " ".join(tokens)
    counted = first[0].isdigit() or _NUMBER_WORD.match(small)
    common = small in _ARTICLES or small in words.small or (surely_plural and small.endswith("s"))
    if not (counted or common) or is_participle(small):
        return ""
    return re.sub(r"^an? (?=first |last |final )", "the ", " ".join([small, *tokens[1:]]))
