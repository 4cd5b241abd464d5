# Settings come from the environment: make run PORT=8001 SITE_NAME="…"; README lists them.
VENV ?= .venv
PYTHON ?= python3
# Chosen tests or pytest options: make test ARGS="tests/test_dates.py -k interval"
ARGS ?=
# How many people the benchmark invents: for itself, and beside Datasette
PEOPLE ?= 1000000
SMALL ?= 100000

SHELL = /bin/sh
.SHELLFLAGS = -euc
.ONESHELL:
.SILENT:
.PHONY: help run test check bench lock install install-dev

help:
	echo "make run     install what is needed and serve the site on http://127.0.0.1:8000/"
	echo "make test    the whole suite, on SQLite and on PostgreSQL; ARGS=\"…\" chooses tests"
	echo "make check   style, types, templates, import rules, migrations, production settings"
	echo "make bench   how fast it is, beside a bare Django and Datasette; PEOPLE=…, SMALL=… people"
	echo "make lock    write both lock files anew"

run: install
	$(VENV)/bin/python manage.py prepare --make-secret-key
	exec $(VENV)/bin/python -m gunicorn -c python:tracker.gunicorn tracker.wsgi

test: install-dev
	PYTHONDONTWRITEBYTECODE=1 exec $(VENV)/bin/python -m tests $(ARGS)

check: install-dev
	export PYTHONDONTWRITEBYTECODE=1 RUFF_NO_CACHE=true
	# Whatever database and settings this machine has are left alone.
	VAR_DIR=$$(mktemp -d) ENV_FILE=/dev/null
	export VAR_DIR ENV_FILE
	unset DATABASE_URL
	trap 'rm -rf "$$VAR_DIR"' EXIT
	failed=
	try() {
		echo "── $$*"
		"$$@" || failed="$$failed\n  $$*"
	}
	bin=$(VENV)/bin
	try $$bin/python -m ruff check
	try $$bin/python -m ruff format --check
	try $$bin/python -m mypy --cache-dir=/dev/null
	try $$bin/python -m djlint --lint templates
	# Not in templates/fast: what is indented there is sent a thousand times.
	try $$bin/python -m djlint --check --extend-exclude templates/fast templates
	try $$bin/python $$bin/lint-imports --no-cache
	try $$bin/python manage.py makemigrations --check --dry-run
	# As an installation for the public would be set up.
	SITE_URL=https://example.org HSTS_SUBDOMAINS=true HSTS_PRELOAD=true \
		SECRET_KEY=$$($$bin/python -c "import secrets; print(secrets.token_urlsafe(64))")
	export SITE_URL HSTS_SUBDOMAINS HSTS_PRELOAD SECRET_KEY
	try $$bin/python manage.py check --deploy --fail-level WARNING
	if [ -n "$$failed" ]; then
		printf "Failed:$$failed\n" >&2
		exit 1
	fi

bench: install-dev
	exec $(VENV)/bin/python -m tests.bench --people=$(PEOPLE) --small=$(SMALL) $(ARGS)

install: LOCK = requirements.txt
install-dev: LOCK = requirements-dev.txt
# The lock that was installed is kept inside the environment; while it is the same, nothing is done.
install install-dev:
	if cmp -s $(LOCK) $(VENV)/$(LOCK) && $(VENV)/bin/python -c ""; then
		exit 0
	fi
	if ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then
		if ! command -v $(PYTHON) >/dev/null; then
			echo "Python was not found. On Debian: apt-get install python3 python3-venv" >&2
			exit 1
		fi
		if ! $(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))"; then
			echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version)." >&2
			echo "Choose another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2
			exit 1
		fi
		if ! $(PYTHON) -c "import venv, ensurepip" 2>/dev/null; then
			echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2
			exit 1
		fi
		echo "Making a virtual environment in $(VENV) …"
		$(PYTHON) -m venv --clear $(VENV)
	fi
	echo "Installing the packages of $(LOCK) …"
	rm -f $(VENV)/$(LOCK)
	if ! $(VENV)/bin/python -m pip install --disable-pip-version-check --no-input \
		--only-binary :all: --require-hashes -r $(LOCK); then
		echo >&2
		echo "The packages could not be installed; pip says why above." >&2
		echo "The first time needs the network, to reach the Python Package Index (or the" >&2
		echo "index that pip is configured for). Once that works, run the same command again." >&2
		exit 1
	fi
	cp $(LOCK) $(VENV)/$(LOCK)

# In a throw-away environment: uv resolves for every platform at once, and is needed for this only.
lock:
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	$(PYTHON) -m venv "$$folder"
	"$$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv
	uv="$$folder/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes"
	uv="$$uv --no-emit-index-url pyproject.toml"
	$$uv -o requirements.txt
	$$uv --extra dev -c requirements.txt -o requirements-dev.txt
	if grep -n "://" requirements.txt requirements-dev.txt; then
		echo "A lock file names an address, see above: it must work with any index." >&2
		exit 1
	fi
