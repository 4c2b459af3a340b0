"""PROVE: the log's key, checkpoints, tiles and receipts, for verifiers that trust nobody."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.log.numbers import LARGEST, number
from app.domain.caller import Action
from app.domain.entry import Entry, Kind
from app.domain.errors import InvalidSubmissionError, NotFoundError, ProofError
from app.domain.identity import tenancy
from app.domain.log import checkpoint, note, tile
from app.domain.log.question import Question

blueprint = Blueprint("log_proofs", __name__)

_TEXT = "text/plain; charset=utf-8"
_PROOF = "application/vnd.c2sp.tlog-proof"
_FOREVER = "private, max-age=31536000, immutable"


@blueprint.get("/v1/log/key")
@permits(Action.READ)
def read_key() -> Response:
    """Give the log's public key, as a C2SP vkey."""
    return Response(ports().log.key + "\n", content_type=_TEXT)


@blueprint.get("/v1/log/checkpoint")
@permits(Action.READ)
def read_checkpoint() -> Response:
    """Give the signed checkpoint of the log as it is now, or the newest that witnesses saw."""
    if not _is_witnessed_asked_for():
        return Response(ports().log.checkpoint(), content_type=_TEXT)
    signed = ports().log.witnessed()
    if signed is None:
        raise NotFoundError("no witness has cosigned a checkpoint of this log")
    return Response(signed, content_type=_TEXT)


@blueprint.post("/v1/log/cosignatures")
@permits(Action.ADMINISTER)
def post_cosignatures() -> Response:
    """Keep what witnesses signed of a checkpoint; verifiers say what it is worth."""
    asked = submissions.body("cosignatures")
    lines = {_signer(line, place): line for place, line in enumerate(asked["lines"])}
    ports().log.cosign(asked["size"], lines)
    return answers.document({"size": asked["size"], "kept": sorted(lines)}, 201)


@blueprint.get("/v1/log/consistency")
@permits(Action.READ)
def read_consistency() -> Response:
    """Prove that the log of one size begins with that of another, earlier one."""
    old = number(request.args.get("old", ""), "old")
    new = number(request.args.get("new", ""), "new")
    hashes = [checkpoint.encoded(value) for value in ports().log.consistency(old, new)]
    return answers.document({"old": old, "new": new, "hashes": hashes})


@blueprint.get("/v1/log/tile/<level>/<path:place>")
@permits(Action.READ)
def read_tile(level: str, place: str) -> Response:
    """Give a tile of the tree, or a bundle of entries (C2SP tlog-tiles)."""
    try:
        wanted = tile.parse(level, place)
    except ProofError as error:
        raise NotFoundError(error.message) from error
    if wanted.level is None:
        caller().must_reach_everywhere(Action.READ)
    answer = Response(ports().log.tile(wanted), content_type="application/octet-stream")
    answer.headers["Cache-Control"] = _FOREVER
    return answer


@blueprint.get("/v1/log/entries/<int:seq>")
@permits(Action.READ)
def read_entry(seq: int) -> Response:
    """Give one entry, as it was recorded."""
    return answers.recorded(_entry(seq))


@blueprint.get("/v1/log/entries/<int:seq>/receipt")
@permits(Action.READ)
def read_entry_receipt(seq: int) -> Response:
    """Prove that an entry is in the log (C2SP tlog-proof), or that witnesses saw it there."""
    known = tenancy.must_know(caller(), _found(seq), f"entry {seq}")
    is_witnessed = request.args.get("witnessed") == "true"
    prove = ports().log.witnessed_receipt if is_witnessed else ports().log.receipt
    return Response(str(prove(known.seq)), content_type=_PROOF)


@blueprint.get("/v1/decisions/<decision_id>/receipt")
@permits(Action.READ)
def read_decision_receipt(decision_id: str) -> Response:
    """Prove that a decision is in the log (C2SP tlog-proof)."""
    found = ports().log.find(decision_id, Kind.DECISION)
    known = tenancy.must_know(caller(), found, f"decision {decision_id[:80]!r}")
    return read_entry_receipt(known.seq)


def _signer(line: str, place: int) -> str:
    try:
        return note.signer(line)
    except ProofError as error:
        raise InvalidSubmissionError(error.message, pointer=f"/lines/{place}") from error


def _is_witnessed_asked_for() -> bool:
    asked = list(request.args.items(multi=True))
    if asked not in ([], [("witnessed", "true")], [("witnessed", "false")]):
        raise InvalidSubmissionError("expected witnessed=true, witnessed=false, or no parameter")
    return asked == [("witnessed", "true")]


def _entry(seq: int) -> Entry:
    return tenancy.must_see(caller(), _found(seq), f"entry {seq}")


def _found(seq: int) -> Entry | None:
    asked = Question(is_for_archived=True)
    found = ports().log.scan(asked, seq, seq + 1, 1) if seq <= LARGEST else ()
    return found[0] if found else None
