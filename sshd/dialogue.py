"""The keyboard-interactive conversation: operator, password, and the code where one is enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.identity.entrance import Entrance, Passed
from core.secret import Secret
from core.text import clip, one_line
from sshd.proof import DialogueProof


@dataclass(frozen=True)
class Question:
    """One round (RFC 4256): what is asked, and what is said above it."""

    prompt: str
    echo: bool = False
    above: str = ""

    def challenge(self) -> Any:
        """As asyncssh wants it; a question without a prompt is only read."""
        prompts = [(self.prompt, self.echo)] if self.prompt else []
        return ("AI-Factory", self.above, "en", prompts)


class Dialogue:
    """One attempt. Unknown names get the same questions, and the same time."""

    def __init__(self, entrance: Entrance, login: str, shared: str, address: str) -> None:
        self._entrance = entrance
        self._address = address
        self.name = "" if login == shared else login
        self.fault = ""
        self._passed: Passed | None = None
        self._over = False

    def first(self, refused: list[str]) -> Question:
        """The first question; says which keys were refused, since that is what people then wonder."""
        above = ""
        if refused:
            keys = "\n".join(f"  {fingerprint}" for fingerprint in refused)
            above = f"These keys are not known here:\n{keys}\nTo offer one key only: -o IdentitiesOnly=yes -i KEYFILE\n"
        if self.name:
            return Question("Password: ", above=above)
        return Question("Operator: ", echo=True, above=above)

    def farewell(self, words: str) -> Question:
        """Words without a question; whatever is answered, it is over."""
        self._over = True
        return Question("", above=words)

    async def answer(self, answers: list[Secret]) -> Question | DialogueProof | None:
        """The next question, the proof, or nothing when it failed. Raises Throttled."""
        if self._over or len(answers) != 1:
            return None
        (answer,) = answers
        if not self.name:
            self.name = clip(one_line(answer.reveal()).lower(), 64) or "?"
            return Question("Password: ")
        if self._passed is None:
            self._passed = await self._entrance.password(self.name, answer, self._address)
            if self._passed is None:
                self.fault = "wrong password"
                self._over = True
                return None
            if self._passed.code_due:
                return Question("Code: ", echo=True)
            return DialogueProof(passed=self._passed, factor="")
        self._over = True
        factor = await self._entrance.code(self._passed, answer, self._address)
        if not factor:
            self.fault = "wrong code"
            return None
        return DialogueProof(passed=self._passed, factor=factor)
