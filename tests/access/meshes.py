"""Random small meshes, valid by construction: domains, products, roles, and keys that may or may not meet."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.mesh_file import MeshFile
from meshwright.config.positions import Source
from meshwright.mesh.model import Mesh, resolve

TODAY = date(2027, 1, 1)
DAYS = (None, None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
DOMAINS = ("orders", "web", "web-shop", "field-ops")
"""The databases of `web` and `web-shop` begin alike."""
PRODUCTS = ("sales", "shop_visits")
TABLES = ("lines", "people")
COLUMNS = {"id": "string", "country": "string", "total": "int", "email": "string", "birth_year": "int"}
"""A table has the first two at least, so that conditions on these fit every table."""
CONDITIONS = {
    "id": ("id LIKE 'a%'", "id <> 'it''s'", "id = ') AND ('"),
    "country": ("country = 'DE'", "(country = 'DE') OR (country = 'FR')", "(country <> 'US')"),
}
GOVERNANCE = "100000000001"
ACCOUNTS = {name: f"20000000000{number}" for number, name in enumerate(DOMAINS)}
Data = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """The files of a mesh, as models."""

    mesh: MeshFile
    domains: Mapping[str, DomainFile]

    @cached_property
    def files(self) -> Files:
        """As if read: with a text for each domain, for the places in it."""
        paths = {name: f"domains/{name}.yaml" for name in self.domains}
        texts = {paths[name]: json.dumps(_plain(each), indent=1) for name, each in self.domains.items()}
        sources = {file: Source(file, text) for file, text in texts.items()}
        return Files(self.mesh, self.domains, (), sources, paths)

    @cached_property
    def resolved(self) -> Mesh:
        """What the files mean in `dev`."""
        return resolve(self.mesh, self.domains, environment="dev", today=TODAY)

    def in_accounts(self, new: Callable[[], str]) -> "Drawn":
        """The same mesh in other accounts."""
        numbers = {each: new() for each in (GOVERNANCE, *ACCOUNTS.values())}

        def moved(model: MeshFile | DomainFile) -> Data:
            text = json.dumps(_plain(model))
            for old, number in numbers.items():
                text = text.replace(old, number)
            data: Data = json.loads(text)
            return data

        return Drawn(
            MeshFile.model_validate(moved(self.mesh)),
            {name: DomainFile.model_validate(moved(each)) for name, each in self.domains.items()},
        )


def _plain(model: MeshFile | DomainFile) -> Data:
    return model.model_dump(mode="json", exclude_defaults=True)


@st.composite
def meshes(draw: st.DrawFn, *, regions: tuple[str, ...] = ("eu-west-1",), most: int = len(DOMAINS)) -> Drawn:
    """A mesh of two to `most` domains. One of them may be in another environment than the one looked at."""
    region = draw(st.sampled_from(regions))
    mesh = MeshFile.model_validate(
        {
            "mesh": "acme",
            "organization": draw(st.sampled_from([None, "o-a1b2c3d4e5"])),
            "environments": {
                "dev": {"governance_account": GOVERNANCE, "region": region},
                "prod": {"governance_account": "100000000002", "region": region},
            },
            "classifications": ["public", "internal"],
            "open_classifications": draw(st.sampled_from([[], ["public"]])),
            "permissions_boundary": draw(st.sampled_from([None, None, "acme-boundary"])),
        }
    )
    names = draw(st.lists(st.sampled_from(DOMAINS), min_size=2, max_size=most, unique=True))
    elsewhere = draw(st.sampled_from([None, None, None, names[-1]]))
    domains: dict[str, Data] = {}
    for name in names:
        environment = "prod" if name == elsewhere else "dev"
        domains[name] = {
            "domain": name,
            "description": "x",
            "owner": {"team": "t", "email": "t@x.example"},
            "accounts": {environment: ACCOUNTS[name]},
            "roles": draw(_roles("aws-cn" if region.startswith("cn-") else "aws", ACCOUNTS[name])),
            "products": {each: draw(_PRODUCT) for each in draw(_some(PRODUCTS, least=0))},
            "consumes": [],
        }
    for consumer in names:
        for producer in names:
            for product in domains[producer]["products"] if producer != consumer else ():
                _keys(draw, domains, consumer, producer, product, mesh.open_classifications)
    return Drawn(mesh, {name: DomainFile.model_validate(each) for name, each in domains.items()})


def _some(values: tuple[str, ...], *, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=len(values), unique=True)


def _roles(partition: str, account: str) -> st.SearchStrategy[dict[str, Data]]:
    """One or two; those that exist already may be one role under two keys."""
    role = st.fixed_dictionaries(
        {
            "name": st.sampled_from([None, "Shared", f"arn:{partition}:iam::{account}:role/team/Pathed"]),
            "access": st.sampled_from([None, "read", "write"]),
        }
    ).map(lambda each: each if each["name"] else {**each, "create": True})
    return st.dictionaries(st.sampled_from(["engineers", "analysts"]), role, min_size=1, max_size=2)


@st.composite
def _table(draw: st.DrawFn) -> Data:
    names = list(COLUMNS)[: draw(st.integers(2, len(COLUMNS)))]
    table = {
        "description": "x",
        "format": draw(st.sampled_from(["iceberg", "parquet", "json", "csv"])),
        "partition_by": draw(st.sampled_from([[], ["country"]])),
    }
    pii = draw(st.sets(st.sampled_from(names))) - _never_hidden([table])
    return {**table, "columns": {name: {"type": COLUMNS[name], "pii": name in pii} for name in names}}


def _never_hidden(tables: Iterable[Data]) -> set[str]:
    """Partition columns, where the catalog has the partitions: nobody can read the table without them."""
    return {column for table in tables if table["format"] != "iceberg" for column in table["partition_by"]}


_PRODUCT = st.fixed_dictionaries(
    {
        "description": st.just("x"),
        "classification": st.sampled_from(["internal", "public"]),
        "tables": st.dictionaries(st.sampled_from(TABLES), _table(), min_size=1, max_size=2),
        "shared_with": st.builds(list),
    }
)


def _keys(
    draw: st.DrawFn, domains: dict[str, Data], consumer: str, producer: str, name: str, opened: list[str]
) -> None:
    """What the two say of one product, if anything."""
    product = domains[producer]["products"][name]
    approval, request = None, None
    said = draw(st.sampled_from(["both", "both", "both", "approval", "request", "nothing"]))
    if said in ("both", "approval"):
        approval = {"domain": consumer, **_limits(draw, product)}
        condition = draw(st.sampled_from([None, *CONDITIONS["id"], *CONDITIONS["country"]]))
        product["shared_with"].append({**approval, "where": condition})
    if said in ("both", "request"):
        roles = draw(_some(tuple(domains[consumer]["roles"])))
        request = {"product": f"{producer}.{name}", "purpose": "x", "roles": roles, **_limits(draw, product)}
        is_open = product["classification"] in opened
        usable = [None, *_usable(product, request, approval, is_open=is_open)]
        domains[consumer]["consumes"].append({**request, "where": draw(st.sampled_from(usable))})


def _limits(draw: st.DrawFn, product: Data) -> Data:
    """How one side narrows what it says, but for rows."""
    tables = draw(st.none() | _some(tuple(product["tables"])))
    chosen = [product["tables"][each] for each in tables or product["tables"]]
    columns = {column for each in chosen for column in each["columns"]} - _never_hidden(chosen)
    until = draw(st.sampled_from(DAYS))
    return {
        "tables": tables,
        "exclude": draw(st.lists(st.sampled_from(sorted(columns)), max_size=2, unique=True)),
        "pii": draw(st.booleans()),
        "until": until.isoformat() if until else None,
    }


def _usable(product: Data, request: Data, approval: Data | None, *, is_open: bool) -> list[str]:
    """Conditions of a request: on columns that nothing hides from it, whichever approval comes to apply."""
    hidden = {*request["exclude"], *(approval["exclude"] if approval else ())}
    if not (request["pii"] and approval and approval["pii"] and not is_open):
        for table in product["tables"].values():
            hidden |= {name for name, column in table["columns"].items() if column["pii"]}
    return [text for column, texts in CONDITIONS.items() if column not in hidden for text in texts]
