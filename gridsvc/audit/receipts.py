"""Receipts: what a phone may believe. A signed copy of a record's line in the trail."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson

from gridsvc.session import Session
from gridsvc.signing import Signer


def receipts(
    session: Session, subject_ids: Collection[UUID], signer: Signer, kind: str | None = None
) -> dict[UUID, dict[str, Any]]:
    """Return a receipt for each of `subject_ids` (things of one `kind`) that is in the trail.

    Call it in a transaction of its own, after the one that did the deed: a receipt is
    made of what is read back, so none is given for a row that was not committed. Asking
    again gives the same receipt, byte for byte.
    """
    if not subject_ids:
        return {}
    found = session.glance(FIRST_LINES, ids=list(subject_ids), kind=kind)
    return {id: signer.sign(_content(text, hash)) for id, text, hash in found}


# The first line about a subject is its entry.
FIRST_LINES = """
SELECT DISTINCT ON (subject_id) subject_id, text, hash
FROM audit_entry
WHERE jurisdiction_id = %(here)s AND subject_id = ANY(%(ids)s)
  AND (%(kind)s::text IS NULL OR subject_kind = %(kind)s)
ORDER BY subject_id, seq
"""


def _content(text: str, hash: str) -> dict[str, Any]:
    line = orjson.loads(text)
    return {
        "jurisdiction_id": line["jurisdiction_id"],
        "id": line["subject_id"],
        "digest": line.get("digest"),
        "media": line.get("media", []),
        "received_at": line["at"],
        "audit_seq": line["seq"],
        "audit_hash": hash,
    }
