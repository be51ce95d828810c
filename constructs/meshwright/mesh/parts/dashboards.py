"""The body of a CloudWatch dashboard, from graphs: the same input always gives the same text.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from meshwright.mesh.alarms import Metric, Widget

COLUMNS: Final = 24
WIDTH: Final = 12
HEIGHT: Final = 6
MOST_LINES: Final = 100
"""In one graph; more could not be told apart. CloudWatch draws 500."""
MOST_ALARMS: Final = 100
"""In one widget with the state of alarms."""
MOST_GRAPHS: Final = 490
MOST_METRICS: Final = 2500
"""In one dashboard, of 500 widgets at most
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph as a dashboard has it."""

    title: str
    lines: tuple[tuple[Any, ...], ...]
    """Each an entry of `metrics`."""
    region: str
    period: int = 300
    """Seconds."""
    statistic: str = "Average"
    limit: tuple[str, float] | None = None
    """A horizontal line: its name and value."""


def graphs_of(widget: Widget, region: str) -> Iterator[Graph]:
    """The graphs of a part's widget: one, or more where it has too many lines."""
    chunks = list(_chunks(widget.metrics))
    for number, chunk in enumerate(chunks, start=1):
        title = widget.title if len(chunks) == 1 else f"{widget.title} ({number} of {len(chunks)})"
        lines = tuple(_line(metric) for metric in chunk)
        yield Graph(title=title, lines=lines, region=region, period=widget.period)


def _chunks(metrics: Sequence[Metric]) -> Iterator[tuple[Metric, ...]]:
    """The metrics in groups of at most MOST_LINES."""
    for start in range(0, len(metrics), MOST_LINES):
        yield tuple(metrics[start : start + MOST_LINES])


def search(identity: str, label: str, query: str, statistic: str, period: int) -> tuple[dict[str, Any], ...]:
    """A line for each metric that a search finds when the dashboard is looked at.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    expression = f"SEARCH('{query}', '{statistic}', {period})"
    return ({"expression": expression, "id": identity, "label": label},)


def body(*, heading: str, alarms: Sequence[str], graphs: Iterable[Graph]) -> str:
    """A heading in Markdown, the state of the alarms, given as ARNs, then the graphs two by two."""
    rows: list[dict[str, Any]] = [_text(heading, y=0)]
    y = 3
    for start in range(0, len(alarms), MOST_ALARMS):
        shown = list(alarms[start : start + MOST_ALARMS])
        height = 2 + -(-len(shown) // 4)
        rows.append(
            _widget(
                "alarm",
                x=0,
                y=y,
                width=COLUMNS,
                height=height,
                properties={"title": "Alarms", "alarms": shown},
            )
        )
        y += height
    kept, left = _within(graphs)
    for number, graph in enumerate(kept):
        place = {"x": number % 2 * WIDTH, "y": y + number // 2 * HEIGHT}
        rows.append(_widget("metric", **place, width=WIDTH, height=HEIGHT, properties=_properties(graph)))
    if left:
        last = y + (len(kept) + 1) // 2 * HEIGHT
        text = f"Graphs left out, for a dashboard can't hold more: {len(left)}. The first is {left[0]}."
        rows.append(_text(text, y=last))
    return json.dumps({"widgets": rows}, separators=(",", ":"))


def titles(graphs: Iterable[Graph]) -> dict[str, str]:
    """What `plan` shows of them: a property each, so that of a change only the graph that comes or goes."""
    return {f"graph {graph.title}": "" for graph in graphs}


def _within(graphs: Iterable[Graph]) -> tuple[list[Graph], list[str]]:
    """The graphs that one dashboard can hold, and the titles of those that it can't."""
    kept: list[Graph] = []
    left: list[str] = []
    metrics = 0
    for graph in graphs:
        metrics += len(graph.lines)
        if metrics > MOST_METRICS or len(kept) == MOST_GRAPHS:
            left.append(graph.title)
        else:
            kept.append(graph)
    return kept, left


def _line(metric: Metric) -> tuple[Any, ...]:
    dimensions = (text for pair in sorted(metric.dimensions.items()) for text in pair)
    return (metric.namespace, metric.name, *dimensions, {"stat": metric.statistic})


def _properties(graph: Graph) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "title": graph.title,
        "metrics": [list(line) for line in graph.lines],
        "period": graph.period,
        "region": graph.region,
        "stat": graph.statistic,
        "view": "timeSeries",
    }
    if graph.limit is not None:
        label, value = graph.limit
        properties["annotations"] = {"horizontal": [{"label": label, "value": value}]}
    return properties


def _text(markdown: str, *, y: int) -> dict[str, Any]:
    return _widget("text", x=0, y=y, width=COLUMNS, height=3, properties={"markdown": markdown})


def _widget(
    kind: str, *, x: int, y: int, width: int, height: int, properties: Mapping[str, Any]
) -> dict[str, Any]:
    place = {"x": x, "y": y, "width": width, "height": height}
    return {"type": kind, **place, "properties": dict(properties)}
