"""Single situations of a grants document, each with its whole outcome, on the model of Lake Formation."""

import itertools
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from tests.provider.lake_model import ACCOUNT, Crash, Model

from meshwright.provider.batch import describe, entries_of
from meshwright.provider.calls import Calls
from meshwright.provider.document import Cells, Document, Filter, Grant, Tag, parse, parse_item
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch
from meshwright.provider.plan import plan
from meshwright.provider.resources import Resource, parse_resource

DATABASE = f"{ACCOUNT}:database/sales"
TABLE = f"{ACCOUNT}:table/sales/orders"
FILTER = f"{ACCOUNT}:filter/sales/orders/analytics"
LOCATION = f"{ACCOUNT}:location/acme-orders-products/sales"
COLUMN = f"{ACCOUNT}:column/sales/orders/email"
GONE = "arn:aws:iam::111111111111:role/Gone"
ANALYTICS, PAYMENTS = "333333333331", "333333333332"


def run(model: Model, kind: str, properties: dict[str, Any], **more: Any) -> None:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::LakeFormationGrants",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/acme-orders-share/8b2f",
        "LogicalResourceId": "Grants",
        "RequestId": str(uuid.uuid4()),
        "PhysicalResourceId": f"acme-orders-share/{more.get('LogicalResourceId', 'Grants')}",
        "ResourceProperties": properties,
        **more,
    }
    dispatch(
        event, Calls(client=model.client, remaining=lambda: 1e6, sleep=lambda _: None, log=lambda _: None)
    )


def on(resource: str, *permissions: str, to: str = ANALYTICS, option: bool = False) -> set[Grant]:
    key = parse_resource(resource)
    plain = {Grant(key, to, name) for name in permissions}
    return plain | ({Grant(key, to, name, True) for name in permissions} if option else set())


def test_a_document_becomes_atoms() -> None:
    document = parse(
        {
            "Tags": {
                DATABASE: {"Domain": "Orders"},
                COLUMN: {"sensitivity": "pii"},
            },
            "Filters": {FILTER: {"Columns": ["order_id"], "Rows": "country = 'DE'"}},
            "Grants": {
                DATABASE: {"ALTER, DESCRIBE with grant option": [ANALYTICS], "DESCRIBE": [PAYMENTS]},
                LOCATION: {"DATA_LOCATION_ACCESS": [ANALYTICS]},
            },
        }
    )
    assert document == Document(
        grants=frozenset(
            on(DATABASE, "ALTER", "DESCRIBE", option=True)
            | on(DATABASE, "DESCRIBE", to=PAYMENTS)
            | on(LOCATION, "DATA_LOCATION_ACCESS")
        ),
        tags=frozenset(
            {
                Tag(Resource(ACCOUNT, "database", ("sales",)), "domain", "orders"),
                Tag(Resource(ACCOUNT, "column", ("sales", "orders", "email")), "sensitivity", "pii"),
            }
        ),
        filters={parse_resource(FILTER): Cells(frozenset({"order_id"}), "country = 'DE'")},
    )
    assert {parse_item(str(item)) for item in document.items()} == document.items()
    assert parse_item("admin\tarn:aws:iam::111111111111:role/a") is None


