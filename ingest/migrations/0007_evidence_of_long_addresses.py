from django.db import migrations, models
from django.db.models.functions import MD5


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0006_identity_events_and_browsing'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='licenceevidence',
            name='evidence_once_per_place',
        ),
        migrations.AddConstraint(
            model_name='licenceevidence',
            constraint=models.UniqueConstraint(models.F('candidate'), models.F('kind'), models.F('place'), models.F('says'), MD5('licence_url'), MD5('seen_at_url'), condition=models.Q(('kind', 'decision'), _negated=True), name='evidence_once_per_place'),
        ),
    ]
