"""Web pages with known main text, made up from nothing but this file: 40 pages of ten kinds, the same in every run.

Out: for each page its HTML, the text that copying it from a browser gives, and what of it is main text. The stories and
the sites around them are invented; a page varies in its wording, markup and in what surrounds the article.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

STORIES_PER_KIND = 4


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The pages of an odd number have other phrases around the article than those of an even number.

    `main`: the blocks of the article. `heading`: its title, byline, date, captions, which may be kept or not.
    """

    name: str
    html: str
    pasted: str
    held_out: bool  # of an odd number: not looked at while the cleaning was written
    main: tuple[str, ...]
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """An invented article. `sections` are headings with their paragraphs; the first has no heading."""

    title: str
    author: str
    date: str  # as people write it
    iso: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    points: tuple[str, ...]
    quote: str
    rows: tuple[tuple[str, str], ...]
    caption: str

    @property
    def blocks(self) -> tuple[str, ...]:
        """Headings and paragraphs in order."""
        return tuple(block for heading, texts in self.sections for block in (heading, *texts) if block)


# --- stories ---------------------------------------------------------------------------------------------------------

_TOWNS = "Ostermouth Velden Carrick Halsund Brenna Tolmin Ferrisk Aldergate Quenby Sundal Marrow Pikehaven".split()
_THINGS = (
    "tram line|library|flood wall|heat plant|ferry pier|cable car|water tower|market hall|bird reserve|archive"
    "|cycle bridge|observatory|swimming pool|grain store|opera house|fish ladder"
).split("|")
_PEOPLE = (
    "Ines Halloran|Tomas Wrede|Aoife Lindqvist|Karel Dupont|Mira Castellan|Jonas Abernathy|Leila Sorensen|Piotr Vance"
    "|Nadia Okafor|Henrik Salas|Greta Moreau|Samuel Iwu"
).split("|")
_ROLES = "the site engineer|a member of the council|who runs the project|the head of the works office".split("|")
_SENTENCES = (
    "The {thing} in {town} will cost {n} million crowns, {m} million more than was planned in {year}.",
    "Work began in the spring of {year} and should take {k} years, unless the ground proves softer than the drillings suggest.",
    "{person}, {role}, said that nobody had expected the old foundations to be in such good order.",
    "About {n} people a day are expected to use it once the new road from {town} is open.",
    "The plan was first drawn up in {year}, when the town had {n},000 inhabitants and no money to speak of.",
    "Critics point out that a smaller {thing} would have been enough for a place the size of {town}.",
    "Two firms from {town} made an offer, and the cheaper one was chosen in a vote of {k} to 3.",
    "It is the only {thing} on this coast that was built without a loan.",
    "Rain held up the work for {n} days, and the frost in January for another {m}.",
    "“We asked for patience, and people gave it to us,” {person} told a meeting in the town hall.",
    "The timber comes from the forests above {town}, the steel from a mill that had nearly closed.",
    "Whether it will pay for itself depends on the price of electricity, which has doubled since {year}.",
    "Children from {k} schools painted the fence, so that there is something to look at in the meantime.",
    "An older report had put the cost at {m} million, but it left out the drains.",
    "Visitors will enter from the north, where a square with {n} lime trees is to be laid out.",
    "In {year} a storm took away the roof, and for {k} winters the building stood open to the sky.",
    "{person} has kept a diary of the works and means to publish it when the last crane is gone.",
    "The engineers measured the ground {n} times, and every time it had moved by a few millimetres.",
    "Nothing of this was known to the owners of the {k} houses nearby until a letter came in March.",
    "By then the contract had been signed, and to leave it would have cost {m} million.",
    "Similar plans exist in {town} and, on a smaller scale, in {town2}.",
    "The committee meets again on the first Tuesday of the month, and the public may attend.",
)
_HEADINGS = (
    "How it began|What it costs|A quarrel about the roof|Who will use it|What comes next|Lessons from {town}"
    "|The long wait|Measured twice|Voices from the town"
).split("|")
_POINTS = (
    "a footpath of {n} metres along the water|{k} new bus stops, all of them with a roof|a workshop for the schools of {town}"
    "|lamps that dim when nobody is near|room for {n} bicycles under the stairs|a café run by the fishermen's guild"
).split("|")
_MONTHS = "January February March April May June July August September October November December".split()


