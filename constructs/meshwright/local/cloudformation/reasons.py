"""What a handler's failure means, and how a stack event words it."""

import logging

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.local.cloudformation.handler import HandlerError
from meshwright.local.cloudformation.intrinsics import TemplateError

log = logging.getLogger(__name__)

GONE = ("NotFound", "NoSuch", "NonExistent")
"""Parts of the error codes that say that a resource is gone already; deleting it has then succeeded."""


def is_gone(error: Exception) -> bool:
    """Whether a deletion failed because there is nothing left to delete."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return any(part in code for part in GONE)


def reason_of(error: Exception) -> str:
    """The reason in a stack event, worded as CloudFormation's resource handlers do."""
    if isinstance(error, ClientError):
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        return f'Resource handler returned message: "{message}" ({error.operation_name}: {code})'
    if not isinstance(error, HandlerError | TemplateError | BotoCoreError):
        log.error("a resource handler failed", exc_info=error)
        return f"Internal failure of the embedded AWS: {error!r}"
    return str(error)
