"""What the embedded AWS doesn't model, in the words that commands print and the documentation quotes."""

LIMITS = """\
The embedded AWS deploys the same templates as AWS, keeps what they declare, and enforces Lake Formation's
grants on the Glue Data Catalog. It does not model:
- IAM, bucket and key policies: they are kept and checked for principals that don't exist, but not evaluated;
  a caller may do whatever isn't limited by Lake Formation. The policies of event buses are evaluated.
- Credentials of Lake Formation for registered locations: queries read the files as the registration role.
- Athena's SQL beyond SELECT and INSERT INTO a parquet table: duckdb runs the queries, translated. Files are
  read whole and all partitions of a table count as scanned. No views, no DDL, no CREATE TABLE AS.
- Firehose beyond Kinesis to S3: a record waits a second instead of the buffer's interval, nothing is
  transformed by Lambda, and neither its logs nor its metrics are written.
- Spark: a job run ends as SUCCESS at once, and says in its stateDetails that nothing was run.
- The clock: schedules are kept, and start nothing. State machines run sixty times as fast: a wait of a minute
  takes a second. They run without Map states, JSONata and variables, and write neither logs nor metrics.
- EventBridge beyond state machines, SNS topics, SQS queues and buses as targets: no retries, no dead letters.
  Of AWS's services only S3 sends events, and only of objects created and deleted.
- Quality rules that Glue alone evaluates: they count as failed.
- Alarms, budgets and trails beyond keeping them: no alarm goes off, nothing is counted or recorded.
- LF-Tag policies as a way to data: they are kept and listed, but only named-resource grants and data-cells
  filters decide what a caller sees in the catalog.
- The syntax of row filters: they are applied to queries, but not checked when they are made.
- Data in Iceberg tables: nothing writes to one, so queries find it empty. The catalog names its first
  metadata file, which isn't written.
- Propagation delays, throttling and quotas, other than the 4,096 bytes of a custom resource's response.
- Costs, encryption of what is stored.
- The end of credentials: those that it gave are good for as long as its state is kept.
What it holds outlives its process. When that ends, queries and evaluations of quality rules under way fail,
as they may on AWS; deployments, pipelines, events and asynchronous invocations go on.
"""
