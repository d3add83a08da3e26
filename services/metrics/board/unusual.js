/** The last unusual days of an area: spikes and silences, with what was seen and what was expected. */

import { routeTo } from "./areas.js";
import { byId, el, setText } from "./dom.js";
import { readJson } from "./figures.js";
import { count } from "./format.js";
import { labelOf, t } from "./words.js";

const AGAIN_MS = 300000;
const SHOWN = 12;

/** Read when an area is looked at and every five minutes; the panel hides itself where there are none. */
export class UnusualDays {
  constructor() {
    Object.assign(this, { panel: byId("unusual"), area: null, days: [], absent: false });
    setInterval(() => { if (!document.hidden) this.read(); }, AGAIN_MS);
  }

  look(area) {
    Object.assign(this, { area, days: [] });
    this.paint();
    this.read();
  }

  async read() {
    const { area } = this;
    if (!area || this.absent) return;
    try {
      const { days } = await readJson(`v1/metrics/unusual?limit=${SHOWN}&area=${encodeURIComponent(area.code)}`);
      if (area === this.area) this.days = days;
    } catch (problem) {
      console.warn("the unusual days could not be read", problem);
      this.absent = String(problem).includes("answered 404");
    }
    this.paint();
  }

  /** Writes them anew, in the language in force. */
  paint() {
    this.panel.hidden = !this.days.length;
    byId("unusual-days").replaceChildren(...this.days.map(item));
    setText(byId("unusual-note"), t("unusual_note"));
  }
}

function item(one) {
  const place = el("a", { href: routeTo(one.area) }, labelOf({ zh: one.area_zh, en: one.area_en }, one.area));
  const category = labelOf({ zh: one.category_zh, en: one.category_en }, one.category);
  const sign = { spike: "▲", silence: "▼" }[one.kind] || "";
  return el("li", { class: one.kind, "data-day": one.day },
    el("p", { class: "marked" }, el("strong", {}, `${sign} ${labelOf(one, one.kind)}`), el("time", { datetime: one.day }, one.day)),
    el("p", {}, place, ` · ${category} · ${t(one.tier)}`),
    el("p", { class: "note" }, t("unusual_seen", { seen: count(one.seen), expected: one.expected }), one.restated ? t("unusual_restated", { now: count(one.seen_now) }) : ""));
}
