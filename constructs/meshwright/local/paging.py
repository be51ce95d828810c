"""The token of a page: where in a listing it begins."""

import re

from moto.core.exceptions import JsonRESTError


class InvalidTokenError(JsonRESTError):
    def __init__(self) -> None:
        super().__init__("InvalidNextTokenException", "The token is none that a listing was answered with.")


def start_of(token: str | None) -> int:
    """The first row of the page, of the whole listing without a token. Raises InvalidTokenError."""
    if not re.fullmatch("[0-9]{1,9}", token or "0"):
        raise InvalidTokenError
    return int(token or 0)
