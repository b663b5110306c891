# Everything here sets itself up: Python 3.10 or later, pip and make are all it needs.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := $(UV) run --locked --no-sync
TEST_VENV := .cache/test-venv
LOWEST_VENV := .cache/lowest-venv
DIST := .cache/dist
# What the project supports; `make test-all` runs the tests on each that this machine has.
PYTHONS := 3.10 3.11 3.12 3.13 3.14
OTHER_PYTHONS = $(filter-out $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'),$(PYTHONS))
# The oldest libraries are tried on the oldest Python, where there is one.
LOWEST_PYTHON = $(shell sh scripts/find_python.sh $(firstword $(PYTHONS)) || echo $(PYTHON))
LOWEST_TESTS := tests/markdown/test_page.py tests/sync/test_modes.py tests/test_options.py \
	tests/site_config/test_mkdocs_yml.py tests/api/test_client.py tests/http/test_faults.py
TEST_PYTHON := $(TEST_VENV)/bin/python
# Not `python -m pytest`, which would find the package in this folder: Python 3.10 does not know
# PYTHONSAFEPATH, which keeps it away from what the tests start.
PYTEST := PYTHONSAFEPATH=1 $(TEST_VENV)/bin/pytest
# Which host builds the example site: mkdocs, properdocs or zensical.
HOST ?= mkdocs
ifeq ($(HOST),zensical)
SITE := example-site/site-zensical
SITE_CONFIG := example-site/zensical.toml
QUIET :=
# It takes no files from an extension: what pages load has to be in the docs folder before.
SYNC := $(RUN) mkdocs-masko sync -f $(SITE_CONFIG)
else
SITE := example-site/site
SITE_CONFIG := example-site/mkdocs.yml
QUIET := --quiet
SYNC := :
endif
# Three more than the two cores that this is planned for: who drives a browser mostly waits.
WORKERS ?= 5
# A browser, and what a module sets up for its tests, is started by one worker (tests/conftest.py),
# in the order that stands there.
SHARED_OUT := -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE := 1
# What is installed is compiled once, and not by each of the thousand processes of the tests.
export UV_COMPILE_BYTECODE := 1
export DISABLE_MKDOCS_2_WARNING := true
export NO_MKDOCS_2_WARNING := true

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@awk -F ':[^#]*## ' '/^[a-z][a-z0-9-]*:[^#]*## / { printf "%-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.ready ## Make the virtual environment for work on the project

$(UV):
	@PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip install --quiet --disable-pip-version-check \
		--target .tools uv==$(UV_VERSION)

.venv/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --locked --python $(PYTHON)
	@touch $@

.PHONY: demo
demo: setup ## Build the example site against the sandbox, without a key
	@$(SYNC)
	@env -u MASKO_API_KEY $(RUN) $(HOST) build $(QUIET) --strict -f $(SITE_CONFIG)
	@echo "The site is in $(SITE): open $(SITE)/index.html"

.PHONY: serve
serve: setup ## Serve the example site while you work on it
	@$(SYNC)
	@$(RUN) $(HOST) serve -f $(SITE_CONFIG)

.PHONY: test
test: ## Lint, types, import contract and the whole test suite
	@$(MAKE) --no-print-directory -j 2 lint types contract environments
	@$(MAKE) --no-print-directory suite lowest

# While one core looks at the types, the other installs what the tests need.
.PHONY: environments
environments: $(TEST_VENV)/.ready $(LOWEST_VENV)/.ready browsers

.PHONY: test-all
test-all: test ## The same, and 'make unit' on each other Python that is here
	@$(MAKE) --no-print-directory $(OTHER_PYTHONS:%=unit-%)

.PHONY: unit
unit: $(TEST_VENV)/.ready ## Run the tests that need no browser; ARGS goes to pytest
	@$(PYTEST) $(SHARED_OUT) --ignore=tests/e2e $(ARGS)

# Each Python has an environment of its own: `make unit-3.12 ARGS="-k gallery"`.
.PHONY: $(PYTHONS:%=unit-%)
$(PYTHONS:%=unit-%): unit-%: $(UV)
	@if python=$$(sh scripts/find_python.sh $*); then \
		echo "Python $*: $$python"; \
		$(MAKE) --no-print-directory unit PYTHON="$$python" TEST_VENV=.cache/test-venv-$*; \
	else \
		echo "Python $*: not on this machine" >&2; \
	fi

.PHONY: e2e
e2e: $(TEST_VENV)/.ready browsers ## Run the tests in browsers; ARGS="-k firefox" for one of them
	@$(PYTEST) $(SHARED_OUT) tests/e2e $(ARGS)

.PHONY: lint
lint: setup ## Check code and workflows for mistakes and style
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) jactionlint --shellcheck=

