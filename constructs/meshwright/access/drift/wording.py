"""Resources in words."""

from meshwright.access.drift.comparison import Comparison
from meshwright.access.resources import ALL_TABLES, Kind, Resource, expression_text


def in_words(comparison: Comparison, resource: Resource) -> str:
    """`the filter of analytics on acme_orders_sales.orders`, `database acme_orders_sales`."""
    path = resource.path
    match resource.kind:
        case Kind.DATABASE if resource.catalog != comparison.catalog:
            return f"the link {path[0]} of {comparison.holder(resource.catalog)}"
        case Kind.FILTER:
            return f"the filter of {path[2]} on {path[0]}.{path[1]}"
        case Kind.LOCATION:
            return f"the location {path[0]}"
        case Kind.TABLE if path[1] == ALL_TABLES:
            return f"every table of {path[0]}"
        case Kind.COLUMNS:
            names = resource.excluded if resource.included is None else resource.included
            sign = "all columns but" if resource.included is None else "the columns"
            return f"{sign} {', '.join(sorted(names))} of {path[0]}.{path[1]}"
        case Kind.TAG_POLICY:
            return f"every {path[0].lower()} tagged {expression_text(resource.expression)}"
    return f"{resource.kind} {'.'.join(path)}"


def listed(names: list[str] | tuple[str, ...] | frozenset[str]) -> str:
    """In alphabetical order, joined by commas."""
    return ", ".join(sorted(names))
