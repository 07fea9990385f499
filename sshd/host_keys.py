"""The host key: ed25519, made once, private from the first byte, its fingerprint shown."""

from __future__ import annotations

import errno
from pathlib import Path

import asyncssh

from core.identity.sealed import private_file

NAME = "ssh_host_ed25519_key"


def host_key(secrets_dir: Path) -> asyncssh.SSHKey:
    """The volume's host key, made when it is missing."""
    path = secrets_dir / NAME
    if not path.exists():
        key = asyncssh.generate_private_key("ssh-ed25519", comment="factory")
        # asyncssh's own write_private_key follows the umask: the file would be readable for a moment.
        private_file(path, key.export_private_key())
        (path.parent / f"{NAME}.pub").unlink(missing_ok=True)
        private_file(path.parent / f"{NAME}.pub", key.export_public_key())
    try:
        return asyncssh.read_private_key(path)
    except asyncssh.KeyImportError as fault:
        raise OSError(errno.EBADMSG, "the host key is damaged: put back the file of a backup", str(path)) from fault


def fingerprint(key: asyncssh.SSHKey) -> str:
    """As `ssh` shows it at the first connect."""
    return key.get_fingerprint()
