"""A data mesh on AWS from one file per domain."""
