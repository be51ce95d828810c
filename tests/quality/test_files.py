# ruff: noqa: E501 (whole lines of output)
"""Files of a table: what is read, as which types, and every way in which a file does not fit."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from meshwright.config.base import Column
from meshwright.config.domain_file import Table
from meshwright.errors import UserError
from meshwright.quality.files import Source, add_table, types_of
from meshwright.quality.finding import find_files

COLUMNS = {
    "id": Column(type="string"),
    "day": Column(type="date"),
    "total": Column(type="decimal(12,2)"),
    "note": Column(type="string", optional=True),
    "tags": Column(type="array<string>", optional=True),
}
CSV_COLUMNS = {name: column for name, column in COLUMNS.items() if name != "tags"}


def table(form: str, *, partition_by: tuple[str, ...] = ()) -> Table:
    columns = CSV_COLUMNS if form == "csv" else COLUMNS
    return Table(description="Rows.", format=form, columns=columns, partition_by=list(partition_by))  # type: ignore[arg-type]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def read(connection: duckdb.DuckDBPyConnection, spec: Table, *files: Path) -> list[tuple[object, ...]]:
    number = add_table(connection, Source("orders.sales.t", spec, files), as_name="primary")
    names = ", ".join(name for name in spec.columns if name != "tags")
    found = connection.execute(
        f"SELECT {names.replace('day', 'CAST(day AS VARCHAR)').replace('total', 'CAST(total AS VARCHAR)')} "  # noqa: S608
        'FROM "primary" ORDER BY 1'
    ).fetchall()
    assert len(found) == number
    return found


def complaint(connection: duckdb.DuckDBPyConnection, spec: Table, file: Path) -> str:
    with pytest.raises(UserError) as raised:
        add_table(connection, Source("orders.sales.t", spec, (file,)), as_name="primary")
    return str(raised.value).replace(str(file), "FILE")


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_csv_by_the_tables_own_rules(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    r"""No quotes, `\N` for no value; nothing between commas is an empty text, and no number or date."""
    file = write(tmp_path / "a.csv", 'id,day,total,note\na,2026-01-31,1.5,\nb,,,"q"\nc,\\N,2,\\N\n')
    assert read(connection, table("csv"), file) == [
        ("a", "2026-01-31", "1.50", ""),
        ("b", None, None, '"q"'),
        ("c", None, "2.00", None),
    ]


def test_csv_in_folders_of_partitions(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write(tmp_path / "day=2026-01-31" / "a.csv", "id,total,note\na,1,x\n")
    write(tmp_path / "day=__HIVE_DEFAULT_PARTITION__" / "b.csv", "id,total,note\nb,2,y\n")
    spec = table("csv", partition_by=("day",))
    assert read(connection, spec, *find_files([str(tmp_path)])) == [
        ("a", "2026-01-31", "1.00", "x"),
        ("b", None, "2.00", "y"),
    ]


def test_json_lines(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Keys in any case; a missing optional column has no values; texts that look like numbers stay texts."""
    one = write(tmp_path / "a.json", '{"ID": "007", "Day": "2026-01-31", "total": 1.25, "tags": ["x"]}\n')
    two = write(tmp_path / "b.jsonl", '{"id": "8", "day": null, "total": "3", "more": 1}\n')
    empty = write(tmp_path / "c.json", "")
    assert read(connection, table("json"), one, two, empty) == [
        ("007", "2026-01-31", "1.25", None),
        ("8", None, "3.00", None),
    ]


def test_parquet_of_other_types_and_order(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    connection.execute(
        "COPY (SELECT 2.5::DOUBLE AS total, 'a' AS id, TIMESTAMP '2026-01-31 00:00:00' AS day, ['x'] AS tags) "
        f"TO '{file}' (FORMAT parquet)"
    )
    assert read(connection, table("iceberg"), file) == [("a", "2026-01-31", "2.50", None)]
    assert connection.execute('SELECT tags FROM "primary"').fetchall() == [(True,)]


def test_csv_for_a_table_of_another_format(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'total,id,day\n1,"a,b",2026-01-31\n')
    assert read(connection, table("parquet"), file) == [("a,b", "2026-01-31", "1.00", None)]


def test_csv_lines_that_end_early(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """As Athena reads them: what is missing at the end has no value; an empty line is a row."""
    file = tmp_path / "a.csv"
    file.write_bytes(b"id,day,total,note\r\na,2026-01-31\r\n\r\nb,2026-01-31,2,x")
    assert read(connection, table("csv"), file) == [
        ("", None, None, None),
        ("a", "2026-01-31", None, None),
        ("b", "2026-01-31", "2.00", "x"),
    ]


LIST = "One object a line is read, as Athena does; this is a list. `jq -c '.[]' FILE` writes its entries so."
OBJECTS = "One object a line is read, as Athena does. `jq -c . FILE` writes each on a line of its own."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"id": "secret"}, {"id": "b"}]\n', f"FILE: line 1 is not a JSON object. {LIST}"),
        ('[\n  {"id": "secret"}\n]\n', f"FILE: line 1 is not a JSON object. {LIST}"),
        ('{\n  "id": "secret"\n}\n', f"FILE: line 1 is not a JSON object. {OBJECTS}"),
        ('{"id": "a"}\n\n{"id": secret\n', f"FILE: line 3 is not a JSON object. {OBJECTS}"),
        ("1\n2\n", f"FILE: line 1 is not a JSON object. {OBJECTS}"),
    ],
)
def test_json_that_is_not_one_object_a_line(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, said: str
) -> None:
    assert complaint(connection, table("json"), write(tmp_path / "a.json", text)) == said


