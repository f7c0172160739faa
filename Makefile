# Needs only Python 3.11 and make; everything else is set up on first use.
UV := $(or $(shell command -v uv),.tools/bin/uv)
RUN := $(UV) run --locked

.DEFAULT_GOAL := help
.PHONY: help demo test soak browser lint format bench snapshots schema docs prose pairs tally cover

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: | $(UV)  ## render a recipe and draw its proof, offline and without a key
	@$(RUN) --no-dev prompt-kit generate sticker --example red-panda --generator proof
	@echo "Go on with .venv/bin/prompt-kit list, or .venv/bin/prompt-kit show sticker."

test: | $(UV)  ## run the tests (up to 3 minutes on 2 cores)
	$(RUN) pytest -n 2

soak: | $(UV)  ## run what takes long: random work with faults and kills, random values, a wheel
	$(RUN) pytest -n 2 -m "soak or hypothesis" --hypothesis-profile soak

browser: | $(UV)  ## try the pages in Chromium, which is installed if it may be (less than a minute)
	@sh tests/browser/chromium.sh
	$(RUN) pytest -n 2 -m browser tests/browser

cover: | $(UV)  ## run the tests and say which lines they miss
	$(RUN) pytest -n 2 --cov --cov-report=term:skip-covered

lint: | $(UV)  ## format, rules, types, architecture
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy
	$(RUN) lint-imports

prose: | $(UV)  ## check the English of a thousand sets of values a recipe (RECIPES="…", SETS=…)
	$(RUN) python tests/prose.py $(if $(SETS),--sets $(SETS)) $(RECIPES)

pairs: | $(UV)  ## lay prompts of ours beside others for readers (BRIEFS=…, OUT=…, SEED=…)
	$(RUN) python tests/pairs.py lay "$(BRIEFS)" "$(OUT)" --seed "$(SEED)"

tally: | $(UV)  ## count what readers say of pairs (KEY=…, VERDICTS="…")
	$(RUN) python tests/pairs.py tally "$(KEY)" $(VERDICTS)

format: | $(UV)  ## put the code in order
	$(RUN) ruff format
	$(RUN) ruff check --fix

bench: | $(UV)  ## measure speed, as ratios (PART=pictures: many pictures alone)
	$(RUN) python -m benchmarks $(PART)

schema: | $(UV)  ## write the JSON Schemas of recipe files anew
	$(RUN) prompt-kit schema --write docs/schema

docs: | $(UV)  ## print the documentation's site, offline
	$(RUN) --group docs python -m docs

snapshots: | $(UV)  ## write the prompts of all examples anew
	$(RUN) pytest recipes --force-regen -q

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet uv
