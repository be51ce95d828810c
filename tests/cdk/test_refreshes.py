"""Who may send what between accounts, in the templates of the example mesh."""

from tests.cdk.synthesis import Template, resources, statements

ONLY_REFRESHES = {
    "ForAllValues:StringEquals": {
        "events:source": "meshwright",
        "events:detail-type": "Data Product Refreshed",
    }
}


def test_who_may_put_events_on_a_bus(templates: dict[str, Template]) -> None:
    found = {
        name.partition("/")[0]: (statement["Principal"], statement["Condition"])
        for name, each in resources(templates, "AWS::Events::EventBus")
        for statement in each["Properties"]["Policy"]["Statement"]
    }
    inside = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert found == {
        "acme-governance": ({"AWS": "*"}, {**inside, **ONLY_REFRESHES}),
        "acme-analytics-workloads": ({"AWS": "arn:aws:iam::111111111111:root"}, ONLY_REFRESHES),
    }


def test_every_rule_between_accounts_takes_the_events_of_one_account(templates: dict[str, Template]) -> None:
    rules = {
        name.partition("/")[0]: each["Properties"]
        for name, each in resources(templates, "AWS::Events::Rule")
        if each["Properties"].get("EventBusName") == "acme"
    }
    assert {name: each["EventPattern"]["account"] for name, each in rules.items()} == {
        "acme-customers-share": ["333333333331"],
        "acme-orders-share": ["222222222221"],
    }
    assert [target["Arn"] for target in rules["acme-orders-share"]["Targets"]] == [
        "arn:aws:events:eu-west-1:555555555551:event-bus/acme-analytics"
    ]


def test_queues_take_messages_of_their_rule_alone_and_over_tls(templates: dict[str, Template]) -> None:
    policies = [each for name, each in resources(templates, "AWS::SQS::QueuePolicy") if "workloads" in name]
    assert policies
    for each in policies:
        tls_only, rule = statements(each["Properties"]["PolicyDocument"])
        assert (tls_only["Effect"], tls_only["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )
        assert rule["Principal"] == {"Service": ["events.amazonaws.com"]}
        assert rule["Condition"]["ArnEquals"]["aws:SourceArn"].startswith(
            "arn:aws:events:eu-west-1:555555555551:rule/"
        )
