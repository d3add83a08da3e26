/** The panel of monthly rankings: towns or villages by one figure, how sure each rank is, and what asks for a look. */

import { routeTo } from "./areas.js";
import { byId, el, press, setAttr, setText } from "./dom.js";
import { readJson } from "./figures.js";
import { FlagDialog, flagsByArea } from "./flags.js";
import { NONE, count, stamp } from "./format.js";
import { number } from "./number.js";
import { labelOf, language, t } from "./words.js";

const AGAIN_MS = 60000;
const OFFERED = [
  "resolved_in_village@1", "closure_rate@1", "on_time@1", "revisit_coverage@1", "satisfaction.applicant@1",
  "satisfaction.respondent@1", "resolution_rate@1", "relapse_30@1", "relapse_90@1", "joint_agreement@1",
  "diversion_success@1", "adoption@1",
];
const PER_PERSON = "records_per_person.";

/** "2026-11" and a number of months → the month so many later. */
export function month(key, by) {
  const [year, number_] = key.split("-").map(Number);
  return new Date(Date.UTC(year, number_ - 1 + by, 1)).toISOString().slice(0, 7);
}

/** One ranking at a time, read when it is looked at and once a minute; `absent` when the service has none. */
export class Rankings {
  constructor() {
    Object.assign(this, { panel: byId("ranking"), metric: OFFERED[1], period: stamp(Date.now()).slice(0, 7), level: "town" });
    Object.assign(this, { area: null, answer: null, offered: "", absent: false, failed: false });
    this.dialog = new FlagDialog(byId("flags"));
    this.panel.addEventListener("click", (event) => this.press(event));
    byId("ranked-by").addEventListener("change", (event) => { this.metric = event.target.value; this.read(); });
    setInterval(() => { if (!document.hidden) this.read(); }, AGAIN_MS);
  }

  press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { level, step, flags } = button.dataset;
    if (level) this.level = level;
    if (step) this.period = month(this.period, Number(step));
    if (level || step) this.read();
    if (flags) this.dialog.open(button, this.flags.get(flags) || [], this.found);
  }

  /** Looks at what lies in an area; a village has nothing to rank. */
  look(area, leaf) {
    Object.assign(this, { area, answer: null, leaf });
    if (area.tier === "town") this.level = "village";
    this.show();
    if (!leaf) this.read();
  }

  async read() {
    if (!this.area || this.leaf || this.absent) return;
    const asked = `period=${this.period}&level=${this.level}&area=${encodeURIComponent(this.area.code)}`;
    this.asked = asked + this.metric;
    const mine = this.asked;
    this.paint();
    const read = (path) => readJson(`v1/metrics/${path}&${asked}`);
    try {
      const [answer, found] = await Promise.all([read(`rankings?metric=${encodeURIComponent(this.metric)}`), read("flags?limit=20")]);
      if (mine !== this.asked) return;
      Object.assign(this, { answer, found, flags: flagsByArea(found.flags), failed: false });
    } catch (problem) {
      if (mine !== this.asked) return;
      console.warn("the ranking could not be read", problem);
      Object.assign(this, { failed: true, absent: String(problem).includes("answered 404") });
    }
    this.show();
  }

  show() {
    const hidden = this.absent || this.leaf;
    this.panel.hidden = hidden;
    setAttr(byId("board"), "data-ranked", String(!hidden));
    this.paint();
  }

  /** Offers the figures that are there to be ranked by, in the language in force. */
  offer(rates) {
    const options = (rates || []).filter(({ id }) => OFFERED.includes(id) || id.startsWith(PER_PERSON)).map((one) => [one.id, labelOf(one, one.id)]);
    const offered = JSON.stringify(options);
    if (this.offered === offered || !options.length) return;
    this.offered = offered;
    byId("ranked-by").replaceChildren(...options.map(([value, name]) => el("option", { value }, name)));
    byId("ranked-by").value = this.metric;
  }

  /** Writes it anew, in the language in force. */
  paint() {
    const { answer } = this;
    setText(byId("ranked-month"), this.period);
    byId("ranked-levels").hidden = Boolean(this.area && this.area.tier === "town");
    press("#ranking button[data-level]", (button) => button.dataset.level === this.level);
    setText(byId("ranked-note"), this.note());
    this.rows(answer ? answer.places : []);
    setAttr(byId("ranked"), "data-shown", answer ? `${answer.id} ${this.period} ${this.level}` : null);
  }

  /** Writes the rows only when something in them changed, and leaves the focus where it was. */
  rows(places) {
    const picture = JSON.stringify([places, this.found && this.found.flags, language()]);
    if (picture === this.drawn) return;
    this.drawn = picture;
    const held = document.activeElement;
    const row = held.closest("#ranked tr");
    const kind = row && (held.className ? `.${held.className}` : held.localName);
    byId("ranked").replaceChildren(...places.map((place) => this.row(place)));
    const back = row && byId("ranked").querySelector(`[data-area="${row.dataset.area}"] ${kind}`);
    if (back) back.focus({ preventScroll: true });
  }

  note() {
    if (this.failed) return t("ranked_failed");
    if (!this.answer) return t("loading");
    const why = labelOf(this.answer.words[this.answer.provisional], "");
    const standing = this.answer.final ? t("d_final") : t("ranked_standing", { why });
    return `${t("ranked_note", { n: count(this.answer.rank_from) })} ${standing}`;
  }

  row(place) {
    const name = el("a", { href: routeTo(place.area) }, labelOf(place, place.area));
    const rank = place.rank === null ? NONE : count(place.rank);
    const sign = place.tied ? t("ranked_tied") : place.told_apart === false ? "≈" : "";
    const title = place.told_apart === false && !place.tied ? t("ranked_near") : null;
    return el("tr", { "data-area": place.area, "data-rank": place.rank, class: place.rank === null ? "unranked" : null },
      el("td", { class: "rank" }, rank, el("small", { title }, sign)), el("th", { scope: "row" }, name),
      ...(place.value === null ? [el("td", { colspan: "2", class: "why" }, this.why(place))] : this.value(place, name)),
      el("td", { class: "flagged" }, ...this.badge(place)));
  }

  why(place) {
    return labelOf(this.answer.words[place.unranked], place.unranked);
  }

  value(place, name) {
    const button = number(this.answer.id, name);
    setAttr(button, "data-place", `${labelOf(place, place.area)} ${this.period}`);
    setAttr(button, "data-out", t("d_out_of", { n: count(place.numerator), d: String(place.denominator) }));
    setText(button, `${place.value} ${labelOf({ zh: this.answer.unit, en: this.answer.unit_en }, "")}`);
    const cell = el("td", {}, button);
    if (place.rank === null) return [cell, el("td", { class: "why" }, this.why(place))];
    return [cell, el("td", { class: "sure" }, ...this.interval(place))];
  }

  /** Between which bounds the value lies with 95 % confidence, as figures and, of a share, as a line. */
  interval({ low, high }) {
    const text = el("span", {}, `${Number(low).toFixed(1)}–${Number(high).toFixed(1)}`);
    if (this.answer.unit !== "%") return [text];
    const line = el("i");
    line.style.left = `${low}%`;
    line.style.width = `${Math.max(1, high - low)}%`;
    return [el("span", { class: "track", "aria-hidden": "true" }, line), text];
  }

  badge(place) {
    const found = this.flags.get(place.area);
    if (!found) return [];
    const name = t("flags_of", { name: labelOf(place, place.area), n: found.length });
    return [el("button", { type: "button", class: "flag", "data-flags": place.area, "aria-haspopup": "dialog", "aria-label": name, title: name }, `⚑ ${found.length}`)];
  }
}
