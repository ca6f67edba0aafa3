from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("curation", "0010_leases_held")]

    operations = [
        migrations.RemoveConstraint(model_name="slot", name="slot_number_in_range"),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__range", (1, 99))), name="slot_number_in_range"
            ),
        ),
    ]
