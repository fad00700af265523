import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from gridsvc.config import ROOT, Settings, SettingsError, sqlalchemy_url

URL = "postgresql://somebody@db.example/gridsvc"
GIVEN = {"DATABASE_URL": URL, "SECRET_KEY": "s" * 32, "RECEIPT_KEY": "5E" * 32}


def faults(environ: dict[str, str], var_dir: Path) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(environ, var_dir)
    return str(refusal.value).splitlines()[1:]


def test_three_variables_are_enough(tmp_path: Path) -> None:
    settings = Settings.from_environment(GIVEN, tmp_path)
    assert settings.database_url == "postgresql+psycopg://somebody@db.example/gridsvc"
    assert settings.database_owner_url == settings.database_url
    assert settings.receipt_key == "5e" * 32
    assert settings.media_dir == tmp_path / "media"
    assert (settings.port, settings.workers, settings.demo) == (8000, 2, False)


def test_a_process_that_shares_them_reads_the_same(tmp_path: Path) -> None:
    """So that the plain `flask` command finds the instance that runs, with or without extras."""
    extras = {"PUBLIC_URL": "https://grid.example.cn", "DEMO": "yes", "PORT": "9000"}
    for environ in (GIVEN, GIVEN | extras):
        settings = Settings.from_environment(environ, tmp_path)
        known = {"pid": 1, "environment": settings.environment()}
        (tmp_path / "instance.json").write_text(json.dumps(known))
        assert Settings.from_environment({}, tmp_path) == settings


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "mysql://db.example/gridsvc",
        "DATABASE_OWNER_URL": "db.example",
        "SECRET_KEY": "short",
        "RECEIPT_KEY": "5g" * 32,
        "MEDIA_DIR": "media",
        "DIGEST": "md5",
        "LOG_LEVEL": "loud",
        "PORT": "65536",
        "WORKERS": "two",
        "DEMO": "perhaps",
        "IDLE_MINUTES": "4",
        "PUBLIC_URL": "grid.example",
        "OIDC_ISSUER": "http://login.example",
        "OIDC_CLIENT_ID": "gridsvc",
        "OIDC_CLIENT_SECRET": "s",
    }
    assert [fault.split()[0] for fault in faults(environ, tmp_path)] == list(environ)[:-2]


def test_what_is_missing_is_named_and_an_empty_variable_is_missing(tmp_path: Path) -> None:
    said = faults({"SECRET_KEY": " "}, tmp_path)
    assert [fault.split()[0] for fault in said] == ["DATABASE_URL", "SECRET_KEY", "RECEIPT_KEY"]
    assert "make run" in said[0]
    assert said[1].startswith("SECRET_KEY is missing")


@pytest.mark.parametrize("port", ["0", "-1", "8_0", "80.0", "٨٠٠٠", "1" * 5000])
def test_a_port_is_a_plain_number(port: str, tmp_path: Path) -> None:
    assert faults(GIVEN | {"PORT": port}, tmp_path) == [
        "PORT must be a whole number from 1 to 65535."
    ]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_database_may_be_written_in_three_ways(scheme: str) -> None:
    assert sqlalchemy_url(f"{scheme}://db/x?host=/run") == "postgresql+psycopg://db/x?host=/run"


def test_the_running_instance_is_found(tmp_path: Path) -> None:
    environment = GIVEN | {"PORT": "8123", "LOG_LEVEL": "warning"}
    (tmp_path / "instance.json").write_text(json.dumps({"environment": environment}))
    settings = Settings.from_environment({"LOG_LEVEL": "debug"}, tmp_path)
    assert settings.port == 8123
    assert settings.log_level == "debug"  # what is said now comes first


def test_another_database_has_nothing_to_do_with_the_running_instance(tmp_path: Path) -> None:
    environment = GIVEN | {"DATABASE_OWNER_URL": "postgresql://owner@here/gridsvc"}
    (tmp_path / "instance.json").write_text(json.dumps({"environment": environment}))
    (tmp_path / "keys.json").write_text(json.dumps({"SECRET_KEY": "k" * 32}))
    elsewhere = {"DATABASE_URL": "postgresql://there/gridsvc", "RECEIPT_KEY": "ab" * 32}
    settings = Settings.from_environment(elsewhere, tmp_path)
    assert settings.database_owner_url == "postgresql+psycopg://there/gridsvc"
    assert settings.secret_key == "k" * 32


def test_settings_survive_being_handed_to_another_process(tmp_path: Path) -> None:
    settings = Settings.from_environment(GIVEN | {"DEMO": "yes", "WORKERS": "3"}, tmp_path)
    assert Settings.from_environment(settings.environment(), tmp_path / "other") == settings


def test_cookies_keep_to_https_where_browsers_do(tmp_path: Path) -> None:
    def is_secure(**more: str) -> bool:
        settings = Settings.from_environment(GIVEN | more, tmp_path)
        return bool(settings.flask_config()["SESSION_COOKIE_SECURE"])

    assert is_secure(PUBLIC_URL="https://grid.example.cn/")
    assert not is_secure()


def test_a_provider_is_named_with_all_that_it_takes(tmp_path: Path) -> None:
    environ = GIVEN | {"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "gridsvc"}
    assert faults(environ, tmp_path) == ["OIDC_ISSUER needs OIDC_CLIENT_SECRET, PUBLIC_URL."]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    documented = re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.MULTILINE)
    assert documented == [field.name.upper() for field in fields(Settings)]
