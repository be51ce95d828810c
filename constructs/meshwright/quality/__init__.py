"""Evaluates quality rules on data that duckdb can read, as Glue Data Quality would."""
