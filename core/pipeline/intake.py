"""A brief becomes a product."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from core.access.permissions import Permission
from core.access.roles import Role
from core.clock import stamp
from core.errors import Conflict, Invalid, Throttled
from core.operation import Demo, Operation, Risk
from core.pipeline import queue
from core.pipeline.flow import Agent, Profile, State, step_from
from core.pipeline.gates import HandoffReason
from core.pipeline.handoffs import Passing, pass_on
from core.pipeline.rows import LIST_PRODUCTS, Product, shown, write_sentence
from core.pipeline.studio.words import table
from core.sentence import say
from core.settings import values
from core.settings.table import CONTENT_LOCALES
from core.settings.values import Values
from core.store.store import Db
from core.text import Brief, Label, Word
from core.work import Work

PROFILES: Mapping[str, Profile | None] = {
    "infer": None,
    "full_software": Profile.FULL_SOFTWARE, "software": Profile.FULL_SOFTWARE, "app": Profile.FULL_SOFTWARE,
    "marketing_landing": Profile.MARKETING_LANDING, "landing": Profile.MARKETING_LANDING,
    "marketing": Profile.MARKETING_LANDING, "brochure": Profile.MARKETING_LANDING,
}  # fmt: skip
_SOFTWARE = re.compile(
    r"\b(?:api|app|apps|application|backend|crm|dashboard|database|login|platform|saas|software|tool|web\s?app"
    r"|aplicaci[oó]n|herramienta|plataforma|panel de control"
    r"|приложени\w*|сервис\w*|платформ\w*|программ\w*|личн\w+ кабинет\w*|баз\w+ данных)\b",
    re.IGNORECASE,
)
_ID = re.compile(r"prod-[0-9a-f]{12}")
_SLUG_WORD = re.compile(r"[^\W_]+")
_FILLER = re.compile(
    r"\b(?:an?|and|are|be|build|can|create|for|from|i|in|is|it|make|my|need|of|on|our|please|site|that|the|their"
    r"|they|this|to|wants?|we|website|with|would"
    r"|и|в|для|мы|на|нам|нуж(?:ен|на|но)|сайт|с|у|хотим|что"
    r"|una?|de|del|el|la|las|los|para|por|que|queremos|sitio|web|y)\b"
)
NAME_WORDS, NAME_LENGTH, TELLING_WORDS = 3, 20, 24
# Words that say nothing about what is wanted: little ones, and what people begin letters with.
_LITTLE = frozenset(
    word for kind in ("little", "everyday") for line in table("words")[kind].values() for word in str(line).split()
)


class CreateProduct(Operation[Product], name="products.create", needs=Permission.PRODUCTS_CREATE,
                    risk=Risk.CHANGE, demo=Demo.RUN, on="product"):  # fmt: skip
    """Make a product from a brief; it starts as soon as an agent is free."""

    brief: Brief
    product: Label | None = None
    """Its name; made from the brief when it is missing."""
    profile: Word = "infer"
    """infer, marketing_landing (landing) or full_software (software)."""
    content_locale: Word | None = None
    """auto, or the language's code."""
    interface_locale: Literal["auto", "en", "ru", "es"] = "auto"

    async def run(self, work: Work) -> Product:
        held = await values.read(work.db, work.config)
        await _within_the_hour(work, held)
        profile = _profile(self.profile, self.brief)
        locale = _locale(self.content_locale or held.text("default_content_locale"))
        name = await _free_name(work.db, self.product, self.brief)
        product_id, now = "prod-" + secrets.token_hex(6), stamp(work.clock.now())
        step = step_from(State.IDEA_RECEIVED, profile)
        await work.db.execute(
            "INSERT INTO products (id, name, owner_id, owner_name, brief, profile, content_locale,"
            " interface_locale, state, station, held_by, why, visitor_address, created_at, updated_at,"
            " state_since) VALUES (:id, :name, :owner, :owner_name, :brief, :profile, :locale, :interface,"
            " :state, :station, :holder, :why, :address, :now, :now, :now)",
            {
                "id": product_id,
                "name": name,
                "owner": work.caller.owner_id,
                "owner_name": work.caller.username,
                "brief": self.brief,
                "profile": profile.value,
                "locale": locale,
                "interface": self.interface_locale,
                "state": step.state.code,
                "station": step.station.value,
                "holder": step.agent.code,
                "now": now,
                "why": write_sentence(say("The brief is in; {agent} is first.", agent=step.agent.title)),
                "address": work.caller.address if work.caller.role is Role.VISITOR else "",
            },
        )
        product = await work.db.fetch_one(LIST_PRODUCTS + " WHERE p.id = :id", {"id": product_id})
        assert product is not None
        task_id = await queue.enqueue(work, product, step.agent, step.state, step.then, held.number("task_max_retries"))
        passing = Passing(
            from_agent=Agent.PERSON,
            to_agent=step.agent,
            from_state=step.state,
            to_state=step.state,
            reason=HandoffReason.FIRST,
            next_task_id=task_id,
        )
        await pass_on(work, product, passing)
        work.remarks.resource = f"products/{product_id}"
        work.note(name=name, profile=profile.value, content_locale=locale, brief_length=len(self.brief))
        return await shown(work.db, product_id)


