"""The words on a picture: when, where and by whom it was taken, as its record says."""

from shapely import Point

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.media.models import Photo
from gridsvc.media.queries import record_of
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.weeks import LOCAL


def caption(session: Session, photo: Photo) -> list[str]:
    """Return the lines for a photo. What is not known is left out."""
    name = session.get_one(Person, (session.jurisdiction_id, photo.sender_id)).name
    time = photo.taken_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
    lines = [f"{time}  {name}", " · ".join(_places(session, photo)), _where(photo)]
    return [line for line in lines if line]


def _places(session: Session, photo: Photo) -> list[str]:
    record = record_of(session, photo)
    if record is None:
        return []
    grid = session.get(Grid, record.grid_id)
    enterprise_id = getattr(record, "enterprise_id", None)
    enterprise = session.get(Enterprise, enterprise_id) if enterprise_id else None
    return [thing.name for thing in (grid, enterprise) if thing is not None]


def _where(photo: Photo) -> str:
    if not isinstance(photo.position, Point):
        return ""
    off = f" ±{photo.accuracy_m:.0f} m" if photo.accuracy_m is not None else ""
    return f"{photo.position.x:.5f}°E {photo.position.y:.5f}°N{off}"
