"""How a pipeline tells that products are fresh: an event to the mesh, and a metric for the service levels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from meshwright.mesh.parts.state_machine import State
from meshwright.mesh.parts.step_states import AGAIN

SOURCE: Final = "meshwright"
REFRESHED: Final = "Data Product Refreshed"
"""Source and type of the event that tells the mesh of a refresh."""
NAMESPACE: Final = "meshwright"
REFRESHED_METRIC: Final = "Refreshed"
"""Metric that counts the refreshes of a product, by Mesh, Domain and Product."""


def announcements(
    *, partition: str, bus_arn: str, mesh: str, domain: str, pipeline: str, products: Sequence[str]
) -> Iterator[tuple[str, State]]:
    """States that tell the mesh, and count for the service levels, that these products are fresh.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html; a call takes ten events.
    """
    if not products:
        return
    for start in range(0, len(products), 10):
        entries = [
            {
                "EventBusName": bus_arn,
                "Source": SOURCE,
                "DetailType": REFRESHED,
                "Detail": {
                    "mesh": mesh,
                    "domain": domain,
                    "product": product,
                    "pipeline": pipeline,
                    "execution.$": "$$.Execution.Id",
                    "at.$": "$$.State.EnteredTime",
                },
            }
            for product in products[start : start + 10]
        ]
        name = "tell the mesh" if start == 0 else f"tell the mesh {start // 10 + 1}"
        yield name, _tell(f"arn:{partition}:states:::events:putEvents", {"Entries": entries})
    metrics = [
        {
            "MetricName": REFRESHED_METRIC,
            "Dimensions": [
                {"Name": "Mesh", "Value": mesh},
                {"Name": "Domain", "Value": domain},
                {"Name": "Product", "Value": product},
            ],
            "Value": 1,
            "Unit": "Count",
        }
        for product in products
    ]
    put = f"arn:{partition}:states:::aws-sdk:cloudwatch:putMetricData"
    yield "count the refresh", _tell(put, {"Namespace": NAMESPACE, "MetricData": metrics})


def _tell(resource: str, parameters: Mapping[str, Any]) -> State:
    return {
        "Type": "Task",
        "Resource": resource,
        "Parameters": parameters,
        "ResultPath": None,
        "Retry": AGAIN,
    }
