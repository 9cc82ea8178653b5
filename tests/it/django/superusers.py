from django.contrib.auth import authenticate
from django.contrib.auth.models import User

ann, eve = User.objects.get(username="ann"), User.objects.get(username="eve")
stored = ann.password
assert authenticate(username="ann", password="correct horse") == ann
assert authenticate(username="ann", password="Correct horse") is None
assert ann.is_superuser and ann.is_staff and ann.is_active and ann.last_login is None
assert ann.has_perm("catalog.delete_product")
assert ann.email == User.objects.normalize_email("Ann@EXAMPLE.com")
ann.full_clean()
# Django writes a hash anew at the login if its own would look different.
ann.refresh_from_db()
assert ann.password == stored, (ann.password, stored)
assert not eve.has_usable_password()

User.objects.create_superuser("bob", "Bob@EXAMPLE.org", "battery staple €")
