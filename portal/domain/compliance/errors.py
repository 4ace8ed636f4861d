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


class MissingFactError(MissingParameterError):
    """A fact is missing that only some cases of this kind need; the rule is then not evaluated."""


class NotAskedError(DomainError):
    """The facts are there and of their types, but the rule cannot judge them, or they are another rule's matter.

    ``is_gap`` tells whether something is missing (True) or the matter is another one.
    """

    def __init__(self, message: str, *, is_gap: bool = True) -> None:
        super().__init__(message)
        self.is_gap = is_gap


class OnboardingStepError(DomainError):
    """A step of an onboarding that cannot be taken now, or not by this person."""


class BadParameterError(DomainError):
    """A value cannot stand in the place of a parameter."""


class BadListError(DomainError):
    """A file of a sanctions list cannot be read, or has bad entries."""
