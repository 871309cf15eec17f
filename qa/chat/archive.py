"""What is kept of conversations, as the page asks for it: answers are stored, shown again, judged, copied, exported.

Plain values and safe HTML out; raises UserErrors, which `qa.chat.desk` turns into words. Knows nothing of the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from index.types import Document, EmptyError, InputError, UserError
from qa.chat import page, panels, quote
from qa.chat.conversations import Conversations, Exchange, Summary
from qa.chat.feedback import FeedbackLog, Verdict, json_lines, question_set
from qa.types import Answer

Sent = Mapping[str, Any]
Reply = dict[str, Any]


class Archive:
    """The stored conversations and verdicts. `document` gives one of the library, or raises KeyError."""

    def __init__(
        self, conversations: Conversations, feedback: FeedbackLog, *, document: Callable[[str], Document]
    ) -> None:
        self._conversations, self._feedback, self._document = conversations, feedback, document
        self.calls: dict[str, Callable[[Sent], Reply]] = {
            "judge": self._judge,
            "ratings": self._ratings,
            "copy": self._copy,
            "conversations": self._list,
            "reopen": self._reopen,
            "rename": self._rename,
            "export": self._export,
            "delete": self._delete,
        }

    # --- one answer --------------------------------------------------------------------------------------------------

    def keep(
        self, answer: Answer, conversation_id: str | None, *, dropped: Sequence[str] = (), above: Sequence[str] = ()
    ) -> Reply:
        """Stores an answer, in place of those that its window `dropped` (none: it is added), below those `above`.

        `conversation` and `at`, its key, say where it stands; when it cannot be stored, the note in `tools` says why.
        """
        try:
            summary = self._stored(answer, conversation_id, dropped, above)
        except UserError as error:
            return {"tools": page.not_kept_html(error), "conversation": conversation_id, "at": None}
        return {"tools": page.tools_html(answer), "conversation": summary.id, "at": summary.last}

    def _stored(
        self, answer: Answer, conversation_id: str | None, dropped: Sequence[str], above: Sequence[str]
    ) -> Summary:
        if conversation_id is not None:
            with suppress(InputError):  # full, or deleted in another window: it goes on as a new one
                if dropped:
                    return self._conversations.replace(conversation_id, answer, dropped=dropped, above=above)
                return self._conversations.append(conversation_id, answer)
        return self._conversations.start(answer)

    def add_written(self, written: Answer, kept: Reply) -> None:
        """Stores what a language model wrote beside the answer that was `kept`; nothing when that was not."""
        if kept["at"] is not None:
            self._conversations.add_written(kept["conversation"], kept["at"], written)

    def at(self, sent: Sent) -> list[Exchange]:
        """A conversation up to the answer that is meant. InputError when it is gone or another has taken its place."""
        exchanges = self._conversations.get(str(sent["conversation"])).exchanges
        for number, exchange in enumerate(exchanges, 1):
            if exchange.key == sent["at"]:
                return list(exchanges[:number])
        raise InputError("this answer is no longer kept", "it was replaced in another window")

    def _judge(self, sent: Sent) -> Reply:
        """Notes a verdict; one that calls an answer wrong gets a form to say why, unless it comes from that form."""
        *before, answer = (exchange.answer for exchange in self.at(sent))
        given = {key: str(sent[key]) for key in ("reason", "correction") if key in sent}
        self._feedback.add(answer, sent["verdict"], history=[each.question for each in before], **given)
        return {"why": page.why_html()} if sent["verdict"] == "down" and not given else {}

    def _copy(self, sent: Sent) -> Reply:
        answers = self.at(sent)[-1].answers
        if sent["format"] == "bibtex":
            return {"text": quote.bibtex([citation for answer in answers for citation in answer.citations])}
        return {"text": quote.markdown(*answers) if sent["format"] == "markdown" else quote.plain(*answers)}

    def _ratings(self, _sent: Sent) -> Reply:
        rows, _ = question_set(self._feedback.read())
        if not rows:
            raise EmptyError("no answer was judged yet", "say below an answer whether it is right")
        return {"name": "footnote-questions.jsonl", "text": json_lines(rows)}

    # --- whole conversations -----------------------------------------------------------------------------------------

    def _list(self, sent: Sent) -> Reply:
        return {"rows": panels.conversations_html(self._conversations.recent(str(sent["words"])))}

    def _reopen(self, sent: Sent) -> Reply:
        conversation = self._conversations.get(str(sent["conversation"]))
        exchanges = conversation.exchanges
        verdicts = self._verdicts([exchange.answer for exchange in exchanges])
        return {
            "conversation": conversation.summary.id,
            "exchanges": [self._again(*each) for each in zip(exchanges, verdicts, strict=True)],
            "turns": [asdict(exchange.answer.turn) for exchange in exchanges],
            "at": [exchange.key for exchange in exchanges],
        }

    def _again(self, exchange: Exchange, verdict: Verdict | None) -> str:
        """An exchange as it was shown: the short answer, what was written below, what can be done with it, and was."""
        answer = exchange.answer
        hits = answer.hits if answer.refused else ()
        nearest = {hit.passage.document_id: self._document_of(hit.passage.document_id) for hit in hits}
        titles = {document_id: document.title for document_id, document in nearest.items() if document}
        written = page.kept_html(exchange.written) if exchange.written else ""
        return page.answer_html(answer, titles=titles) + written + page.tools_html(answer, verdict=verdict)

    def _verdicts(self, answers: Sequence[Answer]) -> Sequence[Verdict | None]:
        with suppress(UserError):  # what was said of them is no reason not to show them
            return self._feedback.verdicts(answers)
        return [None] * len(answers)

    def _rename(self, sent: Sent) -> Reply:
        return {"title": self._conversations.rename(str(sent["conversation"]), str(sent["title"])).title}

    def _export(self, sent: Sent) -> Reply:
        conversation = self._conversations.get(str(sent["conversation"]))
        name = re.sub(r"\W+", "-", conversation.summary.title).strip("-")[:60] or "conversation"
        return {"name": f"{name}.md", "text": quote.conversation_markdown(conversation, document_of=self._document_of)}

    def _document_of(self, document_id: str) -> Document | None:
        with suppress(KeyError):
            return self._document(document_id)
        return None

    def _delete(self, sent: Sent) -> Reply:
        self._conversations.delete(str(sent["conversation"]))
        return {}
