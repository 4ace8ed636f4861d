"""Dated parameters of compliance: what is shipped, with the changes that two people agreed on laid over it.

API: ``in_force(work, clocks) -> Parameters``.
"""

from typing import Any

from data.queries import parameters as queries
from data.queries.parameters import ProposalRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.parameters import Parameter, Parameters, shipped

APPROVED = "approved"


def in_force(work: UnitOfWork, clocks: Clocks) -> Parameters:
    """Return all parameters as they were known at ``clocks.known_at``: shipped ones, and approved changes over them.

    Which value of a code counts is then chosen by the day of the event, ``Parameters.in_force(code, day)``.
    """
    changes = queries.approved(work.session, known_at=clocks.known_at)
    return shipped().with_changes(map(as_parameter, changes)) if changes else shipped()


def as_parameter(row: ProposalRow) -> Parameter:
    """Return a proposed value as a parameter, with title and unit of the one that it changes."""
    known = shipped().by_code.get(row.code)
    return Parameter(
        row.code, known[-1].title if known else row.code, known[-1].unit if known else "", value_of(row),
        row.valid_from, row.valid_to, row.source, row.trust, row.reason, row.proposed_by,
    )  # fmt: skip


def value_of(row: ProposalRow) -> Any:
    """Return the value that a proposal holds."""
    return row.value["value"]
