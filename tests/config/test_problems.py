# ruff: noqa: E501 (whole lines of output)
"""How many problems are told, and how much of what stands in the files they say."""

import json
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.config.problems import Problem, shown
from tests.config.small_mesh import (
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS_FILE,
    TEXTS,
    edited,
    said_about,
    write_mesh,
)


def problem(file: str, line: int, *, notice: bool = False) -> Problem:
    return Problem(file, line, 1, "", "code", "wrong", "Mend it.", "notice" if notice else "error")


def test_a_hundred_of_each_file_are_shown_errors_first() -> None:
    many = [problem("a", line, notice=line < 50) for line in range(1, 40_001)]
    found = shown([*many, *(problem("b", line) for line in range(1, 101)), problem("c", 1)])
    assert found.left_out == {"a": 39_900}
    assert [each.line for each in found.problems if each.file == "a"] == list(range(50, 150))
    assert [each.file for each in found.problems].count("b") == 100
    lines = list(found.lines())
    assert lines[98:102] == [
        "a:148:1: wrong. Mend it.",
        "a:149:1: wrong. Mend it.",
        "… and 39,900 more in a",
        "b:1:1: wrong. Mend it.",
    ]


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mesh with 1,101 unknown keys in a domain's file, which begin in its line 9, and one in mesh.yaml."""
    keys = "".join(f"zzz{number}: 1\n" for number in range(1101))
    texts = {**TEXTS, ANALYTICS_FILE: TEXTS[ANALYTICS_FILE] + keys, MESH_FILE: TEXTS[MESH_FILE] + "zzz: 1\n"}
    write_mesh(tmp_path, texts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


MORE = f"… and 1,001 more in {ANALYTICS_FILE}"


@pytest.mark.parametrize("output", ["text", "github"])
def test_lines_of_validate(output: str, crowded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--format", output]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 103
    assert lines[100] == MORE
    assert lines[101].startswith(
        {"text": "mesh.yaml:7:1: zzz: unknown", "github": "::error file=mesh.yaml"}[output]
    )
    assert lines[102] == "2 domains, 1 product: 1102 problems"


def test_json_of_validate(crowded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--format", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert len(content["problems"]) == 101
    assert content["left_out"] == {ANALYTICS_FILE: 1001}
    assert content["summary"]["errors"] == 1102


@pytest.mark.parametrize(
    "arguments", [["access"], ["cost"], ["explain", "analytics.analysts", "orders.sales.orders"]]
)
def test_errors_of_other_commands(
    arguments: list[str], crowded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[0], lines[101]) == (103, "The files of the mesh have problems:", MORE)


LONG = f"{'x' * 150}…{'x' * 149}"
CASES = {
    "a key": (
        "streams:",
        f"{'x' * 1000}: 1\nstreams:",
        f"8:1: {LONG}: unknown key `{LONG}`. Remove it. The keys here are `domain`, `description`, `owner`, `accounts`, `roles`, `streams`, `products`, `consumes`, `compute`, `pipelines`, `budget`, `monitoring`.",
    ),
    "a key that is free": (
        "  analysts: OrdersAnalyst",
        f"  {'x' * 1000}: OrdersAnalyst",
        f"7:3: roles.{LONG}: `{LONG}` has more than 30 characters. Shorten it.",
    ),
    "a key twice": (
        "streams:",
        f"{'x' * 1000}: a\n{'x' * 1000}: a\nstreams:",
        f"9:1: {LONG}: the key `{LONG}` is here a second time; the first is in line 8. Remove one of the two.",
    ),
    "a key that YAML does not take": (
        "streams:",
        f"{'x' * 1025}: 1\nstreams:",
        "8:1: this key has more than 1,024 characters, the most that YAML takes. Shorten it.",
    ),
    "a value": (
        "    classification: internal",
        f"    classification: {'x' * 9000}",
        f"13:21: products.sales.classification: `{LONG}` has more than 50 characters. Shorten it.",
    ),
    "a choice": (
        "format: iceberg",
        f"format: {'x' * 9000}",
        f"17:17: products.sales.tables.orders.format: `{LONG}` is not one of `iceberg`, `parquet`, `json`, `csv`. Choose one of them.",
    ),
    "a number": (
        "description: Customer orders.",
        f"description: {'1' * 9000}",
        f'2:14: description: {LONG.replace("x", "1")} without quotes is a number, which YAML does not keep as written. Put it in quotes: "{LONG.replace("x", "1")}".',
    ),
    "a type": (
        "quantity: int",
        f"quantity: {'x' * 1500}",
        f"31:21: products.sales.tables.lines.columns.quantity.type: Glue knows no type `{LONG}`. Known: array, bigint, binary, boolean, char, date, decimal, double, float, int, map, smallint, string, struct, timestamp, tinyint, varchar.",
    ),
    "an alias": (
        "description: Customer orders.",
        f"description: *{'x' * 9000}",
        f"2:14: `*{LONG}` repeats a value, but none above it is marked `&{LONG}`. Write the value out; text that begins with * goes in quotes.",
    ),
    "a tag": (
        "description: Customer orders.",
        f"description: !{'x' * 9000} a",
        f"2:14: the tag `!{'x' * 149}…{'x' * 149}` means nothing here. Remove it; text can go in quotes.",
    ),
}


@pytest.mark.parametrize(("old", "new", "line"), CASES.values(), ids=CASES)
def test_messages_say_three_hundred_characters_of_a_text(
    old: str, new: str, line: str, tmp_path: Path
) -> None:
    assert f"{ORDERS_FILE}:{line}" in said_about(write_mesh(tmp_path, edited(ORDERS_FILE, old, new)))


def test_a_condition_is_said_briefly(tmp_path: Path) -> None:
    texts = edited(ANALYTICS_FILE, "country = 'DE'", f"{'x' * 1900} = 'DE'")
    assert said_about(write_mesh(tmp_path, texts)) == (
        f"{ANALYTICS_FILE}:10:12: consumes[0].where: orders.sales.orders has no column `{LONG}`. Known: `order_id`, `order_date`, `country`, `total`, `email`.",
    )


def test_names_are_said_as_far_as_they_have_room(tmp_path: Path) -> None:
    names = [f"c{number}_{'x' * 90}" for number in range(20)]
    shared = f"{{domain: analytics, exclude: [zzz], tables: [orders, {', '.join(names)}]}}"
    texts = edited(ORDERS_FILE, "{domain: analytics, until: 2027-12-31}", shared)
    tables = "".join(
        f"      {name}: {{description: d, format: csv, columns: {{a: int, b: int}}}}\n" for name in names
    )
    texts[ORDERS_FILE] = texts[ORDERS_FILE].replace("    shared_with:", f"{tables}    shared_with:")
    place = "products.sales.shared_with[0].exclude[0]"
    assert said_about(write_mesh(tmp_path, texts)) == (
        f"{ORDERS_FILE}:53:39: {place}: no column `zzz` in orders.sales.orders, orders.sales.{names[0]}, orders.sales.{names[1]}, 18 more. Known: `order_id`, `order_date`, `country`, `total`, `email`, `a`, `b`.",
    )
