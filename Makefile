# The handbook in two commands: 'make guide' and 'make test'.
# They need Python 3.11 to 3.13, make and git; everything else goes into .venv.

PYTHON ?= python3
COUNTRY := XDL
COUNTRIES ?=
PROFILE ?= local
UV := uv==0.13.8

.DELETE_ON_ERROR:
.PHONY: guide batch test lab pdf offline bench lock clean

# Make the training country's data, run its chapters and render its book.
guide: .venv/.installed
	.venv/bin/sohandbook training
	.venv/bin/sohandbook run $(COUNTRY)
	.venv/bin/sohandbook book $(COUNTRY)

# Run what is due of several countries, of all without COUNTRIES; 'make batch COUNTRIES="XDL XIS"'.
batch: .venv/.installed
	.venv/bin/python -m sohandbook.batch $(COUNTRIES) --profile $(PROFILE)

# Run all tests in two processes, and say what was skipped and why.
test: .venv/.installed
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Open the notebooks in JupyterLab; its terminals know the command 'sohandbook'.
lab: .venv/.installed
	PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/jupyter lab --notebook-dir=.

# Print the whole guide as one PDF, build/handbook-XDL.pdf; it needs Chromium, Chrome or Edge.
pdf: guide
	.venv/bin/python -m sohandbook.book.printed $(COUNTRY)

# Pack book, data, results and all programs into one file for a workshop without a network.
offline: guide
	.venv/bin/python -m sohandbook.offline $(COUNTRY)

# Time our functions beside other ways; 'make bench QUICK=1' takes small maps and keeps no file.
bench: .venv/.installed
	.venv/bin/python benchmarks $(if $(QUICK),--quick)

# Choose exact versions again, from pyproject.toml; 'make lock UPGRADE=--upgrade' takes newer ones.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet $(UV)
	.venv-lock/bin/uv pip compile pyproject.toml --extra test --extra batch --extra build --universal \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements.lock
	rm -r .venv-lock

# Remove the environment and everything that can be made again.
clean:
	rm -rf .venv .venv-lock outputs build data/raw

# One environment for a lock; bytecode made once more than halves each notebook's start.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The handbook needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is another or missing." \
	    "Name one: make guide PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -W ignore -m compileall -q -j 0 \
	  -x '/site-packages/.*/tests?/' .venv/lib lib
	touch $@
