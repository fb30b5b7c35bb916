# Everything a newcomer needs is here: git, make and Python 3.11 or newer are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SYNC   := $(BIN)/uv sync --frozen --quiet --extra demo --extra databases --extra identity --extra web --extra prediction
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-all test-sweep pictures lint types bench docs clean

help:
	@echo "make demo    set up, classify the customers of a real retailer, write demo/report.html and demo/report.xlsx"
	@echo "make test    set up, check the code and run the quick tests"
	@echo "make test-all  run the slow tests too: browsers, servers, long histories, ERPs, processes killed in the middle"
	@echo "make pictures  put pictures of every web page into pictures/, to be looked at"
	@echo "make test-sweep  run what takes an hour: every point at which a process can be killed; a real Tryton lives a story"
	@echo "make setup   set up only; the command is then $(BIN)/custrata"
	@echo "make bench   compare with hand-written SQL, Polars and pandas"
	@echo "make docs    build the documentation into site/"

# uv comes by pip into the virtual environment, so that nothing has to be installed first.
$(VENV)/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Custrata needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	@echo "Installing from uv.lock …"
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(SYNC) --inexact --compile-bytecode --python $(BIN)/python
	@touch $@

setup: $(VENV)/.ready

demo: setup
	@$(BIN)/custrata demo demo

test: setup
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/pytest -n 2

test-slow: setup
	$(BIN)/pytest -n 2 -m 'slow and not sweep'

test-all: test test-slow

test-sweep: setup
	$(BIN)/pytest -n 0 -m sweep

pictures: setup
	CUSTRATA_PICTURES=pictures $(BIN)/pytest -n 0 tests/web/test_web_browser.py

lint: setup
	$(BIN)/ruff check src tests benchmarks docs

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

docs: setup
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(SYNC) --inexact --group docs --python $(BIN)/python
	$(BIN)/python docs/generate.py
	$(BIN)/zensical build --strict -f zensical.toml
	$(BIN)/zensical build --strict -f zensical.zh.toml
	@cp -r docs/images docs/index.html site/

clean:
	rm -rf $(VENV) demo site .cache .pytest_cache .mypy_cache .ruff_cache
