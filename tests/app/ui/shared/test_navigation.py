"""The table of pages is whole."""

from app.settings import CODE
from app.ui.shared.navigation import PAGES, page_path


def test_every_page_has_a_title_an_icon_and_a_line_of_help():
    scripts = {path.stem for path in (CODE / "pages").glob("*.py")} - {"__init__"}
    assert set(PAGES) == scripts
    for name, place in PAGES.items():
        assert page_path(name).exists()
        assert place.icon.startswith(":material/")
        assert place.help.endswith(".")
    assert len({place.title for place in PAGES.values()}) == len(PAGES)
