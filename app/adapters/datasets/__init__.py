"""Descriptions of data sets: one file a format."""

from __future__ import annotations

from app.adapters.datasets.croissant import CroissantReader
from app.ports import DatasetReader

READERS: tuple[DatasetReader, ...] = (CroissantReader(),)
"""Every reader of descriptions of data sets; the line that makes a format count."""
