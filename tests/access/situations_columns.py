"""Situations of one account: SELECT on some columns."""

from functools import partial

from meshwright.access import undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import Table
from tests.access.building import (
    BUCKET,
    COLUMNS,
    STEWARD,
    G,
    T,
    grant,
    tables,
)
from tests.access.situation import Situation, api, guide

asked = partial(Situation, who=STEWARD)
yes = partial(asked, columns=COLUMNS, way=Way.DIRECT)
no = partial(asked, broken=Step.PRINCIPAL_GRANT, fault=Fault.MISSING)
given = partial(grant, G, STEWARD)
A_B = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"a", "b"}))
A, B, PII = (Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({name})) for name in ("a", "b", "pii"))
GONE = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"gone"}))
ALL_BUT_PII = Resource(G, Kind.COLUMNS, ("d", "t"), None, frozenset({"pii"}))
ALL_COLUMNS = Resource(G, Kind.COLUMNS, ("d", "t"))
LIMITS = guide("data-filtering-notes")
LATER = tables(t=Table((*COLUMNS, "z"), f"{BUCKET}/t"))

LIMITED = (
    yes(name="some columns", page=LIMITS, changes=(given(A_B, "SELECT"),), columns=("a", "b")),
    yes(
        name="all columns but one",
        page=LIMITS,
        changes=(given(ALL_BUT_PII, "SELECT"),),
        columns=("a", "b", "country"),
    ),
    yes(
        name="all columns but one, and a later one",
        page=api("ColumnWildcard"),
        changes=(given(ALL_BUT_PII, "SELECT"), LATER),
        columns=("a", "b", "country", "z"),
    ),
    yes(
        name="some columns, and not a later one",
        page=api("TableWithColumnsResource"),
        changes=(given(A_B, "SELECT"), LATER),
        columns=("a", "b"),
    ),
    yes(
        name="two grants on columns add up",
        page=LIMITS,
        changes=(given(A, "SELECT"), given(B, "SELECT")),
        columns=("a", "b"),
    ),
    yes(
        name="a column and all but another add up",
        page=LIMITS,
        changes=(given(A, "SELECT"), given(ALL_BUT_PII, "SELECT")),
        columns=("a", "b", "country"),
    ),
    yes(
        name="a column and the whole table",
        page=LIMITS,
        changes=(given(A, "SELECT"), given(T, "SELECT")),
    ),
    yes(
        name="all but one, and that one",
        page=LIMITS,
        changes=(given(ALL_BUT_PII, "SELECT"), given(PII, "SELECT")),
    ),
    yes(
        name="a column wildcard without exclusions is the whole table",
        page=guide("upgrade-glue-lake-formation-step4"),
        changes=(given(ALL_COLUMNS, "SELECT"),),
    ),
    no(
        name="SELECT on some columns is not INSERT",
        page=LIMITS,
        changes=(given(A, "SELECT"),),
        action="INSERT",
    ),
    no(name="a column that is gone", page=LIMITS, changes=(given(GONE, "SELECT"),)),
    yes(
        name="some columns for who also inserts",
        page=LIMITS,
        changes=(given(A, "SELECT"), given(T, "INSERT")),
        columns=("a",),
        assumed=undocumented.WRITER,
    ),
    yes(
        name="some columns of a partitioned table, without the partition column",
        page=LIMITS,
        changes=(
            given(A_B, "SELECT"),
            tables(t=Table(COLUMNS, f"{BUCKET}/t", "parquet", (), ("country",))),
        ),
        columns=("a", "b"),
        assumed=undocumented.PARTITIONS,
    ),
)


SITUATIONS = LIMITED
