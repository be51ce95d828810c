"""The file by which commands find the embedded AWS of a project."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "embedded-aws.json"


@dataclass(frozen=True)
class State:
    port: int
    pid: int
    wanted_port: int
    """The port that was asked for; differs from `port` if it was taken. 0: any."""

    def remove(self, folder: Path) -> None:
        """Deletes the file, unless another server has written its own since."""
        if read_state(folder) == self:
            (folder / FILE).unlink(missing_ok=True)


def write_state(folder: Path, state: State) -> None:
    partial = folder / f"{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(asdict(state)))
    partial.replace(folder / FILE)


def read_state(folder: Path) -> State | None:
    """None if there is no file, or one that a crash left half-written."""
    try:
        return State(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
