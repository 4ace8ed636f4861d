"""Free ports of this machine."""

import socket


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at the moment and nobody else is given for a minute.

    The rest of a closed connection (TIME_WAIT) keeps the system from giving it to other programs that ask for any port;
    a server that sets SO_REUSEADDR, as all of ours do, may listen on it all the same.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        place = listener.getsockname()
        with socket.create_connection(place):
            listener.accept()[0].close()  # whoever closes first keeps the rest of the connection
        return int(place[1])
