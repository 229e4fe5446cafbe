from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

PAGE_ACTIONS = ["add_page", "change_page", "publish_page"]
FILE_ACTIONS = [("wagtailimages", "image"), ("wagtaildocs", "document")]


def let_edit(group: Group, *, programme: Page) -> None:
    """Let a group write one programme's pages, and add images and documents to them."""
    for action in Permission.objects.filter(codename__in=PAGE_ACTIONS):
        GroupPagePermission.objects.get_or_create(group=group, page=programme, permission=action)
    root = Collection.get_first_root_node()
    for app, kind in FILE_ACTIONS:
        for verb in ("add", "change", "choose"):
            permission = Permission.objects.get(
                content_type__app_label=app, codename=f"{verb}_{kind}"
            )
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=root, permission=permission
            )
