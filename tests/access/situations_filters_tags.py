"""Situations of data-cells filters and LF-Tags."""

from functools import partial

from meshwright.access import undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource, filter_on, tag_policy
from meshwright.access.state import Filter
from tests.access.building import COLUMNS, STEWARD, D, G, T, U, grant, put
from tests.access.situation import Situation, api, guide

asked = partial(Situation, who=STEWARD)
yes = partial(asked, columns=COLUMNS, way=Way.DIRECT)
no = partial(asked, broken=Step.PRINCIPAL_GRANT, fault=Fault.MISSING)
given = partial(grant, G, STEWARD)
F, H, ON_U = filter_on(G, "d", "t", "f"), filter_on(G, "d", "t", "h"), filter_on(G, "d", "u", "f")
A = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"a"}))
TEAM = "context.iam.principalTags.team == 'x'"
DE, FR = "country = 'DE'", "country = 'FR'"
ABOUT, OVERVIEW = guide("data-filters-about"), guide("data-filtering-overview")


def filtered(where, columns=None, rows=None, excluded=()):
    """A filter and SELECT on it for the asking role."""
    chosen = frozenset(columns) if columns else None
    return put(G, "filters", where, Filter(chosen, frozenset(excluded), rows)), given(where, "SELECT")


FILTERS = (
    yes(
        name="a filter of rows",
        page=ABOUT,
        changes=filtered(F, rows=DE),
        rows=dict.fromkeys(COLUMNS, (DE,)),
    ),
    yes(name="a filter of columns", page=ABOUT, changes=filtered(F, "ab"), columns=("a", "b")),
    yes(
        name="a filter of cells",
        page=ABOUT,
        changes=filtered(F, "ab", DE),
        columns=("a", "b"),
        rows={"a": (DE,), "b": (DE,)},
    ),
    yes(
        name="a filter of all columns but one",
        page=ABOUT,
        changes=filtered(F, excluded=("pii",)),
        columns=("a", "b", "country"),
    ),
    yes(
        name="two filters, each column in its own rows",
        page=OVERVIEW,
        changes=(*filtered(F, "a", DE), *filtered(H, "b", FR)),
        columns=("a", "b"),
        rows={"a": (DE,), "b": (FR,)},
        assumed=undocumented.FILTERS_ADD_UP,
    ),
    yes(
        name="two filters of the same columns, rows of either",
        page=ABOUT,
        changes=(*filtered(F, "ab", DE), *filtered(H, "ab", FR)),
        columns=("a", "b"),
        rows={"a": (DE, FR), "b": (DE, FR)},
        assumed=undocumented.FILTERS_ADD_UP,
    ),
    yes(
        name="a filter and SELECT on the table",
        page=ABOUT,
        changes=(*filtered(F, "a", DE), given(T, "SELECT")),
        assumed=undocumented.FILTERS_ADD_UP,
    ),
    yes(
        name="a filter and a column that it has too",
        page=ABOUT,
        changes=(*filtered(F, "ab", DE), given(A, "SELECT")),
        columns=("a", "b"),
        rows={"b": (DE,)},
        assumed=undocumented.FILTERS_ADD_UP,
    ),
    no(
        name="a filter that is not granted",
        page=guide("managing-filters"),
        changes=(put(G, "filters", F, Filter()),),
    ),
    no(name="a filter that is gone", page=guide("managing-filters"), changes=(given(F, "SELECT"),)),
    no(name="a filter is not for writing", page=OVERVIEW, changes=filtered(F), action="INSERT"),
    no(name="a filter of another table", page=ABOUT, changes=filtered(ON_U)),
    no(
        name="DESCRIBE on the filter itself",
        page=guide("managing-filters"),
        changes=(put(G, "filters", F, Filter()), given(F, "DESCRIBE", "DROP")),
    ),
    yes(
        name="a row condition of several parts",
        page=ABOUT,
        changes=filtered(F, "a", "(country = 'DE') AND (b > 1)"),
        columns=("a",),
        rows={"a": ("(b > 1) AND (country = 'DE')",)},
    ),
)

CONSIDERATIONS, NOTES = guide("lf-tag-considerations"), guide("TBAC-notes")
INHERITED = guide("tag-based-access-control")


def tagged(resource, **tags):
    return put(G, "tags", resource, tags)


def column(name):
    return Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({name}))


def by_tags(*permissions, on="TABLE", **values):
    """A grant by the expression: each key with its values, joined by `|`."""
    expression = {key: frozenset(some.split("|")) for key, some in values.items()}
    return given(tag_policy(G, on, expression), *permissions)


