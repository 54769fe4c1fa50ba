"""What the doctor says of books of APIs."""

from bots.cli.operations.api_check import api
from bots.shared.platform import NOTE, PASS
from config.settings import Settings

DOCUMENT = r"""
openapi: 3.1.0
servers: [{url: "https://api.example"}]
paths:
  /orders/{code}/{name}/{shop}:
    get:
      operationId: findOrder
      parameters:
        - {name: code, in: path, schema: {type: string, pattern: "^(a+)+$"}}
        - {name: name, in: path, schema: {type: string, pattern: '^\p{L}+$'}}
        - {name: shop, in: path, schema: {type: string, pattern: "^[0-9]{3}$"}}
"""
BOOK = """
document = "api.yaml"
[[operation]]
id = "findOrder"
examples = ["주문 찾아 줘"]
[operation.find]
shop = "((?:[0-9]+)+)번"
"""


def test_patterns_that_are_not_used_are_named(tmp_path):
    (tmp_path / "api.yaml").write_text(DOCUMENT, "utf-8")
    book = tmp_path / "shop.toml"
    book.write_text(BOOK, "utf-8")
    allows, *unused = api(Settings(_env_file=None, data_dir=tmp_path, api_book=book))
    assert (allows.mark, allows.text) == (PASS, "shop allows findOrder")
    assert {one.mark for one in unused} == {NOTE}
    said = "\n".join(one.text for one in unused)
    named = ["findOrder.code", "findOrder.name", "findOrder.shop"]
    assert [said.count(name) for name in named] == [1, 1, 1]
    assert "'^[0-9]{3}$'" not in said
    assert not list(api(Settings(_env_file=None, data_dir=tmp_path)))
