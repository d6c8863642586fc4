"""Cells of an office's own ledger: the kind of event, its day, its hours, who was absent and why."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import cache, lru_cache

from shared.events.kinds import KINDS
from shared.i18n import use_locale
from shared.imports.cells.dates import parse_date
from shared.imports.cells.parsed import Parsed, text_of
from shared.imports.cells.words import plain

#: How offices call the kinds beside their names in the catalogue.
_ALIASES: dict[str, tuple[str, ...]] = {
    "theme_day": ("主题党日", "主题党日活动", "党日活动", "固定党日", "支部主题党日"),
    "branch_committee_meeting": ("支委会", "支部委员会", "支委会议", "支部委员会会议", "支部委员会议", "支委会会议"),
    "branch_assembly": ("党员大会", "支部党员大会", "支部大会", "全体党员大会", "支部党员大会会议"),
    "party_lecture": ("党课", "上党课", "讲党课", "专题党课", "书记讲党课", "党课学习"),
    "group_meeting": ("党小组会", "党小组会议", "党小组学习", "小组会"),
    "org_life_meeting": ("组织生活会", "专题组织生活会"),
    "democratic_appraisal": ("民主评议", "民主评议党员", "评议党员"),
    "heart_talk": ("谈心谈话", "谈心", "谈话", "谈心活动"),
    "dues_collection": ("党费收缴", "收缴党费", "缴纳党费", "交纳党费"),
    "union_committee_meeting": ("工会委员会会议", "工会委员会", "工会委员会议", "基层工会委员会会议"),
    "union_assembly": ("会员大会", "工会会员大会", "会员代表大会", "工会会员代表大会"),
    "workers_congress": ("职代会", "职工代表大会", "职工大会"),
    "audit_review": ("经审会", "经审会审查", "经费审查", "经审委员会会议"),
    "spring_jobs": ("春送岗位", "春风行动"),
    "summer_relief": ("夏送清凉", "送清凉"),
    "autumn_aid": ("秋送助学", "金秋助学"),
    "winter_warmth": ("冬送温暖", "送温暖"),
}  # fmt: skip


@cache
def kind_names() -> dict[str, str]:
    """Plain name → key of KINDS; the longest names first, so that one found inside a text is the closest."""
    found: dict[str, str] = {}
    for key, spec in KINDS.items():
        for locale in ("zh_Hans", "zh_Hant", "en"):
            with use_locale(locale):
                found.setdefault(plain(spec.name).lower(), key)
    for key, names in _ALIASES.items():
        if key in KINDS:
            found.update({plain(name): key for name in names})
    for key, spec in KINDS.items():
        with use_locale("zh_Hans"):
            found.setdefault(plain(spec.head), key)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def kind_within(text: str) -> str | None:
    """The kind whose name stands inside a text such as the title of a sheet, the longest name first."""
    word = plain(text).lower()
    return next((key for name, key in kind_names().items() if len(name) > 1 and name in word), None)


@lru_cache(maxsize=4096)
def parse_event_kind(text: str) -> Parsed:
    """A key of KINDS, by its name or by a name inside the text; None without a code for an empty cell."""
    word = plain(text).lower()
    if not word:
        return None, None
    found = kind_names().get(word) or kind_within(word)
    return (found, None) if found else (None, "event_kind_unclear")


_CLOCK = re.compile(
    r"(?P<part>上午|下午|晚上|晚|中午|早上|凌晨)?(?P<hour>\d{1,2})(?:[::](?P<minute>\d{2})(?:[::]\d{2})?|[点时](?:(?P<half>半)|(?P<minute2>\d{1,2})分?)?)"
)
_WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?")
#: A day and a later one: 3月15日-16日, 2026-03-15至16日.
_SPAN = re.compile(
    r"(\d{2,4}[年./-]\d{1,2}[月./-]\d{1,2}[日号]?|\d{1,2}月\d{1,2}[日号]?|\d{1,2}[./]\d{1,2})[-—–~～至到]+(.+)"
)
_NUMERALS = {**{c: n for n, c in enumerate("〇一二三四五六七八九")}, "零": 0, "十": 10}
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?=[年月日号])")


def _digits(match: re.Match[str]) -> str:
    text = match.group()
    if len(text) == 4 or "十" not in text:
        return "".join(str(_NUMERALS[sign]) for sign in text)
    tens, _ten, ones = text.partition("十")
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))


def numerals(text: str) -> str:
    """三月十五日 as 3月15日, 二〇二六年 as 2026年."""
    return _NUMERAL.sub(_digits, text)


def _clock(match: re.Match[str]) -> time | None:
    hour = int(match["hour"])
    minute = 30 if match["half"] else int(match["minute"] or match["minute2"] or 0)
    if match["part"] in ("下午", "晚上", "晚") and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_hours(raw: object) -> tuple[str | None, str | None, str | None]:
    """(begin, end, code): 14:30-16:00, 下午2点半, a time or a part of a day of the spreadsheet."""
    if raw in ("", None):
        return None, None, None
    if isinstance(raw, datetime):
        raw = raw.time()
    if isinstance(raw, time):
        return raw.strftime("%H:%M"), None, None
    if isinstance(raw, float) and 0 <= raw < 1:
        minutes = round(raw * 1440) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}", None, None
    text = "".join(unicodedata.normalize("NFKC", text_of(raw)).split())
    if not text or text in {"上午", "下午", "全天", "晚上", "-", "—", "无"}:
        return None, None, None
    found = list(_CLOCK.finditer(text))
    if not found:
        return None, None, "time_unclear"
    begins = _clock(found[0])
    ends = _clock(found[1]) if len(found) > 1 else None
    if ends is not None and begins is not None and ends <= begins and not found[1]["part"] and ends.hour < 12:
        # 下午2:30-4:00 says 下午 once.
        ends = ends.replace(hour=ends.hour + 12)
    if begins is None or (ends is not None and ends <= begins):
        return (begins.strftime("%H:%M") if begins else None), None, "time_unclear"
    return begins.strftime("%H:%M"), ends.strftime("%H:%M") if ends else None, None


_SHORT_YEAR = re.compile(r"(\d{2})([年./-])(\d{1,2})[月./-](\d{1,2})[日号]?")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:月|[./-])(\d{1,2})[日号]?")
_DAY = re.compile(r"(\d{1,2})[日号]?")
_ONLY_MONTH = re.compile(r"(?:\d{4}[年./-])?(\d{1,2})月份?")


def parse_held(
    raw: object, *, year: int | None, month: int | None, limit: str
) -> tuple[str | None, str | None]:
    """The day as ISO text. `year` and `month` are what the sheet says for cells that leave them out.

    Codes: held_missing, held_day (a month only), held_year (no year anywhere), held_span (several days: the first is
    given along), held_lost, and those of parse_date.
    """
    if raw in ("", None):
        return None, "held_missing"
    if isinstance(raw, date):
        return _whole(parse_date(raw, limit))
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return _number(float(raw), year=year, month=month, limit=limit)
    text = _WEEKDAY.sub("", "".join(unicodedata.normalize("NFKC", text_of(raw)).split()))
    text = re.sub(r"\d{1,2}[::]\d{2}.*$|[T ]?\d{2}:\d{2}.*$|(上午|下午|晚上|晚|中午|早上).*$", "", text)
    text = numerals(text).rstrip("、,，;；")
    span = _SPAN.fullmatch(text)
    value, code = _written(span[1] if span else text, year=year, month=month, limit=limit)
    return value, "held_span" if span and value and code is None else code


def _whole(parsed: Parsed) -> Parsed:
    value, code = parsed
    if value is not None and len(value) < 10:
        return None, "held_day"
    return value, "held_unclear" if code == "date_unclear" else code


def _number(value: float, *, year: int | None, month: int | None, limit: str) -> Parsed:
    if value == int(value):
        if 1 <= value <= 31:
            if month is None:
                return None, "held_day"
            return _placed(year, month, int(value), limit)
        return _whole(parse_date(str(int(value)), limit))
    text = f"{value:.2f}"
    if len(repr(value).partition(".")[2]) == 2 and 1 <= int(value) <= 12:
        return _placed(year, int(value), int(text.partition(".")[2]), limit)
    return None, "held_lost"


def _placed(year: int | None, month: int, day: int, limit: str) -> Parsed:
    if not 1 <= month <= 12:
        return None, "date_impossible"
    if year is None:
        return None, "held_year"
    return _whole(parse_date(f"{year:04d}-{month:02d}-{day:02d}", limit))


def _written(text: str, *, year: int | None, month: int | None, limit: str) -> Parsed:
    if match := _MONTH_DAY.fullmatch(text):
        return _placed(year, int(match[1]), int(match[2]), limit)
    if (match := _DAY.fullmatch(text)) and month is not None:
        return _placed(year, month, int(match[1]), limit)
    if match := _SHORT_YEAR.fullmatch(text):
        return _placed(2000 + int(match[1]), int(match[3]), int(match[4]), limit)
    if _ONLY_MONTH.fullmatch(text):
        return None, "held_day"
    value, code = _whole(parse_date(text, limit))
    return value, "held_missing" if value is None and code is None else code


_NOBODY = frozenset(
    ("", "无", "-", "—", "0", "全勤", "全员参加", "无缺席", "全部到齐", "全到", "没有", "无请假", "/")
)
_BETWEEN = re.compile(r"[、,，;；\n\r]+")
_BRACKETS = re.compile(r"^(.*?)[(（\[【](.*)[)）\]】]?$")
_TAILED = re.compile(
    r"^([\u3400-\u9fff·]{2,4}?)((?:因|请)?(?:病|事|公差|出差|公出|休假|年假|产假|探亲|请假|住院|外出|值班).*)$"
)
_WHY = (
    ("sick", re.compile(r"病|住院|手术|就医|体检")),
    ("duty", re.compile(r"公差|出差|公出|因公|值班|开会|会议|培训|工作|执勤")),
    ("leave", re.compile(r"休假|年假|产假|婚假|探亲|陪产|休息")),
    ("personal", re.compile(r"事假|有事|因事|私事|请假")),
)  # fmt: skip


def reason_of(words: str) -> str:
    """The category of what an office wrote."""
    return next((code for code, pattern in _WHY if pattern.search(words)), "other")


def parse_absent(raw: object) -> tuple[list[tuple[str, str, str]] | None, str | None]:
    """(name, reason, what was written) of each absent person; [] where it says nobody; None where it says nothing."""
    text = unicodedata.normalize("NFKC", text_of(raw)).strip()
    if raw in ("", None):
        return None, None
    if "".join(text.split()) in _NOBODY:
        return [], None
    if re.fullmatch(r"\d+(\.0)?人?", text):
        return None, "absent_number"
    found: list[tuple[str, str, str]] = []
    why = ""
    # A comma inside brackets parts no names.
    kept = re.sub(r"[(（][^)）]*[)）]", lambda m: re.sub(r"[、,，;；]", " ", m.group()), text)
    for word in _BETWEEN.split(kept):
        head = re.match(r"^([^:()]{1,8}):(.*)$", word.strip())
        if head and (reason_of(head[1]) != "other" or "请假" in head[1] or "缺席" in head[1]):
            # 病假：张三、李四 says it for all that follow; 张三：病假 for one.
            why, word, head = head[1], head[2], None
        name, said = word.strip(), why
        if head:
            name, said = head[1], head[2]
        elif match := _BRACKETS.match(name):
            name, said = match[1], match[2].rstrip(")）]】")
        elif match := _TAILED.match("".join(name.split())):
            name, said = match[1], match[2]
        name = "".join(name.split())
        if name:
            found.append((name, reason_of(said) if said else "other", said.strip()))
    return found, None
