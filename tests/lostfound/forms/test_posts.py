"""What the forms accept, and their errors in the reader's language."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings

from lostfound.forms.found import FORMS, KeepingForm, form_for
from lostfound.forms.posts import PostForm
from lostfound.models import Building, Category, Office, Post, User, Zone
from lostfound.services import change_status
from tests.support.builders import make_category, make_post, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def person() -> User:
    return make_user()


@pytest.fixture
def building() -> Building:
    zone = Zone.objects.create(code="centre", name_ko="중앙", name_en="Centre")
    return Building.objects.create(code="library", name_ko="도서관", name_en="Library", zone=zone)


def bound(person: User, kind: str = "lost", photos: int = 0, **values: Any) -> PostForm:
    """A form as a browser sends it; `values` replace what is right."""
    values_by_name = {
        "title": "검은 지갑",
        "happened_on": timezone.localdate().isoformat(),
        **values,
    }
    data = MultiValueDict(
        {name: v if isinstance(v, list) else [v] for name, v in values_by_name.items()}
    )
    files = MultiValueDict({"photos": [upload(shade) for shade in range(photos)]})
    return FORMS[kind](data, files, user=person)


def errors_of(form: PostForm) -> dict[str, list[str]]:
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_a_title_and_a_day_are_enough_for_a_lost_post(person: User) -> None:
    form = bound(person)
    assert form.is_valid(), form.errors
    assert form.values["category"] is None
    assert form.values["happened_on"] == timezone.localdate()


def test_all_fields_arrive_as_the_services_take_them(person: User, building: Building) -> None:
    category = make_category()
    form = bound(
        person,
        photos=2,
        category=str(category.pk),
        building=str(building.pk),
        colour="navy",
        description="이름이 적혀 있어요",
    )
    assert form.is_valid(), form.errors
    assert form.values["category"] == category
    assert form.values["building"] == building
    assert form.values["colour"] == "navy"
    assert len(form.uploads) == 2


TOMORROW = timedelta(days=1)
LONG_AGO = timedelta(days=-3 * 365)


@pytest.mark.parametrize(
    ("language", "field", "value", "message"),
    [
        ("ko", "title", "", "어떤 물건인지 짧게 적어 주세요."),
        ("en", "title", " ", "Please say in a few words what it is."),
        ("ko", "happened_on", TOMORROW, "아직 오지 않은 날짜예요."),
        ("en", "happened_on", TOMORROW, "This date is in the future."),
        ("ko", "happened_on", LONG_AGO, "2년도 더 지난 날짜예요. 연도를 확인해 주세요."),
        (
            "en",
            "happened_on",
            "31/12/2025",
            "This is not a valid date. Please enter it like 2026-03-31.",
        ),
        ("ko", "category", "987654", "목록에서 골라 주세요."),
        ("en", "category", "abc", "Please choose from the list."),
        ("en", "building", "0", "Please choose from the list."),
    ],
)
def test_wrong_values_are_named_beside_their_field(
    person: User, language: str, field: str, value: str | timedelta, message: str
) -> None:
    if isinstance(value, timedelta):
        value = (timezone.localdate() + value).isoformat()
    sent: dict[str, Any] = {field: value}
    with translation.override(language):
        assert errors_of(bound(person, **sent)) == {field: [message]}


def test_an_unknown_colour_is_refused(person: User) -> None:
    assert set(bound(person, colour="ultraviolet").errors) == {"colour"}


def test_too_long_texts_are_refused(person: User) -> None:
    form = bound(person, title="가" * 101, place_note="나" * 201, description="다" * 5001)
    assert set(form.errors) == {"title", "place_note", "description"}


def test_today_is_today_in_seoul_and_the_day_may_be_today(person: User) -> None:
    for kind, at_first in (("lost", None), ("found", timezone.localdate())):
        form = FORMS[kind](user=person)
        assert form["happened_on"].value() == at_first
        widget = form["happened_on"].field.widget
        assert widget.attrs["max"] == timezone.localdate().isoformat()


@pytest.mark.parametrize(
    ("language", "message"), [("ko", "날짜를 골라 주세요."), ("en", "Please choose a day.")]
)
def test_a_found_thing_needs_its_day(person: User, language: str, message: str) -> None:
    with translation.override(language):
        form = bound(person, "found", happened_on="", kept_note="desk")
        assert errors_of(form) == {"happened_on": [message]}
    assert "day_is" not in form.fields and "happened_until" not in form.fields


# --- The day of a loss ---


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("sent", "first", "last"),
    [
        ({"happened_on": ""}, None, None),
        ({"happened_on": ago(5)}, 5, None),
        ({"happened_on": ago(5), "happened_until": ago(2)}, 5, 2),
        ({"day_is": "exact", "happened_on": ago(5), "happened_until": ago(2)}, 5, None),
        ({"day_is": "around", "happened_on": ago(10)}, 13, 7),
        ({"day_is": "around", "happened_on": ago(1)}, 4, 0),
        ({"day_is": "between", "happened_on": ago(5), "happened_until": ago(2)}, 5, 2),
        ({"day_is": "unknown", "happened_on": ago(5), "happened_until": ago(9)}, None, None),
    ],
)
def test_the_day_of_a_loss_may_be_one_several_or_unknown(
    person: User, sent: dict[str, Any], first: int | None, last: int | None
) -> None:
    form = bound(person, **sent)
    assert form.is_valid(), form.errors
    days = [form.values[name] for name in ("happened_on", "happened_until")]
    today = timezone.localdate()
    expected = [None if at is None else today - timedelta(days=at) for at in (first, last)]
    assert days == expected


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"day_is": "exact", "happened_on": ""}, "happened_on"),
        ({"day_is": "around", "happened_on": ""}, "happened_on"),
        ({"day_is": "between", "happened_on": ago(3)}, "happened_until"),
        ({"day_is": "between", "happened_on": "", "happened_until": ago(3)}, "happened_on"),
        ({"happened_on": "", "happened_until": ago(3)}, "happened_on"),
        ({"happened_on": ago(2), "happened_until": ago(5)}, "happened_until"),
        ({"happened_on": ago(2), "happened_until": ago(-1)}, "happened_until"),
        ({"day_is": "whenever"}, "day_is"),
    ],
)
def test_days_that_cannot_be_are_named(person: User, sent: dict[str, Any], field: str) -> None:
    assert set(errors_of(bound(person, **sent))) == {field}


@pytest.mark.parametrize(
    ("first", "last", "chosen"), [(None, None, "unknown"), (4, None, "exact"), (4, 2, "between")]
)
def test_a_stored_day_is_shown_as_it_was_meant(
    person: User, first: int | None, last: int | None, chosen: str
) -> None:
    days = [
        None if at is None else timezone.localdate() - timedelta(days=at) for at in (first, last)
    ]
    post = make_post(
        author=person, kind="lost", happened_on=days[0], happened_until=days[1], title="검은 지갑"
    )
    form = PostForm(user=person, post=post)
    assert form["day_is"].value() == chosen
    names = ("title", "day_is", "happened_on", "happened_until")
    sent = MultiValueDict({name: [str(form[name].value() or "")] for name in names})
    again = PostForm(sent, MultiValueDict(), user=person, post=post)
    assert again.is_valid(), again.errors
    assert [again.values[name] for name in names[2:]] == days


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("ko", "맡긴 곳을 고르거나, 어디에 보관하는지 적어 주세요."),
        ("en", "Please choose an office, or describe where the thing is kept."),
    ],
)
def test_a_found_post_says_where_the_thing_is_kept(
    person: User, building: Building, language: str, message: str
) -> None:
    office = Office.objects.create(code="desk", name_ko="센터", name_en="Desk", building=building)
    with translation.override(language):
        assert errors_of(bound(person, "found")) == {"office": [message]}
    assert bound(person, "found", office=str(office.pk)).is_valid()
    assert bound(person, "found", kept_note="과사무실").is_valid()


def test_a_lost_post_has_no_office(person: User) -> None:
    assert "office" not in bound(person, office="1", kept_note="x").fields


def test_more_than_five_photographs_are_refused(person: User) -> None:
    with translation.override("ko"):
        errors = errors_of(bound(person, photos=6))
    assert errors == {"photos": ["사진은 5장까지 올릴 수 있어요. 몇 장을 빼 주세요."]}


def test_more_than_five_photographs_at_once_are_refused(person: User) -> None:
    """Of those that the post has already, some may come again: the service counts what stays."""
    post = make_post(author=person, kind="lost", photos=4)
    day = timezone.localdate().isoformat()

    def edited(number: int) -> PostForm:
        data = MultiValueDict({"title": ["지갑"], "happened_on": [day]})
        files = MultiValueDict({"photos": [upload(shade) for shade in range(number)]})
        return PostForm(data, files, user=person, post=post)

    assert edited(5).is_valid()
    assert edited(6).has_error("photos", "too_many")


def test_a_photograph_of_another_post_cannot_be_removed(person: User) -> None:
    other = make_post(photos=1).photos.get()
    post = make_post(author=person, kind="lost", photos=1)
    data = MultiValueDict(
        {
            "title": ["지갑"],
            "happened_on": [timezone.localdate().isoformat()],
            "remove_photos": [str(other.public_id)],
        }
    )
    assert set(PostForm(data, None, user=person, post=post).errors) == {"remove_photos"}


def test_choices_are_grouped_and_in_the_readers_language(person: User, building: Building) -> None:
    make_category()
    with translation.override("en"):
        html = str(PostForm(user=person)["building"])
    assert '<optgroup label="Centre">' in html
    assert ">Library</option>" in html
    with translation.override("ko"):
        assert ">도서관</option>" in str(PostForm(user=person)["building"])


def test_a_retired_category_stays_with_the_post_that_has_it(person: User) -> None:
    category = make_category()
    post = make_post(author=person, kind="lost", category=category)
    Category.objects.update(is_active=False)
    kept: Any = PostForm(user=person, post=post).fields["category"]
    new: Any = PostForm(user=person).fields["category"]
    assert str(category.pk) in kept.rows
    assert str(category.pk) not in new.rows


def test_an_old_post_may_keep_its_day(person: User) -> None:
    post = make_post(author=person, kind="lost")
    Post.objects.filter(pk=post.pk).update(happened_on=date(2020, 1, 1))
    post.refresh_from_db()
    data = MultiValueDict({"title": ["지갑"], "happened_on": ["2020-01-01"]})
    assert PostForm(data, None, user=person, post=post).is_valid()


def test_a_matched_found_post_may_only_say_where_it_is_kept_now(person: User) -> None:
    found = change_status(make_post(author=person), Post.Status.MATCHED, actor=None, action="test")
    lost = change_status(make_post(kind="lost"), Post.Status.MATCHED, actor=None, action="test")
    assert form_for(found) is KeepingForm
    assert form_for(lost) is None
    form = KeepingForm(
        MultiValueDict({"title": ["다른 것"], "kept_note": ["정문"]}), None, user=person, post=found
    )
    assert form.is_valid(), form.errors
    assert form.values == {"office": None, "kept_note": "정문"}
