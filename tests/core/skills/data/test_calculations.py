"""What samples measure is divided, compared, ranked and left out as a question wants it."""

import sqlite3
from contextlib import closing

import pytest

from core.skills.data.answerer import DataAnswer, Unsure

SALES = (
    "order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id"
    " JOIN customers c ON c.id = o.customer_id"
)
DONE = "o.status = '배송완료'"
MONEY, PIECES = "SUM(i.quantity * i.unit_price)", "SUM(i.quantity)"
ORDERS, BUYERS = "COUNT(DISTINCT o.id)", "COUNT(DISTINCT o.customer_id)"
OCTOBER = "o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01'"
SEPTEMBER = "o.ordered_at >= '2026-09-01' AND o.ordered_at < '2026-10-01'"


def sold(what, *where, done=DONE):
    return f"SELECT {what} FROM {SALES} WHERE {' AND '.join((done, *where))}"  # noqa: S608


def pair(first, second):
    return f"SELECT ({first}) UNION ALL SELECT ({second})"


def share(part, whole):
    return f"SELECT ROUND(100.0 * ({part}) / ({whole}), 1)"


ASKED = {
    "서울 빼고 지난달 매출": sold(MONEY, "c.city <> '서울'", OCTOBER),
    "취소를 제외한 주문 건수": sold(ORDERS, done="o.status <> '취소'"),
    "제주하고 대구 빼고 주문 건수": sold(ORDERS, "c.city NOT IN ('제주', '대구')"),
    "앱이랑 웹 매출 합쳐서": sold(MONEY, "o.channel IN ('앱', '웹')"),
    "취소랑 반품 합쳐서 주문 몇 건": sold(ORDERS, done="o.status IN ('취소', '반품')"),
    "부산이랑 인천 중에 어디 매출이 더 커": pair(
        sold(MONEY, "c.city = '부산'"), sold(MONEY, "c.city = '인천'")
    ),
    "10월 매출이 그 전달보다 늘었어?": pair(sold(MONEY, SEPTEMBER), sold(MONEY, OCTOBER)),
    "완구가 전체 판매량에서 차지하는 비율": share(
        sold(PIECES, "p.category = '완구'"), sold(PIECES)
    ),
    "서울 주문 중에서 앱 비중": share(
        sold(ORDERS, "c.city = '서울'", "o.channel = '앱'"), sold(ORDERS, "c.city = '서울'")
    ),
    "고객 한 명당 구매 금액": sold(f"ROUND(1.0 * {MONEY} / {BUYERS}, 2)"),
    "리뷰를 한 번도 안 쓴 고객은 몇 명이야": (
        "SELECT COUNT(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM reviews)"
    ),
    "지난달에 앱으로 주문하지 않은 서울 고객 수": " ".join(
        (
            "SELECT COUNT(*) FROM customers c2 WHERE c2.city = '서울' AND c2.id NOT IN (",
            sold("c.id", OCTOBER, "o.channel = '앱'"),
            ")",
        )
    ),
    "두 번 이하 주문한 고객은 몇 명": " ".join(
        ("SELECT COUNT(*) FROM (", sold("c.id"), f"GROUP BY c.id HAVING {ORDERS} <= 2)")
    ),
    "2만원 넘는 상품은 몇 개야": "SELECT COUNT(*) FROM products WHERE price > 20000",
    "도시별 반품률": sold(
        "c.city, ROUND(100.0 * COUNT(DISTINCT CASE WHEN o.status = '반품' THEN o.id END)"
        f" / {ORDERS}, 1)",
        done="1 GROUP BY 1",
    ),
    "결제수단별 채널별 주문 수": f"{sold(f'o.payment, o.channel, {ORDERS}')} GROUP BY 1, 2",
    "월별 리뷰 수": "SELECT strftime('%Y-%m', written_at), COUNT(*) FROM reviews GROUP BY 1",
}


@pytest.mark.parametrize("question", ASKED)
def test_a_calculation_gives_what_its_sql_gives(answerer, shop, today, question):
    answer = answerer.answer(question, today)
    with closing(sqlite3.connect(shop)) as db:
        expected = db.execute(ASKED[question]).fetchall()
    shown = answer.rows.rows
    if len(expected[0]) == 1:  # the labels are the answer's own
        shown = [row[-1:] for row in shown]
    assert sorted(map(str, shown)) == sorted(map(str, expected))


def test_the_first_of_each_group_is_found_and_personal_names_stay_masked(answerer, today):
    best = answerer.answer("카테고리별로 가장 많이 팔린 상품", today)
    assert best.rows.columns == ("카테고리", "상품", "수량")
    assert len({row[0] for row in best.rows.rows}) == len(best.rows.rows) == 6
    never = answerer.answer("올해 주문하지 않은 고객 명단", today)
    assert all(row[0].endswith("**") for row in never.rows.rows)


def test_the_change_is_said_in_words_and_drawn(answerer, today):
    answer = answerer.answer("9월이랑 10월 매출 비교해줘", today)
    (_, first), (_, last) = answer.rows.rows
    assert f"({last - first:+,}, {100 * (last - first) / first:+,.1f}%)" in answer.text
    assert answer.chart().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "question",
    [
        "8월에 가입한 고객의 9월 매출",  # two spans that are not compared
        "여성이 남성보다 더 많이 산 상품",
        "서울과 부산에서 가장 많이 팔린 상품",
        "매출 상위 10% 고객",
        "10만원 이상 주문은 몇 건",  # the price of a product is not the value of an order
        "환불 비율의 비율",
        "올해 매출 목표 달성률",
        "가장 많이 팔린 카테고리의 매출",
        "평점 3점 이하 상품 평균 평점",
    ],
)
def test_what_could_be_meant_otherwise_gets_no_number(answerer, today, question):
    assert isinstance(answerer.answer(question, today), Unsure)


def test_an_answer_goes_on_by_groups_and_by_what_is_left_out(answerer, today):
    months = answerer.answer_changed("올해 매출은 얼마야?", ["월별로"], today)
    assert months.rows.columns == ("월", "매출")
    seoul = answerer.answer_changed("올해 매출은 얼마야?", ["월별로", "그중 서울만"], today)
    assert isinstance(seoul, DataAnswer)
    assert "c.city = '서울'" in seoul.sql
    rest = answerer.answer_changed("올해 매출은 얼마야?", ["서울은 빼고"], today)
    assert "NOT c.city = '서울'" in rest.sql
    part = answerer.answer_changed("전체 매출에서 의류 비중은?", ["식품은?"], today)
    assert "식품" in part.text
