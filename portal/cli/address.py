"""The address that the web server takes, and what is said when it cannot have it."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from portal.core.errors import ConfigurationError

_PATIENCE_SECONDS = 4.0


@contextmanager
def reserved(host: str, port: int) -> Iterator[socket.socket]:
    """Bind the address at once, so that a port in use is said before anything is started.

    A portal that was killed gives its port back within a second or two, so that we try for a while.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as problem:
        raise ConfigurationError(
            f"The address '{host}' is not known on this machine. Set HOST to one of its addresses, such as 127.0.0.1.",
            host=host,
        ) from problem
    while True:
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
        except OSError as problem:
            listener.close()
            if problem.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise ConfigurationError(_why_not(host, port, problem), host=host, port=port) from problem
            time.sleep(0.2)
        else:
            break
    with listener:
        yield listener


def _why_not(host: str, port: int, problem: OSError) -> str:
    if isinstance(problem, PermissionError):
        return f"Port {port} may not be used by this user. Set PORT to a number above 1023."
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use by another program. Stop that program, or set PORT to another number."
    return f"The address {host}:{port} cannot be used: {problem.strerror}. Set HOST and PORT to others."


def listen(listener: socket.socket, backlog: int) -> None:
    """Begin to accept connections on a reserved address.

    Raises
    ------
    ConfigurationError
        Another program reserved the same address and was faster.
    """
    try:
        listener.listen(backlog)
    except OSError as problem:
        host, port = listener.getsockname()[:2]
        raise ConfigurationError(_why_not(host, port, problem), host=host, port=port) from problem
