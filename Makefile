# `make help` prints what there is. The two commands of the product: make run, make test.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
UV := .tools/bin/uv
PY := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
# Every Python of .venv starts with this, so that Rasa reports to nobody, whoever runs it and however.
NO_TELEMETRY = echo 'import os; os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")' \
	> $$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/no_telemetry.pth
FILE ?= tests/nlu/held_out.jsonl

.PHONY: help run cluster test install install-test lint types validate coverage-facts train unit test-faults test-cluster evaluate bench bench-encoder bench-replicas bench-growth soak benchmark-nlu compare calibrate audit sbom user export forget retention lock clean

help: ## print this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: .venv/installed ## install, train when needed, serve on http://127.0.0.1:8080 (PORT changes it)
	@$(PY) -m bot.serve

cluster: .venv/installed ## two of each part behind nginx, with PostgreSQL, Redis and RabbitMQ of their own, from Debian's packages
	@$(PY) -m bot.cluster

test: .venv/installed-test lint types validate coverage-facts unit ## install and pass every check and test

install: .venv/installed ## the environment that serves, into .venv

install-test: .venv/installed-test ## the same with what the tests need

$(UV):
	@echo "Installing uv $(UV_VERSION) into .tools ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Python 3.11 is needed, found '$(PYTHON)'; PYTHON=/path/to/python3.11 names it"; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv==$(UV_VERSION)

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv

.venv/installed: requirements.lock | $(UV) .venv/bin/python
	@test .venv/installed-test -nt requirements.lock || { echo "Installing the packages (about 1 GB to download the first time) ..."; \
		VIRTUAL_ENV=.venv $(UV) pip sync --require-hashes requirements.lock; }
	@$(NO_TELEMETRY)
	@touch $@

.venv/installed-test: requirements-test.lock | $(UV) .venv/bin/python
	@echo "Installing the packages, with those of the tests ..."
	@VIRTUAL_ENV=.venv $(UV) pip sync --require-hashes requirements-test.lock
	@$(NO_TELEMETRY)
	@touch $@ .venv/installed

.venv-audit/installed: requirements-audit.lock | $(UV)
	@echo "Installing what the audit runs ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-audit
	@VIRTUAL_ENV=.venv-audit $(UV) pip sync --quiet --require-hashes requirements-audit.lock
	@touch $@

.venv-bench/installed: requirements-bench.lock | $(UV)
	@echo "Installing what sends the load ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-bench
	@VIRTUAL_ENV=.venv-bench $(UV) pip sync --quiet --require-hashes requirements-bench.lock
	@touch $@

.venv-stock/bin/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv-stock

.venv-stock/installed: requirements-stock.lock | $(UV) .venv-stock/bin/python
	@echo "Installing Rasa as it is released ..."
	@VIRTUAL_ENV=.venv-stock $(UV) pip sync --quiet --require-hashes requirements-stock.lock
	@touch $@

lint: .venv/installed-test ## ruff
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: .venv/installed-test ## mypy, strict
	@.venv/bin/mypy

validate: .venv/installed-test ## list every problem of data, domain and knowledge, and how hard each row is to read
	@$(PY) -m bot.validate

coverage-facts: .venv/installed ## which facts of the sources have a row
	@$(PY) -m bot.knowledge.coverage

train: .venv/installed ## train for the present data; new sentences of the desk are measured first: make train [PUBLISH=yes|no]
	@$(PY) -m bot.learn $(if $(PUBLISH),--publish "$(PUBLISH)")

unit: .venv/installed-test .venv-audit/installed ## pytest: unit, stack, browser, conversations
	@$(PY) -m pytest -m "not cluster and not faults"

test-faults: .venv/installed-test ## pytest: parts of really started stacks are broken (about 10 minutes; not in make test)
	@$(PY) -m pytest -m faults

test-cluster: .venv/installed-test ## pytest: thousands of messages through two of each part (7 to 16 minutes; not in make test)
	@$(PY) -m pytest -m cluster

evaluate: .venv/installed ## measure understanding through the chat API: make evaluate FILE=questions.jsonl [URL=...]
	@$(PY) -m bot.evaluation "$(FILE)" $(URL)

