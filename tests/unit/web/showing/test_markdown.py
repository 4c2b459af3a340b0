from __future__ import annotations

import html
import re

import pytest
from markdown_it import MarkdownIt

from app.web.showing import markdown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![p](https://evil.example/p.png)",
        "<https://evil.example>",
        "# heading",
        "- item",
        "1. item",
        "**bold** _it_ `code` ~~gone~~",
        "| a | b |",
        "&lt;b&gt;",
        "line\n\n# next",
        "tab\there \\ back",
        "@team #7",
    ],
)
def test_text_stays_text_in_a_markdown_reader(text: str) -> None:
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown.plain(text))

    assert re.findall(r"<[^>]+>", page) == ["<p>", "</p>"]
    shown = html.unescape(page.removeprefix("<p>").removesuffix("</p>\n"))
    assert shown == re.sub(r"\s+", " ", text)
