"""docs/limits.md has the figures of the code."""

import re
from pathlib import Path
from typing import Any, get_args

from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from meshwright.checks.names import MAX_ROLE, MAX_TAG_VALUE
from meshwright.checks.owners import MAX_TAG
from meshwright.config import base, nodes, operations_file, pipeline_file, quality_file, row_filters
from meshwright.config.domain_file import MAX_EMAIL, MAX_LOCAL_PART, DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.config.problems import MOST_SHOWN
from meshwright.config.reading import MAX_BYTES
from meshwright.config.scalars import MOST_DIGITS
from meshwright.config.syntax import MAX_KEY
from meshwright.mesh.quality.rendering import MAX_RULESET
from meshwright.mesh.resources.hive import COMMENT_BYTES
from meshwright.texts import MOST_NAMES, MOST_SAID

PAGE = (Path(__file__).parents[1] / "docs/limits.md").read_text(encoding="utf-8")


def most(kind: Any) -> int:
    """The longest text of a type."""
    [limit] = [each.max_length for each in get_args(kind)[1:] if isinstance(each, StringConstraints)]
    assert isinstance(limit, int)
    return limit


def items(field: FieldInfo) -> int:
    """The most entries of a list or mapping."""
    [limit] = [each.max_length for each in field.metadata if hasattr(each, "max_length")]
    assert isinstance(limit, int)
    return limit


FIGURES = {
    "a file": f"{MAX_BYTES:,} bytes",
    "keys and values of a file, with those that aliases repeat": f"{nodes.MAX_EXPANDED:,}",
    "levels inside each other": f"{nodes.MAX_DEPTH}",
    "characters of a key": f"{MAX_KEY:,}",
    "digits of a whole number": f"{MOST_DIGITS}",
    "a description, purpose, team, type, condition or DQDL rule": f"{base.MAX_TEXT:,} characters",
    "the description of a product or table": f"{base.MAX_CATALOG_TEXT:,} bytes",
    "the description of a column in the catalog": f"{COMMENT_BYTES} bytes",
    "the name of a team": f"{MAX_TAG} characters",
    "an e-mail address": f"{MAX_EMAIL} characters, {MAX_LOCAL_PART} before the @",
    "an https address": f"{most(operations_file.HttpsAddress)} characters",
    "a role's name": f"{MAX_ROLE} characters",
    "an ARN": f"{base.MAX_ARN:,} characters",
    "a schedule": f"{most(base.Schedule)} characters",
    "a time zone": f"{most(base.TimeZone)} characters",
    "a statement of a step": f"{most(pipeline_file.Statement):,} characters",
    "a row condition, with the producer's": f"{row_filters.MAX_LENGTH:,} characters",
    "the rules of a table": f"{items(quality_file.Quality.model_fields['rules'])}, and {MAX_RULESET:,} "
    "characters in DQDL",
    "names": f"mesh {most(base.MeshName)}, domain {most(base.DomainName)}, stream {most(base.StreamName)}, "
    f"table and column {most(base.GlueName)}, product {MAX_TAG_VALUE}, role key {most(base.RoleKey)}, "
    f"pipeline {most(pipeline_file.PipelineName)}, step {most(pipeline_file.StepName)}, classification "
    f"{most(base.Classification)}, environment {most(base.EnvironmentName)} characters",
    "environments of a mesh, accounts of a domain": f"{base.MAX_ENVIRONMENTS}",
}


def test_limits_of_files() -> None:
    section = PAGE[PAGE.index("## Of the files") : PAGE.index("## Of the embedded AWS")]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)
    assert dict(rows[1:]) == FIGURES
    assert most(quality_file.Dqdl) == most(base.Text) == base.MAX_TEXT
    assert items(MeshFile.model_fields["environments"]) == base.MAX_ENVIRONMENTS
    assert items(DomainFile.model_fields["accounts"]) == base.MAX_ENVIRONMENTS


def test_limits_of_messages() -> None:
    [said] = re.findall(
        r"at most (\d+) characters of a text of yours.* and (\d+) names of a list\. "
        r"Of a\s+file at most (\d+) problems",
        PAGE,
        re.DOTALL,
    )
    assert tuple(map(int, said)) == (MOST_SAID, MOST_NAMES, MOST_SHOWN)
