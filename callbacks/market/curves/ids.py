"""Names of the parts of Market > Curves, and what its inputs offer."""

from enum import StrEnum

from portal.services.market import curves as service

DEFAULT_CURVE = "TTF"
DEFAULT_COMPARE = ("day", "week", "month")
AGO_OPTIONS = [(key, words.capitalize()) for key, words in service.AGO.items()]
VIEW_OPTIONS = list(service.VIEWS.items())
SPAN_OPTIONS = [("3m", "3 M"), ("1y", "1 Y"), ("3y", "3 Y"), ("max", "Max")]
ROWS = 16  # of the two tables, before paging


class Ids(StrEnum):
    """Names of this page's parts: its body, its grids, and the input that adds a day."""

    BODY = "market-curves"
    NODES = "market-curve-nodes"
    PRODUCTS = "market-curve-products"
    SPREADS = "market-curve-spreads"
    MAP = "market-curve-map"
    REPLAY = "market-curve-replay"
    HISTORY = "market-curve-history"
    ADD_DAY = "market-curves-add-day"
