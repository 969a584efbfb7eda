"""`taokit chain`: anything on a chain, by its name."""
