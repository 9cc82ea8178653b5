from django.core.management import call_command

# Each ends the program with 1 if it finds something.
call_command("check")
call_command("migrate", check_unapplied=True)
call_command("makemigrations", check_changes=True, dry_run=True)
call_command("migrate")
