"""Phones that send photos, and where those are kept."""

import pytest

from gridsvc.store import Store, store
from tests.conftest import HERE
from tests.factories.media import (
    Phone,
)


@pytest.fixture
def phone(client, village, as_) -> Phone:
    return Phone(client, as_(village.officer))


@pytest.fixture
def other(client, village, as_) -> Phone:
    """A phone of somebody else."""
    return Phone(client, as_(village.head))


@pytest.fixture
def files(app) -> Store:
    return store(HERE)
