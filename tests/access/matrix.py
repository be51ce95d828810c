"""What the situations cover: `python -m tests.access.matrix` prints it, one line for each page of AWS.

A rule is a page; each is to be seen to hold and to fail, and with parts of the state that were not read or
that AWS leaves open.
"""

from collections import Counter
from collections.abc import Iterable

from rich.table import Table

from tests.access.situation import Situation
from tests.access.situations import SITUATIONS
from tests.access.situations_limits import LIMITS

KINDS = ("holds", "holds, assuming", "fails", "fails, assuming")


def kind_of(situation: Situation) -> str:
    """Whether its answer is yes or no, and whether it rests on something."""
    return ("holds" if situation.columns else "fails") + (", assuming" if situation.assumed else "")


def rule_of(situation: Situation) -> str:
    """The page's name with its guide's: `lake-formation: hybrid-access-mode`."""
    parts = situation.page.removeprefix("https://docs.aws.amazon.com/").split("/")
    return f"{parts[0]}: {parts[-1].removesuffix('.html')}"


def counted(situations: Iterable[Situation]) -> dict[str, Counter[str]]:
    """How many situations of each kind, by rule."""
    found: dict[str, Counter[str]] = {}
    for each in situations:
        found.setdefault(rule_of(each), Counter())[kind_of(each)] += 1
    return dict(sorted(found.items()))


def main() -> None:
    from rich.console import Console

    table = Table("rule", *KINDS, box=None)
    total: Counter[str] = Counter()
    everything = (*SITUATIONS, *LIMITS)
    for rule, kinds in counted(everything).items():
        table.add_row(rule, *(str(kinds[kind] or "") for kind in KINDS))
        total += kinds
    table.add_row(f"all {len(everything)}", *(str(total[kind]) for kind in KINDS))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
