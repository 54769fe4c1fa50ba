"""The example shop: a SQLite file of two years of orders, the same for the same last day."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import StorageError

_DAYS: Final = 730
_CUSTOMERS: Final = 600
_ORDERS: Final = 5_000
_SEED: Final = 17

_SCHEMA: Final = """
    CREATE TABLE customers (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL,
        gender TEXT NOT NULL, birth_year INTEGER NOT NULL, city TEXT NOT NULL,
        joined_on TEXT NOT NULL
    );
    CREATE TABLE products (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL,
        price INTEGER NOT NULL, stock INTEGER NOT NULL
    );
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
        ordered_at TEXT NOT NULL, status TEXT NOT NULL, channel TEXT NOT NULL,
        payment TEXT NOT NULL
    );
    CREATE TABLE order_items (
        id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
        product_id INTEGER NOT NULL REFERENCES products (id),
        quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL
    );
    CREATE TABLE reviews (
        id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES products (id),
        customer_id INTEGER NOT NULL REFERENCES customers (id),
        rating INTEGER NOT NULL, written_at TEXT NOT NULL
    );
    CREATE INDEX orders_by_time ON orders (ordered_at);
    CREATE INDEX items_by_order ON order_items (order_id);
"""

_PRODUCTS_KO: Final = {
    "식품": "김치만두 9900,제주감귤 18900,한우국거리 32000,현미쌀 27500,들기름 15900,어묵탕 8900",
    "가전": "무선청소기 189000,에어프라이어 79000,전기포트 32000,가습기 54000,헤어드라이어 41000",
    "의류": "면티셔츠 15000,청바지 42000,롱패딩 129000,양말세트 9900,니트조끼 36000,운동복 38000",
    "화장품": "수분크림 24000,선크림 18000,클렌징폼 12000,립밤 6900,마스크팩 15900",
    "생활용품": "화장지 21000,세탁세제 16500,수건세트 23000,칫솔세트 8500,욕실매트 13500",
    "완구": "블록세트 35000,보드게임 28000,인형 19000,퍼즐 14000,색연필 7800",
}
_PRODUCTS_EN: Final = {
    "Food": "dumplings 8,tangerines 14,beef stew 24,brown rice 21,sesame oil 12,fish cake soup 7",
    "Appliances": "cordless vacuum 140,air fryer 59,electric kettle 24,humidifier 40,hair dryer 31",
    "Clothing": "t-shirt 12,jeans 32,winter coat 95,sock set 8,knit vest 27,tracksuit 29",
    "Cosmetics": "moisturizer 18,sunscreen 14,face wash 9,lip balm 5,sheet mask 12",
    "Household": "toilet paper 16,laundry detergent 13,towel set 17,toothbrush set 6,bath mat 10",
    "Toys": "building blocks 26,board game 21,doll 14,jigsaw puzzle 11,colored pencils 6",
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The values of the columns, in one language. `statuses`: delivered, cancelled, returned."""

    products: Mapping[str, str]
    cities: tuple[str, ...]
    statuses: tuple[str, ...]
    channels: tuple[str, ...]
    payments: tuple[str, ...]
    family: tuple[str, ...]
    given: tuple[str, ...]
    name: str


_WORDS: Final = {
    "ko": _Words(
        products=_PRODUCTS_KO,
        cities=("서울", "부산", "대구", "인천", "광주", "대전", "수원", "제주"),
        statuses=("배송완료", "취소", "반품"),
        channels=("앱", "웹", "전화"),
        payments=("카드", "계좌이체", "간편결제"),
        family=tuple("김이박최정강조윤장임한오서신권"),
        given=("민준", "서연", "도윤", "지우", "하준", "수아", "예준", "하은", "지호", "유나"),
        name="{family}{given}",
    ),
    "en": _Words(
        products=_PRODUCTS_EN,
        cities=("Seoul", "Busan", "Daegu", "Incheon", "Gwangju", "Daejeon", "Suwon", "Jeju"),
        statuses=("delivered", "cancelled", "returned"),
        channels=("app", "web", "phone"),
        payments=("card", "bank transfer", "wallet"),
        family=("Kim", "Lee", "Park", "Choi", "Jung", "Kang", "Cho", "Yoon", "Jang", "Lim", "Han"),
        given=("Min", "Seoyeon", "Doyun", "Jiwoo", "Hajun", "Sua", "Yejun", "Haeun", "Jiho"),
        name="{given} {family}",
    ),
}
_CITY_SHARES: Final = (0.32, 0.16, 0.1, 0.13, 0.08, 0.09, 0.08, 0.04)


