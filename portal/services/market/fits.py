"""Fitted volatility models, remembered by the returns they were fitted to.

The key is a digest of the returns and of the specification: the same clocks and data give the same returns, and a
correction gives others, so that a remembered fit can never be stale.
"""

from hashlib import sha256

from portal.core.arrays import FloatArray1D
from portal.domain.market.garch import GarchFit, GarchSpec, fit_garch
from portal.services.recent import Recent

SPEC = GarchSpec()  # GARCH(1,1), constant mean, normal shocks, backcast start: the library's own defaults

_fits: Recent[str, GarchFit] = Recent(256)


def fitted(returns: FloatArray1D, spec: GarchSpec = SPEC) -> GarchFit:
    """Return the fit of ``spec`` to ``returns`` of shape (n,), from memory when these very returns were fitted before.

    Raises
    ------
    DomainError
        The model cannot be fitted; the sentence says why.
    """
    key = sha256(repr(spec).encode() + returns.tobytes()).hexdigest()
    return _fits.get(key, lambda: fit_garch(returns, spec))
