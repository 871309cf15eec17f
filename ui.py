"""The chat page: the conversation on the left, the cited article on the right, served on this machine only.

Converts what the browser sends to questions and what the assistant replies to HTML (`qa.page`); decides nothing.
The conversation lives in the browser's window and is sent along with each question, so no two windows share one.
Nothing on the page comes from elsewhere: `Gate` forbids it to the browser and turns strangers away.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.types import Document, InputError, UserError
from qa import page
from qa.types import Answer, Turn

PASSWORD_VARIABLE = "FOOTNOTE_PASSWORD"  # noqa: S105 - the variable's name, not a password
USER_NAME = "footnote"
TURNS_REMEMBERED = 20
STOP_WITHIN_S = 1  # an open page keeps a connection alive for ever; stopping does not wait for it
PAPER, PAPER_DARK = "#faf9f6", "#171716"  # as --fn-page in STYLE
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not bound

# Gradio needs inline scripts and compiles its templates; everything else must come from this server.
CONTENT_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Asker(Protocol):
    """What the page needs of the assistant. Called from several threads at once."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Raises a UserError for what the person can mend."""
        ...

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        ...

    def document_count(self) -> int: ...


# ── The page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def build(asker: Asker, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page as one Gradio component: markup, script, and the three calls that the script makes."""

    def ask(sent: dict[str, Any]) -> dict[str, str | None]:
        turns = tuple(Turn(str(question), str(answer)) for question, answer in sent["turns"][-TURNS_REMEMBERED:])
        return _reply(asker, str(sent["question"]), turns)

    def article(sent: dict[str, Any]) -> dict[str, str]:
        return {"article": _article(asker, str(sent["document"]), int(sent["start"]), int(sent["end"]))}

    def library(_sent: dict[str, Any]) -> dict[str, str]:
        return {"library": page.library_line(asker.document_count())}

    blocks = gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(
            page.shell_html(examples=examples, documents=asker.document_count()),
            js_on_load=SCRIPT,
            server_functions=[ask, article, library],
            apply_default_css=False,
        )
    return blocks


def _reply(asker: Asker, question: str, turns: tuple[Turn, ...]) -> dict[str, str | None]:
    """The exchange to show, the answer to remember (None: nothing), and the first cited article (None: none)."""
    try:
        answer = asker.ask(question, history=turns)
    except UserError as error:
        return {"exchange": page.error_html(question, error), "answer": None, "article": None}
    article = None
    if answer.citations:
        first = answer.citations[0]
        article = _article(asker, first.document_id, first.start, first.end)
    exchange = page.answer_html(answer, titles=_titles_of_nearest(asker, answer))
    return {"exchange": exchange, "answer": "" if answer.refused else answer.text, "article": article}


def _titles_of_nearest(asker: Asker, answer: Answer) -> dict[str, str]:
    """Titles for the passages under a refusal; a document removed in the meantime has none."""
    titles: dict[str, str] = {}
    for hit in answer.hits if answer.refused else ():
        if len(titles) == page.NEAREST_SHOWN:
            break
        with contextlib.suppress(KeyError):
            titles[hit.passage.document_id] = asker.document(hit.passage.document_id).title
    return titles


def _article(asker: Asker, document_id: str, start: int, end: int) -> str:
    try:
        document = asker.document(document_id)
    except KeyError:
        return page.article_missing_html()
    return page.article_html(document, start, end)


