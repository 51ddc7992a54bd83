# One command for each thing that a developer does.
PYTHON ?= python
MINUTES ?= 100
THREADS ?= 2

.PHONY: model model-grow catalogue test lint figures

model:            ## corpus check, tokenizer, training (resumes), export, calibration, evaluation
	$(PYTHON) models/lint.py
	test -f models/build/tokenizer.json || $(PYTHON) models/tokenizer.py 60000
	$(PYTHON) models/train.py --minutes $(MINUTES) --threads $(THREADS) --resume
	$(PYTHON) models/export.py
	$(PYTHON) models/calibrate.py
	$(PYTHON) models/export.py
	$(PYTHON) models/evaluate.py --json models/evaluation/report.json

model-grow:       ## the same, going on from the model in the repository: for new tools and phrasings
	$(PYTHON) models/lint.py
	$(PYTHON) models/tokenizer.py 80000
	$(PYTHON) models/grow.py
	$(MAKE) model

catalogue:        ## after a tool's declaration has changed
	$(PYTHON) -m nlsh.catalogue

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
