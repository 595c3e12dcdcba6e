"""A signed-in phone."""

import pytest

from lostfound.models import User
from tests.support.api_client import Device
from tests.support.factories import UserFactory


@pytest.fixture
def owner() -> User:
    return UserFactory.create()


@pytest.fixture
def phone(owner: User) -> Device:
    return Device(owner)
