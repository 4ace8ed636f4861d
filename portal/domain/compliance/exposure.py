"""How much of a counterparty's credit limit is used: what is still to be delivered, at a share of its worth.

API: ``Exposure``, ``Exposure.use``, ``Exposure.change``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Exposure:
    """The open volume with one counterparty as money.

    Attributes
    ----------
    limit : float
        Credit limit in euro.
    add_on : float
        Share of the worth of an open volume that could be lost before it is replaced.
    worth : dict of int to float
        Net worth of what is still to be delivered by curve, in euro: positive when bought.
    """

    limit: float
    add_on: float
    worth: dict[int, float] = field(default_factory=dict)

    @property
    def use(self) -> float:
        """What of the limit is used, in euro: ``add_on`` times the sum of ``|worth|`` over the curves."""
        return self.add_on * sum(abs(value) for value in self.worth.values())

    def change(self, worth: Mapping[int, float]) -> float:
        """How the use changes when more is dealt.

        Parameters
        ----------
        worth : mapping of int to float
            Worth of the new trade by curve, in euro, positive when bought.

        Returns
        -------
        float
            In euro; negative when it takes back what is open.
        """
        before = self.worth
        return self.add_on * sum(
            abs(before.get(curve, 0.0) + value) - abs(before.get(curve, 0.0))
            for curve, value in worth.items()
        )

    def add(self, worth: Mapping[int, float]) -> None:
        """Take in what was dealt.

        Parameters
        ----------
        worth : mapping of int to float
            As for :meth:`change`.
        """
        for curve, value in worth.items():
            self.worth[curve] = self.worth.get(curve, 0.0) + value
