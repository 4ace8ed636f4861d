"""Run by Alembic: migrate over the connection that :mod:`data.migrations` handed over."""

from alembic import context

import data.models  # noqa: F401  (registers the tables)
from data.base import Base

# Made by data.timeseries in two flavours, so the models do not describe them.
FLAVOURED = ("price_rollup", "price_ticks_", "service_samples_", "_hyper_")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out partitions and the relations whose shape depends on the flavour."""
    return not (kind == "table" and name is not None and name.startswith(FLAVOURED))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=include_name,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
