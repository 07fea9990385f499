#!/bin/bash
# Start the AI-Factory console; makes its Python environment when there is none. `./run.sh --help` tells the options.
# AIFACTORY_VENV names another folder for the environment (default: .venv beside this file).
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/scripts/environment.sh"

environment "$here/requirements.txt" || exit 1

# State lives beside this file wherever we are called from; a relative --data is relative to the caller.
export AIFACTORY_DATA_ROOT="${AIFACTORY_DATA_ROOT:-$here/data}"
# -P: not the caller's folder, which may have a `core` of its own, but ours and only ours.
unset PYTHONHOME
export PYTHONPATH="$here"
# A service's user may have no home; asyncssh looks for one at every connection and gives up without.
export HOME="${HOME:-/}"
# exec: Ctrl-C and SIGTERM reach the console itself, which ends with a checkpoint.
exec "$venv/bin/python" -P -m sshd "$@"
