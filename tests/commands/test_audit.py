"""How `audit` words what it found, and the mistakes that it names."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.access.cells import Cells
from meshwright.access.changes import Rows
from meshwright.access.decision import TableName
from meshwright.access.findings import (
    Audit,
    Call,
    Effect,
    FilterChange,
    Finding,
    OneMore,
    Severity,
    WithinReach,
)
from meshwright.access.state import Unread
from meshwright.cli import main
from meshwright.commands.audit_text import Report, as_json, markdown, text
from meshwright.commands.audit_words import Words
from meshwright.commands.aws_lines import aws_line
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.config.small_mesh import TODAY, write_mesh

G, ORDERS, ANALYTICS, STRANGER = "111111111111", "222222222221", "333333333331", "999999999999"
ANALYSTS = f"arn:aws:iam::{ANALYTICS}:role/acme-analytics-analysts"
TABLE = TableName(G, "acme_orders_sales", "orders")
COLUMNS = frozenset({"order_id", "order_date", "country", "total", "email"})
REVOKED = Call(
    G,
    "lakeformation",
    "revoke_permissions",
    {
        "Principal": {"DataLakePrincipalIdentifier": STRANGER},
        "Resource": {"Database": {"Name": "acme_orders_sales"}},
        "Permissions": ["SELECT"],
    },
)
EXTRA = Finding(
    code="grant-unexpected",
    severity=Severity.CRITICAL,
    account=G,
    subject=f"{G}:table/acme_orders_sales/orders to {STRANGER}",
    what=f"account {STRANGER} has SELECT on table acme_orders_sales.orders, and no file says so",
    affected=(Effect(STRANGER, TABLE, "SELECT", gained=(Cells(COLUMNS),)),),
    repair=(REVOKED,),
    remedy="revoke SELECT",
)
NARROWER = Finding(
    code="filter-changed",
    severity=Severity.HIGH,
    account=G,
    subject=f"{G}:filter/acme_orders_sales/orders/analytics",
    what="the filter of analytics on acme_orders_sales.orders shows total no longer",
    affected=(Effect(ANALYSTS, TABLE, lost=(Cells(frozenset({"total"}), frozenset({"country = 'DE'"})),)),),
    repair=(Call(G, "lakeformation", "update_data_cells_filter", {"TableData": {"Name": "analytics"}}),),
    remedy="set its columns and rows as agreed",
)
LEFT = Finding(
    code="stack-leftover",
    severity=Severity.LOW,
    account=ORDERS,
    subject="acme-old-share",
    what="the stack acme-old-share is of a domain that no file declares any more",
    remedy="delete it",
)
FOUND = Audit((NARROWER, EXTRA, LEFT))
PARTIAL = (Unread(ANALYTICS, "lakeformation:ListPermissions", "the caller is not allowed to"),)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    return load_mesh(write_mesh(tmp_path_factory.mktemp("mesh")), environment="dev", today=TODAY)


def test_text_goes_by_severity(mesh: Mesh) -> None:
    calls = {place: finding.repair for place, finding in enumerate(FOUND.findings)}
    assert (
        text(Report(mesh, FOUND, 3, calls))
        == """\
Mesh acme, environment dev, 3 accounts: 3 findings (1 critical, 1 high, 1 low)

CRITICAL: someone can read or change what nobody agreed to

  grant-unexpected, account 111111111111 (governance)
    account 999999999999 has SELECT on table acme_orders_sales.orders, and no file says so
    - anybody whom account 999999999999 lets can read orders.sales.orders (internal): all 5 columns,
      with the personal data email
    repair: revoke SELECT

# in account 111111111111 (governance)
aws lakeformation revoke-permissions --region eu-west-1 \\
  --principal '{"DataLakePrincipalIdentifier": "999999999999"}' \\
  --resource '{"Database": {"Name": "acme_orders_sales"}}' \\
  --permissions SELECT

HIGH: someone who was agreed cannot read, or one more call opens what nobody agreed to

  filter-changed, account 111111111111 (governance)
    the filter of analytics on acme_orders_sales.orders shows total no longer
    - analytics.analysts (acme-analytics-analysts) can no longer read orders.sales.orders
      (internal): total; where country = 'DE'
    repair: set its columns and rows as agreed

# in account 111111111111 (governance)
aws lakeformation update-data-cells-filter --region eu-west-1 --table-data '{"Name": "analytics"}'

