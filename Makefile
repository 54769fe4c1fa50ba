# The two commands of a fresh machine are `make run` and `make test`; `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUTF8 := 1
# Processes that the tests start load what others have compiled, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: browser pictures help setup run chat torch test test-long check format bench dev-bedrock dev-openai dev-slack dev-discord lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "faqbot needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@# What has no wheel is built by the lock's own setuptools: an isolated build would fetch another.
	@awk '/^setuptools==/ {on=1} on {print; if (!/\\$$/) exit}' requirements.lock > $(VENV)/build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.installed ## create .venv with the faqbot command in it

run: setup ## serve the web page until Ctrl-C; the first start ingests the sample FAQ
	@$(BIN)/faqbot run

chat: setup ## talk to the bot in the terminal
	@$(BIN)/faqbot chat

torch: $(VENV)/.installed-dev ## install what `faqbot tune local` and the recommender train with: some hundred MB
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0

# Each worker computes on one core: threads of its own would wait for those of the others.
test test-long: export OPENBLAS_NUM_THREADS := 1

test: $(VENV)/.installed-dev ## the whole test suite, two workers for each core
	@# The plugin takes each worker half a second to load, and serves long tests alone.
	$(BIN)/python -m pytest -p no:schemathesis -n auto --dist worksteal $(ARGS)

test-long: $(VENV)/.installed-dev ## the tests that take hours: random examples, thousands of chaos seeds, fuzzing
	FAQBOT_SEEDS=$${FAQBOT_SEEDS:-2000} FAQBOT_EXAMPLES=long \
	  $(BIN)/python -m pytest -n auto --dist worksteal -m "long or not long" $(ARGS)

browser: ## fetch what the browser tests need beside Node.js and Chromium
	npm ci --prefix tests/browser --silent

pictures: $(VENV)/.installed-dev browser ## make the documentation's pictures by the browser tests
	FAQBOT_PICTURES=docs/pictures $(BIN)/python -m pytest tests/browser

check: $(VENV)/.installed-dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## rewrite the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure quality, latency, memory and growth; prints tables
	$(BIN)/python -m bench

dev-openai: setup ## a local OpenAI on port 8123, to try the models without a key
	$(BIN)/python -m devtools.openai

dev-bedrock: $(VENV)/.installed-dev ## a local Bedrock on port 8126, to try AWS's models without an account
	$(BIN)/python -m devtools.bedrock

dev-slack: setup ## a local Slack on port 8124, to try the bot in a browser without an account
	$(BIN)/python -m devtools.slack

dev-discord: setup ## a local Discord with a page on port 8125, to try the bot without an account
	$(BIN)/python -m devtools.discord

lock: $(VENV)/.installed-dev ## write the two lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --upgrade pyproject.toml build-requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --upgrade --group dev -c requirements.lock pyproject.toml build-requirements.in -o requirements-dev.lock

clean: ## remove .venv and caches (never your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
