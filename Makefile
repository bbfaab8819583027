# Two commands matter: `make run` and `make test`. Each does all of its own set-up.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
BUILD := .build
CLIENTS := tests/federation
FRONTEND := src/stadsgraaf/web/frontend
STATIC := src/stadsgraaf/web/static
SHARED ?= ../shared
HOST ?= 127.0.0.1
PORT ?= 8000
ARTICLE := $(wildcard $(SHARED)/source/article.txt)
# tests run side by side; one process more than cores, for many of them wait for a server or a clock
JOBS ?= $(shell expr $$(nproc) + 1)
# $(call pytest,which tests): what fails is run once more, alone, since browsers and clocks of a busy
# machine can be late; what fails then has failed, and what passes then is in the output as both
pytest = @$(BIN)/pytest -n $(JOBS) --dist worksteal $(1) || { code=$$?; [ $$code = 1 ] || exit $$code; \
	printf '\033[1m==> what failed, once more and alone\033[0m\n'; \
	$(BIN)/pytest --last-failed --last-failed-no-failures none $(1); }

say = @printf '\033[1m==> %s\033[0m\n' "$(1)"
PIP := $(BIN)/pip --disable-pip-version-check -qq

.PHONY: help run build validate bench evidence test check lint types engines unit heavy fmt reference soak sbom audit lock clean lighthouse links

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

run: .venv/.run-stamp $(STATIC)/manifest.json ## set up, build and validate the dataset, serve it
	$(call say,dataset)
	@$(BIN)/stadsgraaf build . --output $(BUILD)/releases
	$(call say,serve)
	@STADSGRAAF_ARTICLE="$${STADSGRAAF_ARTICLE-$(ARTICLE)}" \
		$(BIN)/stadsgraaf serve $(BUILD)/releases/current --host $(HOST) --port $(PORT)

build: .venv/.run-stamp ## build and validate the dataset only
	@$(BIN)/stadsgraaf build . --output $(BUILD)/releases

validate: .venv/.run-stamp ## validate the dataset
	@STADSGRAAF_ARTICLE="$${STADSGRAAF_ARTICLE-$(ARTICLE)}" $(BIN)/stadsgraaf validate

bench: .venv/.test-stamp $(STATIC)/manifest.json $(BUILD)/bench/peers/.stamp virtuoso ## measure against what people would use instead: make bench BENCH="--help"
	@$(BIN)/stadsgraaf build . --no-validate --output $(BUILD)/bench/own
	@$(BIN)/python tests/bench/run.py --own $(BUILD)/bench/own --output $(BUILD)/bench $(BENCH)
	$(if $(BENCH),,@$(BIN)/python tests/bench/validating.py --triples 10000 100000 --engine pyshacl turbo pyshacl-plain)

evidence: .venv/.run-stamp ## print each claim beside its passage, recompute all digests
	@$(BIN)/stadsgraaf evidence --source $(SHARED)/source/article.txt

test: .venv/.test-stamp $(STATIC)/manifest.json chromium ## set up, then lint, types and tests
	@$(MAKE) lint types engines unit

check: test heavy ## what CI runs

lint: .venv/.test-stamp ## ruff: rules and format; the format of the Turtle files
	$(call say,lint)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/stadsgraaf fmt --check --quiet ontology data shapes

types: .venv/.test-stamp ## mypy, strict
	$(call say,types)
	@$(BIN)/mypy

engines: .venv/.test-stamp ## validate the dataset with both SHACL engines: any difference is an error
	$(call say,both SHACL engines)
	@STADSGRAAF_ARTICLE="$${STADSGRAAF_ARTICLE-$(ARTICLE)}" \
		$(BIN)/stadsgraaf validate --quiet --engine both

unit: .venv/.test-stamp $(STATIC)/manifest.json $(BUILD)/shacl/.stamp ## every test but those of `make heavy`
	$(call say,tests)
	$(call pytest,-m "not heavy")

