"""The photograph of a claim: prepared, for judges only, and erased with the answers."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from lostfound.models import ClaimPhoto, Item, OwnershipClaim
from lostfound.services.accounts import delete_user
from lostfound.services.claims import erase_claims, prompts_for
from lostfound.services.orphan_files import missing_files, orphan_files, remove_files
from lostfound.services.photo_staging import KEPT_FOR
from tests.support.api_client import Device
from tests.support.builders import files_below, make_user, upload
from tests.support.claims import RIGHT, claim, make_wallet
from tests.support.items import make_clerk
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def with_place(shade: int = 0) -> SimpleUploadedFile:
    """A photograph that says in its metadata where it was taken."""
    pixels, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "기숙사 301호"
    Image.new("RGB", (640, 480), (40 * shade % 256, 90, 160)).save(pixels, "JPEG", exif=exif)
    return SimpleUploadedFile("집.jpg", pixels.getvalue(), "image/jpeg")


def broken() -> SimpleUploadedFile:
    return SimpleUploadedFile("사진.jpg", b"no photograph", "image/jpeg")


def url_of(item: Item) -> str:
    assert item.post is not None
    return reverse("lostfound:claim_thing", args=[item.post.public_id])


def body(item: Item, **values: Any) -> dict[str, Any]:
    assert item.post is not None
    return {f"answer_{prompts_for(item.post)[0].pk}": RIGHT, "story": "", **values}


def test_it_is_stored_as_plain_pixels(media: Path) -> None:
    mine = claim(make_wallet(), photo=with_place())
    photo = ClaimPhoto.objects.get()
    assert photo.claim == mine and (photo.width_px, photo.height_px) == (640, 480)
    stored = files_below(media / "photos")
    assert len(stored) == 2
    for path in stored:
        assert "기숙사".encode() not in path.read_bytes()


def test_a_refused_photograph_saves_no_claim(media: Path) -> None:
    with pytest.raises(ValidationError) as refused:
        claim(make_wallet(), photo=broken())
    assert refused.value.error_dict["photo"][0].code == "not_a_photograph"
    assert not OwnershipClaim.objects.exists() and files_below(media) == []


def test_a_refused_claim_leaves_no_file(media: Path) -> None:
    with pytest.raises(ValidationError):
        claim(make_wallet(), text="?", photo=upload())
    assert files_below(media) == []


def test_it_is_sent_with_the_form_and_its_claimant_only_reads_that_it_was() -> None:
    item, person = make_wallet(), make_user()
    client = signed_in(person, "en")
    answer = client.post(url_of(item), body(item, photo=upload()), follow=True)
    photo = ClaimPhoto.objects.get()
    assert "You added a photograph" in page(answer) and photo.full_url not in page(answer)
    desk = signed_in(make_clerk(item.office), "en")
    html = page(desk.get(reverse("lostfound:desk_rivals", args=[item.code])))
    assert photo.thumbnail_url in html and photo.full_url in html
    shown = desk.get(photo.full_url)
    assert shown["Content-Type"] == "image/jpeg" and shown["Cache-Control"] == "private, no-cache"
    assert desk.get(photo.full_url.replace("full", "huge")).status_code == 404


def test_a_chosen_photograph_survives_an_answer_that_is_refused() -> None:
    item, person = make_wallet(), make_user()
    client = signed_in(person, "en")
    prompt = next(iter(body(item)))
    answer = client.post(url_of(item), body(item, photo=upload(), **{prompt: "?"}))
    html = page(answer)
    assert "This photograph is kept" in html and "data:image/jpeg;base64," in html
    token = html.split('name="staged" value="')[1].split('"')[0]
    client.post(url_of(item), body(item, staged=token))
    assert ClaimPhoto.objects.count() == 1 and KEPT_FOR
    stranger = signed_in(make_user(), "en")
    stranger.post(url_of(item), body(item, staged=token))
    assert ClaimPhoto.objects.count() == 1  # tokens belong to their person


def test_a_staged_photograph_can_be_left_out_again() -> None:
    item, person = make_wallet(), make_user()
    client = signed_in(person, "en")
    prompt = next(iter(body(item)))
    html = page(client.post(url_of(item), body(item, photo=upload(), **{prompt: "?"})))
    token = html.split('name="staged" value="')[1].split('"')[0]
    client.post(url_of(item), body(item, staged=token, drop_staged="1"))
    assert OwnershipClaim.objects.count() == 1 and not ClaimPhoto.objects.exists()


def test_a_broken_photograph_is_said_at_its_field() -> None:
    item = make_wallet()
    html = page(signed_in(make_user(), "en").post(url_of(item), body(item, photo=broken())))
    assert "This is not a photograph" in html and RIGHT in html
    assert not OwnershipClaim.objects.exists()


def test_it_goes_with_the_answers(media: Path, django_capture_on_commit_callbacks: Any) -> None:
    person = make_user()
    claim(make_wallet(), by=person, photo=upload())
    with django_capture_on_commit_callbacks(execute=True):
        erase_claims(person)
    assert not ClaimPhoto.objects.exists() and files_below(media / "photos") == []
    another = make_user()
    claim(make_wallet(), by=another, photo=upload())
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(another, actor=None)
    assert not ClaimPhoto.objects.exists() and files_below(media / "photos") == []


def test_cleaning_up_leaves_it_alone(media: Path) -> None:
    claim(make_wallet(), photo=upload())
    for path in files_below(media):
        os.utime(path, (0, 0))
    assert orphan_files(min_age=KEPT_FOR) == [] and missing_files() == []
    names = [str(path.relative_to(media)) for path in files_below(media)]
    remove_files(names)
    assert len(files_below(media)) == 2
    files_below(media)[0].unlink()
    assert len(missing_files()) == 1


def test_a_judge_who_claims_the_thing_does_not_see_rivals_photographs() -> None:
    item = make_wallet()
    claim(item, photo=upload())
    clerk = make_clerk(item.office)
    claim(item, by=clerk)
    client = signed_in(clerk, "en")
    assert client.get(ClaimPhoto.objects.get().full_url).status_code == 404


def test_over_the_api() -> None:
    item = make_wallet()
    assert item.post is not None
    prompts = prompts_for(item.post)
    answers = [{"prompt": prompt.pk, "text": RIGHT} for prompt in prompts[:2]]
    whole = {"thing": str(item.post.public_id), "answers": json.dumps(answers), "photo": upload()}
    sent = Device(make_user()).send_form("claims/", whole)
    assert sent.status_code == 201 and sent.json()["has_photo"] is True
    apart = {**whole, "answers": [json.dumps(answer) for answer in answers], "photo": upload()}
    assert Device(make_user()).send_form("claims/", apart).status_code == 201
    for answer_text in ("{", '"x"'):
        wrong = {**whole, "answers": answer_text, "photo": upload()}
        refused = Device(make_user()).send_form("claims/", wrong)
        assert refused.status_code == 400 and "answers" in str(refused.json()["errors"])
    refused = Device(make_user()).send_form("claims/", {**whole, "photo": broken()})
    assert refused.status_code == 400
    assert refused.json()["errors"]["photo"][0]["code"] == "not_a_photograph"
    counter = Device(make_clerk(item.office))
    rows = counter.get(f"office/items/{item.code}/claims/").json()
    addresses = [row["photo"]["full_url"] for row in rows]
    assert len(addresses) == 2
    assert counter.get(addresses[0]).status_code == 200
    assert Device(make_user()).get(addresses[0]).status_code == 404
    assert Client().get(addresses[0]).status_code == 404
