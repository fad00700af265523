"""Rule sets and checklists to begin with. A county changes them by putting new ones in force.

Frequencies after the published practice of the places they are named for; where none is
published the number is ours and said to be in docs/rules.md.
"""

from typing import Any

from gridsvc.rules.documents import LATER

_COMMON: dict[str, Any] = LATER | {
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

_AFTER_COMPLAINT: list[dict[str, Any]] = [
    {"level": 3, "attention": True, "every_days": 2},
    {"level": 3, "attention": True, "night": True, "times": 1, "per": "week"},
]

RULE_SETS: dict[str, dict[str, Any]] = {
    # Sanhe: villages are patrolled every day, every object within a week.
    "sanhe": _COMMON
    | {
        "visits": [*_AFTER_COMPLAINT, {"level": 3, "times": 1, "per": "week"}],
        "rounds": [{"level": 3, "times": 1, "per": "day"}],
    },
    # Chengde: level 3 every two days; key objects twice a week at level 2, weekly at level 1.
    "chengde": _COMMON
    | {
        "visits": [
            {"level": 3, "attention": True, "times": 1, "per": "day"},
            {"level": 3, "classes": ["key", "special"], "every_days": 2},
            {"level": 3, "every_days": 7},
            {"level": 2, "classes": ["key"], "times": 2, "per": "week"},
            {"level": 1, "classes": ["key"], "times": 1, "per": "week"},
        ],
        "rounds": [{"level": 3, "times": 1, "per": "day"}],
    },
    # Ours: key objects twice a week, special ones weekly, river reaches twice a month, the
    # others within two weeks; at night where somebody complained.
    "gridsvc": _COMMON
    | {
        "visits": [
            *_AFTER_COMPLAINT,
            {"level": 3, "classes": ["key"], "every_days": 3},
            {"level": 3, "classes": ["special"], "every_days": 7},
            {"level": 3, "kinds": ["river_reach"], "times": 1, "per": "half_month"},
            {"level": 3, "every_days": 14},
        ],
        "rounds": [
            {"level": 3, "times": 1, "per": "day"},
            {"level": 2, "night": True, "times": 1, "per": "week"},
        ],
    },
}


def _item(
    key: str,
    text: str,
    text_en: str,
    key_point: str,
    standard: str,
    severity: str = "ordinary",
    *,
    photo_required: bool = False,
) -> dict[str, Any]:
    return {
        "item": key,
        "text": text,
        "text_en": text_en,
        "key_point": key_point,
        "standard": standard,
        "photo_required": photo_required,
        "photo_if_problem": True,
        "severity": severity,
    }


_SMELL = _item(
    "smell", "周边有没有异味", "Any smell around the place", "下风向厂界、敏感点",
    "厂界外闻不到明显异味",
)  # fmt: skip
_SMOKE = _item(
    "smoke", "有没有冒黑烟、黄烟", "Any black or yellow smoke", "烟囱、车间门窗", "无可见烟尘"
)
_WATER = _item(
    "outlet", "排水口、沟渠有没有异常", "Outlets and ditches look normal", "雨水口、周边沟渠",
    "无异色、无泡沫", "serious",
)  # fmt: skip
_WASTE = _item(
    "waste", "废物有没有乱堆乱倒", "No waste dumped about", "院墙外、沟边、路边", "不占路、不靠沟"
)
_COVER = _item(
    "cover", "料堆是否盖好", "Material piles are covered", "料场、土方、渣土", "裸露物料全部苫盖"
)

CHECKLISTS: dict[str, list[dict[str, Any]]] = {
    "industrial": [_SMELL, _SMOKE, _COVER, _WATER, _WASTE],
    # The six items of the Holingol plan: 围挡、物料覆盖、路面硬化、车辆冲洗、湿法作业、密闭运输.
    "construction_site": [
        _item("fence", "围挡是否完整", "The fence is complete", "工地四周", "连续、不破损"),
        _COVER,
        _item("paving", "出入口路面是否硬化", "The way in is paved", "出入口、主路",
              "出入口及主路硬化"),
        _item("wash", "车辆是否冲洗干净", "Vehicles leave washed", "冲洗台、轮胎", "不带泥上路"),
        _item("wet", "土方作业是否洒水", "Earthworks are kept wet", "开挖面、拆除面", "湿法作业"),
        _item("closed_transport", "运输车辆是否密闭", "Transport is closed", "出场车辆", "不遗撒"),
    ],
    "restaurant": [
        _item("fumes", "油烟净化器是否在用", "The fume cleaner is running", "净化器、排烟口",
              "营业时开启"),
        _SMELL,
        _WATER,
    ],
    "livestock_farm": [
        _item("manure", "粪污有没有外流", "No manure flows out", "粪池、堆粪场、周边沟渠",
              "无外溢、无渗漏", "serious"),
        _SMELL,
        _WATER,
    ],
    "river_reach": [
        _item("colour", "水色、气味是否正常", "Water colour and smell", "水面、排口下游", "无黑臭",
              "serious", photo_required=True),
        _item("floating", "水面、岸边有没有垃圾", "Rubbish on water or bank", "水面、两岸",
              "无成片漂浮物"),
        _item("new_outlet", "有没有新增排口", "Any new outlet", "两岸", "无未登记排口", "serious"),
    ],
    "scattered_polluter": [
        _item("running", "有没有恢复生产", "Not running again", "用电、设备、原料",
              "断水断电、无设备原料", "serious", photo_required=True),
        _SMELL,
        _WASTE,
    ],
    "other": [_SMELL, _WATER, _WASTE],
}  # fmt: skip
