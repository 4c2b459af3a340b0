"""gunicorn's entry: `gunicorn app.wsgi:app` serves what the environment says."""

from __future__ import annotations

from app.factory import create_app
from app.settings import Settings

app = create_app(Settings.from_environment())
