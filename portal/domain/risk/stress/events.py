"""Named events of history, with the moves that were published, and moves measured from stored curves.

API: ``Event``, ``EVENTS``, ``measured(code, before, after, start)``.

Published moves are rounded settlements of the front contracts of NYMEX and ICE, the day-ahead auction of Germany and
Luxembourg, and reference rates of the ECB, on the days stated; sizes by month are of contracts by their rank. What is
not of an exchange says so in its source.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D
from portal.domain.risk.stress.shocks import Factor, Layer, Measure, Scenario, Shock
from portal.domain.risk.stress.text import read_lines


@dataclass(frozen=True, slots=True)
class Event:
    """A move of the markets that people remember.

    Attributes
    ----------
    code, title, narrative : str
        What it was.
    start, end : date
        Days of the closes between which the move is measured.
    published : str
        Shocks as text: the moves that were published.
    source : str
        Where the published moves come from.
    spot : bool
        Whether it was a move of spot prices or of an expiring contract, which forward curves do not hold: then the
        published moves count even where curves are stored for these days.
    """

    code: str
    title: str
    narrative: str
    start: date
    end: date
    published: str
    source: str
    spot: bool = False

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The published moves as one layer."""
        return tuple(
            Layer(self.title, line.layer.shocks, lenient=True)
            for line in read_lines(self.published)
            if line.layer
        )

    def scenario(self, shocks: tuple[Shock, ...] = ()) -> Scenario:
        """The event as a scenario: of measured moves where there are any, with the published ones of other factors.

        Parameters
        ----------
        shocks : tuple of Shock
            Measured moves of prices and exchange rates.

        Returns
        -------
        Scenario
            With one layer.
        """
        published = tuple(shock for layer in self.layers for shock in layer.shocks)
        span = f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"
        if not shocks or self.spot:
            layer, source = Layer(self.title, published, lenient=True), f"published: {self.source}, {span}"
        else:
            known = {shock.factor for shock in shocks}
            others = tuple(shock for shock in published if shock.factor not in known)
            layer, source = Layer(self.title, (*shocks, *others), lenient=True), f"stored curves, {span}"
        return Scenario(self.code, self.title, "historical", self.narrative, (layer,), source)


def measured(
    code: str,
    before: tuple[DateArray1D, FloatArray1D],
    after: tuple[DateArray1D, FloatArray1D],
    start: date,
) -> Shock | None:
    """The move of a curve between two days, delivery month by delivery month.

    Parameters
    ----------
    code : str
        Code of the curve.
    before, after : tuple of ndarray
        Delivery months (datetime64[M], ascending) and prices of each day.
    start : date
        The earlier day: months ahead count from its month.

    Returns
    -------
    Shock or None
        Sizes by months ahead: relative, or absolute where a price was zero or below. None without a common month.
    """
    months, one, other = np.intersect1d(before[0], after[0], return_indices=True)
    old, new = before[1][one], after[1][other]
    tenor = (
        months.astype("datetime64[M]").astype(np.int64) - np.datetime64(start, "M").astype(np.int64)
    ).tolist()
    kept = [
        at for at in range(len(months)) if tenor[at] >= 0 and np.isfinite(old[at]) and np.isfinite(new[at])
    ]
    if not kept:
        return None
    positive = bool((old[kept] > 0.0).all() and (new[kept] > 0.0).all())
    move = new / old - 1.0 if positive else new - old
    nodes = tuple((int(tenor[at]), float(round(move[at], 6))) for at in kept)
    measure = Measure.RELATIVE if positive else Measure.ABSOLUTE
    return Shock(Factor.PRICE, code, nodes[0][1], measure, nodes=nodes)


