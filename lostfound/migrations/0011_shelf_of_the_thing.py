"""The shelf belongs to the thing alone. Apart from the data, as PostgreSQL demands."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0010_items_of_posts")]

    operations = [migrations.RemoveField(model_name="post", name="shelf")]