def _story(draw: random.Random) -> Story:
    thing, town = draw.choice(_THINGS), draw.choice(_TOWNS)

    def fill(pattern: str) -> str:
        return pattern.format(
            thing=thing if draw.random() < 0.7 else draw.choice(_THINGS),
            town=town if draw.random() < 0.6 else draw.choice(_TOWNS),
            town2=draw.choice(_TOWNS),
            person=draw.choice(_PEOPLE),
            role=draw.choice(_ROLES),
            n=draw.randint(20, 900),
            m=draw.randint(3, 90),
            k=draw.randint(4, 19),
            year=draw.randint(1987, 2024),
        )

    patterns = list(_SENTENCES)
    draw.shuffle(patterns)
    headings = draw.sample(_HEADINGS, 3)
    sections: list[tuple[str, tuple[str, ...]]] = []
    for number in range(draw.choice([1, 2, 3])):
        paragraphs = []
        for _ in range(draw.randint(2, 3)):
            size = draw.randint(1, 4)
            taken, patterns = patterns[:size], patterns[size:]
            if taken:
                paragraphs.append(" ".join(fill(pattern) for pattern in taken))
        if paragraphs:
            sections.append(("" if number == 0 else fill(headings[number]), tuple(paragraphs)))
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(2019, 2025)
    return Story(
        title=draw.choice(
            [
                f"A {thing} for {town}",
                f"{town} argues over its {thing}",
                f"Why {town} needs a {thing}",
                f"The {thing} that {town} nearly lost",
            ]
        ),
        author=draw.choice(_PEOPLE),
        date=f"{day} {_MONTHS[month - 1]} {year}",
        iso=f"{year}-{month:02}-{day:02}",
        sections=tuple(sections),
        points=tuple(fill(point) for point in draw.sample(_POINTS, 3)),
        quote=fill(
            "“A {thing} is never finished, it is only opened,” {person} likes to say, and in {town} they know what that means."
        ),
        rows=tuple((str(year - 3 + at), f"{draw.randint(10, 90)} million crowns for the {thing}") for at in range(3)),
        caption=fill("The {thing} in {town}, seen from the harbour. Photo: {person}"),
    )


# --- what surrounds an article ---------------------------------------------------------------------------------------

