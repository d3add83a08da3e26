"""What is said of a field in English, in Chinese: one catalogue, so that no answer is only half understood."""

import re
from functools import cache

PLAIN = "不符合要求"
"""Said of what the catalogue does not know."""
SENTENCES = {
    "is not a field of this request": "本请求没有这个字段",
    "looks like a telephone or identity number; people are opaque references here": (
        "疑似电话或身份证号码，人员只能用不含个人信息的代号表示"
    ),
    "is not a token this service gave": "不是本系统给出的分页标记",
    "is in the future": "时间在将来",
    "has not begun yet": "尚未开始",
    "must lie between the years {first} and {last}": "年份须在 {first} 至 {last} 之间",
    "from must not be later than to": "起始日期不得晚于结束日期",
    "first must not be later than last": "起始日期不得晚于结束日期",
    "must be the first month or later, and {most} months at most": "不得早于起始月份，且最多 {most} 个月",
    "is not in the registry of areas": "不在区划名录中",
    "is not the id of a figure; GET /v1/metrics/definitions has them all": (
        "不是指标编号，全部指标见 GET /v1/metrics/definitions"
    ),
    "stands for several: {names}": "对应多个指标，请选其一：{names}",
    "is a duration, which has no numerator; without a metric its buckets are listed": (
        "是用时类指标，没有分子；不带 metric 查询可列出其分桶的变化"
    ),
    "is of now and of no past day, so nothing restates it": "只反映此刻，不属于任何过去的日期，因此没有修正",
    "is needed for a stock, which is what was added on all days up to one": "存量指标是截至某日各日之和，须指明期间",
    "ranks no areas: neither more nor less of it is better": "该指标无高低优劣之分，不能用于排名",
    "no area of this level lies in the area": "该区域内没有这一层级的区域",
    "flags are raised month by month: must be a month such as 2026-11": "提示按月生成，应为月份，如 2026-11",
    "stands beside first or last; ask for a period or for days": "不能与 first、last 同用，期间与起止日期二者选一",
    "must be a day 2026-11-22, a week 2026-W47, a month 2026-11, a quarter 2026-Q4 or a year 2026": (
        "应为日 2026-11-22、周 2026-W47、月 2026-11、季 2026-Q4 或年 2026"
    ),
    "there is no such week": "没有这一周",
    "there is no such month": "没有这一月",
    "not a {kind} code of the lists in force; accepted: none": "现行代码表中没有 {kind} 代码",
    "not a {kind} code of the lists in force; accepted: {codes}": "不是现行 {kind} 代码表中的代码，可用：{codes}",
    "this source's number already names {incident}": "该来源编号已用于事件 {incident}",
    "this source's number is used already": "该来源编号已被使用",
    "was used before, for something else": "已用于其他内容",
    "names something that was erased since": "所指内容已删除",
    "is no report of this device that was accepted": "不是本设备已受理的上报",
    "name the incident by incident_id or by report_id, one of the two": (
        "须用 incident_id 或 report_id 指明事件，二者选一"
    ),
    "a return needs its reason": "退回须说明原因",
    "is not an array": "不是数组",
    "Input should have at most {most} items": "最多 {most} 项",
    # of what other systems send
    "the record has no body": "记录没有正文",
    "the body is larger than {most} bytes": "正文超过 {most} 字节",
    "the key is larger than {most} bytes": "记录键超过 {most} 字节",
    "the headers are larger than {most} bytes": "消息头合计超过 {most} 字节",
    "the body cannot be read": "正文无法读取，应为 UTF-8 编码的 JSON",
    "this topic carries {types}": "本主题只接收 {types}",
    # of settings
    "must be a number of requests and one of seconds, such as 1000/10, or off": (
        "应为“次数/秒数”，如 1000/10，或 off"
    ),
    "must be origins such as https://board.example.cn, with nothing behind the name": (
        "应为来源地址，如 https://board.example.cn，域名后不得有其他内容"
    ),
    # of files
    "has more than {most} lines; send it in parts": "超过 {most} 行，请分批提交",
    "has more than {most} columns": "超过 {most} 列",
    "this column is missing": "缺少这一列",
    "stands there twice": "出现了两次",
    "is not known; known: {names}": "不认识的列，可用的列：{names}",
    "is not CSV": "不是 CSV 格式",
    "is not UTF-8; save it as CSV UTF-8": "不是 UTF-8 编码，请另存为“CSV UTF-8”",
    "is not comma-separated text; look at its quotes": "不是逗号分隔的文本，请检查引号",
    "has more cells than the heading": "单元格多于标题行",
    "has more cells than the first line": "单元格多于标题行",
    "has no contact in it": "其中没有联系人",
    "more than {most} matters; send a month at a time": "超过 {most} 件，请按月提交",
    "must be one of {names}": "应为以下之一：{names}",
    "must be 1 to 64 letters, digits or . _ : @ / -": "应为 1 至 64 个字母、数字或 . _ : @ / -",
    "must be a month such as 2026-09": "应为月份，如 2026-09",
    "must be a day, written 2026-12-31": "应为日期，如 2026-12-31",
    "there is no such day": "没有这一天",
    "must be person (个人) or body (单位)": "应为个人（person）或单位（body）",
    "must be an opaque reference of 1 to 64 of A-Z a-z 0-9 . _ : @ / -, not a name": (
        "应为不含个人信息的代号，1 至 64 个 A-Z a-z 0-9 . _ : @ / -，不得填姓名"
    ),
    "looks like a telephone or identity number; {why}": "疑似电话或身份证号码，名录中不得有个人信息",
    "personal data does not belong in the registry; people are opaque references": (
        "名录中不得有个人信息，人员只用代号"
    ),
    "must have 6 digits for a county, 9 for a town, 12 for a village, 15 for a grid": (
        "县 6 位、镇 9 位、村 12 位、网格 15 位数字"
    ),
    "must be a number from 1 to {most}, or empty for no bound": "应为 1 至 {most} 的数，不限则留空",
    "must be at most {most} printable characters": "最多 {most} 个可显示的字符",
    "must be the public name of a body only, without a number to call": "只填单位的公开名称，不得含电话号码",
    "must be empty for a person: {why}": "个人不填名称，名录中不得有个人信息",
    "lies before valid_from": "早于生效日期",
    "line {line} has the same reference, role, area and first day": "与第 {line} 行的引用、角色、区划和生效日期相同",
    "the same reference is a person here and a body elsewhere": "同一引用在此为个人，在别处为单位",
    "this and line {line} begin on the same day in a role that one holds": (
        "与第 {line} 行同日生效，而该角色同时只能一人担任"
    ),
    "this and the registry begin on the same day in a role that one holds": (
        "与名录已有的一条同日生效，而该角色同时只能一人担任"
    ),
    "this and line {line} overlap in a role that one holds at a time": (
        "与第 {line} 行的任期重叠，而该角色同时只能一人担任"
    ),
    "this and the registry overlap in a role that one holds at a time": (
        "与名录已有的一条任期重叠，而该角色同时只能一人担任"
    ),
}
"""The first that fits is said; what varies in it has a name."""


def chinese(said: str) -> str:
    """The same in Chinese; of what the catalogue does not know, only that it does not do."""
    if said in SENTENCES:
        return SENTENCES[said]
    fits = ((one.fullmatch(said), zh) for one, zh in _varying())
    return next((zh.format(**found.groupdict()) for found, zh in fits if found), PLAIN)


@cache
def _varying() -> list[tuple[re.Pattern[str], str]]:
    varying = [(en, zh) for en, zh in SENTENCES.items() if "{" in en]
    return [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(en))), zh) for en, zh in varying]
