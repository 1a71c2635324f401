# Every target sets up what it needs in .venv; only make and a Python 3.11 or newer have to be there.
#
#   make demo     list the machines of a simulated ESX host and print one's XML
#   make unit     the tests that need no server, and how long they took: after each change
#   make test     all tests; those whose tools are missing say so and are skipped (see `make tools`)
#   make bare     the same in a fresh Debian 13 with nothing but Python, make and git (needs debootstrap, and root or sudo)
#   make coverage the same, and what of the code they ran, which takes half as long again
#   make check    lint, format, types, architecture, docs, changelog
#   make bench    esxvirsh beside virsh, govc and pyVmomi; conversions beside libvirt-python
#   make fuzz     the property tests, many more examples each; then make guided, ten minutes each
#   make guided   coverage-guided fuzzing with atheris, SECONDS_EACH (60) for each of GUIDED
#   make soak     sixteen clients at once on a simulator, for SOAK_SECONDS (60)
#   make sessions   1,000 connections opened and closed, a tenth of them killed: which sessions are left
#   make faults   every trial of tests/faults: two faults in a row, two clients at once, commands killed; half an hour
#   make answers  answers of a server that are changed on their way, CASES (5000) of them; ten minutes
#   make large    trees of 200 snapshots and pools of 1,000 volumes beside virsh, on every product: a quarter of an hour
#   make programs programs of others, unmodified, on esxvirt and on libvirt-python: the table in docs/programs.md; PROGRAMS=NAME...
#   make docs     regenerate the generated pages of docs/
#   make tools    for the tests: vcsim and govc into .cache/bin (needs Go), libvirt 11.3.0 into .cache/libvirt-11.3 (apt)
#   make clean    remove what these targets made
#
# PYTHON=... chooses the interpreter, PYTEST_ARGS=... adds arguments to pytest, BENCH_ARGS=... to the benchmark.

GOVMOMI = v0.46.3
VENV = .venv
BIN = $(VENV)/bin
IS_NEW_ENOUGH = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p $(IS_NEW_ENOUGH) 2>/dev/null; then command -v $$p; break; fi; done)
PYTEST_ARGS ?=
ATHERIS = $(BIN)/python -m pip install --quiet --only-binary :all: --group fuzz
GUIDED ?= 'guided vmx' 'guided strict' 'guided xml' 'guided_simulator sdk' 'guided_simulator folder'
SECONDS_EACH ?= 60
SOAK_SECONDS ?= 60
PROGRAMS ?=
BENCH_ARGS ?=
CASES ?= 5000

.PHONY: demo unit test bare coverage check bench fuzz guided soak sessions faults answers large programs docs tools clean setup

demo: $(VENV)/.demo
	$(BIN)/esxvirsh -c sim:///esx "list --all; dumpxml Fedora11"

unit: $(VENV)/.test
	$(BIN)/python -m pytest -q -n auto --maxprocesses=8 --dist=loadfile --durations=5 tests/unit $(PYTEST_ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto --maxprocesses=8 --dist=loadfile $(PYTEST_ARGS)

bare:
	.ci/bare

coverage: PYTEST_ARGS += --cov --cov-report=term
coverage: test

check: $(VENV)/.test $(VENV)/.check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/stub.py --check
	$(BIN)/towncrier build --draft --version next >/dev/null
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/unit/project

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

fuzz: $(VENV)/.test
	$(BIN)/python -m pytest --hypothesis-profile=fuzz tests/fuzz $(PYTEST_ARGS)
	@if $(ATHERIS); then $(MAKE) guided SECONDS_EACH=600; else \
		echo "no guided fuzzing: atheris has no binary for this Python" >&2; fi

guided: $(VENV)/.test
	$(ATHERIS)
	for target in $(GUIDED); do \
		$(BIN)/python -m tests.fuzz.$$target -max_total_time=$(SECONDS_EACH) -print_final_stats=1 || exit 1; done

soak: $(VENV)/.test
	ESXVIRT_SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest tests/sim/test_concurrency.py $(PYTEST_ARGS)

sessions: $(VENV)/.test
	ESXVIRT_SESSIONS=1000 $(BIN)/python -m pytest -q tests/faults/test_sessions_left.py

faults: $(VENV)/.test
	$(BIN)/python -m tests.faults.figures $(PYTEST_ARGS)

answers: $(VENV)/.test
	$(BIN)/python -m tests.fuzz.answers $(CASES)

large: $(VENV)/.test
	ESXVIRT_LARGE=1 $(BIN)/python -m pytest -v -k "tree_of_1_and_of_200 or pool_of_many_volumes" \
		tests/reference/test_snapshots.py tests/reference/test_storage.py $(PYTEST_ARGS)

programs: $(VENV)/.test
	$(BIN)/python -m tests.programs.table $(PROGRAMS)

docs: $(VENV)/.demo
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/stub.py

tools: .cache/bin/vcsim .cache/bin/govc .cache/libvirt-11.3

setup: $(VENV)/.test $(VENV)/.check

clean:
	rm -rf $(VENV) .cache build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The virtual environment. A stamp for each set of packages: `make demo` needs few, `make check` the most.
$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "esxvirt needs Python 3.11 or newer, and none was found: install one, or name it with PYTHON=..." >&2; exit 1; fi
	@if ! $(PYTHON) $(IS_NEW_ENOUGH); then \
		echo "esxvirt needs Python 3.11 or newer, and $(PYTHON) is not: name another with PYTHON=..." >&2; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[sim]"
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(VENV)/.check: pyproject.toml $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --group check
	@touch $@

.cache/bin/vcsim .cache/bin/govc:
	GOBIN="$(CURDIR)/.cache/bin" go install github.com/vmware/govmomi/$(@F)@$(GOVMOMI)

.cache/libvirt-11.3: .ci/newest-libvirt
	.ci/newest-libvirt $@
