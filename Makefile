# make demo    the platform with counted, closed and open votes, on http://localhost:8000 (PORT=… for another)
# make test    every test, on SQLite and PostgreSQL; fetches what they need by itself on Debian (Chromium, node,
#              Go, belenios-tool; PostgreSQL is a wheel)
# make check   formatting, lint, types, layers, translations, migrations on both databases
# make bench   figures, as ratios within one run     make fuzz   property tests, long
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
OURS := pyproject.toml crypto/pyproject.toml hatch_build.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Some machines forbid to keep what was compiled: then each of the many programs that tests start would compile us anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup runtime demo test prerequisites check check-types check-rest bench fuzz migration pins wheel

setup: $(VENV)/.dev
runtime: $(VENV)/.runtime

$(VENV)/.runtime: requirements/runtime.txt $(OURS)
	scripts/install $(VENV) $(PYTHON) requirements/runtime.txt
	touch $@

$(VENV)/.dev: requirements/dev.txt $(OURS)
	scripts/install $(VENV) $(PYTHON) requirements/dev.txt
	touch $(VENV)/.runtime $@

demo: runtime
	$(BIN)/egov demo --port $(PORT)

prerequisites: setup
	scripts/get_test_prerequisites

test: prerequisites
	$(BIN)/pytest --import-mode=importlib -n $(WORKERS) --dist=worksteal --durations=20 tests crypto/tests

fuzz: prerequisites
	$(BIN)/pytest --import-mode=importlib -n $(WORKERS) --hypothesis-profile=fuzz -m hypothesis tests crypto/tests

check: setup
	$(MAKE) --jobs=2 --output-sync=target --no-print-directory check-types check-rest

check-types:
	$(BIN)/mypy
	$(BIN)/mypy bench scripts conftest.py hatch_build.py

check-rest:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo --cache-dir .cache/importlinter
	$(BIN)/python scripts/refresh_vendor.py --check
	$(BIN)/python scripts/write_failure_codes.py --check
	$(BIN)/python scripts/check_catalogues.py
	$(BIN)/python -m scripts.check_migrations

bench: prerequisites
	$(BIN)/python -m bench

# Until the first release there is one migration, made anew from the models.
migration: setup
	$(BIN)/python scripts/new_migration.py

pins:
	scripts/compile_pins

wheel: setup
	$(BIN)/python -m build --wheel --no-isolation --outdir dist crypto
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
