"""Has a process forked by the one that listens beside this file, lends it its files, and ends with it.

Copied to where the socket is: see `forks`. Loads little, since it is started for every server and function.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.path.splitext(os.path.abspath(__file__))[0] + ".socket")
        asked = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}
        socket.send_fds(connection, [json.dumps(asked).encode() + b"\n"], [0, 1, 2])
        connection.recv(1)  # ends when the other process does
