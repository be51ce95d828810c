"""The one type of error that is the user's to fix; everything else that escapes is a bug."""

from meshwright.texts import inert


class UserError(Exception):
    """A mistake in a file, a flag, an account or the machine's set-up.

    The message names the place, what is wrong and how to fix it; the command line prints it and exits with 2.
    """

    @property
    def message(self) -> str:
        """As it was raised."""
        return super().__str__()

    def __str__(self) -> str:
        # Inert here too, because a mesh's own app.py prints it.
        return inert(self.message)