LOW: left over

  stack-leftover, account 222222222221 (orders)
    the stack acme-old-share is of a domain that no file declares any more
    repair: delete it"""
    )


def changed(**fields: Any) -> FilterChange:
    same: dict[str, Any] = {
        "consumer": "analytics",
        "gained": (),
        "lost": (),
        "later_columns": False,
        "rows": Rows.SAME,
        "rows_before": "country = 'DE'",
        "rows_after": "country = 'DE'",
        "rows_gained": None,
        "rows_lost": None,
    }
    return FilterChange(**same | fields)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(gained=("email",)), ["analytics gains column email"]),
        (
            changed(gained=("email", "total"), lost=("country",)),
            ["analytics gains columns email, total", "analytics loses column country"],
        ),
        (changed(later_columns=True), ["analytics sees each column that is added later"]),
        (
            changed(rows=Rows.OTHER, rows_gained="country = 'FR'", rows_lost="country = 'DE'"),
            [
                "analytics sees rows of `country = 'FR'` besides",
                "analytics no longer sees rows of `country = 'DE'`",
            ],
        ),
        (
            changed(rows=Rows.MORE, rows_after=None),
            ["analytics sees all rows, not only those of `country = 'DE'`"],
        ),
        (
            changed(rows=Rows.FEWER, rows_before=None),
            ["analytics no longer sees all rows, only those of `country = 'DE'`"],
        ),
        (
            changed(rows=Rows.OTHER, rows_after="total > 5"),
            ["analytics sees rows of `total > 5`, where `country = 'DE'` was agreed"],
        ),
    ],
)
def test_what_a_filter_shows_more_and_less(mesh: Mesh, change: FilterChange, said: list[str]) -> None:
    finding = replace(NARROWER, filter_change=change, affected=())
    report = Report(mesh, Audit((finding,)), 3)
    assert [line.strip("- ") for line in text(report).splitlines() if "    - " in line] == said
    shown = markdown(report)
    assert all(each in shown for each in said)
    content = json.loads(as_json(report))["findings"][0]["filter"]
    assert content == json.loads(json.dumps(asdict(change)))


def test_who_is_one_call_away(mesh: Mesh) -> None:
    lines = TableName(G, "acme_orders_sales", "lines")
    near = tuple(WithinReach(STRANGER, by, (TABLE, lines)) for by in OneMore)
    finding = replace(EXTRA, severity=Severity.HIGH, affected=(), within_reach=near)
    report = Report(mesh, Audit((finding,)), 3)
    could = f"anybody whom account {STRANGER} lets could reach orders.sales.orders, orders.sales.lines"
    calls = [
        "granting it",
        "passing on what it was granted",
        "a table over its files",
        "a role of that name",
        "passing the role to the service",
        "a change of one policy",
    ]
    assert [f"{could} by {call}" in " ".join(text(report).split()) for call in calls] == [True] * len(OneMore)
    assert json.loads(as_json(report))["findings"][0]["within_reach"][0] == {
        "principal": STRANGER,
        "by": "grant",
        "tables": [
            {"database": "acme_orders_sales", "table": "orders"},
            {"database": "acme_orders_sales", "table": "lines"},
        ],
    }


def test_a_table_that_no_file_declares(mesh: Mesh) -> None:
    old = Effect(STRANGER, TableName(G, "acme_orders_hr", "staff"), gained=(Cells(frozenset({"name"})),))
    shown = text(Report(mesh, Audit((replace(EXTRA, affected=(old,)),)), 3))
    assert "can read acme_orders_hr.staff (in no file): name" in " ".join(shown.split())


def test_text_without_repair_has_no_calls(mesh: Mesh) -> None:
    assert "aws lakeformation" not in text(Report(mesh, FOUND, 3))


def test_all_lines_of_text_fit(mesh: Mesh) -> None:
    lines = text(Report(mesh, Audit(FOUND.findings, PARTIAL), 3)).splitlines()
    assert len(lines) > 15
    assert max(len(line) for line in lines) <= 100


def test_a_partial_reading_comes_first_and_is_never_clean(mesh: Mesh) -> None:
    assert (
        text(Report(mesh, Audit((), PARTIAL), 3))
        == """\
PARTIAL: not everything could be read, and what could not is not compared.
  - account 333333333331 (analytics), lakeformation:ListPermissions: the caller is not allowed to

Mesh acme, environment dev, 3 accounts: what could be read is as declared"""
    )
    assert json.loads(as_json(Report(mesh, Audit((), PARTIAL), 3)))["clean"] is False


def test_a_clean_mesh_is_said_to_be(mesh: Mesh) -> None:
    clean = Report(mesh, Audit(()), 3)
    assert text(clean) == "Mesh acme, environment dev, 3 accounts: everything is as declared"
    assert markdown(clean) == "**Mesh acme, environment dev, 3 accounts: everything is as declared**"


def test_many_who_are_affected_are_counted(mesh: Mesh) -> None:
    lost = tuple(
        Effect(f"arn:aws:iam::{ANALYTICS}:role/R{number}", TABLE, lost=(Cells(COLUMNS),))
        for number in range(10)
    )
    finding = Finding(
        code="location-missing",
        severity=Severity.HIGH,
        account=G,
        subject="b",
        what="b is no longer registered with Lake Formation",
        affected=lost,
        remedy="register it again",
    )
    shown = text(Report(mesh, Audit((finding,)), 3))
    assert shown.count("can no longer read") == 8
    assert "    - and 2 more (all of them: --format json)" in shown


def test_markdown_is_a_table_and_a_script(mesh: Mesh) -> None:
    assert (
        markdown(Report(mesh, Audit((EXTRA,)), 3, {0: (REVOKED,)}))
        == """\
