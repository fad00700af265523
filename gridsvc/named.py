"""Things that people look for by name, or by the pinyin initials of the name."""

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped, validates

from gridsvc.initials import initials


class Named:
    """A thing with a name. Its initials follow the name, whoever writes it: see batches, too."""

    name: Mapped[str]
    initials: Mapped[str]

    @validates("name")
    def _follow(self, _: str, name: str) -> str:
        self.initials = initials(name)
        return name


def is_called(model: type[Named], words: str, *others: Any) -> ColumnElement[bool]:
    """Say in SQL whether `words` are in the name, in one of `others`, or are initials of it."""
    texts = (model.name, *others)
    hits = [text.icontains(words, autoescape=True) for text in texts]
    if words.isascii() and words.isalnum():
        hits.append(model.initials.contains(words.lower(), autoescape=True))
    return or_(*hits)
