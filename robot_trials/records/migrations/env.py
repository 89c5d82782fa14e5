"""Alembic runs this on every upgrade, with the connection that `migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from robot_trials.records.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite, too: `store.py` begins its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
