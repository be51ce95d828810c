"""Athena's API: workgroups and named queries are moto's, queries are run."""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.athena.models import NamedQuery
from moto.athena.responses import AthenaResponse as MotoAthena
from moto.core.exceptions import JsonRESTError

from meshwright.local.athena.executions import ENGINE, Execution, Executions, Query
from meshwright.local.athena.results import page
from meshwright.local.identity import caller_role
from meshwright.local.lakeformation.access import Caller
from meshwright.local.paging import start_of

PAGE = 1000
"""Most rows that a page of results may have, the names of the columns included."""
_REMOVE = re.compile(r"Remove(.+)")


class InvalidRequestError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidRequestException", message)


class AthenaResponse(MotoAthena):
    executions: ClassVar[Executions]

    @property
    def given(self) -> dict[str, Any]:
        parameters: dict[str, Any] = json.loads(self.body or "{}")
        return parameters

    def start_query_execution(self) -> str:
        """The result's place is the workgroup's if it enforces its settings, or else may be the client's.

        https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
        """
        given = self.given
        group = self._work_group(given.get("WorkGroup") or "primary")
        if group["State"] == "DISABLED":
            raise InvalidRequestError(f"WorkGroup {group['Name']} is disabled.")
        settings = group["Configuration"]
        own = settings.get("ResultConfiguration") or {}
        asked = {} if settings["EnforceWorkGroupConfiguration"] else given.get("ResultConfiguration") or {}
        output = asked.get("OutputLocation") or own.get("OutputLocation")
        if not output:
            raise InvalidRequestError(
                "No output location provided. An output location is required either through the Workgroup "
                "result configuration setting or as an API input."
            )
        limit = settings.get("BytesScannedCutoffPerQuery")
        query = Query(
            text=given["QueryString"],
            caller=Caller(self.current_account, caller_role(self.access_key, self.current_account)),
            region=self.region,
            work_group=group["Name"],
            context=given.get("QueryExecutionContext") or {},
            parameters=tuple(given.get("ExecutionParameters") or ()),
            output=output,
            encryption=asked.get("EncryptionConfiguration") or own.get("EncryptionConfiguration"),
            limit=None if limit is None else int(limit),
        )
        return json.dumps({"QueryExecutionId": type(self).executions.start(query).id})

    def get_query_execution(self) -> str:
        return json.dumps({"QueryExecution": self._execution(self.given["QueryExecutionId"]).described()})

    def batch_get_query_execution(self) -> str:
        known = {execution.id: execution for execution in self._own_executions()}
        wanted = self.given["QueryExecutionIds"]
        unknown = [
            {"QueryExecutionId": each, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _not_found(each)}
            for each in wanted
            if each not in known
        ]
        found = [known[each].described() for each in wanted if each in known]
        return json.dumps({"QueryExecutions": found, "UnprocessedQueryExecutionIds": unknown})

    def list_query_executions(self) -> str:
        group = self.given.get("WorkGroup") or "primary"
        found = [each.id for each in self._own_executions() if each.query.work_group == group]
        return json.dumps({"QueryExecutionIds": found[::-1]})

    def get_query_results(self) -> str:
        execution = self._execution(self.given["QueryExecutionId"])
        if execution.state != "SUCCEEDED" or execution.result is None:
            state = f"Current state: {execution.state}"
            if execution.ended:
                raise InvalidRequestError(
                    f"Query did not finish successfully. Final query state: {execution.state}"
                )
            raise InvalidRequestError(f"Query has not yet finished. {state}")
        start, size = start_of(self.given.get("NextToken")), int(self.given.get("MaxResults") or PAGE)
        rows, following = page(execution.result, start=start, size=size)
        columns = [column.described() for column in execution.result.columns]
        answer: dict[str, Any] = {
            "UpdateCount": execution.inserted or 0,
            "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}},
        }
        if following is not None:
            answer["NextToken"] = str(following)
        return json.dumps(answer)

    def stop_query_execution(self) -> str:
        type(self).executions.stop(self._execution(self.given["QueryExecutionId"]))
        return "{}"

    def get_work_group(self) -> str:
        group = self._work_group(self.given["WorkGroup"])
        settings = {**group["Configuration"], "EngineVersion": ENGINE}
        return json.dumps({"WorkGroup": {**group, "Configuration": settings}})

    def update_work_group(self) -> str:
        """Changes what is named, and removes what a `Remove…` names."""
        given = self.given
        self._work_group(given["WorkGroup"])
        group = self.athena_backend.work_groups[given["WorkGroup"]]
        group.state = given.get("State", group.state)
        group.description = given.get("Description", group.description)
        updates = dict(given.get("ConfigurationUpdates") or {})
        results = updates.pop("ResultConfigurationUpdates", None)
        _change(group.configuration, updates)
        if results is not None:
            _change(group.configuration.setdefault("ResultConfiguration", {}), results)
        return "{}"

    def get_named_query(self) -> str:
        return json.dumps({"NamedQuery": _described(self._named_query(self.given["NamedQueryId"]))})

    def batch_get_named_query(self) -> str:
        found, unknown = [], []
        for identifier in self.given["NamedQueryIds"]:
            try:
                found.append(_described(self._named_query(identifier)))
            except InvalidRequestError as error:
                unknown.append(
                    {
                        "NamedQueryId": identifier,
                        "ErrorCode": "INVALID_INPUT",
                        "ErrorMessage": error.message,
                    }
                )
        return json.dumps({"NamedQueries": found, "UnprocessedNamedQueryIds": unknown})

    def delete_named_query(self) -> str:
        del self.athena_backend.named_queries[self._named_query(self.given["NamedQueryId"]).id]
        return "{}"

    def _work_group(self, name: str) -> dict[str, Any]:
        group = self.athena_backend.get_work_group(name)
        if group is None:
            raise InvalidRequestError(f"WorkGroup {name} is not found.")
        return group

    def _named_query(self, identifier: str) -> NamedQuery:
        found = self.athena_backend.get_named_query(identifier)
        if found is None:
            raise InvalidRequestError(f"NamedQuery {identifier} was not found")
        return found

    def _own_executions(self) -> list[Execution]:
        place = (self.current_account, self.region)
        return [each for key, each in list(type(self).executions.of.items()) if key[:2] == place]

    def _execution(self, identifier: str) -> Execution:
        try:
            return type(self).executions.of[self.current_account, self.region, identifier]
        except KeyError:
            raise InvalidRequestError(_not_found(identifier)) from None


def _change(settings: dict[str, Any], updates: Mapping[str, Any]) -> None:
    for name, value in updates.items():
        removed = _REMOVE.fullmatch(name)
        if removed is None:
            settings[name] = value
        elif value:
            settings.pop(removed[1], None)


def _described(query: NamedQuery) -> dict[str, Any]:
    return {
        "NamedQueryId": query.id,
        "Name": query.name,
        "Description": query.description,
        "Database": query.database,
        "QueryString": query.query_string,
        "WorkGroup": query.workgroup.name,
    }


def _not_found(identifier: str) -> str:
    return f"QueryExecution {identifier} was not found"
