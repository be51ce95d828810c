"""Signature Version 4: whether a request was signed with the secret of the key that it names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
"""By how much the time of a request may differ from ours."""
_NAME = "[a-z0-9-]+"
"""Of a region or service. moto would find services by names that only begin so."""
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=([^/,\s]+)/([0-9]{{8}})/({_NAME})/({_NAME})/aws4_request,\s*"
    r"SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)
_EMPTY = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class Secret:
    """What belongs to an access key."""

    key: str
    token: str | None
    """The session token, which a request must carry; None for a user's own keys."""


class SignatureError(Exception):
    """A request that isn't served; the message is AWS's own, and `code` one of those in `refused`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Scope:
    """Where a signature holds."""

    access_key: str
    day: str
    region: str
    service: str

    @property
    def text(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True)
class Request:
    """The parts of a request that are signed."""

    method: str
    target: str
    """Path and query as they were sent."""
    headers: Mapping[str, str]
    """By name in small letters."""
    body: Callable[[], bytes]


def scope_of(request: Request) -> Scope:
    """The scope that the request names; raises SignatureError if it names none."""
    given = _presigned(request) or _signed(request)
    return given[0]


def check(request: Request, secret: Secret, *, now: datetime) -> None:
    """Raises SignatureError unless the request was signed with the secret, lately, and whole."""
    presigned = _presigned(request)
    scope, names, signature, at, seconds = presigned or _signed(request)
    query = _query(request.target)
    token = request.headers.get("x-amz-security-token") or dict(query).get("X-Amz-Security-Token")
    if token != secret.token:
        raise SignatureError("InvalidClientTokenId", "The security token included in the request is invalid.")
    signed_at = _instant(at)
    latest = signed_at + (timedelta(seconds=seconds) if presigned else SKEW)
    if now < signed_at - SKEW or now > latest or not at.startswith(scope.day):
        raise SignatureError("RequestExpired", f"Signature expired or not yet current: {at}")
    if "host" not in names:
        raise SignatureError("SignatureDoesNotMatch", "'Host' must be a 'SignedHeader'")
    for name in request.headers:
        if name.startswith("x-amz-") and name not in names:
            raise SignatureError(
                "SignatureDoesNotMatch",
                f"There were headers present in the request which were not signed: {name}",
            )
    canonical = "\n".join(
        (
            request.method,
            _path(request.target, scope.service),
            "&".join(
                f"{name}={value}" for name, value in sorted(_encoded(query)) if name != "X-Amz-Signature"
            ),
            *(f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in names),
            "",
            ";".join(names),
            "UNSIGNED-PAYLOAD" if presigned and scope.service == "s3" else _payload(request),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{at}\n{scope.text}\n{digest}"
    key = _signing_key(secret.key, scope.day, scope.region, scope.service)
    made = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), signature.encode()):
        raise SignatureError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method.",
        )


_Given = tuple[Scope, list[str], str, str, int]
"""The scope, the names of the signed headers, the signature, its time and how many seconds it holds."""


def _signed(request: Request) -> _Given:
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", "").strip())
    if match is None:
        raise SignatureError("MissingAuthenticationToken", "Missing Authentication Token")
    key, day, region, service, names, signature = match.groups()
    at = request.headers.get("x-amz-date", "")
    return Scope(key, day, region, service), names.split(";"), signature, at, 0


def _presigned(request: Request) -> _Given | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""
    query = dict(_query(request.target))
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    parts = query.get("X-Amz-Credential", "").split("/")
    seconds = query.get("X-Amz-Expires", "")
    right = len(parts) == 5 and all(re.fullmatch(_NAME, name) for name in parts[2:4])
    if not right or not re.fullmatch("[0-9]{1,6}", seconds) or int(seconds) > 604800:
        raise SignatureError("AuthorizationQueryParametersError", "Error parsing the query parameters")
    scope = Scope(*parts[:4])
    names = query.get("X-Amz-SignedHeaders", "").split(";")
    return scope, names, query.get("X-Amz-Signature", ""), query.get("X-Amz-Date", ""), int(seconds)


def _instant(text: str) -> datetime:
    try:
        at = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        at = datetime.min.replace(tzinfo=UTC)
    if not 1970 <= at.year < 9999:  # beyond which there is no time to compare with
        raise SignatureError("IncompleteSignature", "Date must be in ISO-8601 'basic format'")
    return at


def _query(target: str) -> list[tuple[str, str]]:
    """Names and values of the query, decoded. A plus sign is one, and no space."""
    text = target.partition("?")[2]
    pairs = [part.partition("=") for part in text.split("&") if part]
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _encoded(query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query]


def _path(target: str, service: str) -> str:
    """S3 signs the path as it is sent, the others encode it once more and leave out empty segments."""
    path = target.partition("?")[0] or "/"
    if service == "s3":
        return quote(unquote_to_bytes(path), safe="/-_.~")
    return quote(re.sub("/+", "/", path), safe="/-_.~")


def _payload(request: Request) -> str:
    """The digest that was signed, which must be the body's where it is one."""
    given = request.headers.get("x-amz-content-sha256")
    if given is not None and not re.fullmatch("[0-9a-f]{64}", given):
        return given  # UNSIGNED-PAYLOAD and the STREAMING- kinds
    body = request.body()
    digest = hashlib.sha256(body).hexdigest() if body else _EMPTY
    if given not in (None, digest):
        raise SignatureError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    return digest


@lru_cache(maxsize=1024)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
