PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test bench clean

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -e .
	touch $@

.venv/installed-dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -e '.[dev]'
	touch .venv/installed $@

demo: .venv/installed
	$(BIN)/radtab run corpus/cases -o runs/demo --overwrite
	$(BIN)/radtab show corpus/cases/abdomen_hepatic_hemangioma.txt --tables findings
	@echo "The tables of all example cases are in runs/demo; runs/demo/manifest.json says what each column means."

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf .venv runs dist build