_SITES = "The Ostermouth Courier|Velden Weekly|North Coast Review|The Harbour Log|Lantern & Quill|Civic Notes".split(
    "|"
)
_NAV = (
    "Home|World|Politics|Markets|Opinion|Sport|Culture|Weather|Video|Podcasts|Puzzles|E-paper|Sign in|Subscribe|Jobs"
    "|Property|Motoring|Obituaries|Letters|Photos|Local|Science|Books|Travel|Archive|About us|Contact"
).split("|")
_COOKIES = (
    "We and our 142 partners store and access information on a device, such as unique identifiers in cookies.",
    "This site uses cookies to improve your experience and to show you content we think you will like.",
    "By clicking “Accept all”, you agree to the storing of cookies on your device.",
    "Your privacy matters to us. You can change your choices at any time in our privacy centre.",
    "We value your privacy. Choose which cookies you allow us to use.",
)
_SHARES = (
    "Share on Facebook|Share on X|Share via email|Copy link|Print this page|Save for later|WhatsApp|LinkedIn|Share"
    "|Send to a friend|Bookmark|Follow this topic|Listen to this article|Gift this article"
).split("|")
_SIGN_UPS = (
    "Get our morning briefing, every weekday at seven.|Your email address|Sign up",
    "Sign up for the newsletter and never miss a story.|Enter your email|Subscribe",
    "Enjoying this article? Support independent journalism from 2 crowns a week.|See our offers",
    "You have 2 free articles left this month.|Log in or create an account to keep reading.",
    "Join 48,000 readers who start the day with us.|I agree to the terms of use|Join now",
)
_HEADLINES = (
    "Five walks for a rainy weekend|Harbour master resigns after row over fees|The best soups north of the river"
    "|Quiz: how well do you know your town?|Bus strike called off at the last minute|In pictures: the lantern parade"
    "|Why rents are falling at last|Live: storm warning for the coast|How to keep bees on a balcony"
    "|Obituary: the woman who drew the maps|Ten books for long evenings|Ferry timetable to change in May"
).split("|")
_RELATED = "Related articles|More on this story|You may also like|Read next|Most read|Recommended for you|Trending now|Editor's picks".split(
    "|"
)
_COMMENTS = (
    "gullwatcher|About time too. My father waited forty years for this.",
    "M. Prentiss|Another waste of our taxes if you ask me",
    "tidepool77|Does anyone know whether dogs are allowed?",
    "Old Harry|First the trees, now this. What is next?",
    "anna_k|Great article, thank you for explaining it so clearly!",
)
_RIGHTS = (
    "© {year} {site}. All rights reserved.",
    "Copyright {year} {site} Ltd. Registered office: 4 Quay Street.",
    "© {year} {site} – Terms of use – Privacy policy – Imprint",
    "No part of this site may be reproduced without permission. © {year} {site}",
)
_FOOT = (
    "Terms of use|Privacy policy|Cookie settings|Imprint|Accessibility|Advertise with us|Help centre|Careers|RSS|Site map"
    "|Contact us|Complaints|Corrections|Newsletters|Apps"
).split("|")
_TAGS = "Infrastructure|Town planning|Coast|Budget|Local history|Transport".split("|")
_ADS = "Advertisement|Sponsored|Advertisement - scroll to continue|Promoted content|Story continues below advertisement".split(
    "|"
)
_BIO = "{author} writes about towns and the people who build them."


