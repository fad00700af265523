"""The county as the files an administrator would import."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shapely import Polygon

from geo.crs import from_wgs84
from gridsvc.demo.county import County
from gridsvc.demo.enterprises import Enterprise
from gridsvc.demo.people import Duty, Unit

ENTERPRISES_CRS = "gcj02"  # as most lists in China are, so that the import has something to convert

Row = dict[str, Any]


def write(county: County, directory: Path) -> list[Path]:
    """Write grids.geojson, units.csv, enterprises.csv and people.csv; return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    grids = directory / "grids.geojson"
    grids.write_text(grids_text(county), encoding="utf-8")
    return [
        grids,
        _write_csv(directory / "units.csv", (_unit(unit) for unit in county.units)),
        _write_csv(directory / "enterprises.csv", map(_enterprise, county.enterprises)),
        _write_csv(directory / "people.csv", map(_duty, county.duties)),
    ]


def grids_text(county: County) -> str:
    """Return the grids as GeoJSON, a feature to a line."""
    features = ",\n".join(_json(feature) for feature in _features(county))
    head = '{"type":"FeatureCollection","crs":"wgs84","synthetic":true,"features":[\n'
    return head + features + "\n]}\n"


def _features(county: County) -> Iterable[Mapping[str, Any]]:
    for place in county.places:
        properties = {
            "code": place.code,
            "name": place.name,
            "level": place.level,
            "parent": place.parent or None,
            "synthetic": True,
        }
        geometry = {"type": "Polygon", "coordinates": _rings(county.areas[place.code])}
        yield {"type": "Feature", "properties": properties, "geometry": geometry}


def _rings(area: Polygon) -> list[list[tuple[float, float]]]:
    return [list(ring.coords) for ring in (area.exterior, *area.interiors)]


def _unit(unit: Unit) -> Row:
    return {"code": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent}


def _enterprise(enterprise: Enterprise) -> Row:
    place = from_wgs84(enterprise.location, ENTERPRISES_CRS)
    return {
        "code": enterprise.code,
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "kind": enterprise.kind,
        "supervision_class": enterprise.supervision_class,
        "industry_code": enterprise.industry_code,
        "permit_no": enterprise.permit_no,
        "address": enterprise.address,
        "lon": f"{place.x:.7f}",
        "lat": f"{place.y:.7f}",
        "grid": enterprise.grid,
        "contact_name": enterprise.contact_name,
        "contact_phone": enterprise.contact_phone,
        "scattered": str(enterprise.scattered).lower(),
    }


def _duty(duty: Duty) -> Row:
    return {
        "login": duty.person.login,
        "name": duty.person.name,
        "phone": duty.person.phone,
        "role": duty.role,
        "subject_kind": duty.subject_kind,
        "subject_code": duty.subject_code,
        "seat": duty.seat,
        "from": duty.begins.isoformat(),
        "until": duty.until and duty.until.isoformat(),
    }


def _write_csv(path: Path, rows: Iterable[Row]) -> Path:
    lines = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
