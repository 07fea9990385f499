"""Seven other SSH implementations sign in with their default settings, by key and by the dialogue where they can."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import paramiko
import pexpect
import pytest

from tests.house import PASSWORD
from tests.peers import peer
from tests.stories.conftest import Keys, Opens
from tests.stories.console import HOST, Authenticator, Console, eventually

COMMAND = "whoami --json"


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    """oleg, ada and vera have a second factor, so the dialogue has three rounds."""
    return opens(factors=True)


def one_line(text: str) -> dict[str, str]:
    """The JSON line among whatever else a terminal shows."""
    (line,) = [line for line in text.splitlines() if line.lstrip("\r").startswith("{")]
    return dict(json.loads(line))


def typed(words: list[str], home: Path, answers: dict[str, Callable[[], str]]) -> str:
    """Run a client that wants a terminal for its questions; what it showed."""
    child = pexpect.spawn(
        words[0],
        words[1:],
        timeout=15,
        encoding="utf-8",
        dimensions=(24, 1_000),
        env={"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm"},
    )
    questions = list(answers)
    while (at := child.expect_exact([*questions, pexpect.EOF])) < len(questions):
        child.sendline(answers[questions[at]]())
    child.close()
    assert child.exitstatus == 0, child.before
    return str(child.before)


def in_the_dialogue(name: str) -> dict[str, Callable[[], str]]:
    phone = Authenticator()
    return {"Operator: ": lambda: name, "Password: ": lambda: PASSWORD, "Code: ": phone.code}


# -- OpenSSH -----------------------------------------------------------------------------------------------------------


def test_openssh_10_by_key_and_by_dialogue(console: Console, keys: Keys) -> None:
    newer = str(peer("ssh10"))
    assert console.operator("oleg", keys.oleg, client=newer)(COMMAND).row["username"] == "oleg"
    me = console.operator("oleg", client=newer)(COMMAND).row
    assert (me["username"], me["factor"]) == ("oleg", "totp")


def test_openssh_10_negotiates_a_post_quantum_exchange_and_9_2_still_comes_in(console: Console, keys: Keys) -> None:
    def exchange(client: str) -> str:
        answer = console.operator("oleg", keys.oleg, client=client, options=("-v", "-o", "LogLevel=DEBUG1"))(COMMAND)
        return next(line.strip().rpartition(" ")[2] for line in answer.err.splitlines() if "kex: algorithm:" in line)

    assert exchange(str(peer("ssh10"))) == "mlkem768x25519-sha256"
    assert exchange("ssh").startswith("curve25519-sha256")


def test_openssh_with_an_agent_full_of_keys_gets_in_with_one_of_them(
    console: Console, keys: Keys, tmp_path: Path
) -> None:
    """The everyday case: nobody sets IdentitiesOnly."""
    agent = subprocess.Popen([peer("ssh_agent"), "-D", "-a", str(tmp_path / "a")], stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: (tmp_path / "a").exists())
        environment = {"SSH_AUTH_SOCK": str(tmp_path / "a")}
        for key in (keys.stranger, keys.ada):
            subprocess.run([peer("ssh_add"), str(key)], env=environment, check=True, capture_output=True)
        person = console.operator("ada", environment=environment, options=("-o", "PubkeyAuthentication=yes"))
        assert person(COMMAND).row["username"] == "ada"
    finally:
        agent.terminate()
        agent.wait()


# -- PuTTY and Dropbear ------------------------------------------------------------------------------------------------


@pytest.fixture
def plink(console: Console) -> list[str]:
    public = (console.data / "secrets" / "ssh_host_ed25519_key.pub").as_posix()
    said = subprocess.run([peer("ssh_keygen"), "-lf", public], capture_output=True, text=True, check=True).stdout
    return [str(peer("plink")), "-hostkey", said.split()[1], "-P", str(console.port), f"factory@{HOST}"]


def test_plink_by_key(plink: list[str], keys: Keys, tmp_path: Path) -> None:
    converted = tmp_path / "oleg.ppk"
    subprocess.run(
        [peer("puttygen"), str(keys.oleg), "-O", "private", "-o", str(converted), "--new-passphrase", "/dev/null"],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [*plink, "-batch", "-i", str(converted), COMMAND],
        capture_output=True,
        text=True,
        timeout=20,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert one_line(done.stdout)["username"] == "oleg"


def test_plink_by_dialogue(plink: list[str], tmp_path: Path) -> None:
    me = one_line(typed([*plink, "-no-antispoof", COMMAND], tmp_path, in_the_dialogue("ada")))
    assert (me["username"], me["factor"]) == ("ada", "totp")


def test_dropbear_by_key(console: Console, keys: Keys, tmp_path: Path) -> None:
    converted = tmp_path / "oleg.db"
    subprocess.run(
        [peer("dropbearconvert"), "openssh", "dropbear", str(keys.oleg), str(converted)],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [peer("dbclient"), "-y", "-y", "-i", str(converted), "-p", str(console.port), f"factory@{HOST}", COMMAND],
        capture_output=True,
        text=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert one_line(done.stdout)["username"] == "oleg"


def test_dropbear_by_dialogue(console: Console, tmp_path: Path) -> None:
    words = [str(peer("dbclient")), "-y", "-y", "-p", str(console.port), f"factory@{HOST}", COMMAND]
    me = one_line(typed(words, tmp_path, in_the_dialogue("vera")))
    assert (me["username"], me["factor"]) == ("vera", "totp")


# -- libraries ---------------------------------------------------------------------------------------------------------


def test_paramiko_by_key(console: Console, keys: Keys) -> None:
    peer("paramiko")
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            HOST, console.port, "factory", key_filename=str(keys.oleg), look_for_keys=False, allow_agent=False
        )
        _, out, _ = client.exec_command(COMMAND)
        assert one_line(out.read().decode())["username"] == "oleg"


def test_paramiko_by_dialogue_on_its_default_transport(console: Console) -> None:
    answers = in_the_dialogue("sue")
    with paramiko.Transport((HOST, console.port)) as transport:
        transport.start_client(timeout=10)
        transport.auth_interactive("factory", lambda _title, _words, asked: [answers[prompt]() for prompt, _ in asked])
        channel = transport.open_session()
        channel.exec_command(COMMAND)
        assert one_line(channel.makefile().read().decode())["factor"] == "totp"


LIBSSH = """
import json, sys
from ssh import options
from ssh.key import import_privkey_file
from ssh.session import Session
port, key, command, answers = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
session = Session()
session.options_set(options.HOST, "127.0.0.1")
session.options_set_port(port)
session.options_set(options.USER, "factory")
session.connect()
if key:
    session.userauth_publickey(import_privkey_file(key))
