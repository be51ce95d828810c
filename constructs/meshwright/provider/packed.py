"""Values of Systems Manager parameters: JSON, packed to fit into a standard one."""

import base64
import json
import zlib
from typing import Any

LIMIT = 4096  # characters of a standard parameter, which costs nothing


def pack(content: Any) -> str:
    """May be longer than LIMIT: whoever writes it cuts the content."""
    return base64.b64encode(zlib.compress(json.dumps(content).encode(), 9)).decode()


def unpack(value: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(value)))
