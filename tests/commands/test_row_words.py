"""Conditions on rows in words, where they are simple; any other stands for itself."""

import pytest

from meshwright.commands.row_words import in_words, rows_in_words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("country = 'DE'", "country is DE"),
        ("(country = 'DE')", "country is DE"),
        ("country <> 'US'", "country is not US"),
        ("country IN ('DE')", "country is DE"),
        ("country IN ('DE', 'FR', 'NL')", "country is DE, FR or NL"),
        ("country NOT IN ('DE', 'FR')", "country is not DE or FR"),
        ("total > 5", "total is more than 5"),
        ("total >= 5.5", "total is at least 5.5"),
        ("total < -5", "total is less than -5"),
        ("total <= 5", "total is at most 5"),
        ("total BETWEEN 1 AND 5", "total is between 1 and 5"),
        ("active = true", "active is true"),
        ("city = 'New York'", "city is New York"),
        ("city = 'sink or swim'", "city is 'sink or swim'"),
        ("city = 'A, B'", "city is 'A, B'"),
        ("city = ''", "city is ''"),
        ("country = 'DE' AND total > 5", "country is DE and total is more than 5"),
        ("(country <> 'US') AND (country = 'DE')", "country is not US and country is DE"),
        ("country = 'DE' OR total > 5", None),
        ("country = 'DE' AND (total > 5 OR total < 1)", None),
        ("country LIKE 'D%'", None),
        ("total > rebate", None),
        ("lower(country) = 'de'", None),
        ("no condition at all", None),
    ],
)
def test_conditions_in_words(condition: str, words: str | None) -> None:
    assert in_words(condition) == words
    said = rows_in_words(condition)
    assert said == (f"rows where {words}" if words else f"rows where `{condition}`")
