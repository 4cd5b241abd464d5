import os
import re
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.conftest import SETTINGS

KEY = "a key of more than fifty characters, made up for this test"
PRODUCTION = {
    "SITE_URL": "https://prisoners.example.org",
    "SECRET_KEY": KEY,
    "HSTS_SUBDOMAINS": "true",
    "HSTS_PRELOAD": "true",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine where nothing was set, with a folder of its own for what is kept."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", os.devnull)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))


def read(**environment: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "tracker" / "settings.py"))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENV_FILE", "/nowhere/.env"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + KEY),
        ("SECRET_KEY_FILE", "/nowhere/key"),
        ("SECRET_KEY_FILE", os.devnull),
        ("VAR_DIR", ""),
        ("DATABASE_URL", "not an address"),
        ("DATABASE_URL", "mysql://user:geheim@host/name"),
        ("DATABASE_URL", "postgresql://user:geheim@host:port/name"),
        ("DATABASE_URL", "postgresql://user:geheim@host/"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("SITE_NAME", ""),
        ("SITE_NAME", "x" * 81),
        ("SITE_URL", "example.org"),
        ("SITE_URL", "ftp://example.org"),
        ("SITE_URL", "https://example.org/path"),
        ("SITE_URL", "https://example.org/"),
        ("SITE_URL", "https://user@example.org"),
        ("SITE_URL", "https://example.org:port"),
        ("SITE_URL", "https://example.org:"),
        ("SITE_URL", "https://[::1"),
        ("CONTACT_EMAIL", "example.org"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "example.org,https://example.com"),
        ("ALLOWED_HOSTS", "example.org:8000"),
        ("ALLOWED_HOSTS", "example.org example.com"),
        ("CSRF_TRUSTED_ORIGINS", "example.org"),
        ("HTTPS", "true"),  # SITE_URL says http://
        ("HTTPS", "443"),
        ("HSTS_SECONDS", "-1"),
        ("HSTS_SECONDS", "a year"),
        ("HSTS_SUBDOMAINS", "all"),
        ("HSTS_PRELOAD", "soon"),
        ("TRUSTED_PROXY", "10.0.0.1"),
        ("LOG_LEVEL", "loud"),
        ("HOST", "http://localhost"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("ONE_PERSON_TEAM", "perhaps"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("SESSION_IDLE_MINUTES", "an hour"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_THREADS", "many"),
    ],
)
def test_a_bad_value_stops_the_start_and_the_message_says_what_would_be_right(
    name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as stopped:
        read(**{name: value})
    first, *problems = str(stopped.value).splitlines()
    assert first == "These settings cannot be used:"
    [problem] = problems
    assert problem.startswith(f"  {name}: expected {settings.EXPECTED[name]}; ")
    if name in {"SECRET_KEY", "SECRET_KEY_FILE", "DATABASE_URL"}:
        assert problem.endswith("; what was given is not shown")
    else:
        assert problem.endswith(f"; got {value!r}")


def test_all_bad_values_are_named_at_once_and_no_password_is_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as stopped:
        read(PORT="x", SECRET_KEY="geheim", DATABASE_URL="oracle://a:geheim@b/c", DEBUG="?")
    message = str(stopped.value)
    assert re.findall(r"^  (\w+):", message, re.MULTILINE) == [
        "DEBUG",
        "SECRET_KEY",
        "DATABASE_URL",
        "PORT",
    ]
    assert "geheim" not in message


def test_a_command_shows_the_message_alone_without_a_traceback() -> None:
    result = run("manage.py", "migrate", PORT="eighty")
    assert result.returncode == 1
    assert result.stderr == (
        "These settings cannot be used:\n"
        "  PORT: expected a whole number from 1 to 65535; got 'eighty'\n"
    )


def test_nothing_set_serves_plain_http_on_this_machine_only() -> None:
    found = read()
    assert found["DEBUG"] is False
    assert found["SITE_URL"] == "http://127.0.0.1:8000"
    assert set(found["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert found["SESSION_COOKIE_SECURE"] is False
    assert found["SECURE_SSL_REDIRECT"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["upgrade-insecure-requests"] is False


def test_another_port_is_part_of_the_address_that_pages_name() -> None:
    assert read(PORT="8001")["SITE_URL"] == "http://127.0.0.1:8001"


def test_an_address_with_https_turns_on_all_that_belongs_to_it() -> None:
    found = read(SITE_URL="https://prisoners.example.org:8443", ALLOWED_HOSTS="a.org, b.org")
    assert found["ALLOWED_HOSTS"] == ["a.org", "b.org", "prisoners.example.org"]
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["upgrade-insecure-requests"] is True


def test_production_settings_pass_djangos_deployment_check_without_a_warning() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr
    assert "0 silenced" in result.stdout


def test_the_header_of_a_proxy_is_believed_only_when_asked_for() -> None:
    found = read(TRUSTED_PROXY="true")
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_sqlite_lies_in_the_folder_for_what_is_kept_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "50% done #1?"
    found = read(VAR_DIR=str(folder))
    assert found["DATABASES"]["default"]["NAME"] == str(folder / "db.sqlite3")


def test_a_relative_path_counts_from_the_project_and_not_from_where_one_stands() -> None:
    found = read(DATABASE_URL="sqlite:///var/other.sqlite3")
    assert found["DATABASES"]["default"]["NAME"] == str(settings.BASE_DIR / "var/other.sqlite3")


def test_postgresql_has_a_connection_for_each_thread_and_keeps_the_options_given() -> None:
    url = "postgresql://user:p%40ss@db.example.org:5433/record?sslmode=require"
    database = read(DATABASE_URL=url, WEB_THREADS="6")["DATABASES"]["default"]
    assert database["PASSWORD"] == "p@ss"
    assert database["PORT"] == 5433
    assert database["OPTIONS"]["pool"]["max_size"] == 6
    assert database["OPTIONS"]["sslmode"] == "require"


def test_the_env_file_is_read_and_the_environment_wins_over_it(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("SITE_NAME=From the file\nCONTACT_EMAIL=file@example.org\nSECRET_KEY=\n")
    found = read(ENV_FILE=str(file), SITE_NAME="From the environment")
    assert found["SITE_NAME"] == "From the environment"
    assert found["CONTACT_EMAIL"] == "file@example.org"
    assert found["SECRET_KEY"] == ""


def test_the_key_comes_from_the_environment_then_the_file_named_then_the_one_kept(
    tmp_path: Path,
) -> None:
    named = tmp_path / "named"
    named.write_text(f"named {KEY}\n")
    (tmp_path / "secret_key").write_text(f"kept {KEY}\n")
    assert read()["SECRET_KEY"] == f"kept {KEY}"
    assert read(SECRET_KEY_FILE=str(named))["SECRET_KEY"] == f"named {KEY}"
    assert read(SECRET_KEY_FILE=str(named), SECRET_KEY=KEY)["SECRET_KEY"] == KEY


def test_reading_the_settings_makes_no_key_and_serving_without_one_is_refused(
    tmp_path: Path,
) -> None:
    result = run("-c", "import tracker.wsgi")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith(settings.KEY_MISSING)
    assert list(tmp_path.iterdir()) == []


def test_every_variable_is_in_readmes_table_and_no_other() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|", (settings.BASE_DIR / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(settings.EXPECTED)


def test_the_tests_keep_every_variable_of_a_developers_shell_out() -> None:
    assert sorted(SETTINGS) == sorted(settings.EXPECTED)


def test_the_example_and_the_containers_set_only_what_the_settings_read() -> None:
    example = (settings.BASE_DIR / ".env.example").read_text()
    named = set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())
    named |= set(compose["services"]["web"]["environment"])
    assert named - {"POSTGRES_PASSWORD"} <= set(settings.EXPECTED)
    assert "SECRET_KEY" in named


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_its_hashes_and_no_address_is_named(lock: str) -> None:
    text = (settings.BASE_DIR / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    packages = re.split(r"\n(?=\w)", "\n".join(re.findall(r"^(?!#|    #).+$", text, re.MULTILINE)))
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[\w-]+==\S+ ", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/admin/login/", "/nowhere-at-all/"])
def test_every_page_says_what_a_browser_may_do_with_it(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(
        part.partition(" ")[::2] for part in headers["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "object-src": "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/nowhere-at-all/", "/robots.txt"])
def test_a_visitor_gets_no_cookie(client: Client, path: str) -> None:
    response = client.get(path)
    assert not response.cookies
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_a_test_that_asks_for_the_network_fails(host: str) -> None:
    with pytest.raises(RuntimeError, match=f"no network.*{re.escape(host)}"):
        socket.create_connection((host, 80), timeout=1)
