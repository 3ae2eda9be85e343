"""Runs the migrations on the connection that `schema.py` hands over; nothing is read from a file of settings."""

from alembic import context

from screening.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
