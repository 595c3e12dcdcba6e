"""The campus files: read as a whole or not at all, loaded without undoing manual changes."""

from collections import Counter
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from lostfound.data.campus_files import CampusFileError, read_campus, read_taxonomy
from lostfound.models import Building, Category, Family, Office, Zone
from lostfound.selectors import buildings_by_zone, categories_by_family
from lostfound.services.campus_import import load_campus
from tests.support.builders import make_post

GET_MODEL = partial(apps.get_model, "lostfound")

SMALL = """
[[family]]
code = "umbrellas"
name_ko = "우산"
name_en = "Umbrellas"
[[family.category]]
code = "umbrella"
name_ko = "장우산"
name_en = "Umbrella"
synonyms_ko = ["우산"]
synonyms_en = []
police_class = "PRZ"
sensitive = false
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_shipped_taxonomy_is_complete() -> None:
    counts = Counter(entry.model for entry in read_taxonomy())
    assert counts["Family"] >= 10
    assert counts["Category"] >= 20
    sensitive = {entry.code for entry in read_taxonomy() if entry.values.get("sensitive")}
    assert {"id_card", "passport", "bank_card", "cash"} <= sensitive


def test_shipped_campus_has_three_offices() -> None:
    counts = Counter(entry.model for entry in read_campus())
    assert counts["Zone"] == 5
    assert counts["Building"] >= 18
    assert counts["Office"] == 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('name_en = "Umbrella"', ""), "family 1, category 1 (umbrella): name_en is missing"),
        (('name_ko = "장우산"', 'name_ko = " "'), "name_ko is missing or empty"),
        (('code = "umbrella"', 'code = "Um brella"'), "code 'Um brella' is not a short name"),
        (('police_class = "PRZ"', 'police_class = "X"'), "police_class 'X' is not like PRH"),
        (("sensitive = false", 'sensitive = "no"'), "sensitive is 'no', not a bool"),
        (("sensitive = false", "sensetive = false"), "sensetive is unknown"),
        (('["우산"]', '"우산"'), "synonyms_ko is '우산', not a list"),
        (('["우산"]', "[7]"), "synonyms_ko is missing or empty"),
        (("[[family.category]]", "[[family]]"), "police_class is unknown"),
        (("[[family]]", "[family"), "is not valid TOML"),
        (('name_ko = "장우산"', f'name_ko = "{"가" * 81}"'), "longer than 80 characters"),
    ],
)
def test_broken_file_says_where(small: Path, change: tuple[str, str], problem: str) -> None:
    small.write_text(SMALL.replace(*change), encoding="utf-8")
    with pytest.raises(CampusFileError) as refused:
        read_taxonomy(small)
    assert problem in str(refused.value)
    assert str(refused.value).startswith("small.toml: ")


def test_code_that_is_there_twice_is_refused(small: Path) -> None:
    small.write_text(SMALL + SMALL, encoding="utf-8")
    with pytest.raises(CampusFileError) as refused:
        read_taxonomy(small)
    assert len(refused.value.problems) == 2


def test_missing_and_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CampusFileError, match="cannot be read"):
        read_taxonomy(tmp_path / "none.toml")
    (tmp_path / "empty.toml").touch()
    with pytest.raises(CampusFileError, match="contains no"):
        read_campus(tmp_path / "empty.toml")


def test_office_needs_its_building(tmp_path: Path) -> None:
    path = tmp_path / "campus.toml"
    path.write_text('[[office]]\ncode="o"\nname_ko="가"\nname_en="O"\nbuilding="nowhere"\n')
    with pytest.raises(CampusFileError, match="there is no building 'nowhere'"):
        read_campus(path)


@pytest.mark.django_db
def test_migrations_have_loaded_everything() -> None:
    codes = {entry.code for entry in read_taxonomy() if entry.model == "Category"}
    assert codes <= set(Category.objects.values_list("code", flat=True))
    assert Office.objects.count() == 3
    umbrella = Category.objects.get(code="umbrella")
    assert umbrella.police_class == "PRZ"
    assert umbrella.family.code == "umbrellas"


@pytest.mark.django_db
def test_loading_again_changes_nothing() -> None:
    entries = [*read_taxonomy(), *read_campus()]
    for overwrite in (False, True):
        counts = load_campus(entries, GET_MODEL, overwrite=overwrite, retire=True)
        assert counts == {"unchanged": len(entries)}


@pytest.mark.django_db
def test_edits_stay_unless_overwritten() -> None:
    Category.objects.filter(code="umbrella").update(name_ko="고친 이름", is_active=False)
    Category.objects.filter(code="phone").delete()
    call_command("load_taxonomy", stdout=StringIO())
    assert Category.objects.get(code="umbrella").name_ko == "고친 이름"
    assert Category.objects.filter(code="phone").exists()
    out = StringIO()
    call_command("load_taxonomy", "--overwrite", stdout=out)
    umbrella = Category.objects.get(code="umbrella")
    assert (umbrella.name_ko, umbrella.is_active) == ("우산", True)
    assert "1 updated" in out.getvalue()


@pytest.mark.django_db
def test_rows_of_the_campus_itself_stay_unless_retired(small: Path) -> None:
    used = Category.objects.get(code="phone")
    make_post(category=used)
    args = ("load_taxonomy", f"--taxonomy={small}", "--overwrite")
    call_command(*args, stdout=StringIO())
    assert Category.objects.filter(code="wallet_long", is_active=True).exists()
    call_command(*args, "--retire", stdout=StringIO())
    used.refresh_from_db()
    assert not used.is_active
    assert not Family.objects.get(code="phones").is_active
    assert not Category.objects.filter(code="wallet_long").exists()
    assert Category.objects.get(code="umbrella").name_ko == "장우산"


@pytest.mark.django_db
def test_broken_file_loads_nothing(small: Path) -> None:
    Category.objects.filter(code="umbrella").delete()
    small.write_text("[[zone]]", encoding="utf-8")
    with pytest.raises(CommandError, match="zone 1"):
        call_command("load_taxonomy", f"--campus={small}")
    assert not Category.objects.filter(code="umbrella").exists()


@pytest.mark.django_db
def test_forms_are_offered_groups_in_two_queries(django_assert_num_queries: object) -> None:
    Category.objects.filter(code="umbrella").update(is_active=False)
    Zone.objects.filter(code="living").update(is_active=False)
    umbrella = Category.objects.get(code="umbrella")
    gym = Building.objects.get(code="gymnasium")
    with django_assert_num_queries(2):  # type: ignore[operator]
        families, zones = categories_by_family(), buildings_by_zone()
        offered = {category for _family, group in families for category in group}
        places = {building for _zone, group in zones for building in group}
    assert umbrella not in offered
    assert gym not in places
    assert len({family for family, _group in families}) == len(families)
    kept = {category for _, group in categories_by_family(keep=umbrella) for category in group}
    assert umbrella in kept
    assert gym in {place for _, group in buildings_by_zone(keep=gym) for place in group}
