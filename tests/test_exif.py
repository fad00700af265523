"""What a camera claims."""

from datetime import datetime

import pytest

from gridsvc.exif import claims_of


def test_what_can_be_compared_is_read() -> None:
    claims = claims_of(
        {
            "Make": "示例 ",
            "Model": "P 40",
            "Software": "1.0",
            "DateTimeOriginal": "2026:02:28 12:00:00",
            "DateTime": "2026:03:01 00:00:00",
            "Orientation": 6,
            "GPSInfo": {
                "GPSLatitude": [41.0, 14.0, 24.0], "GPSLatitudeRef": "N",
                "GPSLongitude": [122.0, 3.0, 0.0], "GPSLongitudeRef": "E",
            },
        }
    )  # fmt: skip

    assert (claims.make, claims.model, claims.software) == ("示例", "P 40", "1.0")
    assert claims.taken_local == datetime(2026, 2, 28, 12)  # noqa: DTZ001  EXIF knows no zone
    assert claims.orientation == 6
    assert (round(claims.position.x, 6), round(claims.position.y, 6)) == (122.05, 41.24)


def test_the_south_and_the_west_are_negative() -> None:
    gps = {"GPSLatitude": [1.5], "GPSLatitudeRef": "S", "GPSLongitude": [2.0, 30.0],
           "GPSLongitudeRef": "W"}  # fmt: skip
    assert claims_of({"GPSInfo": gps}).position.coords[0] == (-2.5, -1.5)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"unreadable": "broken"},
        {"DateTimeOriginal": "0000:00:00 00:00:00", "Orientation": 9, "Make": 7, "GPSInfo": {}},
        {"DateTimeOriginal": "yesterday", "Orientation": "6", "GPSInfo": [1, 2]},
        {"GPSInfo": {"GPSLatitude": [0.0, 0.0, 0.0], "GPSLongitude": [0.0, 0.0, 0.0]}},
        {"GPSInfo": {"GPSLatitude": [91.0], "GPSLongitude": [10.0]}},
        {"GPSInfo": {"GPSLatitude": [None, 1.0], "GPSLongitude": "10"}},
    ],
)
def test_what_makes_no_sense_is_left_out(tags) -> None:
    assert set(vars(claims_of(tags)).values()) == {None}
