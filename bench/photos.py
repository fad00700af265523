"""How fast photos come in, beside the same bytes written and the same rows inserted by hand.

    python -m bench.photos

The bare figure: each photo written to a file, synced, renamed, its directory synced, and two
rows inserted and committed. No token, no checksum, no decoding, no trail, no receipt.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from bench import clients
from bench.county import Officer, a_base_photo, a_photo
from bench.reports import report
from bench.served import a_served_county
from gridsvc.ids import new_id
from tests.storm.instance import Instance

CLIENTS = 4
PHOTOS, WARM_UP = 25, 5  # of each client


def photos(instance: Instance, officers: Sequence[Officer]) -> None:
    """Send photos with their announcements and after them; print both rates, and the bare one."""
    base = a_base_photo()
    size, many = f"{len(base) // 1000} KB", PHOTOS * len(officers)

    def given(each: int) -> list[tuple[object, ...]]:
        taken = [[a_photo(base, n) for n in range(each)] for _ in officers]
        return [(instance.address, o.headers, p) for o, p in zip(officers, taken, strict=True)]

    clients.in_parallel(clients.bring_photos, given(WARM_UP))
    at_once, announced = given(PHOTOS), given(PHOTOS)
    rate = report(
        instance, f"photos of {size}, 1 request", many,
        lambda: clients.in_parallel(clients.bring_photos, at_once),
    )  # fmt: skip
    report(
        instance, f"photos of {size}, 2 requests", many,
        lambda: clients.in_parallel(clients.send_photos, announced),
    )  # fmt: skip
    with TemporaryDirectory(dir=instance.settings.media_dir) as directory:
        url = instance.settings.database_url
        plain = [(url, Path(directory) / str(n), p[2]) for n, p in enumerate(given(PHOTOS))]
        bare = report(
            instance, f"bare files and rows, {size}", many,
            lambda: clients.in_parallel(write_plainly, plain),
        )  # fmt: skip
    print(f"{'':28} {rate / bare:.2f} of the bare disk and database")


def write_plainly(url: str, directory: Path, taken: Sequence[bytes]) -> list[float]:
    directory.mkdir()
    engine = create_engine(url)
    with engine.connect() as connection:
        for photo in taken:
            _write(directory, photo)
            told = {"id": new_id(), "sha256": new_id().hex, "length": len(photo)}
            for row in ROWS:
                connection.execute(text(row), told)
            connection.commit()
    engine.dispose()
    return []


ROWS = (
    """INSERT INTO media (jurisdiction_id, id, sha256, media_type, length, width_px, height_px,
                          received_at)
       SELECT id, :id, :sha256, 'image/jpeg', :length, 1600, 1200, now()
       FROM jurisdiction LIMIT 1""",
    """INSERT INTO upload (jurisdiction_id, id, sender_id, sha256, media_type, length, "offset",
                           created_at, expires_at, completed_at)
       SELECT jurisdiction_id, :id, id, :sha256, 'image/jpeg', :length, :length, now(), now(), now()
       FROM person LIMIT 1""",
)


def _write(directory: Path, photo: bytes) -> None:
    unfinished = directory / "unfinished"
    with unfinished.open("wb") as file:
        file.write(photo)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(directory / new_id().hex)
    handle = os.open(directory, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def main() -> None:
    with a_served_county() as (instance, _, officers):
        photos(instance, officers[:CLIENTS])
        print(f"load {os.getloadavg()}")


if __name__ == "__main__":
    main()