# ── The server ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Running:
    """A page being served from a thread of its own."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)


class Gate:
    """ASGI middleware: answers only to its own names, and tells the browser to load nothing from elsewhere.

    A foreign `Host` is another site's name pointed at this machine; a foreign `Origin` is another site's script.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)  # empty: any name, for a server that listens on every address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # starting and stopping; Gradio has no websockets
            return await self.app(scope, receive, send)
        if not self._welcome(dict(scope["headers"])):
            return await _turn_away(send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        return await self.app(scope, receive, send_with_headers)

    def _welcome(self, headers: Mapping[bytes, bytes]) -> bool:
        host = _host_name("//" + headers.get(b"host", b"").decode("latin-1"))
        origin = headers.get(b"origin")
        same_site = origin is None or _host_name(origin.decode("latin-1")) == host
        return same_site and (not self.hosts or host in self.hosts)


def _host_name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


async def _turn_away(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": b"Footnote answers only to its own address.\n"})


def serve(
    asker: Asker,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] = (),
    open_browser: bool = False,
    block: bool = True,
) -> Running | None:
    """Serve the page and print its address: until interrupted, or with `block=False` from a thread.

    `port` 0 takes any free port. Raises InputError for an address that cannot be used, and for a host that other
    machines can reach while FOOTNOTE_PASSWORD is not set.
    """
    auth = _authentication(host)
    listener = _listen(host, port)
    server = uvicorn.Server(
        uvicorn.Config(
            _application(asker, host=host, examples=examples, auth=auth),
            log_level="warning",
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
    )
    url = _url(host, listener.getsockname()[1])
    sys.stdout.write(f"Footnote is at {url} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(url)
    if not block:
        return _serve_from_thread(server, listener, url)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return None


def _application(asker: Asker, *, host: str, examples: Sequence[str], auth: tuple[str, str] | None) -> Gate:
    no_manuals: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}  # they load remote scripts
    app = gr.mount_gradio_app(
        FastAPI(**no_manuals),
        build(asker, examples=examples),
        path="/",
        server_name=host,
        footer_links=[],
        run_history=False,
        app_kwargs=no_manuals,
        auth=auth,
        max_file_size=1,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=_theme(),
        head=HEAD,
    )
    return Gate(app, hosts=() if host in WILDCARDS else {*LOOPBACK_NAMES, host.strip("[]").lower()})


def _theme() -> gr.themes.Base:
    """System fonts only, and the page's own paper before its style sheet arrives."""
    theme = gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace"))
    return theme.set(body_background_fill=PAPER, body_background_fill_dark=PAPER_DARK)


def _authentication(host: str) -> tuple[str, str] | None:
    if _is_loopback(host):
        return None
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise InputError(
            f"on {host!r} other machines could read your articles",
            f"set {PASSWORD_VARIABLE} to a password (the user name is {USER_NAME!r}), or leave --host out",
        )
    return USER_NAME, password


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    name = host.strip("[]")
    if not 0 <= port <= 65535:
        raise InputError(f"{port} is not a port", "choose one from 1024 to 65535 with --port")
    try:
        return socket.create_server((name, port), family=socket.AF_INET6 if ":" in name else socket.AF_INET)
    except PermissionError as error:
        raise InputError(f"port {port} may not be used by this account", "choose one above 1023 with --port") from error
    except socket.gaierror as error:
        raise InputError(f"no address is known for the host {host!r}", "check --host") from error
    except OSError as error:
        if _is_taken(error):
            raise InputError(f"port {port} is already in use", "choose another with --port") from error
        raise InputError(f"cannot listen on {host!r}: {error.strerror}", "check --host") from error


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))


def _url(host: str, port: int) -> str:
    name = "127.0.0.1" if host in WILDCARDS else host.strip("[]")
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _serve_from_thread(server: uvicorn.Server, listener: socket.socket, url: str) -> Running:
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.01)
    return Running(url, server, thread)


# ── Look and behaviour in the browser ─────────────────────────────────────────────────────────────────────────────

