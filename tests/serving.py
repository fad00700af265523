"""An application on a real port, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

POLL_S = 0.01  # how soon it sees that it is to end: werkzeug's half a second adds up


@contextmanager
def serving(app: "WSGIApplication") -> Iterator[str]:
    """Yield the address at which it is served, each request in a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
