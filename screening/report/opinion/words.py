"""The fixed words of an opinion in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from screening.text import Text

TITLE: Final = Text("生态环境准入研判意见", "Environmental Access Screening Opinion")
REASONS: Final[Mapping[str, Text]] = {
    "fired": Text("确定适用", "certainly applies"),
    "doubtful": Text("可能适用，资料不足以确定", "may apply; not enough is known"),
    "provisional": Text(
        "确定适用，但该条文本未与公布文本核对，不据以否定",
        "certainly applies, but its text is not yet compared with the published one, so it does not reject",
    ),
    "judgement": Text("须由审批人员判断", "for an officer to judge"),
    "obligation": Text("附条件", "obligation"),
    "no_access_list": Text("该单元的准入清单未载入", "the access list of this unit is not loaded"),
    "not_kept": Text("规则库未就该日核对", "the rulebook was not read against the law of that day"),
    "ambiguous_place": Text("坐标系不能确定", "the coordinate system is not certain"),
    "engine_disagrees": Text("两套推理引擎结论不一致", "the two engines differ"),
    "engine_failed": Text("推理引擎故障", "the engine failed"),
}
CHECKED: Final[Mapping[str, Text]] = {
    "text": Text("已与公布文本核对", "compared with the published text"),
    "secondary": Text("据二手资料，未与公布文本核对", "from second hand, not compared with the published text"),
    "memory": Text("未与公布文本核对", "not compared with the published text"),
}
UNIT_CLASSES: Final[Mapping[str, Text]] = {
    "priority_protection": Text("优先保护单元", "priority protection unit"),
    "key_control": Text("重点管控单元", "key control unit"),
    "general_control": Text("一般管控单元", "general control unit"),
}
UNKNOWN_CLASS: Final = Text("类别不明的管控单元", "control unit of unknown class")
SUPPLIERS: Final[Mapping[str, Text]] = {
    "applicant": Text("申请人", "applicant"),
    "atlas": Text("图层量算", "the map"),
    "classification": Text("分类规则", "classification rules"),
}
STATES: Final[Mapping[str, Text]] = {
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "maybe": Text("待定", "undecided"),
}
BY_LIST: Final[Mapping[str, Text]] = {
    "yes": Text("属于", "is on it"),
    "maybe": Text("可能属于", "may be on it"),
    "no": Text("不属于", "is not on it"),
}
ROW_REASONS: Final[Mapping[str, Text]] = {
    "meets": Text("相符", "meets"),
    "provisional": Text("相符，但该行文本未经核对", "meets, but the text of the row is not yet compared"),
    "doubtful": Text("可能相符，须核实", "may meet; to be settled"),
    "not_loaded": Text("目录此处未载入，须对照原文", "this part of the list is not loaded; check the original"),
    "engine_disagrees": Text("两套引擎不一致", "the engines differ"),
}
MEANING: Final[Mapping[str, Text]] = {
    "pass": Text(
        "已载入的规则中没有发现障碍。这不等于批准；附条件各项仍须落实，未载入的规定仍须遵守。",
        "No loaded rule objects. This is not an approval: the obligations stand, and so does law that is not loaded.",
    ),
    "review": Text(
        "有下列事项须由审批人员复核后方能得出意见；资料不足之处不作通过处理。",
        "An officer must look at the matters below; what is not known is not taken as met.",
    ),
    "reject": Text(
        "至少有一项已载入并经核对的禁止性规定确定适用于本项目。",
        "At least one loaded prohibition, compared with its published text, certainly applies.",
    ),
}
LICENSING: Final = Text(
    "本意见供审批机关参考，本身不是不予行政许可的决定。审批机关如据此作出不予许可的书面决定，应当按《行政许可法》第三十八条第二款"
    "在决定中说明理由，并告知申请人可以依法申请行政复议或者提起行政诉讼；作出决定以前，申请人可以依该法第七条陈述、申辩。",
    "This opinion is for the approving authority and is itself no refusal of a permit. Should the authority refuse in writing, "
    "article 38(2) of the Administrative Licensing Law asks it to give its reasons and to tell the applicant of the right to "
    "administrative reconsideration or to sue; before it decides, the applicant may state its case (article 7).",
)
CORRECTION: Final = Text(
    "其中须由申请人补正的，应当按《行政许可法》第三十二条一次告知全部内容。",
    "What the applicant has to supply is to be told all at once (Administrative Licensing Law, article 32).",
)
MAP_NOTE: Final = Text(
    "示意图：按结论所用图层绘制，不作量算依据；量算结果及其误差见下表。",
    "A sketch from the layers the decision used; not for measuring. Figures with their error stand in the tables.",
)
