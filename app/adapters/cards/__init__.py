"""Model cards: one file a format, each as teams already write it."""

from __future__ import annotations

from app.adapters.cards.cyclonedx import CycloneDXCardReader
from app.adapters.cards.hugging_face import HuggingFaceCardReader
from app.adapters.cards.markdown import MarkdownCardReader
from app.adapters.cards.model_card_toolkit import ModelCardToolkitReader
from app.adapters.cards.nvidia import NVIDIACardReader
from app.adapters.cards.spdx import SPDXCardReader
from app.ports import CardReader

READERS: tuple[CardReader, ...] = (
    CycloneDXCardReader(),
    HuggingFaceCardReader(),
    MarkdownCardReader(),
    ModelCardToolkitReader(),
    NVIDIACardReader(),
    SPDXCardReader(),
)
"""Every reader of model cards; the line that makes a format count."""
