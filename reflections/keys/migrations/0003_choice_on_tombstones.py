from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('writing_keys', '0002_renewal_and_tombstones'),
    ]

    operations = [
        migrations.AddField(
            model_name='tombstone',
            name='keeps_certificates',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
