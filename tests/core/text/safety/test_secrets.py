"""Passwords that a text gives away, and texts that only tell of passwords."""

import pytest

from core.text.safety.secrets import holds_password

GIVEN = [
    "root / hunter22",
    "Server login: deploy / winter-2024",
    "admin:letmein99",
    "공용 PC는 guest / welcome7 이에요.",
    "ID/PW: reception / sunshine",
    "아이디/비번은 front / openup",
    "password: correcthorsebattery",
    "Password: Bluebird",
    "The password for the router is marigold.",
    "Wi-Fi password: sunny side up",
    "와이파이 비번: coffeebean",
    "암호는 wintergarden 이에요.",
    "비밀번호는 '열려라 참깨'예요.",
    "PW = swordfish",
    'The passphrase is "over the hills".',
]
TOLD = [
    "비밀번호는 다른 사람에게 말하지 마세요",
    "Password: at least 8 characters",
    "비밀번호: 영문+숫자 8자 이상",
    "Password: letters, digits and symbols.",
    "Password: required",
    "The password is case-sensitive.",
    "Your password is wrong or expired.",
    "Your password is encrypted.",
    "Wi-Fi password: printed on the receipt",
    "Password: your birthday",
    "비밀번호: 'Forgot password' 링크를 누르세요",
    "비밀번호는 '내 정보'에서 바꾸세요.",
    "비밀번호는 email로 보내 드려요.",
    "비번은 admin에게 물어보세요.",
    "암호: 없음",
    "아이디/비밀번호 찾기를 누르세요.",
    "Roles: admin / member",
    "iOS / Android14",
    "The password is hidden.",
    "Use python3 / pip3.",
    "평일 / 주말 요금이 달라요.",
    "Passwords: rotate them every ninety days",
    "암호화: bcrypt",
]


@pytest.mark.parametrize("text", GIVEN)
def test_a_password_is_found_without_a_digit_too_and_beside_a_name(text):
    assert holds_password(text)


@pytest.mark.parametrize("text", TOLD)
def test_what_only_tells_of_passwords_holds_none(text):
    assert not holds_password(text)
