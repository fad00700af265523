"""Uploads that nobody goes on with, and workers and disks that fail amid one."""

import os
import signal
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select, text

from gridsvc.audit.models import AuditEntry
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.media import arrive, jobs, receive
from gridsvc.media.models import Media, Upload
from gridsvc.session import db, transaction
from gridsvc.store import Store, store
from tests.conftest import BUSY, HERE
from tests.factories.media import (
    Phone,
    a_photo,
    receipt_in,
    sha256_of,
)
from tests.factories.people import bearer


def test_an_upload_is_nobody_elses(phone, other) -> None:
    photo = a_photo()
    url = phone.announce(photo).location

    assert other.ask(url).status_code == 404
    assert other.put(url, 0, photo).status_code == 404


def test_an_upload_that_nobody_goes_on_with_expires_and_frees_the_disk(
    session, phone, files
) -> None:
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])
    [upload] = session.scalars(select(Upload))
    upload.expires_at = utc_now() - timedelta(seconds=1)
    session.commit()

    assert phone.ask(url).status_code == 410
    assert phone.put(url, 100, photo[100:]).status_code == 410
    with structlog.testing.capture_logs() as lines:
        jobs.forget_everywhere(utc_now())
    assert lines == [
        {"event": "uploads_expired", "log_level": "info", "jurisdiction_id": HERE, "uploads": 1}
    ]
    assert files.arrived(upload.id) == 0
    assert phone.ask(url).status_code == 404
    assert phone.announce(photo).headers["Upload-Offset"] == "0"


def test_an_upload_that_expired_can_be_announced_again(session, phone) -> None:
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])
    [upload] = session.scalars(select(Upload))
    upload.expires_at = utc_now() - timedelta(seconds=1)
    session.commit()

    assert phone.announce(photo).headers["Upload-Offset"] == "0"
    assert phone.put(url, 0, photo).status_code == 204


def test_what_has_arrived_never_expires(session, phone) -> None:
    photo = a_photo()
    phone.send(photo)

    jobs.forget_everywhere(utc_now() + timedelta(days=400))

    assert phone.announce(photo).status_code == 200


def test_a_disk_that_lost_bytes_is_asked_again(session, phone, files) -> None:
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])
    [upload] = session.scalars(select(Upload))
    os.truncate(files.arriving(upload.id), 40)

    assert phone.ask(url).headers["Upload-Offset"] == "40"
    assert phone.put(url, 40, photo[40:]).status_code == 204


@pytest.mark.parametrize(
    ("moment", "stands"),
    [
        ((Store, "append"), 100),  # the piece is on the disk, the row does not know
        ((receive, "_register"), None),  # in its place, and in no table
        ((arrive, "receipts"), None),  # complete, and nobody was told
    ],
)
def test_a_worker_killed_at_any_moment_loses_nothing(
    app, busy, public_key, monkeypatch, moment, stands
) -> None:
    """A forked worker really dies, by SIGKILL, just after it did the thing named."""
    with app.app_context():
        with transaction(BUSY) as session:
            phone = Phone(app.test_client(), bearer(session, busy.officer))
        db.session.remove()
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])

    with monkeypatch.context() as patch:
        patch.setattr(*moment, dying_after(getattr(*moment)))
        in_a_fork(app, lambda: phone.put(url, 100, photo[100:]))

    asked = phone.ask(url)
    assert asked.headers["Upload-Offset"] == str(stands or len(photo))
    told = phone.put(url, 100, photo[100:]) if stands else phone.announce(photo)
    receipt = receipt_in(told)
    public_key.verify(bytes.fromhex(receipt.pop("signature")), canonical(receipt))
    with app.app_context():
        assert store(BUSY).original(sha256_of(photo)).read_bytes() == photo
        with transaction(BUSY) as session:
            received = select(AuditEntry).where(AuditEntry.deed == "media.receive")
            assert len(session.scalars(received).all()) == 1
            assert session.scalars(select(Media.sha256)).one() == sha256_of(photo)
            assert (
                session.scalar(text("SELECT count(*) FROM upload WHERE completed_at IS NULL")) == 0
            )
        db.session.remove()


def dying_after(work):
    def do_and_die(*args, **options):
        work(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return do_and_die


def in_a_fork(app, work) -> None:
    """Do it in a process of its own, with connections of its own, which is killed meanwhile."""
    child = os.fork()
    if child == 0:
        with app.app_context():
            db.engine.dispose(close=False)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
