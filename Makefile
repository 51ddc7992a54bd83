# One command for each thing that a developer does.
PYTHON ?= python
MINUTES ?= 100
THREADS ?= 2

.PHONY: model test lint figures

model:            ## corpus check, tokenizer, training (resumes), export, calibration, evaluation
	$(PYTHON) models/lint.py
	test -f models/build/tokenizer.json || $(PYTHON) models/tokenizer.py 60000
	$(PYTHON) models/train.py --minutes $(MINUTES) --threads $(THREADS) --resume
	$(PYTHON) models/export.py
	$(PYTHON) models/calibrate.py
	$(PYTHON) models/export.py
	$(PYTHON) models/evaluate.py --json models/evaluation/report.json

test:
	$(PYTHON) -m pytest

lint:
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	$(PYTHON) models/lint.py

figures:
	$(PYTHON) benchmarks/turns.py
