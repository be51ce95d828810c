"""Classifications: mesh.yaml names them, products use them."""

from collections.abc import Iterator

from meshwright.checks.duplicates import twice
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion


def check(files: Files) -> Iterator[Finding]:
    """Every classification in use is one of the mesh's, which names each once."""
    if files.mesh is None:
        return
    named, open_ones = files.mesh.classifications, files.mesh.open_classifications
    known = dict.fromkeys(named)
    for key, names in (("classifications", named), ("open_classifications", open_ones)):
        seen: set[str] = set()
        for index, name in enumerate(names):
            if name in seen:
                yield twice(MESH_FILE, (key, index), name)
            elif name not in known:
                what = f"`{name}` is not one of the `classifications`"
                yield Finding(
                    MESH_FILE, (key, index), "unknown-classification", what, suggestion(name, known, "")
                )
            seen.add(name)
    for domain, file in files.domains.items():
        for product_name, product in file.products.items():
            name = product.classification
            if name not in known:
                yield Finding(
                    files.paths[domain],
                    ("products", product_name, "classification"),
                    "unknown-classification",
                    f"{MESH_FILE} has no classification `{name}`",
                    suggestion(name, known, ""),
                )