benchmark-nlu: .venv/installed ## the same pipeline on other people's sentences: make benchmark-nlu DATA=folder [OUT=label]
	@$(PY) -m bot.evaluation.benchmark "$(DATA)" $(if $(OUT),"$(OUT)")

compare: .venv/installed ## with Rasa's default pipeline and without each part: make compare DATA=folder [EVERY=5] [EPOCHS=100]
	@RASA_MAX_CACHE_SIZE=0 $(PY) -W ignore -c "import sys; from bot.nlu.compare import main; sys.exit(main())" "$(DATA)" \
		$(if $(EVERY),--every "$(EVERY)") $(if $(EPOCHS),--epochs "$(EPOCHS)") $(if $(OUT),--out "$(OUT)")

bench: .venv/installed .venv-bench/installed .venv-stock/installed ## beside Rasa as it is released: make bench [ROUNDS=3] [SECONDS=8] [TRAIN=yes]
	@$(PY) -m bot.bench $(if $(ROUNDS),--rounds "$(ROUNDS)") $(if $(SECONDS),--seconds "$(SECONDS)") $(if $(TRAIN),--train) $(BENCH)

bench-encoder: .venv/installed ## what encoding a question costs, each way side by side
	@$(PY) -m bot.bench.encoder

bench-replicas: .venv/installed ## one and two of each part behind nginx, all of it on this machine
	@$(PY) -m bot.bench.replicas

bench-growth: .venv/installed ## small beside large: make bench-growth [ONLY=conversation|rows|conversations] [SERVER=postgresql+psycopg2://...]
	@$(PY) -m bot.bench.growth $(if $(ONLY),--only "$(ONLY)") $(if $(SERVER),--server "$(SERVER)") $(BENCH)

soak: .venv/installed ## memory over many messages at full load: make soak [MESSAGES=50000]
	@$(PY) -m bot.bench.soak $(if $(MESSAGES),--messages "$(MESSAGES)") $(BENCH)

calibrate: .venv/installed ## choose the gate again, after the training sentences have changed
	@$(PY) -m bot.understanding.calibrate

audit: .venv/installed .venv-audit/installed ## known vulnerabilities of the locked packages: clean, vulnerable or not audited
	@$(PY) -m bot.audit vulnerabilities $(AUDIT)

sbom: .venv/installed .venv-audit/installed ## list the locked packages in results/sbom.cdx.json (CycloneDX)
	@$(PY) -m bot.audit sbom

user: .venv/installed ## let somebody into the desk: make user NAME=anna ROLE=clerk|editor|clinician|admin [FULL="Anna Lim"]
	@$(PY) -m bot.desk "$(NAME)" "$(ROLE)" "$(FULL)"

export: .venv/installed ## everything that is kept of one conversation, as JSON: make export NUMBER=... (patients are told it)
	@$(PY) -m bot.records export "$(NUMBER)"

forget: .venv/installed ## delete one conversation: make forget NUMBER=...
	@$(PY) -m bot.records forget "$(NUMBER)"

retention: .venv/installed ## delete what is older than BOT_RETENTION_DAYS; the door does it every hour
	@$(PY) -m bot.records retention

lock: | $(UV) ## resolve the locked packages again
	@for group in "" test; do \
		$(UV) pip compile --quiet pyproject.toml $${group:+--extra $$group} --python-version 3.11 --generate-hashes \
			--no-header --no-emit-index-url --output-file requirements$${group:+-$$group}.lock; done
	@for own in audit bench stock; do overrides=requirements-$$own.overrides; \
		$(UV) pip compile --quiet --no-config requirements-$$own.in $$(test -f $$overrides && echo --overrides $$overrides) \
			--python-version 3.11 --generate-hashes --no-header --no-emit-index-url --output-file requirements-$$own.lock; done

clean: ## remove what was made: environment, model, databases
	rm -rf .venv .venv-audit .venv-bench .venv-stock .tools models var results .rasa .mypy_cache .ruff_cache .pytest_cache
