"""The unit of work: one request or job is one transaction, and nobody else commits."""

import logging
from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from data.engine import engine
from data.writes import audit
from portal.core import clock
from portal.core.errors import UpstreamError
from portal.domain.compliance.audit_entry import Draft

log = logging.getLogger("enerscope.audit")


class UnitOfWork:
    """A transaction as a context manager.

    Reading (the default) is a read-only snapshot, so that all numbers of a page belong together. With ``write=True``
    leaving the block commits; an error rolls back. ``notes`` go into the audit log right before the commit: what is
    stored is noted, and what is rolled back is not. Notes of refusals and failures are kept even then. What ends the
    program (a signal) gives the connection up: it may have come in the middle of a statement, for whose end a rollback
    would wait for ever, or be refused.

    Raises
    ------
    UpstreamError
        The database cannot be reached.
    """

    session: Session

    def __init__(self, *, write: bool = False) -> None:
        self._write = write
        self.notes: list[Draft] = []

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
                if self.notes:
                    audit.append(self.session, self.notes, now=clock.now)
                self.session.commit()
        except (OperationalError, InterfaceError) as lost:
            raise _unreachable() from lost
        finally:
            if isinstance(problem, (SystemExit, KeyboardInterrupt)):
                self.session.invalidate()
            else:
                self.session.close()
        if problem is not None:
            self._keep_refusals()
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise _unreachable() from problem

    def note(self, draft: Draft) -> None:
        """Have ``draft`` added to the audit log when this unit of work commits.

        Raises
        ------
        RuntimeError
            It only reads; a note would be lost.
        """
        if not self._write:
            raise RuntimeError(f"'{draft.action}' cannot be noted in a unit of work that only reads.")
        self.notes.append(draft)

    def _keep_refusals(self) -> None:
        """Note what was refused or failed in a transaction of its own, since this one was rolled back."""
        kept = [draft for draft in self.notes if draft.outcome != "done"]
        if not kept:
            return
        try:
            with UnitOfWork(write=True) as other:
                other.notes.extend(kept)
        except UpstreamError:
            log.exception("not noted: %s", ", ".join(draft.action for draft in kept))


def _unreachable() -> UpstreamError:
    return UpstreamError("The database does not answer. What you did was not stored; try again in a moment.")
