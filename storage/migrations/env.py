"""Alembic's entry: runs the steps on the connection that `storage.schema` hands over.

There is no ``alembic.ini`` and no logging set-up here: neither the working directory nor
the daemon's logs are touched.
"""

from __future__ import annotations

from alembic import context

from storage.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=False,  # the caller's transaction holds all steps
)
context.run_migrations()
