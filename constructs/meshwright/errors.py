"""The one type of error that is the user's to fix; everything else that escapes is a bug."""


class UserError(Exception):
    """A mistake in a file, a flag, an account or the machine's set-up.

    The message names the place, what is wrong and how to fix it; the command line prints it and exits with 2.
    """