SCRIPT = r"""
const find = (selector) => element.querySelector(selector);
const talk = find('.fn-talk'), log = find('.fn-log'), welcome = find('.fn-welcome'), clear = find('.fn-clear');
const form = find('.fn-ask'), box = find('#fn-question'), article = find('.fn-article');
const placeholder = article.innerHTML;
const narrow = window.matchMedia('(max-width: 820px)');
const TROUBLE = 'Something went wrong on our side. The terminal in which Footnote runs says what.';

let turns = [];          // [question, answer] of this window
let conversation = 0;    // a reply to an earlier conversation is dropped
let opening = 0;         // so is an article that was overtaken by another
let busy = false;
let opener = null;       // the footnote to return to

const paragraph = (kind, text) => {
  const p = document.createElement('p');
  p.className = kind;
  p.textContent = text;
  return p;
};

const grow = () => { box.style.height = 'auto'; box.style.height = box.scrollHeight + 'px'; };
const focusBox = () => { if (!narrow.matches) box.focus({preventScroll: true}); };
const setBusy = (value) => { busy = value; form.classList.toggle('fn-busy', value); };

const startExchange = (question) => {
  const exchange = document.createElement('article');
  exchange.className = 'fn-exchange';
  const heading = document.createElement('h2');
  heading.className = 'fn-question';
  heading.textContent = question;
  exchange.append(heading, paragraph('fn-searching', 'Searching…'));
  log.append(exchange);
  welcome.hidden = true;
  clear.hidden = false;
  bringIntoView(exchange);
  return exchange;
};

const showArticle = (html) => {
  opening += 1;
  article.innerHTML = html;
  article.classList.add('fn-open');
  article.scrollTop = 0;
  const cited = article.querySelector('#cited');
  if (cited) {
    const offset = cited.getBoundingClientRect().top - article.getBoundingClientRect().top;
    article.scrollTop = offset - article.clientHeight / 3;
  }
};

const closeArticle = () => {
  opening += 1;
  article.innerHTML = placeholder;
  article.classList.remove('fn-open');
  article.removeAttribute('aria-busy');
};

const bringIntoView = (exchange) => {
  const tall = exchange.offsetHeight > find('.fn-scroll').clientHeight;
  exchange.scrollIntoView({block: narrow.matches || tall ? 'start' : 'nearest'});
};

const ask = async (question) => {
  if (busy || !question.trim()) return;
  const asked = conversation;
  const exchange = startExchange(question);
  setBusy(true);
  if (narrow.matches) box.blur();
  const reply = await server.ask({question, turns});
  if (asked !== conversation) return;
  setBusy(false);
  if (!reply) {
    exchange.querySelector('.fn-searching').replaceWith(paragraph('fn-trouble', TROUBLE));
    return;
  }
  exchange.innerHTML = reply.exchange;
  if (reply.answer !== null) turns = [...turns, [question, reply.answer]].slice(-50);
  if (reply.article !== null) showArticle(reply.article);
  else closeArticle();
  bringIntoView(exchange);
  focusBox();
};

const openArticle = async (button) => {
  const {document: id, start, end} = button.dataset;
  if (log.contains(button)) opener = button;
  const mine = ++opening;
  article.setAttribute('aria-busy', 'true');
  const reply = await server.article({document: id, start: Number(start), end: Number(end)});
  if (mine !== opening) return;
  article.removeAttribute('aria-busy');
  const trouble = paragraph('fn-blank', TROUBLE).outerHTML;
  showArticle(reply ? reply.article : trouble);
  article.focus({preventScroll: true});
  if (narrow.matches) article.scrollIntoView({block: 'center'});
};

const backToAnswer = () => {
  const target = opener && opener.isConnected ? opener : log.querySelector('.fn-exchange:last-child .fn-footnote');
  if (!target) return box.focus();
  target.focus({preventScroll: true});
  target.scrollIntoView({block: 'center'});
};

const startAgain = () => {
  conversation += 1;
  turns = [];
  opener = null;
  setBusy(false);
  log.replaceChildren();
  closeArticle();
  welcome.hidden = false;
  clear.hidden = true;
  box.focus();
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.document !== undefined) openArticle(button);
  else if (button.classList.contains('fn-chip')) ask(button.textContent);
  else if (button.classList.contains('fn-clear')) startAgain();
  else if (button.classList.contains('fn-back')) backToAnswer();
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (busy || !box.value.trim()) return;
  const question = box.value;
  box.value = '';
  grow();
  ask(question);
});

box.addEventListener('input', grow);
box.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
article.addEventListener('keydown', (event) => { if (event.key === 'Escape') backToAnswer(); });

box.focus();
server.library({}).then((reply) => { if (reply) find('.fn-library').innerHTML = reply.library; });
"""

