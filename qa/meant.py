"""Which documents of a library a question means: those on a topic, by somebody, of a time, or the one spoken of before.

In: the articles that the question names, where to look, the turns before. Out: ids, a document, or why there is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from index.types import ANY, Document, Entry, Filter, Retriever
from qa import catalogue
from qa.articles import ALL, RELEASE, Articles
from qa.kinds import asked_for
from qa.types import Refusal, Turn
from qa.words import share_unnamed

MOST_LISTED = 30
_SEARCHED = 100  # passages for a list of articles: a library finds no more at once, half of them by their words


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: in the documents `within` (None: all) that pass `only`; `last` are those that the conversation
    spoke of before.

    `context` is the question before, or the whole one of which a part is asked: it helps to find, and is not read.
    """

    within: Collection[str] | None = None
    only: Filter = ANY
    last: tuple[str, ...] = ()
    context: str = ""


def meant(library: Retriever, which: Articles, scope: Scope) -> Document | None:
    """The one article that is meant: the nearest to the topic, the last one spoken of, or the only one."""
    told = scope.last[which.place - (which.place > 0) :][:1] if which.place else scope.last
    last = [each.id for each in documents(library, told) if _looked_in(each, scope)]
    if which.place:
        ids = last
    elif which.it or which == ALL:
        ids = (last if which.it else last[:1]) or those(library, ALL, scope)
    else:
        ids = those(library, which, scope)
    if not ids and which == RELEASE:  # it need not say that it is one
        return meant(library, ALL, scope)
    if which.topic:  # that which has it in its title, of those the nearest
        return min(documents(library, ids), key=lambda each: share_unnamed(which.topic, each.title), default=None)
    return next(iter(documents(library, ids)), None) if len(ids) == 1 else None


def those(library: Retriever, which: Articles, scope: Scope) -> list[str]:
    """The ids of the articles that are asked for: the nearest to their topic first, else in the order of titles."""
    scope = replace(scope, only=_both(scope.only, which.only))
    if which.author:  # before the topic, of which a search finds only so many
        scope, which = replace(scope, within=_by(library, which.author, scope)), replace(which, author="")
    among = _holding(library, which.topic, scope) if which.topic else library.entries()
    chosen = {each.id: each.published for each in among if _looked_in(each, scope)}
    return _first(library, which, scope, chosen) if which.order else list(chosen)


def _by(library: Retriever, author: str, scope: Scope) -> frozenset[str]:
    entries = (entry for entry in library.entries() if _looked_in(entry, scope))
    return frozenset(entry.id for entry in entries if catalogue.is_by(entry, author))


def _first(library: Retriever, which: Articles, scope: Scope, chosen: Mapping[str, dt.date | None]) -> list[str]:
    """The newest or the oldest of the chosen, or one beyond it: there may be more than a search has found."""
    dated = sorted((day, document_id) for document_id, day in chosen.items() if day)
    if not dated:
        return []
    newest = which.order == "newest"
    day, document_id = dated[-1] if newest else dated[0]
    if len(chosen) <= MOST_LISTED or day in (dt.date.min, dt.date.max):
        return [document_id]
    beyond = Filter(since=day + dt.timedelta(days=1)) if newest else Filter(until=day - dt.timedelta(days=1))
    return those(library, replace(which, only=_both(which.only, beyond)), scope) or [document_id]


def _both(one: Filter, other: Filter) -> Filter:
    """For what passes the two; the source is that of the first."""
    since = max((day for day in (one.since, other.since) if day), default=None)
    until = min((day for day in (one.until, other.until) if day), default=None)
    return replace(one, since=since, until=until)


def _holding(library: Retriever, topic: str, scope: Scope) -> list[Document]:
    """The articles that hold the words of a topic, nearest first; all of them, or more than are listed.

    A search goes only so deep: it is made again without what was found while that was most of what it brought.
    """
    found: dict[str, Document] = {}
    within = scope.within
    while len(found) <= MOST_LISTED:
        hits = library.search(topic, limit=_SEARCHED, within=within, only=scope.only)
        told = [passage.document_id for hit in hits for passage in (hit.passage, *hit.copies)]
        new = {document.id: document for document in documents(library, told) if catalogue.holds(document, topic)}
        found |= new
        if sum(document_id in new for document_id in told) < _SEARCHED // 2:
            break
        left = (entry for entry in library.entries() if _looked_in(entry, scope))
        within = [entry.id for entry in left if entry.id not in found]
    return list(found.values())


def documents(library: Retriever, ids: Iterable[str]) -> list[Document]:
    """Each once, without those removed since by somebody else."""
    found = []
    for document_id in dict.fromkeys(ids):
        with suppress(KeyError):
            found.append(library.document(document_id))
    return found


def _looked_in(entry: Entry | Document, scope: Scope) -> bool:
    return scope.only.passes(entry) and (scope.within is None or entry.id in scope.within)


def why_none(library: Retriever, which: Articles, scope: Scope) -> Refusal:
    if which.topic:
        return Refusal("not_found", f"No article speaks of {which.topic}.")
    if which.place > len(scope.last):
        return Refusal("not_found", "The list has no such article.")
    if which.place:
        return Refusal("not_found", "That article is not among those that are asked.")
    number = len(those(library, replace(which, place=0, it=False), scope))
    by = f" by {which.author}" if which.author else ""
    if not number:
        return Refusal("not_found", f"There is no such article{by}.")
    return Refusal(
        "which_article", f'Which of the {number:,} articles{by}? Name its subject: "... of the article on X".'
    )


def spoken_of(which: Articles, history: Sequence[Turn]) -> tuple[str, ...] | None:
    """The documents of the turn before; of the last list, for a place in it.

    None where "it" is no article, as it is only after a summary, a date or a list, or where there was no list.
    """
    if which.place:
        lists = [turn.documents for turn in history if asked_for(turn.question).form == "catalogue"]
        return next((listed for listed in reversed(lists) if listed), None)
    if not which.it or not history:
        return next((turn.documents for turn in reversed(history) if turn.documents), ())
    *before, turn = history
    asked = asked_for(turn.question)
    if asked.articles.it:
        return spoken_of(which, before)
    return turn.documents if asked.of_articles else None
