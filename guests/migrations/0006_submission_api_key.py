"""What a program sends says under which key; so does what `guests_take_one` takes in."""

import django.db.models.deletion
from django.db import migrations, models

TAKE_ONE = """
CREATE OR REPLACE FUNCTION guests_take_one(
    its_establishment bigint, its_key bigint, its_kind text, its_receipt text, its_digest text,
    its_reference text, its_content jsonb, its_name text, its_number text, its_time timestamptz,
    its_end timestamptz, goes_on boolean, idempotency text, request_digest text, answered text,
    kept_until timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    its_submission bigint;
    its_id bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(
        hashtext('nil return ' || its_kind), (its_establishment % (2::bigint ^ 31)::bigint)::integer
    );
    INSERT INTO guests_submission
        (receipt, establishment_id, kind, door, api_key_id, received_at, accepted, duplicate, rejected,
         action, sha256)
    VALUES
        (its_receipt, its_establishment, its_kind, 'api', its_key, statement_timestamp(), 1, 0, 0,
         '', its_digest)
    RETURNING id INTO its_submission;
    INSERT INTO guests_guestrecord
        (establishment_id, submission_id, kind, created_at, client_reference, content, full_name, id_number,
         occurred_at, departed_at, is_open)
    VALUES
        (its_establishment, its_submission, its_kind, statement_timestamp(), its_reference, its_content,
         its_name, its_number, its_time, its_end, goes_on)
    RETURNING id INTO its_id;
    UPDATE guests_nilreturn SET voided_at = statement_timestamp()
    WHERE establishment_id = its_establishment AND kind = its_kind AND voided_at IS NULL
        AND day = (its_time AT TIME ZONE 'Asia/Riyadh')::date;
    IF idempotency <> '' THEN
        INSERT INTO guests_keptanswer
            (api_key_id, idempotency_key, request_sha256, answer, made_at, expires_at)
        VALUES
            (its_key, idempotency, request_digest,
             replace(answered, '"id":null', '"id":"' || its_id || '"'), statement_timestamp(), kept_until);
    END IF;
    RETURN its_id;
END
$$
"""
# Without the key, for a column that is gone.
WITHOUT_KEY = TAKE_ONE.replace(" api_key_id, received_at", " received_at").replace(
    " its_key, statement_timestamp(), 1,", " statement_timestamp(), 1,"
)


class Migration(migrations.Migration):
    dependencies = [("guests", "0005_ascending")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="api_key",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="guests.apikey",
                verbose_name="API key",
            ),
        ),
        migrations.RunSQL(TAKE_ONE, WITHOUT_KEY),
    ]
