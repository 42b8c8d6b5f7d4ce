"""What Alembic runs. The connection and its transaction are `store.database.migrate`'s."""

from alembic import context

from jupyter_errreport.store import group_schema  # noqa: F401 - its tables belong to `metadata`
from jupyter_errreport.store.errors.partitions import make_default, make_partitions
from jupyter_errreport.store.schema import metadata

connection = context.config.attributes["connection"]
if context.config.attributes.get("is_new"):
    metadata.create_all(connection)
    make_default(connection)
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
make_partitions(connection)
