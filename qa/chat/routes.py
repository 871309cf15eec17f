"""The two plain addresses beside Gradio's: the page's own scripts go out, uploaded files come in.

An upload is streamed into a file without a name, which nobody else can open and which is gone when it is closed; it is
never sent back. Where too many wait already, none is taken: the page sends it again when there is room. What the person
can mend is answered with words, like the calls of `qa.chat.desk`.
"""

from __future__ import annotations

import errno
import tempfile
from contextlib import ExitStack
from typing import IO, Any

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from index.types import InputError, UserError
from qa.chat.page import WEB, trouble_html
from qa.chat.shelf import Shelf, check_size

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def routes(shelf: Shelf) -> APIRouter:
    """`/web/NAME` and `/upload?name=NAME`."""
    router = APIRouter()
    files = {file.name: file.read_bytes() for file in WEB.iterdir() if file.suffix in _TYPES}

    @router.get("/web/{name}")
    def web(name: str) -> Response:
        if name not in files:
            return Response(status_code=404)
        media_type = _TYPES[name[name.rindex(".") :]]
        return Response(files[name], media_type=media_type, headers={"cache-control": "no-cache"})

    @router.post("/upload")
    async def upload(request: Request, name: str) -> dict[str, Any]:
        if shelf.is_full:
            return {"full": True}
        try:
            shelf.add_file(await _received(request, name), name)
        except UserError as error:
            return {"trouble": trouble_html(error)}
        except ClientDisconnect:
            pass  # nobody waits for the answer
        return {}

    return router


async def _received(request: Request, name: str) -> IO[bytes]:
    """The body as an open file. Raises InputError when it is too large, ends early or does not fit on the disk."""
    check_size(int(request.headers.get("content-length", "0")), name)
    with ExitStack() as opened:
        try:
            file = opened.enter_context(tempfile.TemporaryFile(prefix="footnote-"))
            async for chunk in request.stream():
                file.write(chunk)
                check_size(file.tell(), name)
            file.seek(0)
        except OSError as error:
            reason = f"the file could not be received: {error.strerror}"
            too_many = error.errno in (errno.EMFILE, errno.ENFILE)
            hint = "add it again when the others are in" if too_many else "free some space on the disk"
            raise InputError(reason, hint) from error
        opened.pop_all()  # the shelf closes it
        return file
