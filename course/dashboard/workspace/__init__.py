"""The facilitators' part of the workspace: their own groups, and what running one takes.

It shows what people did in the open: attended, caught up, completed, and what they sent.
Nothing here can reach private writing; nobody outside a group's facilitators sees the group.
"""
