"""The function of the tiny app's custom resource: answers with what it was asked."""

import json
import urllib.request
from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": "thing",
        "Data": {"Depth": event["ResourceProperties"]["Depth"]},
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT")  # noqa: S310
    urllib.request.urlopen(request)  # noqa: S310
