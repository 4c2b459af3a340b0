"""A model card as it was written, made safe: headings, lists and tables, everything else text.

No HTML of the card's, no link, no picture: what a card says cannot run, load or lead away.
"""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

MOST_CHARS = 40_000
"""Characters shown of a card; the whole card can be taken away."""
_OFF = ["link", "image", "autolink", "html_inline", "html_block", "reference"]


def rendered(content: bytes) -> Markup:
    """Render a card's Markdown; its front matter is shown in the table of facts instead."""
    text = content.decode("utf-8", errors="replace").replace("\0", "")
    return Markup(_renderer().render(_without_front_matter(text)[:MOST_CHARS]))  # noqa: S704 - made by the renderer, which lets no HTML through; tests show it


def _without_front_matter(text: str) -> str:
    if not text.startswith("---"):
        return text
    _, parting, rest = text.removeprefix("---").partition("\n---")
    return rest.partition("\n")[2] if parting else text


@cache
def _renderer() -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": False, "maxNesting": 20}
    renderer = MarkdownIt("commonmark", options).enable("table")
    renderer.core.ruler.push("sink_headings", _sink_headings)
    return renderer.disable(_OFF)


def _sink_headings(state: StateCore) -> None:
    # The card's headings stand below those of the page.
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"