def test_readers_are_filters_granted_to_each() -> None:
    rows = "(a = ' WHERE ') AND (b > 1)"
    short = {
        "Readers": {TABLE: {f"a, b WHERE {rows}": {"x": ANALYTICS, "y": PAYMENTS}, "a": {"z": PAYMENTS}}}
    }
    at = TABLE.replace(":table/", ":filter/")
    long = {
        "Filters": {
            f"{at}/x": {"Columns": ["a", "b"], "Rows": rows},
            f"{at}/y": {"Columns": ["a", "b"], "Rows": rows},
            f"{at}/z": {"Columns": ["a"]},
        },
        "Grants": {
            f"{at}/x": {"SELECT with grant option": [ANALYTICS]},
            f"{at}/y": {"SELECT with grant option": [PAYMENTS]},
            f"{at}/z": {"SELECT with grant option": [PAYMENTS]},
        },
    }
    assert parse(short) == parse(long)


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"Grant": {}}, "has an unknown property 'Grant'; it takes Filters, Grants, Readers, Tags"),
        ({"Grants": {"sales": {}}}, "'sales' is no resource"),
        ({"Grants": {f"{ACCOUNT}:table/sales": {}}}, "is no resource"),
        ({"Grants": {TABLE: {"ALL": [ANALYTICS]}}}, "cannot use 'ALL': list each permission by its name"),
        ({"Grants": {TABLE: {"SELECT": ["33333"]}}}, "must list account ids or ARNs, got \\['33333'\\]"),
        ({"Grants": {TABLE: {"SELECT": ANALYTICS}}}, "must list account ids or ARNs"),
        (
            {"Grants": {TABLE: ["SELECT"]}},
            "Grants of Custom::LakeFormationGrants must map",
        ),
        ({"Grants": {f"{ACCOUNT}:column/a/b/c": {"SELECT": [ANALYTICS]}}}, "limit columns with a filter"),
        ({"Tags": {FILTER: {"domain": "a"}}}, "only databases, tables and columns carry LF-Tags"),
        ({"Filters": {TABLE: {}}}, "Filters cannot name .*: it is a table"),
        ({"Filters": {FILTER: {"Columns": []}}}, "must be a non-empty list, or absent for all columns"),
        ({"Readers": {DATABASE: {"a": {"x": ANALYTICS}}}}, "Readers cannot name .*: it is a database"),
        ({"Readers": {TABLE: {"a": {"x": "33"}}}}, "Reader x of .* must be an account id or ARN, got '33'"),
    ],
)
def test_a_malformed_document_is_refused_by_name(properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProviderError, match=problem):
        parse(properties)


def test_a_plan_adds_the_difference_and_removes_only_what_is_owned() -> None:
    live = Document(grants=frozenset(on(TABLE, "SELECT", "DESCRIBE") | on(TABLE, "INSERT", to=PAYMENTS)))
    declared = Document(grants=frozenset(on(TABLE, "SELECT", "ALTER")))
    found = plan(declared=declared, live=live, owned=frozenset(on(TABLE, "SELECT", "DESCRIBE")))
    assert found.grant == on(TABLE, "ALTER")
    assert found.revoke == on(TABLE, "DESCRIBE")
    assert found.claim == on(TABLE, "SELECT", "DESCRIBE", "ALTER")
    assert found.keep == on(TABLE, "SELECT", "ALTER")
    assert found.touched() == {parse_resource(TABLE)}


def test_losing_the_grant_option_leaves_the_permission() -> None:
    entries = entries_of(on(TABLE, "SELECT", option=True) - on(TABLE, "SELECT"), with_permission=False)
    assert [(e["Permissions"], e["PermissionsWithGrantOption"]) for e in entries] == [([], ["SELECT"])]
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT with grant option": [ANALYTICS]}}})
    assert model.grants == on(TABLE, "SELECT", option=True)
    run(model, "Update", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}})
    assert model.grants == on(TABLE, "SELECT")


def test_super_of_another_party_is_not_broken_up() -> None:
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT, DESCRIBE": [ANALYTICS]}}})
    model.grants |= on(TABLE, "ALL")
    run(model, "Update", {"Grants": {TABLE: {"SELECT, INSERT": [ANALYTICS]}}})
    assert model.grants == on(TABLE, "ALL", "SELECT", "DESCRIBE")
    run(model, "Delete", {})
    assert model.grants == on(TABLE, "ALL", "SELECT", "DESCRIBE")


def test_rows_on_columns_and_on_other_resources_are_not_taken_for_the_table() -> None:
    model = Model()
    model.column_rows = [
        {
            "Principal": {"DataLakePrincipalIdentifier": ANALYTICS},
            "Resource": {
                "TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["order_id"]}
            },
            "Permissions": ["SELECT"],
        },
        {
            "Principal": {"DataLakePrincipalIdentifier": ANALYTICS},
            "Resource": {"Table": {"DatabaseName": "sales", "TableWildcard": {}}},
            "Permissions": ["SELECT"],
        },
    ]
    run(model, "Create", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}})
    assert model.grants == on(TABLE, "SELECT")