class _Maker:
    """Writes one page and keeps what of it is main text and heading."""

    def __init__(self, draw: random.Random, *, half: int) -> None:
        self.draw, self.story, self._half = draw, _story(draw), half
        self.site = draw.choice(_SITES)
        self.main: list[str] = []
        self.heading: list[str] = [self.story.title]

    def pick(self, items: Sequence[str], least: int, most: int) -> list[str]:
        """Some phrases of this page's half."""
        mine = items[self._half :: 2]
        return self.draw.sample(mine, self.draw.randint(min(least, len(mine)), min(most, len(mine))))

    def one(self, items: Sequence[str]) -> str:
        return self.draw.choice(items[self._half :: 2])

    def maybe(self, html: Callable[[], str], chance: float = 0.6) -> str:
        return html() if self.draw.random() < chance else ""

    def name(self, *names: str) -> str:
        return self.draw.choice(names)

    # the article

    def text(self, words: str, tag: str = "p") -> str:
        self.main.append(words)
        return f"<{tag}>{escape(words, quote=False)}</{tag}>\n"

    def title(self) -> str:
        return f"<h1>{escape(self.story.title)}</h1>\n"

    def byline(self) -> str:
        line = self.draw.choice(["By {a}", "{a}", "Written by {a}"]).format(a=self.story.author)
        dated = self.draw.choice(["{d}", "Published {d}", "{d}, 09:15"]).format(d=self.story.date)
        self.heading += [line, dated]
        return f'<p class="byline">{line}</p>\n<time datetime="{self.story.iso}">{dated}</time>\n'

    def body(self, *, heading: str = "h2", between: Callable[[], str] = lambda: "") -> str:
        html = ""
        for name, paragraphs in self.story.sections:
            html += self.text(name, heading) if name else ""
            for paragraph in paragraphs:
                html += self.text(paragraph) + between()
        return html

    def points(self) -> str:
        return "<ul>\n" + "".join(self.text(point, "li") for point in self.story.points) + "</ul>\n"

    def quoted(self) -> str:
        return f"<blockquote>{self.text(self.story.quote)}</blockquote>\n"

    def figure(self) -> str:
        self.heading.append(self.story.caption)
        return f'<figure><img src="a.jpg" alt=""><figcaption>{self.story.caption}</figcaption></figure>\n'

    # the site

    def links(self, items: Sequence[str], tag: str = "ul") -> str:
        if tag == "div":
            return "".join(f'<a href="#">{item}</a> ' for item in items) + "\n"
        return f"<{tag}>" + "".join(f'<li><a href="#">{item}</a></li>' for item in items) + f"</{tag}>\n"

    def nav(self) -> str:
        inner = self.links(self.pick(_NAV, 5, 12), self.name("ul", "div"))
        return (
            f"<nav>{inner}</nav>\n"
            if self.draw.random() < 0.6
            else f'<div class="{self.name("menu", "topbar", "main-navigation")}">{inner}</div>\n'
        )

    def masthead(self) -> str:
        return (
            f'<header><a href="/">{self.site}</a>\n{self.nav()}</header>\n'
            if self.draw.random() < 0.7
            else f"<div>{self.site}</div>\n{self.nav()}"
        )

    def cookies(self) -> str:
        texts = "".join(f"<p>{text}</p>" for text in self.pick(_COOKIES, 1, 2))
        buttons = "".join(
            f"<button>{b}</button>"
            for b in self.pick(["Accept all", "Reject all", "Manage choices", "Cookie settings"], 2, 3)
        )
        return f'<div class="{self.name("cookie-banner", "consent", "cc-window", "gdpr-notice")}" role="dialog">{texts}{buttons}</div>\n'

    def shares(self) -> str:
        return f'<div class="{self.name("share", "social-links", "toolbar", "article-tools")}">{self.links(self.pick(_SHARES, 3, 6), self.name("ul", "div"))}</div>\n'

    def sign_up(self) -> str:
        parts = self.one(_SIGN_UPS).split("|")
        return (
            f'<aside class="{self.name("newsletter", "promo", "signup-box")}">'
            + "".join(f"<p>{part}</p>" for part in parts)
            + "</aside>\n"
        )

    def related(self) -> str:
        kind, head = self.name("aside", "div", "section"), self.one(_RELATED)
        return f'<{kind} class="{self.name("related", "more-stories", "recirculation")}"><h3>{head}</h3>{self.links(self.pick(_HEADLINES, 3, 5))}</{kind}>\n'

    def advert(self) -> str:
        return f'<div class="{self.name("ad", "advert-slot", "ad-unit")}">{self.one(_ADS)}</div>\n'

    def comments(self) -> str:
        chosen = self.pick(_COMMENTS, 2, 4)
        each = "".join(
            "<div class='comment'><b>{}</b> <span>2 days ago</span><p>{}</p><a href='#'>Reply</a> <a href='#'>Report</a></div>".format(
                *c.split("|")
            )
            for c in chosen
        )
        return f'<section id="comments"><h3>{len(chosen)} comments</h3>{each}<a href="#">Load more comments</a></section>\n'

    def tags(self) -> str:
        return f'<div class="tags">{self.name("Tags:", "Topics", "Filed under")} {self.links(self.pick(_TAGS, 2, 4), "div")}</div>\n'

    def bio(self) -> str:
        return (
            f'<div class="author-box"><h4>About the author</h4><p>{_BIO.format(author=self.story.author)}</p></div>\n'
        )

    def footer(self) -> str:
        rights = self.one(_RIGHTS).format(year=self.story.iso[:4], site=self.site)
        inner = self.links(self.pick(_FOOT, 4, 9), self.name("ul", "div")) + f"<p>{rights}</p>"
        return (
            f"{self.maybe(lambda: '<a href=#>Back to top</a>', 0.4)}<footer>{inner}</footer>\n"
            if self.draw.random() < 0.7
            else f'<div class="footer bottom">{inner}</div>\n'
        )

    def page(self, name: str, body: str) -> SavedPage:
        head = f"<title>{escape(self.story.title)} | {self.site}</title>"
        if self.draw.random() < 0.7:
            head += f'<meta name="author" content="{self.story.author}"><meta property="article:published_time" content="{self.story.iso}T08:00:00Z">'
        html = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{head}<style>p {{ margin: 0 }}</style></head>\n<body>\n{body}</body></html>\n'
        return SavedPage(name, html, pasted(html), bool(self._half), tuple(self.main), tuple(self.heading))


