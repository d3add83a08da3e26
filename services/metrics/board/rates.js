/** The big share, the rates and the times taken: each with what it is out of, and as of when. */

import { byId, el, setAttr, setText } from "./dom.js";
import { NONE, clock, count, duration, rateValue } from "./format.js";
import { number } from "./number.js";
import { labelOf, t } from "./words.js";

const HERO = "resolved_in_village@1";
const WHERE = [["village", HERO], ["town", "resolved_in_town@1"], ["county", "resolved_in_county@1"]];
const RATES = [
  "closure_rate@1", "on_time@1", "revisit_coverage@1",
  "satisfaction.applicant@1", "satisfaction.respondent@1", "satisfaction.reporter@1",
];
const TIMES = ["time_to_accept@1", "time_to_resolve@1"];
const rows = new Map();
const times = new Map();
let hero = null;

const byIdOf = (list) => new Map((list || []).map((item) => [item.id, item]));

/** Numerator over denominator in words; says so when there is nothing to count. */
export function fraction(rate) {
  if (!rate) return t("loading");
  if (!(rate.denominator > 0)) return t("no_cases");
  return t("fraction", { n: count(rate.numerator), d: count(rate.denominator) });
}

function share(rate) {
  return rate && rate.denominator > 0 ? Math.min(1, rate.numerator / rate.denominator) : 0;
}

function mark(node, id, rate) {
  setAttr(node, "data-rate", id);
  setAttr(node, "data-numerator", rate ? rate.numerator : null);
  setAttr(node, "data-denominator", rate ? rate.denominator : null);
  setAttr(node, "data-value", rate && rate.denominator > 0 ? rate.value : null);
}

function writeValue(node, rate) {
  const value = rateValue(rate);
  setText(node.firstChild, value);
  setText(node.lastChild, value === NONE ? "" : rate.unit || "%");
}

function valueNode(tag, id, label) {
  const button = number(id, label);
  button.append(el("span"), el("small"));
  return [el(tag, { class: "value" }, button), button];
}

function buildHero() {
  const [line, value] = valueNode("p", HERO, byId("h-hero"));
  const out = el("p", { class: "fraction" });
  const asOf = el("p", { class: "note asof" });
  const bar = el("div", { class: "stack", "aria-hidden": "true" });
  const list = el("ul", { class: "where" });
  const parts = WHERE.map(([tier, id]) => {
    const piece = el("span", { class: tier });
    const label = el("span", { "data-t": `short_${tier}` }, t(`short_${tier}`));
    const share = number(id, label);
    bar.append(piece);
    list.append(el("li", { class: `key ${tier}` }, label, " ", share));
    return { piece, number: share };
  });
  byId("hero-body").append(line, el("div", { class: "lead" }, out, asOf), bar, list);
  return { value, out, asOf, parts };
}

function showHero(rates) {
  if (!hero) hero = buildHero();
  const rate = rates.get(HERO);
  mark(byId("hero"), HERO, rate);
  writeValue(hero.value, rate);
  setText(hero.out, fraction(rate));
  setText(hero.asOf, rate ? t("at", { time: clock(rate.as_of) }) : "");
  WHERE.forEach(([, id], index) => {
    const part = rates.get(id);
    const value = rateValue(part);
    hero.parts[index].piece.style.flexGrow = share(part);
    setText(hero.parts[index].number, value === NONE ? NONE : `${value} %`);
  });
}

function buildRate(id) {
  const name = el("span", { class: "name" });
  const [line, value] = valueNode("p", id, name);
  const out = el("p", { class: "fraction" });
  const fill = el("span", { class: "fill" });
  const row = el("div", { class: "rate" }, name, line, el("span", { class: "meter", "aria-hidden": "true" }, fill), out);
  byId("rates").append(row);
  return { row, name, value, out, fill };
}

function showRate(id, rate) {
  if (!rows.has(id)) rows.set(id, buildRate(id));
  const { row, name, value, out, fill } = rows.get(id);
  mark(row, id, rate);
  setText(name, labelOf(rate, t(id)));
  writeValue(value, rate);
  setText(out, fraction(rate));
  fill.style.width = `${share(rate) * 100}%`;
}

function buildTimes() {
  const head = el("tr", {}, el("th", { scope: "col" }, el("span", { class: "quiet", "data-t": "step" }, t("step"))),
    ...["p50", "p90", "p99", "cases"].map((key) => el("th", { scope: "col", "data-t": key }, t(key))));
  const body = TIMES.map((id) => {
    const name = el("th", { scope: "row" });
    const cells = [0, 1, 2, 3].map(() => number(id, name));
    times.set(id, { name, cells });
    return el("tr", { "data-distribution": id }, name, ...cells.map((cell) => el("td", {}, cell)));
  });
  byId("times").append(el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

function showTimes(distributions) {
  if (!times.size) buildTimes();
  for (const [id, { name, cells }] of times) {
    const item = distributions.get(id);
    const texts = ["p50_seconds", "p90_seconds", "p99_seconds"].map((key) => (item && item.count > 0 ? duration(item[key]) : NONE));
    setText(name, labelOf(item, t(id)));
    [...texts, item ? count(item.count) : NONE].forEach((text, index) => setText(cells[index], text));
  }
  const bound = [...distributions.values()].find((item) => item.relative_error);
  const p = bound && Number((bound.relative_error * 100).toFixed(2));
  setText(byId("times-note"), bound ? t("error_bound", { p }) : "");
}

/** Shows one answer of `GET /v1/metrics`; null while it is being read. */
export function showRates(answer) {
  const rates = byIdOf(answer && answer.rates);
  showHero(rates);
  const own = [...rates.keys()].filter((id) => id.startsWith("satisfaction.") && !RATES.includes(id));
  for (const id of [...RATES, ...own]) showRate(id, rates.get(id));
  showTimes(byIdOf(answer && answer.distributions));
}