async def _within_the_hour(work: Work, held: Values) -> None:
    since = stamp(work.clock.now() - timedelta(hours=1))
    if work.caller.role is Role.VISITOR:
        # A visitor's session is renewed by hanging up; their address is not.
        who, most = "visitor_address", held.number("demo_products_per_hour")
        key = work.caller.address
    else:
        who, most, key = "owner_id", held.number("products_per_hour"), work.caller.owner_id
    row = await work.db.fetch_one(
        f"SELECT count(*) AS n FROM products WHERE {who} = :key AND created_at > :since",  # noqa: S608
        {"key": key, "since": since},
    )
    if row is not None and row["n"] >= most:
        raise Throttled("{most} products an hour are the limit; try again later.", most=str(most))


def _profile(asked: str, brief: str) -> Profile:
    word = asked.lower().replace("-", "_")
    if word not in PROFILES:
        raise Invalid("There is no profile {profile}: infer, marketing_landing or full_software.", profile=asked)
    return PROFILES[word] or infer_profile(brief)


def infer_profile(brief: str) -> Profile:
    """Software when the brief speaks of software, a landing page otherwise."""
    return Profile.FULL_SOFTWARE if _SOFTWARE.search(brief) else Profile.MARKETING_LANDING


def _locale(asked: str) -> str:
    code = asked.lower().replace("_", "-").split("-")[0]
    if code not in CONTENT_LOCALES:
        raise Invalid("There is no content language {code}: {codes}.", code=asked, codes=", ".join(CONTENT_LOCALES))
    return code


async def _free_name(db: Db, asked: str | None, brief: str) -> str:
    if asked is not None:
        if _ID.fullmatch(asked):
            raise Invalid("A name must not look like a product's id.")
        if await _taken(db, asked):
            raise Conflict("There is a product called {name} already.", name=asked)
        return asked
    base = name = name_from(brief)
    number = 1
    while await _taken(db, name):
        number += 1
        # Many products of one base must not cost as many queries.
        name = f"{base}-{number}" if number < 10 else f"{base}-{secrets.token_hex(3)}"
    return name


async def _taken(db: Db, name: str) -> bool:
    return await db.fetch_one("SELECT 1 FROM products WHERE name = :name", {"name": name}) is not None


def name_from(brief: str) -> str:
    """A few telling words of the brief's beginning, in its own script, to type and to read."""
    words = [word for word in _SLUG_WORD.findall(_FILLER.sub(" ", brief[:4_000].lower())) if word not in _LITTLE]
    # A brief says early what it is about, and comes back to it; five letters make one of a word's many endings.
    often = Counter(word[:5] for word in words if len(word) > 3)
    early = dict.fromkeys(word[:5] for word in words[:TELLING_WORDS] if len(word) > 3) or dict.fromkeys(words)
    telling = sorted(early, key=lambda stem: -often[stem])[:NAME_WORDS]
    first = {word[:5]: word for word in reversed(words)}
    named = [first.get(stem, stem) for stem in early if stem in telling]
    while len(named) > 1 and len("-".join(named)) > NAME_LENGTH:
        named.pop()
    return "-".join(named)[:NAME_LENGTH].strip("-") or "product"