def test_a_refused_grant_is_one_sentence_with_the_grant_and_the_reason() -> None:
    model = Model()
    model.dead.add(GONE)
    with pytest.raises(ProviderError) as caught:
        run(
            model,
            "Create",
            {"Grants": {TABLE: {"SELECT, DESCRIBE": [GONE]}}},
        )
    assert str(caught.value) == (
        "Could not grant DESCRIBE, SELECT on 111111111111:table/sales/orders to "
        "arn:aws:iam::111111111111:role/Gone: "
        "InvalidInputException: Invalid principal, arn: arn:aws:iam::111111111111:role/Gone"
    )
    assert model.grants == set()


def test_a_batch_refused_as_a_whole_names_the_entry_at_fault() -> None:
    model = Model()
    model.faults_of["batch_grant_permissions"] = ["refused", "refused"]  # the batch, then its first entry
    document = {"Grants": {DATABASE: {"DESCRIBE": [ANALYTICS]}, TABLE: {"SELECT": [ANALYTICS]}}}
    with pytest.raises(
        ProviderError, match=r"Could not grant DESCRIBE on .*database/sales to 333333333331: Acc"
    ):
        run(model, "Create", document)
    assert model.grants == on(TABLE, "SELECT")  # the other entry was tried alone


@pytest.mark.parametrize("resource", [DATABASE, TABLE])
def test_a_resource_that_was_deleted_by_hand_has_nothing_left_to_revoke(resource: str) -> None:
    model = Model()
    run(model, "Create", {"Grants": {resource: {"DESCRIBE": [ANALYTICS]}}})
    model.gone.add(parse_resource(resource))
    model.grants.clear()
    run(model, "Delete", {"Grants": {resource: {"DESCRIBE": [ANALYTICS]}}})
    assert model.records == {}


@pytest.mark.slow
def test_a_thousand_principals_take_a_handful_of_calls_and_one_more_takes_one_grant() -> None:
    model = Model()
    many = [f"{number * 7919 + 100000000000}" for number in range(1000)]
    document = {"Grants": {TABLE: {"SELECT, DESCRIBE with grant option": many}}}
    model.page = 1000
    run(model, "Create", document)
    assert model.calls.count("batch_grant_permissions") == 50
    assert len(model.records) > 1  # the record is cut into several
    model.calls.clear()
    run(model, "Update", {"Grants": {TABLE: {"SELECT, DESCRIBE with grant option": [*many, ANALYTICS]}}})
    assert model.calls.count("batch_grant_permissions") == 1
    assert len(model.calls) < 30
    assert len(model.grants) == 1001 * 4
    model.calls.clear()
    run(model, "Delete", {})
    assert model.calls.count("batch_revoke_permissions") == 51
    assert (model.grants, model.records) == (set(), {})


def test_the_grants_on_another_accounts_filter_are_kept_without_listing_its_filters() -> None:
    """Which that account need not let its recipients list; where it shares nothing, nothing is granted."""
    model = Model()
    theirs = "222222222222:filter/sales/orders/analytics"
    model.filters[parse_resource(theirs)] = Cells(None, None)
    run(model, "Create", {"Grants": {theirs: {"SELECT": [ANALYTICS, PAYMENTS]}}})
    run(model, "Update", {"Grants": {theirs: {"SELECT": [ANALYTICS]}}})
    assert model.grants == on(theirs, "SELECT")
    assert "list_data_cells_filter" not in model.calls
    model.faults_of["list_permissions"] = ["refused"] * 9
    run(model, "Delete", {})
    assert model.grants == on(theirs, "SELECT")


def test_a_declaration_that_moves_to_another_resource_is_handed_over_without_a_gap() -> None:
    model = Model()
    document = {"Filters": {FILTER: {}}, "Grants": {FILTER: {"SELECT": [ANALYTICS]}}}
    run(model, "Create", document)
    gaps: list[bool] = []
    model.watch = lambda: gaps.append(model.grants != on(FILTER, "SELECT"))
    run(model, "Create", document, LogicalResourceId="Renamed")
    run(model, "Delete", document)
    assert (model.grants, list(model.filters), any(gaps)) == (
        on(FILTER, "SELECT"),
        [parse_resource(FILTER)],
        False,
    )
    run(model, "Delete", document, LogicalResourceId="Renamed")
    assert (model.grants, model.filters, model.records) == (set(), {}, {})


