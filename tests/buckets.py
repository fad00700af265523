"""A real S3-compatible store for tests: rclone's, over a directory. It checks signatures."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

KEY, SECRET = "gridsvc-test-key", "gridsvc-test-secret"
BUCKET = "photos"
RCLONE = Path(sys.executable).with_name("rclone")
PATIENCE_S = 30


@contextmanager
def a_store(directory: Path) -> Iterator[dict[str, str]]:
    """Yield the settings of a store whose files are in `directory`."""
    (directory / BUCKET).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    how = ("--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", "--vfs-cache-mode=off")
    process = subprocess.Popen(  # noqa: S603
        [str(RCLONE), "serve", "s3", *how, str(directory)],
        env={**os.environ, "RCLONE_CONFIG": os.devnull},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT": f"http://127.0.0.1:{port}",
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": KEY,
            "S3_SECRET_KEY": SECRET,
        }
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    give_up_at = monotonic() + PATIENCE_S
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        assert monotonic() < give_up_at, "rclone never answered"
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            raise AssertionError("rclone ended by itself")
