"""A short cut for bodies that are plainly right.

Marshmallow asks a dozen questions of each value, a schema of a nested list two hundred. A
QuickSchema first goes along what its fields want, once, and stops at the first doubt: then the
schema reads as ever. So a body is never let in that the schema would refuse, and what is wrong
with one is said by the schema alone, in its own words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import isfinite
from typing import Any
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

Read = Callable[[Any], Any]
Hook = Callable[..., Any]

WAY = {"many": False, "partial": None, "unknown": RAISE}  # what hooks of a schema are told


class Doubt(Exception):
    """It may be right or wrong: the schema has to say."""


class QuickSchema(Schema):
    """A schema that takes the short cut. Loads as any other, only sooner."""

    def load(self, data: Any, **options: Any) -> Any:
        if not options:
            try:
                return self._short_cut(data)
            except (Doubt, ValidationError):
                pass
        return super().load(data, **options)

    @cached_property
    def _short_cut(self) -> Read:
        return reader(self)


def reader(schema: Schema) -> Read:
    """Return what reads as `schema.load` does, or raises Doubt (or ValidationError)."""
    hooks: Any = schema._hooks
    if schema.many or schema.partial or schema.unknown != RAISE or hooks[VALIDATES]:
        return _doubted
    shape = Shape.of(schema)
    before, checks, after = (
        [_hook(schema, *told) for told in hooks[tag]]
        for tag in (PRE_LOAD, VALIDATES_SCHEMA, POST_LOAD)
    )

    def read(data: Any) -> Any:
        for change in before:
            data = change(data, **WAY)
        facts = shape.facts(data)
        for check in checks:
            check(facts, **WAY)
        for change in after:
            facts = change(facts, **WAY)
        return facts

    return read


def _doubted(_: Any) -> Any:
    raise Doubt


def _hook(schema: Schema, name: str, is_for_many: bool, options: dict[str, Any]) -> Hook:
    """Return a hook that is told of one body; the short cut knows no others."""
    if is_for_many or options.get("pass_original"):
        return lambda *_, **__: _doubted(None)
    hook: Hook = getattr(schema, name)
    return hook


@dataclass(frozen=True)
class Shape:
    """What a body may say and has to, by its keys in JSON."""

    parts: dict[str, tuple[str, Read]]  # the name of each, and what reads it
    required: frozenset[str]
    defaults: list[tuple[str, Any]]  # by name

    @classmethod
    def of(cls, schema: Schema) -> "Shape":
        told = {
            name if field.data_key is None else field.data_key: (field.attribute or name, field)
            for name, field in schema.load_fields.items()
        }
        return cls(
            {key: (name, field_reader(field)) for key, (name, field) in told.items()},
            frozenset(key for key, (_, field) in told.items() if field.required),
            [(name, f.load_default) for name, f in told.values() if f.load_default is not missing],
        )

    def facts(self, data: Any) -> dict[str, Any]:
        """Return what a body says, by name."""
        if type(data) is not dict or not self.required <= data.keys():
            raise Doubt
        facts = {name: told() if callable(told) else told for name, told in self.defaults}
        parts = self.parts
        for key, value in data.items():
            part = parts.get(key)
            if part is None:
                raise Doubt
            name, read = part
            facts[name] = read(value)
        return facts


def field_reader(field: fields.Field[Any]) -> Read:
    """Return what reads a value of a field, or raises Doubt (or ValidationError)."""
    read, checks, may_be_none = _plain(field), field.validators, field.allow_none
    if field.pre_load or field.post_load or "." in (field.attribute or ""):
        return _doubted
    if not checks and not may_be_none and read in PLAIN.values():
        return read  # which doubts None by itself

    def checked(value: Any) -> Any:
        if value is None:
            if may_be_none:
                return None
            raise Doubt
        found = read(value)
        for check in checks:
            check(found)
        return found

    return checked


def _plain(field: fields.Field[Any]) -> Read:
    """A kind of field that is not known here reads for itself; its subclasses are other kinds."""
    if hasattr(field, "plain"):
        plain: Read = field.plain
        return plain
    match field:
        case fields.List() if type(field)._deserialize is fields.List._deserialize:
            return _list_of(field_reader(field.inner))
        case fields.Nested() if type(field) is fields.Nested and not (field.many or field.unknown):
            return reader(field.schema)
        case fields.Boolean() if type(field) is fields.Boolean:
            return _boolean(field.truthy, field.falsy)
    return PLAIN.get(type(field)) or (lambda value: field._deserialize(value, field.name, {}))


def text(value: Any) -> str:
    if type(value) is str:
        return value
    raise Doubt


def uuid(value: Any) -> UUID:
    try:
        return UUID(text(value))
    except ValueError:
        raise Doubt from None


def moment(value: Any) -> datetime:
    """Return an aware moment, in UTC."""
    try:
        read = datetime.fromisoformat(text(value))
        if read.utcoffset() is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Doubt


def _float(value: Any) -> float:
    if type(value) is float and isfinite(value):
        return value
    if type(value) is int and abs(value) < 2**53:
        return float(value)
    raise Doubt


def _integer(value: Any) -> int:
    if type(value) is int:
        return value
    raise Doubt


def _boolean(truthy: Any, falsy: Any) -> Read:
    def read(value: Any) -> bool:
        if type(value) is bool and value in (truthy if value else falsy):
            return value
        raise Doubt

    return read


def _list_of(read: Read) -> Read:
    def read_all(values: Any) -> list[Any]:
        if type(values) is list:
            return [read(value) for value in values]
        raise Doubt

    return read_all


PLAIN: dict[type, Read] = {
    fields.String: text,
    fields.UUID: uuid,
    fields.Float: _float,
    fields.Integer: _integer,
}
