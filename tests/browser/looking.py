"""How a page is looked at: axe finds nothing on it, and it fits its window."""

from axe_playwright_python.sync_playwright import Axe

RULES = {"rules": {"target-size": {"enabled": True}}}
# What a desk's window has left at a zoom of 400 %.
ZOOMED = {"width": 320, "height": 256}
# What a page holds folded is looked at as well.
UNFOLD = "document.querySelectorAll('main details, #content details').forEach((one) => { one.open = true; })"


def faults_at(visit, *sizes) -> list[str]:
    """Return what is wrong with the page that is open, at these sizes of the window, in words."""
    wrong = []
    for size in sizes:
        visit.page.set_viewport_size(size)
        visit.page.evaluate(UNFOLD)
        wide = visit.too_wide()
        found = [f"{wide} px wider than its window"] if wide > 0 else []
        if size is not ZOOMED:
            for rule in Axe().run(visit.page, options=RULES).response["violations"]:
                found += [f"{rule['id']} at {' '.join(map(str, node['target']))}" for node in rule["nodes"]]
        wrong += [f"{size['width']} px: {one}" for one in found]
    return wrong
