"""Other people's programs that the tests talk to; a missing one skips the test by name, or fails it in CI."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("AIFACTORY_PEERS") or ROOT / ".peers").resolve()


class Kind(Enum):
    """Where a peer is found."""

    ON_PATH = "on PATH"
    UNPACKED = "in the folder of scripts/peers.sh"
    PYTHON = "among this Python's packages"


@dataclass(frozen=True)
class Peer:
    """One program, where it is and what brings it."""

    kind: Kind
    where: str
    cure: str


PEERS = {
    "ssh": Peer(Kind.ON_PATH, "ssh", "apt-get install openssh-client"),
    "ssh_keygen": Peer(Kind.ON_PATH, "ssh-keygen", "apt-get install openssh-client"),
    "ssh_agent": Peer(Kind.ON_PATH, "ssh-agent", "apt-get install openssh-client"),
    "ssh_add": Peer(Kind.ON_PATH, "ssh-add", "apt-get install openssh-client"),
    "ssh10": Peer(Kind.UNPACKED, "ssh10/usr/bin/ssh", "scripts/peers.sh"),
    "ssh10_keygen": Peer(Kind.UNPACKED, "ssh10/usr/bin/ssh-keygen", "scripts/peers.sh"),
    "ssh10_sk_helper": Peer(Kind.UNPACKED, "ssh10/usr/lib/openssh/ssh-sk-helper", "scripts/peers.sh"),
    "sk_dummy": Peer(Kind.UNPACKED, "sk-dummy.so", "scripts/peers.sh"),
    "plink": Peer(Kind.ON_PATH, "plink", "apt-get install putty-tools"),
    "puttygen": Peer(Kind.ON_PATH, "puttygen", "apt-get install putty-tools"),
    "dbclient": Peer(Kind.ON_PATH, "dbclient", "apt-get install dropbear-bin"),
    "dropbearconvert": Peer(Kind.ON_PATH, "dropbearconvert", "apt-get install dropbear-bin"),
    "paramiko": Peer(Kind.PYTHON, "paramiko", "./test.sh installs it"),
    "ssh_python": Peer(Kind.PYTHON, "ssh", "./test.sh installs it (libssh, as PyPI ssh-python)"),
    "ssh_audit": Peer(Kind.PYTHON, "ssh_audit", "./test.sh installs it"),
    "node": Peer(Kind.ON_PATH, "node", "apt-get install nodejs"),
    "node_ssh2": Peer(Kind.UNPACKED, "node_modules/ssh2", "scripts/peers.sh, with nodejs and npm"),
    "tmux": Peer(Kind.ON_PATH, "tmux", "apt-get install tmux"),
    "oathtool": Peer(Kind.ON_PATH, "oathtool", "apt-get install oathtool"),
}


def peer(name: str) -> Path:
    """Where the peer is; without it the calling test is skipped, and fails where CI=true.

    For a Python peer this is the interpreter to run it with; `node_ssh2` is the package's folder
    (NODE_PATH is its parent) and asks for `node` too."""
    which = PEERS[name]
    if name == "node_ssh2":
        peer("node")
    found = _find(which)
    if found is not None:
        return found
    missing = f"{name} is not {which.kind.value}: {which.cure}"
    if os.environ.get("CI") == "true":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


def _find(which: Peer) -> Path | None:
    if which.kind is Kind.PYTHON:
        return Path(sys.executable) if find_spec(which.where) else None
    if which.kind is Kind.UNPACKED:
        path = FOLDER / which.where
        return path if path.exists() else None
    on_path = shutil.which(which.where)
    return Path(on_path) if on_path else None
