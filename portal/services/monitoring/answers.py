"""What the other side said to a message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a message was taken; if not, why in words, and whether trying again is of no use."""

    taken: bool
    words: str = ""
    is_final: bool = False


def in_words(problem: Exception) -> str:
    """Return what went wrong with a connection, without numbers of the operating system."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return str(problem).rstrip(".") or type(problem).__name__
