"""Sheets of paper: the resources that sessions promise, and each session's share kit.

Everyone may open a sheet that its editor opened to everyone. The others, and every share
kit, are for the people who may open the session: attendees, facilitators and editors.
Whoever holds the printed page may pass it on.
"""
