# The commands of this checkout. Each needs only python3 (3.11 or later), git and make; it brings the rest itself.
PYTHON ?= python3
RUN := .venv/bin/python

.PHONY: help up venv test lint bench lock clean

help: ## Show this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

up: ## Run everything here and print the address (PORT=8000)
	@$(PYTHON) deploy/local/prepare.py run
	@exec $(RUN) -m deploy.local.up

venv: ## Make .venv with all packages
	@$(PYTHON) deploy/local/prepare.py venv

test: ## Lint, types, import contracts, every test; CI=true fails on what cannot run
	@$(PYTHON) deploy/local/prepare.py test
	@exec $(RUN) -m deploy.local.check

lint: ## Lint, types and import contracts only
	@$(PYTHON) deploy/local/prepare.py venv
	@exec $(RUN) -m deploy.local.check --no-tests

bench: ## The benchmarks as a table and in .data/bench.json (BENCH=name runs one)
	@$(PYTHON) deploy/local/prepare.py bench
	@exec $(RUN) -m tests.benchmarks $(BENCH)

lock: ## Resolve the packages anew into requirements/ (UPGRADE=1 takes the newest)
	@$(PYTHON) -m venv .data/lock && .data/lock/bin/pip install -q uv
	@PATH="$(CURDIR)/.data/lock/bin:$$PATH" sh deploy/local/lock.sh

clean: ## Remove what was installed and built; the data in .data stays
	rm -rf .venv node_modules services/web/static
