# Two commands matter: `make run` and `make test`. Everything else is for maintainers.

PORT ?= 8000
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	>/dev/null 2>&1 && echo $$p && break; done)
export UV_PYTHON_DOWNLOADS := never
export PORT

.PHONY: run test soak bench lint lock

run: .venv/run-ready .env
	@exec .venv/bin/python manage.py run

test: .venv/test-ready lint
	@.venv/bin/python -m pytest $(ARGS)

soak: .venv/test-ready
	@.venv/bin/python -m pytest -p tests.faults.table -m "soak or not soak" $(ARGS)

bench: .venv/test-ready
	@for bench in tests/benchmarks/[a-z]*.py; do \
		echo; .venv/bin/python -m tests.benchmarks.$$(basename $$bench .py) || exit 1; done

lint: .venv/test-ready
	@.venv/bin/ruff check --quiet . && .venv/bin/ruff format --quiet --check . && .venv/bin/lint-imports

# Renew both locks from pyproject.toml. They hold hashes and no address of any package host.
lock: .venv/test-ready
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate pyproject.toml -o requirements.txt $(ARGS)
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt $(ARGS)

.venv/bin/uv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. On Debian or Ubuntu: \
	sudo apt-get install python3 python3-venv. On macOS: brew install python@3.13."; exit 1; }
	@echo "Setting up .venv with $(PYTHON) …"
	@$(PYTHON) -m venv .venv >/dev/null || { echo "Python's venv module is missing. On Debian or \
	Ubuntu: sudo apt-get install python3-venv. On macOS: brew install python@3.13."; exit 1; }
	@.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

.venv/run-ready: requirements.txt .venv/bin/uv
	@.venv/bin/uv pip install -q --python .venv/bin/python --require-hashes --compile-bytecode \
		-r requirements.txt
	@touch $@

.venv/test-ready: requirements-dev.txt .venv/run-ready
	@.venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements-dev.txt
	@touch $@

.env:
	@umask 077 && printf 'DEBUG=true\nSECRET_KEY=%s\n' \
		"$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')" > .env