# --- kinds of page ---------------------------------------------------------------------------------------------------


def _news(m: _Maker) -> str:
    between = iter([m.advert, m.sign_up, m.related, *[lambda: ""] * 20])
    article = (
        m.title()
        + m.byline()
        + m.maybe(m.shares, 0.8)
        + m.figure()
        + m.body(between=lambda: m.maybe(next(between), 0.6))
        + m.quoted()
    )
    wrapped = f"<main><article>{article}{m.maybe(m.tags)}{m.maybe(m.shares)}</article></main>\n"
    return m.cookies() + m.masthead() + wrapped + m.related() + m.maybe(m.comments) + m.footer()


def _tabloid(m: _Maker) -> str:
    between = iter([m.advert, m.related, m.advert, m.sign_up, *[lambda: ""] * 20])
    inner = (
        f'<div class="headline">{m.title()}</div>'
        + m.byline()
        + m.shares()
        + m.body(between=lambda: m.maybe(next(between), 0.8))
        + m.points()
    )
    return (
        m.masthead()
        + f'<div class="content"><div class="story-body">{inner}</div><div class="sidebar">{m.related()}{m.sign_up()}</div></div>'
        + m.comments()
        + m.footer()
        + m.cookies()
    )


def _blog(m: _Maker) -> str:
    post = m.title() + m.byline() + m.body(heading="h3") + m.points() + m.maybe(m.quoted)
    side = f'<div id="secondary" class="widget-area"><h3>Recent posts</h3>{m.links(m.pick(_HEADLINES, 3, 5))}<h3>Archives</h3>{m.links(["May 2023", "April 2023", "March 2023"])}<h3>Categories</h3>{m.links(m.pick(_TAGS, 3, 5))}</div>'
    nearby = f'<div class="post-navigation"><a href="#">Previous post: {m.one(_HEADLINES)}</a> <a href="#">Next post: {m.one(_HEADLINES)}</a></div>'
    return (
        m.masthead()
        + f'<div id="primary"><div class="post hentry"><div class="entry-content">{post}</div>{m.tags()}{m.bio()}{m.shares()}</div>{nearby}{m.comments()}<p>Leave a reply</p><p>Your email address will not be published. Required fields are marked *</p></div>{side}'
        + m.footer()
    )


def _wiki(m: _Maker) -> str:
    sections = ""
    for heading, paragraphs in m.story.sections:
        if heading:
            m.main.append(heading)
            sections += f'<h2>{heading}<span class="editsection">[<a href="#">edit</a>]</span></h2>'
        sections += "".join(m.text(paragraph) for paragraph in paragraphs)
    names = [heading for heading, _ in m.story.sections if heading]
    contents = (
        f'<div id="toc" class="toc"><h2>Contents</h2><ul>{"".join(f"<li>{n} {name}</li>" for n, name in enumerate(names, 1))}</ul></div>'
        if names
        else ""
    )
    rows = "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in m.story.rows)
    m.heading += [cell for row in m.story.rows for cell in row]
    side = f'<div id="sidebar">{m.links(["Main page", "Recent changes", "Random article", "What links here", "Permanent link", "Printable version", "Cite this page"])}</div>'
    last = f'<div id="footer"><p>This page was last edited on {m.story.date}, at 14:02.</p><p>Text is available under the licence of this wiki; additional terms may apply.</p>{m.links(["Privacy policy", "About", "Disclaimers"])}</div>'
    tabs = m.links(["Article", "Talk", "Read", "Edit", "View history", "Log in", "Create account"])
    return f'<div id="content">{m.title()}<p class="tagline">From the encyclopedia of {m.draw.choice(_TOWNS)}</p><table class="infobox">{rows}</table>{contents}{sections}<div class="catlinks">Categories: {m.links(m.pick(_TAGS, 2, 3), "div")}</div></div><nav>{tabs}</nav>{side}{last}'


