"""XML of a stranger -> its tree: no entity is resolved, no DTD is loaded, no network is used, no tree is huge.

In: bytes. Out: the root element, or InputError. [lxml]
"""

from __future__ import annotations

from typing import Any

from index.types import InputError


def parse_xml(content: bytes) -> Any:
    """The root. Raises InputError when it is no XML."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"it is damaged: {error}") from error
