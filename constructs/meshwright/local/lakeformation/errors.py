"""Errors of Lake Formation, and of Glue where Lake Formation decides."""

from moto.core.exceptions import JsonRESTError


class InvalidInputError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidInputException", message)


class AccessDeniedError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class EntityNotFoundError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("EntityNotFoundException", message)


class AlreadyExistsError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AlreadyExistsException", message)


class ConcurrentModificationError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ConcurrentModificationException", message)


def insufficient(permission: str, on: str) -> AccessDeniedError:
    return AccessDeniedError(
        f"Insufficient Lake Formation permission(s): Required {permission.title()} on {on}"
    )
