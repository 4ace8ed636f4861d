"""Names of the parts of Market > Curve build."""

from enum import StrEnum


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-curve-build"
    DAYS = "market-curve-build-days"
    RESIDUALS = "market-curve-build-residuals"
    PRODUCTS = "market-curve-build-products"
    GAPS = "market-curve-build-gaps"
    MONTHS = "market-curve-build-months"
    HISTORY = "market-curve-build-history"
    STORE = "market-curve-build-store"
    OUTCOME = "market-curve-build-outcome"
