"""The authentication protocol word by word (RFC 4252): for attackers, who do not keep to a client's order."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import socket
import time
from pathlib import Path
from typing import Any

import paramiko
from paramiko.message import Message

SERVICE_REQUEST, SERVICE_ACCEPT = 5, 6
REQUEST, FAILURE, SUCCESS, BANNER = 50, 51, 52, 53
PK_OK = INFO_REQUEST = 60
INFO_RESPONSE = 61
CHANNEL_REQUEST = 98
GONE, SILENT = -1, -2
"""Not messages: the server closed the connection; it does not answer at all."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Wire:
    """One connection up to the point where somebody has to say who they are."""

    def __init__(self, sock: socket.socket, version: str = "SSH-2.0-wire") -> None:
        self.transport = paramiko.Transport(sock)
        self.transport.local_version = version
        self.transport.start_client(timeout=10)
        self.banners: list[str] = []
        self._answers: queue.Queue[tuple[int, Message]] = queue.Queue()
        self.transport.auth_handler = self
        self._send(SERVICE_REQUEST, "ssh-userauth")
        assert self._answer()[0] == SERVICE_ACCEPT

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    # What paramiko looks for in its own authentication handler.
    @property
    def _handler_table(self) -> dict[int, Any]:
        numbers = (SERVICE_ACCEPT, FAILURE, SUCCESS, BANNER, PK_OK)
        return {number: lambda message, number=number: self._answers.put((number, message)) for number in numbers}

    def is_authenticated(self) -> bool:
        return True

    def abort(self) -> None:
        self._answers.put((GONE, Message()))

    # -- one step each -----------------------------------------------------------------------------------------------

    def ask(self, user: str, method: str, *fields: str | bytes | bool, seconds: float = 10) -> int:
        """Send one request; the number of the answer."""
        self._send(REQUEST, user, "ssh-connection", method, *fields)
        return self._answer(seconds)[0]

    def offer(self, user: str, key: Path) -> int:
        """Show a public key without signing anything."""
        algorithm, blob = blob_of(key)
        return self.ask(user, "publickey", False, algorithm, blob)

    def sign(
        self, user: str, key: Path, *, by: Path | None = None, as_user: str | None = None, seconds: float = 10
    ) -> int:
        """Sign in with a key; `by` signs in its place, `as_user` is the name that the signature covers."""
        return self.ask(user, "publickey", *self._signed(key, by or key, as_user or user), seconds=seconds)

    def sign_and_leave(self, user: str, key: Path, pause: float) -> None:
        """Sign in and cut the connection so soon afterwards, without waiting for the answer."""
        self._send(REQUEST, user, "ssh-connection", "publickey", *self._signed(key, key, user))
        time.sleep(pause)
        self.transport.sock.close()
        self.transport.close()

    def _signed(self, key: Path, by: Path, as_user: str) -> tuple[str | bytes | bool, ...]:
        algorithm, blob = blob_of(key)
        signed = Message()
        signed.add_string(self.transport.session_id or b"")
        signed.add_byte(bytes([REQUEST]))
        for field in (as_user, "ssh-connection", "publickey"):
            signed.add_string(field)
        signed.add_boolean(True)
        signed.add_string(algorithm)
        signed.add_string(blob)
        signature = paramiko.Ed25519Key.from_private_key_file(str(by)).sign_ssh_data(signed.asbytes())
        return True, algorithm, blob, signature.asbytes()

    def talk(self, user: str, *answers: str) -> int:
        """Go through the dialogue with these answers, one a round; the last message's number."""
        self._send(REQUEST, user, "ssh-connection", "keyboard-interactive", "", "")
        number, _ = self._answer()
        for answer in answers:
            if number != INFO_REQUEST:
                break
            number, _ = self.reply(answer)
        return number

    def reply(self, *answers: str, seconds: float = 10) -> tuple[int, Message]:
        """Answer a round, asked or not."""
        self.send_reply(*answers)
        return self._answer(seconds)

    def send_reply(self, *answers: str) -> None:
        """Answer a round and do not wait for what follows."""
        response = Message()
        response.add_byte(bytes([INFO_RESPONSE]))
        response.add_int(len(answers))
        for answer in answers:
            response.add_string(answer)
        self.write(response)

    def silent(self) -> bool:
        """Whether the server owes an answer still."""
        return self._answers.empty()

    def whoami(self) -> dict[str, Any] | None:
        """Who the server thinks this is; None when it gives no channel or no answer."""
        try:
            channel = self.transport.open_session(timeout=5)
            channel.exec_command("whoami --json")
            text = channel.makefile().read()
        except (paramiko.SSHException, EOFError, OSError):
            return None
        return dict(json.loads(text)) if text else None

    def set_variable(self, channel: paramiko.Channel, name: bytes, value: bytes, *, wait: bool = True) -> None:
        """An environment variable (RFC 4254 section 6.4); raises SSHException when it is refused, if waited for."""
        message = Message()
        message.add_byte(bytes([CHANNEL_REQUEST]))
        message.add_int(channel.remote_chanid)
        message.add_string("env")
        message.add_boolean(wait)
        message.add_string(name)
        message.add_string(value)
        if wait:
            channel._event_pending()
        self.write(message)
        if wait:
            channel._wait_for_event()

    def _send(self, number: int, *fields: str | bytes | bool) -> None:
        message = Message()
        message.add_byte(bytes([number]))
        for field in fields:
            message.add_boolean(field) if isinstance(field, bool) else message.add_string(field)
        self.write(message)

    def write(self, message: Message) -> None:
        """Send any message; the other side may be gone."""
        with contextlib.suppress(EOFError, OSError):
            self.transport._send_message(message)

    def _answer(self, seconds: float = 10) -> tuple[int, Message]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                number, message = self._answers.get(timeout=0.1)
            except queue.Empty:
                if not self.transport.is_active():
                    return GONE, Message()
                continue
            if number != BANNER:
                return number, message
            self.banners.append(message.get_text())
        return SILENT, Message()


def blob_of(key: Path) -> tuple[str, bytes]:
    """The algorithm and the blob of a public key file."""
    loaded = paramiko.PKey.from_path(key)
    return loaded.get_name(), loaded.asbytes()
