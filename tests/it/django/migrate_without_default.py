from django.core.management import call_command
from django.test import override_settings

# Django's own default.
with override_settings(DEFAULT_AUTO_FIELD="django.db.models.AutoField"):
    call_command("migrate", verbosity=0)
