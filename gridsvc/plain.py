"""A short cut for bodies that are plainly right.

Marshmallow asks a dozen questions of each value, a schema of a nested list two hundred. A
QuickSchema first goes along what its fields want, once, and stops at the first doubt: then the
schema reads as ever. So a body is never let in that the schema would refuse, and what is wrong
with one is said by the schema alone, in its own words.
"""

from collections.abc import Callable
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
    parts = [_part(name, field) for name, field in schema.load_fields.items()]
    before, checks, after = (
        [_hook(schema, *told) for told in hooks[tag]]
        for tag in (PRE_LOAD, VALIDATES_SCHEMA, POST_LOAD)
    )

    def read(data: Any) -> Any:
        for change in before:
            data = change(data, **WAY)
        facts = _facts(data, parts)
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


Part = tuple[str, str, Read, Any, bool]


def _part(name: str, field: fields.Field[Any]) -> Part:
    """Return of a field: its key in JSON, its name, what reads it, its default, if it has to be."""
    key = name if field.data_key is None else field.data_key
    return key, field.attribute or name, field_reader(field), field.load_default, field.required


def _facts(data: Any, parts: list[Part]) -> dict[str, Any]:
    if type(data) is not dict:
        raise Doubt
    facts, known = {}, 0
    for key, name, read, default, is_required in parts:
        value = data.get(key, missing)
        if value is not missing:
            facts[name] = read(value)
            known += 1
        elif is_required:
            raise Doubt
        elif default is not missing:
            facts[name] = default() if callable(default) else default
    if known != len(data):
        raise Doubt
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
