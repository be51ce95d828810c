"""The time that files take grows as they do.

With as much as they have here, some took minutes when every entry was compared with every other.
"""

import difflib
from pathlib import Path

import pytest

from meshwright.checks.cycles import cycles, written
from meshwright.checks.duplicates import duplicates
from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.config.loading import parse_text
from meshwright.config.pipeline_file import Pipeline
from meshwright.config.problems import MOST_SHOWN, Finding, Problem, in_order, shown
from meshwright.config.streams_file import Delivery, Stream
from meshwright.config.suggest import did_you_mean
from meshwright.mesh.quality.datasets import aliased, aliases
from meshwright.mesh.quality.freshness import landing_streams, refreshing_pipelines
from meshwright.project import examine
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS, ORDERS_FILE, TEXTS, TODAY, write_mesh

pytestmark = pytest.mark.slow

MANY = 20_000


def test_names_twice() -> None:
    names = [f"n{number}" for number in range(MANY)]
    found = list(duplicates("file", ("list",), [*names, *names]))
    assert [len(found), found[0].path, found[-1].what] == [
        MANY,
        ("list", MANY),
        f"`n{MANY - 1}` is in the list twice",
    ]


def test_cycles_apart() -> None:
    pairs = {f"a{number}": [f"b{number}"] for number in range(MANY)}
    pairs |= {f"b{number}": [f"a{number}"] for number in range(MANY)}
    assert sum(1 for _ in cycles(pairs)) == MANY


def test_a_cycle_of_all() -> None:
    [cycle] = cycles({f"n{number:05}": [f"n{(number - 1) % MANY:05}"] for number in range(MANY)})
    assert (len(cycle), cycle[0]) == (MANY, "n00000")
    assert written(cycle).startswith("n00000 -> n00001 -> ")
    assert written(cycle).endswith(f" -> n00011 -> {MANY - 12:,} more -> n00000")


def test_cycles_in_each_other() -> None:
    """The first waits for all, each other one for the one before it: as many cycles as names."""
    names = [f"n{number:04}" for number in range(5000)]
    before = {names[0]: names[1:], **{name: [names[at]] for at, name in enumerate(names[1:])}}
    told = sum(map(len, cycles(before)))
    assert 0 < told <= sum(1 + len(others) for others in before.values())


def test_what_rules_call_tables() -> None:
    table = Table.model_construct(columns={}, quality=None)
    tables = {f"t{number}": table for number in range(MANY)}
    file = DomainFile.model_construct(products={"a": Product.model_construct(tables=tables)})
    assert [aliased(file, name) for name in aliases(file)] == [("a", name) for name in tables]


def test_names_with_underscores_that_rules_call_tables() -> None:
    table = Table.model_construct(columns={}, quality=None)
    products = {
        "a": Product.model_construct(tables={"b__c": table, "_d": table}),
        "a__b": Product.model_construct(tables={"c": table}),
    }
    file = DomainFile.model_construct(products=products)
    assert aliased(file, "a__b__c") == ("a__b", "c")
    assert aliased(file, "a___d") == ("a", "_d")
    assert aliased(file, "a__d") is None


def test_what_keeps_products_fresh_is_told_of_all_at_once() -> None:
    tables = {"t": Table.model_construct(columns={}, quality=None)}
    names = [f"p{number}" for number in range(MANY)]
    file = DomainFile.model_construct(
        products={name: Product.model_construct(tables=tables) for name in names},
        pipelines={"one": Pipeline.model_construct(refreshes=[*names, "p0"])},
        streams={
            name: Stream.model_construct(lands_in=Delivery.model_construct(table=f"{name}.t"))
            for name in names
        },
    )
    assert refreshing_pipelines(file) == {name: ["one"] for name in names}
    assert landing_streams(file) == {name: {"t": [name]} for name in names}


def test_places_inside_texts() -> None:
    """Findings with an offset, in a file of many lines."""
    number = 5000
    lines = "".join(f"      - {{domain: analytics, where: x{place} = 1}}\n" for place in range(number))
    text = ORDERS.replace("      - {domain: analytics, until: 2027-12-31}\n", lines)
    _, source, _ = parse_text(text, ORDERS_FILE, DomainFile)
    assert source is not None
    paths = [("products", "sales", "shared_with", place, "where") for place in range(number)]
    *_, last = [source.locate(Finding(ORDERS_FILE, path, "code", "wrong", "", offset=3)) for path in paths]
    assert (last.line, last.column) == (32 + number, 39)


UNKNOWN = {
    "keys": (ORDERS_FILE, "streams:", "kez{0}: 1\n", "streams:"),
    "columns": (ORDERS_FILE, "        partition_by: [order_date]", "", "        partition_by: [{1}]"),
    "domains": (ORDERS_FILE, "    shared_with:\n", "", "    shared_with:\n{3}"),
    "products": (ANALYTICS_FILE, "consumes:", "", "consumes:\n{2}"),
    "roles": (ANALYTICS_FILE, "    roles: [analysts]", "", "    roles: [{1}]"),
}


@pytest.mark.parametrize(("file", "old", "each", "new"), UNKNOWN.values(), ids=UNKNOWN)
def test_names_are_compared_only_for_what_is_shown(
    file: str, old: str, each: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 400
    entries = "".join(each.format(place) for place in range(number))
    names = ", ".join(f"unknown{place}" for place in range(number))
    requests = "".join(
        f"  - {{product: orders.unknown{place}, purpose: p, roles: [analysts]}}\n" for place in range(number)
    )
    approvals = "".join(f"      - {{domain: unknown{place}}}\n" for place in range(number))
    text = TEXTS[file].replace(old, entries + new.format("", names, requests, approvals))
    write_mesh(tmp_path, {**TEXTS, file: text})
    asked: list[str] = []

    def close(name: str, *given: object, **options: object) -> list[str]:
        asked.append(name)
        return difflib.get_close_matches(name, *given, **options)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr("meshwright.config.suggest.get_close_matches", close)
    found = examine(tmp_path, environment=None, today=TODAY).errors
    assert len(found) >= number
    assert asked == []
    assert len(list(shown(found).lines())) == MOST_SHOWN + 1
    assert 0 < len(asked) <= MOST_SHOWN


def test_of_many_names_those_that_begin_alike_are_compared() -> None:
    known = [f"{letter}-name-{number}" for letter in "abc" for number in range(300)]
    assert did_you_mean("b-name-1x", known) == "Did you mean `b-name-1`?"
    assert did_you_mean("z-name-1", known) == ""
    assert did_you_mean("z-name-1", known[:100]) == "Did you mean `a-name-1`?"
    assert did_you_mean("x" * 150_000, ["x" * 100]) == ""


def test_a_rule_with_many_values(tmp_path: Path) -> None:
    values = ", ".join(f"v{number}" for number in range(MANY))
    column = "          article_id: string\n"
    rule = f"        quality: {{rules: [in_set: {{column: article_id, values: [{values}, v0]}}]}}\n"
    text = ORDERS.replace("          quantity: int\n", column + rule)
    found = examine(write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: text}), environment=None, today=TODAY).errors
    assert {problem.code for problem in found} == {"too-many-rules", "duplicate"}


def test_problems_are_put_in_order_by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not two at a time, which calls a method of ours for each pair."""
    monkeypatch.delattr(Problem, "__lt__")
    places = [Problem("f", line, 1, "", "code", "what", "fix") for line in range(MANY, 0, -1)]
    found = in_order([*places, *places])
    assert [problem.line for problem in found] == list(range(1, MANY + 1))
