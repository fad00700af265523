"""The base of every table, and the column types.

psycopg and GeoAlchemy2 stop here. The rest of gridsvc sees shapely geometries in
EPSG:4326 and aware UTC datetimes.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely import LineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, Date, DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

Period = Range[datetime]  # [from, until); an open end is None
Counter = Annotated[int, mapped_column(BigInteger())]
Facts = dict[str, Any]  # kept as jsonb


class Track(LineString):
    """The type of a column of tracks: a line whose M is the Unix time of each point, seconds."""


class Moment(TypeDecorator[datetime]):
    """A moment, stored as timestamptz. Takes only aware datetimes; gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"naive datetime {value!r}")
        return value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


class Wgs84(TypeDecorator[BaseGeometry]):
    """A shapely geometry in EPSG:4326: x = longitude, y = latitude, degrees.

    Indexes are declared on the table, where they can be read, not made by the type. A
    column that may be empty brings a type of its own, mapped_column(Wgs84("POINT")), since
    GeoAlchemy2 writes NOT NULL into the type, and so into every column that shares it.
    """

    impl = Geometry
    cache_ok = True

    def __init__(self, geometry_type: str, dimension: int = 2) -> None:
        super().__init__(geometry_type, srid=4326, dimension=dimension, spatial_index=False)

    def process_bind_param(self, value: BaseGeometry | None, dialect: Any) -> Any:
        return from_shape(value, srid=4326) if value is not None else None

    def process_result_value(self, value: Any, dialect: Any) -> BaseGeometry | None:
        return to_shape(value) if value is not None else None


class Model(DeclarativeBase):
    """The base of every table. A table also says its kind: Shared, Scoped or Local."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            UUID: Uuid(),
            str: Text(),
            datetime: Moment(),
            Point: Wgs84("POINT"),
            MultiPolygon: Wgs84("MULTIPOLYGON"),
            Track: Wgs84("LINESTRINGM", dimension=3),
            Period: TSTZRANGE(),
            date: Date(),
            Facts: JSONB(),
            list[Facts]: JSONB(),
            list[str]: JSONB(),
            list[Any]: JSONB(),
        },
    )
