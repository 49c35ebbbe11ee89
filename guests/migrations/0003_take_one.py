"""The function that takes in one record with its submission and the answer that is kept, in one trip."""

from django.db import migrations

# Its statements each see what was committed before they began: those after the lock see every nil return
# that was filed before it was had (`NilReturnQuerySet.void` holds the same one). What goes wrong in one of
# them undoes all.
TAKE_ONE = """
CREATE FUNCTION guests_take_one(
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
        (receipt, establishment_id, kind, door, received_at, accepted, duplicate, rejected, action, sha256)
    VALUES
        (its_receipt, its_establishment, its_kind, 'api', statement_timestamp(), 1, 0, 0, '', its_digest)
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


class Migration(migrations.Migration):
    dependencies = [("guests", "0002_words")]

    operations = [migrations.RunSQL(TAKE_ONE, "DROP FUNCTION guests_take_one")]
