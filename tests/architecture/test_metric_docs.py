"""The description of the metrics is complete and up to date."""

from pathlib import Path

import callbacks  # noqa: F401  (all areas register their metrics)
from portal.core.metrics import METRICS
from portal.core.passport import DOCUMENT
from portal.services import metric_docs

ROOT = Path(__file__).parents[2]


def test_docs_are_what_the_registry_says():
    written = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    assert written == metric_docs.text(), "Run: python -m portal.services.metric_docs"


def test_every_metric_has_its_anchor_and_a_function_that_exists():
    written = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    for metric in METRICS.values():
        assert written.count(f'<a id="{metric.anchor}"></a>') == 1, metric.id
        module, _, name = metric.computed_by.rpartition(".")
        found = __import__(module, fromlist=[name])
        assert callable(getattr(found, name)), metric.computed_by
