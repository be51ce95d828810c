"""How a query ends otherwise than well."""


class QueryFailedError(Exception):
    """The query can't be run; the message is what GetQueryExecution gives as the reason."""

    state = "FAILED"


class ScanLimitError(QueryFailedError):
    """It would read more than its workgroup lets it.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
    """

    state = "CANCELLED"