def _docs(m: _Maker) -> str:
    tree = m.links(
        [
            "Getting started",
            "Installation",
            "Configuration",
            "Upgrading",
            "Troubleshooting",
            "Release notes",
            "API reference",
        ]
    )
    on_page = f'<aside class="toc-right"><p>On this page</p>{m.links([h for h, _ in m.story.sections if h] or ["Overview"])}</aside>'
    ask = "<div class='feedback'><p>Was this page helpful?</p><button>Yes</button><button>No</button></div>"
    crumbs = f"<nav aria-label='breadcrumb'>{m.links(['Docs', 'Guides', 'Works'], 'ol')}</nav>"
    return f"<header><a href='/'>{m.site} Docs</a> <input placeholder='Search'> <span>v4.2 (latest)</span></header><div class='sidebar'>{tree}</div><main>{crumbs}<article>{m.title()}{m.body()}{m.points()}</article>{ask}<p><a href='#'>Edit this page</a></p><p>Last updated on {m.story.date}</p><div class='pager'><a href='#'>Previous: Installation</a> <a href='#'>Next: Upgrading</a></div></main>{on_page}{m.footer()}"


def _forum(m: _Maker) -> str:
    posts = ""
    texts = [paragraph for _, paragraphs in m.story.sections for paragraph in paragraphs]
    for number, paragraph in enumerate(texts, 1):
        who = f"<div class='postprofile'><a href='#'>{m.draw.choice(['gullwatcher', 'Old Harry', 'anna_k', 'tidepool77'])}</a> <span>Posts: {m.draw.randint(3, 900)}</span> <span>Joined: March 2019</span></div>"
        posts += f"<div class='post'>{who}<div class='postbody'>{m.text(paragraph)}</div><div class='buttons'><a href='#'>Quote</a> <a href='#'>Like</a> <a href='#'>Report</a> <span>#{number}</span></div></div>"
    where = m.links(["Board index", "The coast", "Buildings"], "div")
    end = "<p>You cannot post new topics in this forum</p><p>Users browsing this forum: no registered users and 3 guests</p>"
    return f"<div class='headerbar'>{m.site} forum</div>{m.links(['FAQ', 'Register', 'Login', 'Members', 'Unread posts'])}{where}{m.title()}<p>Moderators: Old Harry</p>{posts}<p>Post Reply</p><p>{len(texts)} posts • Page 1 of 1</p>{end}{m.footer()}"


def _council(m: _Maker) -> str:
    skip = "<a href='#main'>Skip to main content</a>"
    crumbs = f"<p class='breadcrumb'>{' &gt; '.join(['Home', 'News', m.story.title])}</p>"
    contact = "<div class='contact'><h2>Contact the press office</h2><p>Telephone: 01632 960 001</p><p>Monday to Friday, 9 am to 5 pm</p></div>"
    side = f"<div class='rhs'><h2>In this section</h2>{m.links(['Planning', 'Council tax', 'Bins and recycling', 'Parking', 'Schools'])}</div>"
    return f"{skip}{m.cookies()}<header>{m.site} Council {m.links(['Pay', 'Report', 'Apply', 'My account'])}</header>{crumbs}<div id='main'>{m.title()}<p>Published: {m.story.date}</p>{m.body()}{m.points()}</div>{side}{contact}<p>Is there anything wrong with this page?</p>{m.footer()}"


def _magazine(m: _Maker) -> str:
    lead = m.story.sections[0][1][0]
    between = iter([m.figure, m.advert, m.quoted, m.related, *[lambda: ""] * 20])
    body = m.title() + m.byline() + m.body(between=lambda: m.maybe(next(between), 0.9))
    pull = f"<aside class='pullquote'><p>{escape(lead.split('. ')[0])}.</p></aside>"
    return (
        m.masthead()
        + f"<div class='longread'>{m.shares()}{body}{pull}{m.bio()}{m.tags()}</div>{m.sign_up()}{m.related()}{m.footer()}{m.cookies()}"
    )