def build_shop(path: Path, *, last_day: date, language: str = "ko") -> None:
    """Write the example, two years of orders up to and with `last_day`.

    Raises:
        StorageError: the file cannot be written.
    """
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial)) as db, db:
            db.executescript(_SCHEMA)
            _fill(db, last_day, _WORDS[language])
        partial.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"the example {path} cannot be written: {error}") from error


def _fill(db: sqlite3.Connection, last_day: date, words: _Words) -> None:
    random = np.random.default_rng(_SEED)
    products = _products(random, words)
    customers = _customers(random, last_day, words)
    db.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?)", products)
    db.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", customers)
    orders, items, reviews = _orders(random, last_day, (customers, products), words)
    db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", orders)
    db.executemany("INSERT INTO order_items VALUES (?, ?, ?, ?, ?)", items)
    db.executemany("INSERT INTO reviews VALUES (?, ?, ?, ?, ?)", reviews)


def _products(random: np.random.Generator, words: _Words) -> list[tuple[object, ...]]:
    rows = [
        (name, category, int(price))
        for category, listed in words.products.items()
        for name, price in (product.rsplit(maxsplit=1) for product in listed.split(","))
    ]
    stocks = random.integers(0, 180, len(rows)).tolist()
    return [(n, *row, stock) for n, (row, stock) in enumerate(zip(rows, stocks, strict=True), 1)]


def _customers(
    random: np.random.Generator, last_day: date, words: _Words
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number in range(1, _CUSTOMERS + 1):
        family, given = random.choice(words.family), random.choice(words.given)
        name = words.name.format(family=family, given=given)
        born = last_day.year - int(np.clip(random.normal(38, 12), 19, 79))
        joined = last_day - timedelta(days=int(random.integers(0, _DAYS)))
        phone = f"010-{random.integers(2000, 9999)}-{random.integers(1000, 9999)}"
        city = str(random.choice(words.cities, p=_CITY_SHARES))
        gender = str(random.choice(["F", "M"], p=[0.58, 0.42]))
        email = f"user{number}@example.com"
        rows.append((number, name, email, phone, gender, born, city, joined.isoformat()))
    return rows


def _orders(
    random: np.random.Generator,
    last_day: date,
    of: tuple[list[tuple[object, ...]], list[tuple[object, ...]]],
    words: _Words,
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Make orders; how much is bought grows over time, and ages and genders prefer products."""
    customers, products = of
    orders: list[tuple[object, ...]] = []
    items: list[tuple[object, ...]] = []
    reviews: list[tuple[object, ...]] = []
    eager = random.pareto(2.5, len(customers)) + 0.2
    liking = random.gamma(0.7, 1.0, (2, 6, len(products))) + 0.05
    liked = liking / liking.sum(axis=2, keepdims=True)
    buyers = random.choice(len(customers), _ORDERS, p=eager / eager.sum()).tolist()
    ago = (_DAYS * (1 - random.beta(1.6, 1.0, _ORDERS))).astype(int).tolist()
    minutes = random.integers(7 * 60, 24 * 60, _ORDERS).tolist()
    statuses = random.choice(words.statuses, _ORDERS, p=[0.93, 0.05, 0.02]).tolist()
    channels = random.choice(words.channels, _ORDERS, p=[0.6, 0.33, 0.07]).tolist()
    payments = random.choice(words.payments, _ORDERS, p=[0.55, 0.12, 0.33]).tolist()
    for number, buyer in enumerate(buyers, start=1):
        customer, status = customers[buyer], statuses[number - 1]
        midnight = datetime.combine(last_day, datetime.min.time())
        at = midnight - timedelta(days=ago[number - 1]) + timedelta(minutes=minutes[number - 1])
        moment = at.isoformat(sep=" ")
        bought = (status, channels[number - 1], payments[number - 1])
        orders.append((number, customer[0], moment, *bought))
        decade = min((last_day.year - int(str(customer[5]))) // 10 - 1, 5)
        shares = liked[int(customer[4] == "F"), decade]
        count = int(random.integers(1, 4))
        for place in random.choice(len(products), count, replace=False, p=shares):
            product = products[place]
            quantity = int(random.integers(1, 4))
            items.append((len(items) + 1, number, product[0], quantity, product[3]))
            if status == words.statuses[0] and random.random() < 0.12:
                rating = int(random.choice([1, 2, 3, 4, 5], p=[0.04, 0.06, 0.15, 0.35, 0.4]))
                row = (len(reviews) + 1, product[0], customer[0], rating, moment[:10])
                reviews.append(row)
    return orders, items, reviews