.PHONY: types
types: setup ## Check the types
	@$(RUN) mypy

.PHONY: contract
contract: setup ## Check which modules import which
	@$(RUN) lint-imports

.PHONY: fix
fix: setup ## Fix and format the code, as far as ruff can
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

# What ships is what is tested: the suite runs on the wheel that was built from the sdist.
.PHONY: suite
suite: $(TEST_VENV)/.ready browsers
	@$(TEST_PYTHON) -m coverage erase
	@$(PYTEST) $(SHARED_OUT) --cov --cov-report= $(ARGS)
	@$(TEST_PYTHON) -m coverage report --fail-under=95

# The same wheel with the oldest Python and the oldest libraries that it says it runs with.
.PHONY: lowest
lowest: $(LOWEST_VENV)/.ready
	@$(LOWEST_VENV)/bin/python --version
	@PYTHONSAFEPATH=1 $(LOWEST_VENV)/bin/pytest -q $(SHARED_OUT) $(LOWEST_TESTS)

$(LOWEST_VENV)/.ready: $(DIST)/.built
	@$(UV) venv --quiet --clear --python "$(LOWEST_PYTHON)" $(LOWEST_VENV)
	@$(UV) pip compile --quiet --resolution lowest-direct --extra mkdocs \
		--python $(LOWEST_VENV)/bin/python --output-file .cache/lowest.txt pyproject.toml
	@$(UV) pip install --quiet --python $(LOWEST_VENV)/bin/python -r .cache/lowest.txt \
		hypothesis html5lib pillow pymdown-extensions pytest pytest-xdist
	@$(UV) pip install --quiet --python $(LOWEST_VENV)/bin/python --no-deps $(DIST)/*.whl
	@touch $@

$(TEST_VENV)/.ready: $(DIST)/.built uv.lock
	@UV_PROJECT_ENVIRONMENT=$(TEST_VENV) $(UV) sync --quiet --locked --no-install-project --python "$(PYTHON)"
	@$(UV) pip install --quiet --python $(TEST_PYTHON) --reinstall --no-deps $(DIST)/*.whl
	@touch $@

$(DIST)/.built: $(UV) pyproject.toml $(shell find mkdocs_masko templates -type f ! -name '*.pyc' 2>/dev/null)
	@rm -rf $(DIST)
	@$(UV) build --quiet --out-dir $(DIST) --python "$(PYTHON)"
	@touch $@

.PHONY: browsers
browsers: ## Install the browsers that the tests drive, where that is possible
	@sh scripts/browsers.sh

.PHONY: screenshots
screenshots: setup browsers demo ## Take the screenshots and make the animation of the README
	@PYTHONPATH=tests:tests/support $(RUN) python scripts/screenshots.py
	@PYTHONPATH=tests:tests/support $(RUN) python scripts/readme_animation.py

.PHONY: media
media: $(UV) ## Draw and encode the sandbox's mascots again
	@$(UV) run --quiet --locked --isolated --only-group cast python scripts/draw_cast.py

.PHONY: schema
schema: setup ## Generate the manifest's JSON Schema again
	@$(RUN) python scripts/write_schema.py

.PHONY: clean
clean: ## Remove everything that was built or installed here
	@rm -rf .venv .tools .cache dist example-site/site example-site/site-zensical \
		example-site/docs/assets/masko .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
