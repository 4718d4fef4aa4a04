# The front door: every task of the project, one line of help each. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup build demo test check unit stack-test dev-test crash-enrich fuzz phi-report bench up gateway down status fmt doc clean
# check, unit and the stacks share two cores and one target folder: `make -j` must not interleave them.
.NOTPARALLEL:
SHELL := /bin/bash

EVENTS ?= 100000
FUZZ_SECONDS ?= 60
CRASH ?= --minutes 3
STARTED := $(shell date +%s)

# librdkafka's own build cannot stand a space in its path; in such a clone everything is built in the cache instead.
ifneq ($(words $(CURDIR)),1)
CACHE := $(or $(SEALTRAIL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sealtrail)
export CARGO_TARGET_DIR ?= $(CACHE)/target-$(shell printf %s "$(CURDIR)" | sha256sum | cut -c1-12)
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)

help: ## list these tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install what is missing: packages, Kafka, registry, ClickHouse engine
	@dev/setup

build: ## build every program, optimised
	@cargo build --release --workspace --bins --exclude xtask

demo: setup build ## run a synthetic hospital through the whole pipeline and verify it (EVENTS=100000)
	@dev/with-stack demo -- "$(TARGET)/release/sealtrail-loadtest" demo --events $(EVENTS)

test: setup check unit dev-test stack-test ## every check and every test
	@echo "test: checks=passed unit=passed dev=passed stack=passed seconds=$$(($$(date +%s) - $(STARTED)))"

check: ## formatting, lints, house rules, documentation snippets
	@cargo fmt --all --check
	@cargo clippy --quiet --workspace --all-targets -- --deny warnings
	@cargo build --quiet --workspace --bins
	@cargo xtask check

unit: ## tests that need no stack
	@cargo test --quiet --workspace --exclude systest

dev-test: setup ## tests of the local stack and of its ClickHouse front
	@dev/clickhouse/test
	@dev/test

stack-test: setup ## tests across processes on a stack of their own
	@cargo build --quiet --workspace --bins
	@dev/with-stack test -- cargo test --package systest --no-fail-fast -- --test-threads 1

crash-enrich: setup build ## kill, freeze and cut off enrichment workers under load, then judge (CRASH="--kills 100 --seed 7" for more)
	@dev/with-stack crash -- "$(TARGET)/release/sealtrail-loadtest" crash-enrich $(CRASH)

fuzz: ## run every fuzz target (FUZZ_SECONDS=60 each); needs the nightly toolchain and cargo-fuzz
	@fuzz/seed
	@for target in $$(cargo +nightly fuzz list); do \
		cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=16384 || exit 1; done

phi-report: ## measure what the PHI scanner finds in labelled texts, and hold it to its bounds
	@cargo run --quiet --package phi-corpus -- report

mutants: ## change each check of the verifier and see a test fail (hours; FILE=seal/src/verify/walk.rs); needs cargo-mutants
	@cargo mutants --package seal --jobs 1 --profile mutants --output "$(TARGET)" --test-tool cargo \
		$(foreach file,$(or $(FILE),seal/src/verify.rs seal/src/verify/*.rs seal/src/projection.rs),--file '$(file)') -- --lib --test verify

bench: setup build ## measure, and print all figures as one table
	@cargo bench --quiet --package schemas --package seal -- --warm-up-time 1 --measurement-time 3
	@dev/with-stack bench -- "$(TARGET)/release/sealtrail-loadtest" bench --target "$(TARGET)"
	@cargo xtask bench-table

up: setup ## start the local stack
	@dev/up

gateway: setup ## run a gateway on the local stack until Ctrl-C
	@dev/gateway

down: ## stop the local stack; its data stays
	@dev/down

status: ## show the local stacks
	@dev/status

fmt: ## format all Rust code
	@cargo fmt --all

doc: ## build the API documentation
	@cargo doc --quiet --workspace --no-deps

clean: ## remove build output and the local stacks with their data
	@dev/down --all --purge
	@cargo clean --quiet
	@rm -rf bench/latest.json
