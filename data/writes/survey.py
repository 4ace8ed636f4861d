"""Questions put to people, and what they answered; a score of 0 is a question without an answer."""

from datetime import date

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from data.models.operations import SurveyAnswer


def hold(session: Session, username: str) -> None:
    """Let nobody else ask the same person until the end of this transaction."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"survey {username}"))))


def ask(session: Session, username: str, day: date, page: str) -> int:
    """Note that the question was put to somebody, and return its number."""
    values = {"username": username, "day": day, "score": 0, "comment": "", "page": page}
    return int(session.execute(insert(SurveyAnswer).values(**values).returning(SurveyAnswer.id)).scalar_one())


def answer(session: Session, ask_id: int, username: str, score: int, comment: str) -> bool:
    """Store what somebody answered; False when it was answered before, or put to somebody else."""
    statement = update(SurveyAnswer).where(
        SurveyAnswer.id == ask_id, SurveyAnswer.username == username, SurveyAnswer.score == 0
    )
    done = statement.values(score=score, comment=comment).returning(SurveyAnswer.id)
    return session.scalar(done) is not None
