"""Processes that are forked from one that has loaded what they need, so that they start at once.

`listening` gives a script that stands for the program: run with the same arguments, it has its own process
forked, which has its files, environment and folder, and ends with it.
"""

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

START = Path(__file__).with_name("start.py")
REPOSITORY = Path(__file__).parents[2]
MESSAGE_BYTES = 1_000_000


@contextlib.contextmanager
def listening(script: Path, module: str, *given: str) -> Iterator[None]:
    """While a process listens that forks one for each start of the script, which is made.

    It calls the `load` of the module with what is given, and the forked ones its `program` with the arguments
    of the script.
    """
    shutil.copy(START, script)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(script.with_suffix(".socket")))
        listener.listen(50)
        number = listener.fileno()
        command = [sys.executable, "-m", "tests.soak.forks", str(number), module, *given]
        process = subprocess.Popen(command, pass_fds=[number], cwd=REPOSITORY)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def share_models() -> None:
    """AWS's models of its services are read once in a process and those that are forked from it."""
    read = JSONFileLoader.load_file
    once = cache(lambda path: read(JSONFileLoader(), path))
    JSONFileLoader.load_file = lambda self, path: once(path)  # type: ignore[method-assign]


def _listen(listener: socket.socket, module: Any, given: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nothing is left of those that ended
    share_models()
    module.load(*given)
    gc.freeze()
    while True:
        connection, _ = listener.accept()
        with connection:
            if not os.fork():
                listener.close()
                try:
                    _run(connection, module.program)
                finally:
                    os._exit(1)


def _run(connection: socket.socket, program: Callable[[list[str]], object]) -> None:
    message, files, _, _ = socket.recv_fds(connection, MESSAGE_BYTES, 3)
    while not message.endswith(b"\n"):
        message += connection.recv(MESSAGE_BYTES)
    asked = json.loads(message)
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["", *asked["arguments"]]

    def end_with_it() -> None:
        connection.recv(1)
        os._exit(1)

    threading.Thread(target=end_with_it, name="starter", daemon=True).start()
    code = program(asked["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    _listen(socket.socket(fileno=int(sys.argv[1])), import_module(sys.argv[2]), sys.argv[3:])
