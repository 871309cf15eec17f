"""The chat page: Gradio shows it, `qa.chat.desk` answers what it asks, `qa.chat.server` serves it on this machine only.

The wiring and nothing else: what the reader sees is in qa/chat/.
"""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
from fastapi import FastAPI

from qa.chat import server
from qa.chat.desk import Desk
from qa.chat.page import WEB
from qa.chat.routes import routes
from qa.chat.server import Running

PAPER, PAPER_DARK = "#faf9f6", "#171716"  # as --fn-page in page.css
START = "import(new URL('web/page.js', document.baseURI)).then((page) => page.start(element, server));"
NO_MANUALS: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}  # they load remote scripts
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='7' fill='%2328577d'/%3E%3Ctext x='16' y='22' font-family='Georgia,serif' font-size='17' fill='white' "
    "text-anchor='middle'%3E1%3C/text%3E%3C/svg%3E"
)


def serve(
    desk: Desk, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False, block: bool = True
) -> Running | None:
    """Serve the page and print its address: until interrupted, or with `block=False` from a thread.

    Raises InputError for an address that cannot be used; see `qa.chat.server.serve`.
    """
    return server.serve(application(desk), host=host, port=port, open_browser=open_browser, block=block)


def build(desk: Desk) -> gr.Blocks:
    """The page as one Gradio component: its HTML, its script, and the one function that the script calls."""

    def call(sent: dict[str, Any]) -> dict[str, Any]:
        return desk.call(str(sent["name"]), sent["sent"])

    blocks = gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(desk.first_page(), js_on_load=START, server_functions=[call], apply_default_css=False)
    return blocks


def application(desk: Desk) -> FastAPI:
    app = FastAPI(**NO_MANUALS)
    app.include_router(routes(desk.shelf))
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build(desk),
        path="/",
        footer_links=[],
        run_history=False,
        app_kwargs=NO_MANUALS,
        max_file_size=1,  # Gradio's own upload, which nothing uses
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=_theme(),
        head=_head(),
    )
    return mounted


def _theme() -> gr.themes.Base:
    """System fonts only, and the page's own paper before its style sheet arrives."""
    theme = gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace"))
    return theme.set(body_background_fill=PAPER, body_background_fill_dark=PAPER_DARK)


def _head() -> str:
    """The style sheet, the words of every language, and the scripts, which the browser may fetch at once."""
    words = {file.suffixes[0][1:]: json.loads(file.read_text("utf-8")) for file in sorted(WEB.glob("words.*.json"))}
    embedded = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    scripts = "".join(f'<link rel="modulepreload" href="./web/{file.name}">' for file in sorted(WEB.glob("*.js")))
    style = (WEB / "page.css").read_text("utf-8")
    return (
        f'<link rel="icon" href="{ICON}">{scripts}<style>{style}</style>'
        f'<script type="application/json" id="fn-words">{embedded}</script>'
    )