def test_csv_of_another_format_with_a_short_line(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", "id,day,total\na,2026-01-31,1\nsecret,2026-01-31\n")
    assert complaint(connection, table("parquet"), file) == (
        "FILE: cannot be read as csv: line 3 has 2 values, and the first line 3 names"
    )


@pytest.mark.parametrize(
    ("form", "name", "text", "said"),
    [
        (
            "json",
            "a.json",
            '{"id": "a", "day": "2026-01-31", "totl": 1}\n',
            "FILE: has no column `total`, which orders.sales.t declares. Did you mean `totl`?",
        ),
        (
            "json",
            "a.json",
            '{"id": "a", "total": 1}\n',
            "FILE: has no column `day`, which orders.sales.t declares. Add it, or say `optional: true` there.",
        ),
        (
            "json",
            "a.json",
            '{"id": "a", "day": "secret", "total": 1}\n{"id": "a", "day": "secret", "total": 1}\n',
            "FILE: 2 values, the first in row 1, are not of type date in the column `day`. Correct the file, or the type that "
            "orders.sales.t declares.",
        ),
        (
            "csv",
            "a.csv",
            "id,total,day,note\n",
            "FILE: the first line is not the names of the columns in the order in which orders.sales.t declares "
            "them, by which csv files are read: id,day,total,note",
        ),
        (
            "csv",
            "a.csv",
            'id,day,total,note\na,2026-01-31,1,x\nb,2026-01-31,1,"x,secret"\n',
            "FILE: line 3 has 5 values, and orders.sales.t declares 4 columns for the file. Every comma parts "
            "two values, in quotes too: take those out that are inside a value.",
        ),
        (
            "csv",
            "a.csv",
            "id,day,total,note\na,2026-01-31,1,\n\nb,2026-01-31,secret,\n",
            "FILE: 1 value, in line 4, is not of type decimal(12,2) in the column `total`. Correct the file, or the type that "
            "orders.sales.t declares.",
        ),
    ],
)
def test_files_that_do_not_fit(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, form: str, name: str, text: str, said: str
) -> None:
    assert complaint(connection, table(form), write(tmp_path / name, text)) == said


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [
        ("parquet", "a.parquet", "secret"),
        ("json", "a.json.gz", '{"id": "secret\n'),
        ("csv", "a.csv", "id,day,total,note\nsecret\x01,2026-01-31,1,\n"),
    ],
)
def test_files_that_cannot_be_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, form: str, name: str, text: str
) -> None:
    """In one line, which does not quote the data."""
    said = complaint(connection, table(form), write(tmp_path / name, text))
    assert said.startswith(f"FILE: cannot be read as {form}: ")
    assert "\n" not in said
    assert "secret" not in said


def test_finding_files(tmp_path: Path) -> None:
    names = ("a.parquet", "b/c.json.gz", "b/_d.csv", ".e/f.csv", "g.txt", "b/h.CSV")
    files = {name: write(tmp_path / name, "") for name in names}
    found = [files["a.parquet"], files["b/c.json.gz"], files["b/h.CSV"]]
    assert sorted(find_files([str(tmp_path)])) == sorted(found)
    assert find_files([str(tmp_path / "*.txt"), str(tmp_path / "g.txt")]) == (files["g.txt"],)
    assert find_files([str(tmp_path / "**" / "*.CSV")]) == (files["b/h.CSV"],)


@pytest.mark.parametrize("given", ["nothing.csv", "*.csv", "empty"])
def test_files_that_are_not_there(tmp_path: Path, given: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError) as raised:
        find_files([str(tmp_path / given)])
    said = {
        "empty": "FILE: the folder has no parquet, csv or json files.",
    }.get(given, "FILE: there is no such file. Name a file, a folder, or a pattern such as data/*.parquet.")
    assert str(raised.value).replace(str(tmp_path / given), "FILE") == said


def test_types_without_sizes() -> None:
    assert types_of(table("json")) == {
        "id": "string",
        "day": "date",
        "total": "decimal",
        "note": "string",
        "tags": "array",
    }
