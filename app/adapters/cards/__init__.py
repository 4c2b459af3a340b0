"""Model cards: one file a format, each as teams already write it."""

from __future__ import annotations

from app.adapters.cards.hugging_face import HuggingFaceCardReader
from app.ports import CardReader

READERS: tuple[CardReader, ...] = (HuggingFaceCardReader(),)
"""Every reader of model cards; the line that makes a format count."""