STYLE = """
:root {
  --fn-page: #faf9f6; --fn-sheet: #ffffff; --fn-ink: #1f1e1b; --fn-soft: #63605a; --fn-line: #e5e1d9;
  --fn-accent: #28577d; --fn-wash: #eef2f5; --fn-mark: #ffefb5; --fn-mark-ink: #1f1e1b;
  --fn-sure: #2f6b4f; --fn-fair: #7a5d12; --fn-weak: #8a4b32;
  --fn-sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --fn-serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Charter, Georgia, "Liberation Serif",
    serif;
  color-scheme: light;
}
:root:has(body.dark) {
  --fn-page: #171716; --fn-sheet: #1e1e1c; --fn-ink: #e8e5de; --fn-soft: #a8a39a; --fn-line: #34322e;
  --fn-accent: #93bfe4; --fn-wash: #26282a; --fn-mark: #574816; --fn-mark-ink: #fff4d1;
  --fn-sure: #8cc7a8; --fn-fair: #dcbb63; --fn-weak: #e2a488;
  color-scheme: dark;
}
body, gradio-app, .gradio-container { background: var(--fn-page) !important; }
.gradio-container, .gradio-container .main, .gradio-container main, .gradio-container .wrap, .gradio-container .block,
.gradio-container .html-container { padding: 0 !important; margin: 0 !important; max-width: none !important;
  border: 0 !important; }
.gradio-container footer { display: none !important; }

.fn-app, .fn-app * { box-sizing: border-box; }
.fn-app { position: fixed; inset: 0; display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) minmax(0, 1fr);
  background: var(--fn-page); color: var(--fn-ink); font: 16px/1.55 var(--fn-sans);
  -webkit-font-smoothing: antialiased; overflow-wrap: anywhere; }
.fn-app h1, .fn-app h2, .fn-app h3, .fn-app p, .fn-app figure, .fn-app blockquote, .fn-app ul, .fn-app ol {
  margin: 0; padding: 0; font-size: inherit; font-weight: inherit; color: inherit; border: 0; }
.fn-app ul, .fn-app ol { list-style: none; }
.fn-app cite { font-style: normal; }
.fn-app [hidden] { display: none; }
.fn-app button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: left;
  cursor: pointer; }
.fn-app a { color: var(--fn-accent); text-underline-offset: 3px; }
.fn-app code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.fn-app mark { background: var(--fn-mark); color: var(--fn-mark-ink); border-radius: 2px; padding: .06em 0;
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.fn-app :focus-visible { outline: 2px solid var(--fn-accent); outline-offset: 3px; border-radius: 3px; }
.fn-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.fn-top { grid-column: 1 / -1; display: flex; align-items: baseline; gap: 16px; padding: 16px 32px;
  border-bottom: 1px solid var(--fn-line); }
.fn-app .fn-name { font: 600 19px/1.4 var(--fn-serif); letter-spacing: .01em; }
.fn-app .fn-library { color: var(--fn-soft); font-size: 14px; flex: 1; }
.fn-app .fn-clear { color: var(--fn-accent); font-size: 14px; }
.fn-app .fn-clear:hover, .fn-app .fn-back:hover, .fn-left-out button:hover { text-decoration: underline;
  text-underline-offset: 3px; }

.fn-talk { display: flex; flex-direction: column; min-height: 0; }
.fn-scroll { flex: 1; overflow-y: auto; padding: 0 32px; }
.fn-scroll > * { max-width: 620px; margin: 0 auto; }
.fn-welcome { padding: 14vh 0 32px; }
.fn-app .fn-welcome h2 { font: 400 34px/1.2 var(--fn-serif); letter-spacing: -.01em; }
.fn-app .fn-welcome p { color: var(--fn-soft); margin-top: 12px; max-width: 34em; }
.fn-app .fn-chips { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; margin-top: 32px; }
.fn-app .fn-chip { padding: 9px 16px; border-radius: 20px; background: var(--fn-wash); font-size: 15px; }
.fn-app .fn-chip:hover { color: var(--fn-accent); }
.fn-app .fn-chip:focus-visible { border-radius: 20px; }

.fn-exchange { padding: 32px 0 40px; scroll-margin: 0; }
.fn-exchange + .fn-exchange { border-top: 1px solid var(--fn-line); }
.fn-app .fn-question { color: var(--fn-soft); font-size: 16px; white-space: pre-line; }
.fn-app .fn-understood { color: var(--fn-soft); font-size: 14px; font-style: italic; margin-top: 2px; }
.fn-app .fn-searching { color: var(--fn-soft); margin-top: 14px; animation: fn-breathe 1.6s ease-in-out infinite; }
@keyframes fn-breathe { 50% { opacity: .45; } }
.fn-app .fn-short { font-size: 26px; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; margin-top: 12px;
  white-space: pre-line; }
.fn-app .fn-long { font: 400 20px/1.5 var(--fn-serif); letter-spacing: 0; }
.fn-app .fn-marker { font: 600 12px/1 var(--fn-sans); color: var(--fn-accent); vertical-align: super;
  padding: 2px 3px; margin: 0 1px; }
.fn-app .fn-marker:hover { text-decoration: underline; }
.fn-app .fn-confidence { display: flex; align-items: center; gap: 8px; margin-top: 8px; font-size: 14px;
  width: fit-content; }
.fn-confidence small { color: var(--fn-soft); font-size: 13px; }
.fn-bars { display: inline-flex; gap: 3px; }
.fn-bars i { width: 14px; height: 4px; border-radius: 2px; background: currentColor; }
.fn-uncertain i:nth-child(n+2), .fn-likely i:nth-child(n+3) { opacity: .25; }
.fn-app .fn-very-likely { color: var(--fn-sure); }
.fn-app .fn-likely { color: var(--fn-fair); }
.fn-app .fn-uncertain { color: var(--fn-weak); }

.fn-app .fn-evidence { margin-top: 22px; }
.fn-app .fn-evidence blockquote { font: 400 17px/1.6 var(--fn-serif); padding-left: 16px; white-space: pre-line;
  border-left: 2px solid var(--fn-line); }
.fn-evidence figcaption { font-size: 14px; line-height: 1.5; padding-left: 18px; margin-top: 8px; }
.fn-app .fn-footnote { display: inline; color: var(--fn-accent); }
.fn-footnote:hover cite, .fn-passage:hover cite { text-decoration: underline; text-underline-offset: 3px; }
.fn-facts { color: var(--fn-soft); }
.fn-footnote + .fn-facts::before { content: " · "; }

.fn-app .fn-disagree { font-size: 20px; font-weight: 600; margin-top: 12px; }
.fn-values { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 16px; margin-top: 20px; }
.fn-value { background: var(--fn-sheet); border-radius: 10px; padding: 18px 20px 20px;
  box-shadow: 0 0 0 1px var(--fn-line); }
.fn-app .fn-value .fn-short { margin-top: 0; font-size: 24px; }
.fn-app .fn-value .fn-evidence { margin-top: 12px; }
.fn-app .fn-value blockquote { font-size: 16px; padding-left: 0; border: 0; }
.fn-value figcaption { padding-left: 0; }
.fn-value .fn-facts { display: block; }
.fn-value .fn-facts::before { content: none !important; }

.fn-app .fn-refusal { font-size: 20px; font-weight: 500; margin-top: 12px; }
.fn-app .fn-label { color: var(--fn-soft); font-size: 14px; margin-top: 26px; }
.fn-app .fn-nearest { margin-top: 6px; }
.fn-app .fn-passage { display: block; width: 100%; padding: 10px 0 12px; }
.fn-passage cite { display: block; color: var(--fn-accent); font-size: 15px; }
.fn-passage span { display: block; font: 400 16px/1.55 var(--fn-serif); margin-top: 2px; }
.fn-app .fn-trouble p::first-letter, .fn-app p.fn-trouble::first-letter { text-transform: uppercase; }
.fn-app .fn-trouble { margin-top: 14px; padding-left: 16px; border-left: 2px solid var(--fn-weak); }
.fn-app .fn-hint { color: var(--fn-soft); margin-top: 2px; }

.fn-ask { display: flex; align-items: flex-end; gap: 8px; margin: 0 32px 24px; max-width: 620px; padding: 6px;
  width: calc(100% - 64px); align-self: center; background: var(--fn-sheet); border-radius: 14px;
  box-shadow: 0 0 0 1px var(--fn-line), 0 6px 24px rgb(0 0 0 / .05); }
.fn-ask:focus-within { box-shadow: 0 0 0 2px var(--fn-accent), 0 6px 24px rgb(0 0 0 / .05); }
.fn-app .fn-ask textarea { flex: 1; min-width: 0; resize: none; max-height: 30vh; padding: 8px 10px; border: 0;
  outline: 0; background: none; color: var(--fn-ink); font: 16px/24px var(--fn-sans); box-shadow: none; }
.fn-app .fn-ask textarea::placeholder { color: var(--fn-soft); opacity: 1; }
.fn-app .fn-send { padding: 8px 18px; border-radius: 9px; background: var(--fn-accent); color: var(--fn-sheet);
  font-size: 15px; font-weight: 500; line-height: 24px; }
.fn-busy .fn-send { opacity: .5; cursor: default; }

.fn-article { overflow-y: auto; background: var(--fn-sheet); border-left: 1px solid var(--fn-line); }
.fn-app .fn-article:focus { outline: 0; }
.fn-app .fn-article:focus-visible .fn-bar { box-shadow: inset 0 2px var(--fn-accent); }
.fn-article[aria-busy] { opacity: .6; }
.fn-bar { position: sticky; top: 0; z-index: 1; display: flex; align-items: baseline; gap: 4px 16px; padding: 12px 40px;
  font-size: 14px; background: var(--fn-sheet); border-bottom: 1px solid var(--fn-line); }
.fn-bar div { flex: 1; min-width: 0; }
.fn-app .fn-running { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.fn-app .fn-back { color: var(--fn-accent); white-space: nowrap; opacity: 0; }
.fn-article:focus-within .fn-back, .fn-back:hover { opacity: 1; }
.fn-paper { max-width: 680px; margin: 0 auto; padding: 36px 40px 40vh; font: 400 18px/1.68 var(--fn-serif); }
.fn-app .fn-title { font: 600 28px/1.25 var(--fn-serif); letter-spacing: -.01em; margin-bottom: 14px; }
.fn-app .fn-text p { white-space: pre-line; margin-bottom: .85em; }
.fn-app .fn-text .fn-title { margin-bottom: 12px; }
.fn-app .fn-text .fn-dateline { font: 14px/1.5 var(--fn-sans); color: var(--fn-soft); margin-bottom: 10px; }
.fn-app .fn-dateline + :not(.fn-dateline) { margin-top: 24px; }
.fn-app .fn-left-out { font: 14px/1.5 var(--fn-sans); color: var(--fn-soft); margin: 12px 0 24px; }
.fn-left-out button { color: var(--fn-accent) !important; }
.fn-app .fn-blank { font: 17px/1.6 var(--fn-serif); color: var(--fn-soft); max-width: 26em; margin: 0 auto;
  padding: 30vh 40px 0; text-align: center; }
#cited { scroll-margin: 96px; }

@media (max-width: 820px) {
  .fn-app { position: static; display: block; min-height: 100dvh; padding-bottom: 92px; }
  .fn-top { padding: 12px 20px; gap: 12px; }
  .fn-scroll { overflow: visible; padding: 0 20px; }
  .fn-welcome { padding: 9vh 0 24px; }
  .fn-app .fn-welcome h2 { font-size: 29px; }
  .fn-exchange { padding: 24px 0 32px; }
  .fn-ask { position: fixed; z-index: 2; left: 12px; right: 12px; bottom: 12px; width: auto; margin: 0 auto; }
  .fn-article { display: none; margin: 0 12px; max-height: 66dvh; border: 1px solid var(--fn-line);
    border-radius: 12px; overscroll-behavior: contain; }
  .fn-article.fn-open { display: block; }
  .fn-exchange:last-child { padding-bottom: 24px; }
  .fn-bar { padding: 10px 18px; }
  .fn-app .fn-back { opacity: 1; }
  .fn-paper { padding: 22px 18px 30vh; font-size: 17px; }
  .fn-app .fn-title { font-size: 24px; }
  .fn-app .fn-blank { padding: 32px 20px; }
}
@media (prefers-reduced-motion: reduce) { .fn-app * { animation: none !important; } }
"""

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='7' fill='%2328577d'/%3E%3Ctext x='16' y='22' font-family='Georgia,serif' font-size='17' fill='white' "
    "text-anchor='middle'%3E1%3C/text%3E%3C/svg%3E"
)
HEAD = f'<link rel="icon" href="{ICON}"><style>{STYLE}</style>'
