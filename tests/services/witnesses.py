"""A witness of logs over HTTP (C2SP tlog-witness): it cosigns only what continues what it saw."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from flask import Flask, Response, request

from app.domain.errors import ProofError
from app.domain.log import checkpoint, merkle
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.trust import Trust
from tests.witness import Witness


@dataclass
class Watching:
    """What a witness remembers of one log."""

    witness: Witness
    log: Trust
    seen: Checkpoint | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Flask:
        """Make its application."""
        app = Flask("witness")
        app.add_url_rule("/add-checkpoint", view_func=self.add, methods=["POST"])
        return app

    def add(self) -> Response:
        """Cosign a checkpoint, or say why not, by the statuses of the specification."""
        head, _, signed = request.get_data(as_text=True).partition("\n\n")
        first, *hashes = head.split("\n")
        try:
            stated = self.log.believe(signed)
        except ProofError:
            return Response("", 403)
        old = checkpoint.decimal(first.removeprefix("old "))
        with self.turn:
            known = 0 if self.seen is None else self.seen.size
            if old != known:
                return Response(f"{known}\n", 409, content_type="text/x.tlog.size")
            if not self._continues(stated, [checkpoint.decoded(line) for line in hashes]):
                return Response("", 422)
            self.seen = stated
        return Response(self.witness.cosign(signed, 1_795_550_097), 200)

    def _continues(self, stated: Checkpoint, proof: list[bytes]) -> bool:
        if self.seen is None or self.seen.size == 0:
            return not proof
        old = self.seen
        return merkle.is_consistent(old.size, stated.size, old.root, stated.root, proof)
