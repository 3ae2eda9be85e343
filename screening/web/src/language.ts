// The page's own words, Chinese and English side by side; what the service says comes in both already.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Words } from "./shapes";

export type Lang = "zh" | "en";

const WORDS = {
  product: ["建设项目生态环境准入研判", "Environmental Access Screening"],
  product_short: ["准入研判", "Screening"],
  skip: ["跳到正文", "Skip to content"],
  screen: ["项目预检", "Pre-check"],
  queue: ["研判记录", "Decisions"],
  rules: ["规则查询", "Rules"],
  api: ["接口文档", "API"],
  main_navigation: ["主导航", "Main"],
  switch_language: ["English", "中文"],
  invented: ["虚构数据，仅供演示", "Invented data, for demonstration"],
  local_user: ["本机使用，未启用账户", "This machine only, no accounts"],
  sign_in: ["请表明身份", "Sign in"],
  sign_in_hint: ["粘贴管理员发给您的密钥，或者单位登录系统签发的令牌。只保存在当前标签页。", "Paste the key your administrator gave you, or a token of your office's sign-in. It is kept for this tab only."],
  credential: ["密钥或令牌", "Key or token"],
  enter: ["进入", "Enter"],
  sign_out: ["退出", "Sign out"],
  loading: ["正在载入…", "Loading…"],
  retry: ["重试", "Try again"],
  close: ["关闭", "Close"],
  cancel: ["取消", "Cancel"],

  pass: ["未见障碍", "Pass"],
  review: ["人工复核", "Review"],
  reject: ["不符合准入", "Reject"],

  step_site: ["项目在哪里", "Where is the project?"],
  step_project: ["是什么项目", "What is the project?"],
  step_questions: ["还需要知道什么", "What still matters"],
  step_decision: ["研判", "Decide"],
  draw_polygon: ["画多边形", "Polygon"],
  draw_box: ["画矩形", "Rectangle"],
  draw_point: ["点一处", "Point"],
  draw_hint_polygon: ["在地图上依次点击界址点，双击结束；Esc 取消。", "Click each corner on the map, double-click to finish; Esc cancels."],
  draw_hint_box: ["在地图上点击矩形的一角，再点击对角；Esc 取消。", "Click one corner of the rectangle, then the opposite one; Esc cancels."],
  draw_hint_point: ["在地图上点击项目所在处；Esc 取消。", "Click where the project is; Esc cancels."],
  move: ["移动", "Move"],
  move_hint: ["把用地拖到新的位置。不用鼠标时，改写“坐标”即可。", "Drag the site elsewhere. Without a mouse, edit the coordinates."],
  reshape: ["改边界", "Reshape"],
  reshape_hint: ["拖动边界上的点；在线段上拖动可加点，按住 Alt 点击可删点。", "Drag a corner; drag a side to add one, Alt-click a corner to delete it."],
  move_done: ["好了", "Done"],
  upload: ["上传文件", "Upload file"],
  upload_hint: ["shapefile（.zip）、KML、DXF、GeoPackage、GeoJSON、界址点文本、表格等", "shapefile (.zip), KML, DXF, GeoPackage, GeoJSON, boundary-point text, tables …"],
  paste: ["坐标", "Coordinates"],
  paste_label: ["坐标（每行“经度, 纬度”，或者 GeoJSON、界址点文本）", "Coordinates (a “longitude, latitude” a line, GeoJSON or boundary-point text)"],
  paste_use: ["采用这些坐标", "Use these coordinates"],
  paste_bad: ["读不懂这些坐标。请每行写一个“经度, 纬度”，例如 112.2642, 30.0446。", "These coordinates cannot be read. Write a “longitude, latitude” a line, such as 112.2642, 30.0446."],
  extent: ["点、线周围的范围（米）", "Extent around the point or line (m)"],
  extent_hint: ["整个项目都在这个距离以内。不填，则位置不算确定。", "All of the project lies within it. Without it the place stays open."],
  site_none: ["还没有用地。请在地图上画出，或者上传红线文件。", "No site yet. Draw it on the map, or upload the boundary."],
  site_area: ["用地约", "Site of about"],
  site_point: ["一处点位", "A point"],
  site_line: ["一条线", "A line"],
  site_of_file: ["来自文件", "From the file"],
  site_clear: ["清除", "Clear"],
  file_read: ["读到的内容", "What the file holds"],
  file_form: ["格式", "Form"],
  file_encoding: ["编码", "Encoding"],
  file_crs: ["坐标系", "Coordinate system"],
  places_open: ["坐标系不能确定：用地可能在下面任一处。请选出正确的一处。", "The coordinate system is not certain: the site may be at any of these. Choose the right one."],
  places_keep: ["都不能确定，按不确定处理", "None is certain: leave it open"],
  places_within: ["误差", "within"],

  title: ["项目名称", "Name of the project"],
  title_hint: ["可不填", "optional"],
  sector: ["国民经济行业（GB/T 4754—2017）", "Sector (GB/T 4754-2017)"],
  sector_hint: ["输入代码或者名称，例如 2614、水泥", "Type a code or words, such as 2614 or cement"],
  sector_none: ["没有对应的行业，请换一个词。", "No sector answers to that; try another word."],
  sector_found: ["个行业，用上下键选择", "sectors; choose with the arrow keys"],
  as_of: ["依哪一天的规定", "Law of which day"],
  as_of_hint: ["不填为今天", "today if empty"],
  more_options: ["更多选项", "More options"],

  so_far: ["目前", "So far"],
  may_become: ["补充资料后可能变为", "With answers it may become"],
  settled: ["答复已不能改变结论。", "No answer can change this any more."],
  asking: ["正在更新…", "Updating…"],
  questions_left: ["个问题还能改变结论", "questions can still change the decision"],
  at_most: ["至多", "up to"],
  question_left: ["个问题还能改变结论", "question can still change the decision"],
  questions_first: ["先答下面的；其余问题会随答复减少。", "These first; the rest grow fewer with your answers."],
  no_site_yet: ["先确定用地位置，这里才会出现问题。", "Set the site first; the questions then appear here."],
  where_found: ["从哪里查", "Where to find it"],
  why_asked: ["为什么问", "Why it is asked"],
  known_now: ["目前知道", "Known so far"],
  answer: ["答复", "Answer"],
  confirm: ["确定", "Confirm"],
  not_known: ["暂不清楚", "Not known yet"],
  yes: ["是", "Yes"],
  no: ["否", "No"],
  filter_choices: ["筛选选项", "Filter choices"],
  choices_keys: ["用上下键移动，空格键选择", "arrow keys move, space chooses"],
  choose: ["请选择", "Choose"],
  chosen_count: ["项已选", "chosen"],
  answered: ["已答复", "Answered"],
  change: ["修改", "Change"],
  put_off: ["暂不清楚的", "Put off"],
  ask_again: ["现在答", "Answer now"],
  value_needed: ["请先填写答复。", "Give an answer first."],
  stays: ["无论怎样答复都须人工复核", "For a person to look at, whatever is answered"],
  map_facts: ["只有更完整的图层才能确定", "Only a better map can settle"],
  crs_name: ["坐标系名称或者代号", "Name or code of the coordinate system"],

  decide: ["作出研判并存档", "Decide and record"],
  decide_hint: ["结论连同依据写入研判记录，不可更改；可以随时改动后重新研判。", "The decision is recorded with its grounds and never edited; change anything and decide again."],
  deciding: ["正在研判…", "Deciding…"],
  decided: ["研判结论", "Decision"],
  stale: ["用地或者答复已改动，以下为改动前的结论。", "The site or an answer has changed; this is the decision before."],
  decide_again: ["重新研判", "Decide again"],
  start_over: ["另一个项目", "Another project"],

  grounds_reject: ["不符合准入的理由", "Why it is rejected"],
  grounds_review: ["须人工复核的事项", "For a person to look at"],
  grounds_doubtful: ["资料不足、可能触及的规则", "Rules that may apply, for want of facts"],
  grounds_obligation: ["应当履行的要求", "Obligations"],
  grounds_none: ["没有规则提出障碍。", "No rule objects."],
  basis: ["依据", "Ground"],
  because: ["判断过程", "How it was judged"],
  to_change: ["怎样可以改变", "What would change it"],
  to_answer: ["请审查人员判断", "For the officer to judge"],
  on_map: ["在图上看", "Show on map"],
  off_map: ["取消显示", "Hide"],
  official_text: ["原文", "text"],
  missing_facts: ["缺少的资料", "What is missing"],
  from_applicant: ["由申请人提供", "from the applicant"],
  from_map: ["由图层提供", "from the map"],
  rules_waiting: ["条规则在等", "rules wait for it"],
  show_all: ["全部显示", "Show all"],
  show_fewer: ["收起", "Show fewer"],
  secondary: ["转引文本", "second-hand text"],
  memory: ["未核对文本", "text not compared"],
  provisional: ["文本未核对，暂作复核", "text not compared, so review"],
  judgement: ["需要判断", "judgement"],
  doubtful: ["资料不足", "facts missing"],
  classes: ["项目类别", "Classes of the project"],
  state_yes: ["是", "yes"],
  state_no: ["否", "no"],
  state_maybe: ["待定", "undecided"],
  rows_met: ["条目", "Rows"],
  co_control: ["减污降碳协同管控", "Pollution and carbon, together"],
  measure: ["措施", "Measure"],
  state: ["状态", "State"],
  requirement: ["要求", "Requirements"],
  cc_met: ["满足", "met"],
  cc_not_met: ["不满足", "not met"],
  cc_due: ["须落实", "to be done"],
  cc_open: ["待补资料", "open"],
  cc_judge: ["须判断", "to be judged"],
  cc_not_asked: ["不涉及", "not asked"],
  air: ["大气", "air"],
  greenhouse_gas: ["温室气体", "greenhouse gas"],
  water: ["水", "water"],
  soil: ["土壤", "soil"],
  solid_waste: ["固体废物", "solid waste"],
  place_of_site: ["用地与各图层的关系", "The site and the map"],
  units_touched: ["管控单元", "Control units"],
  areas_touched: ["涉及的区域", "Zones touched"],
  distances: ["到各区域的距离", "Distances"],
  within_5km: ["五公里以内", "within 5 km"],
  possible: ["在误差范围内可能", "possible, within the error"],
  share: ["占用地", "of the site"],
  not_covered: ["没有载入的清单", "Lists not loaded"],
  remarks: ["说明", "Remarks"],
  possible_places: ["位置不能确定，各处的结论", "Not certain where: the outcome at each place"],
  downloads: ["意见书和凭证", "Opinion and receipt"],
  opinion: ["研判意见书", "Opinion"],
  receipt: ["凭证", "Receipt"],
  receipt_hint: ["凭此文件可以离线重做同一结论", "with it the decision can be made again, offline"],
  content_id: ["内容编号", "Content id"],
  open_record: ["查看存档", "Open the record"],

  layers: ["图层", "Layers"],
  map: ["地图", "Map"],
  map_label: ["地图：方向键平移，加号、减号缩放", "Map: arrow keys pan, plus and minus zoom"],
  zoom_in: ["放大", "Zoom in"],
  zoom_out: ["缩小", "Zoom out"],
  whole_map: ["全图", "Whole map"],
  to_site: ["到用地", "To the site"],
  legend: ["图例", "Legend"],
  unit_priority_protection: ["优先保护单元", "Priority protection unit"],
  unit_key_control: ["重点管控单元", "Key control unit"],
  unit_general_control: ["一般管控单元", "General control unit"],
  the_site: ["用地", "Site"],
  layer_as_of: ["数据日期", "as of"],
  layer_tolerance: ["误差", "within"],
  group_units: ["管控单元", "Control units"],
  group_nature: ["生态", "Nature"],
  group_water: ["水", "Water"],
  group_town: ["城镇和园区", "Town and parks"],
  group_air: ["大气", "Air"],
  group_frame: ["行政和范围", "Borders"],
  group_other: ["其他", "Other"],
  base_map: ["天地图底图", "Tianditu base map"],

  filter_outcome: ["结论", "Outcome"],
  any: ["全部", "All"],
  search: ["查找", "Search"],
  search_decisions: ["项目名称或者编号", "Name or reference"],
  since: ["自", "From"],
  until: ["至", "To"],
  apply: ["查询", "Apply"],
  recorded_at: ["研判时间", "Recorded"],
  project: ["项目", "Project"],
  engine_says: ["引擎结论", "Engine"],
  counts_now: ["现行结论", "Counts"],
  overridden: ["已改判", "overridden"],
  load_more: ["更多", "More"],
  queue_empty: ["没有符合条件的记录。", "No record answers to this."],
  untitled: ["未命名项目", "Untitled project"],
  back_to_queue: ["返回列表", "Back to the list"],
  record: ["存档信息", "Record"],
  record_id: ["记录编号", "Record"],
  owner: ["申请人", "Applicant"],
  actor: ["提交人", "Submitted by"],
  entry: ["审计序号", "Audit entry"],
  law_of: ["依据日期", "Law of"],
  print: ["打印", "Print"],
  print_opinion: ["打印意见书", "Print the opinion"],
  override: ["改判", "Override"],
  override_make: ["作出改判", "Make an override"],
  override_intro: ["引擎结论保持原样；改判另立一条记录，写明结论、理由、权限和期限。", "The engine's decision stays; an override is a record of its own, with outcome, reason, authority and end."],
  override_outcome: ["改判为", "Outcome instead"],
  override_reason: ["理由", "Reason"],
  override_authority: ["依据的职权或者文件", "Authority"],
  override_from: ["起始日", "From"],
  override_until: ["截止日（当日起不再有效）", "Until (no longer counts on this day)"],
  override_confirm: ["确认改判", "Record the override"],
  override_done: ["改判已存档。", "The override is recorded."],
  overrides_made: ["改判记录", "Overrides"],
  overrides_none: ["没有改判。", "None."],
  by: ["由", "by"],
  valid: ["有效期", "Counts"],

  rules_intro: ["某一天有效的全部准入规则；可按名称、条文、文件查找。", "Every rule in force on a day; search by name, wording or instrument."],
  rules_total: ["条有效规则", "rules in force"],
  search_rules: ["词语、文件名或者规则编号", "Words, instrument or rule id"],
  effect: ["效力", "Effect"],
  effect_reject: ["禁止", "prohibits"],
  effect_review: ["须复核", "review"],
  effect_obligation: ["要求", "obliges"],
  effect_classify: ["归类", "classifies"],
  jurisdiction: ["层级", "Tier"],
  in_force: ["有效期", "In force"],
  from_day: ["起", "from"],
  until_day: ["止", "until"],
  checked: ["文本核对", "Text compared"],
  checked_text: ["与公布文本核对", "with the published text"],
  checked_secondary: ["据转引文本", "with a second-hand text"],
  checked_memory: ["未核对", "not compared"],
  readings: ["我们的理解", "How we read it"],
  not_encoded: ["没有编入的内容", "What is left out"],
  rule_sentence: ["规则", "The rule"],
  national: ["国家", "national"],
  division: ["行政区划", "division"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export interface Told {
  lang: Lang;
  /** One of the page's own words. */
  t: (word: Word) => string;
  /** The service's words in the reader's language; the other one where that is empty. */
  say: (words: Words | undefined) => string;
}

export function told(lang: Lang): Told {
  return {
    lang,
    t: (word) => WORDS[word][lang === "zh" ? 0 : 1],
    say: (words) => (words ? words[lang] || words.zh || words.en : ""),
  };
}

/** A word of the page that need not exist, such as the state of a list; otherwise the text itself. */
export function perhaps(told: Told, word: string, otherwise: string): string {
  return word in WORDS ? told.t(word as Word) : otherwise;
}

export const Language = createContext<Told>(told("zh"));
export function useTold(): Told { return useContext(Language); }


/** A distance with its error: from where to where it may be. */
export function between(least: number, most: number, lang: Lang): string {
  const lo = Math.max(0, least);
  if (most < 1000) return `${number(lo, 0, lang)}–${number(most, 0, lang)} m`;
  const digits = most < 10_000 ? 2 : 1;
  const [from, to] = [number(lo / 1000, digits, lang), number(most / 1000, digits, lang)];
  return from === to ? `${to} km` : `${from}–${to} km`;
}

export function area(value: number, lang: Lang): string {
  if (value >= 1e6) return `${number(value / 1e6, 2, lang)} km²`;
  if (value >= 1e4) return lang === "zh" ? `${number(value / 1e4, 2, lang)} 公顷` : `${number(value / 1e4, 2, lang)} ha`;
  return `${number(value, 0, lang)} m²`;
}

export function number(value: number, digits: number, lang: Lang): string {
  return new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: digits }).format(value);
}

/** A time as China's clocks show it: the days of the law are days in China. */
export function moment(text: string, lang: Lang): string {
  return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date(text));
}
