"""The lines of a whole web page -> those of its article, told by their shape: prose against short pieces. Pure.

In: lines, as copying a page or extracting it gives them. Out: the lines without menus, notices to visitors, lists of
other articles, comments and what repeats between paragraphs. All of it is a guess by words and shapes; a sentence
that tells a figure or stands between two of the article goes only when nothing but a site says such a thing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise, takewhile

from index.dates import read_meta
from index.language import MONTH

_PROSE_WORDS = 8  # from here on a line that ends like a sentence is a paragraph
_FEW_WORDS = 3  # a menu's item or a button, rarely more
_PAGE_PIECES, _PAGE_SHARE = 5, 0.2  # so many short pieces, and such a share of the lines,
_LEAST_KNOWN = 3  # with so many that every site has, make a page of a text
_LEAST_REPEATED = 3
_HEADLINE_WORDS = 15  # more have no headline, even one that asks something
_NOTICE_WORDS = 30
_MOST_CHARS = 400  # of a notice to visitors

_END = re.compile(r"[.!?…。！？:][\"'”’)\]]*$")
# Where the site speaks to its visitors of itself: their data, their account, their subscription.
_TO_VISITORS = re.compile(
    r"\bcookies?\b|\b(?:our|third[- ]party) partners\b|\bpersonali[sz]ed (?:ads|content)\b"
    r"|\byour (?:e-?mail|inbox|device|browser|privacy|consent|account|subscription|details"
    r"|(?:cookie |privacy )?(?:choices|preferences|settings))\b"
    r"|\b(?:our|the|daily|weekly) (?:\w+ )?(?:newsletter|briefing)\b|\bnewsletter\b.{0,40}\b(?:inbox|miss|free)\b"
    r"|\bsubscri(?:be|ption)s?\b.{0,40}\b(?:now|today|from|to|unlimited|access|support)\b"
    r"|\b(?:sign|log) (?:up|in)\b|\bcreate an? (?:free )?account\b|\bfree articles?\b|\bkeep reading\b|\breaders who\b"
    r"|\b(?:terms (?:of (?:use|service)|and conditions)|privacy (?:policy|notice|centre|center))\b"
    r"|\b(?:independent|quality|our) journalism\b"
    r"|\b(?:this|our) (?:website|site)\b|\benjoy(?:ing|ed) (?:this|the) (?:article|story|post)\b"
    r"|\brequired fields\b|\ball rights reserved\b|\bthis page was last\b|\btext is available under\b"
    r"|\b(?:was this|found this|is there anything wrong with this)\b.{0,20}\b(?:page|article|helpful|useful)\b"
    r"|\bcannot post\b|\busers browsing\b|\bhow can we help\b|\bhave more questions\b",
    re.IGNORECASE,
)
# What is hardly ever said elsewhere, wherever it stands and whatever figures are in it.
_SURELY_TO_VISITORS = re.compile(
    r"\ball rights reserved\b|\brequired fields are marked\b|\bthis page was last\b"
    r"|\btext is available under\b.{0,40}\blicen[cs]e|\b(?:this|our) (?:web)?site (?:and .{1,40})?uses? cookies\b"
    r"|\bwe (?:and our .{1,40})?use cookies (?:and|for|to|on)\b|\b(?:store|access) information on (?:a|your) device\b"
    r"|\bagree to (?:the|our) .{0,30}\bcookies\b|^(?:accept|reject|allow) all\b.{0,40}\bcookies\b"
    r"|\byour privacy (?:is important|matters) to us\b|\bwe value your privacy\b"
    r"|\byou have \w+ free (?:articles?|stories)\b"
    r"|\b(?:account|subscribe|subscription|log in|register|sign up)\b.{0,40}\bto (?:keep|continue) reading\b"
    r"|^join .{0,20}\breaders who\b|^(?:sign up|subscribe|get|join)\b.{0,60}\b(?:newsletters?|briefings?|inbox)\b"
    r"|^(?:enjoying this|support (?:our|independent|quality)|help us)\b.{0,60}\bjournalism\b"
    r"|^(?:read|see) (?:more|also|next)\s*[:：]|^(?:click here|follow us)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(  # or a date
    rf"\d|\b(?:{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
_SPOKEN_TO = re.compile(
    r"\b(?:you|your|we|our|us|this (?:web)?site|this page)\b"
    r"|©|\b(?:all rights|required fields|text is available|browsing)\b"
    r"|^(?:sign up|log in|join|get|subscribe|support|download|register|create|read)\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"^[\"“‘]|\b(?:said|says|told|wrote|asked|according to)\b", re.IGNORECASE)
# After such a line nothing of the article follows.
_AFTER = re.compile(
    r"(?:\d[\d,]* |show |view |read |all |post a |leave a |add a |load more )?"
    r"(?:comments?|repl(?:y|ies)|responses?)(?: \(?\d+\)?)?"
    r"|join the (?:conversation|discussion)|about the authors?|(?:previous|next)(?: post| article| page)?: .{1,160}"
    r"|share this(?: \w+)?|filed under\b.{0,100}|tags?: ?.{0,160}|categor(?:y|ies): ?.{0,160}|topics [A-Z].{0,100}"
    r"|edit this page.{0,30}|post reply|was this (?:page|article|information) (?:helpful|useful)\??"
    r"|in this section|contact (?:us|the press office|information)|(?:press|media) contacts?|downloads?",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:related|recommended|popular|trending|latest|recent|featured)"
    r"(?: (?:articles?|stories|news|posts|reading|content|now|topics|links|for you))?"
    r"|more (?:from|on|in|about|stories|news|articles)\b.{0,60}|(?:you )?(?:may|might) also like|what to read next"
    r"|most (?:read|popular|viewed|shared|commented)|read (?:more|next|also)|see also|up next|editors?['’]?s? picks?"
    r"|don['’]t miss|in case you missed it|articles in this section|elsewhere on (?:the|this) (?:web|site)",
    re.IGNORECASE,
)
_EDGES = re.compile(rf"{_AFTER.pattern}|{_OTHERS.pattern}", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:table of )?contents|on this page|in this article|jump to(?: section)?", re.IGNORECASE)
_ADVERT = re.compile(
    r"(?:[-–— ]*)(?:advertise?ments?|advertising|sponsored(?: content)?|promoted(?: content)?|ad|paid content)"
    r"(?:[-–—: ].{0,40})?|(?:article|story|content) continues below.{0,40}",
    re.IGNORECASE,
)
_EDIT = re.compile(r"(?<!\s)\s*\[\s*edit(?: source)?\s*\]", re.IGNORECASE)


def tidied(lines: Iterable[str]) -> list[str]:
    """Without a table of contents and the links by which a section is edited."""
    return _without_contents([_EDIT.sub("", line).strip() for line in lines])


def article_lines(lines: Sequence[str], title: str | None, *, is_known: Callable[[str], bool]) -> list[str]:
    """The lines of the article and of its heading, in their order, of the tidied lines of a whole page.

    `title`: known from elsewhere. `is_known` tells the words that every site has.
    """
    lines = _without_repeated(lines)
    first = next((at for at, line in enumerate(lines) if _is_prose(line) and not _is_of_the_site(line)), len(lines))
    return [*_heading(lines[:first], lines[first:], title), *_body(lines[first:], is_known)]


def without_notices(lines: Sequence[str], title: str | None) -> list[str]:
    """The same for a page of which a program has already taken the article: what it left of the site.

    Short lines of the article itself stay, as the items of a list do.
    """
    first, last = _first_and_last(lines)
    if first > last:
        return list(lines)
    heading = [line for line in lines[:first] if line == title or read_meta(line) or not _is_label(line)]
    after = takewhile(lambda line: not _AFTER.fullmatch(line), lines[last + 1 :])
    return [
        *(line for line in heading if not _is_of_the_site(line)),
        *(line for line in lines[first : last + 1] if not _is_surely_of_the_site(line)),
        *(line for line in after if not _is_of_the_site(line)),
    ]


def _first_and_last(lines: Sequence[str]) -> tuple[int, int]:
    """Where the first and the last paragraph stand that are surely the article's; (n, -1) when none is."""
    places = [at for at, line in enumerate(lines) if _is_prose(line) and not _is_of_the_site(line)]
    return (places[0], places[-1]) if places else (len(lines), -1)


