"""Custom::LakeFormationShares: accepts what another account shares, and waits until it can be seen here."""

from itertools import count

from botocore.exceptions import ClientError

from .calls import Calls
from .errors import ProviderError, code, reason
from .request import DELETE, Outcome, Request, number, only_keys, text, texts

NAME = "Custom::LakeFormationShares"
DEFAULT_WAIT = 300  # seconds
LONGEST_WAIT = 900  # seconds, for which a function lives at most
LONGEST_STEP = 3  # exponent of the pause between looks, 2 seconds
# Lake Formation names the RAM shares that it makes LakeFormation-V<version>-<id>.
SHARE_PREFIX = "LakeFormation"
# A database that is not shared (yet) is reported as missing or as forbidden, depending on the kind of share.
NOT_VISIBLE = frozenset({"EntityNotFoundException", "AccessDeniedException"})
ALREADY_DONE = "ResourceShareInvitationAlreadyAcceptedException"


def handle(request: Request, calls: Calls) -> Outcome:
    """A delete only ends what was asked before: the owner revokes, and accepted invitations grant nothing."""
    if request.kind == DELETE:
        calls.check(False)
        return Outcome(physical_id=request.stable_id)
    only_keys(request.properties, ("OwnerAccount", "Databases", "Organization", "TimeoutSeconds"), NAME)
    owner = text(request.properties, "OwnerAccount", NAME)
    missing = list(texts(request.properties, "Databases", NAME))
    wait = min(number(request.properties, "TimeoutSeconds", NAME, DEFAULT_WAIT), LONGEST_WAIT)
    accepted = 0
    waited = 0.0
    for attempt in count():
        # Each time, since the invitation itself may arrive late; inside an organization there is none.
        accepted += _accept(calls, owner)
        missing = [name for name in missing if not _visible(calls, owner, name)]
        if not missing:
            break
        left = min(wait - waited, calls.remaining())
        if left <= 0:
            raise _not_visible(request, owner, missing, wait)
        before = calls.remaining()
        try:
            calls.pause(min(attempt, LONGEST_STEP), "the share is not visible yet")
        except ProviderError:
            raise _not_visible(request, owner, missing, wait) from None
        waited += max(before - calls.remaining(), 0.25)
    return Outcome(physical_id=request.stable_id, data={"Accepted": str(accepted)})


def _accept(calls: Calls, owner: str) -> int:
    """How many pending invitations of the owner's Lake Formation shares were accepted."""
    accepted = 0
    for invitation in calls.pages(
        "ram",
        "get_resource_share_invitations",
        "resourceShareInvitations",
        cursor="nextToken",
        maxResults=100,
    ):
        if (
            invitation["status"] != "PENDING"
            or invitation["senderAccountId"] != owner
            or not invitation.get("resourceShareName", "").startswith(SHARE_PREFIX)
        ):
            continue
        try:
            calls(
                "ram",
                "accept_resource_share_invitation",
                resourceShareInvitationArn=invitation["resourceShareInvitationArn"],
            )
        except ClientError as error:
            if code(error) != ALREADY_DONE:
                name = invitation["resourceShareName"]
                raise ProviderError(
                    f"Could not accept share {name} of account {owner}: {reason(error)}"
                ) from error
        accepted += 1
    return accepted


def _visible(calls: Calls, owner: str, database: str) -> bool:
    try:
        calls("glue", "get_database", CatalogId=owner, Name=database)
    except ClientError as error:
        if code(error) in NOT_VISIBLE:
            return False
        raise ProviderError(f"Could not look for database {database} of {owner}: {reason(error)}") from error
    return True


def _not_visible(request: Request, owner: str, missing: list[str], wait: int) -> ProviderError:
    names = ", ".join(missing)
    organization = request.properties.get("Organization")
    check = (
        f"that RAM sharing is enabled in organization {organization} and both accounts are in it"
        if organization
        else f"for a pending or rejected invitation of {owner} in RAM of account {request.account}"
    )
    return ProviderError(
        f"Database {names} of account {owner} did not become visible in {request.account} within {wait} s: "
        f"check that {owner} grants DESCRIBE on it to {request.account}, and {check}"
    )
