"""Fitted volatility models, remembered by the returns they were fitted to.

The key is a digest of the returns and of the specification: the same clocks and data give the same returns, and a
correction gives others, so that a remembered fit can never be stale.
"""

from hashlib import sha256
from threading import Lock

from portal.core.arrays import FloatArray1D
from portal.domain.market.garch import GarchFit, GarchSpec, fit_garch

CAPACITY = 256
SPEC = GarchSpec()  # GARCH(1,1), constant mean, normal shocks, backcast start: the library's own defaults

_fits: dict[str, GarchFit] = {}
_lock = Lock()


def fitted(returns: FloatArray1D, spec: GarchSpec = SPEC) -> GarchFit:
    """Return the fit of ``spec`` to ``returns`` of shape (n,), from memory when these very returns were fitted before.

    Raises
    ------
    DomainError
        The model cannot be fitted; the sentence says why.
    """
    key = sha256(repr(spec).encode() + returns.tobytes()).hexdigest()
    with _lock:
        known = _fits.pop(key, None)
        if known is not None:
            _fits[key] = known  # the most recently used is at the end
            return known
    made = fit_garch(returns, spec)
    with _lock:
        _fits[key] = made
        while len(_fits) > CAPACITY:
            _fits.pop(next(iter(_fits)))
    return made
