"""Names of the parts of Portfolio > Positions, and what its inputs offer."""

from enum import StrEnum

from portal.domain.portfolio.position_periods import TENORS
from portal.services.portfolio.position_ask import COUNTS, DIMENSIONS, MEASURES, UNITS

ROW_OPTIONS = list(DIMENSIONS.items())
TENOR_OPTIONS = list(TENORS.items())
MEASURE_OPTIONS = list(MEASURES.items())
UNIT_OPTIONS = list(UNITS.items())
COUNT_OPTIONS = list(COUNTS.items())
MONTHS_AHEAD = 60  # offered as first and last month


class Ids(StrEnum):
    """Names of this page's parts: its body and its grids."""

    BODY = "portfolio-positions"
    PIVOT = "portfolio-position-pivot"
    TENOR = "portfolio-position-tenor"
    HEAT = "portfolio-position-heat"
    CELL = "portfolio-position-cell"
    OPENED = "portfolio-position-opened"
