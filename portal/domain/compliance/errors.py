"""What can be wrong with a question to the engine."""

from portal.core.errors import DomainError


class MissingParameterError(DomainError):
    """No value of a parameter is in force on the day of the event."""


class BadCaseError(DomainError):
    """The facts of a case cannot be read."""


class BadIdentifierError(DomainError):
    """An identifier cannot be made from what was given."""


class CaseStepError(DomainError):
    """A step of a case is not possible now, or not by this person, or lacks its words."""