heavy: .venv/.test-stamp $(STATIC)/manifest.json clients operation ## tests that seed faults or need programs of others; then `make soak`
	$(call say,heavy tests)
	$(call pytest,-m heavy)
	@$(MAKE) soak

links: .venv/.test-stamp $(STATIC)/manifest.json ## follow every link of the whole site, in both languages
	@$(BIN)/python tests/links.py

lighthouse: ## what Lighthouse says of the site that `make run` serves: landing, thing and query page
	@for page in $(PAGES); do CHROME_PATH="$${CHROME_PATH:-$$(command -v chromium chromium-headless-shell | head -1)}" \
		npm exec --yes --package=lighthouse@12.8.2 -- lighthouse http://$(HOST):$(PORT)$$page --quiet \
		--no-enable-error-reporting --chrome-flags='--headless=new --no-sandbox --disable-gpu' --output=json \
		| node -e 'const { categories } = JSON.parse(require("fs").readFileSync(0)); console.log(process.argv[1], ...Object.values(categories).map((c) => `$${c.id} $${Math.round(c.score * 100)}`))' $$page; done
PAGES ?= /en/ /en/doc/municipality/gm0307 /en/queries/list-network-members

fmt: .venv/.test-stamp ## format Python and Turtle
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/stadsgraaf fmt --quiet ontology data shapes

reference: .venv/.test-stamp ## write REFERENCE.md anew
	@$(BIN)/python tests/reference.py > REFERENCE.md.new && mv REFERENCE.md.new REFERENCE.md

soak: .venv/.test-stamp ## readers, attackers, release switches and killed workers, for SOAK seconds
	$(call say,soak)
	@cd tests && ../$(BIN)/python soak.py --seconds $(SOAK) --switches $(SWITCHES)
SOAK ?= 300
SWITCHES ?= 30

sbom: .venv/.test-stamp ## what the software is made of, as CycloneDX, in .build/
	@mkdir -p $(BUILD)
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file $(BUILD)/sbom-python.json requirements.txt
	@cd $(FRONTEND) && npm sbom --sbom-format cyclonedx --package-lock-only > $(CURDIR)/$(BUILD)/sbom-frontend.json
	@ls $(BUILD)/sbom-*.json

audit: $(BIN)/python ## known weaknesses of the locked dependencies; asks a database on the internet
	@$(PYTHON) -m venv $(BUILD)/audit && $(BUILD)/audit/bin/pip -qq install pip-audit
	@failed=; \
	$(BUILD)/audit/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.txt \
		|| failed=Python; \
	( cd $(FRONTEND) && npm audit --package-lock-only ) || failed="$$failed npm"; \
	[ -z "$$failed" ] || { echo "weaknesses, or the database could not be asked, of:" $$failed >&2; exit 1; }

lock: .venv/.test-stamp ## compile the locked dependencies anew, without addresses
	@$(BIN)/pip-compile $(LOCK) --extra editable -o requirements.txt pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --extra editable --extra dev --constraint requirements.txt \
		-o requirements-dev.txt pyproject.toml
	@$(BIN)/pip-compile $(LOCK) -o tests/bench/requirements.txt tests/bench/requirements.in
LOCK := --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

clean: ## remove everything that these commands made
	rm -rf .venv $(BUILD) $(STATIC) $(FRONTEND)/node_modules $(CLIENTS)/node_modules

# --- set-up, each step once -------------------------------------------------------------------

$(BIN)/python:
	$(call say,virtual environment)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "venv is needed (Debian: apt install python3-venv)" >&2; rm -rf .venv; exit 1; }

.venv/.run-stamp: requirements.txt pyproject.toml | $(BIN)/python
	$(call say,locked dependencies)
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/stadsgraaf
	@touch $@

.venv/.test-stamp: requirements-dev.txt .venv/.run-stamp
	$(call say,locked dependencies for the tests)
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

