"""Rule sets and checklists to begin with. A county changes them by putting new ones in force.

Frequencies after the published practice of the places they are named for; where none is
published the number is ours and said to be in docs/rules.md.
"""

from typing import Any

_COMMON: dict[str, Any] = {
    "site_radius_m": 200.0,
    "worst_fix_m": 100.0,
    "clock_skew_s": 600.0,
    "patrol_on_workdays_only": True,
    "rectify_within_days": {"minor": 3, "ordinary": 7, "serious": 15},
    "look_back_after_days": 30,
    "relapse_within_days": 180,
    "warn_before_due_days": 2,
    "summary_due_weekday": 0,
    "month_cut_off_day": 18,
    "least_officers": 1,  # many counties ask for two
}

RULE_SETS: dict[str, dict[str, Any]] = {
    # Sanhe: villages are patrolled every day, every object within a week.
    "sanhe": _COMMON | {"visit_every_days": {"key": 7, "general": 7, "special": 7}},
    # Chengde: level 3 sees its objects every two days.
    "chengde": _COMMON | {"visit_every_days": {"key": 2, "general": 7, "special": 2}},
    # Ours: key objects twice a week, special ones weekly, the others within two weeks.
    "gridsvc": _COMMON | {"visit_every_days": {"key": 3, "general": 14, "special": 7}},
}


def _item(
    key: str, text: str, text_en: str, standard: str, severity: str = "ordinary"
) -> dict[str, Any]:
    return {
        "item": key,
        "text": text,
        "text_en": text_en,
        "standard": standard,
        "photo_if_problem": True,
        "severity": severity,
    }


_SMELL = _item("smell", "周边有没有异味", "Any smell around the place", "厂界外闻不到明显异味")
_SMOKE = _item("smoke", "有没有冒黑烟、黄烟", "Any black or yellow smoke", "无可见烟尘")
_WATER = _item(
    "outlet",
    "排水口、沟渠有没有异常",
    "Outlets and ditches look normal",
    "无异色、无泡沫",
    "serious",
)
_WASTE = _item("waste", "废物有没有乱堆乱倒", "No waste dumped about", "不占路、不靠沟")
_COVER = _item("cover", "料堆是否盖好", "Material piles are covered", "裸露物料全部苫盖")

CHECKLISTS: dict[str, list[dict[str, Any]]] = {
    "industrial": [_SMELL, _SMOKE, _COVER, _WATER, _WASTE],
    "construction_site": [
        _item("fence", "围挡是否完整", "The fence is complete", "连续、不破损"),
        _COVER,
        _item("paving", "出入口路面是否硬化", "The way in is paved", "出入口及主路硬化"),
        _item("wash", "车辆是否冲洗干净", "Vehicles leave washed", "不带泥上路"),
        _item("wet", "土方作业是否洒水", "Earthworks are kept wet", "湿法作业"),
        _item("closed_transport", "运输车辆是否密闭", "Transport is closed", "不遗撒"),
    ],
    "restaurant": [
        _item("fumes", "油烟净化器是否在用", "The fume cleaner is running", "营业时开启"),
        _SMELL,
        _WATER,
    ],
    "livestock_farm": [
        _item("manure", "粪污有没有外流", "No manure flows out", "无外溢、无渗漏", "serious"),
        _SMELL,
        _WATER,
    ],
    "river_reach": [
        _item("colour", "水色、气味是否正常", "Water colour and smell", "无黑臭", "serious"),
        _item("floating", "水面、岸边有没有垃圾", "Rubbish on water or bank", "无成片漂浮物"),
        _item("new_outlet", "有没有新增排口", "Any new outlet", "无未登记排口", "serious"),
    ],
    "scattered_polluter": [
        _item("running", "有没有恢复生产", "Not running again", "断水断电、无设备原料", "serious"),
        _SMELL,
        _WASTE,
    ],
    "other": [_SMELL, _WATER, _WASTE],
}
