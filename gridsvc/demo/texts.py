"""What people of the demo county write. Invented, in the words of the field."""

FINDINGS = {
    "smell": ("厂界下风向有明显异味", "车间门未关，异味外逸"),
    "smoke": ("锅炉烟囱短时冒黑烟", "烟囱有黄烟，业主称正在点火"),
    "cover": ("料堆苫盖不全，约三分之一裸露", "砂石堆场未苫盖，有扬尘"),
    "outlet": ("排水口水色发黑，有泡沫", "沟渠内有乳白色积水，来源待查"),
    "waste": ("路边堆放生产垃圾约两立方米", "废包装物乱堆，紧靠沟渠"),
    "fence": ("围挡缺口约四米", "围挡倾倒一段，未修复"),
    "paving": ("出入口路面未硬化，泥泞", "硬化路面破损，带泥上路"),
    "wash": ("车辆未冲洗出场", "冲洗设备停用，路面有泥"),
    "wet": ("土方作业未洒水", "雾炮未开启，扬尘明显"),
    "closed_transport": ("渣土车未苫盖，沿途遗撒", "运料车密闭不严"),
    "fumes": ("油烟净化器未开启", "净化器油垢多，排口滴油"),
    "manure": ("粪污从储粪池外溢到沟边", "粪便露天堆放，无防渗"),
    "colour": ("水色发黑，有臭味", "河段水面有油膜"),
    "floating": ("岸边有成片垃圾", "水面漂浮秸秆和塑料"),
    "new_outlet": ("发现一处未登记排口", "岸坡新埋一根排水管"),
    "running": ("已恢复生产，现场有原料", "设备已重新通电，有新产品"),
}

CATEGORIES = {
    "smell": "air", "smoke": "air", "cover": "dust", "outlet": "water", "waste": "solid_waste",
    "fence": "dust", "paving": "dust", "wash": "dust", "wet": "dust", "closed_transport": "dust",
    "fumes": "fumes", "manure": "livestock", "colour": "water", "floating": "water",
    "new_outlet": "water", "running": "scattered",
}  # fmt: skip

# By category: who of a town's departments leads (the end of the unit's code), and what to do.
BUREAUS = {
    "dust": "zhujian", "fumes": "shijian", "livestock": "nongye", "water": "shuili",
}  # fmt: skip
REQUIREMENTS = {
    "air": "查明异味、烟气来源，落实收集处理措施",
    "dust": "裸露物料全部苫盖，落实洒水降尘",
    "water": "立即封堵异常排水，查明来源，清理积水",
    "solid_waste": "清运堆放的废物，划定规范堆放点",
    "fumes": "清洗油烟净化器，营业时保持开启",
    "livestock": "清理外溢粪污，修复储粪池防渗",
    "scattered": "断水断电，清除原料和设备",
}
REQUIREMENT = "按要求整改到位并上传照片"

SCENES = {
    "air": "chimney", "dust": "pile", "water": "water", "solid_waste": "pile", "fumes": "roof",
    "livestock": "roof", "scattered": "roof",
}  # fmt: skip

NOTES = {
    "take_on": ("已到现场，开始整改", "收到，今天组织整改"),
    "return": ("不属于本部门职责，请重新交办",),
    "submit": ("已整改，照片附后", "已清理完毕，请验收", "整改完成，将长期保持"),
    "accept": ("现场核实，整改到位", "照片与现场一致，同意验收"),
    "reject": ("照片看不出整改效果，请补充", "只清理了一半，继续整改"),
    "close": ("同意销号", "验收合格，销号"),
    "look_back": ("回头看，保持良好", "复查未发现反弹"),
    "relapse": ("回头看发现问题反弹", "复查时同一问题再次出现"),
    "void": ("与另一条问题重复，作废", "现场核实不属实，作废"),
}

NO_POSITION = ("手机定位失败", "厂房内无信号")
FOUND_NOTE = "路边新搭的棚子，没有手续，正在加工"
FOUND_REASON = "镇里现场核实，确为新增点位"
UNVISITED = ("业主不在，大门上锁", "道路施工，未能到达", "当天时间不够")
REMARKS = ("村内道路积雪已清", "今天未发现问题", "协助镇里检查料场")
LEAVE_REASONS = ("病假", "事假", "参加县里培训")

WORDS = {
    "not_reported": "已电话核实：网格员未按时巡查，已提醒，本周补查",
    "overdue": "已约谈整改责任人，要求本周内完成",
    "relapsed": "已列入重点，副网格长每周到现场一次",
}
COMMENTS = ("本周情况属实", "各村基本按要求巡查，问题已交办", "下周重点盯扬尘和排水口")
RETURNED = "逾期问题的说明不具体，请写明原因和完成时间"

MINUTES = "会议听取各镇（街道）情况，对排名靠后的两个镇发调度令，要求两周内见效。"
TRIAL_MINUTES = "首月为试运行，排名仅供参考，不发调度令。"
ORDERS = {
    "closed_on_time": "逐条排查逾期问题，倒排工期，提高按期整改率",
    "patrol_days": "落实日巡查，缺巡的村由网格长说明原因",
    "visits": "补齐应查未查的企业，重点单位优先",
}
REPLY = "已召开专题会，逐村落实到人，两周内完成整改，有关情况每周上报。"

# Formal inspections: why, by the reason to be exempt; who stood for the enterprise; a refusal.
BASES = {
    None: "年度行政检查计划",
    "complaint": "群众投诉夜间异味，按投诉举报线索检查",
    "look_back": "对已销号问题回头看",
}
ON_SITE_POSTS = ("厂长", "生产主管", "环保专员", "值班经理")
REFUSAL = "称负责人不在，不肯签字"
WITNESS = "村委会工作人员在场见证"
VERDICTS = (("dismissed", "大门在北侧，登记的坐标偏了"), ("confirmed", "当天确实没有到场"))
APPEAL = "那天在厂区后门看的，围墙挡着，没进院子。"
