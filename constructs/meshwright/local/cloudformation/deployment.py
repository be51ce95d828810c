"""One create, update or delete of a stack: what CloudFormation does after a change set is executed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from meshwright.local.cloudformation.handler import Context, ResourceType, is_custom
from meshwright.local.cloudformation.intrinsics import Known, TemplateError, evaluate
from meshwright.local.cloudformation.model import Deployed, Output, Resource, Stack, now
from meshwright.local.cloudformation.reasons import is_gone, reason_of
from meshwright.local.cloudformation.template import Resolved, in_order


class FailedResourceError(Exception):
    """A resource couldn't be created or updated; its event is written."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(logical_id)
        self.logical_id, self.verb = logical_id, verb


@dataclass
class Deployment:
    """Works on one stack, in the thread that calls it."""

    stack: Stack
    handler: Callable[[str], ResourceType]
    """The handlers of a type; raises HandlerError for a type that isn't emulated."""
    client: Callable[[str], Any]
    token: str | None = None
    obsolete: list[Resource] = field(default_factory=list)
    """What the cleanup phase deletes: the former selves of replaced resources."""
    discard: list[Resource] = field(default_factory=list)
    """What a rollback deletes beside new resources: half-made replacements."""

    def create(self, target: Deployed, template: Resolved) -> None:
        """Ends in CREATE_COMPLETE, ROLLBACK_COMPLETE, ROLLBACK_FAILED or CREATE_FAILED."""
        self.stack.deployed = target
        self._stack_event("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self._apply(target, template)
        except FailedResourceError as failed:
            reason = f"The following resource(s) failed to create: [{failed.logical_id}]. "
            if self.stack.rollback_disabled:
                self._stack_event("CREATE_FAILED", reason)
                return
            self._stack_event("ROLLBACK_IN_PROGRESS", reason + "Rollback requested by user.")
            left = self._remove_all(self.stack.resources, created_now=set(self.stack.resources))
            self._stack_event("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _left(left))
        else:
            self._stack_event("CREATE_COMPLETE")

    def update(self, target: Deployed, template: Resolved) -> None:
        """Ends in UPDATE_COMPLETE, UPDATE_ROLLBACK_COMPLETE, UPDATE_ROLLBACK_FAILED or UPDATE_FAILED."""
        stack = self.stack
        before = dict(stack.resources)
        self._stack_event("UPDATE_IN_PROGRESS", "User Initiated")
        stack.updated = now()
        try:
            self._apply(target, template)
        except FailedResourceError as failed:
            reason = f"The following resource(s) failed to {failed.verb}: [{failed.logical_id}]. "
            if stack.rollback_disabled:
                self._stack_event("UPDATE_FAILED", reason)
                return
            self._roll_back(before, reason)
            return
        stack.deployed = target
        removed = [stack.resources[name] for name in before if name not in template.order]
        if removed or self.obsolete:
            self._stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        position = {name: i for i, name in enumerate(_ordered(before))}
        for resource in sorted([*self.obsolete, *removed], key=lambda r: -position.get(r.logical_id, 0)):
            replaced = resource in self.obsolete
            self._remove(resource, policy=resource.replace_policy if replaced else resource.deletion_policy)
            if not replaced:
                stack.resources.pop(resource.logical_id, None)
        self._stack_event("UPDATE_COMPLETE")

    def delete(self, retain: Iterable[str] = ()) -> None:
        """Ends in DELETE_COMPLETE or DELETE_FAILED."""
        stack = self.stack
        self._stack_event("DELETE_IN_PROGRESS", "User Initiated")
        for name in set(retain) & set(stack.resources):
            stack.resources[name] = replace(stack.resources[name], deletion_policy="Retain")
        left = self._remove_all(stack.resources, created_now=set())
        if left:
            self._stack_event("DELETE_FAILED", _left(left))
        else:
            stack.deleted = now()
            self._stack_event("DELETE_COMPLETE")

    def _apply(self, target: Deployed, template: Resolved) -> None:
        retag = target.tags != self.stack.deployed.tags
        for name in template.order:
            self._put(name, template, target.tags, retag=retag)
        scope = replace(template.scope, resources=self._known())
        try:
            for name, output in template.body.get("Outputs", {}).items():
                if "Condition" not in output or scope.conditions[output["Condition"]]:
                    export = evaluate(output.get("Export", {}), scope).get("Name")
                    target.outputs[name] = Output(
                        str(evaluate(output["Value"], scope)), output.get("Description"), export
                    )
        except TemplateError as error:
            self.stack.event(status=self.stack.status, reason=str(error), token=self.token)
            raise FailedResourceError("Outputs", "update") from error

    def _put(self, name: str, template: Resolved, tags: Mapping[str, str], *, retag: bool) -> None:
        declared, old = template.body["Resources"][name], self.stack.resources.get(name)
        if old and old.status == "CREATE_FAILED":
            self._remove(old, policy="Delete")
            old = None
        replace_policy = declared.get("UpdateReplacePolicy", "Delete")
        wanted = Resource(
            logical_id=name,
            type=declared["Type"],
            physical_id=old.physical_id if old else "",
            properties={},
            depends=template.depends[name],
            deletion_policy=declared.get("DeletionPolicy", "Delete"),
            replace_policy=replace_policy,
        )
        verb = "UPDATE" if old else "CREATE"
        context = self._context(wanted, tags)
        try:
            handler = self.handler(wanted.type)
            scope = replace(template.scope, resources=self._known())
            wanted = replace(wanted, properties=evaluate(declared.get("Properties", {}), scope))
            changed = (
                {k for k in {**old.properties, **wanted.properties} if _differs(old, wanted, k)}
                if old
                else set()
            )
            # The stack's tags never reach a custom resource.
            if old and not changed and (not retag or is_custom(wanted.type)):
                self.stack.resources[name] = replace(
                    wanted, attributes=old.attributes, status=old.status, changed=old.changed
                )
                return
            handler.check(wanted.properties)
            if old and not changed & handler.immutable:
                self._event(wanted, f"{verb}_IN_PROGRESS")
                attributes = handler.update(context, old.physical_id, wanted.properties, old.properties)
                physical_id = context.partial_id or old.physical_id
                if physical_id != old.physical_id:
                    self.obsolete.append(old)
            else:
                self._event(wanted, f"{verb}_IN_PROGRESS", _NEW_PHYSICAL if old else None)
                physical_id, attributes = handler.create(context, wanted.properties)
                if old:
                    self.obsolete.append(old)
        except Exception as error:
            status = f"{verb}_FAILED"
            failed = replace(wanted, physical_id=context.partial_id or wanted.physical_id, status=status)
            self._event(failed, status, reason_of(error))
            if old is None:
                self.stack.resources[name] = failed
            elif failed.physical_id != old.physical_id:
                self.discard.append(failed)
            else:
                self.stack.resources[name] = replace(failed, attributes=old.attributes)
            raise FailedResourceError(name, verb.lower()) from error
        done = replace(
            wanted, physical_id=physical_id, attributes=attributes, status=f"{verb}_COMPLETE", changed=now()
        )
        self.stack.resources[name] = done
        self._event(done, done.status)

    def _roll_back(self, before: dict[str, Resource], reason: str) -> None:
        stack = self.stack
        self._stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        failed: list[str] = []
        for name in _ordered(before):
            current, former = stack.resources[name], before[name]
            if (current.changed, current.status) == (former.changed, former.status):
                stack.resources[name] = former
                continue
            if current.physical_id != former.physical_id and not is_custom(current.type):
                self.discard.append(current)
                stack.resources[name] = former
                continue
            context = self._context(former, stack.deployed.tags)
            self._event(current, "UPDATE_IN_PROGRESS")
            try:
                attributes = self.handler(former.type).update(
                    context, current.physical_id, former.properties, current.properties
                )
            except Exception as error:
                self._event(current, "UPDATE_FAILED", reason_of(error))
                failed.append(name)
                continue
            physical_id = context.partial_id or current.physical_id
            if physical_id != current.physical_id:
                self.discard.append(current)
            stack.resources[name] = replace(former, physical_id=physical_id, attributes=attributes)
            self._event(stack.resources[name], "UPDATE_COMPLETE")
        if failed:
            self._stack_event(
                "UPDATE_ROLLBACK_FAILED",
                f"The following resource(s) failed to update: [{', '.join(failed)}]. ",
            )
            return
        self._stack_event("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(self.discard):
            self._remove(resource, policy="Delete")
        new = {name: stack.resources[name] for name in stack.resources if name not in before}
        self._remove_all(new, created_now=set(new))
        for name in new:
            stack.resources.pop(name, None)
        self._stack_event("UPDATE_ROLLBACK_COMPLETE")

    def _remove_all(self, resources: Mapping[str, Resource], *, created_now: set[str]) -> list[str]:
        """Deletes in reverse order; returns what could not be deleted. What that depends on is left too."""
        left: list[str] = []
        needed: set[str] = set()
        for name in reversed(_ordered(resources)):
            resource = resources[name]
            policy = resource.deletion_policy
            if policy == "RetainExceptOnCreate":
                policy = "Delete" if name in created_now else "Retain"
            if name in needed or not self._remove(resource, policy=policy):
                left += [] if name in needed else [name]
                needed |= resource.depends
                continue
            self.stack.resources.pop(name, None)
        return left

    def _remove(self, resource: Resource, *, policy: str) -> bool:
        if policy != "Delete" and resource.physical_id:
            self._event(resource, "DELETE_SKIPPED")
            return True
        self._event(resource, "DELETE_IN_PROGRESS")
        try:
            if resource.physical_id:
                handler = self.handler(resource.type)
                handler.delete(self._context(resource, {}), resource.physical_id, resource.properties)
        except Exception as error:
            if not is_gone(error):
                failed = replace(resource, status="DELETE_FAILED")
                if resource.logical_id in self.stack.resources:
                    self.stack.resources[resource.logical_id] = failed
                self._event(failed, "DELETE_FAILED", reason_of(error))
                return False
        self._event(resource, "DELETE_COMPLETE")
        return True

    def _context(self, resource: Resource, tags: Mapping[str, str]) -> Context:
        return Context(
            account=self.stack.account,
            region=self.stack.region,
            stack_name=self.stack.name,
            stack_id=self.stack.stack_id,
            logical_id=resource.logical_id,
            type=resource.type,
            client=self.client,
            tags=tags,
        )

    def _known(self) -> dict[str, Known]:
        return {name: Known(r.physical_id, r.attributes) for name, r in self.stack.resources.items()}

    def _event(self, resource: Resource, status: str, reason: str | None = None) -> None:
        self.stack.event(status=status, resource=resource, reason=reason, token=self.token)

    def _stack_event(self, status: str, reason: str | None = None) -> None:
        self.stack.event(status=status, reason=reason, token=self.token)


_NEW_PHYSICAL = "Requested update requires the creation of a new physical resource; hence creating one."


def _differs(old: Resource, new: Resource, name: str) -> bool:
    return bool(old.properties.get(name) != new.properties.get(name))


def _ordered(resources: Mapping[str, Resource]) -> list[str]:
    return in_order(resources, {name: r.depends for name, r in resources.items()})


def _left(names: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. " if names else None