def _is_label(line: str) -> bool:
    """A few words above an article that tell nothing: a section, a series, a moderator."""
    return bool(line) and len(line.split()) < 2 * _FEW_WORDS and not _END.search(line) and not _is_row(line)


def _is_prose(line: str) -> bool:
    return len(line.split()) >= _PROSE_WORDS and bool(_END.search(line))


def _is_few(line: str) -> bool:
    """A menu's item, a button, or several of them in a row: no sentence could be made of them."""
    words = line.split()
    return len(words) <= _FEW_WORDS or (
        not _END.search(line) and sum(word[:1].isupper() for word in words) * 4 >= len(words) * 3
    )


def _is_of_the_site(line: str) -> bool:
    """A notice to visitors, or an advertisement's label, where one may be expected: around the article.

    A sentence is one if it speaks to them, nobody speaks in it, and it tells no figure and no date.
    """
    if len(line) > _MOST_CHARS or not _TO_VISITORS.search(line) or (_END.search(line) and holds_figure(line)):
        return _is_surely_of_the_site(line)
    is_notice = len(line.split()) <= _NOTICE_WORDS and _SPOKEN_TO.search(line) and not _SPOKEN.search(line)
    return not _is_prose(line) or bool(is_notice) or _is_surely_of_the_site(line)


