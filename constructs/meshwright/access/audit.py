"""Declared against live: every difference, who is affected by it, and the calls that mend it. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from meshwright.access.compiled import compile_state
from meshwright.access.drift.administrators import administrators
from meshwright.access.drift.catalog import NEEDS as CATALOG_NEEDS
from meshwright.access.drift.catalog import catalog
from meshwright.access.drift.comparison import Comparison, Extras
from meshwright.access.drift.deploying import not_deployed, nothing_deployed
from meshwright.access.drift.deviation import Deviation
from meshwright.access.drift.doors import DOORS_NEED, KEY_GRANTS_NEED, doors, key_grants
from meshwright.access.drift.escalations import NEEDS as ESCALATIONS_NEED
from meshwright.access.drift.escalations import escalations
from meshwright.access.drift.filters import NEEDS as FILTERS_NEED
from meshwright.access.drift.filters import filters
from meshwright.access.drift.grants import grants
from meshwright.access.drift.leftovers import STACKS_NEED, STREAMS_NEED, stacks, streams
from meshwright.access.drift.links import NEEDS as LINKS_NEED
from meshwright.access.drift.links import links
from meshwright.access.drift.locations import NEEDS as LOCATIONS_NEED
from meshwright.access.drift.locations import OPT_INS_NEED, locations, opt_ins
from meshwright.access.drift.prerequisites import in_order
from meshwright.access.drift.roles import POLICIES_NEED, roles
from meshwright.access.drift.row_policies import NEEDS as ROW_POLICIES_NEED
from meshwright.access.drift.row_policies import row_policies
from meshwright.access.drift.settings import NEEDS as SETTINGS_NEED
from meshwright.access.drift.settings import settings
from meshwright.access.drift.shares import INVITATIONS_NEED, shares
from meshwright.access.drift.shares import NEEDS as SHARES_NEED
from meshwright.access.drift.storage import (
    BUCKETS_NEED,
    ENCRYPTION_NEEDS,
    KEYS_NEED,
    buckets,
    encryption,
    keys,
)
from meshwright.access.drift.streams import NEEDS as SHARING_NEEDS
from meshwright.access.drift.streams import stream_sharing
from meshwright.access.drift.tags import KEYS_NEED as TAG_KEYS_NEED
from meshwright.access.drift.tags import NEEDS as TAGS_NEED
from meshwright.access.drift.tags import tag_keys, tags
from meshwright.access.effects import Effects
from meshwright.access.findings import Audit, Effect, Finding, Severity, StreamEffect, WithinReach
from meshwright.access.state import LakeState
from meshwright.access.stream_effects import StreamEffects
from meshwright.mesh.model import Mesh

Comparing = Callable[[Comparison, str], Iterator[Deviation]]

COMPARISONS: Final[tuple[tuple[Comparing, tuple[str, ...]], ...]] = (
    (administrators, SETTINGS_NEED),
    (settings, SETTINGS_NEED),
    (tag_keys, (*TAG_KEYS_NEED, *CATALOG_NEEDS)),
    (roles, POLICIES_NEED),
    (keys, KEYS_NEED),
    (encryption, ENCRYPTION_NEEDS),
    (buckets, BUCKETS_NEED),
    (doors, DOORS_NEED),
    (key_grants, KEY_GRANTS_NEED),
    (streams, STREAMS_NEED),
    (stream_sharing, SHARING_NEEDS),
    (catalog, CATALOG_NEEDS),
    (locations, LOCATIONS_NEED),
    (tags, (*TAGS_NEED, *CATALOG_NEEDS)),
    (filters, (*FILTERS_NEED, *CATALOG_NEEDS)),
    (row_policies, ROW_POLICIES_NEED),
    (links, LINKS_NEED),
    (grants, ()),
    (shares, SHARES_NEED),
    (opt_ins, OPT_INS_NEED),
    (stacks, STACKS_NEED),
    (escalations, ESCALATIONS_NEED),
)
"""Each with the calls without whose answer it would find what is not so; grants look at theirs themselves.

To whom Glue shows only a part of the catalog, Lake Formation shows only a part of filters, tags and tag keys.
"""


def declared_like(mesh: Mesh, live: LakeState) -> LakeState:
    """What the files declare, with the ids of the keys that only AWS knows."""
    found = {}
    for domain in mesh.domains.values():
        alias = mesh.names.key_alias(domain.name)
        for arn, key in live.account(domain.account).keys.items():
            if key.alias == alias:
                found[domain.account] = arn
    return compile_state(mesh, key_arns=found)


def audit(declared: LakeState, live: LakeState, mesh: Mesh, extras: Extras) -> Audit:
    """Every deviation of `live` from `declared`, which `declared_like` makes.

    What could not be read is not compared: it gives no findings, and the audit is not clean.
    """
    comparison = Comparison(mesh, declared, live, extras)
    if nothing_deployed(comparison):
        return Audit((not_deployed(mesh),))
    deviations = in_order(
        comparison,
        (
            deviation
            for account in declared.accounts
            for compare, needed in COMPARISONS
            if comparison.read(account, *needed) and _invitations_read(comparison, compare)
            for deviation in compare(comparison, account)
        ),
    )
    effects = Effects(comparison, deviations)
    on_streams = StreamEffects(comparison)
    found = [(each, effects.of(each), on_streams.of(each)) for each in deviations]
    ordered = sorted(found, key=lambda pair: pair[0].phase)
    findings = tuple(
        _finding(each, felt, streams_felt)
        for each, felt, streams_felt in ordered
        if felt or streams_felt or not each.only_if_felt
    )
    return Audit(findings, live.unread, live.unchecked)


def _invitations_read(comparison: Comparison, compare: Comparing) -> bool:
    """Whether a share is accepted is told by its receivers."""
    return compare is not shares or all(
        comparison.read(account, *INVITATIONS_NEED) for account in comparison.declared.accounts
    )


def _finding(deviation: Deviation, felt: tuple[Effect, ...], on_streams: tuple[StreamEffect, ...]) -> Finding:
    near = tuple(_not_reached(deviation.within_reach, felt))
    return Finding(
        code=deviation.code,
        severity=_severity(deviation.floor, felt, on_streams, near),
        account=deviation.account,
        subject=deviation.subject,
        what=deviation.what,
        affected=felt,
        on_streams=on_streams,
        within_reach=near,
        filter_change=deviation.filter_change,
        repair=deviation.repair,
        remedy=deviation.remedy,
    )


def _not_reached(within: Iterable[WithinReach], felt: tuple[Effect, ...]) -> Iterator[WithinReach]:
    """Without the tables that the principal gains already."""
    gained = {(each.principal, each.table) for each in felt if each.gained}
    for each in within:
        left = tuple(name for name in each.tables if (each.principal, name) not in gained)
        if left:
            yield replace(each, tables=left)


def _severity(
    floor: Severity,
    felt: tuple[Effect, ...],
    on_streams: tuple[StreamEffect, ...],
    within_reach: tuple[WithinReach, ...],
) -> Severity:
    """Critical where anybody gains, high where anybody loses or is one call away; never less than `floor`."""
    found = [floor]
    if any(each.gained for each in felt) or any(each.gained for each in on_streams):
        found.append(Severity.CRITICAL)
    if felt or on_streams or within_reach:
        found.append(Severity.HIGH)
    return min(found, key=list(Severity).index)
