"""A second factor from its making to its loss, over the command line alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from tests.stories.conftest import Keys, Opens
from tests.stories.console import Authenticator, Console, Operator
from tests.stories.volume import change


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    """A factor is required; vera has none yet."""
    console = opens(factors=True, start=False)
    change(console.data, "UPDATE people SET totp_sealed = NULL WHERE username IN ('vera', 'ada')")
    return console.start()


def enrol(person: Operator) -> tuple[Authenticator, list[str]]:
    """Make a factor in one shared connection; the phone that holds it, and the recovery codes."""
    with person.sharing() as shared:
        made = shared("mfa enrol --json").row
        assert pyotp.parse_uri(made["uri"]).secret == made["secret"]
        phone = Authenticator(made["secret"])
        confirmed = shared(f"mfa confirm --json --code {phone.code()}").row
        assert confirmed["stage"] == "full"
        assert shared("sessions list --json").code == 0
    return phone, confirmed["codes"]


def test_a_factor_is_made_by_command_and_counts_from_then_on(console: Console, keys: Keys) -> None:
    vera = console.operator("vera", keys.vera)
    vera.phone, _ = enrol(vera)
    assert vera("sessions list --json").code == 4
    assert vera(f"sessions list --json --code {vera.fresh_code()}").code == 0


def test_the_dialogue_asks_for_the_code_where_there_is_one(console: Console) -> None:
    sue = console.operator("sue")
    me = sue("whoami --json").row
    assert (me["stage"], me["factor"]) == ("full", "totp")
    assert sue.asked == ["Operator: ", "Password: ", "Code: "]


def test_a_recovery_code_opens_once_and_only_once(console: Console, keys: Keys) -> None:
    ada = console.operator("ada", keys.ada)
    ada.phone, codes = enrol(ada)
    assert len(set(codes)) == 10
    assert ada(f"whoami --json --code {codes[0]}").row["factor"] == "recovery"
    assert ada(f"whoami --json --code {codes[0]}").code == 2
    by_dialogue = console.operator("ada")
    assert by_dialogue("whoami --json", code=codes[1]).row["factor"] == "recovery"
    assert by_dialogue("whoami --json", code=codes[1]).code == 255


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_one_step_of_drift_either_way_is_accepted_and_two_are_not(opens: Opens, keys: Keys, drift: int) -> None:
    console = drifting(opens)
    name = {-1: "sue", 0: "oleg", 1: "ada"}[drift]
    person = console.operator(name, getattr(keys, name))
    assert person(f"whoami --json --code {Authenticator().code_of(2 * drift or 2)}").code == 2
    assert person(f"whoami --json --code {Authenticator().code_of(-2)}").code == 2
    assert person(f"whoami --json --code {Authenticator().code_of(drift)}").row["stage"] == "full"


_DRIFTING: list[Console] = []


def drifting(opens: Opens) -> Console:
    if not _DRIFTING:
        _DRIFTING.append(opens(factors=True))
    return _DRIFTING[0]


def test_of_four_uses_of_one_code_at_once_exactly_one_succeeds(console: Console, keys: Keys) -> None:
    """The attack: somebody reads the code over a shoulder and is as fast as its owner."""
    code = Authenticator().code_of(0)

    def use(_: int) -> int:
        return console.operator("oleg", keys.oleg)(f"sessions list --json --code {code}").code

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(use, range(4)))
    assert outcomes.count(0) == 1, outcomes


def test_a_used_code_stays_used_after_kill_9(opens: Opens, keys: Keys) -> None:
    console = opens(factors=True)
    sue = console.operator("sue", keys.sue)
    code = Authenticator().code_of(1)
    assert sue(f"whoami --json --code {code}").code == 0
    console.kill()
    console.start()
    assert sue(f"whoami --json --code {code}").code == 2
    assert console.operator("sue")("whoami --json", code=code).code == 255


def test_an_earlier_code_is_void_once_a_later_one_was_used(console: Console, keys: Keys) -> None:
    sue = console.operator("sue", keys.sue)
    assert sue(f"whoami --json --code {Authenticator().code_of(1)}").code == 0
    assert sue(f"whoami --json --code {Authenticator().code_of(0)}").code == 2
