"""Errors of Lake Formation, and of Glue where Lake Formation decides."""

from moto.core.exceptions import JsonRESTError


class InvalidInput(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidInputException", message)


class AccessDenied(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class EntityNotFound(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("EntityNotFoundException", message)


class AlreadyExists(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AlreadyExistsException", message)


class ConcurrentModification(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ConcurrentModificationException", message)


def insufficient(permission: str, on: str) -> AccessDenied:
    return AccessDenied(f"Insufficient Lake Formation permission(s): Required {permission.title()} on {on}")
