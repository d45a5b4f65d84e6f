# Every command a newcomer needs. Each target is one script or one cargo call; `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Outside the clone, so that a second clone and a second run are quick.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/cognate/target
export CARGO_INCREMENTAL ?= 0
export COGNATE_TOOLS ?= $(HOME)/.cache/cognate/tools
export PATH := $(COGNATE_TOOLS)/bin:$(HOME)/.cargo/bin:$(PATH)

.PHONY: help demo demo-check test postgres e2e clients assure fmt lint bench fuzz generate

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/' | expand -t 14

demo: ## build, load the demonstration through the real doors, serve on 127.0.0.1:8080
	@tools/bootstrap.sh build
	@tools/demo.sh

demo-check: ## the same without staying: fire the order, check the card, exit
	@tools/bootstrap.sh build
	@tools/demo.sh --check

test: ## every check that CI runs, in order, stopping at the first that fails
	@tools/bootstrap.sh build test e2e
	@tools/test.sh

postgres: ## the tests of the record on a throw-away PostgreSQL server
	@tools/bootstrap.sh build test
	@tools/postgres.sh

e2e: ## the browser stories alone
	@tools/bootstrap.sh build e2e
	@tools/e2e.sh

clients: ## FHIR clients of npm and PyPI, and schemathesis over /openapi.json
	@tools/bootstrap.sh build e2e
	@tools/test.sh openapi clients

assure: ## the figures of security in full, or one `PART=kill`, and a report in the target folder
	@tools/bootstrap.sh build test
	@tools/assure.sh $(PART)

fmt: ## format the Rust code
	@cargo fmt --all

lint: ## format check, tidy, clippy, deny, advisories
	@tools/bootstrap.sh build test
	@tools/test.sh fmt tidy clippy deny advisories

generate: ## write the generated documents
	@cargo build --quiet --package cli
	@cargo xtask generate

bench: ## latency of an order and of `pgx call`, with the release binary
	@tools/bootstrap.sh build
	@bench/run.sh

fuzz: ## each fuzz target for FUZZ_SECONDS (default 60); wants a nightly toolchain
	@fuzz/run.sh
