#!/bin/sh
# What `docker run IMAGE [serve|init|demo-reset] [--option ...]` starts; the same arguments as ./run.sh.
set -eu

data=${AIFACTORY_DATA_ROOT:-/data}
if ! [ -w "$data" ]; then
  echo "$data cannot be written by user $(id -u): give the volume to that user (chown $(id -u):$(id -g))." >&2
  exit 1
fi

# A user that the image does not know (docker run --user) has no home; asyncssh gives up without one.
export HOME="${HOME:-/}"
# All addresses of the container; which of the host's reach it is decided where the port is published.
exec "${AIFACTORY_PYTHON:-/opt/venv/bin/python}" -P -m sshd --host 0.0.0.0 "$@"
