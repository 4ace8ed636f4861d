"""The PostgreSQL that Enerscope owns when no ``DATABASE_URL`` is given.

The programs come out of an installed package (:mod:`data.postgres.programs`), run under an account that PostgreSQL
accepts (:mod:`data.postgres.account`), over a cluster that we make and configure (:mod:`data.postgres.cluster`), and
are started, shared and stopped by :class:`EmbeddedPostgres`.
"""

from data.postgres.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
