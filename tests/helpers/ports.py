"""Free ports of this machine."""

import os
import socket
from itertools import count

# Below those that the system gives to whoever asks for any port or connects to somebody: a port that is free now must
# not be taken before the test's program listens on it, nor while that program is away for a moment.
_FIRST, _COUNT = 11_000, 4_900
_next = count(os.getpid() * 1_931)  # so that two processes of tests, which have near numbers, begin far apart


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on, and that this process was not given before."""
    for _ in range(_COUNT):
        port = _FIRST + next(_next) % _COUNT
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(f"There is no free port from {_FIRST} to {_FIRST + _COUNT}.")
