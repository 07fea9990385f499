# Sourced by run.sh and test.sh: makes the Python environment that a lock file asks for, and sets $venv and $here.

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv=${AIFACTORY_VENV:-$here/.venv}
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac

say() { printf '%s\n' "$*" >&2; }

# The first Python that is new enough and really runs (a pyenv shim may be on PATH and refuse).
find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  say "No Python 3.11 or later was found. On Debian 12 or later:"
  say "    apt-get install -y python3 python3-venv        (as root)"
  return 1
}

make_venv() {
  local python
  python=$(find_python) || return
  # Debian splits this part off; without it `venv` leaves half an environment behind.
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "$python cannot make environments: its venv module is not installed. On Debian:"
    say "    apt-get install -y python3-venv        (as root; for another python3.N: python3.N-venv)"
    return 1
  fi
  "$python" -m venv --clear "$venv"
}

# What an up-to-date environment says of itself: the list it was filled from, and the Python it was filled for
# (an upgrade of the system's Python leaves an environment behind that starts and finds nothing).
stamp_for() {
  sha256sum <"$1"
  "$venv/bin/python" -c 'import sys; print(sys.version_info[:2])'
}

fill_venv() {
  say "Installing the packages of $(basename -- "$1") into $venv (this once; half a minute) ..."
  rm -f "$venv"/installed-*
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    --require-hashes -r "$1" || return
  local lock
  for lock in "${@}"; do
    stamp_for "$lock" >"$venv/installed-$(basename -- "$lock")"
  done
}

is_filled() {
  [ -x "$venv/bin/python" ] && [ "$(stamp_for "$1" 2>/dev/null)" = "$(cat "$venv/installed-$(basename -- "$1")" 2>/dev/null)" ]
}

# environment LOCK [LOCK THAT IT CONTAINS]...: returns at once when the environment is up to date.
environment() {
  is_filled "$1" && return
  mkdir -p -- "$venv" || return
  # Two starts at the same moment fill one environment once; the lock is the folder itself.
  {
    flock 9
    is_filled "$1" && return
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
      make_venv || return
    fi
    fill_venv "$@"
  } 9<"$venv"
}
