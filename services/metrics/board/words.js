/** Every word of the page, Chinese first and English beside it, and the language in force. */

const WORDS = {
  title: ["枫桥 · {name} 矛盾纠纷化解看板", "Fengqiao · {name} dispute resolution board"],
  skip: ["跳到区域表", "Skip to the table of areas"],
  crumbs: ["区域路径", "Area path"],
  as_of: ["数据截至", "As of"],
  at: ["截至 {time}", "as of {time}"],
  counters: ["实时数字", "Live counters"],
  counters_note: ["小字：最近 1 分钟的变化", "Small figures: change in the last minute"],

  per_minute: ["{change} /分", "{change} /min"],
  received: ["受理", "Received"],
  accepted: ["接单", "Accepted"],
  resolved: ["化解", "Resolved"],
  revisited: ["回访", "Revisited"],
  closed: ["销号", "Closed"],
  open: ["在办", "Open now"],
  escalated: ["上报", "Escalated"],
  returned: ["退回", "Returned"],
  reopened: ["反弹", "Reopened"],
  suspended: ["挂起", "Suspended"],
  taken: ["认领", "Taken on"],
  declined: ["拒接", "Declined"],
  unanswered: ["逾期未认领", "Unanswered"],
  unclaimed: ["无人认领", "Unclaimed"],
  extended: ["延期", "Extended"],

  hero: ["矛盾不上交率", "Resolved in the village"],
  hero_sub: ["在村（社区）化解的占全部化解的比例", "Settled where they arose, of all resolved"],
  fraction: ["{n} / {d} 件", "{n} of {d}"],
  no_cases: ["尚无可计件", "nothing to count yet"],
  rates: ["比率", "Rates"],
  definition: ["口径：{cohort}（{id}，截至 {time}）", "Cohort: {cohort} ({id}, as of {time})"],
  loading: ["读取中…", "Loading…"],
  "closure_rate@1": ["销号率", "Closure rate"],
  "on_time@1": ["按期化解率", "On-time rate"],
  "revisit_coverage@1": ["回访覆盖率", "Revisit coverage"],
  "satisfaction.applicant@1": ["满意率（申请人）", "Satisfaction, applicant"],
  "satisfaction.respondent@1": ["满意率（被申请人）", "Satisfaction, respondent"],
  "satisfaction.reporter@1": ["满意率（来访人）", "Satisfaction, reporter"],
  "resolved_in_village@1": ["矛盾不上交率", "In the village"],

  times: ["用时", "Time taken"],
  "time_to_accept@1": ["受理到接单", "Report to accept"],
  "time_to_take@1": ["指派到认领", "Assignment to taken on"],
  "time_to_resolve@1": ["受理到化解", "Report to resolve"],
  step: ["环节", "Step"],
  p50: ["半数 ≤", "50 % ≤"],
  p90: ["九成 ≤", "90 % ≤"],
  p99: ["99 % ≤", "99 % ≤"],
  cases: ["件数", "Cases"],
  error_bound: ["误差 ±{p} % 以内", "within ±{p} %"],
  seconds: ["{n} 秒", "{n} s"],
  minutes: ["{n} 分钟", "{n} min"],
  hours: ["{n} 小时", "{n} h"],
  days: ["{n} 天", "{n} d"],

  flow: ["三级流转", "Flow through the tiers"],
  village: ["村（社区）", "Village"],
  town: ["镇（街道）", "Town"],
  county: ["县", "County"],
  short_village: ["村", "Village"],
  short_town: ["镇", "Town"],
  short_county: ["县", "County"],
  village_climbed: ["村上报", "Escalated"],
  town_climbed: ["镇上报", "Escalated"],
  town_returned: ["镇退回", "Returned"],
  county_returned: ["县退回", "Returned"],
  stopped_at: ["停在 {time}", "stopped at {time}"],
  never: ["尚无数据", "no data yet"],

  together: ["协同与督办", "Together, and under supervision"],
  card_asked: ["指派", "Assignment"],
  n_taken: ["认领", "Taken on"],
  n_declined: ["拒接", "Declined"],
  n_unclaimed: ["无人认领", "Unclaimed"],
  card_supervision: ["督办", "Supervision"],
  card_whistle: ["吹哨", "Whistles"],
  card_joint: ["联合调解", "Joint mediation"],
  card_docking: ["分流对接", "From other bodies"],
  card_referred_out: ["移交、移出", "Handed out"],
  card_triage: ["研判", "Triage"],
  card_clock: ["期限", "Clock"],
  card_duplicates: ["重复", "Duplicates"],
  n_listed: ["挂牌", "Listed"],
  n_reminders: ["催办", "Reminders"],
  n_struck_off: ["摘牌", "Struck off"],
  n_whistles: ["吹哨", "Blown"],
  ring_1: ["1 分钟响应", "1 min, in time"],
  ring_3: ["3 分钟响应", "3 min, in time"],
  ring_5: ["5 分钟响应", "5 min, in time"],
  "n_sessions.called": ["召集", "Called"],
  "n_sessions.held": ["召开", "Held"],
  n_agreements: ["达成协议", "Agreed"],
  agreement_rate: ["达成率", "Share"],
  "n_referral.offered": ["收到", "Offered"],
  "n_referral.accepted": ["受理", "Accepted"],
  "n_referral.succeeded": ["成功", "Settled"],
  diversion: ["分流率", "Diverted"],
  success_rate: ["成功率", "Success"],
  n_transferred: ["移交部门", "To departments"],
  n_referred: ["移出单位", "To bodies"],
  "n_referred.succeeded": ["移出办成", "Settled there"],
  n_triaged: ["规则提级", "By rule"],
  n_triage_overruled: ["人工改判", "Overruled"],
  n_suspended: ["挂起", "Suspended"],
  n_extended: ["延期", "Extended"],
  "n_overdue.handle": ["办理超期", "Overdue"],
  n_overdue_again: ["仍超期", "Still overdue"],
  n_proposed: ["疑似", "Proposed"],
  n_linked: ["并案", "Linked"],
  n_unlinked: ["撤销并案", "Unlinked"],
  n_derived: ["衍生", "Derived"],
  card_care: ["跟踪帮扶", "Follow-up"],
  n_rounds_done: ["再次回访", "Asked again"],
  "n_counselling.taken": ["心理疏导", "Counselled"],
  n_support_plans: ["帮扶计划", "Support plans"],
  card_activities: ["日常活动", "Activities"],
  "n_activity.patrol": ["巡查", "Patrols"],
  "n_activity.publicity": ["宣传", "Publicity"],
  "n_activity.survey": ["走访", "Surveys"],
  "n_activity.training": ["培训", "Training"],
  card_deliberation: ["议事协商", "Deliberation"],
  "n_activity.deliberation": ["场次", "Sessions"],
  "n_activity.deliberation.raised": ["提出议题", "Items raised"],
  "n_activity.deliberation.adopted": ["采纳议题", "Adopted"],
  adoption_rate: ["采纳率", "Share"],
  nothing_declared: ["来源尚未申报可分流数", "none declared as eligible"],

  chart: ["受理与化解", "Received and resolved"],
  span: ["时间范围", "Time span"],
  span_live: ["实时", "Live"],
  span_day: ["按日", "By day"],
  note_live: ["每 5 秒件数，最近 {n} 分钟", "Per 5 s, last {n} min"],
  note_day: ["每日件数，{from} 至 {to}", "Per day, {from} to {to}"],
  note_wait: ["正在积累实时数据…", "Gathering live data…"],
  note_none: ["尚无按日数据", "No days to show yet"],
  reading: ["{at}　受理 {received}　化解 {resolved}", "{at}: {received} received, {resolved} resolved"],
  gap: ["无数据", "no data"],
  reading_gap: ["{at}　无数据", "{at}: no data"],
  chart_label: [
    "图：{note}。共受理 {received} 件，化解 {resolved} 件。左右方向键逐点读数。",
    "Chart: {note}. {received} received, {resolved} resolved in all. Left and right arrows read each point.",
  ],

  group: ["分组", "Group by"],
  by_child: ["区域", "Areas"],
  by_category: ["类别", "Category"],
  by_channel: ["来源", "Channel"],
  towns_of: ["{name} · 各镇（街道）", "Towns of {name}"],
  villages_of: ["{name} · 各村（社区）", "Villages of {name}"],
  categories_of: ["{name} · 按类别", "{name} by category"],
  channels_of: ["{name} · 按来源", "{name} by channel"],
  name_child: ["区域", "Area"],
  name_category: ["类别", "Category"],
  name_channel: ["来源", "Channel"],
  own: ["{name}本级", "{name}, own"],
  open_short: ["在办", "Open"],
  in_village: ["不上交率", "In village"],
  closure: ["销号率", "Closure"],
  empty: ["尚无数据", "No data yet"],
  moved_to: ["当前区域：{name}", "Now showing {name}"],

  live: ["实时", "Live"],
  connecting: ["正在连接", "Connecting"],
  down: ["已中断", "Disconnected"],
  banner_down: [
    "实时数据已中断：自 {time} 起没有新数据，页面显示的是中断前的数字。正在重新连接…",
    "The live stream has stopped: nothing new since {time}; figures shown are from before. Reconnecting…",
  ],
  banner_first: [
    "尚未连上实时数据（自 {time} 起），正在重试…",
    "The live stream cannot be reached (since {time}). Retrying…",
  ],
  banner_stale: [
    "{tiers}的数据没有更新，其余各级照常。",
    "Data is not being updated for: {tiers}. The other tiers go on.",
  ],
  banner_stale_all: ["各级数据均未更新：{tiers}。", "No tier is being updated: {tiers}."],
  stale_item: ["{tier}（停在 {time}）", "{tier} (stopped at {time})"],
  stale_join: ["、", ", "],
  banner_figures: [
    "比率与按日数据读取失败（自 {time} 起），显示的是上次读到的数字。正在重试…",
    "Rates and daily figures cannot be read (since {time}); the last ones read are shown. Retrying…",
  ],
  banner_registry: ["区域名录读取失败，正在重试…", "The area registry cannot be read. Retrying…"],
  recovered: ["实时数据已恢复", "The live stream is back"],

  appearance_auto: ["外观：自动", "Appearance: auto"],
  appearance_light: ["外观：浅色", "Appearance: light"],
  appearance_dark: ["外观：深色", "Appearance: dark"],
};

let current = document.documentElement.lang === "en" ? "en" : "zh";

/** The language in force: "zh" or "en". */
export const language = () => current;

/** Puts a language in force and says so in the page's `lang`. */
export function speak(chosen) {
  current = chosen === "en" ? "en" : "zh";
  document.documentElement.lang = current === "en" ? "en" : "zh-CN";
}

/** The word for a key in the language in force, with {slots} filled. */
export function t(key, slots = {}) {
  const pair = WORDS[key];
  if (!pair) return key;
  const text = pair[current === "en" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, slot) => (slot in slots ? slots[slot] : whole));
}

/** A label the API sent in both languages, in the one in force; the fallback when it sent none. */
export function labelOf(item, fallback) {
  return (item && (current === "en" ? item.en : item.zh)) || fallback;
}

/** Rewrites every element that names its word in `data-t` or `data-t-label`. */
export function applyWords(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
  }
}
