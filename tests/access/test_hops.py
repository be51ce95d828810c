"""Each hop is needed: without what it stands for, who depends on it is refused, and nobody else."""

import pytest

from meshwright.access.decision import Decision, Step, TableName
from meshwright.access.evaluate import Evaluator
from meshwright.access.state import (
    Grant,
    LakeState,
)
from tests.access.building import ANALYST, TRAINEE, C, G, P
from tests.access.losses import ASKED, CLERK, LOSSES, OTHER, F, Loss, T, U, good


def decisions(state: LakeState) -> dict[tuple[str, TableName], Decision]:
    evaluator = Evaluator(state)
    return {(who, table): evaluator.decide(who, table) for who, table in ASKED}


def test_in_good_order_everybody_reads_what_they_were_granted_on_no_assumption() -> None:
    assert {at: (each.columns, each.assumed) for at, each in decisions(good()).items()} == {
        (ANALYST, T): (("a", "b"), ()),
        (ANALYST, U): (("a", "b"), ()),
        (ANALYST, OTHER): (("x",), ()),
        (TRAINEE, U): (("a", "b"), ()),
        (CLERK, T): (("b",), ()),
        (CLERK, OTHER): (("x",), ()),
    }


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_only_who_depends_on_it_is_refused_without(loss: Loss) -> None:
    before, after = decisions(good()), decisions(loss.change(good()))

    assert {at for at, each in after.items() if not each.allowed} == loss.who
    assert {at: each for at, each in after.items() if at not in loss.who} == {
        at: each for at, each in before.items() if at not in loss.who
    }


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_the_first_broken_hop_names(loss: Loss) -> None:
    decision = next(each for at, each in decisions(loss.change(good())).items() if at in loss.who)

    hop = decision.paths[0].broken
    assert hop is not None
    assert (hop.step, hop.account, hop.subject, hop.fault) == (
        loss.step,
        loss.account,
        loss.subject,
        loss.fault,
    )
    assert loss.action in (None, hop.action)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_all_that_are_refused_are_told_the_same_step(loss: Loss) -> None:
    after = decisions(loss.change(good()))

    assert {after[at].paths[0].broken.step for at in loss.who} == {loss.step}


def test_the_hops_come_in_the_order_of_the_path() -> None:
    decision = decisions(good())[(ANALYST, T)]

    assert [hop.step for hop in decision.hops] == [
        Step.PRINCIPAL,
        Step.IAM,
        Step.LINK,
        Step.LINK_GRANT,
        Step.SHARE,
        Step.ACCOUNT_GRANT,
        Step.PRINCIPAL_GRANT,
        Step.LOCATION,
        Step.REGISTRATION_ROLE,
        Step.BUCKET,
        Step.KEY,
    ]
    assert [hop.account for hop in decision.hops] == [C, C, C, C, G, G, C, G, G, P, P]
    held = frozenset({"SELECT"})
    assert decision.hops[5].evidence == (Grant(C, F, held, held),)
    assert decision.hops[6].evidence == (Grant(ANALYST, F, held),)
