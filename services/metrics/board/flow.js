/** The flow through the tiers: what each received and settled, what climbed, what came back. */

import { byId, el, setAttr, setText } from "./dom.js";
import { NONE, clock, count } from "./format.js";
import { t } from "./words.js";

const TIERS = ["village", "town", "county"];
const SHOWN = ["received", "resolved", "open", "reopened"];
const boxes = new Map();
const links = new Map();

function buildBox(tier) {
  const numbers = new Map(SHOWN.map((measure) => [measure, el("dd")]));
  const list = el("dl", {}, ...SHOWN.map((measure) =>
    el("div", { class: measure }, el("dt", { "data-t": measure }, t(measure)), numbers.get(measure))));
  const asOf = el("p", { class: "note asof" });
  const box = el("li", { class: `tier ${tier}`, "data-tier": tier }, el("h3", { "data-t": tier }, t(tier)), list, asOf);
  boxes.set(tier, { box, numbers, asOf });
  return box;
}

function buildLink(lower, upper) {
  const up = el("b");
  const down = el("b");
  const way = (kind, key, number) => el("p", { class: kind },
    el("span", { "data-t": key }, t(key)), number, el("i", { class: "arrow", "aria-hidden": "true" }));
  links.set(lower, { upper, up, down });
  return el("li", { class: "climb", "data-link-of": `${lower}-${upper}` },
    way("up", `${lower}_climbed`, up), way("down", `${upper}_returned`, down));
}

function build() {
  byId("flow").append(buildBox("village"), buildLink("village", "town"), buildBox("town"),
    buildLink("town", "county"), buildBox("county"));
}

/** Shows `countsOf(tier)` (null before the first snapshot) and how fresh each tier is. */
export function showFlow(countsOf, tiers, now) {
  if (!boxes.size) build();
  for (const tier of TIERS) showBox(tier, countsOf(tier), tiers[tier], now);
  for (const [lower, { upper, up, down }] of links) {
    showNumber(up, countsOf(lower), "escalated");
    showNumber(down, countsOf(upper), "returned");
  }
}

function showBox(tier, counts, freshness, now) {
  const { box, numbers, asOf } = boxes.get(tier);
  for (const [measure, node] of numbers) showNumber(node, counts, measure);
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
}
