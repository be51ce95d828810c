"""Changes of a column's type after which its readers still get what they got.

Iceberg promotes int to bigint, float to double, and decimals to more digits, also inside nested types
(https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html). In other formats
Athena reads the files as the table's type says, which it can for these types too, except from the Parquet
files of a table without partitions
(https://docs.aws.amazon.com/athena/latest/ug/updates-changing-column-type.html).
"""

from meshwright.config.column_types import ColumnType, ColumnTypeError, parse_type

WHOLE = ("tinyint", "smallint", "int", "bigint")
"""Whole numbers, narrowest first."""


def reads_on(before: str, after: str, *, promotes: bool = True) -> bool:
    """Whether a reader of a column of type `before` can go on when its type is `after`.

    `promotes` False: single values must keep their type, and only structs may gain fields.
    """
    if before == after:
        return True
    try:
        return _holds(parse_type(before), parse_type(after), promotes)
    except ColumnTypeError:  # a live table may have types that the files can't
        return False


def promotes(table_format: str, *, partitioned: bool) -> bool:
    """Whether the data files of such a table can be read as a wider type than they were written with."""
    return table_format != "parquet" or partitioned


def _holds(before: ColumnType, after: ColumnType, promotes: bool) -> bool:
    if before.name == after.name and before.inner:
        fields = {name.lower(): kind for name, kind in after.inner}
        return all(
            name.lower() in fields and _holds(kind, fields[name.lower()], promotes)
            for name, kind in before.inner
        )
    if (before.name, before.sizes) == (after.name, after.sizes):
        return True
    return promotes and _is_wider(before, after)


def _is_wider(before: ColumnType, after: ColumnType) -> bool:
    match before.name, after.name:
        case "decimal", "decimal":
            return before.sizes[0] <= after.sizes[0] and before.sizes[1] == after.sizes[1]
        case "varchar", "varchar":
            return before.sizes <= after.sizes
        case ("varchar", "string") | ("float", "double"):
            return True
        case old, new if old in WHOLE and new in WHOLE:
            return WHOLE.index(old) < WHOLE.index(new)
    return False
