"""Streams in `access`, `explain` and `plan`: whole outputs."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from meshwright import cli
from meshwright.access.compiled import compile_state
from meshwright.access.findings import Audit, Finding, Severity, StreamEffect
from meshwright.access.state import AccountState, LakeState
from meshwright.access.stream_state import StreamName
from meshwright.command_line import files, review
from meshwright.commands.access import access
from meshwright.commands.audit_text import Report
from meshwright.commands.audit_text import as_json as audit_json
from meshwright.commands.audit_text import text as audit_text
from meshwright.commands.explain import explained, question
from meshwright.commands.explain_stream import StreamQuestion
from meshwright.commands.explain_text import MORE, as_json, markdown, text
from meshwright.errors import UserError
from meshwright.project import load_mesh
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, TODAY, write_mesh
from tests.config.stream_mesh import (
    ANALYSTS,
    ANALYTICS_ACCOUNT,
    ORDERS_ACCOUNT,
    PERSONAL,
    PERSONAL_APPROVED,
    PERSONAL_WANTED,
    SHARED,
    STREAM,
    STREAM_ARN,
    WANTED,
    stream_mesh,
)

LISTED = """\
orders.order-events  (stream)
  orders.engineers  (acme-orders-engineers in 222222222221)
      all records, by shared throughput; may write
      own stream of orders
  analytics.analysts  (acme-analytics-analysts in 333333333331)
      all records, by {way}
      until 2027-06-30; approved by orders; for: Follow orders as they change.

Mesh acme, environment dev: 2 roles read 1 stream (2 combinations).
Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access.
"""


def listed(root: Path, capsys: pytest.CaptureFixture[str], *, output: str = "text", pii: bool = False) -> str:
    code = access(
        root=root,
        environment=None,
        product=None if pii else "orders.order-events",
        domain=None,
        role=None,
        classification=None,
        pii=pii,
        output=output,
        today=TODAY,
    )
    assert code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("fan_out", "way"), [(False, "shared throughput"), (True, "fan-out through acme-analytics")]
)
def test_access(fan_out: bool, way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path, stream_mesh(fan_out=fan_out))
    assert listed(root, capsys) == LISTED.replace("{way}", way)


def test_access_in_other_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path, stream_mesh(fan_out=True))
    assert listed(root, capsys, output="markdown").splitlines()[3] == (
        "| orders.order-events | stream | analytics.analysts | all records, by fan-out through "
        "acme-analytics | all | 2027-06-30 | approved by orders | Follow orders as they change. |"
    )
    found = json.loads(listed(root, capsys, output="json"))
    assert found["access"] == []
    assert found["streams"][1] == {
        "role": "analytics.analysts",
        "principal": ANALYSTS,
        "stream": "orders.order-events",
        "name": STREAM,
        "account": ORDERS_ACCOUNT,
        "ways": ["fan-out"],
        "consumers": ["acme-analytics"],
        "pii": [],
        "writes": False,
        "own": False,
        "until": "2027-06-30",
        "approval": "approved by orders",
        "purpose": "Follow orders as they change.",
        "assumed": [],
    }


def test_personal_data_by_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path, stream_mesh(stream=PERSONAL_APPROVED, wanted=PERSONAL_WANTED))
    text = listed(root, capsys, pii=True)
    assert "      all records, with the personal data email, by shared throughput\n" in text
    without = write_mesh(tmp_path / "without", stream_mesh())
    assert "(stream)" not in listed(without, capsys, pii=True)


def asked(root: Path, role: str, stream: str = "orders.order-events") -> StreamQuestion:
    found = question(root, environment=None, role=role, table=stream, today=TODAY)
    assert isinstance(found, StreamQuestion)
    return found


YES = """\
Yes: analytics.analysts can read orders.order-events, until 2027-06-30.
    Because analytics asked for orders.order-events; approved by orders.
    All its records, by shared throughput.

