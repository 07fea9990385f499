#!/bin/bash
# The whole test suite: style, types, import contracts, then pytest, to which the arguments go (./test.sh tests/core -k chain).
# Everything runs even when something has failed; pytest's closing line is the last one.
set -uo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/scripts/environment.sh"
cd -- "$here" || exit 1

environment "$here/requirements-dev.txt" "$here/requirements.txt" || exit 1

# What the developer has set for their own console is not for the tests.
for name in "${!AIFACTORY_@}"; do
  case $name in AIFACTORY_VENV | AIFACTORY_PEERS) ;; *) unset "$name" ;; esac
done
export PYTHONPATH="$here" AIFACTORY_VENV="$venv"

failed=()
check() {
  say "== $*"
  "$venv/bin/$1" "${@:2}" || failed+=("$1 $2")
}
check ruff check --quiet
check ruff format --check --quiet
check mypy --no-error-summary
check lint-imports --no-logo

if [ "${#failed[@]}" -gt 0 ]; then
  say "== not in order, so the whole run fails:$(printf ' [%s]' "${failed[@]}")"
fi
say "== pytest"
"$venv/bin/python" -m pytest "$@"
result=$?
[ "$result" -eq 0 ] && [ "${#failed[@]}" -gt 0 ] && result=1
exit "$result"
