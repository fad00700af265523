"""What is supervised in such a county: trades with their industry codes (GB/T 4754)."""

from dataclasses import dataclass
from typing import Literal

Weight = Literal["heavy", "special", "light"]


@dataclass(frozen=True)
class Trade:
    """One line of business. `name` is filled with firm, surname, town, village, river, number.

    `register` begins the USCC: 91 companies, 92 sole traders, 93 cooperatives, 12 public bodies,
    N2 village collectives; empty where there is no legal person. A `heavy` one may become a key
    object of supervision, a `special` one always is special.
    """

    name: str
    industry_code: str = ""
    register: str = ""
    weight: Weight = "light"


SHARES_PCT = {
    "industrial": 30,
    "restaurant": 27,
    "livestock_farm": 19,
    "other": 8,
    "scattered_polluter": 6,
    "construction_site": 5,
    "river_reach": 5,
}

RIVERS = ("绕阳河", "西沙河", "月牙河", "锦盘河", "太平河", "一统河")

TRADES: dict[str, tuple[Trade, ...]] = {
    "industrial": (
        Trade("{firm}防水材料有限公司", "3033", "91", "heavy"),
        Trade("{firm}沥青有限公司", "2519", "91", "heavy"),
        Trade("{firm}化工助剂有限公司", "2614", "91", "heavy"),
        Trade("{firm}水泥制品有限公司", "3021", "91", "heavy"),
        Trade("{firm}铸造厂", "3391", "91", "heavy"),
        Trade("{firm}纸制品厂", "2231", "91", "heavy"),
        Trade("{firm}石油机械配件有限公司", "3512", "91", "heavy"),
        Trade("{firm}管道防腐有限公司", "3360", "91", "heavy"),
        Trade("{firm}热力有限公司", "4430", "91", "heavy"),
        Trade("{firm}污水处理厂", "4620", "91", "heavy"),
        Trade("{firm}新型墙材厂", "3031", "91", "heavy"),
        Trade("{firm}农药制剂有限公司", "2631", "91", "special"),
        Trade("{firm}米业有限公司", "1311", "91"),
        Trade("{firm}饲料有限公司", "1329", "91"),
        Trade("{firm}水产品加工厂", "1361", "91"),
        Trade("{firm}塑料制品厂", "2927", "91"),
        Trade("{firm}橡胶制品厂", "2913", "91"),
        Trade("{firm}家具厂", "2110", "91"),
        Trade("{firm}苇编制品厂", "2042", "93"),
        Trade("{firm}金属结构加工厂", "3311", "91"),
        Trade("{firm}服装厂", "1819", "91"),
    ),
    "restaurant": (
        Trade("{village}老{surname}家铁锅炖", "6210", "92"),
        Trade("{village}{surname}记河蟹馆", "6210", "92"),
        Trade("{firm}饭庄", "6210", "92"),
        Trade("{firm}大酒店", "6110", "91"),
        Trade("{village}{surname}家烧烤", "6210", "92"),
        Trade("{firm}快餐店", "6220", "92"),
        Trade("{village}{surname}家面馆", "6220", "92"),
        Trade("{village}{surname}家早餐铺", "6291", "92"),
    ),
    "livestock_farm": (
        Trade("{village}{firm}养猪场", "0313", "92", "heavy"),
        Trade("{firm}生猪养殖专业合作社", "0313", "93", "heavy"),
        Trade("{village}{firm}肉鸡养殖场", "0321", "92"),
        Trade("{village}{surname}家蛋鸡场", "0321", "92"),
        Trade("{village}{surname}家鸭棚", "0322", "92"),
        Trade("{village}{firm}肉牛养殖场", "0311", "92"),
        Trade("{village}{surname}家羊舍", "0314", "92"),
        Trade("{firm}河蟹养殖专业合作社", "0412", "93"),
        Trade("{village}集体鱼塘{number}号", "0412", "N2"),
    ),
    "other": (
        Trade("{firm}汽车修理部", "8111", "92"),
        Trade("{firm}加油站", "5265", "91", "special"),
        Trade("{firm}废旧物资回收站", "5191", "92", "special"),
        Trade("{firm}干洗店", "8030", "92"),
        Trade("{firm}门诊部", "8425", "12", "special"),
        Trade("{firm}粮食收储站", "5951", "91"),
        Trade("{firm}农机修理部", "4330", "92"),
        Trade("{firm}打印社", "2319", "92"),
    ),
    "scattered_polluter": (
        Trade("{village}{surname}家塑料颗粒加工点", "2929"),
        Trade("{village}{surname}家喷漆房", "3360"),
        Trade("{village}{surname}家木材加工点", "2011"),
        Trade("{village}{surname}家废品分拣点", "4220"),
        Trade("{village}{surname}家彩钢加工点", "3311"),
        Trade("{village}{surname}家石材切割点", "3032"),
    ),
    "construction_site": (
        Trade("{village}安置房{number}号楼工地", "4710", "91"),
        Trade("{firm}粮库扩建工地", "4790", "91"),
        Trade("{firm}厂房新建工地", "4720", "91"),
        Trade("{village}道路改造{number}标段工地", "4813", "91"),
        Trade("{village}排水管网{number}标段工地", "4852", "91"),
        Trade("{village}拌合站{number}号工地", "4813", "91"),
    ),
    "river_reach": (
        Trade("{river}{village}段{number}号断面"),
        Trade("{village}{number}号排水沟"),
        Trade("{village}{number}号坑塘"),
    ),
}
