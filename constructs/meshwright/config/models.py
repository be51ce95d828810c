"""Which model describes a place in a file."""

from typing import Any, get_args, get_origin

from meshwright.config.base import FileModel
from meshwright.config.problems import Path


def model_at(model: type[FileModel], path: Path) -> type[FileModel] | None:
    """The model of the mapping at `path` below a `model`; None where there is none, as at plain text."""
    kind: Any = model
    for step in path:
        if isinstance(kind, type) and issubclass(kind, FileModel):
            if step not in kind.model_fields:
                return None
            kind = _plain(kind.model_fields[str(step)].annotation)
        elif get_origin(kind) is dict:
            kind = _plain(get_args(kind)[1])
        elif get_origin(kind) is list:
            kind = _plain(get_args(kind)[0])
        else:
            return None
    return kind if isinstance(kind, type) and issubclass(kind, FileModel) else None


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
