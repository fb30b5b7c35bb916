from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0002_sent"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.TextField(db_index=True)),
                ("column", models.TextField()),
                ("old", models.TextField(null=True)),
                ("new", models.TextField(null=True)),
                ("withdrawn", models.BooleanField(default=False)),
                ("who", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("reason", models.TextField(default="")),
            ],
        ),
    ]
