"""`meshwright new product`: adds a product to a domain's file, leaving every other character as it is."""

from pathlib import Path
from textwrap import indent

from meshwright.checks.registry import check
from meshwright.commands.templating import filled
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files, parse_text
from meshwright.config.nodes import Node
from meshwright.config.positions import Source
from meshwright.config.problems import dotted
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.project import load_files, with_domain
from meshwright.writing import replace


def new_product(*, root: Path, domain: str, name: str | None) -> int:
    """Add a product `name` to domains/<domain>.yaml; `domain` may be `domain.product` instead.

    Raises UserError, and changes nothing, when the file can't take it; the message holds the text to paste.
    """
    if name is None:
        domain, separator, name = domain.partition(".")
        if not separator or not name:
            raise UserError("Name the product too: meshwright new product DOMAIN NAME")
    files = load_files(root)
    file = files.paths.get(domain)
    if file is None and domain in files.broken:
        raise UserError(f"domains/{domain}.yaml has problems; mend them first: meshwright validate")
    if file is None:
        known = sorted({*files.domains, *files.broken})
        fix = suggestion(domain, known, f"Make it: meshwright new domain {domain}")
        raise UserError(f"There is no domain `{domain}`. {fix}")
    if name in files.domains[domain].products:
        raise UserError(f"{file} has a product `{name}` already, which is left as it is.")
    classification = files.mesh.classifications[0] if files.mesh else "internal"
    block = filled("product.yaml", product=name, classification=classification)
    source = files.sources[file]
    text = inserted(source, block)
    _refuse_invalid(files, file, source, text, name, block)
    if text is not None:
        replace(root, file, text)
    print(f"added products.{name} to {root / file}")
    print("Next: fill in its descriptions and columns; meshwright validate")
    return 0


def inserted(source: Source, block: str) -> str | None:
    """The file's text with `block` as last product.

    None when `products` is not written as an indented block.
    """
    newline = "\r\n" if "\r\n" in source.text else "\n"
    key_and_value = (source.top.items or {}).get("products")
    if key_and_value is None:
        gap = "" if source.text.endswith(("\n", "\r")) else newline
        added = f"products:\n{indent(block, '  ')}".replace("\n", newline)
        return f"{source.text}{gap}{newline}{added}"
    _, products = key_and_value
    if not products.items or _is_flow(source.text, products):
        return None
    last = _end(products)
    end_of_line = source.text.find("\n", last)
    at = len(source.text) if end_of_line < 0 else end_of_line + 1
    before, after = source.text[:at], source.text[at:]
    gap = "" if before.endswith("\n") else newline
    column = next(iter(products.items.values()))[0].mark.column - 1
    added = indent(block, " " * column).replace("\n", newline)
    return f"{before}{gap}{newline}{added}{after}"


def _end(node: Node) -> int:
    """Index of the first character behind the last value inside: a mapping itself ends at the next key."""
    if node.items:
        return max(_end(value) for _, value in node.items.values())
    if node.children:
        return max(_end(child) for child in node.children)
    return node.end


def _is_flow(text: str, node: Node) -> bool:
    return text[node.start] == "{"


def _refuse_invalid(files: Files, file: str, source: Source, text: str | None, name: str, block: str) -> None:
    """Raises UserError unless `text` says all that the file said plus the product, and no check objects."""
    paste = f"Paste this under `products` of {file}:\n\n{indent(block, '  ')}"
    if text is None:
        raise UserError(
            f"{file} is left as it is: its `products` is not written as an indented block. {paste}"
        )
    domain, new_source, problems = parse_text(text, file, DomainFile)
    if problems and all(problem.path.startswith(dotted(("products", name))) for problem in problems):
        raise UserError(f"{file} is left as it is: {problems[0].message}")
    if domain is None or new_source is None or not _only_adds(source.top, new_source.top, name):
        raise UserError(f"{file} is left as it is: the product can't be added to its text safely. {paste}")
    before = {(problem.file, problem.code, problem.what) for problem in check(files)}
    for problem in check(with_domain(files, domain, new_source)):
        if (problem.file, problem.code, problem.what) not in before:
            raise UserError(f"{file} is left as it is, since this would be wrong:\n{problem}")


def _only_adds(before: Node, after: Node, name: str) -> bool:
    products = {key: value for key, value in after.data.get("products", {}).items() if key != name}
    rest = {key: value for key, value in after.data.items() if key != "products" or products}
    return bool({**rest, "products": products} == before.data if products else rest == before.data)
