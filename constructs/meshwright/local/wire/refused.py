"""How the services word that a request is not served, each in its own protocol.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from meshwright.local.wire.signature import SignatureError

Headers = list[tuple[str, str]]
S3_CODES = {
    "InvalidClientTokenId": "InvalidAccessKeyId",
    "MissingAuthenticationToken": "AccessDenied",
    "RequestExpired": "RequestTimeTooSkewed",
}
JSON_CODES = {
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "RequestExpired": "InvalidSignatureException",
    "IncompleteSignature": "IncompleteSignatureException",
}


def refused(error: SignatureError, headers: Mapping[str, str], service: str | None) -> tuple[Headers, bytes]:
    """Headers and body of an answer of status 403. `headers` are the request's, by name in small letters."""
    message = str(error)
    if "x-amz-target" in headers:
        code = JSON_CODES.get(error.code, error.code)
        return _json({"__type": code, "message": message}, code)
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = (
            f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(message)}</Message></Error>"
        )
        return _xml(f"<ErrorResponse>{body}<RequestId>refused</RequestId></ErrorResponse>")
    if service in (None, "s3"):
        code = S3_CODES.get(error.code, error.code)
        return _xml(f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>")
    code = JSON_CODES.get(error.code, error.code)
    return _json({"message": message}, code)


def _json(body: Mapping[str, str], code: str) -> tuple[Headers, bytes]:
    return [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)], json.dumps(
        body
    ).encode()


def _xml(body: str) -> tuple[Headers, bytes]:
    return [("Content-Type", "application/xml")], f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
