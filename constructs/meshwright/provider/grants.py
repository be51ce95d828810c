"""Custom::LakeFormationGrants: brings Lake Formation from whatever it holds to what one document declares.

Guaranteed, whatever went before (a crash after any call, an old document that never matched):

- After a success, everything declared is live, and nothing that this resource added is live undeclared.
- What another party granted, tagged or filtered is left alone, also where it is declared here: an atom that
  was live before it was first declared is not this resource's to remove. (An identical grant made by another
  party while this resource owns that atom cannot be told apart, since Lake Formation keeps only one.)
- What is declared and stays is never absent in between.
- A late duplicate of an event that was answered does nothing (see `delivery`).

Ownership is the record of `ledger`, not CloudFormation's old document; that one counts only where the record
was lost. The live state is read before and after each change, so drift in what is declared is repaired by any
update.
"""

from collections.abc import Mapping
from typing import Any

from .calls import Calls
from .document import Document, Item, parse, parse_item
from .errors import ProviderError
from .lake import Lake
from .ledger import Ledger
from .plan import Plan, plan
from .request import CREATE, DELETE, Outcome, Request

ROUNDS = 4  # of looking and changing, the last ones only to see that nothing is left to do


def handle(request: Request, calls: Calls) -> Outcome:
    ledger = Ledger(calls, stack=request.stack, logical_id=request.logical_id)
    declared = Document() if request.kind == DELETE else parse(request.properties)
    lake = Lake(calls, account=request.account)
    keep = _converge(calls, lake, ledger, declared, _owned(request, ledger))
    ledger.write(map(str, keep))
    sections = {"Grants": declared.grants, "Tags": declared.tags, "Filters": declared.filters}
    counts = {name: str(len(section)) for name, section in sections.items()}
    done_with = ledger.record.names if request.kind == DELETE else ()
    return Outcome(physical_id=request.stable_id, data=counts, done_with=done_with)


def _owned(request: Request, ledger: Ledger) -> frozenset[Item]:
    if ledger.record.exists:
        return frozenset(item for text in ledger.record.items if (item := parse_item(text)))
    if request.kind == CREATE or request.physical_id != f"{request.stack}/{request.logical_id}":
        return (
            frozenset()
        )  # nothing was applied: a first create, or the delete of one that failed before its first call
    before: Mapping[str, Any] = request.properties if request.kind == DELETE else request.old
    try:
        return parse(before).items()
    except ProviderError:
        return frozenset()  # a malformed document was never applied


def _converge(
    calls: Calls, lake: Lake, ledger: Ledger, declared: Document, owned: frozenset[Item]
) -> frozenset[Item]:
    """Apply until nothing is left to do; what is owned then."""
    keep = frozenset[Item]()
    for attempt in range(ROUNDS):
        live = lake.observe(declared, owned)
        step = _plan(ledger, declared, live, owned)
        touched = step.touched()
        keep |= step.keep
        if not touched:
            return keep
        if attempt == ROUNDS - 1:
            break
        ledger.write(ledger.record.items | {str(item) for item in step.claim})
        lake.apply(step)
        # What did not change needs no second look.
        declared = declared.only(touched)
        owned = frozenset(item for item in step.claim if item.resource in touched)
        if attempt:
            calls.pause(attempt, "Lake Formation does not show the change yet")
    # Every call was accepted, so a listing lags behind, another writer is at work, or a principal is gone,
    # whose row cannot be revoked: not an error here. What should go and still shows stays owned.
    calls.note(warning="not yet visible", resources=sorted(map(str, touched)))
    return keep | step.removed()


def _plan(ledger: Ledger, declared: Document, live: Document, owned: frozenset[Item]) -> Plan:
    """Other resources' records are read only where they matter: before removing, or adopting what is live."""
    step = plan(declared=declared, live=live, owned=owned)
    foreign = (declared.items() & live.items()) - owned
    if not (step.revoke or step.delete or step.untag or foreign):
        return step
    shared = frozenset(item for text in ledger.others() if (item := parse_item(text)))
    return plan(declared=declared, live=live, owned=owned, shared=shared)