What it takes, one after the other:
 1 yes  analytics asked for orders.order-events; approved by orders
        domains/orders.yaml:13:18, domains/analytics.yaml:14:13
 2 yes  orders's account 222222222221 has the stream acme-orders-order-events
 3 yes  the role exists: arn:aws:iam::333333333331:role/acme-analytics-analysts
 4 yes  IAM lets it read the stream, and decrypt with its key
 5 yes  the stream lets it in (kinesis:GetRecords)
        Allow kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords,
          kinesis:GetShardIterator
 6 yes  the key alias/acme-orders lets it decrypt the stream's records
        Allow kms:Decrypt"""


def test_explain(tmp_path: Path) -> None:
    found = asked(write_mesh(tmp_path, stream_mesh()), "analytics.analysts")
    answer = explained(found, compile_state(found.mesh))
    assert text(answer, None, hops=True) == YES
    assert text(answer, None) == f"{YES.partition('What it takes')[0]}{MORE}"
    first = (
        "### Yes: analytics.analysts can read orders.order-events, until 2027-06-30\n\n"
        "- Because analytics asked for orders.order-events; approved by orders.\n"
        "- All its records, by shared throughput.\n\n"
    )
    assert markdown(answer, None) == f"{first}{MORE}"
    assert markdown(answer, None, hops=True).startswith(f"{first}| | hop | evidence |\n")
    content = json.loads(as_json(answer, None))
    assert content["summary"]["verdict"] == "yes"
    assert (content["allowed"], content["stream"], content["ways"], content["until"]) == (
        True,
        "orders.order-events",
        ["shared throughput"],
        "2027-06-30",
    )
    assert [hop["step"] for hop in content["hops"]] == [
        "stream",
        "principal",
        "iam",
        "stream-policy",
        "key",
    ]


WHY_NOT = {
    "not asked": (
        stream_mesh(wanted=""),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because analytics has not asked for orders.order-events, which orders offers it.
    Fix: domains/analytics.yaml:7:1: Ask under `consumes`: {stream: orders.order-events, purpose: …,
      roles: [analysts]}.
    Who mends it: insights (insights@acme.example).
""",
    ),
    "not approved": (
        stream_mesh(stream=SHARED[: SHARED.index("    shared_with")]),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because orders has not approved it under streams.order-events.shared_with.
    Fix: domains/orders.yaml:9:3: orders can approve it under `shared_with`: {domain: analytics}.
    Who mends it: order-platform (orders@acme.example).
""",
    ),
    "the approval has ended": (
        stream_mesh(stream=SHARED.replace("2027-09-30", "2026-12-31")),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because the approval of orders ended on 2026-12-31.
    Fix: domains/orders.yaml:13:36: orders can move `until`.
    Who mends it: order-platform (orders@acme.example).
""",
    ),
    "the request has ended": (
        stream_mesh(wanted=WANTED.replace("2027-06-30", "2026-12-31")),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because the request ended on 2026-12-31.
    Fix: domains/analytics.yaml:16:12: Move `until` if it is still needed.
    Who mends it: insights (insights@acme.example).
""",
    ),
    "personal data, not approved": (
        stream_mesh(stream=PERSONAL, wanted=PERSONAL_WANTED),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because its records have the personal data email, and orders does not say `pii: true`.
    Fix: domains/orders.yaml:14:18: Say `pii: true` there.
    Who mends it: order-platform (orders@acme.example).
""",
    ),
    "personal data, not asked for": (
        stream_mesh(stream=PERSONAL_APPROVED),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because its records have the personal data email, and analytics does not say `pii: true`.
    Fix: domains/analytics.yaml:14:13: Say `pii: true` there.
    Who mends it: insights (insights@acme.example).
""",
    ),
    "personal data, neither": (
        stream_mesh(stream=PERSONAL),
        "analytics.analysts",
        """\
No: analytics.analysts cannot read orders.order-events.
    Because its records have the personal data email, and neither orders nor analytics says `pii:
      true`.
    Fix: domains/orders.yaml:14:18: Say `pii: true` there, and analytics in its request.
    Who mends it: order-platform (orders@acme.example).
""",
    ),
    "another role": (
        {
            **stream_mesh(),
            ANALYTICS_FILE: stream_mesh()[ANALYTICS_FILE].replace(
                "  analysts: {create: true}", "  analysts: {create: true}\n  interns: {create: true}"
            ),
        },
        "analytics.interns",
        """\
No: analytics.interns cannot read orders.order-events.
    Because analytics asked for orders.order-events for analysts, not for interns.
    Fix: domains/analytics.yaml:18:12: Add interns to `roles` there.
    Who mends it: insights (insights@acme.example).
""",
    ),
    "a role of its own domain that only reads": (
        stream_mesh(),
        "orders.analysts",
        """\
No: orders.analysts cannot read orders.order-events.
    Because orders.order-events is read by the roles of orders that write, and analysts only reads
      products.
    Fix: domains/orders.yaml:7:3: Give the role `access: write`, or use one that has it.
    Who mends it: order-platform (orders@acme.example).
""",
    ),
}


@pytest.mark.parametrize("case", WHY_NOT)
def test_why_the_files_do_not_let_it(case: str, tmp_path: Path) -> None:
    texts, role, lines = WHY_NOT[case]
    found = asked(write_mesh(tmp_path, texts), role)
    answer = text(explained(found, compile_state(found.mesh)), None)
    assert answer.partition("\n\n")[0] + "\n" == lines


def changed(state: LakeState, number: str, **fields: object) -> LakeState:
    account: AccountState = replace(state.accounts[number], **fields)  # type: ignore[arg-type]
    return replace(state, accounts={**state.accounts, number: account})


def test_a_live_policy_that_is_gone_is_explained_with_the_call_that_mends_it(tmp_path: Path) -> None:
    found = asked(write_mesh(tmp_path, stream_mesh()), "analytics.analysts")
    declared = compile_state(found.mesh)
    streams = declared.accounts[ORDERS_ACCOUNT].streams
    live = changed(declared, ORDERS_ACCOUNT, streams={STREAM: replace(streams[STREAM], policy=None)})
    answers = explained(found, live), explained(found, declared)
    first = [
        "No: analytics.analysts cannot read orders.order-events.",
        "    Because the stream orders.order-events does not let the role analytics.analysts in.",
        "    Who mends it: order-platform (orders@acme.example), the team of orders, by putting it back as",
        "      declared (`meshwright audit --repair`).",
        "    Not checked: how it behaves where that is not documented (`--hops` names it).",
        "",
        "The files say otherwise: by them analytics.analysts can read orders.order-events, until 2027-06-30.",
        "`meshwright audit` lists what differs in all accounts, with repairs; or deploy.",
        "",
    ]
    assert text(*answers).splitlines() == [*first, MORE]
    lines = text(*answers, hops=True).splitlines()
    assert lines[:9] == first
    assert [line for line in lines if line.startswith(("Fix", "  aws", "    --resource-arn"))] == [
        "Fix, by orders:",
        "  aws kinesis put-resource-policy --region eu-west-1 \\",
        f"    --resource-arn {STREAM_ARN} \\",
    ]
    assert lines[-2:] == [
        "Files and accounts differ at:",
        "  - the policy of the stream acme-orders-order-events does not let it in: kinesis:ListShards",
    ]


REPAIRS = {
    "the stream": (
        ORDERS_ACCOUNT,
        {"streams": {}},
        "orders's account 222222222221 has no stream acme-orders-order-events",
        "deploy acme-orders-foundation; if that is deployed, `meshwright audit` says what brings it back",
    ),
    "the key": (
        ORDERS_ACCOUNT,
        {"keys": {}},
        "the key arn:aws:kms:eu-west-1:222222222221:key/alias/acme-orders does not let it: kms:Decrypt",
        "deploy acme-orders-foundation, or let `meshwright audit --repair` restore what was changed by hand",
    ),
    "the role": (
        ANALYTICS_ACCOUNT,
        {"identities": {}},
        f"the role does not exist: {ANALYSTS}",
        "deploy acme-analytics-foundation, or let `meshwright audit --repair` restore what was changed by "
        "hand",
    ),
}


@pytest.mark.parametrize("case", REPAIRS)
def test_who_mends_what(case: str, tmp_path: Path) -> None:
    number, fields, what, repair = REPAIRS[case]
    found = asked(write_mesh(tmp_path, stream_mesh()), "analytics.analysts")
    answer = explained(found, changed(compile_state(found.mesh), number, **fields))
    broken = next(hop for hop in answer.hops if not hop.holds)
    assert (broken.what, broken.repair) == (
        what.replace("arn:aws:kms:eu-west-1:222222222221:key/", ""),
        repair,
    )


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (
            "orders.order-event",
            "orders has neither a stream nor a product `order-event`. Did you mean `orders.order-events`?",
        ),
        (
            "orders.sales",
            "`orders.sales` is no table. Write it as DOMAIN.PRODUCT.TABLE or DOMAIN.PRODUCT.TABLE.COLUMN, "
            "for example orders.sales.orders.",
        ),
    ],
)
def test_unknown_streams(stream: str, message: str, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, stream_mesh())
    with pytest.raises(UserError) as raised:
        question(root, environment=None, role="analytics.analysts", table=stream, today=TODAY)
    assert str(raised.value) == message


PLANS = {
    "a new request": (
        stream_mesh(wanted=""),
        stream_mesh(),
        "added analytics analysts (role acme-analytics-analysts) can newly read the stream "
        "orders.order-events, by shared throughput; approved by orders, until 2027-06-30; for: Follow orders "
        "as they change.",
    ),
    "fan-out on both sides": (
        stream_mesh(),
        stream_mesh(fan_out=True),
        "changed analytics analysts (role acme-analytics-analysts) reads the stream orders.order-events in "
        "another way: by fan-out through acme-analytics (before: shared throughput); approved by orders, "
        "until 2027-06-30; for: Follow orders as they change.",
    ),
    "for longer": (
        stream_mesh(),
        stream_mesh(wanted=WANTED.replace("2027-06-30", "2027-08-31")),
        "extended analytics analysts (role acme-analytics-analysts) can read the stream orders.order-events "
        "for longer: until 2027-08-31 (before: until 2027-06-30); approved by orders; for: Follow orders as "
        "they change.",
    ),
    "no longer asked for": (
        stream_mesh(),
        stream_mesh(wanted=""),
        "removed analytics analysts (role acme-analytics-analysts) can no longer read the stream "
        "orders.order-events.",
    ),
}


def git(root: Path, *arguments: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@acme.example"]
    subprocess.run(["git", *names, *arguments], cwd=root, check=True, capture_output=True)


def committed(root: Path, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (review, files):
        monkeypatch.setattr(module, "today", lambda: TODAY)
    write_mesh(root, texts)
    git(root, "init", "--quiet", "--template=", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "As deployed")
    return root


@pytest.mark.parametrize("case", PLANS)
def test_plan(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, sentence = PLANS[case]
    root = committed(tmp_path, before, monkeypatch)
    write_mesh(root, after)
    assert cli.main(["plan", "--root", str(root)]) == 1
    listed_access = capsys.readouterr().out.partition("\nAccess\n")[2].partition("\n\n")[0]
    assert " ".join(listed_access.split()) == sentence


def test_a_plan_that_takes_the_approval_away_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = committed(tmp_path, stream_mesh(), monkeypatch)
    write_mesh(root, stream_mesh(stream=SHARED[: SHARED.index("    shared_with")]))
    assert cli.main(["plan", "--root", str(root), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    [refused] = found["refused"]
    assert (refused["file"], refused["code"]) == (ORDERS_FILE, "approval-dropped")
    [change] = found["environments"][0]["streams"]
    assert (change["kind"], change["role"], change["stream"], change["after"]) == (
        "removed",
        "analytics.analysts",
        "orders.order-events",
        None,
    )
    assert change["before"]["until"] == "2027-06-30"
    assert (
        cli.main(
            ["plan", "--root", str(root), "--accept-breaking", "orders.order-events", "--fail-on", "widened"]
        )
        == 0
    )


def test_audit_says_who_is_let_in_and_who_can_no_longer_read(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path, stream_mesh()), environment=None, today=TODAY)
    at = StreamName(ORDERS_ACCOUNT, STREAM)
    effects = (StreamEffect("999999999999", at, gained=True), StreamEffect(ANALYSTS, at, gained=False))
    finding = Finding(
        code="stream-policy-changed",
        severity=Severity.CRITICAL,
        account=ORDERS_ACCOUNT,
        subject=STREAM,
        what="the policy of the stream changed",
        on_streams=effects,
        remedy="put it back",
    )
    report = Report(mesh, Audit((finding,)), 3)
    assert audit_text(report).splitlines()[5:8] == [
        "    the policy of the stream changed",
        "    - anybody whom account 999999999999 lets is let in to the stream orders.order-events",
        "    - analytics.analysts (acme-analytics-analysts) can no longer read the stream "
        "orders.order-events",
    ]
    [found] = json.loads(audit_json(report))["findings"]
    assert found["streams"] == [
        {"principal": "999999999999", "account": ORDERS_ACCOUNT, "stream": STREAM, "gained": True},
        {"principal": ANALYSTS, "account": ORDERS_ACCOUNT, "stream": STREAM, "gained": False},
    ]


def test_validate_counts_streams_with_products(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "today", lambda: date(2027, 7, 1))
    assert cli.main(["validate", "--root", str(write_mesh(tmp_path, stream_mesh()))]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "2 domains, 1 product, 0 subscriptions agreed, 2 expired: no problems"
