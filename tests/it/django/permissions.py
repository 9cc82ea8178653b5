import json

from django.contrib.auth.models import Group, Permission, User

crew = {
    "owner": User.objects.create_superuser("owner", password=None),
    "retired": User.objects.create_superuser("retired", password=None, is_active=False),
    "editor": User.objects.create_user("editor", is_staff=True),
    "idle": User.objects.create_user("idle", is_active=False),
    "nobody": User.objects.create_user("nobody"),
}
editors, clerks = Group.objects.create(name="editors"), Group.objects.create(name="clerks")
editors.permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
clerks.permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order", "view_product"]))
crew["editor"].groups.set([editors, clerks])
crew["editor"].user_permissions.set(Permission.objects.filter(codename__in=["view_user", "view_product"]))
crew["idle"].groups.set([editors])
crew["idle"].user_permissions.set(Permission.objects.all())
crew = {name: User.objects.get(pk=user.pk) for name, user in crew.items()}
APPS = ["admin", "auth", "catalog", "orders", "sessions", "nonsense"]
print(json.dumps({
    name: {
        "permissions": sorted(user.get_all_permissions()),
        "modules": [user.has_module_perms(app) for app in APPS],
        "unknown": user.has_perm("nonsense.at_all"),
    } for name, user in crew.items()
}))
