"""The table of short forms in docs/quality.md is what they are rendered to."""

import re
from pathlib import Path

import yaml

from meshwright.config.quality_file import Rule
from meshwright.mesh.quality.rendering import dqdl_of

DOCS = Path(__file__).parents[3] / "docs" / "quality.md"
ROW = re.compile(r"\| `(?P<rule>\w+: .+?)` \| .+? \| (?P<dqdl>`.+`) \|")


def test_the_table_of_short_forms() -> None:
    rows = [found for line in DOCS.read_text().splitlines() if (found := ROW.fullmatch(line))]
    documented = {found["rule"]: [each.strip("`") for each in found["dqdl"].split("`, `")] for found in rows}
    rendered = {text: list(dqdl_of(Rule.model_validate(yaml.safe_load(text)))) for text in documented}
    assert documented == rendered
    assert [text.partition(":")[0] for text in documented] == [
        "not_null",
        "unique",
        "in_set",
        "between",
        "references",
        "row_count",
    ]
