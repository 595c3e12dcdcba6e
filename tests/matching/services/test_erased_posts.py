"""An erased person's vectors leave the database and the index."""

import pytest

from lostfound.services.erasing import delete_own_account
from matching.models import Embedding, IndexChange, MatchingJob
from tests.support.builders import make_post, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_vectors_go_with_the_account_and_the_index_learns_of_it() -> None:
    person = make_user()
    mine, other = make_post(author=person, photos=1), make_post()
    for post in (mine, other):
        Embedding.objects.create(
            post=post,
            modality="text",
            dim=2,
            data=bytes(8),
            content_hash="0" * 64,
            fingerprint="fake",
        )
    before = IndexChange.objects.order_by("-pk").values_list("pk", flat=True)[0]
    delete_own_account(person)
    assert list(Embedding.objects.values_list("post", flat=True)) == [other.pk]
    assert not MatchingJob.objects.filter(post=mine.pk).exists()
    noted = IndexChange.objects.filter(pk__gt=before).values_list("post_id", flat=True)
    assert set(noted) == {mine.pk}
