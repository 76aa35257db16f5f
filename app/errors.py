"""What can go wrong on the way to the backend, in words for people."""


class ApiError(Exception):
    """What to tell a person: `title`, `detail`. `code` is stable; `status` 0: the backend can't be reached."""

    def __init__(self, title: str, detail: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(detail or title)
        self.title = title
        self.detail = detail
        self.code = code
        self.status = status

    @property
    def offline(self) -> bool:
        return self.status == 0
