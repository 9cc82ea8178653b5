"""Lets Django make the migrations of an app whose models change, and prints their statements.

    evolve.py DATABASE_URL FOLDER

FOLDER holds `v1.py`, `v2.py` …, the models of the app `shelf` at each time. The output is JSON: for each
migration its name, the statements of `sqlmigrate`, and the operations. All migrations are applied to the
database. Django's questions are answered so: every suspected rename is one, and "none" is the value of
existing rows in a text without a default, 0 in a number.
"""

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def settings(url):
    if url.startswith("sqlite:///"):
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///")}
    else:
        user, rest = url.removeprefix("postgres://").split("@", 1)
        host, name = rest.split("/", 1)
        host, port = host.split(":")
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name.split("?")[0],
            "USER": user.split(":")[0],
            "HOST": host,
            "PORT": port,
        }
    return {
        "DATABASES": {"default": database},
        "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "shelf"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
    }


def step(url):
    """Makes and applies the next migration of the models in `shelf/models.py`."""
    import django
    from django.conf import settings as django_settings

    django_settings.configure(**settings(url))
    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.questioner import MigrationQuestioner
    from django.db.migrations.state import ProjectState
    from django.db.migrations.writer import MigrationWriter

    class Yes(MigrationQuestioner):
        def ask_initial(self, app_label):
            return True

        def ask_rename(self, *args):
            return True

        def ask_rename_model(self, *args):
            return True

        def value(self, field):
            return 0 if "Integer" in type(field).__name__ else "none"

        def ask_not_null_addition(self, field_name, model_name):
            return self.value(apps.get_model("shelf", model_name)._meta.get_field(field_name))

        ask_not_null_alteration = ask_not_null_addition

        def ask_auto_now_add_addition(self, field_name, model_name):
            raise NotImplementedError

    call_command("migrate", "auth", verbosity=0)
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), Yes())
    changes = detector.changes(graph=loader.graph, trim_to_apps={"shelf"}, convert_apps={"shelf"})
    done = []
    for migration in changes.get("shelf", []):
        writer = MigrationWriter(migration)
        pathlib.Path(writer.path).write_text(writer.as_string())
        out = io.StringIO()
        call_command("sqlmigrate", "shelf", migration.name, stdout=out, no_color=True)
        call_command("migrate", "shelf", migration.name, verbosity=0)
        done.append(
            {
                "name": migration.name,
                "operations": [operation.describe() for operation in migration.operations],
                "sql": out.getvalue(),
            }
        )
    connection.close()
    print(json.dumps(done))


def main():
    url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if os.environ.get("EVOLVE_STEP"):
        step(url)
        return
    with tempfile.TemporaryDirectory() as root:
        package = pathlib.Path(root, "shelf")
        (package / "migrations").mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "migrations" / "__init__.py").touch()
        migrations = []
        for models in sorted(folder.glob("v*.py")):
            shutil.copy(models, package / "models.py")
            shutil.rmtree(package / "__pycache__", ignore_errors=True)
            environment = {**os.environ, "EVOLVE_STEP": "1", "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(
                [sys.executable, __file__, url, str(folder)], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                sys.exit(done.stderr)
            migrations += json.loads(done.stdout)
        print(json.dumps(migrations, indent=1))


main()
