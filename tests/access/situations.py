"""The situations by which the evaluator is held to AWS's documentation."""

from tests.access import (
    situations_across,
    situations_buckets_keys,
    situations_catalog,
    situations_columns,
    situations_conditions,
    situations_files,
    situations_filters_tags,
    situations_grants,
    situations_iam,
    situations_open_hybrid,
    situations_principals,
    situations_rows_views,
    situations_storage,
    situations_two_steps,
)
from tests.access.situation import Situation

SITUATIONS: tuple[Situation, ...] = (
    *situations_grants.SITUATIONS,
    *situations_columns.SITUATIONS,
    *situations_catalog.SITUATIONS,
    *situations_filters_tags.SITUATIONS,
    *situations_open_hybrid.SITUATIONS,
    *situations_principals.SITUATIONS,
    *situations_two_steps.SITUATIONS,
    *situations_across.SITUATIONS,
    *situations_storage.SITUATIONS,
    *situations_files.SITUATIONS,
    *situations_rows_views.SITUATIONS,
    *situations_buckets_keys.SITUATIONS,
    *situations_iam.SITUATIONS,
    *situations_conditions.SITUATIONS,
)
