from __future__ import annotations

import pytest

from app.domain.events import signature

# The example of the Standard Webhooks specification, section "Signature scheme".
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    signed = signature.sign([signature.secret(SECRET)], ID, AT, BODY)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_key_is_replaced_both_sign() -> None:
    keys = [signature.secret(SECRET), b"k" * 24]

    assert signature.sign(keys, ID, AT, BODY).split(" ") == [
        signature.v1(key, ID, AT, BODY) for key in keys
    ]


@pytest.mark.parametrize(
    "text",
    ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_n0 base64!"],
)
def test_what_is_no_secret_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="expected whsec_") as error:
        signature.secret(text)

    assert text == "" or text not in str(error.value).replace("expected whsec_", "")


def test_a_line_end_behind_a_secret_does_not_matter() -> None:
    assert signature.secret(SECRET + "\n") == signature.secret(SECRET)
