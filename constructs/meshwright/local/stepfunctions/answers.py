"""Parameters and answers of APIs in the spelling of state machines: names begin with capitals."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def api_case(value: Any, shape: Any) -> Any:
    """Parameters of a state as the API spells them. Raises ValueError for one that it doesn't have."""
    if shape is not None and shape.type_name == "structure" and isinstance(value, Mapping):
        names = {name.lower(): name for name in shape.members}
        unknown = sorted(key for key in value if key.lower() not in names)
        if unknown:
            raise ValueError(f"The API has no parameter {', '.join(unknown)}.")
        return {
            names[k.lower()]: api_case(item, shape.members[names[k.lower()]]) for k, item in value.items()
        }
    if shape is not None and shape.type_name == "list" and isinstance(value, list):
        return [api_case(item, shape.member) for item in value]
    if shape is not None and shape.type_name == "map" and isinstance(value, Mapping):
        return {key: api_case(item, shape.value) for key, item in value.items()}
    return value


def sdk_case(value: Any, shape: Any) -> Any:
    """An answer as a state sees it."""
    if shape is not None and shape.type_name == "structure" and isinstance(value, Mapping):
        return {k[0].upper() + k[1:]: sdk_case(item, shape.members.get(k)) for k, item in value.items()}
    if shape is not None and shape.type_name == "list" and isinstance(value, list):
        return [sdk_case(item, shape.member) for item in value]
    if shape is not None and shape.type_name == "map" and isinstance(value, Mapping):
        return {key: sdk_case(item, shape.value) for key, item in value.items()}
    return value


def plain(value: Any) -> Any:
    """As JSON can have it: moments in UTC as text, streams and bytes as text."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "read"):
        value = value.read()
    return value.decode(errors="replace") if isinstance(value, bytes) else value
