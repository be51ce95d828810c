"""LF-Tag keys and their values: a shared vocabulary that only ever grows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from botocore.exceptions import ClientError

from .calls import Calls
from .errors import ProviderError, code, reason

# Lake Formation creates no key without a value. A key declared without values gets this one, so that it has a
# single owner, the governance stack's settings; documents of grants only add values to it.
PLACEHOLDER = "unassigned"
AT_ONCE = 50  # values in one call
TRIES = 5  # another writer may add the same value between reading and adding


def ensure_keys(calls: Calls, catalog: str, keys: Mapping[str, Sequence[str]]) -> None:
    """Create the keys that are missing, and add the values that are missing; remove nothing."""
    for key, values in sorted(keys.items()):
        wanted = sorted({value.lower() for value in values}) or [PLACEHOLDER]
        if _values(calls, catalog, key.lower()) is None:
            try:
                calls(
                    "lakeformation",
                    "create_lf_tag",
                    CatalogId=catalog,
                    TagKey=key.lower(),
                    TagValues=wanted[:AT_ONCE],
                )
            except ClientError as error:
                if _values(calls, catalog, key.lower()) is None:  # else someone created it just now
                    raise ProviderError(f"Could not create LF-Tag {key}: {reason(error)}") from error
        if values:
            _add(calls, catalog, key.lower(), wanted)


def add_values(calls: Calls, triples: Iterable[tuple[str, str, str]]) -> None:
    """Make each (catalog, key, value) exist; ProviderError for a key that does not."""
    grouped: dict[tuple[str, str], set[str]] = defaultdict(set)
    for catalog, key, value in triples:
        grouped[catalog, key].add(value)
    for (catalog, key), values in sorted(grouped.items()):
        _add(calls, catalog, key, sorted(values))


def _add(calls: Calls, catalog: str, key: str, wanted: Sequence[str]) -> None:
    for attempt in range(TRIES):
        found = _values(calls, catalog, key)
        if found is None:
            raise ProviderError(
                f"LF-Tag {key} does not exist in account {catalog}: add it to the TagKeys of the governance "
                "stack's Custom::LakeFormationSettings and deploy that first"
            )
        missing = [value for value in wanted if value not in found]
        if not missing:
            return
        try:
            for start in range(0, len(missing), AT_ONCE):
                some = missing[start : start + AT_ONCE]
                calls("lakeformation", "update_lf_tag", CatalogId=catalog, TagKey=key, TagValuesToAdd=some)
            return
        except ClientError as error:
            if attempt == TRIES - 1 or code(error) not in ("InvalidInputException", "AlreadyExistsException"):
                text = f"Could not add {', '.join(missing)} to LF-Tag {key}: {reason(error)}"
                raise ProviderError(text) from error
            calls.pause(attempt, reason(error))


def _values(calls: Calls, catalog: str, key: str) -> frozenset[str] | None:
    try:
        found = calls("lakeformation", "get_lf_tag", CatalogId=catalog, TagKey=key)
    except ClientError as error:
        if code(error) == "EntityNotFoundException":
            return None
        raise ProviderError(f"Could not read LF-Tag {key}: {reason(error)}") from error
    # A key cannot exist without a value, so an empty answer is that of a missing key.
    return frozenset(value.lower() for value in found.get("TagValues", [])) or None
