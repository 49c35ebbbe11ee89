"""Refusals of typed input. They carry a code; whoever talks to the user turns it into a sentence."""

from typing import Literal

Code = Literal["required", "invalid", "check_digit", "too_long", "out_of_range"]


class InvalidNumber(ValueError):
    """A number, mobile or address that cannot be stored; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


class InvalidDate(ValueError):
    """A day that cannot be stored; `code` is `required`, `invalid` or `out_of_range`."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code
