"""Which parts have alarms and graphs, in literal lists: what is watched of a domain."""

from collections.abc import Callable, Iterator
from typing import Final

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts import delivery, pipelines, quality, spark, sql, stream_watch

ALARMS: Final[tuple[Callable[[Mesh, Domain], Iterator[Alarm]], ...]] = (
    stream_watch.alarms,
    delivery.alarms,
    spark.alarms,
    pipelines.alarms,
    quality.alarms,
)
WIDGETS: Final[tuple[Callable[[Mesh, Domain], Iterator[Widget]], ...]] = (
    stream_watch.widgets,
    delivery.widgets,
    spark.widgets,
    sql.widgets,
    pipelines.widgets,
    quality.widgets,
)


def alarms_of(mesh: Mesh, domain: Domain) -> list[Alarm]:
    """The alarms of the domain."""
    return [each for part in ALARMS for each in part(mesh, domain)]


def widgets_of(mesh: Mesh, domain: Domain) -> list[Widget]:
    """The graphs of the domain's dashboard, beside those of its account (see domain_dashboard.py)."""
    return [each for part in WIDGETS for each in part(mesh, domain)]
