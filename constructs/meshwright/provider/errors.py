"""The error that reaches CloudFormation as its reason: one sentence for the person who deploys."""

from botocore.exceptions import ClientError


class ProviderError(Exception):
    """What failed and why, as one sentence that names the grant, database or table concerned."""


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", "") or "no message")


def reason(error: Exception) -> str:
    """An AWS error as `Code: message`, any other as `Type: text`."""
    if isinstance(error, ClientError):
        return f"{code(error)}: {message(error)}"
    return f"{type(error).__name__}: {error}"