EVENTS: tuple[Event, ...] = (
    Event(
        "OIL_2008", "Oil 2008", "Oil falls from its peak by three quarters within five months of the financial crisis.",
        date(2008, 7, 14), date(2008, 12, 19),
        """
        price BRENT 1:-70%, 2:-69%, 3:-68%, 6:-65%, 12:-61%, 24:-56%
        price WTI 1:-77%, 2:-71%, 3:-69%, 6:-66%, 12:-62%, 24:-57%
        price RBOB 1:-73%, 6:-67%, 12:-65%
        price ULSD 1:-67%, 6:-63%, 12:-60%
        price GASOIL 1:-67%, 6:-63%, 12:-60%
        price HENRY_HUB 1:-59%, 3:-58%, 6:-49%, 12:-43%, 24:-33%
        price coal -50%
        vol oil +100%
        fx USD +13.7%
        fx GBP -14.1%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil), ECB rates; coal and volatility rounded from press reports",
    ),
    Event(
        "GAS_TRANSIT_2009", "Gas transit 2009",
        "Deliveries of gas through Ukraine stop for two weeks in a cold January.",
        date(2009, 1, 2), date(2009, 1, 13),
        """
        price gas 0:+25%, 1:+20%, 3:+10%, 6:+5%, 12:+3%
        price power 0:+15%, 1:+10%, 3:+4%, 6:+2%
        vol gas +40%
        fx USD +4.6%
        fx GBP +5.5%
        """,
        "ECB rates; gas, power and volatility rounded from press reports of the prompt, no exchange series checked",
    ),
    Event(
        "OIL_2014", "Oil 2014", "OPEC does not cut: oil loses more than half in seven months.",
        date(2014, 6, 20), date(2015, 1, 29),
        """
        price BRENT 1:-57%, 3:-55%, 6:-51%, 12:-46%, 24:-37%, 36:-32%
        price WTI 1:-56%, 3:-53%, 6:-48%, 12:-41%, 24:-32%
        price RBOB 1:-51%, 6:-45%
        price ULSD 1:-47%, 6:-45%
        price GASOIL 1:-47%, 6:-45%
        price HENRY_HUB 1:-41%, 3:-33%, 6:-31%, 12:-25%, 24:-20%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil)",
    ),
    Event(
        "ABQAIQ_2019", "Abqaiq 2019", "An attack takes half of Saudi production away over a weekend.",
        date(2019, 9, 13), date(2019, 9, 16),
        """
        price BRENT 1:+15%, 3:+14%, 6:+11%, 12:+8%, 24:+4%, 36:+3%
        price WTI 1:+15%, 3:+14%, 6:+11%, 12:+6%, 24:+4%, 36:+3%
        price RBOB 1:+13%, 6:+11%, 12:+7%
        price ULSD 1:+11%, 6:+10%, 12:+7%
        price GASOIL 1:+11%, 6:+10%, 12:+7%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil)",
    ),
    Event(
        "MARCH_2020", "March 2020", "The pandemic and a price war: oil halves within eight business days.",
        date(2020, 3, 6), date(2020, 3, 18),
        """
        price BRENT 1:-45%, 2:-41%, 3:-38%, 6:-32%, 12:-27%, 24:-22%, 36:-18%
        price WTI 1:-51%, 3:-48%, 6:-40%, 12:-32%, 24:-26%, 36:-22%
        price RBOB 1:-54%, 6:-44%, 12:-39%, 18:-34%
        price ULSD 1:-31%, 6:-26%, 12:-23%, 18:-20%
        price GASOIL 1:-31%, 6:-26%, 12:-23%, 18:-20%
        price HENRY_HUB 1:-6%, 6:-1%, 12:+5%, 24:+1%
        vol oil +150%
        fx USD +3.7%
        fx GBP -5.4%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil), ECB rates; volatility rounded from press reports",
    ),
    Event(
        "WTI_APRIL_2020", "WTI, April 2020", "Storage at Cushing is full: the expiring WTI contract settles at -37.63.",
        date(2020, 4, 17), date(2020, 4, 20),
        """
        price WTI -55.90 months 0-1
        price WTI 2:-18.4%, 3:-10.7%, 6:-5.8%, 12:-2.6%, 24:-1.2%, 36:-0.8% months 2-240
        price BRENT 1:-8.9%, 2:-7.5%, 3:-5.9%, 6:-2.6%, 12:-0.8%, 24:-0.1%
        price RBOB 1:-6.0%, 3:-4.7%, 6:-3.2%, 12:-1.6%
        price ULSD 1:-7.2%, 3:-5.9%, 6:-3.6%, 12:-1.7%
        price GASOIL 1:-7.2%, 3:-5.9%, 6:-3.6%, 12:-1.7%
        price HENRY_HUB 1:+9.8%, 6:+7.3%, 12:+3.0%, 24:+1.1%
        vol WTI +60%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil): CL May 2020 from 18.27 to -37.63 USD/bbl, an absolute "
        "move; volatility assumed",
        spot=True,
    ),
    Event(
        "URI_2021", "Winter storm Uri 2021", "A storm freezes Texas: Henry Hub spot goes from 3.49 to 23.86 USD/MMBtu.",
        date(2021, 2, 5), date(2021, 2, 17),
        """
        price HENRY_HUB 0:+193%, 1:+12.4%, 2:+6.7%, 3:+6.0%, 6:+4.8%, 12:+3.7%, 24:+0.9%
        price BRENT 1:+8.4%, 3:+7.1%, 6:+6.3%, 12:+5.7%, 24:+5.0%, 36:+4.4%
        price WTI 1:+7.5%, 3:+7.7%, 6:+6.8%, 12:+5.6%, 24:+4.8%, 36:+4.3%
        price RBOB 1:+9.8%, 3:+7.5%, 6:+6.7%
        price ULSD 1:+7.2%, 6:+6.2%, 12:+5.6%
        price GASOIL 1:+7.2%, 6:+6.2%, 12:+5.6%
        """,
        "EIA spot prices: mean of 11 to 19 February against 5 February on the month in delivery; NYMEX and ICE "
        "settlements",
        spot=True,
    ),
    Event(
        "INVASION_2022", "Invasion of Ukraine, February 2022", "Russia invades Ukraine: gas, coal, oil and power jump.",
        date(2022, 2, 23), date(2022, 3, 8),
        """
        price BRENT 1:+32%, 3:+30%, 6:+23%, 12:+16%, 24:+9%, 36:+4%
        price WTI 1:+34%, 3:+29%, 6:+21%, 12:+14%, 24:+7%, 36:+2%
        price RBOB 1:+28%, 3:+25%, 6:+19%, 24:+13%
        price ULSD 1:+59%, 3:+42%, 6:+26%, 24:+14%
        price GASOIL 1:+59%, 3:+42%, 6:+26%, 24:+14%
        price TTF,THE,NBP 1:+55%, 12:+30%, 24:+10%
        price JKM 1:+39%, 12:+20%
        price coal +30%
        price power 1:+45%, 12:+25%, 24:+10%
        price carbon -30%
        vol all +60%
        fx USD +4.1%
        """,
        "NYMEX and ICE settlements (gasoil as heating oil), ECB rates; gas, LNG and coal: monthly means of the IMF, "
        "February against March; power, carbon and volatility rounded from press reports",
    ),
    Event(
        "TTF_AUGUST_2022", "TTF, August 2022", "Nord Stream runs at a fifth: Europe bids for gas at any price.",
        date(2022, 8, 1), date(2022, 8, 26),
        """
        price TTF,THE,NBP 1:+60%, 6:+55%, 12:+45%, 24:+25%
        price JKM 1:+32%, 12:+20%
        price HENRY_HUB 1:+16.9%, 6:+15.8%, 12:+15.1%, 24:+8.8%, 36:+7.4%
        price BRENT 1:-3.5%, 6:-1.0%, 24:-0.8%
        price ULSD 1:+9.8%, 12:+8.1%, 24:+4%
        price GASOIL 1:+9.8%, 12:+8.1%, 24:+4%
        price coal +3%
        price power 1:+60%, 12:+50%, 24:+30%
        vol gas +40%
        vol power +40%
        fx USD +2.3%
        """,
        "NYMEX and ICE settlements to 2022-08-22, ECB rates; LNG and coal: monthly means of the IMF, July against "
        "August; TTF, power and volatility rounded from press reports",
    ),
    Event(
        "DE_NEGATIVE_2020", "German negative prices, spring 2020",
        "Low demand, wind and sun: the mean of the day-ahead auction halves and 21 April costs -16.15 EUR/MWh.",
        date(2020, 1, 31), date(2020, 4, 30),
        """
        price POWER_DE_LU -51% months 0-2
        price POWER_DE_LU_PEAK -66% months 0-2
        price POWER_DE_LU -15% months 3-6
        price POWER_DE_LU_PEAK -20% months 3-6
        vol DE_LU +30% months 0-6
        """,
        "day-ahead auction of Germany and Luxembourg, monthly means of January (35.03, peak 42.53) and April (17.09, "
        "peak 14.51 EUR/MWh); months further out and volatility assumed",
        spot=True,
    ),
)  # fmt: skip
