"""What the embedded AWS doesn't model, in the words that commands print and the documentation quotes."""

LIMITS = """\
The embedded AWS deploys the same templates as AWS, keeps what they declare, and enforces Lake Formation's
grants on the Glue Data Catalog. It does not model:
- IAM, bucket and key policies: they are kept and checked for principals that don't exist, but not evaluated;
  a caller may do whatever isn't limited by Lake Formation.
- Reading data through Lake Formation: there is no query engine, and no credentials for registered locations.
- LF-Tag policies as a way to data: they are kept and listed, but only named-resource grants and data-cells
  filters decide what a caller sees in the catalog.
- Row filters: they are kept, not parsed or applied.
- The metadata files of Iceberg tables: the catalog names the first one, which isn't written.
- Propagation delays, throttling and quotas, other than the 4,096 bytes of a custom resource's response.
- Costs, CloudTrail, encryption of what is stored.
Unknown access keys count as the root user of account 123456789012. Everything is in memory and ends with the
process.
"""
