/** What is done together with others, and beside the chain from report to closing: live counts, and their rates. */

import { byId, el, setAttr, setText } from "./dom.js";
import { NONE, count, rateValue } from "./format.js";
import { number } from "./number.js";
import { labelOf, t } from "./words.js";

/** Each card: its name, the counters it shows, and the rates below them with their short names. */
const CARDS = [
  ["asked", ["taken", "declined", "unclaimed"], []],
  ["supervision", ["listed", "reminders", "struck_off"], []],
  ["whistle", ["whistles"], [
    ["acknowledged_in_time.1-minute@1", "ring_1"],
    ["acknowledged_in_time.3-minutes@1", "ring_3"],
    ["acknowledged_in_time.5-minutes@1", "ring_5"],
  ]],
  ["joint", ["sessions.called", "sessions.held", "agreements"], [["joint_agreement@1", "agreement_rate"]]],
  ["docking", ["referral.offered", "referral.accepted", "referral.succeeded"], [
    ["diversion@1", "diversion"], ["diversion_success@1", "success_rate"],
  ]],
  ["referred_out", ["transferred", "referred", "referred.succeeded"], [["referred_success@1", "success_rate"]]],
  ["triage", ["triaged", "triage_overruled", "derived"], []],
  ["clock", ["suspended", "extended", "overdue.handle", "overdue_again"], []],
  ["duplicates", ["proposed", "linked", "unlinked"], []],
  ["care", ["rounds_done", "counselling.taken", "support_plans"], []],
  ["activities", ["activity.patrol", "activity.publicity", "activity.survey", "activity.training"], []],
  ["deliberation", ["activity.deliberation", "activity.deliberation.raised", "activity.deliberation.adopted"], [
    ["adoption@1", "adoption_rate"],
  ]],
];
const RING = "acknowledged_in_time.";
const numbers = new Map();
const shares = new Map();

let whistles = null;

function build() {
  const cards = CARDS.map(([name, measures, rates]) => {
    const list = el("dl", {}, ...measures.map(countRow), ...rates.map(([id, word]) => rateRow(id, word)));
    if (name === "whistle") whistles = list;
    return el("div", { class: "card", "data-card": name }, el("h3", { "data-t": `card_${name}` }, t(`card_${name}`)), list);
  });
  byId("together-cards").append(...cards);
}

function countRow(measure) {
  const label = el("dt", { "data-t": `n_${measure}` }, t(`n_${measure}`));
  const value = number(measure, label);
  numbers.set(measure, value);
  return el("div", { "data-measure": measure }, label, el("dd", {}, value));
}

function rateRow(id, word) {
  const label = el("dt", { "data-t": word }, t(word));
  const value = number(id, label);
  const out = el("dd", { class: "fraction" });
  const row = el("div", { class: "share", "data-rate": id }, label, el("dd", {}, value), out);
  shares.set(id, { row, value, out });
  return row;
}

/** A row for each ring of the locality's own: the answer has its name. */
function addRings(rates) {
  for (const id of rates.keys()) {
    if (!id.startsWith(RING) || id === `${RING}slow@1` || shares.has(id)) continue;
    whistles.append(rateRow(id, id));
    const own = shares.get(id);
    own.name = own.row.firstChild;
    own.name.removeAttribute("data-t");
  }
}

/** Shows the counts of an area; null before the first snapshot. */
export function showTogether(counts) {
  if (!numbers.size) build();
  for (const [measure, value] of numbers) {
    const held = counts ? counts[measure] || 0 : NaN;
    setText(value, count(held));
    setAttr(value, "data-zero", held === 0 ? "" : null);
  }
}

/** Shows the rates of one answer of `GET /v1/metrics`; null while it is being read. */
export function showTogetherRates(answer) {
  if (!shares.size) build();
  const rates = new Map(((answer && answer.rates) || []).map((rate) => [rate.id, rate]));
  addRings(rates);
  for (const [id, { row, value, out, name }] of shares) {
    const rate = rates.get(id);
    setAttr(row, "hidden", rates.size && !rate ? "" : null); // a ring that is not in force
    if (name) setText(name, labelOf(rate, id));
    const shown = rateValue(rate);
    setText(value, shown === NONE ? NONE : `${shown} %`);
    setAttr(value, "data-zero", shown === NONE ? "" : null);
    setText(out, fractionOf(id, rate));
  }
}

function fractionOf(id, rate) {
  if (!rate) return "";
  if (rate.denominator > 0) return `${count(rate.numerator)} / ${count(rate.denominator)}`;
  return t(id === "diversion@1" ? "nothing_declared" : "no_cases");
}
