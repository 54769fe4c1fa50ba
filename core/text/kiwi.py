"""Kiwi as it is loaded here, which words of its dictionary it gets, and which it knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from kiwipiepy import Kiwi, Token

_PROPER_NOUN = "NNP"


def load_kiwi(names: Collection[str] | None) -> Kiwi:
    """Load Kiwi; of the proper nouns in its default dictionary, only `names` (None: all).

    The dictionary has 113,000 titles of an encyclopedia, most of them people, places and schools.
    They take 50 MB, and hide the words that they are made of. Words that the embedder knows,
    such as 굿스플로, 에스크로 and 주주명부, are needed: without them a title in a hundred of the
    SmartStore FAQ is split otherwise. The dictionary of names of several words is left out, which
    would cost another 1.3 s and 190 MB.
    """
    if names is None:
        return Kiwi(load_multi_dict=False)
    kiwi = Kiwi(load_multi_dict=False, load_default_dict=False)
    add_names(kiwi, names)
    return kiwi


def add_names(kiwi: Kiwi, names: Collection[str]) -> None:
    """Give Kiwi its default dictionary without the proper nouns that are no `names`."""
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "names.dict"
        with (files("kiwipiepy_model") / "default.dict").open(encoding="utf-8") as dictionary:
            kept.write_text("".join(_named(dictionary, names)), encoding="utf-8")
        kiwi.load_user_dictionary(str(kept))


def _named(dictionary: Iterable[str], names: Collection[str]) -> Iterator[str]:
    """Yield the lines (form, tag, score) of all but the proper nouns that are no `names`."""
    for line in dictionary:
        form, _, rest = line.partition("\t")
        if not rest.startswith(_PROPER_NOUN) or form.lower() in names:
            yield line


def is_known(token: Token, kiwi: Kiwi) -> bool:
    """Return whether Kiwi's dictionary has a token: what it has not is of a class without form."""
    return bool(kiwi.morpheme(token.id).form)
