"""How a state, or a whole run, ends other than well."""


class StateError(Exception):
    """An error with the name that retriers and catchers look at.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


class StoppedError(Exception):
    """The run, or the branch, was told to stop."""


def broken(cause: str) -> StateError:
    """Something of the definition that can't be worked out with the data at hand."""
    return StateError("States.Runtime", cause)


def unknown(what: str) -> StateError:
    """Something of the language that isn't emulated."""
    return StateError("States.Runtime", f"The embedded AWS doesn't run {what}.")