def test_a_lost_record_falls_back_to_the_old_document() -> None:
    model = Model()
    old = {"Grants": {TABLE: {"SELECT, DESCRIBE": [ANALYTICS]}}}
    run(model, "Create", old)
    model.parameters.clear()
    run(model, "Update", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}}, OldResourceProperties=old)
    assert model.grants == on(TABLE, "SELECT")
    model.parameters.clear()
    run(model, "Delete", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}})
    assert model.grants == set()


def test_the_delete_of_a_create_that_applied_nothing_removes_nothing() -> None:
    model = Model()
    model.grants = on(TABLE, "SELECT")
    document = {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}}
    run(model, "Delete", document, PhysicalResourceId="failed-create-of-Grants")
    run(model, "Delete", {"Grants": "malformed"}, PhysicalResourceId="failed-create-of-Grants")
    assert model.grants == on(TABLE, "SELECT")


def test_what_was_granted_before_it_was_declared_outlives_the_declaration() -> None:
    model = Model()
    model.grants = on(TABLE, "SELECT")
    run(model, "Create", {"Grants": {TABLE: {"SELECT, DESCRIBE": [ANALYTICS]}}})
    run(model, "Delete", {})
    assert model.grants == on(TABLE, "SELECT")


def test_a_tag_value_is_added_to_its_key_and_a_missing_key_names_the_governance_stack() -> None:
    model = Model()
    model.tag_keys = {"domain": {"unassigned"}}
    run(model, "Create", {"Tags": {DATABASE: {"domain": "orders"}}})
    assert model.tag_keys == {"domain": {"orders", "unassigned"}}
    assert model.tags == {Tag(parse_resource(DATABASE), "domain", "orders")}
    with pytest.raises(ProviderError, match=r"LF-Tag product does not exist .* governance stack's"):
        run(model, "Update", {"Tags": {DATABASE: {"product": "sales"}}})


def test_a_filter_is_updated_in_place() -> None:
    model = Model()
    model.tag_keys = {}
    document = {"Filters": {FILTER: {"Columns": ["a"]}}, "Grants": {FILTER: {"SELECT": [ANALYTICS]}}}
    run(model, "Create", document)
    model.calls.clear()
    run(model, "Update", {**document, "Filters": {FILTER: {"Columns": ["a", "b"], "Rows": "a > 1"}}})
    assert model.filters == {parse_resource(FILTER): Cells(frozenset({"a", "b"}), "a > 1")}
    assert [call for call in model.calls if "filter" in call and "list" not in call] == [
        "update_data_cells_filter"
    ]
    assert "batch_revoke_permissions" not in model.calls


def test_nothing_is_called_once_time_is_up() -> None:
    model = Model()
    calls = Calls(client=model.client, remaining=lambda: 0.0, sleep=lambda _: None, log=lambda _: None)
    with pytest.raises(ProviderError, match="Ran out of time before get_lf_tag; deploy again"):
        calls("lakeformation", "get_lf_tag", TagKey="domain")
    assert model.calls == []


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (lambda number: {"NextToken": "ab"[number % 2]}, "it answers a NextToken once again"),
        (lambda number: {"NextToken": str(number)}, "it has more than 5000 pages"),
        (lambda number: {"NextToken": str(number), "Rows": ["x"] * 1000}, "it has more than 50000 Rows"),
    ],
)
def test_a_listing_without_an_end_is_an_error(page: Callable[[int], dict[str, Any]], problem: str) -> None:
    numbers = itertools.count()
    client = SimpleNamespace(list_rows=lambda **_: page(next(numbers)))
    calls = Calls(client=lambda _: client, remaining=lambda: 1e6, log=lambda _: None)
    with pytest.raises(ProviderError, match=f"lakeformation:list_rows does not end: {problem}"):
        list(calls.pages("lakeformation", "list_rows", "Rows"))
    assert next(numbers) <= 5001


def test_a_pause_grows_and_stays_inside_the_time_left() -> None:
    pauses: list[float] = []
    model = Model()
    model.faults = ["throttled"] * 11
    calls = Calls(client=model.client, remaining=lambda: 1e6, sleep=pauses.append, log=lambda _: None)
    calls("ssm", "delete_parameters", Names=["/a"])
    longest = [min(20.0, 0.25 * 2**attempt) for attempt in range(11)]
    assert len(pauses) == 11
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, longest, strict=True))
    calls = Calls(client=model.client, remaining=lambda: 0.1, sleep=pauses.append, log=lambda _: None)
    with pytest.raises(ProviderError, match="Ran out of time while retrying; the last answer was busy"):
        calls.pause(5, "busy")
    assert len(pauses) == 11


