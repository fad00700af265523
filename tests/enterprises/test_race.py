"""Two people import the same file at once. Real transactions, really committed."""

from datetime import UTC, datetime
from threading import Barrier, Thread

from gridsvc.actor import system
from gridsvc.audit.service import verify
from gridsvc.enterprises import queries, service
from gridsvc.enterprises.rules import OPTIONAL
from gridsvc.session import transaction
from gridsvc.tables import Line
from tests.conftest import BUSY, together
from tests.factories.drawings import a_line
from tests.factories.village import ZHAO

NOW = datetime.now(UTC)


def test_the_same_file_twice_at_once_enters_it_once(app, busy) -> None:
    place = {"lon": str(ZHAO.x), "lat": str(ZHAO.y), **dict.fromkeys(OPTIONAL, "")}
    lines = [Line(n, a_line(code=f"E-{n}", **place)) for n in range(2, 30)]
    counts: list[tuple[int, int]] = []
    start = Barrier(2)

    def bring_in() -> None:
        with app.app_context():
            start.wait()
            with transaction(BUSY) as session:
                planned = service.plan(session, lines, crs="wgs84", now=NOW)
                service.register(session, planned, by=system("test"), now=NOW)
                counts.append((len(planned.new), planned.unchanged))

    together([Thread(target=bring_in) for _ in range(2)])

    assert sorted(counts) == [(0, 28), (28, 0)]
    with transaction(BUSY) as session:
        assert len(queries.by_code(session, [line["code"] for line in lines])) == 28
        assert verify(session) is None
