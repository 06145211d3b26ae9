#!/bin/sh
# Installs the handbook into this folder, without a network, and opens it in JupyterLab.
# 'sh start.sh --install-only' stops before the last step. PYTHON names another Python.
set -eu
cd "$(dirname "$0")"

python=${PYTHON:-python@python@}
command -v "$python" >/dev/null 2>&1 || python=python3
"$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@python@")' 2>/dev/null || {
  echo "The handbook's package needs Python @python@; '$python' is another or missing." >&2
  echo "Install it, or name it: PYTHON=/path/to/python@python@ sh start.sh" >&2
  exit 1
}

if [ ! -f handbook/.venv/.installed ]; then
  if command -v sha256sum >/dev/null 2>&1; then
    echo "Checking the copy ..."
    sha256sum --check --quiet SHA256SUMS
  fi
  echo "Installing into handbook/.venv: this takes some minutes ..."
  rm -rf handbook/.venv
  "$python" -m venv handbook/.venv
  pip="handbook/.venv/bin/python -m pip --isolated --disable-pip-version-check install --quiet --no-index"
  $pip --find-links wheels --no-deps --require-hashes -r requirements.txt
  $pip --no-deps --no-build-isolation --editable handbook
  touch handbook/.venv/.installed
fi
echo "The handbook is installed."

[ "${1:-}" = "--install-only" ] || {
  cd handbook
  exec .venv/bin/jupyter lab --notebook-dir=.
}
