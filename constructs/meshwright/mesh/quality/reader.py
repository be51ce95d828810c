"""Reads the tokens of a DQDL rule one after the other."""

from meshwright.mesh.quality.tokens import DqdlError, Token, tokens


class Reader:
    """The tokens of a rule, and how far they are read."""

    def __init__(self, text: str) -> None:
        """Raises DqdlError for what is no token."""
        self._tokens = list(tokens(text))
        self._at = 0

    @property
    def next(self) -> Token:
        """The token to come; at the end the one of kind `end`, again and again."""
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    @property
    def after(self) -> Token:
        """The one behind it."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def last(self) -> Token | None:
        """The one before it."""
        return self._tokens[self._at - 1] if self._at else None

    def take(self) -> Token:
        """The token to come, past which it goes."""
        token = self.next
        self._at += 1
        return token

    def is_sign(self, sign: str) -> bool:
        return self.next.kind == "sign" and self.next.text == sign

    def is_word(self, *words: str) -> bool:
        return self.next.kind == "word" and self.next.text in words

    def expect(self, sign: str, fix: str) -> Token:
        """Past this sign. Raises DqdlError when it does not come."""
        if not self.is_sign(sign):
            raise DqdlError(self.next.offset, f"expected `{sign}`, found {self.next.shown}", fix)
        return self.take()

    def text(self, what: str, fix: str) -> Token:
        """Past a string. Raises DqdlError when none comes."""
        if self.next.kind != "text":
            raise DqdlError(self.next.offset, f"expected {what}, found {self.next.shown}", fix)
        return self.take()
