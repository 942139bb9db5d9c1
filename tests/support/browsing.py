"""What a person does in a browser."""

from playwright.sync_api import expect

LONG = 240_000  # ms: sixteen years of forecasters on a busy machine


def heading(page, text):
    return page.get_by_role("heading", name=text, exact=True)


def fill(page, label, value):
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def see(page, text, **options):
    expect(page.get_by_text(text).first).to_be_visible(**options)