def _press(m: _Maker) -> str:
    rows = "".join(f"<tr><td>{m.text(a, 'span')}</td><td>{m.text(b, 'span')}</td></tr>" for a, b in m.story.rows)
    notes = "<h3>Download</h3><p>Press release (PDF, 212 KB)</p><p>Image gallery</p>"
    return f"<div class='top'>{m.links(['Company', 'Products', 'Investors', 'Newsroom', 'Contact'], 'div')}</div><section class='press'>{m.title()}<p>{m.story.date}</p>{m.body()}<table>{rows}</table>{m.quoted()}</section>{notes}{m.shares()}{m.related()}{m.footer()}"


def _help(m: _Maker) -> str:
    steps = "<ol>" + "".join(m.text(point, "li") for point in m.story.points) + "</ol>"
    votes = f"<div class='votes'><span>{m.draw.randint(10, 90)} out of {m.draw.randint(91, 200)} found this helpful</span> <a href='#'>Have more questions? Submit a request</a></div>"
    chat = "<div class='chat-widget'><p>Hi there! How can we help?</p><button>Start a chat</button></div>"
    return f"<header>{m.site} Help Centre {m.links(['Submit a request', 'Sign in'], 'div')}</header><main><article class='article'>{m.title()}{m.byline()}<div class='article-body'>{m.body(heading='h3')}{steps}</div><footer>{votes}</footer></article><section><h3>Articles in this section</h3>{m.links(m.pick(_HEADLINES, 3, 5))}</section></main>{chat}{m.footer()}"


_KINDS: dict[str, Callable[[_Maker], str]] = {
    "news": _news,
    "tabloid": _tabloid,
    "blog": _blog,
    "wiki": _wiki,
    "docs": _docs,
    "forum": _forum,
    "council": _council,
    "magazine": _magazine,
    "press": _press,
    "help": _help,
}


def saved_pages() -> list[SavedPage]:
    """The whole set."""
    made = []
    for kind, build in _KINDS.items():
        for number in range(STORIES_PER_KIND):
            maker = _Maker(random.Random(f"{kind} {number}"), half=number % 2)
            made.append(maker.page(f"{kind}-{number}", build(maker)))
    return made


# --- as a browser copies it ------------------------------------------------------------------------------------------

_PARAGRAPHS = "p h1 h2 h3 h4 blockquote".split()
_BLOCKS = (
    "address article aside button div dl dt dd figcaption figure footer form header li main nav ol section table tr ul time"
).split()
_UNSEEN = ("head", "script", "style")


class _Shown(HTMLParser):
    """Words, and between them how many line feeds at least."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str | int] = []
        self._unseen = 0

    def _gap(self, tag: str) -> None:
        if tag in _PARAGRAPHS or tag in _BLOCKS:
            self.pieces.append(2 if tag in _PARAGRAPHS else 1)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        self._gap(tag)
        if tag in ("td", "th"):
            self.pieces.append("\t")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self._gap(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            before, after = " " * data[:1].isspace(), " " * data[-1:].isspace()
            self.pieces.append(f"{before}{' '.join(data.split())}{after}" if data.strip() else " ")


def pasted(html: str) -> str:
    """What a person gets who marks the whole page and copies it."""
    shown = _Shown()
    shown.feed(html)
    lines, gap, line = [], 0, ""
    for piece in [*shown.pieces, 1]:
        if isinstance(piece, int):
            gap = max(gap, piece)
        elif piece.strip():
            if gap and line.strip():
                lines += [" ".join(line.split(" ")).strip(), *[""] * (gap - 1)]
                line = ""
            gap = 0
            line += piece
        elif not gap:
            line += piece
    return "\n".join([*lines, line.strip()]).strip() + "\n"
