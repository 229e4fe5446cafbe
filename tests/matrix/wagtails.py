"""The table's other half: Wagtail's own addresses, in groups, and what to fill into them."""

from tests.matrix.table import SHUT, Row, anything, root, row, staff, wagtail

# Wagtail's own addresses, by the beginning of their name. What its staff may do there is
# Wagtail's to decide, by the permissions of their groups; everyone else stays outside.
GROUPS: dict[str, Row] = {
    "wagtailusers": root,
    "wagtailsites": root,
    "wagtailredirects": root,
    "wagtailsettings": root,
    "wagtailsettings:preview_on_edit": wagtail,
    "wagtailadmin_workflows": wagtail,
    "wagtailadmin_collections": root,
    "wagtailsnippets_places": row(staff("fay", "root", rest=SHUT)),
    "wagtailsnippets_places_discount:delete": root,
    "wagtailadmin_login": anything,
    "wagtailadmin_password": anything,
    "wagtailadmin_sprite": anything,
    "wagtailadmin_javascript": anything,
    "cms/login/": anything("/cms/login/"),
    "^cms/password_reset/.*$": anything("/cms/password_reset/confirm/x/y/"),
    "cms/test404/": wagtail("/cms/test404/"),
    "cms/^.*/$": wagtail("/cms/no/such/page/"),
    "wagtail": wagtail,
}

# Wagtail's own screens that break on a form typed by hand with parts left out, for those who may
# use them. Nothing is changed by it; `failwhale` is there to break.
BREAKS = {
    "wagtailadmin_error_test",
    "wagtailadmin_choose_page_external_link",
    "wagtailadmin_pages:add",
    "wagtailadmin_pages:edit",
    "wagtailadmin_pages:preview_on_add",
    "wagtailadmin_pages:preview_on_edit",
    "wagtailadmin_pages:copy",
    "wagtailadmin_pages:revisions_revert",
    "wagtailredirects:process_import",
    "wagtailsnippetchoosers_places_discount:create",
    "wagtailsnippetchoosers_programme_signpost:create",
}

# What stands in the addresses of Wagtail's screens: the thing that is meant, or a plain word.
FILLS = {
    **dict.fromkeys(["page_id", "page_pk", "page_to_move_id"], "the page"),
    **dict.fromkeys(["parent_page_id", "destination_id"], "the programme"),
    **dict.fromkeys(["document_id", "doc_id"], "the document"),
    **dict.fromkeys(["task_state_id", "workflow_state_id", "session_id", "uploaded_file_id"], "1"),
    **dict.fromkeys(["app_label", "app_name", "content_type_app_name"], "course_sessions"),
    **dict.fromkeys(["model_name", "content_type_model_name"], "sessionpage"),
    **dict.fromkeys(["uidb64", "token"], "x"),
    "revision_id": "revision",
    "collection_id": "collection",
    "task_id": "task",
    "workflow_pk": "workflow",
    "redirect_id": "redirect",
    "image_id": "image",
    "object_id": "the user",
    "filter_spec": "width-100",
    "action_name": "copy",
    "action": "delete",
}
# Where the same word means another thing: by the beginning of the address's name.
MEANS = {
    "wagtail_bulk_action": {
        "app_label": "people",
        "model_name": "user",
        "action": "assign_role",
    },
    "wagtailsettings": {"app_name": "programme", "model_name": "sitesettings", "pk": "site"},
    "wagtailadmin_editing_sessions": {"app_label": "people", "model_name": "user"},
    "wagtailadmin_workflows:add_task": {
        "app_label": "wagtailcore",
        "model_name": "groupapprovaltask",
    },
    "wagtailadmin_workflows:edit_task": {"pk": "task"},
    "wagtailadmin_workflows:disable_task": {"pk": "task"},
    "wagtailadmin_workflows:enable_task": {"pk": "task"},
    "wagtailadmin_workflows": {"pk": "workflow"},
    "wagtailadmin_api:documents": {"pk": "the document"},
    "wagtailadmin_api:images": {"pk": "image"},
    "wagtailadmin_api:pages": {"pk": "the page"},
    "wagtailadmin_collections": {"pk": "collection"},
    "wagtailusers_users": {"pk": "the user"},
    "wagtailusers_groups": {"pk": "group"},
    "wagtailsites": {"pk": "site"},
    "wagtaildocs": {"pk": "the document"},
    "wagtailimages": {"pk": "image"},
    "wagtailsnippets_places": {"pk": "discount"},
    "wagtailsnippetchoosers_places": {"pk": "discount"},
    "wagtailsnippets_programme": {"pk": "signpost"},
    "wagtailsnippetchoosers_programme": {"pk": "signpost"},
}
