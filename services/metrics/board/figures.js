/** Reads rates, distributions and groups from `GET /v1/metrics`: after changes, and never more often than every 3 s. */

import { COUNTS, firstDay } from "./series.js";

const REST_MS = 3000;
const IN_TABLE = ["received", "resolved", "open", "escalated", "reopened", "resolved_in_village@1", "closure_rate@1"];
const TIMEOUT_MS = 10000;
const LONGEST_REST_MS = 30000;

/** Reads one JSON document within ten seconds, or throws. */
export async function readJson(url, signal) {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), TIMEOUT_MS);
  if (signal) signal.addEventListener("abort", () => own.abort(), { once: true });
  try {
    const answer = await fetch(url, { headers: { accept: "application/json" }, signal: own.signal });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return await answer.json();
  } finally {
    clearTimeout(timer);
  }
}

/** Where the figures of a scope are: all of the area, those in the table of what lies in it, and one over time. */
function urls({ area, by, span, metric }) {
  const place = `v1/metrics?area=${encodeURIComponent(area)}`;
  const only = (metrics) => metrics.map((one) => `&metric=${encodeURIComponent(one)}`).join("");
  const trend = only(metric === COUNTS ? [COUNTS, "resolved"] : [metric]);
  return [place, `${place}&group_by=${by}${only(IN_TABLE)}`, `${place}&group_by=${span}&first=${firstDay(span)}${trend}`];
}

/** The figures of one area at a time, kept as fresh as the rest between reads allows. */
export class Figures {
  /** `arrived({area, by, span, metric, main, groups, series})` after each read; `failed(since)` with a time, or null once well again. */
  constructor(arrived, failed) {
    Object.assign(this, { arrived, failed });
    this.scope = null;
    this.wanted = false;
    this.readAt = -Infinity;
    this.failures = 0;
    this.failingSince = null;
    document.addEventListener("visibilitychange", () => this.plan());
  }

  /** Looks at another area, grouping or trend ({area, by, span, metric}), at once. */
  look(scope) {
    if (this.abort) this.abort.abort();
    this.scope = scope;
    this.readAt = -Infinity;
    this.running = false;
    this.touch();
  }

  /** Something changed: read again when the rest is over. */
  touch() {
    this.wanted = true;
    this.plan();
  }

  plan() {
    clearTimeout(this.timer);
    if (!this.wanted || !this.scope || this.running || document.hidden) return;
    const rest = Math.min(LONGEST_REST_MS, REST_MS * 2 ** Math.min(this.failures, 4));
    this.timer = setTimeout(() => this.read(), Math.max(0, this.readAt + rest - performance.now()));
  }

  async read() {
    const scope = this.scope;
    this.wanted = false;
    this.running = true;
    this.abort = new AbortController();
    try {
      const [main, { groups }, series] = await Promise.all(urls(scope).map((url) => readJson(url, this.abort.signal)));
      if (scope !== this.scope) return;
      this.well();
      this.arrived({ ...scope, main, groups, series });
    } catch (problem) {
      if (scope !== this.scope) return;
      this.ill(problem);
    }
    this.running = false;
    this.readAt = performance.now();
    this.plan();
  }

  well() {
    this.failures = 0;
    if (this.failingSince) this.failed(null);
    this.failingSince = null;
  }

  ill(problem) {
    console.warn("figures could not be read", problem);
    this.failures += 1;
    this.wanted = true;
    if (this.failingSince) return;
    this.failingSince = Date.now();
    this.failed(this.failingSince);
  }
}
