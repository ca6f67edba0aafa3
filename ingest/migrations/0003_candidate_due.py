from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0002_evidence_hashes_and_pauses'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(condition=models.Q(('state__in', ['found', 'licensed', 'fetched'])), fields=['state', 'claimed_until'], name='candidate_due'),
        ),
    ]
