# Gongkai. `make` alone lists the targets; every one does its own set-up.
#
#   make demo                  try it: a sample agency site, crawled into an archive
#   make test PYTHON=python3.12   with another Python than the first one found

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
PYTHON ?=
export PYTHON
# Some machines tell Python to keep no compiled modules: every one of the thousands of processes that the tests start
# would compile all of ours again, a quarter of its starting time.
unexport PYTHONDONTWRITEBYTECODE
CODE := gongkai spiders crawler storage samplesite web
# What pytest is given: make test ARGS="tests/storage -k rebuild"
ARGS ?=

.NOTPARALLEL:
.PHONY: help setup demo test lint types unit docs bench lock image-proof clean

help: ## list the targets with what they do
	@printf 'Gongkai: make TARGET\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@printf '\nStart with:  make demo      Before a change is offered:  make test\n'

setup: ## make .venv: the package, all extras and the development tools, as pinned in requirements.lock
	@tools/setup.sh

demo: setup ## crawl a bundled sample agency site and show the archive it made; ends by itself
	@$(BIN)/gongkai demo

test: setup lint types unit ## everything a change must pass: ruff, mypy, pytest (ARGS="tests/area -k name" for some of it)

lint: setup ## ruff over code, tests and tools
	@$(BIN)/ruff check .

types: setup ## mypy over the packages
	@$(BIN)/mypy

# More processes than cores: tests wait a third of their time for servers and children they started.
unit: setup ## pytest alone, two processes more than there are cores
	@$(BIN)/python -m pytest -n $$(($$(nproc) + 2)) --dist loadfile --no-loadscope-reorder $(ARGS)

docs: setup ## write docs/settings.md, docs/cli.md and .env.example anew from the code
	@$(BIN)/python -m docs.generate

bench: setup ## how fast we are beside bare Scrapy and trafilatura, in the same run (no part of the tests)
	@$(BIN)/python -m bench.normalise
	@$(BIN)/python -m bench.crawl
	@$(BIN)/python -m bench.discovery
	@$(BIN)/python -m bench.duplicates
	@$(BIN)/python -m bench.county
	@$(BIN)/python -m bench.archive
	@$(BIN)/python -m bench.export
	@$(BIN)/python -m bench.schedule
	@$(BIN)/python -m bench.workers

lock: ## resolve pyproject.toml into requirements.lock again (uv, in a throwaway environment)
	@tools/lock.sh

image-proof: ## build docker/Dockerfile on this machine without a container engine (root on Debian; buildah, debootstrap)
	@docker/prove.sh

clean: ## remove what the targets made: environment, caches, the demo's archive
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info demo-archive
	find $(CODE) tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
