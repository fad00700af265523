"""What a phone says of the file that it made smaller stands beside the photo that it sent.

Photos that are declared already get it from the bodies of their records.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

RECORDS = ("inspection", "issue", "issue_action", "enterprise_proposal")

_SAID = """
SELECT record.jurisdiction_id, record.id AS record_id, told->>'sha256' AS sha256,
    told->>'original_sha256' AS original
FROM {record} AS record, json_array_elements(CAST(record.body AS json)->'photos') AS told
WHERE record.body LIKE '%original_sha256%'
"""

_FILL = """
UPDATE photo SET original_sha256 = said.original FROM ({said}) AS said
WHERE photo.jurisdiction_id = said.jurisdiction_id AND photo.record_id = said.record_id
    AND photo.sha256 = said.sha256
"""


def said(record: str) -> str:
    """Return the query of what the bodies of one kind of record say of their photos."""
    return _SAID.format(record=record)


def upgrade() -> None:
    op.add_column("photo", sa.Column("original_sha256", sa.Text()))
    for record in RECORDS:
        op.execute(_FILL.format(said=said(record)))


def downgrade() -> None:
    op.drop_column("photo", "original_sha256")
