"""The unit of work: one request or job is one transaction, and nobody else commits."""

from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from data.engine import engine
from portal.core.errors import UpstreamError


class UnitOfWork:
    """A transaction as a context manager.

    Reading (the default) is a read-only snapshot, so that all numbers of a page belong together. With ``write=True``
    leaving the block commits; an error rolls back.

    Raises
    ------
    UpstreamError
        The database cannot be reached.
    """

    session: Session

    def __init__(self, *, write: bool = False) -> None:
        self._write = write

    def __enter__(self) -> Self:
        self.session = Session(engine(), expire_on_commit=False)
        try:
            if not self._write:
                self.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        except (OperationalError, InterfaceError) as problem:
            self.session.close()
            raise _unreachable() from problem
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if problem is None and self._write:
                self.session.commit()
        except (OperationalError, InterfaceError) as lost:
            raise _unreachable() from lost
        finally:
            self.session.close()
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise _unreachable() from problem


def _unreachable() -> UpstreamError:
    return UpstreamError("The database does not answer. What you did was not stored; try again in a moment.")
