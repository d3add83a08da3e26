"""Who the people of a play are, and how they tell what happened: nobody of them exists. Pure."""

from collections.abc import Iterable, Mapping
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "秀英",
    "建国",
    "桂兰",
    "志强",
    "玉梅",
    "海燕",
    "军",
    "小红",
    "天佑",
    "银花",
    "双喜",
    "彦龙",
    "霞",
    "永平",
)
ALONE, BOTH_SIDES = 0.45, 0.8
"""How often only the reporter is known, and how often, when not, only the two sides are."""
WHEN = (
    "上个月底",
    "前天傍晚",
    "今年开春以来",
    "昨天上午赶集时",
    "去年秋收后",
    "这个星期连着几天",
    "大前年分家时",
)
OVER = (
    "两家为地埂界线吵了起来",
    "邻居盖房滴水落到我家院里",
    "老人赡养费谁出没有说妥",
    "工钱拖了三个月没有结清",
    "果园浇水的先后顺序谈不拢",
    "三轮车剐蹭后对方不认账",
    "买的化肥怀疑是假的",
    "村道上堆的沙石一直没有清走",
    "彩礼退多少双方各说各话",
    "羊群啃了麦苗没有赔",
    "合伙收苹果的账目对不上",
    "租出去的铺面到期不肯搬",
)
SINCE = (
    "找过对方几回都不见人",
    "当时有邻居在场可以作证",
    "写过一张条子但没有签字",
    "对方说要等儿子回来再谈",
    "村干部上门劝过一次",
    "一直拖到现在没有下文",
    "双方都不肯让步",
    "手里留着当时的照片",
)
WISHES = (
    "请帮忙把界线划清楚",
    "希望当面把话说开",
    "盼着尽快给个说法",
    "只求把损失补上",
    "请派人到现场看看",
    "愿意各让一步了结",
)


def told(chance: Random, name: str) -> str:
    """What somebody says, so different that two matters are not taken for one."""
    said = "，".join(chance.choice(words) for words in (WHEN, OVER, SINCE, WISHES))
    return f"{name}反映：{said}。（模拟数据，非真实人员）"


def people(chance: Random, village: str) -> Iterable[Mapping[str, str]]:
    """The parties of a matter, with names, telephones and numbers nobody has."""
    roles = (
        ("reporter",)
        if chance.random() < ALONE
        else ("applicant", "respondent")
        if chance.random() < BOTH_SIDES
        else ("reporter", "applicant", "respondent")
    )
    for role in roles:
        yield {
            "role": role,
            "name": chance.choice(SURNAMES) + chance.choice(GIVEN),
            "telephone": f"1990000{chance.randint(0, 9999):04}",
            "address": f"{village}{chance.randint(1, 9)}组{chance.randint(1, 80)}号",
            # Nobody alive was born on the first day of 1900.
            "identity_number": f"62052219000101{chance.randint(0, 9999):04}",
        }
