"""One file a page. Each handler answers with data; how it is shown (JSON or HTML) is `answers`'s."""
