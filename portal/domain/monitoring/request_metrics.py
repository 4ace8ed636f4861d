"""The metrics of the portal's own answers: how quickly, how many, how often wrong."""

from portal.core.metrics import Metric, register

_COMPUTED_BY = "portal.domain.monitoring.requests."


def _percentile(code: str, title: str, share: str) -> Metric:
    return register(
        Metric(
            f"monitoring.response_{code}",
            title,
            "s",
            f"The time within which {share} of the requests of the window were answered, from their arrival to the "
            "answer, read out of the buckets of the histogram; requests lie evenly inside a bucket.",
            "l + (u - l) (q N - n(l)) / (n(u) - n(l))",
            f"{_COMPUTED_BY}quantile",
            decimals=3,
        )
    )


P50 = _percentile("p50", "Response time, median", "half")
P95 = _percentile("p95", "Response time, p95", "95 %")
P99 = _percentile("p99", "Response time, p99", "99 %")
SHARES = ((P50, 0.50), (P95, 0.95), (P99, 0.99))
THROUGHPUT = register(
    Metric(
        "monitoring.throughput",
        "Requests a second",
        "1/s",
        "Requests answered in the window, over its length.",
        "N / T",
        f"{_COMPUTED_BY}throughput",
        decimals=2,
    )
)
ERROR_RATE = register(
    Metric(
        "monitoring.error_rate",
        "Error rate",
        "fraction",
        "The share of the requests of the window that failed by a fault of the portal (HTTP 5xx, or an unforeseen "
        "error that was shown as a message). What could not be had because of how it was asked is no error.",
        "N(server) / N",
        f"{_COMPUTED_BY}error_share",
        decimals=2,
        percent=True,
    )
)
