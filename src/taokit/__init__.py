"""taokit."""
