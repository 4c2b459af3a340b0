"""Characters that nobody sees but that change what one reads are shown by their numbers.

Marks of direction reorder the text around them (Unicode TR 36, section 3.2; CVE-2021-42574), and
those of no width make two names look the same. Joiners are left alone between letters of scripts
that need them, and shown beside ASCII, which never does.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
    "|(?<=[ -~])[\u200c\u200d]|[\u200c\u200d](?=[ -~])"
)


class Exact(str):
    """Text that is sent back as it was given, such as a draft in a form."""

    __slots__ = ()


def shown(value: object) -> object:
    """Write the unseen characters of a text as `[U+202E]`; all else stays what it is."""
    if not isinstance(value, str) or value.isascii() or isinstance(value, Exact):
        return value
    kind = Markup if isinstance(value, Markup) else str
    return kind(_UNSEEN.sub(_number, value))


def _number(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"
