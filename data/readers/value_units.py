"""In which unit the numbers of a file are: said once, never guessed, never converted in silence."""

from dataclasses import replace

from data.readers.heading import unit_in_name
from data.readers.layout import POWER_VALUES, Plan
from data.readers.options import ReadOptions
from data.readers.problems import Refused
from data.readers.spelling import same_unit, spell_unit


def with_units(plan: Plan, options: ReadOptions) -> Plan:
    """Return the plan with the unit of each column of prices, or with none where a column of units says it.

    Raises
    ------
    Refused
        Nothing says the unit, or two things say different ones.
    """
    if plan.kind in ("fx", "weather"):
        return plan
    values = plan.values
    if plan.wide and plan.series is not None and len(values) > 1:
        names = ", ".join(plan.names[value.place] for value in values)
        raise Refused(
            "ambiguous-column",
            f"--instrument names one series, but the file has several columns of "
            f"numbers ({names}). "
            "Say which with --column price=NAME, or leave --instrument "
            "out.",
            line=plan.heading.line,
        )
    done = []
    for value in values:
        name = plan.heading.names[value.place]
        unit = (
            value.unit or (None if plan.matrix else plan.heading.unit_of(value.place)) or unit_in_name(name)
        )
        if value.role == "volume":
            unit = None
        elif unit and options.unit and not same_unit(unit, options.unit):
            raise Refused(
                "unit-conflict",
                f"Column '{name.text}' says {unit}, but --unit says {options.unit}. Prices are never converted "
                "silently: give the unit that the numbers are in.",
                line=plan.heading.line,
                column=name.text,
            )
        said = unit or (None if value.role == "volume" else options.unit)
        done.append(replace(value, unit=spell_unit(said) if said else None))
    plan = replace(plan, values=tuple(done), unit=spell_unit(options.unit) if options.unit else None)
    in_rows = plan.roles.get("unit") is not None or plan.roles.get("currency") is not None
    lost = [
        plan.names[value.place]
        for value in done
        if value.unit is None and value.role in ("price", *POWER_VALUES)
    ]
    if plan.kind == "power":
        _need_power_unit(plan, options)
    elif lost and not in_rows:
        raise Refused(
            "no-unit",
            f"Nothing says in which unit {'column' if len(lost) == 1 else 'columns'} "
            f"{', '.join(repr(n) for n in lost[:5])} "
            f"{'is' if len(lost) == 1 else 'are'}. Say --unit (for example --unit USD/bbl), add a column "
            f"'unit', or write the unit "
            "in the heading, as in 'price (USD/bbl)'.",
            line=plan.heading.line,
            column=lost[0],
        )
    return plan


def _need_power_unit(plan: Plan, options: ReadOptions) -> None:
    for value in plan.values:
        name = plan.heading.names[value.place]
        if not name.key.endswith("_mw") and (name.unit or options.unit) != "MW":
            raise Refused(
                "no-unit",
                f"Nothing says that column '{name.text}' is in MW (mean power of the interval, not energy). "
                "Say --unit MW, or name it in the heading, as in 'load (MW)'.",
                line=plan.heading.line,
                column=name.text,
            )
