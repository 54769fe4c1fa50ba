"""Pages of a space of Confluence, exported as HTML: the page without what stands around it.

The export sets the space's name before each title, and the page's history, its attachments and
the program's name beside its text: https://confluence.atlassian.com/doc/139475.html
"""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

_AROUND = ".toc-macro, .expand-control-icon, .confluence-information-macro-icon, .page-metadata"


def is_list_of_pages(soup: BeautifulSoup) -> bool:
    """Return whether a page is the export's own, with what the space is called and its pages."""
    return soup.select_one("#title-text") is not None and bool(
        soup.select("#main-content.pageSection")
    )


def page_of_space(soup: BeautifulSoup) -> Tag | None:
    """Return the text of a page below its title, or None if the page is another program's."""
    title, content = soup.select_one("#title-text"), soup.select_one("#main-content")
    if title is None or content is None:
        return None
    for tag in content.select(_AROUND):
        tag.decompose()
    for tag in content.select(".expand-control"):
        tag.name = "summary"
    heading = soup.new_tag("h1")
    heading.string = _without_space(title.get_text(" ", strip=True), soup)
    content.insert(0, heading)
    return content


def _without_space(title: str, soup: BeautifulSoup) -> str:
    """Return a title without the name of the space, the first of the places above the page."""
    space = soup.select_one("#breadcrumbs a")
    name = space.get_text(" ", strip=True) if space else title.partition(" : ")[0]
    return title.removeprefix(f"{name} : ").strip()
