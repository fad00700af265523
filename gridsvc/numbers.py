"""Numbers that people quote: counted in a book, without gaps left by a rollback."""

from collections.abc import Iterator

from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Counter, Model
from gridsvc.scoped import InJurisdiction
from gridsvc.session import Session


class NumberBook(InJurisdiction, Model):
    """How far a book has counted. Its row lock puts those who draw from it in a line."""

    __tablename__ = "number_book"

    book: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[Counter]


def draw(session: Session, book: str, count: int = 1) -> Iterator[int]:
    """Return the next `count` numbers of a book, such as "issue-2026". Begins with 1."""
    first = insert(NumberBook).values(
        jurisdiction_id=session.jurisdiction_id, book=book, last=count
    )
    counted = first.on_conflict_do_update(
        index_elements=["jurisdiction_id", "book"],
        set_={"last": NumberBook.last + literal(count, literal_execute=True)},
    ).returning(NumberBook.last)
    last: int = session.execute(counted).scalar_one()
    return iter(range(last - count + 1, last + 1))
