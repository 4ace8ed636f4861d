"""The text of ``docs/metrics.md``, made from the metric registry: ``python -m portal.services.metric_docs``.

A test compares the file with this text, so that no metric is undocumented and no description out of date.
"""

from pathlib import Path

from portal.core.metrics import METRICS, Metric
from portal.core.passport import DOCUMENT, Parameter
from portal.services import passports  # noqa: F401  (registers the areas' metrics and evaluators)
from portal.services.evaluation import Evaluator, evaluator

HEAD = """# Metrics

Every number that Enerscope shows is one of these. A click on a number opens its passport: this description, the
parameters, the steps, the rows behind it, and a receipt that `enerscope verify receipt FILE` checks.

This file is made from the code with `python -m portal.services.metric_docs`. To add a metric:
[adding/metric.md](adding/metric.md).
"""


def text() -> str:
    """Return the file: one heading for each metric, in the order of their ids."""
    return "\n".join([HEAD, *(_section(METRICS[key], evaluator(key)) for key in sorted(METRICS))])


def _section(metric: Metric, found: Evaluator) -> str:
    unit = metric.unit or "that of the instrument"
    parameters = ", ".join(map(_parameter, found.parameters)) or "none"
    offline = "yes, from the rows in it" if found.replay else "no, a database is needed"
    return f"""<a id="{metric.anchor}"></a>

## {metric.title} (`{metric.id}`)

{metric.formula}

    {metric.symbols}

- Unit: {unit}
- Parameters: {parameters}
- Computed by: `{metric.computed_by}`
- Needs the right: `{found.permission.value}`
- A receipt can be recomputed offline: {offline}
"""


def _parameter(parameter: Parameter) -> str:
    default = "" if parameter.default is None else f", {parameter.default} by default"
    return f"`{parameter.name}` ({parameter.title}{default})"


if __name__ == "__main__":
    Path(DOCUMENT).write_text(text(), encoding="utf-8")
