"""The office's own ledger of what was held: one row an event, under the titles that offices give their columns."""

from shared.i18n import lazy_
from shared.imports.layouts.columns import Column, Layout

EVENTS = Layout(
    "events",
    lazy_("What was held"),
    0,
    (
        Column("date", lazy_("Day"), (
            "日期", "活动日期", "会议日期", "召开日期", "开展日期", "举办日期", "年月日", "具体日期", "谈话日期",
        ), required=True),
        Column("unit", lazy_("Unit"), (
            "党支部", "支部", "支部名称", "所在党支部", "所在支部", "组织名称", "党组织名称", "党组织", "单位",
            "单位名称",
            "工会", "工会名称", "基层工会", "召开支部", "组织单位", "承办支部", "主办单位", "所属支部", "党支部名称",
        )),
        Column("kind", lazy_("Kind of event"), (
            "活动类型", "会议类型", "类型", "类别", "活动类别", "会议类别", "组织生活类型", "组织生活形式", "形式",
            "种类",
            "会议种类", "活动形式", "会议形式", "组织生活类别", "工作类别", "事项类型",
        )),
        Column("title", lazy_("Subject"), (
            "主题", "活动主题", "会议主题", "标题", "题目", "名称", "活动名称", "会议名称", "党课题目", "课题",
            "学习主题",
            "事项", "活动标题",
        )),
        Column("time", lazy_("Time of day"), (
            "时间", "活动时间", "会议时间", "召开时间", "开展时间", "举办时间", "举行时间", "开会时间", "起止时间",
            "具体时间", "会议起止时间", "开始时间", "时段", "谈话时间", "学习时间",
        )),
        Column("ends", lazy_("Ends at"), ("结束时间", "散会时间")),
        Column("place", lazy_("Place"), (
            "地点", "活动地点", "会议地点", "召开地点", "开展地点", "场所", "举办地点", "谈话地点", "学习地点",
        )),
        Column("chair", lazy_("Chair"), (
            "主持人", "主持", "会议主持", "会议主持人", "召集人", "谈话人", "活动主持人", "活动负责人",
        )),
        Column("clerk", lazy_("Clerk"), ("记录人", "记录", "记录员", "会议记录人", "会议记录员")),
        Column("lecturer", lazy_("Lecturer"), ("主讲人", "授课人", "讲课人", "宣讲人", "党课主讲人", "主讲")),
        Column("partner", lazy_("With whom"), ("谈话对象", "被谈话人", "谈心对象", "谈心谈话对象")),
        Column("due", lazy_("Expected"), (
            "应到", "应到人数", "应参加人数", "应到会人数", "应参会人数", "应到会", "应参加", "应到党员", "应到数",
        )),
        Column("present", lazy_("Present"), (
            "实到", "实到人数", "参加人数", "实到会人数", "参会人数", "到会人数", "出席人数", "实际参加人数", "实到会",
            "实参加", "实到党员", "实到数", "实参加人数",
        )),
        Column("absent", lazy_("Absent, by name"), (
            "缺席", "缺席人员", "缺席人员及原因", "请假人员", "请假人员及原因", "未到人员", "缺席名单", "请假情况",
            "缺席情况", "未参加人员", "请假", "缺席及原因", "缺席人员名单", "未到人员及原因",
        )),
        Column("agenda", lazy_("Agenda"), ("议题", "议程", "会议议题", "会议议程", "主要议题", "研究议题")),
        Column("content", lazy_("Content"), (
            "内容", "活动内容", "会议内容", "主要内容", "学习内容", "内容摘要", "主要做法", "开展情况", "活动情况",
            "会议纪要", "摘要", "主要活动内容", "会议主要内容", "活动主要内容",
        )),
        Column("decisions", lazy_("Decisions"), (
            "决议", "决定", "会议决议", "决定事项", "形成决议", "会议决定", "议定事项", "决议事项",
        )),
        Column("note", lazy_("Remark"), ("备注", "说明")),
    ),
    ("date", "kind", "title", "place", "chair", "present", "content"),
)  # fmt: skip
