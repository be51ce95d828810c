"""Requests in JSON that are none, by the models of the services."""

import io
import json
from typing import Any

import pytest

from meshwright.local.malformed import refusal

GLUE = "AWSGlue.CreateDatabase"


def asked(service: str, body: str, *, target: str = "", route: str = "POST /") -> dict[str, str] | None:
    """What is answered, or None."""
    method, path = route.split()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_X_AMZ_TARGET": target,
        "wsgi.input": io.BytesIO(body.encode()),
    }
    reply = refusal(environ, service)
    assert environ["wsgi.input"].tell() == 0  # the service reads it anew
    if reply is None:
        return None
    assert reply.status == 400
    answer: dict[str, str] = json.loads(reply.body)
    return answer


@pytest.mark.parametrize(
    ("service", "body", "where", "code", "message"),
    [
        (
            "glue",
            '{"DatabaseInput": {"Name": 5}}',
            {"target": GLUE},
            "ValidationException",
            "Invalid type for parameter DatabaseInput.Name, value: 5, type: <class 'int'>, valid types: "
            "<class 'str'>",
        ),
        (
            "glue",
            "[]",
            {"target": GLUE},
            "ValidationException",
            "Invalid type for parameter input, value: [], type: <class 'list'>, valid types: <class 'dict'>",
        ),
        (
            "glue",
            "{",
            {"target": GLUE},
            "SerializationException",
            "The body is not JSON: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
        ),
        (
            "lakeformation",
            '{"TagKey": "domain"}',
            {"route": "POST /CreateLFTag"},
            "ValidationException",
            'Missing required parameter in input: "TagValues"',
        ),
        (
            "lambda",
            '{"Timeout": "long"}',
            {"route": "PUT /2015-03-31/functions/f/configuration"},
            "ValidationException",
            "Invalid type for parameter Timeout, value: long, type: <class 'str'>, valid types: "
            "<class 'int'>",
        ),
    ],
)
def test_what_a_model_does_not_allow_is_refused(
    service: str, body: str, where: dict[str, str], code: str, message: str
) -> None:
    assert asked(service, body, **where) == {"__type": code, "message": message}


@pytest.mark.parametrize(
    ("service", "body", "where"),
    [
        ("glue", '{"DatabaseInput": {"Name": "a", "Description": null, "NewerThanWe": 1}}', {"target": GLUE}),
        ("glue", "", {"target": "AWSGlue.GetDatabases"}),
        ("glue", "{", {"target": "AWSGlue.NewerThanWe"}),
        ("states", '{"stateMachineArn": "a"}', {"target": "AWSStepFunctions.StartExecution"}),
        ("ram", "", {"route": "DELETE /deleteresourceshare"}),
        ("lambda", "[1]", {"route": "POST /2015-03-31/functions/f/invocations"}),
        ("lambda", '{"Timeout": 3}', {"route": "PUT /2015-03-31/functions/f/configuration"}),
        ("s3", "{", {"route": "PUT /bucket/key"}),
        ("sqs", "{", {"target": "AmazonSQS.SendMessage"}),
    ],
)
def test_what_is_right_or_unknown_reaches_the_service(service: str, body: str, where: dict[str, str]) -> None:
    assert asked(service, body, **where) is None
