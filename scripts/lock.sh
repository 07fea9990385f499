#!/bin/bash
# Pin every package, with hashes, from what pyproject.toml asks for: requirements.txt (running) and
# requirements-dev.txt (running and testing). One result for Python 3.11 to 3.13. `scripts/lock.sh --upgrade` takes newer ones.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

venv=${AIFACTORY_VENV:-.venv}
if [ ! -x "$venv/bin/uv" ]; then
  echo "scripts/lock.sh needs uv: ./test.sh --version makes the environment that has it." >&2
  exit 1
fi

lock() {
  "$venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --custom-compile-command scripts/lock.sh pyproject.toml "$@"
}

lock --output-file requirements.txt "$@"
# The second list is held to the first: what is tested is what runs.
lock --extra dev --constraint requirements.txt --output-file requirements-dev.txt "$@"