else:
    while session.userauth_kbdint("", "") != 0:
        for at in range(session.userauth_kbdint_getnprompts()):
            prompt = session.userauth_kbdint_getprompt(at, b"\\0")
            prompt = prompt.decode() if isinstance(prompt, bytes) else prompt
            session.userauth_kbdint_setanswer(at, answers[prompt].encode())
channel = session.channel_new(); channel.open_session(); channel.request_exec(command)
while (read := channel.read())[0] > 0:
    sys.stdout.write(read[1].decode())
"""


def libssh(console: Console, key: str, answers: dict[str, str]) -> dict[str, str]:
    words = [str(peer("ssh_python")), "-c", LIBSSH, str(console.port), key, COMMAND, json.dumps(answers)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return one_line(done.stdout)


def test_libssh_by_key(console: Console, keys: Keys) -> None:
    assert libssh(console, str(keys.oleg), {})["username"] == "oleg"


def test_libssh_by_dialogue(console: Console) -> None:
    said = {prompt: answer() for prompt, answer in in_the_dialogue("oleg").items() if prompt != "Code: "}
    assert libssh(console, "", {**said, "Code: ": Authenticator().code_of(1)})["factor"] == "totp"


NODE = """
const {Client} = require('ssh2'), fs = require('fs');
const [port, key, command, answers] = process.argv.slice(1);
const said = JSON.parse(answers), client = new Client();
client.on('keyboard-interactive', (name, words, lang, asked, finish) => finish(asked.map(each => said[each.prompt])))
  .on('ready', () => client.exec(command, (fault, stream) => {
    let out = '';
    stream.on('data', chunk => out += chunk)
      .on('close', code => { process.stdout.write(out); client.end(); process.exit(code); });
  }))
  .on('error', fault => { console.error(fault.message); process.exit(99); })
  .connect({host: '127.0.0.1', port: +port, username: 'factory', readyTimeout: 9000,
            ...(key ? {privateKey: fs.readFileSync(key)} : {tryKeyboard: true})});
"""


def node(console: Console, key: str, answers: dict[str, str]) -> dict[str, str]:
    modules = peer("node_ssh2").parent
    done = subprocess.run(
        [peer("node"), "-e", NODE, str(console.port), key, COMMAND, json.dumps(answers)],
        capture_output=True,
        text=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(modules)},
    )
    assert done.returncode == 0, done.stderr
    return one_line(done.stdout)


def test_node_ssh2_by_key(console: Console, keys: Keys) -> None:
    assert node(console, str(keys.oleg), {})["username"] == "oleg"


def test_node_ssh2_by_dialogue(opens: Opens) -> None:
    said = {"Operator: ": "vera", "Password: ": PASSWORD, "Code: ": Authenticator().code()}
    assert node(opens(factors=True), "", said)["factor"] == "totp"
