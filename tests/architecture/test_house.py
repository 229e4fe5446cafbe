"""The house rules of design.md, sections 3 and 4, as tests. Each was seen red once."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PACKAGES = ["course", "sessions", "reflections", "certificates"]
SOURCES = [
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]
TEMPLATES = list((ROOT / "templates").rglob("*.*"))
SCRIPTS = list((ROOT / "course" / "static").rglob("*.js"))
ALLOWED_AT_TOP = {
    "manage.py",
    "pyproject.toml",
    "course",
    "sessions",
    "reflections",
    "certificates",
    "templates",
    "tests",
    "README.md",
    "Makefile",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-uv.txt",
    "LICENSE",
    "docs",
    "deploy",
    ".ci",
    ".git",
    ".gitignore",
    ".env",
    ".local",
    ".venv",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    "static-collected",
}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_nothing_else_stands_at_the_top():
    assert {path.name for path in ROOT.iterdir()} - ALLOWED_AT_TOP == set()


def test_files_stay_under_300_lines():
    long = [p for p in SOURCES if len(p.read_text().splitlines()) > 300]
    assert names(long) == []


def test_functions_stay_under_about_30_lines():
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and _body_lines(node) > 34:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == []


def _body_lines(node: ast.FunctionDef) -> int:
    """Lines of the body, without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[-1].end_lineno - body[0].lineno + 1


def test_no_junk_drawers():
    junk = {"utils", "helpers", "common", "misc", "services"}
    assert [n for n in names(SOURCES) if junk & set(Path(n).with_suffix("").parts)] == []


def test_no_signals_of_our_own():
    assert [
        n for p, n in zip(SOURCES, names(SOURCES), strict=True) if "receiver(" in p.read_text()
    ] == []
    assert [
        n
        for p, n in zip(SOURCES, names(SOURCES), strict=True)
        if "dispatch import" in p.read_text()
    ] == []


def test_nothing_is_put_off_in_the_code():
    words = re.compile(r"\b(TODO|FIXME|XXX|[Ll]orem ipsum|[Nn]ot implemented)\b")
    places = SOURCES + [p for p in TEMPLATES if p.suffix in {".html", ".txt"}] + SCRIPTS
    assert names([p for p in places if words.search(p.read_text())]) == []


def test_only_one_file_makes_pdfs_and_only_the_gateway_knows_stripe():
    def importers(module: str) -> list[str]:
        wanted = re.compile(rf"^\s*(from|import) {module}\b", re.MULTILINE)
        return names([p for p in SOURCES if wanted.search(p.read_text())])

    assert importers("weasyprint") == ["course/pdf.py"]
    assert set(importers("stripe")) <= {"course/places/gateway.py"}


def test_labels_and_first_migrations():
    assert apps.get_app_config("course_sessions").name == "sessions"
    for config in apps.get_app_configs():
        folder = Path(config.path) / "migrations"
        if config.name.split(".")[0] in PACKAGES and folder.exists():
            found = [p.name for p in sorted(folder.glob("0*.py"))]
            assert found[0] == "0001_initial.py", config.name
            assert not [name for name in found[1:] if "auto" in name or "initial" in name]


READS_AT_ONCE = {"content", "count", "inner_text", "all_inner_texts", "text_content", "is_visible"}


def test_browser_tests_wait_for_what_they_assert():
    """These read a page as it is at that moment, and after a click that may be the old one, or
    none: `expect(...)` waits, and so does `html_with` (tests/browser/waiting.py)."""
    racy = [
        f"{path.name}:{call.lineno}"
        for path in (ROOT / "tests" / "browser").glob("*.py")
        for statement in ast.walk(ast.parse(path.read_text()))
        if isinstance(statement, ast.Assert)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in READS_AT_ONCE
    ]
    assert racy == []


# --- Private words -----------------------------------------------------------------------------

READERS_OF_REFLECTIONS = {"sessions/_card.html"}


def test_which_templates_may_load_the_reflection_tags():
    loads = re.compile(r"{%\s*load[^%]*\breflection")
    found = {
        str(p.relative_to(ROOT / "templates"))
        for p in TEMPLATES
        if p.suffix == ".html" and loads.search(p.read_text())
    }
    assert found - {n for n in found if n.startswith("reflections/")} <= READERS_OF_REFLECTIONS


def test_private_models_are_in_no_admin_search_revision_or_snippet():
    from modelsearch.index import get_indexed_models
    from wagtail.models import DraftStateMixin, RevisionMixin
    from wagtail.snippets.models import get_snippet_models

    private = {
        model
        for label in ("reflections", "writing_keys")
        for model in apps.get_app_config(label).get_models()
    }
    assert private
    assert not private & set(get_snippet_models())
    assert not private & set(get_indexed_models())
    assert not [m for m in private if issubclass(m, (RevisionMixin, DraftStateMixin))]
    assert not apps.is_installed("django.contrib.admin")
    for package in ("reflections", "reflections/keys"):
        assert not (ROOT / package / "wagtail_hooks.py").exists()
        assert not (ROOT / package / "admin.py").exists()


def test_reflections_have_no_foreign_key_to_content():
    for model in apps.get_app_config("reflections").get_models():
        for field in model._meta.get_fields():
            if field.is_relation:
                assert field.related_model._meta.app_label in {"people", "reflections"}


