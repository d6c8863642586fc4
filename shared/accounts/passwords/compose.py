"""Composes common.txt: passwords of ten characters and more that people here choose first, made by rule, not collected.

Run `python -m shared.accounts.passwords.compose` after changing a rule. What is shorter than ten characters is refused
by its length and needs no line.
"""

from collections.abc import Iterator
from pathlib import Path

from shared.accounts.passwords import MIN_LENGTH

#: Walks over the keyboard and counting.
WALKS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedc", "1qaz2wsx", "1qaz2wsx3edc", "1q2w3e4r", "1q2w3e4r5t", "q1w2e3r4",
    "zaq12wsx", "qweasdzxc", "qwerty", "asdfgh", "1234567890", "0987654321", "123456789", "987654321", "12345678",
    "123456", "654321", "123123", "123321", "112233", "147258369", "159357", "789456123", "741852963", "abcdefg",
    "abcdefghij", "abc123", "123abc", "a1b2c3d4", "aa123456", "a123456", "q123456", "qq123456", "wang123456",
)  # fmt: skip
#: Words everybody thinks of, in Latin letters and in pinyin.
WORDS = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "admin", "administrator", "root", "welcome", "letmein", "changeme",
    "iloveyou", "monkey", "dragon", "football", "sunshine", "princess", "master", "login", "guest", "user", "test",
    "default", "secret", "superman", "woaini", "woaiwojia", "woaizhongguo", "zhongguo", "beijing", "shanghai",
    "guangzhou", "shenzhen", "chongqing", "tianjin", "nanjing", "wuhan", "chengdu", "hangzhou", "gonghui", "zhibu",
    "dangyuan", "dangwei", "dangzhibu", "jiceng", "danghui", "jiguan", "bangong", "bangongshi", "mima", "denglu",
    "guanliyuan", "yonghu", "nihao", "xiexie", "shengri", "laopo", "laogong", "baobao", "baobei", "caonima", "tiankong",
    "xingfu", "kuaile", "pingan", "fagong", "facai", "gongxi", "wangyi", "zhangwei", "wangwei", "liwei", "wangfang",
    "lina", "zhangli", "zhangsan", "lisi", "wangwu", "huawei", "xiaomi", "taobao", "weixin", "alibaba", "tencent",
)  # fmt: skip
#: What is hung behind a word.
TAILS = (
    "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "111", "111111", "666",
    "666666", "888", "888888", "520", "520520", "1314", "5201314", "168", "168168",
    "521", "000000", "321", "654321", "123123",
    "2020", "2021", "2022", "2023", "2024", "2025", "2026", "@123", "@1234", "@123456", "@2024", "@2025", "@2026",
    "#123", "_123", "123!", "1234!", "123456!", "!@#", "!@#$", "abc", "abc123", "qwe", "qwe123", "asd123",
)  # fmt: skip


def _lines() -> Iterator[str]:
    for walk in WALKS:
        yield walk
        yield walk + walk
        yield from (walk + other for other in WALKS)
        yield from (walk + tail for tail in TAILS)
    for word in WORDS:
        yield word + word
        for tail in TAILS:
            yield word + tail
            yield tail + word
    # A day as a birthday is written: eight digits and a short word before or after.
    for year in range(1960, 2011):
        for month_day in ("0101", "0501", "0701", "0808", "1001", "1212"):
            yield from (f"{prefix}{year}{month_day}" for prefix in ("a", "aa", "qq", "wo", "ab", "wx"))


def compose() -> list[str]:
    return sorted({line.casefold() for line in _lines() if len(line) >= MIN_LENGTH})


if __name__ == "__main__":
    target = Path(__file__).with_name("common.txt")
    target.write_text("\n".join(compose()) + "\n", encoding="utf-8")