SALES = by_tags("SELECT", domain="sales")
INTERNAL = by_tags("SELECT", level="internal")
HIDDEN_PII = (tagged(T, level="internal"), tagged(column("pii"), level="secret"))
TAGS = (
    yes(
        name="the table inherits its database's tag",
        page=INHERITED,
        changes=(tagged(D, domain="sales"), SALES),
    ),
    no(
        name="the table's own tag replaces the inherited one",
        page=INHERITED,
        changes=(tagged(D, domain="sales"), tagged(T, domain="hr"), SALES),
    ),
    yes(
        name="another table still inherits",
        page=INHERITED,
        changes=(tagged(D, domain="sales"), tagged(T, domain="hr"), SALES),
        table="u",
        columns=("a", "b"),
    ),
    yes(
        name="a column's own tag keeps it out",
        page=NOTES,
        changes=(*HIDDEN_PII, INTERNAL),
        columns=("a", "b", "country"),
    ),
    yes(
        name="any of the values of a key",
        page=CONSIDERATIONS,
        changes=(*HIDDEN_PII, by_tags("SELECT", level="internal|secret")),
    ),
    yes(
        name="all keys of an expression met",
        page=CONSIDERATIONS,
        changes=(
            tagged(T, domain="sales", level="internal"),
            by_tags("SELECT", domain="sales", level="internal"),
        ),
    ),
    no(
        name="one of two keys of an expression met",
        page=CONSIDERATIONS,
        changes=(tagged(T, domain="sales"), by_tags("SELECT", domain="sales", level="internal")),
    ),
    yes(
        name="one of two expressions met",
        page=CONSIDERATIONS,
        changes=(tagged(T, domain="sales"), SALES, INTERNAL),
    ),
    no(name="a table without tags", page=CONSIDERATIONS, changes=(SALES,)),
    no(
        name="an expression on databases is not for their tables",
        page=guide("lf-permissions-reference"),
        changes=(tagged(D, domain="sales"), by_tags("ALL", on="DATABASE", domain="sales")),
    ),
    no(
        name="INSERT where some columns do not match",
        page=NOTES,
        changes=(*HIDDEN_PII, by_tags("INSERT", level="internal")),
        action="INSERT",
    ),
    yes(
        name="INSERT where some columns do not match is still DESCRIBE",
        page=NOTES,
        changes=(*HIDDEN_PII, by_tags("INSERT", level="internal")),
        action="DESCRIBE",
        columns=("a", "b", "country"),
        assumed=undocumented.SEEN,
    ),
    yes(
        name="Super where some columns do not match is SELECT on the others",
        page=NOTES,
        changes=(*HIDDEN_PII, by_tags("ALL", level="internal")),
        columns=("a", "b", "country"),
    ),
    no(
        name="Super where some columns do not match is not DELETE",
        page=NOTES,
        changes=(*HIDDEN_PII, by_tags("ALL", level="internal")),
        action="DELETE",
    ),
    yes(
        name="Super where all columns match",
        page=NOTES,
        changes=(tagged(T, level="internal"), by_tags("ALL", level="internal")),
        action="DELETE",
    ),
    yes(
        name="a column matches, its table does not",
        page=NOTES,
        changes=(
            tagged(T, level="secret"),
            tagged(column("a"), level="open"),
            by_tags("SELECT", level="open"),
        ),
        columns=("a",),
    ),
    yes(
        name="upper and lower case are the same",
        page=NOTES,
        changes=(tagged(T, domain="sales"), by_tags("SELECT", Domain="Sales")),
    ),
    yes(
        name="any value of a key",
        page=guide("granting-cat-perms-TBAC-CLI"),
        changes=(tagged(T, domain="sales"), by_tags("SELECT", domain="*")),
    ),
    no(
        name="any value of a key that the table does not have",
        page=guide("granting-cat-perms-TBAC-CLI"),
        changes=(tagged(T, level="internal"), by_tags("SELECT", domain="*")),
    ),
    yes(
        name="tags and names add up",
        page=CONSIDERATIONS,
        changes=(
            tagged(column("a"), level="open"),
            tagged(column("b"), level="open"),
            by_tags("SELECT", level="open"),
            given(column("country"), "SELECT"),
        ),
        columns=("a", "b", "country"),
    ),
    no(
        name="the tag was changed after the grant",
        page=INHERITED,
        changes=(tagged(T, domain="sales"), SALES, tagged(T, domain="hr")),
    ),
    no(
        name="every column has another value than the table",
        page=NOTES,
        changes=(
            tagged(T, level="internal"),
            *(tagged(column(name), level="secret") for name in COLUMNS),
            INTERNAL,
        ),
    ),
    no(
        name="an expression of another account's catalog",
        page=CONSIDERATIONS,
        changes=(
            tagged(T, domain="sales"),
            given(tag_policy("999999999999", "TABLE", {"domain": frozenset({"sales"})}), "SELECT"),
        ),
    ),
    yes(
        name="a grant under a condition on the principal's attributes",
        page=api("Condition"),
        changes=(given(T, "SELECT", condition=TEAM),),
        assumed=f"the condition of the grant holds: {TEAM}",
    ),
    yes(
        name="a grant under a condition that adds nothing to another",
        page=api("Condition"),
        changes=(given(T, "SELECT"), given(A, "SELECT", condition=TEAM)),
    ),
    no(name="a tag on another table", page=CONSIDERATIONS, changes=(tagged(U, domain="sales"), SALES)),
)

SITUATIONS = (*FILTERS, *TAGS)
