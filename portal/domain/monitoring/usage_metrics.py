"""The metrics of Monitoring > Usage."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.monitoring.usage"


def _people(key: str, title: str, days: int) -> Metric:
    return register(
        Metric(
            f"monitoring.users-{key}",
            title,
            "people",
            f"How many people used the portal within the {days} days (UTC) up to and with the day: a session of "
            "theirs was opened before its end and used since its beginning. Who they are is not part of the figure.",
            f"count of people with last use in [d - {days - 1}, d]",
            f"{_HERE}.active_people",
            decimals=0,
        )
    )


DAY = _people("day", "Active users, day", 1)
WEEK = _people("week", "Active users, week", 7)
MONTH = _people("month", "Active users, month", 30)
DAYS = {DAY.id: 1, WEEK.id: 7, MONTH.id: 30}
SESSIONS = register(
    Metric(
        "monitoring.sessions",
        "Sessions, 30 days",
        "sessions",
        "How many sessions were opened within the thirty days (UTC) up to and with the day: how often somebody "
        "signed in.",
        "count of sessions opened in [d - 29, d]",
        f"{_HERE}.total_of",
        decimals=0,
    )
)
ENERGY = register(
    Metric(
        "monitoring.volume-mwh",
        "Energy traded, 30 days",
        "MWh",
        "The energy of the trades that were agreed within the thirty days up to and with the valuation day, in the "
        "books that the reader may see: the volume of the first leg through all of its delivery, bought and sold "
        "counted alike; of an option the volume of the right. Emission rights are no energy. Cancelled trades do "
        "not count.",
        "sum of |volume| x MWh for a unit",
        f"{_HERE}.energy_of_trades",
        decimals=0,
    )
)
MONEY = register(
    Metric(
        "monitoring.volume-eur",
        "Money traded, 30 days",
        "EUR",
        "The same trades in money: the volume of the first leg at the agreed price (else the strike, else the mark), "
        "in euros at the exchange rates of the valuation day. It is what the trades are about, not what they earn.",
        "sum of |volume| x price x fx",
        "portal.domain.portfolio.valuation.value_book",
        decimals=0,
    )
)
SATISFACTION = register(
    Metric(
        "monitoring.satisfaction",
        "Satisfaction",
        "of 5",
        "The mean of the newest answer of each person who answered the question of the portal within ninety days, from "
        "1 (bad) to 5 (good). With fewer than five people there is no figure, so that nobody's answer can be read "
        "from it.",
        "mean of the newest score of each person, d - 89 to d",
        f"{_HERE}.satisfaction",
        decimals=1,
    )
)
ANSWERS = register(
    Metric(
        "monitoring.survey-answers",
        "People who answered",
        "people",
        "How many people answered the question of the portal within the ninety days up to and with the day.",
        "count of people with an answer in [d - 89, d]",
        f"{_HERE}.total_of",
        decimals=0,
    )
)
