"""Settings of how much a door takes on, the same at every service's door under its own prefix."""

from pydantic import Field, field_validator

from doors.turnstile import KINDS, Bounds, quota
from messaging.settings import ServiceSettings


class LoadSettings(ServiceSettings):
    """How much one sender may ask and how much is under way at once, each counted by this process alone."""

    rate_reads: str = "1000/10"
    """Requests that change nothing, of one sender: so many in so many seconds, all at once if need be, or `off`."""
    rate_writes: str = "1000/10"
    """Requests that change something."""
    rate_exports: str = "20/60"
    """Ledgers and comparisons of lists."""
    rate_streams: str = "200/60"
    """Streams that are opened; a browser comes again by itself."""
    rate_files: str = "10000/10"
    """What is open to all, of all who say no name: a page is thirty files, and boards may all come back at once."""
    at_once: int = Field(default=512, ge=1)
    """Requests under way in this process, whoever sent them; who comes beyond that is answered 503."""
    at_once_each: int = Field(default=64, ge=1)
    """Requests of one sender under way; beyond that the answer is 429."""
    exports_at_once: int = Field(default=2, ge=1)
    """Exports under way in this process, each with a connection of its pool: fewer than those, or it does not start."""
    exports_at_once_each: int = Field(default=1, ge=1)
    """Exports of one sender under way."""
    streams_at_once_each: int = Field(default=100, ge=1)
    """Streams of one sender: as many as there are boards behind a proxy that signs them all in as one viewer."""
    files_at_once: int = Field(default=1024, ge=1)
    """What is open to all under way, of all who say no name, beside the requests of those who do."""

    @field_validator("rate_reads", "rate_writes", "rate_exports", "rate_streams", "rate_files")
    @classmethod
    def _is_a_quota(cls, given: str) -> str:
        quota(given)
        return given

    @property
    def bounds(self) -> Bounds:
        """What the turnstile heeds."""
        quotas = {one: found for one in KINDS if (found := quota(getattr(self, f"rate_{one}"))) is not None}
        each = {
            "requests": self.at_once_each, "exports": self.exports_at_once_each, "streams": self.streams_at_once_each,
            "files": self.files_at_once,
        }  # fmt: skip
        return Bounds(quotas, each, {"requests": self.at_once, "exports": self.exports_at_once})  # type: ignore[arg-type]
