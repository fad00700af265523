"""Small GeoJSON files of grids, and CSV files of enterprises."""

import csv
import json
from pathlib import Path
from typing import Any

from shapely import Polygon, box, get_coordinates

WEST, SOUTH, STEP = 122.0, 41.2, 0.02  # a square of STEP degrees is about two kilometres wide


def patch(x: float, y: float, wide: float = 1, high: float = 1) -> Polygon:
    """A rectangle in steps from the corner of the county."""
    west, south = WEST + x * STEP, SOUTH + y * STEP
    return box(west, south, west + wide * STEP, south + high * STEP)


def a_feature(
    code: str, level: int, area: Polygon | list[Any], parent: str | None = None, **changes: Any
) -> dict[str, Any]:
    """A grid as a feature. `area` may be raw rings, to draw what shapely would not."""
    rings = area if isinstance(area, list) else [get_coordinates(area).tolist()]
    properties = {"code": code, "name": f"网格{code}", "level": level, "parent": parent}
    return {
        "type": "Feature",
        "properties": properties | changes,
        "geometry": {"type": "Polygon", "coordinates": rings},
    }


def a_county(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """County 1, its town 11, and the villages 111 and 112, which share the town.

    Changes are given by code: `_111={"name": ...}` or `_111=None` to leave it out.
    """
    features = {
        "1": a_feature("1", 1, patch(0, 0, 2)),
        "11": a_feature("11", 2, patch(0, 0, 2), "1"),
        "111": a_feature("111", 3, patch(0, 0), "11"),
        "112": a_feature("112", 3, patch(1, 0), "11"),
    }
    features |= {code.lstrip("_"): feature for code, feature in changes.items()}
    return [feature for feature in features.values() if feature is not None]


def drawing_text(features: list[Any], crs: Any = "wgs84") -> str:
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection | ({"crs": crs} if crs else {}), ensure_ascii=False)


def a_line(**changes: str) -> dict[str, str]:
    """An enterprise as a row of a file, in the middle of village 111."""
    usual = {
        "code": "T-1", "name": "宏达砂石场", "uscc": "", "kind": "industrial",
        "supervision_class": "general", "industry_code": "3033", "permit_no": "",
        "address": "试验村1号", "lon": "122.01", "lat": "41.21", "grid": "",
        "contact_name": "赵一", "contact_phone": "19900000001", "scattered": "false",
    }  # fmt: skip
    return usual | changes


def write_lines(path: Path, *lines: dict[str, str], encoding: str = "utf-8") -> Path:
    header = list(dict.fromkeys(name for line in lines for name in line))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(lines)
    return path
