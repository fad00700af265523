"""What a phone tells of a round: by default the officer walks Zhao for an hour, two days ago."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from gridsvc.ids import new_id
from gridsvc.patrols.rules import DayCloseReport, PatrolEndReport, PatrolReport, TrackReport
from gridsvc.people.models import Person
from gridsvc.weeks import local_day
from tests.factories.inspections import TWO_DAYS_AGO, an_envelope

BEGAN = TWO_DAYS_AGO
ENDED = BEGAN + timedelta(hours=1)


def a_start(officer: Person, grid_id: UUID, **changes: Any) -> PatrolReport:
    body = {"grid_id": grid_id, "made_at": changes.get("made_at", BEGAN)}
    return PatrolReport(
        envelope=an_envelope(officer, body, **{"made_at": BEGAN} | changes), grid_id=grid_id
    )


def an_end(officer: Person, patrol_id: UUID, **changes: Any) -> PatrolEndReport:
    facts = {"points": 3, "distance_m": 900.0, "gaps": 0, "visits": 1}
    envelope = an_envelope(officer, {"patrol_id": patrol_id}, **{"made_at": ENDED} | changes)
    return PatrolEndReport(envelope=envelope, patrol_id=patrol_id, facts=facts)


def a_part(
    officer: Person, patrol_id: UUID, *moments: datetime, seq: int = 0, id: UUID | None = None
) -> TrackReport:
    """A fix for each of `moments`, always further to the east."""
    points = a_walk(*moments)
    return TrackReport(
        envelope=an_envelope(officer, {"crs": "wgs84", "points": points}, id=id or new_id()),
        patrol_id=patrol_id,
        seq=seq,
        fixes=np.array(points, dtype=np.float64)[:, :3].reshape(-1, 3),
    )


def a_walk(*moments: datetime) -> list[list[float]]:
    return [[122.05 + n / 1000, 41.24, moment.timestamp(), 5.0] for n, moment in enumerate(moments)]


def a_close(
    officer: Person, grid_id: UUID, day: date | None = None, **changes: Any
) -> DayCloseReport:
    told = {
        "grid_id": grid_id,
        "day": day or local_day(BEGAN),
        "visits": changes.pop("visits", 0),
        "problems": 0,
        "unvisited": [],
    }
    return DayCloseReport(
        envelope=an_envelope(officer, told, **{"made_at": ENDED} | changes), **told
    )
