"""Questions to everybody who claims a thing of some sort; and who may take a hand-over back."""

from django.db import migrations

# For things of every sort. None of them tells anything about a thing.
GENERAL = (
    ("무엇이 들어 있거나 함께 있었나요?", "What was inside it, or together with it?"),
    (
        "겉에서 보이지 않는 표시나 흠집, 글씨가 있나요? 어디에 있나요?",
        "Does it have a mark, damage or writing that cannot be seen from outside? Where?",
    ),
    (
        "언제 어디서 마지막으로 가지고 있었나요?",
        "When and where did you last have it?",
    ),
)
BY_FAMILY = {
    "wallets": (
        ("어떤 카드나 종이, 현금이 얼마나 들어 있었나요?", "Which cards, papers and how much cash were in it?"),
    ),
    "phones": (
        ("잠금 화면에는 무엇이 보이나요?", "What does its lock screen show?"),
        ("케이스 안쪽이나 뒤에 무엇이 있나요?", "What is inside or behind its case?"),
    ),
    "electronics": (
        ("켜면 처음에 무엇이 보이나요?", "What do you see first when it is switched on?"),
    ),
    "keys": (
        ("열쇠가 몇 개이고, 무엇을 여는 열쇠인가요?", "How many keys are there, and what do they open?"),
    ),
    "bags": (
        ("각 주머니에는 무엇이 있나요?", "What is in each of its pockets?"),
    ),
    "cards": (
        ("카드에 적힌 이름의 첫 글자와 발급한 곳은?", "The first letter of the name on it, and who issued it?"),
    ),
}


from lostfound.migrations._permissions import allow_groups

def load(apps, schema_editor):
    using = schema_editor.connection.alias
    prompts = apps.get_model("lostfound", "CategoryPrompt").objects.using(using)
    families = apps.get_model("lostfound", "Family").objects.using(using).in_bulk(field_name="code")
    for position, (korean, english) in enumerate(GENERAL):
        prompts.create(text_ko=korean, text_en=english, position=100 + position)
    for code, questions in BY_FAMILY.items():
        if code in families:
            for position, (korean, english) in enumerate(questions):
                prompts.create(
                    family=families[code], text_ko=korean, text_en=english, position=position
                )


# An older release would tell these as matches.
NEW_KINDS = (
    *("claim_received", "claim_asked", "claim_approved", "claim_closed"),
    *("pickup_reminder", "pickup_lapsed", "item_received", "item_returned"),
)


def forget_messages(apps, schema_editor):
    using = schema_editor.connection.alias
    for model in ("Notification", "NotificationChoice"):
        rows = apps.get_model("lostfound", model).objects.using(using)
        rows.filter(kind__in=NEW_KINDS).delete()


def allow(apps, schema_editor):
    allow_groups(apps, schema_editor, {"분실물센터 책임자": HEAD})


HEAD = ("reverse_handover", "view_categoryprompt", "add_categoryprompt", "change_categoryprompt")


def disallow(apps, schema_editor):
    using = schema_editor.connection.alias
    apps.get_model("auth", "Permission").objects.using(using).filter(
        content_type__app_label="lostfound", codename__in=HEAD
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0012_claims")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(allow, disallow),
        migrations.RunPython(migrations.RunPython.noop, forget_messages),
    ]