def _is_surely_of_the_site(line: str) -> bool:
    """The same between two paragraphs of the article, where "You can sign up at the town hall" is one of its own."""
    return is_sure_notice(line) or bool(len(line) <= _MOST_CHARS and _ADVERT.fullmatch(line))


def holds_figure(line: str) -> bool:
    """Whether a figure or a date is in it."""
    return bool(_FIGURE.search(line))


def is_sure_notice(line: str) -> bool:
    """Whether only a site says this of itself, and nobody in an article."""
    is_short = len(line) <= _MOST_CHARS and len(line.split()) <= _NOTICE_WORDS
    return is_short and bool(_SURELY_TO_VISITORS.search(line)) and not _SPOKEN.search(line)


def is_page(lines: Sequence[str], is_known: Callable[[str], bool]) -> bool:
    """Whether there is prose, and around it so many short pieces, some of them known, as only a web page has.

    `is_known` tells the words that every site has and few articles.
    """
    written = [line for line in lines if line]
    few = sum(_is_few(line) or _is_of_the_site(line) for line in written)
    pieces = [line for line in written if not _is_prose(line)]  # an article may speak of cookies, too
    known = sum(is_known(line) or _is_of_the_site(line) or bool(_EDGES.fullmatch(line)) for line in pieces)
    is_many = few >= _PAGE_PIECES and few >= _PAGE_SHARE * len(written)
    return is_many and known >= _LEAST_KNOWN and any(map(_is_prose, written))


def _without_contents(lines: list[str]) -> list[str]:
    """Without a table of contents: a list of lines, each of which stands again below."""
    at = next((at for at, line in enumerate(lines) if _CONTENTS.fullmatch(line)), len(lines))
    return [*lines[:at], *lines[_end_of_contents(lines, at + 1) :]] if at < len(lines) else lines


def _end_of_contents(lines: Sequence[str], start: int) -> int:
    counts = Counter(line.casefold() for line in lines[start:])
    below = {line for line in counts if line}
    at = start
    while at < len(lines):
        name = re.sub(r"^[-•*\d.\s]+", "", lines[at]).casefold()
        is_listed = name in below and (name != lines[at].casefold() or counts[name] > 1)
        if lines[at] and not is_listed:
            break
        at += 1
    return at


def _without_repeated(lines: Sequence[str]) -> list[str]:
    """Without what stands between paragraphs again and again, but for its numbers: names of posters, rows of buttons.

    Rows that follow one another are a table.
    """
    shapes = [_shape(line) for line in lines]
    places: dict[str, list[int]] = {}
    for at, shape in enumerate(shapes):
        if shape:
            places.setdefault(shape, []).append(at)
    prose_before = [0, *accumulate(map(_is_prose, lines))]
    repeated = {
        shape
        for shape, found in places.items()
        if len(found) >= _LEAST_REPEATED and all(prose_before[a] < prose_before[b] for a, b in pairwise(found))
    }
    return [line for line, shape in zip(lines, shapes, strict=True) if shape not in repeated]