def test_a_grant_is_described_as_in_the_document() -> None:
    [entry] = entries_of(on(FILTER, "SELECT", option=True), with_permission=True)
    assert describe(entry) == f"SELECT with grant option on {FILTER} to {ANALYTICS}"


def test_a_crash_between_record_and_grant_is_resumed() -> None:
    model = Model()
    document = {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}}
    model.faults_of["put_parameter"] = ["none", "crash after"]  # the request is at work; what it will own
    with pytest.raises(Crash):
        run(model, "Create", document)
    assert (model.grants, len(model.records)) == (set(), 1)
    run(model, "Delete", document, PhysicalResourceId="failed-create-of-Grants")
    assert (model.grants, model.records) == (set(), {})
    assert Filter(parse_resource(FILTER)).resource.table == parse_resource(TABLE)


def test_a_permission_is_not_taken_from_under_another_partys_grant_option() -> None:
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT, DESCRIBE": [ANALYTICS]}}})
    model.grants |= on(TABLE, "SELECT", option=True)
    run(model, "Delete", {})
    assert model.grants == on(TABLE, "SELECT", option=True)


def test_a_filter_stays_while_another_party_grants_on_it() -> None:
    model = Model()
    document = {"Filters": {FILTER: {}}, "Grants": {FILTER: {"SELECT": [ANALYTICS]}}}
    run(model, "Create", document)
    model.grants |= on(FILTER, "SELECT", to=PAYMENTS)
    run(model, "Update", {})
    assert (model.grants, list(model.filters)) == (
        on(FILTER, "SELECT", to=PAYMENTS),
        [parse_resource(FILTER)],
    )
    model.grants.clear()
    run(model, "Update", {})
    assert model.filters == {}


def test_the_record_stays_small_over_many_updates_and_goes_with_the_resource() -> None:
    model = Model()
    for permission in ["SELECT", "DESCRIBE"] * 20:
        run(model, "Update", {"Grants": {TABLE: {permission: [ANALYTICS]}}})
        assert len(model.records) == 1
    assert model.grants == on(TABLE, "DESCRIBE")
    run(model, "Delete", {})
    assert (model.grants, model.records) == (set(), {})


@pytest.mark.parametrize("forgets", [True, False])
def test_a_principal_deleted_by_hand_blocks_neither_update_nor_delete(forgets: bool) -> None:
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT": [ANALYTICS, GONE]}}})
    model.kill(GONE, forgets=forgets)
    run(model, "Update", {"Grants": {TABLE: {"SELECT": [ANALYTICS], "DESCRIBE": [PAYMENTS]}}})
    orphan = set() if forgets else on(TABLE, "SELECT", to=GONE)
    assert model.grants == on(TABLE, "SELECT") | on(TABLE, "DESCRIBE", to=PAYMENTS) | orphan
    run(model, "Delete", {})
    assert (model.grants, model.records) == (orphan, {})


def test_what_was_revoked_beside_a_principal_deleted_by_hand_is_no_longer_owned() -> None:
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT": [ANALYTICS, GONE]}}})
    model.kill(GONE, forgets=False)
    run(model, "Update", {})  # leaves the row of the principal that is gone
    other = {"LogicalResourceId": "Other"}
    run(model, "Create", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}}}, **other)
    run(model, "Delete", {}, **other)
    assert model.grants == on(TABLE, "SELECT", to=GONE)


def test_a_resource_that_vanishes_between_listing_and_revoking_counts_as_revoked() -> None:
    model = Model()
    run(model, "Create", {"Grants": {TABLE: {"SELECT": [ANALYTICS]}, DATABASE: {"DESCRIBE": [ANALYTICS]}}})
    model.watch = lambda: model.gone.add(parse_resource(TABLE))  # with the first revoke, that on the database
    run(model, "Delete", {})
    assert model.gone == {parse_resource(TABLE)}
    assert model.records == {}
