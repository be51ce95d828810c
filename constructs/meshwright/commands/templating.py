"""The texts of new files, which lie in `templates/`."""

from importlib.resources import files
from string import Template


def template(name: str) -> str:
    """A template's text as it is."""
    return files("meshwright.commands").joinpath("templates", *name.split("/")).read_text(encoding="utf-8")


def filled(name: str, **values: str) -> str:
    """A template with its `$names` filled in."""
    return Template(template(name)).substitute(values)
