"""The rows of Risk > Sizing: each asset with its size and share of risk, and the hedge of a portfolio."""

from portal.core.table import Cell, Column, Table
from portal.domain.risk import sizing_metrics as metrics
from portal.domain.risk.sizing.rules import Rule
from portal.services.risk.sizing import CURVES, Sizing

Params = dict[str, str | int | float | None]


def params_of(found: Sizing, key: str = "") -> Params:
    """Return the parameters that reproduce the figures of an asset, or of the whole."""
    names = ",".join(asset.code for asset in found.assets)
    return {
        **found.ask.params(),
        "assets": names,
        "run": found.run.row.id,
        "hedge": found.hedge_lot.code,
        "key": key,
    }


def size_table(found: Sizing) -> Table:
    """Return one row for each asset."""
    decimals = 0 if found.ask.of == CURVES else 3
    columns = (
        Column("code", "Asset"),
        Column("label", "Name", room=760),
        Column("unit", "One is", room=760),
        Column("volatility", "Volatility of one", "number", "EUR/yr", 0, metrics.UNIT_VOLATILITY.id, room=760),
        Column(
            "mean", "Mean of one", "number", "EUR/yr", 0, metrics.UNIT_MEAN.id, signed=True, coloured=False,
            hidden=not is_kelly(found), room=760,
        ),
        Column(
            "error", "Standard error", "number", "EUR/yr", 0, metrics.UNIT_MEAN_ERROR.id,
            hidden=not is_kelly(found), room=760,
        ),
        Column("wanted", "By the rule", "number", "", 3, metrics.WANTED.id, signed=True, coloured=False, room=760),
        Column("size", "Within limits", "number", "", decimals, metrics.SIZE.id, signed=True, coloured=False),
        Column("weight", "Weight", "percent", "", 1, metrics.WEIGHT.id, signed=True, coloured=False),
        Column("share", "Share of risk", "percent", "", 1, metrics.SHARE.id, signed=True, coloured=False),
        Column("binding", "Cut by", room=760, hidden=not any(found.sizes.binding)),
    )  # fmt: skip
    sizes = found.sizes
    rows: list[tuple[Cell, ...]] = []
    for at, asset in enumerate(found.assets):
        numbers = (
            found.volatility, found.mean, found.mean_error, sizes.wanted, sizes.size, sizes.weights, sizes.shares,
        )  # fmt: skip
        rows.append(
            (
                asset.code,
                asset.label,
                asset.unit,
                *(float(values[at]) for values in numbers),
                sizes.binding[at],
            )
        )
    params = {asset.code: params_of(found, asset.code) for asset in found.assets}
    return Table(columns, rows, extra={"params": params}, simulated=found.run.row.simulated)


def is_kelly(found: Sizing) -> bool:
    """Tell whether the rule reads the mean."""
    return found.ask.rule in (Rule.KELLY, Rule.HALF_KELLY)


def hedge_table(found: Sizing) -> Table:
    """Return the hedge as one row."""
    columns = (
        Column("portfolio", "Portfolio"),
        Column("with", "With"),
        Column(
            "lots", "Hedge, exact", "number", "lots", 2, metrics.HEDGE_LOTS.id, signed=True, coloured=False
        ),
        Column(
            "whole", "Whole lots", "number", "lots", 0, metrics.HEDGE_WHOLE.id, signed=True, coloured=False
        ),
        Column("before", "Volatility before", "number", "EUR", 0, metrics.HEDGE_BEFORE.id, room=760),
        Column("after", "With the hedge", "number", "EUR", 0, metrics.HEDGE_AFTER.id, room=760),
        Column(
            "effect", "Effectiveness", "percent", "", 1, metrics.HEDGE_EFFECT.id, signed=True, coloured=False
        ),
    )
    hedge, name = found.hedge, found.ask.portfolio or "All that you may see"
    row = (
        name, found.hedge_lot.label, float(hedge.lots[0]), float(hedge.whole[0]), hedge.volatility_before,
        hedge.volatility_whole, hedge.effectiveness,
    )  # fmt: skip
    return Table(
        columns, [row], extra={"params": {name: params_of(found)}}, simulated=found.run.row.simulated
    )
