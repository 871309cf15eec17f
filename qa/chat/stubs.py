"""Gradio without its stub files: at every import it parses each of its classes to write a .pyi beside it.

That is half of the time of its import, and of use to nobody who only runs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_stub_files() -> Iterator[None]:
    """While it is entered, Gradio's classes have no source file, which Gradio takes for a reason to write none."""
    real = inspect.getfile

    def getfile(of: Any) -> str:
        if inspect.isclass(of) and of.__module__.startswith("gradio."):
            raise OSError("no stub file is wanted")
        return real(of)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = real
