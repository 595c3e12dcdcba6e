"""From the moment the office has a thing, only the office moves, closes and deletes."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lostfound.models import Item, Office, Post, StoragePlace
from lostfound.services import (
    AlreadySo,
    KeptByOffice,
    TransitionRefused,
    close_post,
    delete_post,
    edit_post,
    move_item,
    receive_item,
    reopen_post,
)
from lostfound.services.items import hold_item, mark_missing, release_hold, void_item
from tests.support.builders import make_category, make_post, make_user, upload
from tests.support.items import first_office, make_clerk, make_item

pytestmark = pytest.mark.django_db


def now(item: Item) -> Item:
    return Item.objects.select_related("place", "office").get(pk=item.pk)


def test_a_post_that_names_an_office_announces_a_thing() -> None:
    post = make_post(office=first_office(), happened_on=date(2026, 11, 20))
    item = Item.objects.get(post=post)
    assert (item.state, item.office, item.found_on) == ("expected", post.office, date(2026, 11, 20))
    assert item.head_seq == 0  # nobody of the office has touched it
    edit_post(post, actor=post.author, fields={"office": None, "kept_note": "집"})
    assert not Item.objects.exists()
    edit_post(post, actor=post.author, fields={"office": first_office()})
    assert Item.objects.get().state == "expected"
    assert delete_post(post, actor=post.author)
    assert not Item.objects.exists()


def test_lost_posts_and_things_kept_elsewhere_are_no_things_of_an_office() -> None:
    make_post(kind="lost")
    make_post(kept_note="과사무실")
    assert not Item.objects.exists()


def test_receiving_writes_the_first_event_of_the_chain() -> None:
    office = first_office()
    clerk, post = make_clerk(office), make_post(office=office)
    item = receive_item(
        post,
        actor=clerk,
        shelf="A-12",
        finder={"brought_note": "김 학생", "finder_rights": "waived"},
    )
    assert (item.state, item.place and item.place.code, item.finder_rights) == (
        *("held", "A-12"),
        "waived",
    )
    event = item.custody.get()
    assert (event.seq, event.kind, event.actor, event.to_state) == (1, "received", clerk, "held")
    assert event.detail.body == {"brought_note": "김 학생"}
    assert post.shelf == "A-12" and Post.objects.get().shelf == "A-12"
    with pytest.raises(AlreadySo):
        receive_item(post, actor=make_clerk(office))


def test_its_author_edits_words_and_nothing_else() -> None:
    item = make_item(photos=1)
    post = item.post
    assert post is not None
    author = post.author
    for fields in ({"office": None, "kept_note": "내 가방"}, {"kept_note": "집"}, {"shelf": "B-1"}):
        with pytest.raises(KeptByOffice) as refused:
            edit_post(post, actor=author, fields=fields)
        assert refused.value.code == "kept_by_office"
    with pytest.raises(KeptByOffice):
        edit_post(post, actor=author, fields={}, add_photos=[upload(5)])
    with pytest.raises(KeptByOffice):
        edit_post(post, actor=author, fields={}, remove_photos=post.photos.all())
    for service in (close_post, reopen_post, delete_post):
        with pytest.raises(KeptByOffice):
            service(post, actor=author)
    assert edit_post(post, actor=author, fields={"title": "남색 우산", "description": "긴 것"})
    kept = Post.objects.get(pk=post.pk)
    assert (kept.title, kept.shelf, kept.office, kept.status) == (
        *("남색 우산", "A-12"),
        *(item.office, "open"),
    )


def test_the_office_moves_it_in_its_list_and_on_its_page() -> None:
    item = make_item()
    post, clerk = item.post, make_clerk(item.office)
    assert post is not None
    edit_post(post, actor=clerk, fields={"shelf": "B-3"})
    move_item(item, actor=clerk, shelf="금고")
    assert [event.to_place and event.to_place.code for event in now(item).custody.all()] == [
        *("A-12", "B-3"),
        "금고",
    ]
    assert Post.objects.get().shelf == "금고"
    # The history says from where to where.
    values = post.events.filter(action="edited").get().detail["values"]
    assert values == {"shelf": ["A-12", "B-3"]}


def test_another_office_neither_receives_nor_moves() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    stranger = make_clerk(there)
    with pytest.raises(PermissionDenied):
        receive_item(make_post(office=here), actor=stranger)
    item = make_item(here)
    for change in (mark_missing, release_hold):
        with pytest.raises(PermissionDenied):
            change(item, actor=stranger)
    with pytest.raises(PermissionDenied):
        move_item(item, actor=stranger, shelf="X-1")
    assert now(item).head_seq == 1


def test_two_offices_may_name_a_shelf_alike() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    places = {make_item(office).place_id for office in (here, there, here)}
    assert len(places) == 2 and StoragePlace.objects.count() == 2


def test_its_history_outlives_its_post() -> None:
    item = make_item()
    post, clerk = item.post, make_clerk(item.office)
    assert post is not None
    with pytest.raises(TransitionRefused):  # it lies there
        delete_post(post, actor=clerk)
    void_item(item, actor=clerk, reason="두 번 적음")
    assert delete_post(post, actor=clerk)
    kept = now(item)
    assert (kept.post, kept.state, kept.head_seq) == (None, "void", 3)
    assert [event.kind for event in kept.custody.all()] == ["received", "voided", "post_deleted"]


def test_a_missing_thing_is_found_again_by_moving_it() -> None:
    item = make_item()
    clerk = make_clerk(item.office)
    mark_missing(item, actor=clerk)
    assert now(item).state == "missing"
    with pytest.raises(TransitionRefused):
        void_item(item, actor=clerk, reason="두 번 적음")
    move_item(item, actor=clerk, shelf="A-13")
    assert now(item).state == "held"
    assert [event.kind for event in item.custody.all()][-2:] == ["missing", "found_again"]


def test_a_hold_is_recorded_and_ends_once() -> None:
    item = make_item()
    clerk = make_clerk(item.office)
    hold_item(item, actor=clerk, reason="경찰 요청")
    assert now(item).is_on_hold
    with pytest.raises(AlreadySo):
        hold_item(item, actor=clerk, reason="again")
    release_hold(item, actor=clerk)
    with pytest.raises(AlreadySo):
        release_hold(item, actor=clerk)
    assert (now(item).is_on_hold, now(item).hold_reason, now(item).head_seq) == (False, "", 3)


def test_valuables_are_counted_by_two_people_and_sealed() -> None:
    office = first_office()
    clerk, post = make_clerk(office), make_post(office=office)
    cash = {"value_band": "cash", "cash_amount": 120_000, "cash_currency": "KRW"}
    with pytest.raises(ValidationError) as refused:
        receive_item(post, actor=clerk, value=cash)
    assert {name: error[0].code for name, error in refused.value.error_dict.items()} == {
        "second_by": "second_person",
        "seal_no": "required",
    }
    with pytest.raises(ValidationError):  # nobody is their own second
        receive_item(post, actor=clerk, value={**cash, "seal_no": "S-1"}, second=clerk)
    assert Item.objects.get().state == "expected"
    item = receive_item(
        post, actor=clerk, value={**cash, "seal_no": "S-1"}, second=make_clerk(office), shelf="S"
    )
    assert (item.cash_amount, item.needs_two_people) == (120_000, True)
    assert item.place is not None and item.place.kind == "safe"


def test_documents_never_lie_on_an_open_shelf() -> None:
    item = make_item(shelf="A-1")  # an umbrella
    card = make_post(office=item.office, category=make_category(is_sensitive=True))
    clerk = make_clerk(item.office)
    with pytest.raises(ValidationError) as refused:
        receive_item(card, actor=clerk, shelf="A-1")
    assert refused.value.error_dict["shelf"][0].code == "needs_safe"
    kept = receive_item(card, actor=clerk, shelf="금고 1")
    assert kept.place is not None and kept.place.kind == "safe"
    with pytest.raises(ValidationError):
        move_item(kept, actor=clerk, shelf="A-1")


def test_a_label_that_was_printed_before_is_bound_once() -> None:
    office = first_office()
    clerk = make_clerk(office)
    from lostfound.models.item_codes import grouped, new_code

    code = new_code()
    item = receive_item(make_post(office=office), actor=clerk, code=grouped(code))
    assert Item.objects.get(pk=item.pk).code == code
    for wrong, why in (
        (code, "unique"),
        (code[:-1] + ("2" if code[-1] != "2" else "3"), "check_digit"),
    ):
        with pytest.raises(ValidationError) as refused:
            receive_item(make_post(office=office), actor=clerk, code=wrong)
        assert refused.value.error_dict["code"][0].code == why


def test_the_office_of_a_kept_thing_cannot_be_left_out() -> None:
    item = make_item()
    with pytest.raises(ValidationError):
        edit_post(item.post, actor=make_clerk(item.office), fields={"office": None})  # type: ignore[arg-type]
    assert now(item).office is not None and Post.objects.get().office is not None


def test_who_signed_the_chain_keeps_the_account() -> None:
    from lostfound.services import AccountKept, delete_user

    clerk = make_clerk(first_office())
    make_item(clerk=clerk)
    with pytest.raises(AccountKept):
        delete_user(clerk, actor=None)
    finder = make_user()
    make_item(author=finder)
    with pytest.raises(TransitionRefused):  # its post has the thing in the safe
        delete_user(finder, actor=clerk)
