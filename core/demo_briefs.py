"""What the made-up customers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BRIEFS: Mapping[str, str] = MappingProxyType({
    "bakery-lyon": (
        "Hi! We are a bakery in Lyon, open Tuesday to Saturday from 6am to 7pm. Baguette 1.30 €, country loaf 6.50 €,"
        " praline brioche 4.80 €. Please put the hours where nobody can miss them. Warm colours, nothing fancy."
        " Call us on +33 4 65 71 00 12 or write to bonjour@bakery-lyon.example."
    ),
    "crypto-lottery": (
        "We need a page for a lottery where everybody wins. Big letters, a countdown, and no address of ours anywhere,"
        " people should only see the button."
    ),
    "музей-литера": (
        "Здравствуйте! Мы небольшой музей старой печати в Казани. Нужен спокойный сайт с крупным шрифтом: к нам ходит"
        " много пожилых людей. Открыты со вторника по воскресенье с 10:00 до 18:00. Билет 350 рублей, школьники 150"
        " рублей. Телефон +7 843 555-01-47, почта privet@muzej.example."
    ),
    "茶葉店-台北": (
        "We are 小山茶行, a tea shop in Taipei (台北) with high-mountain oolong and pouchong. We want an app in which"
        " people order tea and see where their order is. Quiet and simple, please. Open every day from 10am to 8pm,"
        " 150 g of oolong is 18 €. Write to hello@tea.example."
    ),
    "tool-metrics": (
        "A small tool for teams that count things: people send numbers, the dashboard draws a chart and a table, and"
        " every Monday a summary goes out. 9 € a month per team, the first month is free. It must work without a"
        " mouse. Write to hello@metrics.example."
    ),
    "متجر-الزهور": (
        "We are a small flower shop in Amman, متجر الزهور. A simple page with our hours, prices and the way to us."
        " Open every day from 9am to 8pm, a bunch of anemones is 6 €. Write to zuhur@flowers.example."
    ),
    "llavero": (
        "Hola. Hemos hecho un programa en línea para gente que alquila pisos por temporadas: un calendario único,"
        " tareas de limpieza y cuentas claras para el propietario. Los precios: 9 € al mes por un piso, 29 € al mes"
        " hasta cinco pisos. Queremos una página seria pero no aburrida. Contestamos en hola@llavero.example."
    ),
    "자전거-수리": (
        "We repair bicycles in Seoul (자전거 수리). We need an app where customers book a repair and see when it is"
        " ready. Open Monday to Saturday from 10am to 7pm, a new chain is 25 €. Photos follow. bike@repair.example"
    ),
    "zoo-app": (
        "An app for the visitors of a small zoo: a map, the times of the feedings, and which animals have young ones."
        " Open every day from 9am to 6pm, children 4 €, adults 8 €. Parents use it with one hand and a pram in the"
        " other, so large buttons please. Write to post@zoo.example."
    ),
    "shop-vintage": (
        "We sell second-hand coats and records in one room behind the station. Open Thursday to Saturday from 12 noon"
        " to 8 pm. A page that looks like the shop: a bit dark, a bit crowded, with our address. cash@vintage.example"
    ),
    "школа-вождения": (
        "Нужна страница автошколы «Первая передача» в Перми: категории, цены и запись на занятия. Полный курс 38000"
        " рублей, занимаемся с понедельника по субботу с 9:00 до 20:00. Почта rul@peredacha.example, телефон"
        " +7 342 555-01-90."
    ),
})  # fmt: skip
