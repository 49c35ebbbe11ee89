from django.db import migrations

# What each record's first version has come to, and when its stay or rental ended.
RECORDS = """
    UPDATE guests_guestrecord AS record
    SET state = transfer.status,
        batch_id = transfer.batch_id,
        refusal = transfer.reason,
        acknowledged_at = transfer.acknowledged_at,
        to_correct = transfer.status = 'refused' AND record.version = 1,
        departed_at = COALESCE(record.content ->> 'departed_at', record.content ->> 'returned_at')::timestamptz,
        is_open = record.kind IN ('lodging', 'vehicle_rental')
            AND NOT record.content ?| ARRAY['departed_at', 'returned_at']
    FROM guests_transfer AS transfer
    WHERE transfer.record_id = record.id AND transfer.version = 1
"""

# A later version did not keep what it replaced, nor why.
CHANGES = """
    INSERT INTO guests_recordchange (
        record_id, kind, version, action, before, content, reason, door, made_at, is_next,
        state, batch_id, refusal, acknowledged_at
    )
    SELECT record.id, record.kind, later.version, 'correction', record.content, record.content, '-',
        submission.door, record.created_at, before.acknowledged_at IS NOT NULL,
        later.status, later.batch_id, later.reason, later.acknowledged_at
    FROM guests_transfer AS later
    JOIN guests_transfer AS before
        ON before.record_id = later.record_id AND before.version = later.version - 1
    JOIN guests_guestrecord AS record ON record.id = later.record_id
    JOIN guests_submission AS submission ON submission.id = record.submission_id
    WHERE later.version > 1
"""


class Migration(migrations.Migration):
    """One row a record from now on: its transfer's columns move into it."""

    dependencies = [
        ('guests', '0003_records_carry_their_state'),
    ]

    operations = [
        migrations.RunSQL(RECORDS, migrations.RunSQL.noop),
        migrations.RunSQL(CHANGES, migrations.RunSQL.noop),
    ]
