"""The only place that puts real parts together: encoder, library, reader, calibration -> an Assistant."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.encode import SentenceEncoder
from index.library import Library
from index.types import Document, InputError, Retriever
from qa.assistant import Assistant
from qa.config import Config, configure
from qa.evidence import Calibration
from qa.reader import Reader, SpanReader

if TYPE_CHECKING:
    from qa.chat.desk import Desk


@cache
def _encoder(model: str, *, reference: bool) -> SentenceEncoder:
    """One for the library and for checking what is written: it takes memory and a second to load."""
    return SentenceEncoder(model, reference=reference)


def open_library(config: Config) -> Library:
    """The library of `config.home`, made when there is none. Raises LibraryError when it cannot be used."""
    return Library(config.home_folder, open_encoder(config), chunk_chars=config.chunk_chars)


def open_encoder(config: Config) -> SentenceEncoder:
    """The embedding model that `config` names; loaded at the first text."""
    return _encoder(config.encoder, reference=config.reference)


def open_assistant(
    home: str | Path | None = None, *, documents: Sequence[Document] | None = None, config: Config | None = None
) -> Assistant:
    """An assistant over the library in `home` (else in `config.home`), or over `documents` kept in memory.

    Raises InputError when both are given, LibraryError or ModelError when a part cannot be used.
    """
    config = config or configure()
    if home is not None:
        config = replace(config, home=str(home))
    if documents is None:
        return assistant_over(open_library(config), config)
    if home is not None:
        raise InputError("both home and documents were given", "give home for a library on disk, documents for memory")
    library = Library(None, open_encoder(config), chunk_chars=config.chunk_chars)
    for _ in library.add(documents):
        pass
    return assistant_over(library, config)


def open_reader(config: Config) -> SpanReader:
    """The reader that `config` names; loaded, and found out to be unusable, at the first question."""
    return SpanReader(Path(config.reader), reference=config.reference)


def assistant_over(library: Retriever, config: Config, *, reader: Reader | None = None) -> Assistant:
    """With a reader of its own unless one is given. Raises ModelError when `config.reader` holds no calibration."""
    calibration = Calibration.load(Path(config.reader) / "calibration.json")
    if config.threshold is not None:
        calibration = replace(calibration, threshold=config.threshold)
    own = reader if isinstance(reader, SpanReader) else open_reader(config)
    read, encoder = config.passages_read, open_encoder(config)
    return Assistant(library, reader or own, calibration, passages_read=read, is_word=own.knows, encoder=encoder)


def open_desk(config: Config, *, examples: Sequence[str] = ()) -> Desk:
    """What the chat page talks to, over the library of `config.home`. Raises as `open_assistant` does."""
    from qa.chat.archive import Archive
    from qa.chat.conversations import Conversations
    from qa.chat.desk import Desk
    from qa.chat.feedback import FeedbackLog
    from qa.chat.offers import Offers
    from qa.chat.pen import Pen
    from qa.chat.shelf import Shelf

    library, home = open_library(config), config.home_folder
    archive = Archive(Conversations(home), FeedbackLog(home), document=library.document)
    assistant = assistant_over(library, config)
    offers = Offers(assistant, rng=random.Random())
    pen = Pen(assistant, config.model)
    return Desk(assistant, Shelf(library), archive, offers=offers, pen=pen, examples=examples)
