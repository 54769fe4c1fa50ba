"""What models cost, and how it is kept."""

import pytest

from core.embeddings.remote import batches
from core.errors import StorageError
from core.llm.budget import Ledger, Price, Prices, SpendingLimit
from core.llm.prompts import estimate_tokens
from core.stores.sqlite.spending import SqliteSpendingStore


def test_a_purse_that_cannot_be_kept_is_told(tmp_path):
    """A folder in place of the file."""
    with pytest.raises(StorageError), SqliteSpendingStore.open(tmp_path):
        pass


@pytest.mark.parametrize(
    ("spent", "off", "limit"),
    [
        ((0.0, 0.0), False, None),
        ((0.0, 0.0), True, SpendingLimit.OFF),
        ((2.0, 0.1), False, SpendingLimit.INSTALLATION),
        ((1.0, 0.5), False, SpendingLimit.PERSON),
    ],
)
async def test_what_stands_in_the_way_of_spending(spent, off, limit):
    """The switch first, then the cap of all, then one's own."""

    class Fixed:
        async def spent(self, _):
            return spent

    capped = Ledger(Fixed(), cap=2.0, cap_of_person=0.5, off=lambda: off)
    assert await capped.limit("a") is limit
    free = Ledger(Fixed(), cap=0.0, cap_of_person=0.0, off=lambda: False)
    assert await free.limit("a") is None


def test_a_dated_model_has_the_price_of_its_family():
    """And one that nobody sells is free."""
    prices = {"gpt-4o": Price(2.5, 1.25, 10), "gpt-4o-mini": Price(0.15, 0.075, 0.6)}
    table = Prices(prices)
    assert table.of("gpt-4o-mini-2024-07-18").prompt == 0.15
    assert table.of("gpt-4o").prompt == 2.5
    assert table.of("openai/gpt-4o-mini").prompt == 0.15
    assert table.of("my-own-model").of(prompt=10**6).cost_usd == 0
    assert not table.knows("my-own-model")
    dear = Prices(prices, default=Price(1, 1, 1))
    assert dear.of("my-own-model").of(prompt=10**6).cost_usd == 1
    assert dear.knows("my-own-model")
    usage = prices["gpt-4o-mini"].of(prompt=1_000_000, cached=400_000, completion=100_000)
    assert usage.cost_usd == pytest.approx(0.6 * 0.15 + 0.4 * 0.075 + 0.06)


def test_embedding_requests_hold_what_one_may_hold():
    """At most 2,048 texts and the tokens of a request; none is lost, the order stays."""
    texts = [f"짧은 글 {n}" for n in range(5_000)] + ["긴 글입니다. " * 900] * 60
    found = list(batches(texts, 2_048))
    assert [text for batch in found for text in batch] == texts
    assert max(map(len, found)) == 2_048
    assert all(sum(map(estimate_tokens, batch)) <= 200_000 for batch in found)
    assert list(batches([], 2_048)) == []