**Mesh acme, environment dev, 3 accounts: 1 finding (1 critical)**

| severity | finding | account | what | affected | repair |
|---|---|---|---|---|---|
| critical | grant-unexpected | 111111111111 (governance) | account 999999999999 has SELECT on table \
acme_orders_sales.orders, and no file says so | anybody whom account 999999999999 lets can read \
orders.sales.orders (internal): all 5 columns, with the personal data email | revoke SELECT |

```sh
# in account 111111111111 (governance)
aws lakeformation revoke-permissions --region eu-west-1 \\
  --principal '{"DataLakePrincipalIdentifier": "999999999999"}' \\
  --resource '{"Database": {"Name": "acme_orders_sales"}}' \\
  --permissions SELECT
```"""
    )


def test_json_is_complete(mesh: Mesh) -> None:
    assert json.loads(as_json(Report(mesh, Audit((NARROWER,)), 3, {0: NARROWER.repair}))) == {
        "mesh": "acme",
        "environment": "dev",
        "clean": False,
        "unread": [],
        "unchecked": [],
        "findings": [
            {
                "code": "filter-changed",
                "severity": "high",
                "account": G,
                "subject": f"{G}:filter/acme_orders_sales/orders/analytics",
                "what": "the filter of analytics on acme_orders_sales.orders shows total no longer",
                "affected": [
                    {
                        "principal": ANALYSTS,
                        "database": "acme_orders_sales",
                        "table": "orders",
                        "action": "SELECT",
                        "gained": [],
                        "lost": [{"columns": ["total"], "rows": ["country = 'DE'"]}],
                    }
                ],
                "streams": [],
                "within_reach": [],
                "remedy": "set its columns and rows as agreed",
                "repair": [
                    {
                        "account": G,
                        "service": "lakeformation",
                        "operation": "update_data_cells_filter",
                        "parameters": {"TableData": {"Name": "analytics"}},
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (
            Call(G, "s3", "put_bucket_policy", {"Bucket": "b", "Policy": '{"Statement":[]}'}),
            "aws s3api put-bucket-policy --region eu-west-1 --bucket b --policy '{\"Statement\": []}'",
        ),
        (
            Call(
                G,
                "lakeformation",
                "register_resource",
                {"ResourceArn": "arn:b", "UseServiceLinkedRole": False},
            ),
            "aws lakeformation register-resource --region eu-west-1 --resource-arn arn:b "
            "--no-use-service-linked-role",
        ),
        (
            Call(G, "lakeformation", "remove_lf_tags_from_resource", {"LFTags": [{"TagKey": "a"}]}),
            "aws lakeformation remove-lf-tags-from-resource --region eu-west-1 "
            '--lf-tags \'[{"TagKey": "a"}]\'',
        ),
        (
            Call(G, "ram", "accept_resource_share_invitation", {"resourceShareInvitationArn": "arn:i"}),
            "aws ram accept-resource-share-invitation --region eu-west-1 "
            "--resource-share-invitation-arn arn:i",
        ),
        (
            Call(
                G,
                "kinesis",
                "increase_stream_retention_period",
                {"StreamName": "it's", "RetentionPeriodHours": 48},
            ),
            "aws kinesis increase-stream-retention-period --region eu-west-1 --stream-name 'it'\"'\"'s' "
            "--retention-period-hours 48",
        ),
    ],
)
def test_calls_as_lines_to_paste(call: Call, line: str) -> None:
    assert aws_line(call, "eu-west-1").replace(" \\\n  ", " ") == line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--apply", "--local"],
            "--apply makes the calls that --repair lists: give both, `audit --repair --apply`.",
        ),
        (
            ["--apply", "--repair"],
            "--apply changes accounts, and the role that an audit reads them with may not. Name one "
            "that may, a data lake administrator, with --role-name NAME ({account} and {region} in it are "
            "filled in).",
        ),
    ],
)
def test_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["audit", "--root", str(write_mesh(tmp_path)), *arguments]) == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--local", "--root", str(write_mesh(tmp_path))]) == 2
    assert "is not running. Start it with `meshwright local up`" in capsys.readouterr().err


@dataclass
class Lake:
    """Answers every call of one account, but those of `refused` operations; notes what was called."""

    refused: tuple[str, ...]
    called: list[str] = field(default_factory=list)

    def client(self, service: str) -> "Lake":
        return self

    def __getattr__(self, operation: str) -> Callable[..., dict[str, object]]:
        def call(**parameters: object) -> dict[str, object]:
            if operation in self.refused:
                error = {"Error": {"Code": "AccessDeniedException", "Message": "no."}}
                raise ClientError(error, operation)  # type: ignore[arg-type]
            self.called.append(operation)
            return {}

        return call


UNTOLD = Finding(
    code="bucket-encryption",
    severity=Severity.MEDIUM,
    account=G,
    subject="b",
    what="the bucket b encrypts with a key of S3 instead of alias/acme-orders",
    repair=(
        Call(G, "s3", "put_bucket_encryption", {"Bucket": "b", "KeyAlias": "alias/acme-orders"}, merge=True),
    ),
    remedy="set its encryption back",
)


def run(
    monkeypatch: pytest.MonkeyPatch, root: Path, lake: Lake, before: Audit, after: Audit, *arguments: str
) -> int:
    """The command with `--local --repair`, against this lake, which is found to be so before and after."""
    found = iter([before, after])
    sessions = SimpleNamespace(accounts={G: lake}, refused={})
    monkeypatch.setattr("meshwright.commands.audit.accounts_of", lambda mesh, **options: sessions)
    monkeypatch.setattr("meshwright.commands.audit.examine", lambda mesh, sessions: next(found))
    return main(["audit", "--root", str(write_mesh(root)), "--local", "--repair", *arguments])


def test_a_repair_that_cannot_be_told_is_listed_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake(("describe_key",))
    assert run(monkeypatch, tmp_path, lake, Audit((UNTOLD, EXTRA)), Audit(())) == 1
    out = capsys.readouterr().out
    assert "aws lakeformation revoke-permissions" in out
    assert out.endswith("""\
  bucket-encryption, account 111111111111 (governance)
    the bucket b encrypts with a key of S3 instead of alias/acme-orders
    repair: set its encryption back
    its calls are left out: what it has to change could not be read: the caller is not allowed to:
      no
