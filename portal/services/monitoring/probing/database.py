"""The database: does it let us in and answer, has it room for connections, and does its clock agree with ours."""

from collections.abc import Iterable

from data import engine
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import EnerscopeError
from portal.domain.monitoring.health import Reading, State
from portal.domain.monitoring.judging import judge_skew
from portal.services.monitoring.probes import Probe

DATABASE, CLOCK = "database", "clock"
SECONDS = 2.5
_NEARLY_ALL = 0.9  # of the connections that the server allows
_SLOW_SECONDS = 1.0


def probes(_config: Settings) -> Iterable[Probe]:
    """Return the probe of the database and of the clocks."""
    return (Probe(DATABASE, SECONDS, look, ((DATABASE, "The database"),)),)


def look() -> list[Reading]:
    """Ask the database over a connection of its own, as a new process would have to."""
    before = clock.now()
    try:
        answer = engine.ping(SECONDS)
    except EnerscopeError as away:
        return [
            Reading(DATABASE, State.BAD, away.message, before),
            Reading(CLOCK, State.UNKNOWN, "The clock of the database cannot be read.", before),
        ]
    return [_database(answer), _clocks(answer)]


def _database(answer: engine.Answer) -> Reading:
    share = answer.connections / max(answer.most_connections, 1)
    facts = {
        "answer_seconds": round(answer.seconds, 4),
        "connections": answer.connections,
        "most_connections": answer.most_connections,
        "version": answer.version,
        "address": engine.address(),
    }
    state, reason = State.GOOD, f"It answers in {answer.seconds * 1000:.0f} ms."
    if answer.read_only:
        state = State.BAD
        reason = (
            "It takes no writes: it is in recovery or read-only. Make it the primary, or change DATABASE_URL."
        )
    elif share >= _NEARLY_ALL:
        state = State.WARNING
        reason = (
            f"{answer.connections} of {answer.most_connections} connections are taken; soon nobody else gets in. "
            "Look for sessions that wait on Monitoring > Database, or raise max_connections."
        )
    elif answer.seconds >= _SLOW_SECONDS:
        state, reason = State.WARNING, f"It is slow: a plain question took {answer.seconds:.1f} seconds."
    return Reading(DATABASE, state, reason, clock.now(), facts)


def _clocks(answer: engine.Answer) -> Reading:
    middle = answer.asked_at + (answer.answered_at - answer.asked_at) / 2
    ahead = (answer.clock - middle).total_seconds()
    uncertainty = (answer.answered_at - answer.asked_at).total_seconds() / 2
    state = judge_skew(ahead, uncertainty)
    facts = {"skew_seconds": round(ahead, 3), "uncertainty_seconds": round(uncertainty, 3)}
    if state is State.GOOD:
        reason = "The clocks of this machine and of the database agree."
    else:
        way = "ahead of" if ahead > 0 else "behind"
        reason = (
            f"The clock of the database is {abs(ahead):,.0f} seconds {way} that of this machine: sessions, deadlines "
            "and the times of records are off by as much. Set both by the same time server."
        )
    return Reading(CLOCK, state, reason, clock.now(), facts)
