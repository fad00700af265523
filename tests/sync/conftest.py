import pytest

from tests.factories.phone import Officer


@pytest.fixture
def phone(client, village, as_):
    """The phone of the officer of Zhao, or of somebody else."""
    return lambda somebody=None: Officer(client, village, as_(somebody or village.officer))
