"""One large batch at a time: who unpacks one has the turn until its last record is taken, then others go first."""


class Turn:
    """Of all partitions that are read here, which may have a large batch unpacked; one in each poll at the most."""

    def __init__(self) -> None:
        self._whose: object | None = None
        self._over = False
        """Somebody had it in this poll, and has it no more."""

    def take(self, who: object) -> bool:
        """Whether it is theirs now: it was, or nobody had it."""
        if self._whose is None and not self._over:
            self._whose = who
        return self._whose is who

    def give_back(self, who: object) -> None:
        """Theirs no more, if it was."""
        if self._whose is who:
            self._whose, self._over = None, True

    def begin(self) -> None:
        """The next poll."""
        self._over = False

    def of(self, who: object) -> bool:
        """Whether it is theirs."""
        return self._whose is who
