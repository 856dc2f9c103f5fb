"""Names on the keys of a telephone."""

import pytest

from portsip_api.store.keypad import spelled


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("abc def ghi jkl mno pqrs tuv wxyz", "22233344455566677778889999"),
        ("O'Neil-Smith, Jr.", "6634576484" + "57"),
        ("Müller", "685537"),
        ("MU\u0308LLER", "685537"),
        ("Straße", "7872773"),
        ("Øystein Łódź", "69783465639"),
        ("İbrahim", "4272446"),
        ("Room 2", "76662"),
        ("李", ""),
        ("", ""),
    ],
)
def test_letters_are_their_keys(text, keys):
    assert spelled(text) == keys
