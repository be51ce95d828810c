"""The listening socket of the embedded AWS."""

import errno
import socket


def listen(port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1, on a free port if `port` is 0 or taken."""
    try:
        return _bound(port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
    return _bound(0)


def _bound(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", port))
        sock.listen(128)
    except OSError:
        sock.close()
        raise
    return sock
