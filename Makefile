# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAMP := $(VENV)/.installed

.PHONY: help install libraries demo test lint texts bench clean
.DEFAULT_GOAL := help

help:
	@echo "make install   .venv with everything that demo, test, lint and bench need"
	@echo "make demo      a real crawl over drawn photographs, and the web site (PORT=8000)"
	@echo "make test      every test (MTF_FACES names a folder of real photographs)"
	@echo "make lint      ruff, mypy, import-linter"
	@echo "make texts     bring the catalogues of translations up to date with the source"
	@echo "make bench     the figures of bench/, as JSON lines"

install: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt requirements-peers.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MTF Curator needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV), a minute or two the first time"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-peers.txt
	@$(BIN)/python -c 'import cv2' 2>/dev/null || $(MAKE) --no-print-directory libraries
	@touch $@

# What opencv-python loads from the system. Bare Debian machines lack it; root gets it installed, others are told.
libraries:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing libgl1 and libglib2.0-0, which OpenCV needs"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends libgl1 libglib2.0-0 >/dev/null; \
	fi
	@$(BIN)/python -c 'import cv2' || { \
		echo "OpenCV needs two libraries of the system: sudo apt-get install libgl1 libglib2.0-0" >&2; exit 1; }

demo: install
	@exec $(BIN)/python -m demo --port $(PORT)

test: install
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	PYTHONPATH=. $(BIN)/lint-imports

texts: install
	@$(BIN)/python -m tests.catalogue

bench: install
	@for file in bench/[a-z]*.py; do $(BIN)/python -m bench.$$(basename $$file .py) || exit 1; done

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