def test_private_models_say_only_ids_about_themselves():
    from reflections.models import Reflection, SetAside
    from reflections.responses import Pages, Response
    from sessions.prompts import Prompt

    prompt = Prompt("k", "free_text", "Label")
    for thing in (
        Response(prompt, "secret words"),
        Pages(1, "T", {"k": Response(prompt, "secret words")}),
    ):
        assert "secret" not in repr(thing) + str(thing)
    for model in (Reflection(sealed=b"secret"), SetAside(sealed=b"secret")):
        assert "secret" not in repr(model) + str(model)


def test_functions_that_touch_private_words_hide_their_variables():
    """R6: whatever has words in a local variable is marked, so that no error report shows it."""
    words = {"responses", "pages", "typed", "answer", "posted", "text", "late", "joined", "raw"}
    bare = []
    for path in (ROOT / "reflections").glob("*.py"):
        if path.name in {"sealing.py", "models.py"}:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and words & _locals(node):
                marks = {ast.unparse(d) for d in node.decorator_list}
                if "sensitive_variables()" not in marks:
                    bare.append(f"{path.name}:{node.name}")
    assert bare == []


def _locals(node: ast.FunctionDef) -> set[str]:
    given = {a.arg for a in [*node.args.args, *node.args.kwonlyargs]}
    stored = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return given | stored


# --- Pages ---------------------------------------------------------------------------


def test_no_private_text_in_browser_storage():
    banned = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.open")
    assert names([p for p in SCRIPTS if banned.search(p.read_text())]) == []


@pytest.mark.parametrize(
    "what",
    [r'\sstyle="', r"<style", r"<script(?![^>]*(\bsrc=|/json))", r"\son[a-z]+=\""],
)
def test_no_inline_styles_or_scripts_on_pages(what):
    pages = [p for p in TEMPLATES if p.suffix in {".html", ".svg"}]
    off_page = (
        "email",
        "reflections/download.html",
        "dashboard/everything.html",  # a page of the copy of everything, on someone's own disk
        "certificates/certificate_paper.html",
        "account/email",
    )
    shown = [p for p in pages if not str(p.relative_to(ROOT / "templates")).startswith(off_page)]
    assert names([p for p in shown if re.search(what, p.read_text())]) == []


def test_no_address_of_a_third_party_is_loaded_by_a_page():
    loads = re.compile(r'(?:src|href)="(?:https?:)?//[^"]+"')
    found = {
        hit
        for p in TEMPLATES
        if p.suffix == ".html"
        for hit in loads.findall(p.read_text())
        if "<link" in p.read_text().split(hit)[0].splitlines()[-1] or 'src="' in hit
    }
    assert found == set()


CSS_BUDGET = 30_000  # bytes, uncompressed: of any page
ALL_CSS = 40_000  # of all the files there are
LINKED = re.compile(r'static "(course/css/[^"]+)"')
BROUGHT_IN = re.compile(r'{% (?:include|extends) "([^"]+)"')


def css_of(template: str, seen: set[str] | None = None) -> set[str]:
    """The CSS files that a template links, by itself or through what it extends and includes."""
    seen = set() if seen is None else seen
    path = ROOT / "templates" / template
    if template in seen or not path.is_file():
        return set()
    seen.add(template)
    text = path.read_text()
    found = set(LINKED.findall(text))
    return found.union(*(css_of(name, seen) for name in BROUGHT_IN.findall(text)))


def test_no_page_loads_more_than_thirty_thousand_bytes_of_css():
    folder = ROOT / "course" / "static"
    frame = css_of("components/head.html")  # every page has it
    pages = {str(p.relative_to(ROOT / "templates")) for p in TEMPLATES if p.suffix == ".html"}
    linked = {page: frame | files for page in pages if (files := css_of(page))}
    weights = {
        page: sum((folder / file).stat().st_size for file in files)
        for page, files in linked.items()
    }
    ours = {f"course/css/{path.name}" for path in (folder / "course" / "css").glob("*.css")}
    assert ours - set().union(*linked.values()) == set()  # a file that no page was weighed with
    assert {page: weight for page, weight in weights.items() if weight > CSS_BUDGET} == {}


def test_all_the_css_there_is_stays_small():
    files = (ROOT / "course" / "static" / "course" / "css").rglob("*.css")
    assert 0 < sum(path.stat().st_size for path in files) < ALL_CSS


def test_forms_never_require_and_never_shout():
    for path in TEMPLATES:
        if path.suffix != ".html" or "dashboard/cms" in str(path) or "wagtail" in str(path):
            continue
        text = path.read_text()
        assert not re.search(r"<(input|textarea|select)[^>]*\srequired\b", text), path
        if re.search(r"<form[^>]*method=\"post\"", text):
            assert "novalidate" in text or "hidden" in text or "button" in text, path


PRESSURE = re.compile(
    r"(?<![-\w])(streak|leaderboard|overdue|you are behind|you’re behind|you missed|"
    r"only \d+ left|(?<!no )hurry|invalid|illegal|failed|oops)\b",
    re.IGNORECASE,
)


def test_no_word_on_a_page_presses_or_blames():
    found = [
        f"{p.relative_to(ROOT)}: {m.group()}"
        for p in TEMPLATES
        if p.suffix in {".html", ".txt"}
        for m in PRESSURE.finditer(re.sub(r"{[%#{].*?[%#}]}", "", p.read_text()))
    ]
    assert found == []


def test_no_path_of_a_machine_and_no_package_host_in_the_repository():
    home = str(Path.home()) + "/"
    for path in [
        *ROOT.glob("*.txt"),
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / ".ci" / "run",
    ]:
        text = path.read_text()
        assert home not in text or home == "/", path
        if path.suffix == ".txt":
            assert "http" not in text, path
