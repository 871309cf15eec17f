# make run: the chat over the sample articles.  make test: everything the tests need, then the tests.
PYTHON ?= python3
PORT ?= 7860
BIN := .venv/bin
STAMP := .venv/installed
LIBRARY := sample-library

.PHONY: run test install check format bench clean

run: install
	@echo "indexing the sample articles ..."
	@$(BIN)/footnote index --home $(LIBRARY) articles
	@$(BIN)/footnote chat --home $(LIBRARY) --port $(PORT) \
	    --example "what is Beijing's 2025 target" --example "How many AI enterprises are there in China?" \
	    --example "What does Larch Bay want by 2027?" --example "Who is the mayor of Beijing?"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || { echo "making .venv ..."; $(PYTHON) -m venv .venv; }
	@echo "installing the pinned packages into .venv (the first time: about 1.7 GB, some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $(STAMP)

test: install check
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# DATA=folder of corpora (none: made-up text).  BENCH="--quick --only txtai"
bench: install
	$(BIN)/python -m bench $(DATA) $(BENCH)

clean:
	rm -rf .venv bench/.venvs .mypy_cache .pytest_cache .ruff_cache build *.egg-info
