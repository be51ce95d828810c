"""Which model describes a place in a file."""

from typing import Any, get_args, get_origin

from pydantic import Tag

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
