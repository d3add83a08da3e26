/** What each figure is, as `GET /v1/metrics/definitions` says it: read once, and again until it could be read. */

import { readJson } from "./figures.js";
import { t } from "./words.js";

const COUNTED = ["count", "stock"];

const version = (one) => Number(one.id.split("@")[1]);

/** The definitions, by `id@version`, and by the measure that is counted. */
export class Definitions {
  constructor() {
    Object.assign(this, { byId: new Map(), byMeasure: new Map(), words: {}, reading: null });
  }

  /** Resolves once they are there, or could not be read; the next call tries again. */
  load() {
    if (!this.reading) this.reading = this.read();
    return this.reading;
  }

  async read() {
    try {
      this.take(await readJson("v1/metrics/definitions"));
    } catch (problem) {
      console.warn("the definitions could not be read", problem);
      this.reading = null;
    }
  }

  take({ definitions, words }) {
    this.words = words || {};
    for (const one of definitions) {
      this.byId.set(one.id, one);
      const plain = COUNTED.includes(one.kind) && !one.tier && one.numerator.length === 1;
      const before = this.byMeasure.get(one.numerator[0]);
      if (plain && !(before && version(before) > version(one))) this.byMeasure.set(one.numerator[0], one);
    }
  }

  /** The definition behind a button: a figure's own, or that of a plain measure; undefined when there is none. */
  of(figure) {
    return this.byId.get(figure) || this.byMeasure.get(figure);
  }
}

/** What a measure is called where the page has a word for it, else null. */
export function measureName(measure) {
  const key = [measure, `n_${measure}`, `m_${measure}`].find((one) => t(one) !== one);
  return key ? t(key) : null;
}
