"""Who can read a stream, as lines of `access` and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from meshwright.access.stream_path import StreamWay
from meshwright.access.stream_rows import StreamAccess
from meshwright.commands.access_wording import wrapped
from meshwright.markdown import escaped
from meshwright.markdown import row as markdown_row


def stream_text_row(row: StreamAccess) -> str:
    """The role, how it reads, and on what ground."""
    name, account = row.principal.partition(":role/")[2], row.principal.split(":")[4]
    lines = [wrapped(part, first="      ", rest="        ") for part in (how_read(row), ground(row))]
    return "\n".join([f"  {row.domain}.{row.role}  ({name} in {account})", *lines])


def how_read(row: StreamAccess) -> str:
    """`all records, by fan-out through acme-payments`."""
    personal = f", with the personal data {', '.join(row.stream.pii)}" if row.stream.pii else ""
    return f"all records{personal}, by {ways_text(row)}" + ("; may write" if row.writes else "")


def ways_text(row: StreamAccess) -> str:
    """`fan-out through acme-payments`, `shared throughput`."""
    return " and by ".join(
        f"fan-out through {', '.join(row.consumers)}" if way is StreamWay.FAN_OUT else way.value
        for way in row.ways
    )


def ground(row: StreamAccess) -> str:
    """Until when, on whose approval, what for."""
    if row.own:
        return f"own stream of {row.domain}"
    if not row.approval:
        return "NOT AGREED TO in the files"
    ends = f"until {row.until}" if row.until else "no end date"
    return f"{ends}; {row.approval}; for: {row.purpose}"


def stream_markdown_row(row: StreamAccess) -> str:
    """A row in the table of accesses."""
    cells = [
        row.stream.reference,
        "stream",
        f"{row.domain}.{row.role}",
        how_read(row),
        "all",
        str(row.until or ""),
        "own stream" if row.own else row.approval,
        row.purpose,
    ]
    return access_row(cells)


def access_row(cells: Sequence[str]) -> str:
    """A row in the table of accesses; the last two are on whose approval, and what for."""
    *others, approval, purpose = map(escaped, cells)
    return markdown_row([*others, approval or "**not agreed to**", purpose])


def stream_json_line(row: StreamAccess) -> str:
    """One access to a stream on one line."""
    return json.dumps(stream_json(row), ensure_ascii=False)


def stream_json(row: StreamAccess) -> dict[str, Any]:
    """One access to a stream for programs."""
    return {
        "role": f"{row.domain}.{row.role}",
        "principal": row.principal,
        "stream": row.stream.reference,
        "name": row.stream.name.name,
        "account": row.stream.name.account,
        "ways": [each.value for each in row.ways],
        "consumers": list(row.consumers),
        "pii": list(row.stream.pii),
        "writes": row.writes,
        "own": row.own,
        "until": row.until.isoformat() if row.until else None,
        "approval": row.approval,
        "purpose": row.purpose,
        "assumed": list(row.assumed),
    }
