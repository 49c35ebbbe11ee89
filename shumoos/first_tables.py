"""The migration that makes an app's tables, without reading all models again for each of them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class FirstTables(migrations.Migration):
    """A migration whose operations each see the models as they are after the last of them.

    Django reads a new model together with all that are related to it, and to the user nearly all are: with a
    hundred models most of a migration's time goes there. Here they are read once. That does for tables that
    are made and for SQL; what looks at the models before it, as rows that are moved do, is for an ordinary
    migration. Back to nothing it goes one operation at a time, as any.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        # While there are no classes of the models, a change of the state makes none.
        project_state.is_delayed = True
        project_state.clear_delayed_apps_cache()
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, project_state, project_state)
        return project_state