def _shape(line: str) -> str:
    """The last words of a short piece, without numbers; "" for prose, and for who speaks in what follows."""
    if not line or line.endswith(":") or _is_prose(line):
        return ""
    words = [re.sub(r"\d+", "0", word.casefold()) for word in line.split()]
    return " ".join(words[-3:])


def _body(lines: Sequence[str], is_known: Callable[[str], bool]) -> list[str]:
    """To the last paragraph and its list, without what belongs to the site."""
    kept: list[str] = []
    _, last = _first_and_last(lines)
    at, after_site = 0, False
    while at < len(lines):
        run = _run_of_pieces(lines, at)
        if run == at:
            after_site = _is_surely_of_the_site(lines[at]) or (at > last and _is_of_the_site(lines[at]))
            kept += [] if after_site else [lines[at]]
            at += 1
            continue
        others = next((number for number in range(at, run) if _OTHERS.fullmatch(lines[number])), None)
        while others is not None and run < len(lines) and len(lines[run].split()) <= _HEADLINE_WORDS:
            run = _run_of_pieces(lines, run + 1)
        pieces = lines[at:run]
        ends = next((number for number, line in enumerate(pieces) if _AFTER.fullmatch(line)), None)
        goes_on = ends is None and run <= last
        between = _between if goes_on else _last
        kept += between(pieces[:ends], is_known, after_site=after_site)
        if ends is not None:
            break
        at, after_site = run, False
    return kept


def _run_of_pieces(lines: Sequence[str], start: int) -> int:
    """Where the next paragraph begins."""
    return next((at for at in range(start, len(lines)) if _is_prose(lines[at])), len(lines))


def _between(lines: Sequence[str], is_known: Callable[[str], bool], *, after_site: bool) -> list[str]:
    """Of the short lines between two paragraphs: subheadings, lists and tables; no notices, buttons and headlines."""
    kept: list[str] = []
    few = sum(_is_few(line) for line in lines if line)
    for line in lines:
        if _OTHERS.fullmatch(line):  # what follows are headlines of other articles
            break
        is_item = bool(line) and _is_few(line) and not _is_row(line)
        if _is_of_the_site(line):
            after_site = True
        elif not (is_known(line) or (is_item and (after_site or few >= _LEAST_REPEATED))):
            kept.append(line)
    return kept


def _last(lines: Sequence[str], is_known: Callable[[str], bool], *, after_site: bool) -> list[str]:
    """Of what follows the last paragraph: a list or a table that goes on from it, to the first thing of the site."""
    if after_site:
        return []
    kept = []
    for line in lines:
        is_item = bool(line) and _is_few(line) and not _is_row(line)
        if is_item or is_known(line) or _is_of_the_site(line) or _OTHERS.fullmatch(line):
            break
        kept.append(line)
    return kept


def _is_row(line: str) -> bool:
    """A row of a table or a list of figures."""
    return any(char.isdigit() for char in line) and " " in line


def _heading(lines: Sequence[str], body: Sequence[str], title: str | None) -> list[str]:
    """Of what stands before the first paragraph: the title, and below it date lines, captions and the like.

    The title is the line whose words come back in the article.
    """
    told = set(re.findall(r"\w{4,}", " ".join(line for line in body if _is_prose(line)).casefold()))

    def score(line: str) -> float:
        words = re.findall(r"\w{4,}", line.casefold())
        return sum(word in told for word in words) / (len(words) + 1)

    titles = [
        line
        for line in lines
        if line and not _is_of_the_site(line) and not read_meta(line) and not _END.search(line[-1:])
    ]
    chosen = title if title in lines else max(titles, key=score, default=None)
    below = lines[list(lines).index(chosen) + 1 :] if chosen else lines
    kept = [line for line in below if read_meta(line) or (_is_told(line) and not _is_of_the_site(line))]
    return [piece for line in [*([chosen] if chosen else []), *kept] for piece in (line, "")]


def _is_told(line: str) -> bool:
    """A caption or a line below a title that could be a sentence."""
    words = line.split()
    is_plain = len(words) >= 2 * _FEW_WORDS and sum(word[:1].isupper() for word in words) * 3 <= len(words)
    return is_plain or bool(re.search(r"[.!?] ", line)) or (len(words) > _FEW_WORDS and bool(_END.search(line)))
