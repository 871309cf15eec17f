"""The choice of a model: what a person typed -> a `Writer`; what there is to choose from. Loads nothing."""

from __future__ import annotations

from index.types import InputError
from qa.writing.endpoint import Endpoint
from qa.writing.hub import Tell
from qa.writing.local import LocalModel
from qa.writing.types import Writer


def is_server(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def open_writer(name: str, *, tell: Tell = lambda words: None) -> Writer:
    """A server's address with the model behind a #, a folder, or a name on the hub; found out at the first use.

    Raises InputError for an address that is none.
    """
    if not name.strip():
        raise InputError("the model's name is empty", "name a folder, a model on the hub or a server")
    return Endpoint(name.strip()) if is_server(name.strip()) else LocalModel(name.strip(), tell=tell)


def ready(writer: Writer) -> None:
    """Loads a model of this machine, sees whether a server answers. Raises a UserError when it cannot be used."""
    if isinstance(writer, LocalModel):
        writer.load()
    elif isinstance(writer, Endpoint):
        writer.check()


def listed(server: str) -> list[str]:
    """The models of a server, each as it can be chosen. Raises a UserError when it does not answer."""
    base = server.split("#", maxsplit=1)[0].rstrip("/")
    return [f"{base}#{name}" for name in Endpoint(base).models()]
