"""What validators ask and miners answer."""

from taokit import Synapse


class Continue(Synapse):
    """Continue a text: stream the tokens that follow, one a line. Text would not always give the same tokens again."""

    required_hash_fields = ("prompt", "tokens")  # bound by the signature in the legacy format

    prompt: str
    tokens: int  # how many

    @property
    def count(self) -> int:
        """How many tokens are answered, 1 to 64, whatever is asked."""
        return min(max(self.tokens, 1), 64)