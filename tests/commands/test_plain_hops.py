"""Every hop that does not hold is told without AWS, and so is what would mend it."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from meshwright.access.compiled import compile_state
from meshwright.access.decision import Fault, Hop, Step, StreamStep
from meshwright.commands.explain import explained, question
from meshwright.commands.explain_text import text
from meshwright.commands.plain_hops import mending, why
from tests.config.small_mesh import MESH_FILE, TODAY, edited, write_mesh

JARGON = re.compile(r"arn:|AWS|IAM|ARN|Lake Formation|GetDataAccess|RAM|KMS|S3|LF-|SELECT|DESCRIBE|\d{12}")
ARN = "arn:aws:iam::222222222222:role/acme"


def hops() -> Iterator[Hop]:
    for step, fault in product((*Step, *StreamStep), Fault):
        yield Hop(step, "222222222222", ARN, fault, action="kms:Decrypt")
        yield Hop(step, "222222222222", ARN, fault)
    yield Hop(Step.SHARE, "222222222222", ARN, Fault.PENDING, ("no administrator",))


def test_every_hop_that_does_not_hold() -> None:
    told = 0
    for hop in hops():
        said = why(hop, holder="orders", reader="analytics", role="analytics.analysts", target="orders.s.t")
        mends = mending(hop, reader="analytics", made_by_mesh=False)
        assert said
        assert mends
        assert not JARGON.search(f"{said} {mends}"), f"{hop.step} {hop.fault}: {said}; {mends}"
        told += 1
    assert told > 100


@pytest.mark.parametrize(
    ("hop", "said", "mends"),
    [
        (
            Hop(Step.SHARE, "3", "3", Fault.PENDING),
            "the share with analytics waits to be accepted",
            "accepting it",
        ),
        (
            Hop(Step.SHARE, "3", "3", Fault.PENDING, ("no administrator",)),
            "nobody administers what is shared with analytics, so it sees no share",
            "putting it back as declared (`meshwright audit --repair`)",
        ),
        (
            Hop(Step.IAM, "3", ARN, Fault.DENIED),
            "the policies of the role analytics.analysts forbid it",
            "allowing it in the policies of the role",
        ),
        (
            Hop(StreamStep.STREAM_POLICY, "2", "s", Fault.DENIED),
            "the stream orders.s keeps the role analytics.analysts out",
            "putting it back as declared (`meshwright audit --repair`)",
        ),
        (
            Hop(StreamStep.CONSUMER, "2", "s", Fault.MISSING),
            "analytics has no channel of its own (fan-out) at orders.s",
            "putting it back as declared (`meshwright audit --repair`)",
        ),
        (
            Hop(Step.KEY, "2", "s", Fault.FAILED),
            "the key that encrypts orders.s is disabled or to be deleted",
            "putting it back as declared (`meshwright audit --repair`)",
        ),
    ],
)
def test_some_in_full(hop: Hop, said: str, mends: str) -> None:
    assert why(hop, holder="orders", reader="analytics", role="analytics.analysts", target="orders.s") == said
    assert mending(hop, reader="analytics", made_by_mesh=True) == mends


def test_what_was_not_looked_at(tmp_path: Path) -> None:
    bounded = "open_classifications: [public]\npermissions_boundary: acme-boundary"
    root = write_mesh(tmp_path, edited(MESH_FILE, "open_classifications: [public]", bounded))
    for role, unchecked in (
        ("analytics.analysts", "the boundary acme-boundary"),
        ("orders.analysts", "the policies of the role, the boundary acme-boundary"),
    ):
        asked = question(root, environment=None, role=role, table="orders.sales.orders", today=TODAY)
        answer = explained(asked, compile_state(asked.mesh))
        assert f"    Not checked: {unchecked}; `--live` checks it." in text(answer, None).splitlines()
        assert f"    Not checked: {unchecked}." in text(answer, answer).splitlines()
