from django.db import migrations, models


class Migration(migrations.Migration):
    """Null and without a default: SQLite then adds the column where the table stands, and the
    triggers of 0002 stay on it."""

    dependencies = [("audit", "0002_only_ever_appended")]
    operations = [
        migrations.AddField("entry", "network", models.CharField(max_length=45, null=True)),
    ]
