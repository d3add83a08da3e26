"""One open board, as whoever sits before it sees and uses it, and everything it complained of."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

PATIENCE_MS = 20_000
OFFLINE = "Failed to load resource"
"""What the browser itself says of each request while the service is away."""


class Board:
    """A page of its own, with a memory of its own."""

    def __init__(self, context, address):
        self._context = context
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints, self.asked = [], set()
        self.page.on("console", lambda one: one.type == "error" and self.complaints.append(one.text))
        self.page.on("pageerror", lambda one: self.complaints.append(str(one)))
        self.page.on("request", lambda one: self.asked.add(urlsplit(one.url).netloc))
        self._host = urlsplit(address).netloc
        self.page.goto(address)
        expect(self.page.locator("html[data-ready][data-link=live]")).to_be_attached(timeout=PATIENCE_MS)

    def close(self, *, service_away=False):
        """Nothing was complained of, and no other host was asked for anything."""
        if self._context is None:
            return
        self._context.close()
        self._context = None
        if service_away:
            self.complaints = [one for one in self.complaints if OFFLINE not in one]
        assert not self.complaints
        assert self.asked == {self._host}

    def sees(self, selector, text=None, **attributes):
        """Waits until something is to be seen, with a text and attributes where they are given."""
        found = self.page.locator(selector)
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        if text is not None:
            expect(found).to_contain_text(text, timeout=PATIENCE_MS)
        for name, value in attributes.items():
            expect(found).to_have_attribute(name.replace("_", "-"), str(value), timeout=PATIENCE_MS)
        return found

    def counted(self, measure):
        """The live counter of a measure."""
        return int(self.page.locator(f".tile.{measure}").get_attribute("data-value"))

    def counts(self, measure, value):
        """Waits until the live counter of a measure has a value."""
        self.sees(f".tile.{measure}", data_value=value)

    def standing(self, tier, measure):
        """What a step of the chain has at a tier."""
        step = self.page.locator(f".tier.{tier} .item.{measure} button")
        return int(step.get_attribute("data-value"))

    def stands_at(self, tier, measure, value):
        """Waits until a step of the chain has a value at a tier."""
        self.sees(f".tier.{tier} .item.{measure} button", data_value=value)

    def press(self, *keys):
        """Presses keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self, what="textContent"):
        """What has the focus, by one of its properties."""
        return self.page.evaluate("what => document.activeElement[what]", what)
