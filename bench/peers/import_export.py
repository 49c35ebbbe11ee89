"""The peer: django-import-export in its bulk mode, as its documentation says, on the table of records.

Its resource reads each row by the kind's own declaration, so that it stores what our door stores, and refuses
what our door refuses; a double within the file is skipped. It makes nothing that it is not asked for: no
diffs, no reports of rows.

    python -m bench.peers.import_export FILE.csv ESTABLISHMENT SUBMISSION [blindly]

It looks for each row's earlier record, as our door does and as it does by itself; `blindly` it does not.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")
django.setup()

import tablib  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from import_export import resources  # noqa: E402

from guests.kinds import KINDS  # noqa: E402
from guests.kinds.errors import RecordRefused  # noqa: E402
from guests.models import GuestRecord  # noqa: E402

KIND = KINDS["lodging"]
COLUMNS = ["establishment_id", "submission_id", "kind", "client_reference", "content"]
READ = ["full_name", "id_number", "occurred_at", "departed_at", "is_open"]


class RecordResource(resources.ModelResource):
    class Meta:
        model = GuestRecord
        import_id_fields = ["client_reference"]
        fields = ["client_reference"]
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        skip_unchanged = False
        report_skipped = False
        use_transactions = True
        clean_model_instances = False

    def __init__(self, establishment: int, submission: int) -> None:
        super().__init__()
        self.establishment, self.submission = establishment, submission
        self.seen: set[str] = set()

    def before_import_row(self, row, **kwargs):
        try:
            row["content"] = KIND.read({name: value for name, value in row.items() if value})
        except RecordRefused as refusal:
            # Any other error of a row undoes the whole import.
            raise ValidationError(str(refusal)) from refusal

    def import_instance(self, instance, row, **kwargs):
        content = row["content"]
        instance.establishment_id = self.establishment
        instance.submission_id = self.submission
        instance.kind = KIND.code
        instance.client_reference = content["client_reference"]
        instance.content = content
        for name, value in KIND.columns(content).items():
            setattr(instance, name, value)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        # One that went in twice would undo the whole import.
        is_double = instance.client_reference in self.seen
        self.seen.add(instance.client_reference)
        return is_double


def main() -> None:
    path, establishment, submission, *blindly = sys.argv[1:]
    with open(path, encoding="utf-8", newline="") as file:
        rows = tablib.Dataset().load(file, format="csv")
    resource = RecordResource(int(establishment), int(submission))
    resource._meta.force_init_instance = bool(blindly)
    result = resource.import_data(rows, dry_run=False, raise_errors=False)
    print(dict(result.totals), "refused as a whole:", [str(error.error) for error in result.base_errors])


if __name__ == "__main__":
    main()
