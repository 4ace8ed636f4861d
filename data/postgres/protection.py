"""Giving the audit log an owner of its own, so that the role of the portal can add to it and read it, and no more.

The tables, the function of their triggers and the schema go to a role that nobody logs in as: only a superuser can
switch the triggers off, change a row, or drop the log. The portal's role keeps its own tables and makes new ones.
"""

import psycopg
from psycopg import sql

from portal.core.errors import ConfigurationError

OWNER = "enerscope_audit"
TABLES = ("audit_log", "audit_checkpoints")
_FUNCTION = sql.Identifier("refuse_audit_change")
_FACTS = """
    SELECT pg_get_userbyid(c.relowner), r.rolsuper
    FROM pg_class c, pg_roles r
    WHERE c.oid = to_regclass('public.audit_log') AND r.rolname = current_user
"""

_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = ('public.' || %s)::regclass AND NOT tgisinternal"


_SEQUENCES = """
    SELECT s.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.refobjid = ('public.' || %s)::regclass AND d.deptype IN ('a', 'i')
"""
_MAY_BACK_UP = """
    SELECT coalesce(bool_and(has_sequence_privilege(s.oid, 'SELECT')), true)
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.refobjid IN (to_regclass('public.audit_log'), to_regclass('public.audit_checkpoints'))
"""


def owner_of_log(url: str) -> tuple[str, bool] | None:
    """Return who owns the audit log and whether the role of ``url`` is a superuser; None before the log is made."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(_FACTS).fetchone()
    return None if row is None else (str(row[0]), bool(row[1]))


def is_protected(url: str) -> bool:
    """Tell whether the role of ``url`` can neither change nor remove the audit log, and can still back it up."""
    found = owner_of_log(url)
    if found is None or found[0] != OWNER or found[1]:
        return False
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(_MAY_BACK_UP).fetchone()
    return row == (True,)


def protect(admin_url: str, app_role: str) -> None:
    """Give the audit log in the database of ``admin_url`` to its own owner; a second time it changes nothing.

    Parameters
    ----------
    admin_url : str
        A superuser's way to the portal's database.
    app_role : str
        Role of ``DATABASE_URL``.

    Raises
    ------
    ConfigurationError
        The role of the portal is a superuser, who can do anything; or the administrator is none; or there is no log.
    """
    app, owner = sql.Identifier(app_role), sql.Identifier(OWNER)
    with psycopg.connect(admin_url, connect_timeout=10, options="-c statement_timeout=0") as admin:
        _require_sense(admin, app_role)
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(owner))
        admin.execute(sql.SQL("REVOKE {} FROM {}").format(owner, app))
        for name in TABLES:
            table = sql.SQL("public.{}").format(sql.Identifier(name))
            admin.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(table, owner))
            admin.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(table, app))
            admin.execute(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(table, app))
            for (sequence,) in admin.execute(
                _SEQUENCES, (name,)
            ).fetchall():  # a backup reads where they stand
                admin.execute(
                    sql.SQL("GRANT SELECT ON SEQUENCE public.{} TO {}").format(sql.Identifier(sequence), app)
                )
            for (trigger,) in admin.execute(_TRIGGERS, (name,)).fetchall():
                always = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
                admin.execute(always.format(table, sql.Identifier(trigger)))
        admin.execute(sql.SQL("ALTER FUNCTION public.{}() OWNER TO {}").format(_FUNCTION, owner))
        # Whoever owns a schema may drop what is in it, and a database's owner owns "public" unless somebody else does.
        admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
        admin.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(app))


def _require_sense(admin: psycopg.Connection, app_role: str) -> None:
    roles: dict[str, bool] = dict(
        admin.execute(
            "SELECT rolname, rolsuper FROM pg_roles WHERE rolname IN (current_user, %s)", (app_role,)
        ).fetchall()
    )
    me = admin.execute("SELECT current_user").fetchone()
    if roles.get(app_role):
        raise ConfigurationError(
            f"The portal connects as '{app_role}', a superuser, from whom nothing can be protected. "
            "Make an ordinary role that owns the database, and put it into DATABASE_URL."
        )
    if me is None or not roles.get(me[0]):
        raise ConfigurationError(
            "Protecting the audit log needs a superuser. Give its URL, such as postgresql://postgres@host/name, "
            "with --admin-url."
        )
    if admin.execute("SELECT to_regclass('public.audit_log')").fetchone() == (None,):
        raise ConfigurationError("There is no audit log in this database yet. Run `enerscope migrate` first.")
