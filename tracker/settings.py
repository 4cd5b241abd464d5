"""Everything that differs between installations comes from the environment; README lists it.

A variable that cannot be used stops the start, with one message that names all such variables.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django_countries.data import COUNTRIES
from environs import Env, EnvValidationError, ValidationError, validate

from prisoners.dates import territory

BASE_DIR = Path(__file__).resolve().parent.parent

# What each variable must hold, as the message says it when it does not.
EXPECTED = {
    "ENV_FILE": "the path of a file with lines such as SITE_NAME=…",
    "DEBUG": "true or false",
    "SECRET_KEY": "at least 50 characters that nobody can guess",
    "SECRET_KEY_FILE": "the path of a readable file with at least 50 characters in it",
    "VAR_DIR": "the path of a folder for the database, uploads and collected files",
    "DATABASE_URL": "sqlite:///path/to/file or postgresql://user:password@host:port/name",
    "SITE_NAME": "1 to 80 characters",
    "SITE_URL": "http:// or https:// and a host, without a path, such as https://example.org",
    "CONTACT_EMAIL": "an e-mail address, or nothing",
    "ALLOWED_HOSTS": "host names separated by commas, without https://, a port or a *",
    "CSRF_TRUSTED_ORIGINS": "origins separated by commas, such as https://example.org",
    "HTTPS": "true or false, and true only where SITE_URL begins with https://",
    "HSTS_SECONDS": "a whole number of seconds, 0 or more",
    "HSTS_SUBDOMAINS": "true or false",
    "HSTS_PRELOAD": "true or false",
    "TRUSTED_PROXY": "true or false",
    "LOG_LEVEL": "DEBUG, INFO, WARNING, ERROR or CRITICAL",
    "HOST": "an address of this machine to listen on, such as 127.0.0.1",
    "PORT": "a whole number from 1 to 65535",
    "ONE_PERSON_TEAM": "true or false",
    "SESSION_IDLE_MINUTES": "a whole number of minutes, 1 to 720",
    "WEB_CONCURRENCY": "a whole number of processes, 1 to 64",
    "WEB_THREADS": "a whole number of threads for each process, 1 to 64",
}
# These hold passwords, or may by mistake; no message repeats them.
SECRETS = {"SECRET_KEY", "SECRET_KEY_FILE", "DATABASE_URL"}


KEY_MISSING = (
    "SECRET_KEY is not set. Set SECRET_KEY or SECRET_KEY_FILE; `make run` makes a key by itself "
    "and keeps it in var/secret_key."
)


def _secret(text: str) -> None:
    """The rule of Django's own check security.W009, here before anything is signed.

    Nothing is as good as not set: an example file has the line, to be filled in.
    """
    weak = len(text) < 50 or len(set(text)) < 5 or text.startswith("django-insecure-")
    if text and weak:
        raise ValidationError("easy to guess")


def _origin(text: str) -> None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # urlsplit looks at the port only when asked for it
    except ValueError as error:
        raise ValidationError("not an address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or text.endswith(":"):
        raise ValidationError("not http or https")
    if text != f"{parts.scheme}://{parts.netloc}" or set(parts.netloc) & set("@ \t"):
        raise ValidationError("more than a scheme and a host")


def _origins(texts: list[str]) -> None:
    for text in texts:
        _origin(text)


def _hosts(texts: list[str]) -> None:
    """Refuses "*": it would let whoever asks for a page choose the host in what is answered."""
    for text in texts:
        port = ":" in text and not text.startswith("[")
        if not text or port or set(text) & set("*/@ \t"):
            raise ValidationError("not a host")


def _email_or_nothing(text: str) -> None:
    if text:
        validate.Email()(text)


env = Env(eager=False)
bad: set[str] = set()

ENV_FILE = env.path("ENV_FILE", BASE_DIR / ".env")
if ENV_FILE.exists() and not ENV_FILE.is_dir():
    env.read_env(ENV_FILE, recurse=False)
elif "ENV_FILE" in os.environ:
    bad.add("ENV_FILE")

DEBUG = env.bool("DEBUG", False)
HOST = env.str("HOST", "127.0.0.1", validate=validate.Regexp(r"[0-9A-Za-z.:_-]+\Z"))
PORT = env.int("PORT", 8000, validate=validate.Range(1, 65_535))
SITE_NAME = env.str("SITE_NAME", "Political prisoners", validate=validate.Length(1, 80))
# Absolute addresses (the sitemap, quotations) begin with this and never with the host of
# the request, which whoever asks can choose.
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}", validate=_origin)
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "", validate=_email_or_nothing)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [], str.strip, validate=_hosts)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [], str.strip, validate=_origins)
HTTPS = env.bool("HTTPS", (SITE_URL or "").startswith("https://"))
HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000, validate=validate.Range(0))
HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
TRUSTED_PROXY = env.bool("TRUSTED_PROXY", False)
LOG_LEVEL = env.str(
    "LOG_LEVEL",
    "INFO",
    validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
)
# Whether somebody may publish what they wrote themselves. See prisoners/desk/workflow.py.
ONE_PERSON_TEAM = env.bool("ONE_PERSON_TEAM", False)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30, validate=validate.Range(1, 720))
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 2, validate=validate.Range(1, 64))
WEB_THREADS = env.int("WEB_THREADS", 4, validate=validate.Range(1, 64))

VAR_DIR = BASE_DIR / (env.str("VAR_DIR", "var", validate=validate.Length(1)) or "var")
database = env.dj_db_url("DATABASE_URL", f"sqlite:///{quote(str(VAR_DIR / 'db.sqlite3'))}")
SECRET_KEY = env.str("SECRET_KEY", "", validate=_secret)
secret_key_file = env.path("SECRET_KEY_FILE", None)
if not SECRET_KEY and (secret_key_file or (VAR_DIR / "secret_key").exists()):
    try:
        SECRET_KEY = (secret_key_file or VAR_DIR / "secret_key").read_text("utf-8").strip()
        _secret(SECRET_KEY or "an empty file")
    except (OSError, UnicodeDecodeError, ValidationError):
        bad.add("SECRET_KEY_FILE")

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
# Each process would have a database in memory to itself.
if database and (
    database["ENGINE"] not in (SQLITE, POSTGRESQL) or database["NAME"] in ("", ":memory:")
):
    bad.add("DATABASE_URL")
if HTTPS and SITE_URL and not SITE_URL.startswith("https://"):
    bad.add("HTTPS")

given = {name: env.str(name, "") for name in EXPECTED}
try:
    env.seal()
except EnvValidationError as error:
    bad.update(error.error_messages)
if bad:
    raise ImproperlyConfigured(
        "\n".join(
            [
                "These settings cannot be used:",
                *(
                    f"  {name}: expected {EXPECTED[name]}; "
                    + ("what was given is not shown" if name in SECRETS else f"got {given[name]!r}")
                    for name in EXPECTED
                    if name in bad
                ),
            ]
        )
    )

# --- Addresses -----------------------------------------------------------------------------------

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
# The site always answers to its own name; the health check asks for it by that.
ALLOWED_HOSTS = [
    *(ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]),
    urlsplit(SITE_URL).netloc.removesuffix(f":{urlsplit(SITE_URL).port}"),
]

# --- What is installed ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "prisoners.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django_countries",
    "django_filters",
    "csp",
    # Before the record: its desk takes their own pages out of the admin.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "prisoners",
]
MIDDLEWARE = [
    # Keeps pages as they are sent: it comes before all that adds to them.
    "prisoners.public.freshness.kept_pages",
    # Before all that may answer: a refusal too is in the language of its address.
    "tracker.middleware.language",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.permissions_policy",
    "tracker.middleware.no_copy",
    "csp.middleware.CSPMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "prisoners.accounts.gate.Gate",
    "prisoners.accounts.writing.signed",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "prisoners.public.context.site",
            ],
            "libraries": {
                "languages": "prisoners.public.templatetags.languages",
                "record": "prisoners.public.templatetags.record",
            },
        },
    },
    {
        "NAME": "fast",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "fast"],
        "OPTIONS": {"environment": "prisoners.public.fast.environment"},
    },
]

# --- Database ------------------------------------------------------------------------------------

if database["ENGINE"] == SQLITE:
    database["NAME"] = str(BASE_DIR / database["NAME"])
    # A connection that is kept spares each request the opening, and SQLite from folding the
    # write-ahead log into the file whenever the last one closes.
    database["CONN_MAX_AGE"] = None
    database["OPTIONS"] = {
        # A transaction that begins by reading and then writes fails at once, without waiting,
        # if another wrote in between; taking the lock at the start makes it wait instead.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for a lock
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    database["CONN_HEALTH_CHECKS"] = True
    # A thread holds at most one connection, so a larger pool would never be used.
    database["OPTIONS"] = database.get("OPTIONS", {}) | {
        "pool": {"min_size": 1, "max_size": WEB_THREADS, "timeout": 10},
        "connect_timeout": 5,
    }
DATABASES: dict[str, dict[str, Any]] = {"default": dict(database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # What is counted to limit attempts is shared by all processes, and by all machines.
    "default": {
        "BACKEND": "prisoners.accounts.cache.ForgettingCache",
        "LOCATION": "prisoners_attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Some 20 MB of pages in the memory of each process. See prisoners/public/freshness.py.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 24 * 60 * 60,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

# --- Language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Each under its own name, which its readers know. A language is offered only with its whole
# catalogue in locale/, compiled: a half-translated page misleads.
LANGUAGES = [("en", "English"), ("be", "Беларуская"), ("ru", "Русский"), ("uk", "Українська")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Days and times in English as the site's own pages write them: 14 July 2021, 22:05.
FORMAT_MODULE_PATH = "tracker.formats"
# The names of CLDR: the package's own catalogues lack some in Belarusian.
COUNTRIES_OVERRIDE = {code: lazy(territory, str)(code) for code in COUNTRIES}
TIME_ZONE = "UTC"

# --- Files ---------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Accounts ------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
# Counted from a researcher's last page; see prisoners.accounts.gate.
SESSION_COOKIE_AGE = (SESSION_IDLE_MINUTES or 1) * 60
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
# A researcher's browser shows the public pages nothing of who is reading.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ACCOUNT_ADAPTER = "prisoners.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# No e-mail is needed anywhere: new accounts and new passwords come by a link made at the desk.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # as long as the session, which ends when nobody works
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# By address the limit is wide, as many may share one (a proxy, Tor); by account it is narrow.
ACCOUNT_RATE_LIMITS = {"login": "60/10m/ip", "login_failed": "30/10m/ip,5/10m/key"}
# A proxy that is trusted names the address that it was asked from as the last one.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0
ACCOUNT_FORMS = {"login": "prisoners.accounts.forms.SignInForm"}
MFA_ADAPTER = "prisoners.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True

# --- What a browser is told ----------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
# The health check asks over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
# Only behind a proxy that sets this header itself: from anybody else it would be a lie that
# turns the redirect to HTTPS off.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
# Which page somebody came from is nobody else's business.
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": HTTPS,
    },
}

# --- Logging -------------------------------------------------------------------------------------

# Nothing about visitors is written down: a query holds the name that somebody looked for. So no
# access log, no "Not Found: …" lines, no SQL with its parameters, and no letter to ADMINS with
# the whole request in it, which is what Django does by default.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.db.backends": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django.server": {
            "handlers": ["stderr"],
            "level": "INFO" if DEBUG else "CRITICAL",
            "propagate": False,
        },
    },
}
