/** The big share, the rates and the times taken: each with what it is out of, and as of when. */

import { byId, el, setAttr, setText } from "./dom.js";
import { NONE, clock, count, duration, rateValue } from "./format.js";
import { labelOf, t } from "./words.js";

const HERO = "resolved_in_village@1";
const WHERE = [["village", HERO], ["town", "resolved_in_town@1"], ["county", "resolved_in_county@1"]];
const RATES = [
  "closure_rate@1", "on_time@1", "revisit_coverage@1",
  "satisfaction.applicant@1", "satisfaction.respondent@1", "satisfaction.reporter@1",
];
const TIMES = ["time_to_accept@1", "time_to_resolve@1"];
const rows = new Map();
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

const valueNode = (tag) => el(tag, { class: "value" }, el("span"), el("small"));

function buildHero() {
  const value = valueNode("p");
  const out = el("p", { class: "fraction" });
  const asOf = el("p", { class: "note asof" });
  const bar = el("div", { class: "stack", "aria-hidden": "true" });
  const list = el("ul", { class: "where" });
  const parts = WHERE.map(([tier]) => {
    const piece = el("span", { class: tier });
    const number = el("b");
    bar.append(piece);
    list.append(el("li", { class: `key ${tier}` }, el("span", { "data-t": `short_${tier}` }, t(`short_${tier}`)), " ", number));
    return { piece, number };
  });
  byId("hero-body").append(value, el("div", { class: "lead" }, out, asOf), bar, list);
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
  const value = valueNode("span");
  const out = el("span", { class: "fraction" });
  const fill = el("span", { class: "fill" });
  const more = el("p", { class: "more" });
  const head = el("summary", {}, name, value, el("span", { class: "meter", "aria-hidden": "true" }, fill), out);
  const row = el("details", { class: "rate" }, head, more);
  byId("rates").append(row);
  return { row, name, value, out, fill, more };
}

function showRate(id, rate) {
  if (!rows.has(id)) rows.set(id, buildRate(id));
  const { row, name, value, out, fill, more } = rows.get(id);
  mark(row, id, rate);
  setText(name, labelOf(rate, t(id)));
  writeValue(value, rate);
  setText(out, fraction(rate));
  fill.style.width = `${share(rate) * 100}%`;
  setText(more, rate ? definition(rate, labelOf({ zh: rate.cohort_zh, en: rate.cohort_en }, NONE)) : "");
}

function definition(rate, cohort) {
  return t("definition", { cohort, id: rate.id, time: clock(rate.as_of) });
}

function showTimes(distributions) {
  const head = el("tr", {}, el("th", { scope: "col" }, el("span", { class: "quiet" }, t("step"))),
    ...["p50", "p90", "p99", "cases"].map((key) => el("th", { scope: "col" }, t(key))));
  const body = TIMES.map((id) => {
    const item = distributions.get(id);
    const some = item && item.count > 0;
    const cell = (seconds) => el("td", {}, some ? duration(seconds) : NONE);
    const name = el("th", { scope: "row" }, labelOf(item, t(id)));
    return el("tr", { "data-distribution": id }, name, cell(item && item.p50_seconds), cell(item && item.p90_seconds),
      cell(item && item.p99_seconds), el("td", {}, item ? count(item.count) : NONE));
  });
  const table = el("table", {}, el("thead", {}, head), el("tbody", {}, ...body));
  byId("times").replaceChildren(table);
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
