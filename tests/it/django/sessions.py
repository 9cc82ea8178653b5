import json
from importlib.util import find_spec

from django.contrib import auth
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.messages import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

OURS = json.loads(OURS)
PASSWORD = "battery staple €"


def request(key=None):
    made = RequestFactory().get("/")
    made.session = SessionStore(key)
    return made


# Sessions that Nuages made.
charlie = User.objects.get(username="charlie")
reader = request(OURS["session"])
assert auth.get_user(reader) == charlie, dict(reader.session.items())
assert 1209500 < (reader.session._get_session_from_db().expire_date - auth.models.timezone.now()).total_seconds() < 1209601
assert auth.authenticate(username="charlie", password=OURS["password"]) == charlie
stored = charlie.password
charlie.refresh_from_db()
assert charlie.password == stored, "Django would write the hash anew"
for encoded in OURS["hashes"]:
    assert check_password(OURS["password"], encoded), encoded
    assert not check_password("another", encoded), encoded
    assert not identify_hasher(encoded).must_update(encoded), encoded
_, uid, token = OURS["link"].strip("/").rsplit("/", 2)
assert int(urlsafe_base64_decode(uid)) == charlie.pk
assert default_token_generator.check_token(charlie, token), OURS["link"]
storage = CookieStorage(RequestFactory().get("/", HTTP_COOKIE="messages=" + OURS["messages"]))
assert [(m.level, m.message, m.tags) for m in storage] == [(25, "Your profile was saved.", "success")], list(storage)

# Sessions that Django makes.
bob = User.objects.create_user("bob", "bob@example.com", PASSWORD)
writer = request()
auth.login(writer, auth.authenticate(username="bob", password=PASSWORD))
writer.session["word"] = "théière"
writer.session.save()
bob.refresh_from_db()
algorithms = ["pbkdf2_sha256", "pbkdf2_sha1", "scrypt"]
algorithms += [name for name, module in (("argon2", "argon2"), ("bcrypt_sha256", "bcrypt")) if find_spec(module)]
uid, token = urlsafe_base64_encode(force_bytes(bob.pk)), default_token_generator.make_token(bob)
messages = [Message(25, "Saved <b>€</b>"), Message(30, "Careful", extra_tags="big")]
print(json.dumps({
    "session": writer.session.session_key,
    "password": PASSWORD,
    "hashes": [bob.password] + [make_password(PASSWORD, hasher=name) for name in algorithms],
    "link": f"/accounts/reset/{uid}/{token}/",
    "messages": CookieStorage(request())._encode(messages),
}))