""")
    assert lake.called == []


def test_a_repair_that_fails_keeps_no_other_from_being_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake(("update_data_cells_filter", "describe_key"))
    before = Audit((UNTOLD, NARROWER, EXTRA))
    assert run(monkeypatch, tmp_path, lake, before, Audit((UNTOLD, NARROWER)), "--apply") == 1
    assert lake.called == ["revoke_permissions"]
    _, made = capsys.readouterr().out.split("Making the calls:\n\n")
    assert made.startswith(
        """\
# in account 111111111111 (governance)
aws lakeformation revoke-permissions --region eu-west-1 \\
  --principal '{"DataLakePrincipalIdentifier": "999999999999"}' \\
  --resource '{"Database": {"Name": "acme_orders_sales"}}' \\
  --permissions SELECT

1 call made.
Not repaired, because a call failed (1):
  - filter-changed, account 111111111111 (governance), the filter of analytics on
    acme_orders_sales.orders shows total no longer: lakeformation:update_data_cells_filter in
    account 111111111111 failed: the caller is not allowed to: no

Audited again:

Mesh acme, environment dev, 3 accounts: 2 findings (1 high, 1 medium)
"""
    )


def test_what_failed_is_in_the_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake(("update_data_cells_filter", "describe_key"))
    before, after = Audit((UNTOLD, NARROWER, EXTRA)), Audit(())
    assert run(monkeypatch, tmp_path, lake, before, after, "--apply", "--format", "json") == 0
    content = json.loads(capsys.readouterr().out)
    assert [each["operation"] for each in content["made"]] == ["revoke_permissions"]
    assert content["failed"] == [
        {
            "code": "filter-changed",
            "account": G,
            "subject": NARROWER.subject,
            "why": "lakeformation:update_data_cells_filter in account 111111111111 failed: the caller is not "
            "allowed to: no",
        }
    ]
    assert [each.get("left_out") for each in content["before"]["findings"]] == [
        None,
        None,
        "what it has to change could not be read: the caller is not allowed to: no",
    ]


def test_nothing_to_make_is_only_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, Lake(()), Audit((LEFT,)), Audit(()), "--apply") == 1
    assert capsys.readouterr().out.endswith("repair: delete it\n")


def test_a_row_that_is_newly_shown_is_named(mesh: Mesh) -> None:
    german = frozenset({"country IN ('DE', 'FR')"})
    effect = Effect(
        ANALYSTS,
        TABLE,
        gained=(Cells(frozenset({"total"}), german),),
        gained_row=(("country", "FR"), ("total", None)),
    )
    assert list(Words(mesh).effects([effect])) == [
        f"analytics.analysts ({ANALYSTS.rpartition('/')[2]}) can read orders.sales.orders (internal): total; "
        "where country IN ('DE', 'FR'), for example a row with country = FR, total = NULL"
    ]
