"""The edge between commands and whoever reads what they print: here all of it is made inert."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final, TextIO

from meshwright.texts import escaped, inert, visible

if TYPE_CHECKING:  # it takes a tenth of a second to import
    from rich.console import Console

ESCAPES: Final = "meshwright.escapes"
"""Name of what to do with characters that an output's encoding has not."""


@contextmanager
def inert_output() -> Iterator[None]:
    """Within, whatever is printed passes the edge; `print_commands` and `console` are the ways around it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ESCAPES)
    with redirect_stdout(_Inert(sys.stdout)) as out, redirect_stderr(_Inert(sys.stderr)) as err:
        try:
            yield
        finally:
            for stream in (out, err):
                stream.finish()


def print_commands(text: str) -> None:
    """Print commands to a GitHub workflow, with their data escaped, and text that has none."""
    stream = sys.stdout
    if isinstance(stream, _Inert):
        stream.flush()
        stream = stream.stream
    print(visible(text), file=stream)


def console(stream: TextIO, **options: Any) -> "Console":
    """A console that moves the cursor and colours: what it is given to print is made inert before."""
    from rich.console import Console

    class Inert(Console):
        def render_str(self, text: str, **how: Any) -> Any:
            return super().render_str(inert(text), **how)

    return Inert(file=stream.stream if isinstance(stream, _Inert) else stream, **options)


class _Inert:
    """A stream that passes on whole lines, as `inert` has them; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._line = ""
        """The beginning of a line, not written yet."""

    def write(self, text: str) -> int:
        lines, newline, self._line = (self._line + text).rpartition("\n")
        if newline:
            self.stream.write(inert(lines) + newline)
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        self.finish()
        self.stream.flush()

    def finish(self) -> None:
        """Write the line that has no end."""
        line, self._line = self._line, ""
        if line:
            self.stream.write(inert(line))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _escapes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return escaped(error.object[error.start : error.end]), error.end


codecs.register_error(ESCAPES, _escapes)
