"""The clients as they are served, over a small directory that stands for what was built."""

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridsvc.web.routes import blueprint

SCRIPT = b"export const answer = 42\n" * 100
OLD_ANDROID = "Mozilla/5.0 (Linux; Android 9; V1) AppleWebKit/537.36 Chrome/90 Mobile Safari/537.36"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Both clients, one compressed script, and a secret beside the directory that is served."""
    for client in ("m", "desk"):
        assets = tmp_path / "dist" / client / "assets"
        assets.mkdir(parents=True)
        (assets.parent / "index.html").write_text(f"<title>{client}</title>")
        (assets / "main-1a2b.js").write_bytes(SCRIPT)
        (assets / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
        (assets / "main-1a2b.js.br").write_bytes(b"brotli would be here")
        (assets.parent / ".hidden").write_text("not for the web")
    (tmp_path / "dist" / "m" / "manifest.webmanifest").write_text("{}")
    (tmp_path / "dist" / "m" / "sw.js").write_text("self")
    (tmp_path / "secret.txt").write_text("the receipt key")
    return tmp_path / "dist"


class Reader:
    """Asks for addresses, and reads every answer to its end: files are closed with it."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def get(self, address: str, headers: dict[str, str] | None = None) -> TestResponse:
        return self._client.get(address, headers=headers, buffered=True)


@pytest.fixture
def web(dist: Path) -> Reader:
    app = Flask(__name__, static_folder=None)
    app.config["WEB_DIST"] = dist
    app.register_blueprint(blueprint)
    return Reader(app.test_client())


@pytest.mark.parametrize("client", ["m", "desk"])
def test_the_address_of_a_client_gives_its_page(web: Reader, client: str) -> None:
    page = web.get(f"/{client}/")
    assert page.status_code == 200
    assert page.text == f"<title>{client}</title>"
    assert page.headers["Cache-Control"] == "no-cache"
    # the service worker keeps it under this name, and takes no redirect
    assert web.get(f"/{client}/index.html").text == f"<title>{client}</title>"
    assert web.get(f"/{client}").headers["Location"].endswith(f"/{client}/")


def test_a_page_of_the_desk_gets_the_client_but_a_missing_file_does_not(web: Reader) -> None:
    assert web.get("/desk/issues/0190-ab").text == "<title>desk</title>"
    assert web.get("/desk/assets/gone-9f.js").status_code == 404
    assert web.get("/m/issues").status_code == 404


def test_a_file_with_its_hash_in_the_name_is_kept_for_a_year(web: Reader) -> None:
    script = web.get("/m/assets/main-1a2b.js")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert web.get("/m/sw.js").headers["Cache-Control"] == "no-cache"


def test_a_browser_gets_the_compressed_form_that_it_takes(web: Reader) -> None:
    script = web.get("/m/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(script.data) == SCRIPT
    assert script.mimetype == "text/javascript"
    assert script.headers["Vary"] == "Accept-Encoding"

    best = web.get("/m/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip, br"})
    assert best.headers["Content-Encoding"] == "br"


def test_a_browser_that_takes_none_gets_the_plain_file(web: Reader) -> None:
    for accepted in ("", "identity", "gzip;q=0, br;q=0"):
        script = web.get("/m/assets/main-1a2b.js", headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in script.headers
        assert script.data == SCRIPT


def test_an_unchanged_page_is_not_sent_again(web: Reader) -> None:
    etag = web.get("/desk/").headers["ETag"]
    again = web.get("/desk/", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert "Content-Security-Policy" in again.headers


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "assets/../../../secret.txt",
        "..\\secret.txt",
        "/etc/passwd.x",
        ".hidden",
        "assets/main-1a2b.js.gz",
        "nul%00.js",
    ],
)
def test_nothing_else_on_the_disk_can_be_had(web: Reader, name: str) -> None:
    for client in ("m", "desk"):
        answer = web.get(f"/{client}/{name}")
        assert answer.status_code in {308, 404}
        assert b"receipt key" not in answer.data


def test_a_link_inside_leads_nowhere_outside(web: Reader, dist: Path) -> None:
    (dist / "m" / "leak.txt").symlink_to(dist.parent / "secret.txt")
    assert web.get("/m/leak.txt").status_code == 404


def test_every_answer_forbids_what_comes_from_elsewhere(web: Reader) -> None:
    for address in ("/", "/m/", "/desk/assets/main-1a2b.js", "/m/gone.js"):
        headers = web.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "script-src" not in policy  # nothing looser than the default
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({"User-Agent": OLD_ANDROID}, "/m/"),
        ({"Sec-CH-UA-Mobile": "?1", "User-Agent": "Chrome"}, "/m/"),
        ({"Sec-CH-UA-Mobile": "?0", "User-Agent": OLD_ANDROID}, "/desk/"),
        ({"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120"}, "/desk/"),
        ({}, "/desk/"),
    ],
)
def test_the_front_door_leads_phones_to_the_phone_client(
    web: Reader, headers: dict[str, str], client: str
) -> None:
    answer = web.get("/", headers=headers)
    assert answer.headers["Location"] == client
    assert "Sec-CH-UA-Mobile" in answer.headers["Vary"]


def test_a_client_that_is_not_built_says_how_to_build_it(web: Reader, dist: Path) -> None:
    (dist / "desk" / "index.html").unlink()
    answer = web.get("/desk/week")
    assert answer.status_code == 503
    assert "npm run build" in answer.text
    assert web.get("/m/").status_code == 200
