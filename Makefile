# `make help` lists what there is. RELEASE=1 builds with optimisations.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test web chaos bench lint fmt schema publish-schema hooks packages prerequisites pages

# rustup's directory is often missing from the path of a shell that is not a login shell.
export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO ?= cargo
PROFILE := $(if $(filter 1,$(RELEASE)),--release)

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: prerequisites pages ## Build, then serve demo data from a private PostgreSQL on 127.0.0.1:8000
	@echo "Building Consentry, then serving it with demo data; Ctrl-C stops it."
	@exec $(CARGO) run $(PROFILE) -- serve --demo

test: ## Run every test
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs." >&2; exit 2; }
	@scripts/install-prerequisites tests >&2
	@for program in node npm; do command -v $$program >/dev/null || \
		{ echo "$$program is missing: install Node 20.19 or newer from https://nodejs.org." >&2; exit 2; }; done
	@scripts/build-pages >&2
	@$(CARGO) test --workspace $(PROFILE)

web: ## Build the pages that the next build of the server serves
	@scripts/build-pages

chaos: prerequisites ## Kill the server 200 times and PostgreSQL 50 times under load, and compare
	@CHAOS_SERVER_ROUNDS=$(or $(SERVER),200) CHAOS_POSTGRESQL_ROUNDS=$(or $(POSTGRESQL),50) \
		$(CARGO) test $(PROFILE) --test chaos -- --nocapture

bench: prerequisites ## Measure the API against hand-written SQL and keep bench/RESULTS.md; QUICK=1 is short
	@$(CARGO) bench --bench http -- $(if $(filter 1,$(QUICK)),--quick)

lint: prerequisites ## Check formatting and lints
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets -- -D warnings

fmt: ## Format the code
	@$(CARGO) fmt --all

schema: prerequisites ## Write the GraphQL schema to the standard output
	@$(CARGO) run --quiet $(PROFILE) -- schema

publish-schema: packages ## Promise clients the schema as it is; what breaks them is refused
	@cd web && node scripts/compare-schemas.mjs ../schema.published.graphql ../schema.graphql >&2
	@cp schema.graphql schema.published.graphql

hooks: packages ## Generate web/src/generated from schema.graphql and web/src/documents
	@cd web && npm run --silent generate

# The copy of the lock file is written last and tells a whole installation from one that was cut off.
packages:
	@cmp -s web/package-lock.json web/node_modules/.installed || { cd web && \
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed; }

prerequisites:
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs." >&2; exit 2; }
	@scripts/install-prerequisites >&2

pages:
	@scripts/build-pages if-possible >&2
