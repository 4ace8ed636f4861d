"""The schema's history, and how to bring a database to its newest state.

Alembic is imported only when there is something to do, since every start asks :func:`pending`. That question is
answered from the numbers that begin the names of the scripts; a test compares it with Alembic's own answer.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATION_LOCK = 0x456E6572  # any number that no other lock of ours uses
FOLDER = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database of ``engine`` to ``revision``; of two processes that try at once, one waits for the other."""
    from alembic import command

    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database of ``engine`` back to ``revision``; rows of dropped tables are lost."""
    from alembic import command

    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def newest() -> str:
    """Return the newest revision: scripts are named ``<number>_<words>.py``, and each follows the one before."""
    return max(script.name.split("_", 1)[0] for script in (FOLDER / "versions").glob("[0-9]*_*.py"))


def pending(engine: Engine) -> bool:
    """Tell whether the schema of the database is another one than that of the code."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
            return True
        current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return list(current) != [newest()]


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
