/** The panel of trends: live, or by day, week and month; how much came and was settled, or one share. */

import { Chart } from "./chart.js";
import { byId, el, press, setAttr, setText } from "./dom.js";
import { COUNTS, daysAreWorthIt, livePoints, noteOf, periodPoints, readingOf, spokenOf } from "./series.js";
import { labelOf, language, t } from "./words.js";

/** One chart, what it is of, and how far it looks; `changed()` when other figures must be read for it. */
export class Trend {
  constructor(changed) {
    Object.assign(this, { changed, metric: COUNTS, chosen: null, reading: null, answer: null, drawn: "", offered: "" });
    this.chart = new Chart(byId("chart"), (point) => { this.reading = point; this.note(); });
    this.select = byId("trend-of");
    this.select.addEventListener("change", () => this.pick(this.select.value));
  }

  /** What is to be read: the period things are grouped by, and the figure. */
  scope() {
    return { span: !this.chosen || this.chosen === "live" ? "day" : this.chosen, metric: this.metric };
  }

  /** Looks at another stretch of time; shares are not known live. */
  look(span) {
    this.chosen = span;
    if (span === "live") this.metric = COUNTS;
    this.drawn = "";
    this.changed();
  }

  pick(metric) {
    this.metric = metric;
    if (this.span() === "live") this.chosen = metric === COUNTS ? "live" : "day";
    this.drawn = "";
    this.changed();
  }

  span() {
    return this.chosen || (daysAreWorthIt(this.groups()) ? "day" : "live");
  }

  /** The groups that were read for what is looked at now; none while they are on their way. */
  groups() {
    const { span, metric } = this.scope();
    const fits = this.answer && this.answer.span === span && this.answer.metric === metric;
    return fits ? this.answer.series.groups : [];
  }

  /** Shows the last answer, or live the totals of an area. */
  paint(answer, totals, area) {
    this.answer = answer;
    this.which = this.span();
    this.points = this.which === "live" ? livePoints(totals, area) : periodPoints(this.groups(), this.which, this.metric);
    this.offer();
    this.note();
    press("button[data-span]", (button) => button.dataset.span === this.which);
    const picture = JSON.stringify([this.points, language()]);
    if (picture === this.drawn) return;
    this.drawn = picture;
    setAttr(byId("chart"), "data-span", this.which);
    setAttr(byId("chart"), "data-points", this.points.length);
    byId("legend").hidden = this.metric !== COUNTS;
    this.chart.show(this.points, spokenOf(this.points, noteOf(this.which, this.points), this.name()));
  }

  note() {
    setText(byId("chart-note"), this.reading ? readingOf(this.reading) : noteOf(this.which, this.points));
  }

  name() {
    const chosen = this.select.selectedOptions[0];
    return chosen ? chosen.textContent : t("trend_counts");
  }

  /** Offers every share that has something to divide by. */
  offer() {
    const rates = ((this.answer && this.answer.main.rates) || [])
      .filter((one) => one.unit === "%" && (one.denominator > 0 || one.id === this.metric));
    const options = [[COUNTS, t("trend_counts")], ...rates.map((one) => [one.id, labelOf(one, one.id)])];
    const offered = JSON.stringify(options);
    if (this.offered !== offered) {
      this.offered = offered;
      this.select.replaceChildren(...options.map(([value, name]) => el("option", { value }, name)));
    }
    this.select.value = this.metric;
  }
}
