"""What becomes of an upload: announced, whole or refused, and what its sender is told."""

from base64 import b64encode

from flask import Response

from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.errors import DomainError
from gridsvc.identity import Caller
from gridsvc.media.models import Upload
from gridsvc.media.receive import Piece, announce, complete, find, standing, take
from gridsvc.media.rules import Announcement, ChecksumMismatch
from gridsvc.media.tus import UNSOUND, empty, mismatch, progress
from gridsvc.problems import describe
from gridsvc.quarantine import keep_aside
from gridsvc.session import transaction
from gridsvc.signing import signer
from gridsvc.store import store


def announced(who: Caller, told: Announcement, piece: Piece | None) -> Response:
    """Take in an announcement, with the bytes that came along, in one transaction."""
    if piece is not None and not piece.is_sound:
        return mismatch(UNSOUND)
    files, refusal = store(who.jurisdiction_id), None
    with transaction(who.jurisdiction_id) as session:
        upload = announce(session, files, told, by=who.actor, now=utc_now())
        was_whole = standing(files, upload) == upload.length
        if piece is not None and not was_whole and standing(files, upload) == 0:
            refusal = take(session, files, upload, 0, piece, by=who.actor, now=utc_now())
    if refusal is not None:
        return refused(who, upload, refusal)
    if upload.offset < upload.length:
        return empty(201, progress(upload))
    return finished(who, upload, 200 if was_whole else 201)


def finished(who: Caller, upload: Upload, status: int) -> Response:
    """Complete an upload whose bytes are all there, once; answer with its receipt."""
    if upload.completed_at is None:
        now, files = utc_now(), store(who.jurisdiction_id)
        with transaction(who.jurisdiction_id) as session:
            upload, refusal = find(session, upload.id, by=who.actor, now=now), None
            if upload.completed_at is None and standing(files, upload) == upload.length:
                refusal = complete(session, files, upload, by=who.actor, now=now)
        if refusal is not None:
            return refused(who, upload, refusal)
    with transaction(who.jurisdiction_id) as session:
        receipt = receipts(session, [upload.id], signer()).get(upload.id)
    headers = progress(upload)
    if receipt:
        headers["Media-Receipt"] = b64encode(canonical(receipt)).decode()
    return empty(status, headers)


def refused(who: Caller, upload: Upload, refusal: DomainError) -> Response:
    """Answer for bytes that are not the photo announced. If they are kept, it is to be seen."""
    if isinstance(refusal, ChecksumMismatch):
        return mismatch(refusal)
    if store(who.jurisdiction_id).aside(upload.sha256).exists():
        told = {"sha256": upload.sha256, "length": upload.length, "filetype": upload.media_type}
        sent = {"kind": "media", "id": str(upload.id), "body": told}
        with transaction(who.jurisdiction_id) as session:
            aside = [(sent, refusal.verdict, describe(refusal))]
            keep_aside(session, aside, sender_id=who.person_id, by=who.actor, now=utc_now())
    raise refusal
