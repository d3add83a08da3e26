/** The chain from report to closing in each tier: how many at each step, how many climbed, how many came back. */

import { byId, el, setAttr, setText } from "./dom.js";
import { NONE, clock, count } from "./format.js";
import { number } from "./number.js";
import { t } from "./words.js";

const TIERS = ["county", "town", "village"];
const STEPS = ["received", "accepted", "resolved", "revisited", "closed"];
const BESIDE = ["open", "reopened"]; // what stands now, and what came back from a revisit
const boxes = new Map();
const lanes = [];

function item(measure, tier, name = measure) {
  const label = el("dt", { "data-t": name }, t(name));
  const value = number(measure, label, tier);
  const bar = el("span", { class: "fill" });
  const meter = STEPS.includes(measure) ? [el("dd", { class: "meter", "aria-hidden": "true" }, bar)] : [];
  const node = el("div", { class: `item ${measure}`, "data-measure": measure }, label, el("dd", {}, value), ...meter);
  return { node, value, bar };
}

function buildBox(tier) {
  const items = new Map([...STEPS, ...BESIDE].map((measure) => [measure, item(measure, tier, measure === "open" ? "open_short" : measure)]));
  const nodes = (measures) => measures.map((measure) => items.get(measure).node);
  const asOf = el("p", { class: "note asof" });
  const head = el("div", { class: "who" }, el("h3", { "data-t": tier }, t(tier)), asOf);
  const box = el("li", { class: `tier ${tier}`, "data-tier": tier }, head,
    el("dl", { class: "steps" }, ...nodes(STEPS)), el("dl", { class: "beside" }, ...nodes(BESIDE)));
  boxes.set(tier, { box, items, asOf });
  return box;
}

/** What climbs from the lower tier, and what the upper one gives back; what rules send down stands apart. */
function buildLane(lower, upper) {
  const ways = [["up", "escalated", lower, `${lower}_climbed`], ["down", "returned", upper, `${upper}_returned`],
    ["down sent", "sent_down", upper, "sent_down"]];
  const parts = ways.map(([kind, measure, tier, word]) => {
    const label = el("span", { "data-t": word }, t(word));
    const value = number(measure, label, tier);
    const arrow = el("i", { class: "arrow", "aria-hidden": "true" });
    const node = el("p", { class: kind, "data-measure": measure }, arrow, label, value);
    lanes.push({ node, value, measure, tier });
    return node;
  });
  return el("li", { class: "climb", "data-link-of": `${lower}-${upper}` }, ...parts);
}

function build() {
  byId("flow").append(buildBox("county"), buildLane("town", "county"), buildBox("town"),
    buildLane("village", "town"), buildBox("village"));
}

/** Shows `countsOf(tier)` (null before the first snapshot) and how fresh each tier is. */
export function showFlow(countsOf, tiers, now) {
  if (!boxes.size) build();
  const most = Math.max(1, ...TIERS.flatMap((tier) => STEPS.map((step) => (countsOf(tier) || {})[step] || 0)));
  for (const tier of TIERS) showBox(tier, countsOf(tier), tiers[tier], { now, most });
  for (const { node, value, measure, tier } of lanes) {
    const found = showNumber(value, countsOf(tier), measure);
    if (measure === "sent_down") node.hidden = !found;
  }
}

function showBox(tier, counts, freshness, { now, most }) {
  const { box, items, asOf } = boxes.get(tier);
  for (const [measure, { value, bar }] of items) {
    bar.style.width = `${Math.max(0, 100 * showNumber(value, counts, measure)) / most}%`;
  }
  const stale = Boolean(freshness && freshness.stale);
  setAttr(box, "data-stale", String(stale));
  if (!freshness) setText(asOf, "");
  else if (!freshness.as_of) setText(asOf, t("never"));
  else setText(asOf, t(stale ? "stopped_at" : "at", { time: clock(freshness.as_of, now) }));
}

function showNumber(node, counts, measure) {
  const value = counts ? counts[measure] || 0 : null;
  setText(node, value === null ? NONE : count(value));
  setAttr(node, "data-count", measure);
  setAttr(node, "data-value", value);
  return value || 0;
}
