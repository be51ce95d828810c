"""Lake Formation's API, in place of moto's."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse

from meshwright.local.identity import caller_role, principal_exists
from meshwright.local.lakeformation import cells, opt_ins, tagging
from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    EntityNotFoundError,
    InvalidInputError,
)
from meshwright.local.lakeformation.keys import key_of
from meshwright.local.lakeformation.lake import Lake, default_settings
from meshwright.local.lakeformation.permissions import Entry, entry_of, grant, listed, revoke
from meshwright.local.paging import start_of

SERVICE_LINKED_ROLE = "aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess"
BATCH = 20
"""Entries that a batch of grants may have."""


class LakeFormationResponse(BaseResponse):
    lakes: ClassVar[Callable[[str], Lake]]
    """The state of a region."""

    def __init__(self) -> None:
        super().__init__(service_name="lakeformation")

    @property
    def lake(self) -> Lake:
        return type(self).lakes(self.region)

    @property
    def caller(self) -> Caller:
        return Caller(self.current_account, caller_role(self.access_key, self.current_account))

    @property
    def given(self) -> dict[str, Any]:
        parameters: dict[str, Any] = json.loads(self.body or "{}")
        return parameters

    @property
    def catalog(self) -> str:
        return self.given.get("CatalogId") or self.current_account

    def require_admin(self, for_what: str) -> None:
        if not self.lake.is_admin(self.current_account, self.caller.principal):
            raise AccessDeniedError(
                f"Insufficient Lake Formation permission(s): {for_what} is for data lake administrators."
            )

    def page(self, name: str, rows: Sequence[Any], default: int = 100) -> str:
        start, size = start_of(self.given.get("NextToken")), int(self.given.get("MaxResults") or default)
        answer: dict[str, Any] = {name: list(rows[start : start + size])}
        if start + size < len(rows):
            answer["NextToken"] = str(start + size)
        return json.dumps(answer)

    def get_data_lake_settings(self) -> str:
        return json.dumps({"DataLakeSettings": self.lake.of(self.catalog)})

    def put_data_lake_settings(self) -> str:
        """Replaces the whole document, as AWS does."""
        settings = self.given["DataLakeSettings"]
        for admin in (*(settings.get("DataLakeAdmins") or ()), *(settings.get("ReadOnlyAdmins") or ())):
            arn = admin.get("DataLakePrincipalIdentifier") or ""
            if not arn.startswith("arn:aws:iam::") or not principal_exists(arn):
                raise InvalidInputError(f"Invalid principal: {arn}")
        for name in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
            for default in settings.get(name) or ():
                if not (default.get("Principal") or {}).get("DataLakePrincipalIdentifier"):
                    raise InvalidInputError(f"Principal is mandatory in {name}.")
        given = settings.get("Parameters") or {}
        version = str(given.get("CROSS_ACCOUNT_VERSION", "1"))
        if version not in ("1", "2", "3", "4", "5"):
            raise InvalidInputError(f"Invalid value {version} for parameter CROSS_ACCOUNT_VERSION")
        empty = {name: type(value)() for name, value in default_settings().items() if name != "Parameters"}
        parameters = {**default_settings()["Parameters"], **given}
        settings = {name: value for name, value in settings.items() if value is not None}
        self.lake.settings[self.catalog] = {**empty, **settings, "Parameters": parameters}
        return "{}"

    def register_resource(self) -> str:
        given = self.given
        arn = given["ResourceArn"].rstrip("/")
        if (self.current_account, arn) in self.lake.locations:
            raise AlreadyExistsError("Resource is already registered")
        role = given.get("RoleArn")
        if role and not principal_exists(role):
            raise InvalidInputError(f"Invalid role: {role}")
        linked = f"arn:aws:iam::{self.current_account}:role/{SERVICE_LINKED_ROLE}"
        self.lake.locations[self.current_account, arn] = {
            "ResourceArn": arn,
            "RoleArn": role or linked,
            "HybridAccessEnabled": bool(given.get("HybridAccessEnabled")),
            "WithFederation": bool(given.get("WithFederation")),
        }
        return "{}"

    def update_resource(self) -> str:
        location, given = self._location(), self.given
        location |= {k: given[k] for k in ("RoleArn", "HybridAccessEnabled", "WithFederation") if k in given}
        return "{}"

    def describe_resource(self) -> str:
        return json.dumps({"ResourceInfo": self._location()})

    def deregister_resource(self) -> str:
        del self.lake.locations[self.current_account, self._location()["ResourceArn"]]
        return "{}"

    def list_resources(self) -> str:
        return self.page(
            "ResourceInfoList",
            [
                location
                for (account, _), location in sorted(self.lake.locations.items())
                if account == self.current_account
            ],
        )

    def grant_permissions(self) -> str:
        grant(self.lake, self.caller, self._entry(self.given))
        return "{}"

    def revoke_permissions(self) -> str:
        revoke(self.lake, self.caller, self._entry(self.given))
        return "{}"

    def batch_grant_permissions(self) -> str:
        return self._batch(grant)

    def batch_revoke_permissions(self) -> str:
        return self._batch(revoke)

    def list_permissions(self) -> str:
        given = self.given
        principal = (given.get("Principal") or {}).get("DataLakePrincipalIdentifier")
        resource = given.get("Resource")
        key = key_of(resource, self.catalog) if resource else None
        related = given.get("IncludeRelated") == "TRUE"
        if related and principal:
            raise InvalidInputError("Principal must not be specified when related permissions are asked for.")
        rows = listed(
            self.lake,
            self.caller,
            principal=principal,
            key=key,
            kind=given.get("ResourceType"),
            related=related,
        )
        return self.page("PrincipalResourcePermissions", rows)

    def create_lf_tag(self) -> str:
        self.require_admin("CreateLFTag")
        tagging.create(self.lake, self.catalog, self.given["TagKey"], self.given["TagValues"])
        return "{}"

    def get_lf_tag(self) -> str:
        values = tagging.get(self.lake, self.catalog, self.given["TagKey"])
        return json.dumps(
            {"CatalogId": self.catalog, "TagKey": self.given["TagKey"].lower(), "TagValues": values}
        )

    def update_lf_tag(self) -> str:
        self.require_admin("UpdateLFTag")
        given = self.given
        add, gone = given.get("TagValuesToAdd", []), given.get("TagValuesToDelete", [])
        tagging.update(self.lake, self.catalog, given["TagKey"], add, gone)
        return "{}"

    def delete_lf_tag(self) -> str:
        self.require_admin("DeleteLFTag")
        tagging.delete(self.lake, self.catalog, self.given["TagKey"])
        return "{}"

    def list_lf_tags(self) -> str:
        found = sorted(self.lake.tag_keys.items())
        rows = [{"CatalogId": c, "TagKey": key, "TagValues": v} for (c, key), v in found if c == self.catalog]
        return self.page("LFTags", rows, default=50)

    def add_lf_tags_to_resource(self) -> str:
        self.require_admin("AddLFTagsToResource")
        failures = tagging.assign(self.lake, self.given["Resource"], self.catalog, self.given["LFTags"])
        return json.dumps({"Failures": failures})

    def remove_lf_tags_from_resource(self) -> str:
        self.require_admin("RemoveLFTagsFromResource")
        failures = tagging.unassign(self.lake, self.given["Resource"], self.catalog, self.given["LFTags"])
        return json.dumps({"Failures": failures})

    def get_resource_lf_tags(self) -> str:
        given = self.given
        direct = bool(given.get("ShowAssignedLFTags"))
        return json.dumps(tagging.assigned(self.lake, given["Resource"], self.catalog, direct=direct))

    def create_data_cells_filter(self) -> str:
        self.require_admin("CreateDataCellsFilter")
        cells.create(self.lake, self.given["TableData"])
        return "{}"

    def update_data_cells_filter(self) -> str:
        self.require_admin("UpdateDataCellsFilter")
        cells.update(self.lake, self.given["TableData"])
        return "{}"

    def get_data_cells_filter(self) -> str:
        return json.dumps({"DataCellsFilter": self.lake.filters[cells.found(self.lake, self.given)]})

    def delete_data_cells_filter(self) -> str:
        self.require_admin("DeleteDataCellsFilter")
        cells.delete(self.lake, self.given)
        return "{}"

    def list_data_cells_filter(self) -> str:
        rows = cells.listed(self.lake, self.caller, self.given.get("Table"))
        return self.page("DataCellsFilters", rows)

    def create_lake_formation_opt_in(self) -> str:
        self.require_admin("CreateLakeFormationOptIn")
        opt_ins.create(self.lake, self.caller, self.catalog, self.given)
        return "{}"

    def delete_lake_formation_opt_in(self) -> str:
        self.require_admin("DeleteLakeFormationOptIn")
        opt_ins.delete(self.lake, self.caller, self.catalog, self.given)
        return "{}"

    def list_lake_formation_opt_ins(self) -> str:
        rows = opt_ins.listed(self.lake, self.caller, self.catalog, self.given)
        return self.page("LakeFormationOptInsInfoList", rows)

    def list_rls_policies(self) -> str:
        """None: row-level security policies can't be made here, so there are none."""
        return self.page("RLSPolicies", [])

    def list_rls_policy_attachments(self) -> str:
        """See list_rls_policies."""
        return self.page("RLSPolicyAttachments", [])

    def _location(self) -> dict[str, Any]:
        arn = self.given["ResourceArn"].rstrip("/")
        try:
            return self.lake.locations[self.current_account, arn]
        except KeyError:
            raise EntityNotFoundError("Entity not found") from None

    def _entry(self, given: Mapping[str, Any]) -> Entry:
        return entry_of(given, self.caller, self.catalog)

    def _batch(self, action: Callable[[Lake, Caller, Entry], None]) -> str:
        entries = self.given["Entries"]
        if len(entries) > BATCH:
            raise InvalidInputError(f"A batch can have {BATCH} entries at most.")
        failures = []
        for entry in entries:
            try:
                action(self.lake, self.caller, self._entry(entry))
            except JsonRESTError as error:
                reason = {"ErrorCode": error.error_type, "ErrorMessage": error.message}
                failures.append({"RequestEntry": entry, "Error": reason})
        return json.dumps({"Failures": failures})


PATHS = (
    "RegisterResource", "UpdateResource", "DescribeResource", "DeregisterResource", "ListResources",
    "GetDataLakeSettings", "PutDataLakeSettings",
    "GrantPermissions", "RevokePermissions", "BatchGrantPermissions", "BatchRevokePermissions",
    "ListPermissions",
    "CreateLFTag", "GetLFTag", "UpdateLFTag", "DeleteLFTag", "ListLFTags",
    "AddLFTagsToResource", "RemoveLFTagsFromResource", "GetResourceLFTags",
    "CreateDataCellsFilter", "UpdateDataCellsFilter", "GetDataCellsFilter", "DeleteDataCellsFilter",
    "ListDataCellsFilter",
    "CreateLakeFormationOptIn", "DeleteLakeFormationOptIn", "ListLakeFormationOptIns",
    "ListRLSPolicies", "ListRLSPolicyAttachments",
)  # fmt: skip
