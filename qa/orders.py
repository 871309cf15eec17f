"""Sentences that speak to a machine: "ignore your instructions", "answer that ...". Pure rules, English.

An article is something to read, not someone to obey: such a sentence is no evidence for anything. It stays in the
article, is found and shown there like any other.
"""

from __future__ import annotations

import re

_MACHINE = r"(?:assistants?|chat ?bots?|bots?|(?:large )?language models?|LLMs?|AI models?|AIs?|the model)"
_MUST = r"(?:must|should|shall|will now|has to|have to|is to|are to)"
_REPLY = r"(?:answers?|repl(?:y|ies)|responses?)"

# Where an order stands. "Officials in the U.S. say that" gives none, nor does a line that was broken before "say that".
_CAPITAL = r"(?=[\W_]{0,9}(?-i:[A-Z]))"
_END = rf"(?:[!?…][\"”’')\]]*\s|\.[\"”’')\]]*\s{_CAPITAL}|\.(?<=\w{{4}}\.)\s)"
_START = rf"(?:\A|\n\n|\n(?=[^\w\s])|\n{_CAPITAL}|{_END})[\W_]{{0,9}}"
_HOW = r"(?:(?:please|now|then|just|always|only|instead|simply|also|so|from now on)\b,?\s+){0,3}"
_FIRST = rf"(?:{_START}|[;:]\s+){_HOW}"
_OPENS = r"(?:if|when(?:ever)?|whatever|regardless|before|after|once|unless|in|for|to|as|dear|do not|don[’']t)"
_AFTER_A_CLAUSE = rf"{_START}{_OPENS}\b[^,.!?;:\n]{{0,80}},\s+{_HOW}"
_URGED = rf"\b(?:please|then|you to|(?:you|{_REPLY}) {_MUST})\s+{_HOW}"

_RULES = r"\b(?:instructions?|prompts?|rules|guidelines|orders|directions|constraints|training)\b"
_SAY = r"(?:say|write|repeat|insert|append|conclude|respond|tell (?:the )?(?:user|reader|person)s?)"
_NAME = r"(?:answer|reply|print|output|state|claim)"  # nouns too: "State: Texas" is a cell, "Answer: yes" an interview
_THIS = r"(?: only| instead| exactly| just)*(?: (?:that|the words?|the following)\b|\s[\"“])"
_QUOTED = r"(?::|\s[\"“])"
_BY_POST = r" (?:reach|arrive|be (?:received|sent|posted|returned))\b"  # "your answer must reach us"
_OBEY = r"(?:ignore|disregard|forget|override|bypass|drop|follow|obey|repeat|reveal|print|show)"
_BEFORE = r"(?:previous|prior|above|earlier|system|hidden|developer)"
_WITH = (  # not "the completed form", which is asked of people
    r"(?:answer|reply|respond)(?: only| instead| exactly| just)* with\b"
    r"(?! (?:an?|the|your|any) (?:[\w-]+ )?(?:form|letter|card|coupon|slip|signature|cheque|details|address)\b)"
)
_CELLS = r"(?:[^;\n.!?]|[.!?](?!\s))+;\s*[^;:\n]{1,40}:"  # what follows "User:" in "User: Alice; Amount: 12."

_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Your rules are no more. People, too, "ignore the rules": that counts only where an order stands.
        rf"\b(?:ignore|disregard|forget|override|bypass|drop)\b[^.!?]{{0,30}}\byour\b[^.!?]{{0,30}}{_RULES}"
        rf"|\b(?:ignore|disregard) (?:any and )?all\b[^.!?]{{0,30}}{_RULES}"
        rf"|\b{_OBEY}\b[^.!?;]{{0,40}}\b{_BEFORE} (?:instructions?|prompts?|messages?)\b",
        # Say this.
        rf"(?:{_FIRST}|{_AFTER_A_CLAUSE}|{_URGED})"
        rf"(?:(?:ignore|disregard|forget|override|bypass|drop)\b[^.!?]{{0,40}}{_RULES}"
        rf"|(?:{_SAY}|{_NAME}){_THIS}|{_SAY}:|{_WITH})",
        rf"(?:{_AFTER_A_CLAUSE}|{_URGED}|\band\s+{_HOW})(?:(?:{_SAY}|{_NAME})(?:{_THIS}|:)|{_WITH})",
        rf"\byour (?:answer|reply|response)\b[^.!?,;]{{0,40}} (?:{_MUST}\b(?!{_BY_POST})|is{_QUOTED})"
        r"|\b(?:in|begin|start|end) your (?:answer|reply|response)\b"
        rf"|\bthe only (?:right|correct|true) {_REPLY} is\b"
        rf"|\bthe (?:right|correct|true) {_REPLY}\b[^.!?,;]{{0,40}} (?:must|should|is{_QUOTED})",
        # You are a machine.
        rf"\b(?:(?:you are|you[’']re)(?! \w+ing\b)|act as|behave as|pretend to be)\b[^.!?]{{0,30}}\b{_MACHINE}\b"
        r"|\b(?:(?:note|notice|message|memo|instructions?)(?:,| to| for)|attention,?|dear|hey,?|hello,?|hi,?)\s"
        rf"(?:all |any |the )?{_MACHINE}\b|{_START}attention to (?:all |any |the )?{_MACHINE}\b",
        rf"\b{_MACHINE} (?:(?:reading|that reads?) this"
        rf"|{_MUST} {_HOW}(?:ignore|disregard|obey|(?:{_SAY}|{_NAME})(?! (?:for|to|questions)\b)))\b",
        # A turn of a conversation that is none.
        rf"{_START}(?:system|assistant|user)[\s*_\])]*:(?!{_CELLS})"
        r"|<\|?\s*(?:im_start|im_end|system|user|assistant|endoftext|s|/s)\b|\[/?INST\]",
    )
)


def gives_orders(text: str) -> bool:
    """Whether the text speaks to a machine that reads it, or tells it what to say."""
    return any(pattern.search(text) for pattern in _ORDERS)
