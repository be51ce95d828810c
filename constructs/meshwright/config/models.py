"""Which model describes a place in a file."""

from typing import Annotated, Any, get_args, get_origin

from pydantic import StringConstraints, Tag
from pydantic.fields import FieldInfo

from meshwright.config.base import FileModel
from meshwright.config.problems import Path


def model_at(model: type[FileModel], path: Path) -> type[FileModel] | None:
    """The model of the mapping at `path` below a `model`; None where there is none, as at plain text.

    Where there are several, the path has the tag of one of them behind its place, as pydantic's paths do.
    """
    kind: Any = model
    for step in path:
        if isinstance(kind, type) and issubclass(kind, FileModel):
            if step not in kind.model_fields:
                return None
            kind = _plain(kind.model_fields[str(step)].annotation)
        elif tagged := _tagged(kind):
            kind = tagged.get(str(step))
        elif get_origin(kind) is dict:
            kind = _plain(get_args(kind)[1])
        elif get_origin(kind) is list:
            kind = _plain(get_args(kind)[0])
        else:
            return None
    return kind if isinstance(kind, type) and issubclass(kind, FileModel) else None


def field_at(model: type[FileModel], path: Path) -> FieldInfo | None:
    """The field of the key at `path`; None where no model names it, as in a list or by a free key."""
    parent = model_at(model, path[:-1]) if path else None
    return parent.model_fields.get(str(path[-1])) if parent is not None else None


def pattern_at(model: type[FileModel], path: Path) -> str | None:
    """The pattern of the text that is wanted at `path`: of a field, or of what its list or mapping holds."""
    kind: Any = None
    if field := field_at(model, path):
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    elif field := field_at(model, path[:-1]):
        kind = next(iter(get_args(_plain(field.annotation))[-1:]), None)
    return _pattern(kind)


def _pattern(kind: Any) -> str | None:
    for each in getattr(kind, "__metadata__", ()):
        if isinstance(each, StringConstraints) and isinstance(each.pattern, str):
            return each.pattern
    members = [each for each in get_args(kind) if type(None) in get_args(kind) and each is not type(None)]
    return _pattern(members[0]) if len(members) == 1 else None


def _tagged(kind: Any) -> dict[str, Any]:
    """The models of a union, by their tags."""
    return {
        mark.tag: get_args(each)[0]
        for each in get_args(kind)
        for mark in getattr(each, "__metadata__", ())
        if isinstance(mark, Tag)
    }


def _plain(kind: Any) -> Any:
    """The type without `Annotated` and `| None`."""
    while True:
        arguments = get_args(kind)
        if hasattr(kind, "__metadata__"):
            kind = arguments[0]
        elif type(None) in arguments:
            kind = next(each for each in arguments if each is not type(None))
        else:
            return kind
