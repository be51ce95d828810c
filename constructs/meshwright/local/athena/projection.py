"""Partition projection: which folders of a table are partitions, by its parameters alone.

Athena computes every partition in the range and looks into its folder; here the folders that there are
decide, which comes to the same (https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from meshwright.local.athena.errors import QueryFailedError

_PLACE = re.compile(r"\$\{([^}]+)\}")
_NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+?)S?)?")
_UNITS = {
    "SECOND": 1,
    "MINUTE": 60,
    "HOUR": 3600,
    "DAY": 86400,
    "WEEK": 604800,
    "MONTH": 2678400,
    "YEAR": 31622400,
}
"""Seconds; of months and years the longest, which only takes in more."""
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def values_in(
    path: str, *, keys: Sequence[str], location: str, settings: Mapping[str, str], now: datetime | None = None
) -> dict[str, str] | None:
    """The partition that the object at `path` (an s3:// address) belongs to; None if it is in none."""
    hive = location + "".join(f"{key}=${{{key}}}/" for key in keys)
    template = settings.get("storage.location.template", hive).rstrip("/") + "/"
    pattern, at = "", 0
    for place in _PLACE.finditer(template):
        pattern += re.escape(template[at : place.start()]) + f"(?P<{place[1].lower()}>[^/]+)"
        at = place.end()
    found = re.match(pattern + re.escape(template[at:]), path)
    if found is None:
        return None
    values = found.groupdict()
    moment = (now or datetime.now(UTC)).replace(tzinfo=None)
    inside = all(_inside(value, key, settings, moment) for key, value in values.items())
    return values if inside else None


def _inside(value: str, key: str, settings: Mapping[str, str], now: datetime) -> bool:
    kind = settings.get(f"projection.{key}.type", "").lower()
    if kind == "injected":
        return True
    if kind == "enum":
        return value in [each.strip() for each in settings[f"projection.{key}.values"].split(",")]
    first, _, last = settings.get(f"projection.{key}.range", "").partition(",")
    if kind == "integer":
        return value.isdigit() and int(first) <= int(value) <= int(last)
    if kind == "date":
        form = settings.get(f"projection.{key}.format", "yyyy-MM-dd")
        day = _date(value, form)
        start, end = _bound(first.strip(), form, now), _bound(last.strip(), form, now)
        return day is not None and start <= day <= end
    raise QueryFailedError(f"INVALID_TABLE_PROPERTY: projection.{key}.type is `{kind}`.")


def _bound(text: str, form: str, now: datetime) -> datetime:
    relative = _NOW.fullmatch(text)
    if relative is None:
        day = _date(text, form)
        if day is None:
            raise QueryFailedError(f"INVALID_TABLE_PROPERTY: `{text}` is no date of the form {form}.")
        return day
    if relative[1] is None:
        return now
    distance = timedelta(seconds=int(relative[2]) * _UNITS[relative[3]])
    return now + distance if relative[1] == "+" else now - distance


def _date(text: str, form: str) -> datetime | None:
    pattern = re.sub("|".join(_JAVA), lambda part: _JAVA[part[0]], form.replace("'", ""))
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None
