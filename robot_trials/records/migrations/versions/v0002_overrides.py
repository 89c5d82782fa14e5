"""Bookings say what their goals carry beyond the file of the trial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """What was booked before carries nothing."""
    op.add_column("bookings", sa.Column("overrides", sa.JSON(), nullable=False, server_default="[]"))
