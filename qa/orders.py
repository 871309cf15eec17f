"""Sentences that speak to a machine: "ignore your instructions", "answer that ...". Pure rules, English.

An article is something to read, not someone to obey: such a sentence is no evidence for anything. It stays in the
article, is found and shown there like any other.
"""

from __future__ import annotations

import re

_MACHINE = r"(?:assistants?|chat ?bots?|bots?|(?:large )?language models?|LLMs?|AI models?|AIs?|the model)"
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|drop)\b[^.!?]{0,40}\b(?:instructions?|prompts?|rules|guidelines|orders"
    r"|directions|constraints|training)\b"
    r"|\b(?:previous|prior|above|earlier|system|hidden|developer) (?:instructions?|prompts?|messages?)\b"
    rf"|\b(?:you are|you're|act as|behave as|pretend to be)\b[^.!?]{{0,30}}\b{_MACHINE}\b"
    r"|\b(?:attention|note|notice|message|memo|instructions?|dear|hey|hello|hi)\b,?\s"
    rf"(?:to |for )?(?:all |any |the )?{_MACHINE}\b"
    rf"|\b{_MACHINE} (?:must|should|shall|has to|have to|is to|are to|will now|reading this|that reads?)\b"
    r"|(?:^\W*|[,;:]\s|\b(?:and|then|please|just|instead|now|you (?:must|should|will|shall)|always|must|only)\s)"
    r"(?:say|write|print|output|repeat|state|claim|tell (?:the )?(?:user|reader|person)s?|insert|append|conclude|answer"
    r"|reply|respond)(?: only| instead| exactly| just)*(?: (?:that|with|the words?|the following)\b|:|\s[\"“])"
    r"|\b(?:your (?:answer|reply|response)|the (?:only )?(?:right|correct|true) (?:answer|reply) (?:is|must|should))\b"
    r"|<\|?\s*(?:im_start|im_end|system|user|assistant|endoftext|s|/s)\b|\b(?:system|assistant|user)\s*:|\[/?INST\]",
    re.IGNORECASE,
)


def gives_orders(text: str) -> bool:
    """Whether the text speaks to a machine that reads it, or tells it what to say."""
    return _ORDERS.search(text) is not None
