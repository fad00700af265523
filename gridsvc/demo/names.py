"""Invented names of people and firms. Whoever or whatever bears one of them is not meant."""

from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_GIVEN = (
    "建国志明玉海春秀文立洪德永福振宝庆长树桂凤艳丽红梅兰英芳霞云静敏慧晓雪冬秋成学忠仁义信平安"
    "宇鹏飞龙刚强勇军伟杰涛波浩然子轩涵博思远鑫磊森林峰岩松柏青山河川江洋润泽瑞祥吉庆和顺达兴"
)
_FIRM_FIRST = "鑫宏盛恒瑞华润泰隆昌金嘉荣永顺祥福兴丰源辽绿禾稻苇鹤广通"
_FIRM_SECOND = "源达泰丰茂盛隆通顺发旺腾晟博益康利洁宇邦和远程阳光"


def person_name(chance: Random) -> str:
    """Return a surname with one given character, or oftener two."""
    given = chance.sample(_GIVEN, 1 if chance.random() < 0.25 else 2)
    return chance.choice(_SURNAMES) + "".join(given)


def surname(chance: Random) -> str:
    return chance.choice(_SURNAMES)


def firm_name(chance: Random) -> str:
    """Return the two characters by which a firm is called."""
    return chance.choice(_FIRM_FIRST) + chance.choice(_FIRM_SECOND)


def telephone(number: int) -> str:
    """Return the `number`-th of ten thousand telephones that nobody has."""
    return f"1990000{number:04d}"
