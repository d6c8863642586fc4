"""Titles of official documents broken into lines of a good shape, without breaking words.

GB/T 9704-2012, 7.3.1: 回行时，要做到词意完整，排列对称，长短适宜，间距恰当；标题排列应当使用梯形或菱形.
"""

import re
import unicodedata
from functools import cache
from itertools import pairwise

#: Never at the beginning of a line, never at its end.
NOT_FIRST = set("，。、；：？！）》〉」』】〕”’%‰·…—的了之地得等们")
NOT_LAST = set("（《〈「『【〔“‘第和与及或暨")
#: After these, and before those, a line ends well.
GOOD_AFTER = set("》）”、，")
GOOD_BEFORE = ("关于", "的")
#: Words of the trade that one does not take apart; names of the document's own offices come to them.
WORDS = (
    "关于 印发 转发 批转 做好 开展 加强 进一步 推进 召开 举办 组织 工作 会议 活动 通知 "
    "请示 报告 批复 意见 决定 决议 通报 公告 通告 公报 议案 纪要 方案 办法 细则 规定 "
    "规划 计划 要点 总结 制度 机制 条例 章程 党员 党组织 党支部 党委 党组 总支 基层 工会 "
    "委员会 代表大会 职工 会员 干部 教育 学习 培训 建设 管理 监督 检查 考核 评议 评价 评选 "
    "表彰 先进 优秀 模范 劳动 竞赛 技能 安全 生产 服务 选举 换届 任命 任免 同意 成立 "
    "撤销 调整 补选 增补 年度 全国 全省 全市 全区 系统 单位 机关 企业 事业 公司 集团 "
    "公路 交通 运输 文化 财务 经费 预算 决算 审计 资产 纪律 作风 廉政 巡视 巡察 整改 "
    "专项 专题 主题 民主 生活 组织生活 思想 政治 理论 宣传 统战 青年 妇女 春节 国庆 期间 "
    "有关 事项 问题 情况 实施 贯彻 落实 执行 精神 重要 讲话 中国 共产党 特色 社会主义 人民 "
    "政府 领导 小组 办公室 人员 名单 申报 推荐 发展 对象 积极分子 预备 转正 队伍 人才 改革 "
    "创新 创建 达标 星级 评定 上半年 下半年 第一 第二 第三 季度"
)


def width_of(text: str) -> float:
    """In ideographs; a letter or digit is half of one."""
    return sum(
        0.5 if unicodedata.east_asian_width(sign) in {"Na", "H", "N"} and sign.isascii() else 1.0
        for sign in text
    )


@cache
def _words(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = sorted({*WORDS.split(), *names}, key=len, reverse=True)
    return re.compile(r"[A-Za-z0-9.%]+年?|《[^》]{1,12}》|" + "|".join(map(re.escape, parts)))


def _inside(title: str, names: tuple[str, ...]) -> set[int]:
    """Places within a word: no line ends there unless it must."""
    held: set[int] = set()
    for start in range(len(title)):
        found = _words(names).match(title, start)
        if found and not (start in held and title[start : start + 1].isascii()):
            held.update(range(start + 1, found.end()))
    return held


def _price(title: str, place: int, held: set[int]) -> float:
    """What it costs to end a line before title[place]."""
    before, after = title[place - 1], title[place]
    if after in NOT_FIRST - set("的") or before in NOT_LAST or (after == "的" and len(title) - place > 6):
        return 400
    cost = 120.0 if place in held else 6.0
    if after == "的":
        return cost + 60  # “的通知” may stand alone at the end, rather than a word be broken
    if before in GOOD_AFTER or before == "的" or title.startswith(GOOD_BEFORE[0], place):
        cost -= 6
    return cost


def _shape(widths: list[float], most: float) -> float:
    """Lines growing or shrinking steadily, or thickest in the middle, look well; equal ones and an hourglass do not."""
    steps = [after - before for before, after in pairwise(widths)]
    cost = sum(
        0.0 if 1.5 <= abs(step) <= 8 else (8.0 if abs(step) < 1.5 else 4 * abs(step)) for step in steps
    )
    if any(first < 0 < second for first, second in pairwise(steps)):
        cost += 40
    if min(widths) < 4:
        cost += 30
    return cost + sum(max(0.0, width - most) * 500 for width in widths)


def lines_of(title: str, most: float, names: tuple[str, ...] = ()) -> list[str]:
    """The title in as few lines as it needs; line breaks of the author stand. `most`: ideographs in a line."""
    title = title.strip()
    if "\n" in title:
        return [part for line in title.splitlines() if line.strip() for part in lines_of(line, most, names)]
    if width_of(title) <= most:
        return [title]
    held = _inside(title, tuple(name for name in names if 2 <= width_of(name) <= most))
    least = -(-int(width_of(title) * 2) // int(most * 2))
    best: tuple[float, list[str]] | None = None
    for count in (least, least + 1):
        for ends in _cuts(title, count, most):
            lines = [title[a:b] for a, b in zip((0, *ends), (*ends, len(title)), strict=True)]
            cost = _shape([width_of(line) for line in lines], most) + 25 * (count - least)
            cost += sum(_price(title, place, held) for place in ends)
            if best is None or cost < best[0]:
                best = (cost, lines)
    return best[1] if best else _plainly(title, most)


def _cuts(title: str, count: int, most: float) -> list[tuple[int, ...]]:
    """Ways to cut a title into so many lines; for more than four lines none are tried."""
    if count > 4:
        return []
    ways: list[tuple[int, ...]] = [()]
    for _line in range(count - 1):
        ways = [
            (*ends, place)
            for ends in ways
            for place in range((ends[-1] if ends else 0) + 3, len(title) - 1)
            if width_of(title[ends[-1] if ends else 0 : place]) <= most
        ]
    return [ends for ends in ways if width_of(title[ends[-1] :]) <= most]


def _plainly(title: str, most: float) -> list[str]:
    """A very long title: full lines."""
    lines, line = [], ""
    for sign in title:
        if line and width_of(line + sign) > most and sign not in NOT_FIRST:
            lines.append(line)
            line = ""
        line += sign
    return [*lines, line]
