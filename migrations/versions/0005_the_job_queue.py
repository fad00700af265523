"""The queue of background work: procrastinate's own tables, in a schema of their own."""

from alembic import op
from procrastinate.schema import SchemaManager

from migrations.operations import APP_ROLE

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET search_path TO jobs, public")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("RESET search_path")
    op.execute(f"GRANT USAGE ON SCHEMA jobs TO {APP_ROLE}")
    for kind, rights in (
        ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
        ("SEQUENCES", "USAGE, SELECT"),
        ("FUNCTIONS", "EXECUTE"),
    ):
        op.execute(f"GRANT {rights} ON ALL {kind} IN SCHEMA jobs TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
