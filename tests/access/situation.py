"""One situation: what is as it is, who asks, and what comes of it according to AWS's documentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from meshwright.access.decision import Fault, Step, Way
from tests.access.building import Change

GUIDE = "https://docs.aws.amazon.com/lake-formation/latest/dg"
API = "https://docs.aws.amazon.com/lake-formation/latest/APIReference"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Changes of the lake in good order, a question and its answer, worked out by hand from the page."""

    name: str
    page: str
    changes: tuple[Change, ...] = ()
    who: str
    action: str = "SELECT"
    table: str = "t"
    columns: tuple[str, ...] = ()
    """Those that may be read, in the table's order. None: no."""
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Conditions of a column, any of which is enough; without an entry all rows are shown."""
    way: Way | None = None
    """Of a yes."""
    broken: Step | None = None
    """Of a no: the first hop that does not hold."""
    fault: Fault | None = None
    assumed: str | tuple[str, ...] = ()
    """What the answer rests on that AWS does not document, or that is not known; empty for nothing."""

    def __str__(self) -> str:
        return self.name


def guide(page: str) -> str:
    """A page of the Lake Formation developer guide."""
    return f"{GUIDE}/{page}.html"


def api(page: str) -> str:
    """A page of the Lake Formation API reference."""
    return f"{API}/API_{page}.html"


def iam_guide(page: str) -> str:
    """A page of the IAM user guide."""
    return f"{IAM_GUIDE}/{page}.html"
