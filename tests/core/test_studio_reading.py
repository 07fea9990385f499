"""What plain reading finds in a brief."""

from __future__ import annotations

import pytest

from core.pipeline.studio.brief import Use, sentences
from core.pipeline.studio.contacts import addresses, given_name, phones, place
from core.pipeline.studio.hours import hours, together
from core.pipeline.studio.language import choose, detect
from core.pipeline.studio.prices import prices
from core.pipeline.studio.reading import read
from tests.core.assembly_line import BAKERY, MUSEUM, RENTALS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (BAKERY, "en"),
        (RENTALS, "es"),
        (MUSEUM, "ru"),
        ("Nous sommes une boulangerie à Lyon et nous faisons du pain pour les voisins", "fr"),
        ("Somos uma padaria em Lisboa e o nosso pão é bom", "pt"),
        ("Wir sind eine kleine Bäckerei in Wien und backen für die Nachbarn", "de"),
        ("12345 67890", None),
        ("🍞🍞🍞🍞🍞🍞🍞🍞", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_its_little_words(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_ukrainian_does_not_pass_for_russian() -> None:
    assert detect("Ми невелика пекарня у Львові, печемо хліб щодня і чекаємо на вас") is None


def test_a_brief_in_two_languages_speaks_english() -> None:
    mixed = "Мы маленькая пекарня, печём хлеб каждый день. We bake bread every day and we are open for you."
    assert choose("auto", mixed).language == "en"


@pytest.mark.parametrize(("asked", "spoken"), [("ru", "ru"), ("ES", "es"), ("ru_RU", "ru"), ("auto", "en"), ("", "en")])
def test_what_the_customer_asked_for_beats_the_language_of_the_brief(asked: str, spoken: str) -> None:
    assert choose(asked, BAKERY).language == spoken


def test_a_language_that_the_studio_cannot_speak_is_english_and_says_so() -> None:
    choice = choose("ja", BAKERY)
    assert (choice.language, choice.asked) == ("en", "ja")


@pytest.mark.parametrize(
    ("sentence", "week"),
    [
        ("Open Mon-Fri 9-5pm, Sat 10am–2pm.", ["01234 09:00 17:00", "5 10:00 14:00"]),
        ("Mondays to Wednesdays 1 to 5 pm", ["012 13:00 17:00"]),
        ("Open 9am to 6pm every day except Sunday", ["012345 09:00 18:00", "6  "]),
        ("пн-пт 9:00–18:00, сб 10-16, вс выходной", ["01234 09:00 18:00", "5 10:00 16:00", "6  "]),
        ("со вторника по воскресенье с 10:00 до 18:00, в четверг до 21:00",
         ["12 10:00 18:00", "3 10:00 21:00", "456 10:00 18:00"]),
        ("Abrimos de martes a domingo de 12:00 a 23:30, cerrado los lunes", ["0  ", "123456 12:00 23:30"]),
        ("Ежедневно с 8 до 22", ["0123456 08:00 22:00"]),
        ("Classes cost $12 for members and $18 for guests on Sunday", []),
        ("On Saturdays there is a queue of 20 people", []),
        ("The oldest press is from 1847", []),
    ],
)  # fmt: skip
def test_opening_hours_are_read_as_people_write_them(sentence: str, week: list[str]) -> None:
    found = [f"{''.join(map(str, one.days))} {one.opens} {one.closes}" for one in together(hours(sentence))]
    assert found == week


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("a baguette is 1.30 €, croissants €1.40 each", ["Baguette 130 EUR", "Croissants 140 EUR"]),
        ("Tickets $5 for adults, $3 for kids", ["Tickets for adults 500 USD", "Kids 300 USD"]),
        ("Standard plan: $19/month, Pro plan: $49/month.", ["Standard plan 1900 USD", "Pro plan 4900 USD"]),
        (
            "9 € al mes por un piso, 29 € al mes hasta cinco pisos",
            ["Un piso 900 EUR", "Hasta cinco pisos 2900 EUR"],
        ),
        ("Билеты: взрослый 350 рублей, дети бесплатно", ["Взрослый 35000 RUB", "Дети 0 "]),
        ("Экскурсия — 2 500 рублей", ["Экскурсия 250000 RUB"]),
        ("A car for £12,500", ["Car 1250000 GBP"]),
        ("The first month is free", []),
        ("We are 40 km from here since 1990", []),
    ],
)
def test_prices_go_with_the_words_around_them(sentence: str, found: list[str]) -> None:
    assert [f"{one.item} {one.cents} {one.currency}" for one in prices(sentence)] == found


def test_names_places_and_ways_to_get_in_touch_are_found() -> None:
    bakery, museum = read(BAKERY), read(MUSEUM)
    assert (bakery.name, bakery.place) == ("Le Four de Colette", "in Lyon")
    assert (museum.name, museum.place) == ("Литера", "в Казани")
    assert [one.fact for one in museum.addresses] == ["улица Марджани, 18"]
    assert [one.fact for one in bakery.mails] == ["bonjour@fourdecolette.example"]


def test_a_rehearsal_is_not_when_somebody_is_open() -> None:
    assert read("We are a choir. We rehearse on Tuesdays from 19:30 to 22:00 in Ghent.").openings == ()
    assert read("We are a shop in Ghent. Tuesdays from 10:00 to 18:00.").openings != ()


def test_what_belongs_to_the_price_before_is_no_part_of_the_next_item() -> None:
    found = prices("Una noche cuesta 85 € con desayuno, la habitación grande 120 €")
    assert [one.item for one in found] == ["Noche", "Habitación grande"]


def test_a_year_range_and_a_price_are_no_telephone_number() -> None:
    assert phones("From 1990-2020 it cost 2 500 € or 12.50") == []
    assert phones("Ring +44 20 7946 0123 or (020) 7946-0124.") == ["+44 20 7946 0123", "(020) 7946-0124"]


def test_a_month_and_a_language_are_no_place() -> None:
    assert place("We open in March and speak in English in Bristol") == "in Bristol"


def test_street_and_name_are_kept_as_written() -> None:
    assert addresses("Find us at 12 Castle Street. Come in!") == ["12 Castle Street"]
    assert given_name("It is called “Bread & Sons”, since 1990") == "Bread & Sons"


def test_what_speaks_to_the_builder_is_a_wish_and_no_copy() -> None:
    uses = [
        one.use for one in sentences("We bake bread. Please make the site warm. The site should let people pay online.")
    ]
    assert uses == [Use.COPY, Use.WISH, Use.BEYOND]


def test_an_abbreviated_street_does_not_end_a_sentence() -> None:
    assert len(sentences("Мы на ул. Баумана, 44, заходите.")) == 1


def test_a_list_ends_where_the_text_goes_on() -> None:
    found = sentences("- tea for\nall of you\n- coffee\nWe are open daily from 8 to 12.")
    assert [(one.text, one.bullet) for one in found] == [
        ("tea for all of you", True), ("coffee", True), ("We are open daily from 8 to 12.", False),
    ]  # fmt: skip


def test_lines_that_people_wrapped_by_hand_are_one_sentence() -> None:
    assert [one.text for one in sentences("We bake\nbread every\nday.\n\n- one\n- two")] == [
        "We bake bread every day.", "one", "two",
    ]  # fmt: skip
