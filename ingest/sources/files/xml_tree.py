"""XML of others, of which some is damaged and some malicious."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring


def parse_xml(content: str | bytes) -> Element:
    """Return the root of a document.

    Raises:
        ValueError: it is damaged, has entities of its own, or is in an unknown encoding.
    """
    try:
        root: Element = fromstring(content)
    except (ParseError, LookupError) as error:  # what defusedxml refuses is a ValueError
        raise ValueError(str(error)) from error
    return root
