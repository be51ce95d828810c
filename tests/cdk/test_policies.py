"""What the pure core says of the policies on the data path is what the stacks of the example mesh deploy."""

from typing import Any

from meshwright.mesh import policies
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.trail import trail_bucket_policy, trail_key_policy
from meshwright.mesh.place import place_in
from meshwright.mesh.statements import identity_policy
from tests.cdk.synthesis import Template, resources

Templates = dict[str, Template]
KEY_ARN = "the domain's key"


def with_key_arn(value: Any, key_id: str) -> Any:
    """`value` of a template with KEY_ARN where it asks CloudFormation for the ARN of the key."""
    if value == {"Fn::GetAtt": [key_id, "Arn"]}:
        return KEY_ARN
    if isinstance(value, dict):
        return {key: with_key_arn(each, key_id) for key, each in value.items()}
    return [with_key_arn(each, key_id) for each in value] if isinstance(value, list) else value


def deployed_roles(templates: Templates) -> dict[str, Any]:
    """Trust policy and inline policies of the roles on the data path, by their name."""
    keys = {name.split("/")[0]: name.split("/")[1] for name, _ in resources(templates, "AWS::KMS::Key")}
    return {
        role["Properties"]["RoleName"]: (
            role["Properties"]["AssumeRolePolicyDocument"],
            {
                each["PolicyName"]: with_key_arn(each["PolicyDocument"], keys.get(name.split("/")[0], ""))
                for each in role["Properties"]["Policies"]
            },
        )
        for name, role in resources(templates, "AWS::IAM::Role")
        if not name.split("/")[1].startswith("Provider")
    }


def test_created_roles_and_the_registration_role(templates: Templates, mesh: Mesh) -> None:
    expected = {
        role.name: (
            policies.domain_role_trust(mesh, domain, role),
            {
                policies.DATA_POLICY: identity_policy(
                    policies.domain_role_policy(mesh, domain, role, key_arn=KEY_ARN)
                )
            },
        )
        for domain in mesh.domains.values()
        for role in domain.roles.values()
        if role.create
    }
    expected[mesh.names.registration_role] = (
        policies.registration_role_trust(),
        {policies.REGISTRATION_POLICY: identity_policy(policies.registration_role_policy(mesh))},
    )
    assert len(expected) == 16
    # Roles with an underscore start pipelines and the like; none of them reads data.
    of_data = {name: each for name, each in deployed_roles(templates).items() if "_" not in name}
    assert of_data == expected


def test_buckets(templates: Templates, mesh: Mesh) -> None:
    of_kind = {
        "raw": policies.raw_bucket_policy,
        "products": policies.products_bucket_policy,
        "logs": policies.logs_bucket_policy,
    }
    expected = {
        mesh.names.bucket(domain.name, domain.account, kind): policy(mesh, domain)
        for domain in mesh.domains.values()
        for kind, policy in of_kind.items()
    }
    place = place_in(mesh.region, account=mesh.governance_account)
    audit = mesh.names.audit_bucket(mesh.governance_account)
    expected[audit] = trail_bucket_policy(place, audit, mesh.names.audit_trail)
    assert len(expected) == 13
    assert expected == {
        each["Properties"]["Bucket"]: each["Properties"]["PolicyDocument"]
        for _, each in resources(templates, "AWS::S3::BucketPolicy")
    }


def test_keys(templates: Templates, mesh: Mesh) -> None:
    expected = {
        mesh.names.stack(domain.name, "foundation"): policies.key_policy(mesh, domain)
        for domain in mesh.domains.values()
    }
    place = place_in(mesh.region, account=mesh.governance_account)
    expected[mesh.names.governance_stack] = trail_key_policy(place, mesh.names.audit_trail)
    assert len(expected) == 5
    assert expected == {
        name.split("/")[0]: each["Properties"]["KeyPolicy"]
        for name, each in resources(templates, "AWS::KMS::Key")
    }
