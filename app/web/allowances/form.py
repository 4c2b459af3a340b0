"""One form as it was sent: each field is read, and what is wrong stands at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, SubmissionError

MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}/[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
STAGE = re.compile(r"[a-z][a-z0-9_-]{0,40}")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
"""As the schemas of the API's requests have them."""
MOMENT = "%Y-%m-%dT%H:%M"
"""As a browser's field for a date and a time sends it, here in UTC."""
MOST_CODES = 20


@dataclass(slots=True)
class Form:
    """The fields of a form, and what is wrong by field; '' is the form as a whole."""

    given: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, most: int) -> str:
        """Read a text of 1 to `most` characters."""
        text = self._of(name)
        if not 0 < len(text) <= most:
            self.wrong[name] = f"expected 1 to {most} characters"
        return text

    def named(self, name: str, form: re.Pattern[str], like: str) -> str:
        """Read a name of this form; `like` is an example."""
        text = self._of(name)
        if form.fullmatch(text) is None:
            self.wrong[name] = f"expected a name like {like}"
        return text

    def codes(self, name: str) -> tuple[str, ...]:
        """Read rule ids that stand apart by spaces or commas, each once."""
        codes = tuple(dict.fromkeys(self._of(name).replace(",", " ").split()))
        unknown = [code for code in codes if CODE.fullmatch(code) is None]
        if unknown:
            self.wrong[name] = f"not a rule like model_card.licence_missing: {unknown[0][:80]}"
        elif not 0 < len(codes) <= MOST_CODES:
            self.wrong[name] = f"expected 1 to {MOST_CODES} rules"
        return codes

    def digest(self, name: str) -> Digest | None:
        """Read a digest; None if the field is empty."""
        try:
            return Digest(self._of(name)) if self._of(name) else None
        except InvalidDigestError:
            self.wrong[name] = "expected a release digest: 64 digits 0 to 9 and a to f"
            return None

    def moment(self, name: str, otherwise: int) -> int:
        """Read a time in UTC, in seconds since the epoch; `otherwise` if the field is empty."""
        text = self._of(name)
        if not text:
            return otherwise
        try:
            read = datetime.strptime(text[:16], MOMENT).replace(tzinfo=UTC)
        except ValueError:
            self.wrong[name] = "expected a date and a time in UTC, like 2026-12-31T18:00"
            return otherwise
        return max(0, int(read.timestamp()))

    def number(self, name: str, most: int) -> int:
        """Read a whole number from 1 to `most`."""
        text = self._of(name)
        is_number = text.isascii() and text.isdigit() and len(text) < len(str(most)) + 1
        if not is_number or not 0 < int(text) <= most:
            self.wrong[name] = f"expected a whole number from 1 to {most}"
            return 1
        return int(text)

    def refuse(self, error: SubmissionError) -> None:
        """Put what the gate said at the field that it speaks of."""
        name = error.pointer.strip("/").partition("/")[0]
        self.wrong[name if name in self.given else ""] = error.message

    def _of(self, name: str) -> str:
        return self.given.get(name, "").strip()
