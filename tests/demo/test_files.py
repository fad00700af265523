import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from shapely import Point
from shapely.geometry import shape

from geo.crs import to_wgs84
from geo.distance import distance_m
from gridsvc.demo import files
from gridsvc.demo.commands import demo
from gridsvc.demo.county import County

SMALL = County.small(7, date(2026, 11, 21))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    files.write(SMALL, tmp_path)
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(directory: Path) -> list[dict[str, Any]]:
    collection = json.loads((directory / "grids.geojson").read_text(encoding="utf-8"))
    assert (collection["type"], collection["crs"]) == ("FeatureCollection", "wgs84")
    assert collection["synthetic"] is True
    return list(collection["features"])


def test_grids_are_geojson_that_declares_its_crs(written: Path) -> None:
    properties = [feature["properties"] for feature in features(written)]
    assert [each["level"] for each in properties] == [1, 2, 3, 3, 3, 3, 3]
    assert properties[0] == {
        "code": "211122000000", "name": "盘山县", "level": 1, "parent": None, "synthetic": True
    }  # fmt: skip
    assert all(each["synthetic"] for each in properties)


def test_a_grid_comes_after_its_parent(written: Path) -> None:
    seen = {None}
    for feature in features(written):
        assert feature["properties"]["parent"] in seen
        seen.add(feature["properties"]["code"])


def test_areas_are_written_to_the_last_digit(written: Path) -> None:
    for feature in features(written):
        area = SMALL.areas[feature["properties"]["code"]]
        assert shape(feature["geometry"]).equals_exact(area)


def test_enterprises_are_written_in_gcj02_and_come_back_to_their_place(written: Path) -> None:
    for row, enterprise in zip(rows(written / "enterprises.csv"), SMALL.enterprises, strict=True):
        given = Point(float(row["lon"]), float(row["lat"]))
        assert distance_m(given, enterprise.location) > 300
        assert distance_m(to_wgs84(given, "gcj02"), enterprise.location) < 0.02


def test_the_columns_are_those_of_the_importers(written: Path) -> None:
    heads = {path.name: path.read_text("utf-8").split("\n")[0] for path in written.glob("*.csv")}
    assert heads == {
        "enterprises.csv": "code,name,uscc,kind,supervision_class,industry_code,permit_no,address,"
        "lon,lat,grid,contact_name,contact_phone,scattered",
        "people.csv": "login,name,phone,role,subject_kind,subject_code,seat,from,until",
        "units.csv": "code,name,kind,parent",
    }


def test_every_duty_names_a_subject_that_is_written_too(written: Path) -> None:
    subjects = {
        "grid": {feature["properties"]["code"] for feature in features(written)},
        "unit": {row["code"] for row in rows(written / "units.csv")},
        "enterprise": {row["code"] for row in rows(written / "enterprises.csv")},
    }
    for row in rows(written / "people.csv"):
        assert row["subject_code"] in subjects[row["subject_kind"]]


def test_a_past_duty_has_an_end_and_a_present_one_has_none(written: Path) -> None:
    untils = {row["until"] for row in rows(written / "people.csv")}
    assert untils == {"", SMALL.terms.handover.isoformat()}


def test_the_command_writes_the_four_files(tmp_path: Path) -> None:
    runner = Flask("demo").test_cli_runner()
    result = runner.invoke(demo, ["files", str(tmp_path / "new"), "--small"])
    assert result.exit_code == 0, result.output
    names = {Path(line).name for line in result.output.split()}
    assert names == {"grids.geojson", "units.csv", "enterprises.csv", "people.csv"}
    assert names == {path.name for path in (tmp_path / "new").iterdir()}
