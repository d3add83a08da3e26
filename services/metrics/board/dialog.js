/** The dialog behind each number: what it is, out of what, counted how, rounded how, as of when, and whether it is final. */

import { measureName } from "./definitions.js";
import { byId, el, setText } from "./dom.js";
import { NONE, count, stamp } from "./format.js";
import { labelOf, t } from "./words.js";

/** One native dialog; `context()` is {area, answer, asOf}: what the page shows at the moment. */
export class DefinitionDialog {
  constructor(node, definitions, context) {
    Object.assign(this, { node, definitions, context, button: null });
    node.addEventListener("click", (event) => { if (event.target === node) node.close(); });
    node.querySelector("button").addEventListener("click", () => node.close());
    node.addEventListener("close", () => this.closed());
  }

  /** Opens for the number behind a button; Esc, a click outside and the button in it close it again. */
  async open(button) {
    Object.assign(this, { button, figure: button.dataset.define, tier: button.dataset.tier || null });
    this.paint();
    if (!this.node.open) this.node.showModal();
    await this.definitions.load();
    this.paint();
  }

  closed() {
    const { place } = this.button.dataset;
    const same = `.${this.button.className}[data-define="${CSS.escape(this.figure)}"]${place ? `[data-place="${CSS.escape(place)}"]` : ""}`;
    const back = this.button.isConnected ? this.button : document.querySelector(same);
    this.button = null;
    if (back) back.focus();
  }

  /** Writes it anew while it is open: the figure moves, the language may change. */
  paint() {
    if (!this.button) return;
    const found = this.definitions.of(this.figure);
    const shown = this.shown(found);
    setText(byId("definition-name"), labelOf(found || shown, measureName(this.figure) || this.figure));
    setText(byId("definition-id"), found ? found.id : this.figure);
    const rows = found ? described(found, shown, this.definitions.words) : undescribed(this.figure, shown);
    const all = [this.now(found, shown), ...rows, ["d_as_of", stamp((shown && shown.as_of) || this.context().asOf)]];
    byId("definition-rows").replaceChildren(...all.filter(([, value]) => value).flatMap(([word, ...lines]) => [
      el("dt", {}, t(word)), el("dd", {}, ...lines.filter(Boolean).map((line) => el("span", {}, line))),
    ]));
  }

  /** The figure as it was last answered; of one tier alone, or of a count, the button itself has the number. */
  shown(found) {
    const { answer } = this.context();
    if (!answer || this.tier || this.button.dataset.place) return null;
    const key = found ? found.id : this.figure;
    return [answer.rates, answer.counters, answer.distributions]
      .flatMap((list) => list || []).find((one) => one.id === key) || null;
  }

  now(found, shown) {
    const { place: elsewhere, out: parts } = this.button.dataset;
    const place = elsewhere || [this.context().area, this.tier && t(this.tier)].filter(Boolean).join(" · ");
    const unit = found ? labelOf({ zh: found.unit, en: found.unit_en }, "") : "";
    const own = this.button.classList.contains("num") ? this.button.textContent : (shown && shown.value) || NONE;
    const bare = own === NONE || !unit || own.endsWith(unit) || found.kind === "duration";
    const value = bare ? own : `${own} ${unit}`;
    const divided = shown && shown.denominator > 0;
    const out = divided ? t("d_out_of", { n: count(shown.numerator), d: count(shown.denominator) }) : parts;
    return ["d_now", `${value}　${place}`, out];
  }
}

const named = (measure) => [measureName(measure), measure].filter(Boolean).join("　");

/** The rows of a definition, with what the last answer said of the figure. */
function described(found, shown, words) {
  const divided = found.denominator.length > 0 || found.per;
  const tier = found.tier ? t("d_of_tier", { tier: t(found.tier) }) : null;
  const parts = found.numerator.map(named);
  return [
    ["d_formula", found.formula],
    divided ? ["d_numerator", ...parts, tier] : ["d_counted", ...parts, tier],
    divided ? ["d_denominator", ...(found.per ? [t(`per_${found.per}`)] : found.denominator.map(named))] : [],
    ["d_cohort", labelOf(found.cohort, NONE), t(`by_${found.cohort.by}`)],
    found.kind === "duration" ? [] : ["d_rounding", t(`d_${found.rounding.mode}`, { n: found.rounding.digits })],
    divided ? ["d_smallest", t("d_at_least", { n: count(found.smallest) })] : [],
    found.apart.length ? ["d_apart", ...found.apart.map((one) => apart(one, shown))] : [],
    standing(shown, words),
    ["d_settles", t(found.settles_days ? "d_settles_after" : "d_settles_at_once", { n: found.settles_days })],
  ];
}

function apart(measure, shown) {
  const key = measure.split(".").pop();
  const value = shown && shown.apart ? shown.apart[key] : undefined;
  return value === undefined ? named(measure) : `${named(measure)}　${count(value)}`;
}

function standing(shown, words) {
  if (!shown || shown.final === undefined) return [];
  const why = (word) => word && labelOf(words[word], word);
  return ["d_standing", t(shown.final ? "d_final" : "d_provisional"), why(shown.provisional), why(shown.withheld)];
}

/** What can be said of a number that has no definition of its own, or while none can be read. */
function undescribed(figure, shown) {
  if (!shown) return [["d_counted", named(figure), t("d_plain")]];
  return [["d_cohort", labelOf({ zh: shown.cohort_zh, en: shown.cohort_en }, NONE)]];
}
