"""One create, update or delete of a stack: what CloudFormation does after a change set is executed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from meshwright.local.clients import PieceOfWork, current_work
from meshwright.local.cloudformation.handler import Context, ResourceType, is_custom
from meshwright.local.cloudformation.intrinsics import Known, TemplateError, evaluate
from meshwright.local.cloudformation.model import Deployed, Output, Resource, Stack, Work, now
from meshwright.local.cloudformation.reasons import is_gone, reason_of
from meshwright.local.cloudformation.template import Resolved, in_order


class FailedResourceError(Exception):
    """A resource couldn't be created or updated; its event is written."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(logical_id)
        self.logical_id, self.verb = logical_id, verb


@dataclass
class Deployment:
    """Works on one stack, in the thread that calls it.

    What is under way is in the stack, so that a deployment that a crash ended can be gone on with: `run` does
    what the stack's status says is still to do.
    """

    stack: Stack
    work: Work
    handler: Callable[[str], ResourceType]
    """The handlers of a type; raises HandlerError for a type that isn't emulated."""
    client: Callable[[str], Any]
    template: Resolved | None = None
    """None for a deletion."""
    resumed: bool = False

    def begin(self) -> None:
        """Notes in the stack what is to be done. To be called before the request is answered."""
        stack, work = self.stack, self.work
        stack.work = work
        if work.kind == "CREATE":
            stack.deployed = work.target
        elif work.kind == "UPDATE":
            work.before, stack.updated = dict(stack.resources), now()
        self._stack_event(f"{work.kind}_IN_PROGRESS", "User Initiated")

    def run(self) -> None:
        """Works until the stack isn't busy any more."""
        steps = {"CREATE": self._create, "UPDATE": self._update, "DELETE": self._delete}
        steps[self.work.kind]()

    @property
    def _resources(self) -> Resolved:
        if self.template is None:
            raise AssertionError("a deletion has no template")
        return self.template

    def _create(self) -> None:
        """Ends in CREATE_COMPLETE, ROLLBACK_COMPLETE, ROLLBACK_FAILED or CREATE_FAILED."""
        if self.stack.status == "CREATE_IN_PROGRESS":
            try:
                self._apply(self.work.target, self._resources)
            except FailedResourceError as failed:
                reason = f"The following resource(s) failed to create: [{failed.logical_id}]. "
                if self.stack.rollback_disabled:
                    self._end("CREATE_FAILED", reason)
                    return
                self._stack_event("ROLLBACK_IN_PROGRESS", reason + "Rollback requested by user.")
            else:
                self._end("CREATE_COMPLETE")
                return
        left = self._remove_all(self.stack.resources, created_now=set(self.stack.resources))
        self._end("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _left(left))

    def _update(self) -> None:
        """Ends in UPDATE_COMPLETE, UPDATE_ROLLBACK_COMPLETE, UPDATE_ROLLBACK_FAILED or UPDATE_FAILED."""
        stack, work = self.stack, self.work
        removed = [name for name in work.before if name not in self._resources.order]
        if stack.status == "UPDATE_IN_PROGRESS":
            try:
                self._apply(work.target, self._resources)
            except FailedResourceError as failed:
                reason = f"The following resource(s) failed to {failed.verb}: [{failed.logical_id}]. "
                if stack.rollback_disabled:
                    self._end("UPDATE_FAILED", reason)
                    return
                self._stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
            else:
                stack.deployed = work.target
                if not removed and not work.obsolete:
                    self._end("UPDATE_COMPLETE")
                    return
                self._stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        if stack.status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
            self._clean_up([stack.resources[name] for name in removed if name in stack.resources])
        else:
            self._roll_back(work.before)

    def _clean_up(self, removed: list[Resource]) -> None:
        stack, obsolete = self.stack, self.work.obsolete
        position = {name: i for i, name in enumerate(_ordered(self.work.before))}
        for resource in sorted([*obsolete, *removed], key=lambda r: -position.get(r.logical_id, 0)):
            replaced = resource in obsolete
            self._remove(resource, policy=resource.replace_policy if replaced else resource.deletion_policy)
            if not replaced:
                stack.resources.pop(resource.logical_id, None)
        self._end("UPDATE_COMPLETE")

    def _delete(self) -> None:
        """Ends in DELETE_COMPLETE or DELETE_FAILED."""
        stack = self.stack
        for name in set(self.work.retain) & set(stack.resources):
            stack.resources[name] = replace(stack.resources[name], deletion_policy="Retain")
        left = self._remove_all(stack.resources, created_now=set())
        if left:
            self._end("DELETE_FAILED", _left(left))
        else:
            stack.deleted = now()
            self._end("DELETE_COMPLETE")

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
            self.stack.event(status=self.stack.status, reason=str(error), token=self.work.token)
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
        context = self._context(wanted, tags, verb)
        begun = current_work.set(PieceOfWork(context.work))
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
                    self.work.obsolete.append(old)
            else:
                self._event(wanted, f"{verb}_IN_PROGRESS", _NEW_PHYSICAL if old else None)
                physical_id, attributes = handler.create(context, wanted.properties)
                if old:
                    self.work.obsolete.append(old)
        except Exception as error:
            status = f"{verb}_FAILED"
            failed = replace(wanted, physical_id=context.partial_id or wanted.physical_id, status=status)
            if old is None:
                self.stack.resources[name] = failed
            elif failed.physical_id != old.physical_id:
                self.work.discard.append(failed)
            else:
                self.stack.resources[name] = replace(failed, attributes=old.attributes)
            self._event(failed, status, reason_of(error), done=context.work)
            raise FailedResourceError(name, verb.lower()) from error
        finally:
            current_work.reset(begun)
        done = replace(
            wanted, physical_id=physical_id, attributes=attributes, status=f"{verb}_COMPLETE", changed=now()
        )
        self.stack.resources[name] = done
        self._event(done, done.status, done=context.work)

    def _roll_back(self, before: dict[str, Resource]) -> None:
        stack = self.stack
        if stack.status == "UPDATE_ROLLBACK_IN_PROGRESS":
            failed = self._former_again(before)
            if failed:
                self._end(
                    "UPDATE_ROLLBACK_FAILED",
                    f"The following resource(s) failed to update: [{', '.join(failed)}]. ",
                )
                return
            self._stack_event("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(self.work.discard):
            self._remove(resource, policy="Delete")
        new = {name: stack.resources[name] for name in stack.resources if name not in before}
        self._remove_all(new, created_now=set(new))
        for name in new:
            stack.resources.pop(name, None)
        self._end("UPDATE_ROLLBACK_COMPLETE")

    def _former_again(self, before: dict[str, Resource]) -> list[str]:
        """Brings the resources back to what they were; names of those that it can't."""
        stack, failed = self.stack, list[str]()
        for name in _ordered(before):
            current, former = stack.resources[name], before[name]
            if (current.changed, current.status) == (former.changed, former.status):
                stack.resources[name] = former
                continue
            if current.physical_id != former.physical_id and not is_custom(current.type):
                self.work.discard.append(current)
                stack.resources[name] = former
                continue
            context = self._context(former, stack.deployed.tags, "ROLLBACK")
            self._event(current, "UPDATE_IN_PROGRESS")
            begun = current_work.set(PieceOfWork(context.work))
            try:
                attributes = self.handler(former.type).update(
                    context, current.physical_id, former.properties, current.properties
                )
            except Exception as error:
                self._event(current, "UPDATE_FAILED", reason_of(error), done=context.work)
                failed.append(name)
                continue
            finally:
                current_work.reset(begun)
            physical_id = context.partial_id or current.physical_id
            if physical_id != current.physical_id:
                self.work.discard.append(current)
            stack.resources[name] = replace(former, physical_id=physical_id, attributes=attributes)
            self._event(stack.resources[name], "UPDATE_COMPLETE", done=context.work)
        return failed

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
        context = self._context(resource, {}, f"DELETE {resource.physical_id}")
        begun = current_work.set(PieceOfWork(context.work))
        try:
            if resource.physical_id:
                handler = self.handler(resource.type)
                handler.delete(context, resource.physical_id, resource.properties)
        except Exception as error:
            if not is_gone(error):
                failed = replace(resource, status="DELETE_FAILED")
                if resource.logical_id in self.stack.resources:
                    self.stack.resources[resource.logical_id] = failed
                self._event(failed, "DELETE_FAILED", reason_of(error), done=context.work)
                return False
        finally:
            current_work.reset(begun)
        self._event(resource, "DELETE_COMPLETE", done=context.work)
        return True

    def _context(self, resource: Resource, tags: Mapping[str, str], verb: str) -> Context:
        return Context(
            account=self.stack.account,
            region=self.stack.region,
            stack_name=self.stack.name,
            stack_id=self.stack.stack_id,
            logical_id=resource.logical_id,
            type=resource.type,
            client=self.client,
            tags=tags,
            work=f"{self.work.id}/{resource.logical_id}/{verb}",
        )

    def _known(self) -> dict[str, Known]:
        return {name: Known(r.physical_id, r.attributes) for name, r in self.stack.resources.items()}

    def _event(
        self, resource: Resource, status: str, reason: str | None = None, done: str | None = None
    ) -> None:
        if self.resumed and status.endswith("_IN_PROGRESS"):
            told = [event.status for event in self.stack.events if event.logical_id == resource.logical_id]
            if told[-1:] == [status]:  # before the crash
                return
        self.stack.event(status=status, resource=resource, reason=reason, token=self.work.token, done=done)

    def _stack_event(self, status: str, reason: str | None = None) -> None:
        self.stack.event(status=status, reason=reason, token=self.work.token)

    def _end(self, status: str, reason: str | None = None) -> None:
        self.stack.work = None
        self._stack_event(status, reason)


_NEW_PHYSICAL = "Requested update requires the creation of a new physical resource; hence creating one."


def _differs(old: Resource, new: Resource, name: str) -> bool:
    return bool(old.properties.get(name) != new.properties.get(name))


def _ordered(resources: Mapping[str, Resource]) -> list[str]:
    return in_order(resources, {name: r.depends for name, r in resources.items()})


def _left(names: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. " if names else None
