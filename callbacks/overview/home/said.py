"""The sentences of the overview: the figures of each group handed to the words that tell them."""

import numpy as np

from portal.core.format import day as day_text
from portal.domain.compliance import overview_metrics as compliance_metrics
from portal.domain.overview import amounts, sentences
from portal.domain.overview.amounts import Named
from portal.domain.risk.limits.use import Status
from portal.domain.risk.reading import Measure
from portal.services.compliance.case_tables import Queue
from portal.services.market.overview import move_size
from portal.services.overview.causes import Branch, children
from portal.services.overview.home import Home


def profit(home: Home) -> str:
    """Return the P&L of the period by kind of cause, and what makes most of it below."""
    seen = home.seen
    if seen is None:
        return home.why.get("seen", "")
    root = Branch(home.since.isoformat())
    groups = children(seen, root)
    total = float(seen.combined.total[0])
    first = amounts.profit(home.period, total, [Named(part.label.lower(), part.worth) for part in groups])
    books = [Named(name, worth) for name, worth in by_book(home)]
    more = [
        amounts.by_part("By portfolio", books) if len(books) > 1 else "",
        amounts.by_part("Prices", [Named(code, worth) for code, worth in by_curve(home)]),
    ]
    return " ".join([first, *(one for one in more if one)])


def by_curve(home: Home) -> list[tuple[str, float]]:
    """Return what the move of each curve's prices is worth in the period, in EUR."""
    seen = home.seen
    if seen is None:
        return []
    cells, codes = seen.whole.cells, seen.whole.start.market.curves.code
    keep = seen.known[cells.row]
    sums = np.bincount(cells.curve[keep], (cells.delta + cells.gamma)[keep], len(codes))
    return list(zip(codes, sums.tolist(), strict=True))


def by_book(home: Home) -> list[tuple[str, float]]:
    """Return the nodes right below what the reader sees, with their P&L of the period."""
    seen = home.seen
    if seen is None:
        return []
    nodes = seen.children()
    groups = seen.group_of(nodes)
    total = seen.whole.found.total
    return [(node.name, float(total[(groups == at) & seen.known].sum())) for at, node in enumerate(nodes)]


def of_level(measure: Measure, level: float | None) -> str:
    """Return a figure of risk with its confidence level, such as ``VaR 97.5 %``."""
    return f"{'VaR' if measure is Measure.VAR else 'ES'} {100 * (level or 0.0):g} %"


def risk(home: Home) -> str:
    """Return VaR and ES of the node that is shown, against the limit on ES, else that on VaR."""
    found = home.risk
    if found is None:
        return "No run of risk stands by then."
    rows = [found.figure(found.ask.method, str(one), found.ask.level) for one in (Measure.VAR, Measure.ES)]
    var, es = (row.value if row else None for row in rows)
    part = home.binding(str(Measure.ES)) or home.binding(str(Measure.VAR))
    if part is None:
        told = sentences.risk(var, es, found.ask.level, None, None)
    else:
        metric = part.condition.metric
        measure = Measure(metric.measure)
        is_average = measure is Measure.ES and home.is_on_level(part)
        of = "" if is_average else of_level(measure, metric.level)
        told = sentences.risk(var, es, found.ask.level, part.condition.hard, part.use, of=of)
    return f"Of {found.node.name} alone: {told}" if found.is_part else told


def limits(home: Home) -> str:
    """Return how many limits are broken or near, and the breaches that wait."""
    found = home.limits
    if found is None:
        return ""
    titles = {
        status: [held.version.limit.title for held in found.held if held.status is status]
        for status in Status
    }
    first = sentences.limits(
        titles[Status.BREACH], titles[Status.WARNING], len(found.held), len(titles[Status.NO_DATA])
    )
    still = found.open_breaches
    return f"{first} {sentences.breaches(len(still), sum(view.overdue for view in still))}"


def cases(home: Home) -> str:
    """Return the compliance score and the cases that wait."""
    found = home.compliance
    if found is None:
        return ""
    figure = found.tiles()[compliance_metrics.SCORE].value
    still = found.open_cases
    waiting = sentences.cases(len(still), sum(view.is_late for view in still))
    return f"{sentences.score(figure, len(found.late))} {waiting}"


def movers(home: Home) -> str:
    """Return which prices moved most and how many are late."""
    sized = [(quote, move_size(quote)) for quote in home.quotes if not quote.late]
    ranked = sorted((one for one in sized if one[1] is not None), key=lambda one: -abs(one[1] or 0.0))
    told = [(quote.instrument.code, quote.change_pct, size) for quote, size in ranked]
    return sentences.movers(told, sum(quote.late and quote.day is not None for quote in home.quotes))


def forecasts(home: Home) -> str:
    """Return where forecasts differ from the prices."""
    return sentences.forecasts([(one.title, one.gap, one.outside) for one in home.gaps])


def readiness(home: Home) -> str:
    """Return whether the numbers of the day are complete."""
    found = home.chain
    if found is None:
        return ""
    eta = found.eta()
    at = f"{found.at(eta):%H:%M}" if eta is not None else ""
    return sentences.readiness(
        day_text(found.day), complete=found.is_complete, given_up=found.given_up, at=at, later=found.later()
    )


def availability(home: Home) -> str:
    """Return how many promises of the portal are kept."""
    states = [(one, one.left()) for one in home.promises]
    missed = [one.objective.title for one, left in states if left is not None and left < 0]
    kept = sum(left is not None and left >= 0 for _, left in states)
    return sentences.availability(kept, missed, sum(left is None for _, left in states))


def queue_of(home: Home) -> Queue | None:
    """Return the cases as the page of cases counts them."""
    return Queue(home.clocks, home.compliance.cases) if home.compliance is not None else None
