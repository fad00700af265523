import pytest

from geo.gpx import BadGpx, read_gpx

HEAD = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'


def gpx(*segments: str) -> bytes:
    return (HEAD + "<trk>" + "".join(segments) + "</trk></gpx>").encode()


def segment(*points: str) -> str:
    return "<trkseg>" + "".join(points) + "</trkseg>"


def point(at: str | None = "2026-03-02T01:00:00Z", lon: str = "122.05", lat: str = "41.24") -> str:
    time = f"<time>{at}</time>" if at is not None else ""
    return f'<trkpt lon="{lon}" lat="{lat}"><ele>4</ele>{time}</trkpt>'


LATER = point("2026-03-02T09:00:30+08:00", lon="122.06")


def test_the_points_of_all_segments_come_in_order_of_time() -> None:
    fixes = read_gpx(gpx(segment(LATER), segment(point())))

    assert fixes[:, 0].tolist() == [122.05, 122.06]
    assert fixes[1, 2] - fixes[0, 2] == 30


def test_a_time_without_a_zone_is_utc_as_gpx_says() -> None:
    told = gpx(segment(point("2026-03-02T01:00:00"), LATER))
    assert read_gpx(told)[0].tolist() == read_gpx(gpx(segment(point(), LATER)))[0].tolist()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>'
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"lon,lat\n1,2", "no XML"),
        (gpx(segment(point(), LATER))[:-20], "no XML"),
        (b"<kml/>", "no GPX file"),
        (HEAD.encode() + b"</gpx>", "no track"),
        (gpx(segment(point(), LATER), segment()), "Segment 2 is empty"),
        (gpx(segment(point(None), LATER)), "Point 1 has no time"),
        (gpx(segment(point("today"), LATER)), "no time that can be read"),
        (gpx(segment(point(), point())), "All its points have one time"),
        (gpx(segment(point(lon="420533.1", lat="4566012.7"), LATER)), "not in degrees"),
        (gpx(segment(point(lon="nan"), LATER)), "not in degrees"),
        (gpx(segment(point(lon="east"), LATER)), "no lon and lat"),
        (BOMB, "may be a bomb"),
    ],
)
def test_what_is_no_track_is_refused_by_name(content: bytes, why: str) -> None:
    with pytest.raises(BadGpx, match=why):
        read_gpx(content)
