"""Writing files: whole or not at all, and never over another one by accident."""

import os
import tempfile
from pathlib import Path

from meshwright.errors import UserError


def create(file: Path, text: str) -> None:
    """Write a new file. Raises UserError when there is one already."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="") as opened:
            opened.write(text)
    except FileExistsError:
        raise UserError(f"{file} exists already, and is left as it is. Choose another name.") from None
    except OSError as error:
        raise UserError(f"{file} can't be written: {error.strerror}.") from None


def replace(file: Path, text: str) -> None:
    """Put `text` in the place of a file's content in one step. Follows a link; keeps the file's mode."""
    target = file.resolve()
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
                opened.write(text)
            os.chmod(temporary, target.stat().st_mode)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(f"{file} can't be written: {error.strerror}.") from None
