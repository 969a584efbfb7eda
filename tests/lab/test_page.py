from taokit.lab.page import page, said, table


def test_words_are_words_whatever_they_contain():
    made = page("a <b>", "1 < 2", [said("<script>"), table([("<i>", str)], ["<u>"])])
    assert made.startswith("<!doctype html>")
    for tag in ("<b>", "<script>", "<i>", "<u>"):
        assert tag not in made
