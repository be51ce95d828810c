"""Properties of a template in the spelling of the API behind it, where both differ by more than a name."""

from collections.abc import Mapping
from typing import Any

from meshwright.local.cloudformation.handler import Context, HandlerError, Properties


def spelled(context: Context, service: str, operation: str, properties: Properties) -> dict[str, Any]:
    """`properties` as parameters of an operation of boto3.

    APIs such as Step Functions and EMR Serverless begin names with a small letter, and have mappings where a
    template has lists of keys and values. Raises HandlerError for a name that the API doesn't have.
    """
    client = context.client(service)
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    made: dict[str, Any] = _spelled(properties, model.input_shape, context.type)
    return made


def _spelled(value: Any, shape: Any, place: str) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        names = {name.lower(): name for name in shape.members}
        unknown = sorted(key for key in value if key.lower() not in names)
        if unknown:
            raise HandlerError(f"The embedded AWS doesn't emulate {place}: {', '.join(unknown)}.")
        return {
            names[key.lower()]: _spelled(item, shape.members[names[key.lower()]], f"{place}.{key}")
            for key, item in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_spelled(item, shape.member, place) for item in value]
    if shape.type_name == "map" and isinstance(value, list):
        return {pair["Key"]: _spelled(pair["Value"], shape.value, place) for pair in value}
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: _spelled(item, shape.value, place) for key, item in value.items()}
    return value
