"""Which algorithms we offer, and in which order."""

from __future__ import annotations

# curve25519 first: asyncssh judges a guessed first packet by the server's first entry, and Dropbear guesses this one.
# The client's order decides what is used, so those that know ML-KEM still get it.
KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "mlkem768x25519-sha256")
STRICT_PQ_KEX = ("mlkem768x25519-sha256",)
ENCRYPTION = (
    "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr",
)  # fmt: skip
MAC = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURE = (
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sha2-nistp256",
    "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
