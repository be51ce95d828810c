# ruff: noqa: E501 (whole lines of output)
"""Shared streams across the files: references, what is not wired, limits, and what a change would take."""

from pathlib import Path

import pytest

from meshwright.checks.breaks import problems
from meshwright.checks.removal import breaking_changes
from meshwright.config.loading import load
from meshwright.mesh.model import resolve
from meshwright.mesh.published import published
from meshwright.project import examine
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, TODAY, said_about, write_mesh
from tests.config.stream_mesh import (
    PERSONAL,
    PERSONAL_APPROVED,
    PERSONAL_WANTED,
    SHARED,
    WANTED,
    stream_mesh,
)

PENDING = f"{ANALYTICS_FILE}:14:13: notice: consumes[1].stream: pending: its records have the personal data email, and"
SAID = {
    "agreed": (stream_mesh(), ()),
    "an unknown stream": (
        stream_mesh(wanted=WANTED.replace("order-events", "order-event")),
        (
            f"{ANALYTICS_FILE}:14:13: consumes[1].stream: orders has no stream `order-event`. Did you mean `orders.order-events`?",
        ),
    ),
    "a product as a stream": (
        stream_mesh(wanted=WANTED.replace("order-events", "sales")),
        (
            f"{ANALYTICS_FILE}:14:13: consumes[1].stream: orders has no stream `sales`. It is a product: ask for it with `product: orders.sales`.",
        ),
    ),
    "an unknown domain": (
        stream_mesh(wanted=WANTED.replace("orders.", "order.")),
        (f"{ANALYTICS_FILE}:14:13: consumes[1].stream: there is no domain `order`. Did you mean `orders`?",),
    ),
    "its own stream": (
        stream_mesh(wanted=WANTED.replace("orders.", "analytics.")),
        (
            f"{ANALYTICS_FILE}:14:13: consumes[1].stream: a domain need not ask for its own stream. Remove the request: the domain's writing roles can read it.",
        ),
    ),
    "roles": (
        stream_mesh(wanted=WANTED.replace("[analysts]", "[analysts, analysts, analyst]")),
        (
            f"{ANALYTICS_FILE}:17:23: consumes[1].roles[1]: `analysts` is in the list twice. Remove one of the two.",
            f"{ANALYTICS_FILE}:17:33: consumes[1].roles[2]: this domain has no role `analyst`. Did you mean `analysts`?",
        ),
    ),
    "a role of a part that is not there": (
        stream_mesh(wanted=WANTED.replace("[analysts]", "[spark]")),
        (
            f"{ANALYTICS_FILE}:17:13: consumes[1].roles[0]: this domain has no role `spark`, which comes with `compute.spark`. Add that part, or name another role: `analysts`.",
        ),
    ),
    "asked twice": (
        stream_mesh(wanted=WANTED + WANTED),
        (
            f"{ANALYTICS_FILE}:18:13: consumes[2].stream: `orders.order-events` is asked for twice; the first is consumes[1]. Join the two requests.",
        ),
    ),
    "approvals": (
        stream_mesh(
            stream=SHARED
            + "      - {domain: analytics}\n      - {domain: orders}\n      - {domain: analytic}\n"
        ),
        (
            f"{ORDERS_FILE}:14:18: streams.order-events.shared_with[1].domain: `analytics` is in the list twice. Join the two approvals.",
            f"{ORDERS_FILE}:15:18: streams.order-events.shared_with[2].domain: a domain need not approve itself. Remove the approval.",
            f"{ORDERS_FILE}:16:18: streams.order-events.shared_with[3].domain: there is no domain `analytic`. Did you mean `analytics`?",
        ),
    ),
    "pending": (
        stream_mesh(stream=SHARED[: SHARED.index("    shared_with")]),
        (
            f"{ANALYTICS_FILE}:14:13: notice: consumes[1].stream: pending: orders has not approved it under streams.order-events.shared_with. Not wired until order-platform (orders@acme.example) adds `domain: analytics` there.",
        ),
    ),
    "offered": (
        stream_mesh(wanted=""),
        (
            f"{ORDERS_FILE}:13:18: notice: streams.order-events.shared_with[0].domain: offered: analytics has not asked for it. Wired once domains/analytics.yaml names orders.order-events under `consumes`.",
        ),
    ),
    "the request has ended": (
        stream_mesh(wanted=WANTED.replace("2027-06-30", "2026-06-30")),
        (
            f"{ANALYTICS_FILE}:16:12: notice: consumes[1].until: expired: the request ended on 2026-06-30. Renew it, or remove the request.",
        ),
    ),
    "the approval has ended": (
        stream_mesh(stream=SHARED.replace("2027-09-30", "2026-09-30")),
        (
            f"{ORDERS_FILE}:13:36: notice: streams.order-events.shared_with[0].until: expired: the approval of orders ended on 2026-09-30. Renew it, or remove the approval.",
        ),
    ),
    "personal data, and both say so": (stream_mesh(stream=PERSONAL_APPROVED, wanted=PERSONAL_WANTED), ()),
    "personal data, and neither says so": (
        stream_mesh(stream=PERSONAL),
        (
            f"{PENDING} neither orders nor analytics says `pii: true`. Not wired until this request says `pii: true` and order-platform (orders@acme.example) says `pii: true` in the approval.",
        ),
    ),
    "personal data, not approved": (
        stream_mesh(stream=PERSONAL, wanted=PERSONAL_WANTED),
        (
            f"{PENDING} orders does not say `pii: true`. Not wired until order-platform (orders@acme.example) says `pii: true` in the approval.",
        ),
    ),
    "personal data, not asked for": (
        stream_mesh(stream=PERSONAL_APPROVED),
        (f"{PENDING} analytics does not say `pii: true`. Not wired until this request says `pii: true`.",),
    ),
    "fan-out is not approved": (
        stream_mesh(wanted=f"{WANTED}    fan_out: true\n"),
        (
            f"{ANALYTICS_FILE}:18:14: notice: consumes[1].fan_out: no fan-out: orders approves shared throughput only. Read without it, until order-platform (orders@acme.example) adds `fan_out: true` there.",
        ),
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said(case: str, tmp_path: Path) -> None:
    texts, lines = SAID[case]
    assert said_about(write_mesh(tmp_path, texts)) == lines


def test_an_environment_without_the_producer(tmp_path: Path) -> None:
    texts = stream_mesh()
    texts[ORDERS_FILE] = texts[ORDERS_FILE].replace(', prod: "222222222222"', "")
    assert [line for line in said_about(write_mesh(tmp_path, texts)) if "order-events" in line] == [
        f"{ANALYTICS_FILE}:14:13: notice: consumes[1].stream: orders.order-events does not exist in prod, where this domain has an account. Not wired there until its domain has an account there too."
    ]


def many(number: int, *, fan_out: bool, roles: int = 1) -> dict[str, str]:
    """So many domains that read the stream, with names and roles of equal length."""
    mark = ", fan_out: true" if fan_out else ""
    names = [f"reader-{each:03d}" for each in range(number)]
    keys = [f"role-{each:03d}" for each in range(roles)]
    texts = stream_mesh(stream=SHARED + "".join(f"      - {{domain: {name}{mark}}}\n" for name in names))
    for place, name in enumerate(names):
        texts[f"domains/{name}.yaml"] = (
            f"domain: {name}\ndescription: d\nowner: {{team: t, email: t@acme.example}}\n"
            f'accounts: {{dev: "9000000{place:05d}"}}\n'
            f"roles: {{{', '.join(f'{key}: {{create: true}}' for key in keys)}}}\n"
            f"consumes:\n  - {{stream: orders.order-events, purpose: p, roles: [{', '.join(keys)}]{mark}}}\n"
        )
    return texts


@pytest.mark.parametrize(("number", "refused"), [(20, False), (21, True)])
def test_a_stream_has_twenty_consumers(number: int, refused: bool, tmp_path: Path) -> None:
    found = examine(write_mesh(tmp_path, many(number, fan_out=True)), environment=None, today=TODAY)
    expected = [
        f"{ORDERS_FILE}:13:7: streams.order-events.shared_with: 21 domains read it by fan-out in dev; a stream can have 20. Take `fan_out` from some of them: they then share the stream's throughput."
    ]
    assert [str(each) for each in found.errors] == (expected if refused else [])


def test_the_policies_have_a_size(tmp_path: Path) -> None:
    """Each of 100 accounts has a root of 30 characters and 4 roles whose ARNs have 55; with quotes and comma
    that is 33 + 4 * 58 = 265. So there are 26,500 bytes, 90 for analytics, and the statement itself.
    """
    found = examine(write_mesh(tmp_path, many(100, fan_out=False, roles=4)), environment=None, today=TODAY)
    [error] = found.errors
    size = int(error.what.split(" make a policy of ")[1].split(" bytes")[0].replace(",", ""))
    assert 26_590 < size < 27_000
    assert str(error).startswith(
        f"{ORDERS_FILE}:13:7: streams.order-events.shared_with: its 401 reading roles make a policy of "
    )
    assert str(error).endswith(
        " bytes in dev; Kinesis takes 20,480. Share it with fewer domains, or let them read with fewer roles."
    )


LATER = "Put the approval back with an `until` that leaves analytics time; remove it after that day, or once analytics no longer asks for orders.order-events."
CHANGES = {
    "nothing": (SHARED, WANTED, ()),
    "the stream is removed": (
        "",
        WANTED,
        (
            f"{ORDERS_FILE}:8:1: streams: stream `order-events` is removed, but analytics (role analysts) reads it. Remove it once analytics no longer asks for it.",
        ),
    ),
    "the stream is removed, and the request": ("", "", ()),
    "retention is shortened": (
        SHARED.replace("168", "48"),
        WANTED,
        (
            f"{ORDERS_FILE}:11:22: streams.order-events.retention_hours: stream `order-events` keeps records for 48 hours instead of 168, but analytics (role analysts) reads it and may be further behind. Shorten it once analytics no longer asks for it.",
        ),
    ),
    "retention is lengthened": (SHARED.replace("168", "200"), WANTED, ()),
    "the approval is removed": (
        SHARED[: SHARED.index("    shared_with")],
        WANTED,
        (
            f"{ORDERS_FILE}:9:3: streams.order-events: the approval of analytics is removed, but analytics (role analysts) reads it. {LATER}",
        ),
    ),
    "the approval is ended": (
        SHARED.replace("2027-09-30", "2026-12-31"),
        WANTED,
        (
            f"{ORDERS_FILE}:13:36: streams.order-events.shared_with[0].until: the approval of analytics ended on 2026-12-31, but analytics (role analysts) reads it. Choose a day ahead, which leaves analytics time.",
        ),
    ),
    "the approval ends sooner": (SHARED.replace("2027-09-30", "2027-01-01"), WANTED, ()),
    "the approval is removed, after the request": (SHARED[: SHARED.index("    shared_with")], "", ()),
}


def said(root: Path, before: dict[str, str], after: dict[str, str], *accepted: str) -> tuple[str, ...]:
    sides = []
    for name, texts in (("before", before), ("after", after)):
        files = load(write_mesh(root / name, texts))
        assert files.mesh is not None
        assert files.problems == ()
        sides.append((files, resolve(files.mesh, files.domains, environment="dev", today=TODAY)))
    breaks = breaking_changes(published(sides[0][1]), sides[1][1], today=TODAY, accepted=frozenset(accepted))
    return tuple(str(each) for each in problems(sides[1][0], breaks))


@pytest.mark.parametrize("case", CHANGES)
def test_what_a_change_would_take_from_a_reader(case: str, tmp_path: Path) -> None:
    stream, wanted, lines = CHANGES[case]
    after = stream_mesh(stream=stream, wanted=wanted)
    if not stream:
        after[ORDERS_FILE] = after[ORDERS_FILE].replace("streams:\n", "streams: {}\n")
    assert said(tmp_path, stream_mesh(), after) == lines
    assert said(tmp_path / "accepted", stream_mesh(), after, "orders.order-events") == ()


NOT_APPROVED = f"{ORDERS_FILE}:14:9: streams.order-events.shared_with[0]: the approval of analytics does not say `pii: true`, and stream `order-events` has the PII `email`, but analytics (role analysts) reads it. Say `pii: true` there until analytics no longer asks for it."
BOTH = (PERSONAL_APPROVED, PERSONAL_WANTED)
PERSONAL_CHANGES = {
    # the stream and the request before, and after
    "nothing": (BOTH, BOTH, ()),
    "taken from the approval": (BOTH, (PERSONAL, PERSONAL_WANTED), (NOT_APPROVED,)),
    "given up by the reader": (BOTH, (PERSONAL_APPROVED, WANTED), ()),
    "given up by the reader, then taken from the approval": (BOTH, (PERSONAL, WANTED), ()),
    "a field is marked": (
        (SHARED, WANTED),
        (PERSONAL, WANTED),
        (
            f"{ORDERS_FILE}:12:39: streams.order-events.schema.email: stream `order-events` newly has the PII `email`, which ends an agreement without `pii: true` on both sides, but analytics (role analysts) reads it. Say `pii: true` in the approval, and let analytics say it in its request first; or do it once analytics no longer asks for it.",
        ),
    ),
    "a field is marked, and approved alone": (
        (SHARED, WANTED),
        (PERSONAL_APPROVED, WANTED),
        (
            f"{ORDERS_FILE}:12:39: streams.order-events.schema.email: stream `order-events` newly has the PII `email`, which ends an agreement without `pii: true` on both sides, but analytics (role analysts) reads it. Say `pii: true` in the approval, and let analytics say it in its request first; or do it once analytics no longer asks for it.",
        ),
    ),
    "a field is marked, and asked for alone": (
        (SHARED, PERSONAL_WANTED),
        (PERSONAL, PERSONAL_WANTED),
        (NOT_APPROVED,),
    ),
    "a field is marked, and both say so": ((SHARED, WANTED), BOTH, ()),
    "a field is marked, of which nobody reads": ((SHARED, ""), (PERSONAL, WANTED), ()),
}


@pytest.mark.parametrize("case", PERSONAL_CHANGES)
def test_what_personal_data_would_take_from_a_reader(case: str, tmp_path: Path) -> None:
    before, after, lines = PERSONAL_CHANGES[case]
    sides = [stream_mesh(stream=stream, wanted=wanted) for stream, wanted in (before, after)]
    assert said(tmp_path, *sides) == lines
    assert said(tmp_path / "accepted", *sides, "orders.order-events") == ()


def test_fan_out_is_taken_away(tmp_path: Path) -> None:
    asked = f"{WANTED}    fan_out: true\n"
    assert said(tmp_path / "refused", stream_mesh(fan_out=True), stream_mesh(wanted=asked)) == (
        f"{ORDERS_FILE}:13:9: streams.order-events.shared_with[0]: the approval of analytics no longer has `fan_out`, but analytics (role analysts) reads it that way, and can't go on until it is changed to read without. Take it away once analytics no longer asks for it.",
    )
    assert said(tmp_path / "free", stream_mesh(fan_out=True), stream_mesh()) == ()


def test_an_account_with_a_stream_that_is_read(tmp_path: Path) -> None:
    after = stream_mesh()
    after[ORDERS_FILE] = after[ORDERS_FILE].replace("222222222221", "222222222229")
    [line] = said(tmp_path, stream_mesh(), after)
    assert "but analytics (role analysts) reads `sales.orders` and `order-events`" in line


def test_other_mistakes_of_a_file_that_shares_a_stream_do_not_stand_in_the_way(tmp_path: Path) -> None:
    shared = f"{SHARED}    lands_in: sale.orders\n"
    found = said_about(write_mesh(tmp_path, stream_mesh(stream=shared)))
    assert found
    assert all(line.startswith(f"{ORDERS_FILE}:14:") for line in found)
