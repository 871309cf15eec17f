"""HTML as a reader meets it: its tags, its attributes, and its text with the page's English words filled in."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser

from hypothesis import strategies as st

from qa.chat.page import WEB

OWN_TAGS = set(
    (
        "a article blockquote button cite div figcaption figure form h1 h2 h3 header i input label li mark ol p section "
        "small span textarea time ul"
    ).split()
)
OWN_ATTRIBUTES = set(
    (
        "accept aria-controls aria-expanded aria-hidden aria-label aria-level aria-live aria-pressed autocomplete checked "
        "class data-at data-count data-document data-end data-format data-id data-max-bytes data-model data-n data-panel "
        "data-question data-reason data-stage data-start data-title data-verdict data-word data-word-label data-word-placeholder "
        "datetime enterkeyhint for hidden href id maxlength multiple name placeholder rel role rows tabindex target title type value"
    ).split()
)

# Text with what HTML is made of, more often than chance would have it.
hostile_texts = st.lists(
    st.one_of(
        st.sampled_from(["<script>", "</mark>", "<img src=x onerror=1>", '"', "'", "&amp;", "&", "<!--", "\n", "\n\n"]),
        st.sampled_from(["[1]", "[2]", "${1}", "{{x}}", " "]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12),
    ),
    max_size=12,
).map("".join)


@cache
def words(language: str = "en") -> dict[str, str]:
    known: dict[str, str] = json.loads((WEB / f"words.{language}.json").read_text(encoding="utf-8"))
    return known


def said(key: str, values: dict[str, str | None]) -> str:
    """What the page's script makes of `data-word`. KeyError for a key that has no words."""
    if "data-count" in values:
        key += ".one" if values["data-count"] == "1" else ".other"
    return re.sub(r"\{(\w+)\}", lambda found: values[f"data-{found[1]}"] or "", words()[key])


class Rendered(HTMLParser):
    """Fails where an element is not closed, where a tag or an attribute is not ours, and where a word is missing."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.labels: list[str] = []
        self.inside: dict[str, str] = {}  # "tag", "#id" or ".class" -> the text in all of them
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag in OWN_TAGS, tag
        assert set(values) <= OWN_ATTRIBUTES, set(values) - OWN_ATTRIBUTES
        self.tags.add(tag)
        names = [tag, f"#{values.get('id')}", *(f".{name}" for name in (values.get("class") or "").split())]
        if key := values.get("data-word-label"):
            self.labels.append(said(key, values))
        if tag != "input":
            self._open.append((tag, names))
        if key := values.get("data-word"):
            self.handle_data(said(key, values))
        if tag == "time":
            self.handle_data(values["datetime"] or "")

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in {name for _, names in self._open for name in names}:
            self.inside[name] = self.inside.get(name, "") + data
