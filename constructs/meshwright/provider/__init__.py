"""The Lambda function behind the `Custom::` types of the mesh: pure Python and boto3, packaged as it is.

It runs both as `meshwright.provider` and, from the deployed asset, as the top-level package `provider`
(handler `provider.handler.handler`), so modules import each other relatively and nothing else of meshwright.

One module per custom resource (`settings`, `shares`, `grants`, `iceberg`); under `grants`, `document` and
`plan` are pure, `lake` reads and writes Lake Formation. `ledger` remembers what each resource itself added,
`delivery` which requests are answered.
"""
