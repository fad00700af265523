"""What is due in one grid, and owed, whatever the length of its history. `python -m bench.due`

A grid of 50 objects, each with 10, 100, 1,000 and 3,000 visits (three years of daily ones):
the answers take the same, since the last visit is one step along an index.
"""

from datetime import timedelta
from statistics import median
from time import perf_counter

from shapely import Point

from bench.audit import application
from gridsvc.batches import insert_all
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.ids import id_at
from gridsvc.marks.models import Visit
from gridsvc.patrols.owed import coverage_debt, due_visits
from gridsvc.session import Session, directory, transaction
from gridsvc.weeks import local_day
from tests.conftest import a_jurisdiction
from tests.factories.enterprises import enterprise_row
from tests.factories.village import LAST_YEAR, ZHAO, Village

HERE, OBJECTS, TIMES = 2, 50, 30  # the first is the one that bench.audit founds
HISTORIES = (10, 100, 1_000, 3_000)


def fill(session: Session, grid: Grid, visits: int) -> None:
    """Enter objects in a grid, each visited so many times, the last time yesterday."""
    rows = [
        enterprise_row(f"企业{n}", Point(ZHAO.x, ZHAO.y), grid)
        | {"id": id_at(LAST_YEAR), "code": f"{grid.code}-{n}", "initials": "qy", "sync_version": 1}
        for n in range(OBJECTS)
    ]
    insert_all(session, Enterprise, rows)
    for row in rows:
        moments = [utc_now() - timedelta(days=1, hours=8 * n) for n in range(visits)]
        made = [
            {"id": id_at(at), "enterprise_id": row["id"], "occurred_at": at, "level": 3,
             "is_night": False}
            for at in moments
        ]  # fmt: skip
        insert_all(session, Visit, made)


def measured(session: Session, grid: Grid) -> tuple[float, float]:
    """Return the median milliseconds of a day's list and of the debt of a grid."""
    now = utc_now()
    asked = (
        lambda: due_visits(session, {grid.id}, local_day(now)),
        lambda: coverage_debt(session, {grid.id}, now),
    )
    return tuple(median(_ms(ask) for _ in range(TIMES)) for ask in asked)  # type: ignore[return-value]


def _ms(ask) -> float:  # type: ignore[no-untyped-def]
    began = perf_counter()
    ask()
    return (perf_counter() - began) * 1000


def main() -> None:
    with application():
        with directory() as shared:
            shared.add(a_jurisdiction(HERE))
        with transaction(HERE) as session:
            village = Village.found(session)
        for visits in HISTORIES:
            grid = Grid(level=3, kind="territorial", code=f"{visits}", name=f"{visits}",
                        parent_id=village.town.id)  # fmt: skip
            with transaction(HERE) as session:
                session.add(grid)
                session.flush()
                fill(session, grid, visits)
            with transaction(HERE) as session:
                due_ms, owed_ms = measured(session, session.get_one(Grid, (HERE, grid.id)))
            print(
                f"{OBJECTS} objects × {visits:5} visits: due {due_ms:.1f} ms, owed {owed_ms:.1f} ms"
            )


if __name__ == "__main__":
    main()
