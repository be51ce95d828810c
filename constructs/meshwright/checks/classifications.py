"""Classifications: mesh.yaml names them, products use them."""

from collections.abc import Iterator

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion


def check(files: Files) -> Iterator[Finding]:
    """Every classification in use is one of the mesh's, which names each once."""
    if files.mesh is None:
        return
    known = files.mesh.classifications
    for key, names in (("classifications", known), ("open_classifications", files.mesh.open_classifications)):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Finding(
                    MESH_FILE,
                    (key, index),
                    "duplicate",
                    f"`{name}` is in the list twice",
                    "Remove one of the two.",
                )
            elif name not in known:
                what = f"`{name}` is not one of the `classifications`"
                yield Finding(
                    MESH_FILE, (key, index), "unknown-classification", what, suggestion(name, known, "")
                )
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
