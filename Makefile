# make run    installs what is missing, builds, and serves on http://127.0.0.1:4598
# make test   installs what the tests need too, and runs every check and test
# make lint   formatting, clippy, and what is known of our dependencies
# make bench  measures, some time; PARTS="describe writes" measures those parts only
# make fuzz   looks for input that breaks what reads it; SECONDS=600 for each target, TARGETS="query xml" those only

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The steps of a target build on each other.
.NOTPARALLEL:

LISTEN ?= 127.0.0.1:4598
SECONDS ?= 60

.PHONY: help run test bench fuzz lint engines machine

help:
	@sed -n 's/^# make /make /p' Makefile

engines:
	@docker/install-engines.sh

# What the tests need besides: Docker, images without a registry of images, and clients.
machine: engines
	@docker/start-docker.sh
	@docker/build-engine-images.sh
	@docker/install-clients.sh

run: engines
	@cargo build --release
	@echo "Cachette serves on http://$(LISTEN); to use it, in another terminal:"
	@echo "  export AWS_ENDPOINT_URL_ELASTICACHE=http://$(LISTEN) AWS_DEFAULT_REGION=us-east-1"
	@echo "  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
	@echo "  aws elasticache create-cache-cluster --cache-cluster-id my-cache --engine redis \\"
	@echo "    --cache-node-type cache.t3.micro --num-cache-nodes 1"
	@echo "  aws elasticache describe-cache-clusters --show-cache-node-info"
	@exec target/release/cachette serve --listen $(LISTEN)

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	tests/structure/advisories.sh

# The tests in Python drive the server that those in Rust were built with: another one takes six minutes to build.
test: machine lint
	if cargo nextest --version >/dev/null 2>&1; then \
	  cargo nextest run --locked --no-fail-fast; \
	  cargo test --locked --doc; \
	else \
	  cargo test --locked --no-fail-fast; \
	fi
	.venv/bin/python -m pytest -p no:cacheprovider tests/e2e

# The server is built by itself: what the tests depend on would change how.
bench: machine
	cargo build --locked --release
	cargo run --locked --release --example bench -- $(PARTS)

fuzz:
	@tests/fuzz/run.sh $(SECONDS) $(TARGETS)
