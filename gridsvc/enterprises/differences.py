"""What an import of the registry would change, for whoever decides about it. No clock."""

from collections.abc import Iterable, Mapping
from typing import Any

from gridsvc.digests import canonical, digest
from gridsvc.enterprises.rules import Plan
from gridsvc.errors import Conflict
from gridsvc.tables import Fault, require_faultless


class RegistryChanged(Conflict):
    """The import would change something else than the dry run said."""


def report(plan: Plan, faults: Iterable[Fault]) -> dict[str, Any]:
    """Return what an import would do, and a digest of it: as long as that stands, so does this."""
    told = {
        "new": [{"code": row["code"], "name": row["name"]} for row in plan.new],
        "changed": [
            {"code": each.code, "name": each.name, "columns": sorted(changes)}
            for each, changes in plan.changed
        ],
        "unchanged": plan.unchanged,
    }
    return told | {
        "dry_run": True,
        "faults": sorted({*faults, *plan.faults}),
        "digest": digest(canonical(told)),
    }


def require_as_told(told: Mapping[str, Any], expected: str | None) -> None:
    """Raise FaultyTable, or RegistryChanged unless an import is what the dry run said."""
    require_faultless(told["faults"])
    if told["digest"] != expected:
        raise RegistryChanged("Read the differences of a dry run first.", digest=told["digest"])