# W3C's SHACL tests come with the source of pySHACL, by the hash of the lock file.
$(BUILD)/shacl/.stamp: requirements-dev.txt .venv/.test-stamp
	$(call say,W3C tests of SHACL)
	@rm -rf $(@D) && mkdir -p $(@D)
	@awk '/^[a-z]/ {on = /^pyshacl==/} on' requirements-dev.txt > $(@D)/requirements.txt
	@$(PIP) download --no-deps --no-binary pyshacl --require-hashes -r $(@D)/requirements.txt -d $(@D) \
		&& tar xzf $(@D)/pyshacl-*.tar.gz -C $(@D) --strip-components=4 --wildcards '*/test/resources/sht_tests/*' \
		|| echo "W3C's SHACL tests could not be fetched; they will skip"
	@touch $@

$(STATIC)/manifest.json: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json \
		$(shell find $(FRONTEND) -path '*/node_modules' -prune -o -type f -print)
	$(call say,front end)
	@command -v npm >/dev/null || { echo "npm is needed (Debian: apt install nodejs npm)" >&2; exit 1; }
	@cd $(FRONTEND) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build
	@touch $@

# Programs of Debian that tests use. What cannot be installed is skipped by them, and they say so.
# $(call debian,what it is,the command or file that shows that it is there,packages)
debian = @command -v $(2) >/dev/null && exit 0; \
	printf '\033[1m==> %s\033[0m\n' "$(1)"; \
	if [ "$$(id -u)" = 0 ]; then SUDO=; elif sudo -n true 2>/dev/null; then SUDO="sudo -n"; \
	else echo "not installed: needs root (apt install $(3)); its tests will skip"; exit 0; fi; \
	{ $$SUDO apt-get -qq update && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get -qq install -y \
		--no-install-recommends $(3) >/dev/null; } \
	|| echo "could not be installed: $(3); its tests will skip"

.PHONY: chromium virtuoso jena
chromium:
	$(call debian,Chromium for the browser tests,chromium-headless-shell chromium chromium-browser google-chrome,chromium-headless-shell)

virtuoso:
	$(call debian,Virtuoso to ask and to be measured beside,virtuoso-t,virtuoso-opensource-7-bin)

jena:
	@[ -e /usr/share/java/jena-arq.jar ] || $(MAKE) jena-java
	$(call debian,Java for Jena,java,default-jre-headless)

.PHONY: jena-java
jena-java:
	$(call debian,Jena to ask with,/usr/share/java/jena-arq.jar,libapache-jena-java)

# What the tests of deploy/ run and look with.
.PHONY: operation nginx strace
operation: nginx strace
	$(call debian,systemd to check the units,systemd-analyze,systemd)

nginx:
	$(call debian,nginx to stand before the faces,nginx /usr/sbin/nginx,nginx-light)

strace:
	$(call debian,strace to see what the units have to allow,strace,strace)

# Clients of others that the tests ask with.
.PHONY: clients
clients: jena virtuoso peers $(CLIENTS)/node_modules/.stamp

.PHONY: peers
peers: $(BUILD)/bench/peers/.stamp

$(CLIENTS)/node_modules/.stamp: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	$(call say,Comunica to ask with)
	@cd $(CLIENTS) && { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.stamp; } \
		|| echo "Comunica could not be installed; its tests will skip"

# What the benchmark compares with, and what the rules of stores are proved for as well. What cannot be
# installed is left out, and they say so.
$(BUILD)/bench/peers/.stamp: tests/bench/requirements.txt
	$(call say,Oxigraph and rdflib-endpoint to compare with)
	@$(PYTHON) -m venv $(BUILD)/bench/peers
	@$(BUILD)/bench/peers/bin/pip --disable-pip-version-check -qq install --require-hashes \
		--requirement tests/bench/requirements.txt && touch $@ \
		|| echo "Oxigraph and rdflib-endpoint could not be installed"
