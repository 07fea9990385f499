#!/bin/bash
# Other people's SSH programs that the tests talk to, unpacked into a folder and installed nowhere:
#   ssh10/usr/bin/ssh        OpenSSH 10 (ML-KEM by default), from the backports of Debian 12
#   sk-dummy.so              OpenSSH's security key without hardware
#   node_modules/ssh2        the client of the JavaScript world
# AIFACTORY_PEERS names the folder (default .peers). What comes from the system's own packages is listed at the end
# when it is missing. Run it again whenever you like: what is there already is left alone.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 1
peers=${AIFACTORY_PEERS:-$PWD/.peers}
mkdir -p -- "$peers"
peers=$(cd -- "$peers" && pwd)
missing=()

have() { command -v "$1" >/dev/null 2>&1; }

# The mirror that this machine already uses for Debian 12, so that no address is written down here.
mirror() {
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 2>/dev/null | awk '$1 == "bookworm" { print $2; exit }'
}

# apt with a list of sources, a cache and a state of its own: the system's are neither read nor changed.
private_apt() {
  local own=$peers/apt tool=$1
  shift
  "$tool" -o Dir::Etc::sourcelist="$own/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$own/lists" -o Dir::Cache="$own/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1 -qq "$@"
}

unpack_openssh() {
  if [ -x "$peers/ssh10/usr/bin/ssh" ] && [ -f "$peers/sk-dummy.so" ]; then
    return
  fi
  local uri work
  uri=$(mirror)
  [ -n "$uri" ] || return
  mkdir -p "$peers/apt/lists/partial" "$peers/apt/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri bookworm-backports main" >"$peers/apt/sources.list"
  private_apt apt-get update || return
  work=$(mktemp -d "$peers/unpack.XXXXXX")
  (
    cd "$work" || exit
    private_apt apt-get download openssh-client openssh-tests || exit
    dpkg-deb -x openssh-client_*.deb client || exit
    dpkg-deb -x openssh-tests_*.deb tests || exit
    cp "$(find tests -name sk-dummy.so | head -1)" "$peers/sk-dummy.so" || exit
    rm -rf "$peers/ssh10" && mv client "$peers/ssh10"
  )
  local result=$?
  rm -rf "$work" "$peers/apt"
  return "$result"
}

install_ssh2() {
  [ -d "$peers/node_modules/ssh2" ] && return
  have npm || return
  # Without its optional parts ssh2 is plain JavaScript: no compiler is needed and no script is run.
  npm install --prefix "$peers" --no-save --omit=optional --ignore-scripts --no-audit --no-fund --silent ssh2@1
}

unpack_openssh || missing+=("OpenSSH 10 and sk-dummy.so (needs apt, a mirror of Debian 12 and its backports)")
install_ssh2 || missing+=("npm ssh2 (needs nodejs and npm)")
for pair in ssh:openssh-client plink:putty-tools puttygen:putty-tools dbclient:dropbear-bin \
  dropbearconvert:dropbear-bin tmux:tmux oathtool:oathtool node:nodejs; do
  have "${pair%%:*}" || missing+=("${pair%%:*} (apt-get install ${pair##*:})")
done

[ "${#missing[@]}" -eq 0 ] && exit 0
printf 'Not to be had: %s\n' "${missing[@]}" >&2
exit 1
