from wagtail import hooks

from course.people.role_screens import note_bulk_action

hooks.register("after_bulk_action", note_bulk_action)
