"""Healthy when the console answers a connection with an SSH banner; exit 1 otherwise."""

from __future__ import annotations

import socket
import sys


def main(port: int) -> int:
    """The exit code."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4) as wire:
            return 0 if wire.recv(8).startswith(b"SSH-2.0-") else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2222))
