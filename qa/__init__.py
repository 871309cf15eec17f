"""Answer questions over a library of articles, each answer with its footnotes. Loads no heavy library by itself."""

from index.types import Document, UserError
from qa.app import open_assistant
from qa.assistant import Assistant
from qa.config import Config
from qa.types import Answer, Citation, Refusal, Turn

__all__ = ["Answer", "Assistant", "Citation", "Config", "Document", "Refusal", "Turn", "UserError", "open_assistant"]
