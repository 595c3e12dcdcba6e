"""A signed-in phone."""

import pytest

from lostfound.models import User
from tests.factories import UserFactory
from tests.lostfound.api.device import Device


@pytest.fixture
def owner() -> User:
    return UserFactory.create()


@pytest.fixture
def phone(owner: User) -> Device:
    return Device(owner)
